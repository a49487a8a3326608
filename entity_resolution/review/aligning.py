"""Two names side by side: their parts, what of them agrees, and the characters that they share."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz.distance import LCSseq

from entity_resolution.names import exact_key, fold, parts

#: Longer names are compared by their beginning.
_COMPARED = 120
_PARTS = ("place", "core", "trade", "unit", "legal_form", "brackets", "head")

#: A piece of a name and whether the other name has it.
Piece = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part in both names; `agrees` is one of *same*, *one* (only one name has it), *differ*."""

    part: str
    left: str
    right: str
    agrees: str


@dataclass(frozen=True, slots=True)
class Aligned:
    """Two names taken apart. `equal`: they are one name in two ways of writing."""

    left: tuple[Piece, ...]
    right: tuple[Piece, ...]
    parts: tuple[PartRow, ...]
    equal: bool


def align(left: str, right: str, *, persons: bool = False) -> Aligned:
    """The two names aligned; names of persons have no parts."""
    left, right = left[:_COMPARED], right[:_COMPARED]
    kind = "person" if persons else None
    key = exact_key(left, kind)
    rows = () if persons else tuple(_rows(left, right))
    return Aligned(*_pieces(left, right), rows, bool(key) and key == exact_key(right, kind))


def _rows(left: str, right: str) -> list[PartRow]:
    one, other = parts(left), parts(right)
    rows = []
    for part in _PARTS:
        mine, theirs = (_text(getattr(whole, part)) for whole in (one, other))
        if mine or theirs:
            agrees = "same" if mine == theirs else "differ" if mine and theirs else "one"
            rows.append(PartRow(part, mine, theirs, agrees))
    return rows


def _text(part: str | tuple[str, ...]) -> str:
    return part if isinstance(part, str) else " ".join(part)


def _pieces(left: str, right: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both names cut where they begin or cease to agree, each character compared as names are folded."""
    one, other = ([fold(char) or char for char in name] for name in (left, right))
    shared: tuple[set[int], set[int]] = (set(), set())
    for step in LCSseq.opcodes(one, other):
        if step.tag == "equal":
            shared[0].update(range(step.src_start, step.src_end))
            shared[1].update(range(step.dest_start, step.dest_end))
    return _cut(left, shared[0]), _cut(right, shared[1])


def _cut(name: str, shared: set[int]) -> tuple[Piece, ...]:
    found: list[Piece] = []
    for at, char in enumerate(name):
        if found and found[-1][1] == (at in shared):
            found[-1] = (found[-1][0] + char, found[-1][1])
        else:
            found.append((char, at in shared))
    return tuple(found)
