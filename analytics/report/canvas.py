"""Drawing of inline SVG: marks with a tooltip and a way to their facts, axes, text that stays text.

Invariants: every word is escaped; nothing has an id, so that a page may hold any number of drawings; no style
attribute is used, which the pages' policy would refuse; the same input gives the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from markupsafe import Markup, escape

Anchor = Literal["start", "middle", "end"]

INK: Final = "#1f2328"
SOFT: Final = "#5b626a"
GRID: Final = "#e4e7ea"
SIZE: Final = 13.0
#: Of a letter, in units of its size: Chinese ones are square, the others narrower.
_NARROW: Final = 0.56


def width_of(text: str, size: float = SIZE) -> float:
    """About how wide a text is; fonts differ."""
    return sum(1.0 if ord(char) > 0x2E7F else _NARROW for char in text) * size


def shortened(text: str, most: float, size: float = SIZE) -> str:
    """The text, cut with an ellipsis where it is wider than that."""
    if width_of(text, size) <= most:
        return text
    while text and width_of(text + "…", size) > most:
        text = text[:-1]
    return text + "…"


@dataclass(slots=True)
class Canvas:
    """A drawing that grows; `height` may be raised while drawing."""

    width: float
    height: float
    parts: list[str] = field(default_factory=list)

    def line(
        self, x1: float, y1: float, x2: float, y2: float, colour: str = GRID, width: float = 1.0
    ) -> None:
        """A straight line."""
        self.parts.append(
            f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{colour}" '
            f'stroke-width="{width:g}" fill="none"/>'
        )

    def path(self, points: Sequence[tuple[float, float]], colour: str) -> None:
        """A line through points."""
        drawn = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        self.parts.append(f'<path d="M{drawn}" stroke="{colour}" stroke-width="2.2" fill="none"/>')

    def text(
        self, x: float, y: float, words: str, anchor: Anchor = "start", colour: str = INK, size: float = SIZE
    ) -> None:
        """Words on a base line."""
        self.parts.append(_text(x, y, words, anchor, colour, size, ""))

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """A rectangle without a meaning of its own, as in a legend."""
        self.parts.append(_rect(x, y, width, height, colour))

    def bar(self, place: tuple[float, float, float, float], colour: str, mark: Mark) -> None:
        """A rectangle (x, y, width, height) that stands for a cell."""
        self.parts.append(mark.wrap(_rect(*place, colour)))

    def dot(self, x: float, y: float, radius: float, colour: str, mark: Mark) -> None:
        """A point that stands for a cell; a larger one that is not seen takes the pointer."""
        seen = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{colour}" stroke="#fff"/>'
        near = (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{max(radius * 2.2, 9):g}" fill="#fff" fill-opacity="0"/>'
        )
        label = _text(x, y - 9, mark.value, "middle", INK, 12.0, ' class="value"') if mark.value else ""
        self.parts.append(mark.wrap(near + seen + label))

    def group(self, name: str) -> None:
        """Begin a group of marks of one series."""
        self.parts.append(f'<g class="{name}">')

    def end(self) -> None:
        """End the group."""
        self.parts.append("</g>")

    def markup(self, title: str, class_name: str) -> Markup:
        """The whole drawing."""
        head = (
            f'<svg class="{class_name}" viewBox="0 0 {self.width:g} {self.height:g}" role="group" '
            f'aria-label="{escape(title)}" xmlns="http://www.w3.org/2000/svg">'
        )
        return Markup(head + "".join(self.parts) + "</svg>")  # noqa: S704  # every word in it was escaped


@dataclass(frozen=True, slots=True)
class Mark:
    """What a mark stands for: a tooltip, the address of its facts (empty: none), and a value shown when it is
    pointed at (empty: none)."""

    title: str
    href: str = ""
    value: str = ""

    def wrap(self, shape: str) -> str:
        """The shape with the tooltip, as a link where there is somewhere to go."""
        inside = f"<title>{escape(self.title)}</title>{shape}"
        if self.href:
            return (
                f'<a class="mark" href="{escape(self.href)}" aria-label="{escape(self.title)}">{inside}</a>'
            )
        return f'<g class="mark" role="img" aria-label="{escape(self.title)}">{inside}</g>'


def nice_ticks(high: float, wanted: int = 5, whole: bool = False) -> list[float]:
    """Round numbers from 0 up to at least `high`, about as many as wanted."""
    if not high > 0:
        return [0.0, 1.0]
    rough = high / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(one * power for one in (1, 2, 2.5, 5, 10) if one * power >= rough - 1e-12)
    if whole:
        step = max(1.0, float(math.ceil(step)))
    count = math.ceil(high / step - 1e-9)
    return [round(at * step, 10) for at in range(count + 1)]


def decades(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten within the bounds, which are above 0."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    steps = (1, 2, 5) if last - first <= 3 else (1,)
    every = [one * 10.0**power for power in range(first, last + 1) for one in steps]
    return [one for one in every if low * (1 - 1e-9) <= one <= high * (1 + 1e-9)]


def _text(
    x: float, y: float, words: str, anchor: Anchor, colour: str, size: float, extra: str
) -> str:  # fmt: skip
    side = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{colour}"{side}{extra}>{escape(words)}</text>'


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    size = f'width="{max(width, 0):.1f}" height="{max(height, 0):.1f}"'
    return f'<rect x="{x:.1f}" y="{y:.1f}" {size} fill="{colour}"/>'
