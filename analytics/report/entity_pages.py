"""Pages of entities: names, attributes, relations, and the facts that all of it rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from analytics.basis import Basis, fact_ids
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


class EntityPages:
    """What the pages of some entities show. The frames are looked up by entity, once."""

    def __init__(self, basis: Basis, most: int, named: frozenset[str]) -> None:
        """Pages for the entities in `named`, and for those with the highest degrees up to `most`."""
        self.basis = basis
        network = basis.network(basis.last)
        degree = dict(zip(network.nodes["entity"], degrees(network).tolist(), strict=True))
        order = sorted({*degree, *named, *basis.sample}, key=lambda one: (-degree.get(one, 0), one))
        kept = {*order[:most], *named}
        self.listed: list[str] = [one for one in order if one in kept and one in basis.known.index]
        self.degree: dict[str, int] = degree
        self.pages = frozenset(self.listed)
        rows = basis.relations
        self._out = _groups(rows, "source", self.pages)
        self._in = _groups(rows, "target", self.pages)
        self._roles = _groups(basis.facts.roles, "entity", self.pages)
        self._attributes = _groups(basis.facts.attributes, "entity", self.pages)
        self._known: dict[str, dict[str, Any]] = {
            str(row["entity"]): {str(name): value for name, value in row.items()}
            for row in basis.nodes[basis.nodes["entity"].isin(self.pages)].to_dict("records")
        }

    def facts(self, entity: str) -> Ints:
        """The facts that the entity stands in, and those that its relations rest on."""
        parts = [fact_ids(found[entity]) for found in (self._out, self._in) if entity in found]
        if entity in self._roles:
            parts.append(self._roles[entity]["fact"].to_numpy(dtype=np.int64))
        return np.unique(np.concatenate(parts)) if parts else np.zeros(0, dtype=np.int64)

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
        if entity not in self._roles:
            return []
        written = Counter(
            bearer.written
            for fact in sorted(set(self._roles[entity]["fact"].tolist()))
            if fact in traced
            for bearer in traced[fact].bearers
            if bearer.entity == entity
        )
        return sorted(written.items(), key=lambda item: (-item[1], item[0]))

    def _attribute_rows(self, entity: str, language: Language, href: Href) -> list[dict[str, Any]]:
        rows = self._attributes.get(entity)
        if rows is None:
            return []
        return [
            {
                "name": called(str(row.attribute), DETAILS, language),
                "value": str(row.value),
                "date": _date(row.date),
                "href": href(int(row.fact)),  # type: ignore[arg-type]  # columns of itertuples are untyped
            }
            for row in rows.itertuples()
        ]

    def _relations(self, entity: str, language: Language, href: Href) -> list[dict[str, Any]]:
        found = []
        for groups, other, direction in ((self._out, "target", "to"), (self._in, "source", "from")):
            rows = groups.get(entity)
            if rows is None:
                continue
            first = rows.sort_values(["date", "fact"]).drop_duplicates(["dimension", other])
            for partner, dimension, date, fact in first[[other, "dimension", "date", "fact"]].itertuples(
                index=False
            ):
                found.append((date, str(partner), str(dimension), direction, int(fact)))
        # The newest first, undated ones last.
        found.sort(key=lambda one: (one[0] is pd.NaT, -one[0].value if one[0] is not pd.NaT else 0, *one[1:]))
        names = self.basis.names([partner for _, partner, _, _, _ in found])
        return [
            {
                "date": _date(date) or say("undated", language),
                "dimension": DIMENSION_WORDS[dimension].of(language),
                "direction": say(direction, language),
                "entity": partner if partner in self.pages else "",
                "name": display(name, english, language),
                "href": href(fact),
            }
            for (date, partner, dimension, direction, fact), name, english in zip(
                found, names["name"], names["name_en"], strict=True
            )
        ]


def _groups(frame: pd.DataFrame, column: str, wanted: frozenset[str]) -> dict[str, pd.DataFrame]:
    chosen = frame[frame[column].isin(wanted)]
    return {str(key): rows for key, rows in chosen.groupby(column)}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _date(value: Any) -> str:
    return "" if value is None or value is pd.NaT else f"{value:%Y-%m-%d}"
