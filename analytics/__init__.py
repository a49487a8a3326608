"""Asks the store: networks, measures, tables, figures, the report. Analysts use `analytics.facts` and what follows.

    from analytics.facts import View, load
    facts = load(engine, View(level="group"))
    facts.relations        # one row a (fact, source, target), with dimension and date
"""
