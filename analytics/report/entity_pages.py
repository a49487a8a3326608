"""Pages of entities: names over time, attributes over time, relations, degrees by year, who decided what; and the
facts that all of it rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from analytics.basis import Basis
from analytics.exhibits import Language
from analytics.report.describing import display, when
from analytics.report.histories import VERDICTS, History
from analytics.report.wording import DETAILS, DIMENSION_WORDS, ENTITY_KINDS, called, say
from analytics.report.written_names import WrittenName
from analytics.simple_graph import Ints
from analytics.trace import TracedFact

#: Relations listed on a page; the others are among its facts.
RELATIONS_MOST: Final = 300

#: Names and attributes listed on a page; the others are counted.
NAMES_MOST: Final = 60
ATTRIBUTES_MOST: Final = 200

#: A fact → where a page shows it, as an address relative to an entity's page.
Href = Callable[[int], str]

#: Dimension, direction (to, from) and the other end of a relation.
_Tie = tuple[str, str, str]


class EntityPages:
    """What the pages of some entities show. The frames are looked up by entity, once."""

    def __init__(self, basis: Basis, most: int, named: frozenset[str]) -> None:
        """Pages for the entities in `named`, and for those with the highest degrees up to `most`."""
        self.basis = basis
        every = basis.names(basis.nodes["entity"])
        self._called = dict(
            zip(every["entity"], zip(every["name"], every["name_en"], strict=True), strict=True)
        )
        degree = {entity: sum(both) for entity, both in _degrees(basis, basis.last).items()}
        order = sorted({*degree, *named, *basis.sample}, key=lambda one: (-degree.get(one, 0), one))
        kept = {*order[:most], *named}
        self.listed: list[str] = [one for one in order if one in kept and one in basis.known.index]
        self.degree: dict[str, int] = degree
        self.pages = frozenset(self.listed)
        self._by_year = {
            year: {entity: both for entity, both in _degrees(basis, year).items() if entity in self.pages}
            for year in basis.years
        }
        self._facts: dict[str, set[int]] = {entity: set() for entity in self.listed}
        self._partners: dict[str, dict[_Tie, tuple[pd.Timestamp, int]]] = {one: {} for one in self.listed}
        self._read_relations(basis.relations)
        roles = basis.facts.roles
        for entity, fact in zip(roles["entity"].tolist(), roles["fact"].tolist(), strict=True):
            if entity in self._facts:
                self._facts[entity].add(fact)
        self._attributes: dict[str, list[tuple[str, str, Any, int]]] = {}
        said = basis.facts.attributes
        columns = [said[name].tolist() for name in ("entity", "attribute", "value", "date", "fact")]
        for entity, attribute, value, date, fact in zip(*columns, strict=True):
            if entity in self._facts:
                self._attributes.setdefault(entity, []).append((attribute, value, date, fact))
        self._known: dict[str, dict[str, Any]] = {
            str(row["entity"]): {str(name): value for name, value in row.items()}
            for row in basis.nodes[basis.nodes["entity"].isin(self.pages)].to_dict("records")
        }

    def _read_relations(self, rows: pd.DataFrame) -> None:
        """The facts behind each entity's relations, and of each relation the first day with its fact."""
        order = rows.sort_values(["date", "fact"])  # undated ones last
        columns = [order[name].tolist() for name in ("source", "target", "dimension", "date", "fact", "via")]
        for source, target, dimension, date, fact, via in zip(*columns, strict=True):
            for entity, other, direction in ((source, target, "to"), (target, source, "from")):
                if entity in self._facts:
                    self._facts[entity].add(fact)
                    if via is not None and via is not pd.NA:
                        self._facts[entity].add(via)
                    self._partners[entity].setdefault((dimension, direction, other), (date, fact))

    def attribute_facts(self, entity: str) -> list[int]:
        """The facts that its attributes rest on, as far as these are shown."""
        return [fact for *_, fact in self._attributes.get(entity, [])[:ATTRIBUTES_MOST]]

    def facts(self, entity: str) -> Ints:
        """The facts that the entity stands in, and those that its relations rest on."""
        return np.array(sorted(self._facts[entity]), dtype=np.int64)

    def name(self, entity: str, language: Language) -> str:
        known = self._known[entity]
        english = known["name_en"] if isinstance(known["name_en"], str) else ""
        return display(str(known["name"]), english, language)

    def row(self, entity: str, language: Language) -> dict[str, Any]:
        """The entity's line in the list of all."""
        known = self._known[entity]
        return {
            "entity": entity,
            "name": self.name(entity, language),
            "kind": called(str(known["kind"]), ENTITY_KINDS, language),
            "country": _text(known["country"]),
            "sample": bool(known["sample"]),
            "degree": f"{self.degree.get(entity, 0):,}",
        }

    def page(
        self,
        entity: str,
        language: Language,
        traced: Mapping[int, TracedFact],
        href: Href,
        history: History | None = None,
        names: Sequence[WrittenName] = (),
    ) -> dict[str, Any]:
        """What the template shows, but for the facts themselves; `traced` has its attributes."""
        known = self._known[entity]
        relations = self._relations(entity, language, href)
        return {
            **self.row(entity, language),
            "heading": self.name(entity, language),
            "layer": _text(known["layer"]),
            "core_technology": _text(known["core_technology"]),
            "names": [_name(one, language) for one in names[:NAMES_MOST]],
            "attributes": self._attribute_groups(entity, language, traced, href),
            "degrees": self._degrees(entity),
            "totals": self._totals(entity, language),
            "relations": relations[:RELATIONS_MOST],
            "more_relations": max(len(relations) - RELATIONS_MOST, 0),
            **_history(history or History(), language),
        }

    def _attribute_groups(
        self, entity: str, language: Language, traced: Mapping[int, TracedFact], href: Href
    ) -> list[dict[str, Any]]:
        """Each attribute with its values in order of the time that they are of, undated ones last."""
        groups: dict[str, list[dict[str, Any]]] = {}
        said = self._attributes.get(entity, [])[:ATTRIBUTES_MOST]
        for attribute, value, date, fact in sorted(
            said, key=lambda one: (one[0], pd.isna(one[2]), _date(one[2]))
        ):
            one = traced.get(fact)
            groups.setdefault(called(attribute, DETAILS, language), []).append(
                {
                    "value": value,
                    "date": when(one, language) if one else _date(date),
                    "source": _source(one, language) if one else "",
                    "href": href(fact),
                }
            )
        return [{"name": name, "values": values} for name, values in groups.items()]

    def _degrees(self, entity: str) -> list[dict[str, Any]]:
        """Degrees by year, of the years in which it is a node."""
        return [
            {"year": year, "in": f"{one[0]:,}", "out": f"{one[1]:,}", "all": f"{sum(one):,}"}
            for year, found in self._by_year.items()
            if (one := found.get(entity))
        ]

    def _totals(self, entity: str, language: Language) -> list[dict[str, Any]]:
        """How many others it is related to, by dimension and direction."""
        counts: dict[tuple[str, str], int] = {}
        for dimension, direction, _ in self._partners[entity]:
            counts[dimension, direction] = counts.get((dimension, direction), 0) + 1
        return [
            {
                "dimension": words.of(language),
                "to": f"{counts.get((dimension, 'to'), 0):,}",
                "from": f"{counts.get((dimension, 'from'), 0):,}",
            }
            for dimension, words in DIMENSION_WORDS.items()
            if any((dimension, direction) in counts for direction in ("to", "from"))
        ]

    def _relations(self, entity: str, language: Language, href: Href) -> list[dict[str, Any]]:
        found = [(date, *tie, fact) for tie, (date, fact) in self._partners[entity].items()]
        # The newest first, undated ones last.
        found.sort(key=lambda one: (pd.isna(one[0]), 0 if pd.isna(one[0]) else -one[0].value, *one[1:]))
        return [
            {
                "date": _date(date) or say("undated", language),
                "dimension": DIMENSION_WORDS[dimension].of(language),
                "direction": say(direction, language),
                "entity": partner if partner in self.pages else "",
                "name": display(*self._called[partner], language),
                "href": href(fact),
            }
            for date, dimension, direction, partner, fact in found
        ]


