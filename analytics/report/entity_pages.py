"""Pages of entities: names, attributes, relations, and the facts that all of it rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from analytics.basis import Basis
from analytics.exhibits import Language
from analytics.measures import degrees
from analytics.report.describing import display
from analytics.report.wording import DETAILS, DIMENSION_WORDS, ENTITY_KINDS, called, say
from analytics.simple_graph import Ints
from analytics.trace import TracedFact

#: Relations listed on a page; the others are among its facts.
RELATIONS_MOST: Final = 300

#: A fact → where a page shows it, as an address relative to an entity's page.
Href = Callable[[int], str]

#: Dimension, direction (to, from) and the other end of a relation.
_Tie = tuple[str, str, str]


class EntityPages:
    """What the pages of some entities show. The frames are looked up by entity, once."""

    def __init__(self, basis: Basis, most: int, named: frozenset[str]) -> None:
        """Pages for the entities in `named`, and for those with the highest degrees up to `most`."""
        self.basis = basis
        network = basis.network(basis.last)
        every = basis.names(basis.nodes["entity"])
        self._called = dict(
            zip(every["entity"], zip(every["name"], every["name_en"], strict=True), strict=True)
        )
        degree = dict(zip(network.nodes["entity"], degrees(network).tolist(), strict=True))
        order = sorted({*degree, *named, *basis.sample}, key=lambda one: (-degree.get(one, 0), one))
        kept = {*order[:most], *named}
        self.listed: list[str] = [one for one in order if one in kept and one in basis.known.index]
        self.degree: dict[str, int] = degree
        self.pages = frozenset(self.listed)
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
        self, entity: str, language: Language, traced: Mapping[int, TracedFact], href: Href
    ) -> dict[str, Any]:
        """What the template shows, but for the facts themselves."""
        known = self._known[entity]
        relations = self._relations(entity, language, href)
        return {
            **self.row(entity, language),
            "heading": self.name(entity, language),
            "layer": _text(known["layer"]),
            "core_technology": _text(known["core_technology"]),
            "names": self._names(entity, traced),
            "attributes": self._attribute_rows(entity, language, href),
            "relations": relations[:RELATIONS_MOST],
            "more_relations": max(len(relations) - RELATIONS_MOST, 0),
        }

    def _names(self, entity: str, traced: Mapping[int, TracedFact]) -> list[tuple[str, int]]:
        written = Counter(
            bearer.written
            for fact in self._facts[entity]
            if fact in traced
            for bearer in traced[fact].bearers
            if bearer.entity == entity
        )
        return sorted(written.items(), key=lambda item: (-item[1], item[0]))

    def _attribute_rows(self, entity: str, language: Language, href: Href) -> list[dict[str, Any]]:
        return [
            {
                "name": called(attribute, DETAILS, language),
                "value": value,
                "date": _date(date),
                "href": href(fact),
            }
            for attribute, value, date, fact in self._attributes.get(entity, ())
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


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _date(value: Any) -> str:
    return "" if value is None or value is pd.NaT else f"{value:%Y-%m-%d}"
