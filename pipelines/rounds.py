"""Names of financing rounds: the one way of writing each, and which are unknown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from pipelines.folding import fold
from pipelines.taxonomy import taxonomy

#: Pre-A, A, A1, A+, A++ ... with or without 轮; "Series A-1" likewise.
_LETTERED: Final = re.compile(
    r"(?P<pre>pre-?)?(?P<letter>[a-k])-?(?P<more>\d|\+{1,3})?(?:轮|轮融资|\s?round)?"
)
_PLUS: Final = re.compile(r"(?P<name>种子|天使|pre-?ipo)(?P<more>\+{1,3}|\d)?(?:轮|轮融资)?")
_EMPTY: Final = frozenset(
    ("", "未披露", "未透露", "未公开", "未知", "不详", "-", "其他", "轮次未知", "未公布")
)


@dataclass(frozen=True, slots=True)
class Round:
    """A round. `name` is None when the words are not known (`known` False) or say that it is undisclosed.

    `stage` orders rounds of one company (seed 10, angel 20, Pre-A 95, A 100, A+ 101, B 200, listing 1000);
    None where a round has no place in that order. `kind` as in the taxonomy `funding_rounds`.
    """

    as_written: str
    name: str | None
    kind: str | None
    stage: int | None
    known: bool


def read_round(text: str) -> Round:
    """The round that `text` names; never raises: an unknown name is flagged by `known`."""
    written = text.strip()
    plain = fold(written).casefold().removeprefix("series ")
    if plain in _EMPTY:
        return Round(written, None, None, None, known=True)
    if match := _LETTERED.fullmatch(plain):
        before, more = match["pre"], match["more"] or ""
        letter = match["letter"].upper()
        stage = (ord(letter) - ord("A") + 1) * 100 + (len(more) if "+" in more else int(more or 0))
        return Round(
            written, f"{'Pre-' if before else ''}{letter}{more}轮", "venture", stage - 5 * bool(before), True
        )
    more, name = "", plain
    if match := _PLUS.fullmatch(plain):
        name, more = match["name"], match["more"] or ""
    term = taxonomy("funding_rounds").find(name) or taxonomy("funding_rounds").find(name.removesuffix("融资"))
    if term is None:
        return Round(written, None, None, None, known=False)
    stage_of = term.attributes.get("order")
    label = term.code if not more else f"{term.code.removesuffix('轮')}{more}轮"
    return Round(
        written,
        label,
        term.attributes["kind"],
        None if stage_of is None else int(stage_of) + (len(more) if "+" in more else int(more or 0)),
        known=True,
    )