def _degrees(basis: Basis, year: int) -> dict[str, tuple[int, int]]:
    """Entity → edges that lead to it, edges that lead from it, in the network of a year."""
    network = basis.network(year)
    count = len(network.nodes)
    inward = np.bincount(network.edges["target"], minlength=count).tolist()
    outward = np.bincount(network.edges["source"], minlength=count).tolist()
    return dict(zip(network.nodes["entity"].tolist(), zip(inward, outward, strict=True), strict=True))


def _name(one: WrittenName, language: Language) -> dict[str, Any]:
    return {
        "name": one.name,
        "count": one.facts,
        "first": _date(one.first),
        "last": _date(one.last),
        "sources": "、".join(sorted({title.of(language) for title in one.sources})),
    }


def _source(fact: TracedFact, language: Language) -> str:
    return (fact.source_title_zh if language == "zh" else fact.source_title) or fact.source


def _history(history: History, language: Language) -> dict[str, Any]:
    decisions = [
        {
            "number": one.number,
            "day": one.day,
            "by": one.by,
            "left": one.left,
            "verdict": VERDICTS[one.verdict].of(language),
            "right": one.right,
            "reason": one.reason,
            "undone": one.undone,
        }
        for one in history.decisions
    ]
    return {"identifiers": history.identifiers, "decisions": decisions, "more_decisions": history.more}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _date(value: Any) -> str:
    return "" if value is None or value is pd.NaT else f"{value:%Y-%m-%d}"
