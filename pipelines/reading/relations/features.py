"""Pieces of text around two names, in families: what the weighted model looks at. Features have 32 bits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from zlib import crc32

from pipelines.reading.relations.examples import Example, Span

#: The families, and how much one weighs against another: each is brought to this length.
FAMILIES: Final = {"marked": 1.0, "segment": 0.7, "window": 0.7, "name": 0.4, "identity": 0.3, "shape": 0.4}
_A, _B = "Ⓐ", "Ⓑ"
_STOPS: Final = frozenset(",.。、;:“”()《》-—!? ")
_NEAR: Final = 8


def features(example: Example) -> dict[str, frozenset[int]]:
    """The features of a pair, by family; at most a few thousand."""
    left, right, order = _closest(example)
    text = example.text
    before, between, after = text[: left[0]], text[left[1] : right[0]], text[right[1] :]
    parts: dict[str, Iterator[str]] = {
        "marked": _marked(example),
        "segment": _segments(before, between, after, order),
        "window": _windows(text, left, right, order),
        "name": _names(example),
        "identity": _identity(example),
        "shape": _shape(example, before, between, order),
    }
    return {
        family: frozenset(crc32(f"{family[:2]}{part}".encode()) for part in found)
        for family, found in parts.items()
    }


def _grams(text: str, low: int, high: int) -> Iterator[str]:
    for size in range(low, high + 1):
        for at in range(len(text) - size + 1):
            yield text[at : at + size]


def _closest(example: Example) -> tuple[Span, Span, str]:
    """The mentions of A and B that stand closest, the left one first, and which is which."""
    _, a, b = min((max(a[0], b[0]) - min(a[1], b[1]), a, b) for a in example.a for b in example.b)
    return (a, b, "AB") if a[0] < b[0] else (b, a, "BA")


def _marked(example: Example) -> Iterator[str]:
    """Pieces of the sentence in which a sign stands for each name: of up to 4 characters, 5 with a sign."""
    parts: list[str] = []
    at = 0
    for start, end, sign in sorted([(*a, _A) for a in example.a] + [(*b, _B) for b in example.b]):
        if start >= at:
            parts += [example.text[at:start], sign]
            at = end
    text = "".join(parts) + example.text[at:]
    yield from _grams(text, 1, 4)
    yield from (gram for gram in _grams(text, 5, 5) if _A in gram or _B in gram)


def _segments(before: str, between: str, after: str, order: str) -> Iterator[str]:
    for name, text, longest in (("<", before[-20:], 3), ("=", between[:40], 4), (">", after[:25], 3)):
        yield from (f"{name}{order}{gram}" for gram in _grams(text, 1, longest))


def _windows(text: str, left: Span, right: Span, order: str) -> Iterator[str]:
    for side, (start, end) in (("L", left), ("R", right)):
        before, after = text[max(0, start - _NEAR) : start], text[end : end + _NEAR]
        for size in range(1, 6):
            yield f"w<{order}{side}{before[-size:] if len(before) >= size else '^'}"
            yield f"w>{order}{side}{after[:size] if len(after) >= size else '$'}"
        yield from (f"v<{order}{side}{gram}" for gram in _grams(before, 2, 3))
        yield from (f"v>{order}{side}{gram}" for gram in _grams(after, 2, 3))


def _names(example: Example) -> Iterator[str]:
    for who, name in zip("AB", example.names, strict=True):
        for size in (2, 3, 4):
            yield f"S{who}{name[-size:]}"
            yield f"P{who}{name[:size]}"
        for gram in _grams(name, 1, 3):
            yield f"c{gram}"
            yield f"c{who}{gram}"
        yield f"l{who}{min(8, len(name))}"
        yield f"x{who}{name.isascii()}"


def _identity(example: Example) -> Iterator[str]:
    a, b = example.names
    yield from (f"A{a}", f"B{b}", f"*{a}", f"*{b}", f"={a}|{b}", f"+{'|'.join(sorted((a, b)))}")
    yield f"s{a[-2:]}|{b[-2:]}"


def _shape(example: Example, before: str, between: str, order: str) -> Iterator[str]:
    a, b = example.names
    far = len(between)
    common = len(set(a) & set(b))
    yield f"o{order}"
    yield f"d{far if far < 4 else 4 + min(8, far // 6)}"
    if far <= _NEAR:
        yield f"t{order}{between}"
    yield "p" + "".join(char for char in between if char in _STOPS)[:6]
    yield f"b{min(3, len(before))}"
    yield f"n{min(3, len(example.a))}{min(3, len(example.b))}"
    yield f"k{min(4, common)}"
    yield f"i{a in b}{b in a}"
    yield f"q{_within(a, b)}{_within(b, a)}"
    yield f"j{10 * common // max(1, len(set(a) | set(b)))}"
    yield f"h{next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))}"


def _within(short: str, long: str) -> bool:
    """Whether the characters of `short` stand in `long` in the same order."""
    rest = iter(long)
    return all(char in rest for char in short)
