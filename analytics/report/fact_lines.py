"""Facts as lines: when, who, what; each leads to the place where the fact stands in full."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import pandas as pd
from markupsafe import Markup, escape

from analytics.basis import Basis
from analytics.exhibits import Language
from analytics.report.describing import display
from analytics.report.wording import DETAILS, KINDS, called, say
from analytics.simple_graph import Ints

#: Whoever stands in these roles takes; all others stand before the arrow.
_TAKES: Final = frozenset({"recipient", "target", "other"})
#: A longer value is cut: it stands in full with the fact.
_WORDS_MOST: Final = 80
#: Kinds of which the value says nothing that the kind and the names do not.
_PLAIN: Final = frozenset({"cooperation", "name"})


class FactLines:
    """The lines of some facts, in both languages. Who stands in a fact is who it was resolved to."""

    def __init__(self, basis: Basis, facts: Ints, shelf: Callable[[int], str]) -> None:
        self._shelf = shelf
        rows = basis.facts.facts
        rows = rows[rows["fact"].isin(facts)]
        columns = ("fact", "kind", "value", "detail", "date", "precision")
        self._told = {row[0]: row[1:] for row in zip(*(rows[name].tolist() for name in columns), strict=True)}
        self._who: dict[int, tuple[list[str], list[str]]] = {one: ([], []) for one in self._told}
        roles = basis.facts.roles
        roles = roles[roles["fact"].isin(rows["fact"])]
        for fact, role, entity in zip(
            *(roles[name].tolist() for name in ("fact", "role", "entity")), strict=True
        ):
            side = self._who[fact][role in _TAKES]
            if entity not in side:
                side.append(entity)
        known = basis.known
        english = [one if isinstance(one, str) else "" for one in known["name_en"]]
        names = zip(known["name"].astype(str).tolist(), english, strict=True)
        self._called: dict[str, tuple[str, str]] = dict(zip(known.index, names, strict=True))
        self._kept: dict[Language, dict[int, Markup]] = {"zh": {}, "en": {}}

    def html(self, facts: Iterable[int], language: Language) -> Markup:
        """The lines of a list, as a page in a folder beside that of the facts shows them."""
        kept = self._kept[language]
        found = []
        for fact in facts:
            line = kept.get(fact)
            if line is None:
                line = kept[fact] = self._line(fact, language)
            found.append(line)
        return Markup("\n").join(found)

    def _name(self, entity: str, language: Language) -> str:
        name, english = self._called.get(entity, ("", ""))
        return display(name, english, language)

    def _line(self, fact: int, language: Language) -> Markup:
        kind, value, detail, date, precision = self._told[fact]
        words = _what(kind, value, detail, language)
        between = "、" if language == "zh" else ", "
        sides = [between.join(self._name(one, language) for one in side) for side in self._who[fact]]
        who = " → ".join(filter(None, sides))
        when = _day(date, precision) or say("undated", language)
        address = f"../facts/{self._shelf(fact)}.html#f{fact}"
        return Markup(f'<li><a href="{address}">{escape(when)}</a> {escape(who)} {escape(words)}</li>')  # noqa: S704  # every part is escaped


def _what(kind: str, value: Any, detail: dict[str, Any], language: Language) -> str:
    text = "" if kind in _PLAIN or not isinstance(value, str) else value[:_WORDS_MOST]
    if kind == "attribute":
        return f"{called(str(detail.get('attribute', '')), DETAILS, language)}: {text}"
    return f"{called(kind, KINDS, language)} {text}".strip()


def _day(date: Any, precision: Any) -> str:
    if date is None or date is pd.NaT or pd.isna(date):
        return ""
    return {"year": f"{date.year}", "month": f"{date:%Y-%m}"}.get(precision, f"{date:%Y-%m-%d}")
