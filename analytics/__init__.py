"""Asks the store: networks, measures, tables, figures, the report.

Analysts begin with `analytics.facts.load(engine, View(level="group"))`, whose `relations` hold one row a (fact,
source, target) with dimension and date, and go on with `analytics.networks.build`.
"""
