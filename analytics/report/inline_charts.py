"""Figures as inline SVG for pages: each mark has a tooltip and leads to the facts behind its number.

Drawn twice, wide and narrow: a drawing that shrinks would have words too small to read. Which one is seen is for
the style sheet. Networks are not drawn here; they stay pictures.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from analytics.charts import INK, OTHERS, PALETTE, SERIES_MOST, is_empty
from analytics.exhibits import Figure, Language, Words
from analytics.report.canvas import (
    GRID,
    SOFT,
    Canvas,
    Mark,
    decades,
    nice_ticks,
    shortened,
    width_of,
)
from analytics.report.describing import cell_text

#: A cell's path → the address of its facts; empty for none.
Href = Callable[[str], str]

WIDE: Final = 840.0
NARROW: Final = 400.0
_ROW: Final = 22.0


def inline_chart(figure: Figure, language: Language, href: Href) -> Markup | None:
    """The figure as SVG, wide and narrow; None where it is drawn only as a picture, or there is nothing to draw."""
    draw = _CHARTS.get(figure.chart)
    if draw is None or is_empty(figure):
        return None
    drawn = Markup("")
    for width, name in ((WIDE, "plot wide-plot"), (NARROW, "plot narrow-plot")):
        canvas = Canvas(width, 0.0)
        draw(_Drawing(figure, language, href, canvas))
        drawn += canvas.markup(figure.table.title.of(language), name)
    return drawn


@dataclass(slots=True)
class _Drawing:
    """A figure while it is drawn."""

    figure: Figure
    language: Language
    href: Href
    canvas: Canvas

    @property
    def narrow(self) -> bool:
        return self.canvas.width < WIDE

    def value(self, row: int, series: str) -> float | None:
        found = self.figure.table.value(row, series)
        return None if found is None else float(found)

    def said(self, row: int, series: str) -> str:
        column = self.figure.table.column(series)
        sign = "%" if column.kind == "share" else ""
        return cell_text(self.figure.table.value(row, series), column) + sign

    def words(self, series: str) -> str:
        return self.figure.table.column(series).words.of(self.language)

    def label(self, row: int) -> str:
        """What the row is called along the axis."""
        table = self.figure.table
        column = table.column(self.figure.x)
        if self.language == "en" and column.english:
            return str(table.value(row, column.english) or table.value(row, column.name))
        return cell_text(table.value(row, column.name), column)

    def mark(self, row: int, series: str, with_value: bool = False) -> Mark:
        path = f"{self.figure.table.row_path(row)}/{series}"
        said = self.said(row, series)
        return Mark(
            f"{self.label(row)} · {self.words(series)}: {said}", self.href(path), said if with_value else ""
        )

    @property
    def rows(self) -> range:
        return range(len(self.figure.table.frame))


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where the axes stand, and what is drawn against them."""

    left: float
    right: float
    top: float
    bottom: float

    def up(self, share: float) -> float:
        return self.bottom - (self.bottom - self.top) * share


def _frame(drawing: _Drawing, ticks: Sequence[float], room: float = 0.0) -> _Frame:
    """A frame with horizontal lines at the ticks; `room` is kept free at the right."""
    canvas = drawing.canvas
    words = [f"{tick:,g}" for tick in ticks]
    left = max(map(width_of, words)) + 14
    frame = _Frame(left, canvas.width - 10 - room, 34.0, 330.0 if not drawing.narrow else 270.0)
    canvas.text(0, 14, drawing.figure.y_title.of(drawing.language), colour=SOFT)
    for tick, word in zip(ticks, words, strict=True):
        y = frame.up(tick / ticks[-1])
        canvas.line(left, y, frame.right, y, GRID)
        canvas.text(left - 8, y + 4.5, word, "end", SOFT)
    canvas.height = frame.bottom + 30
    return frame


def _legend(drawing: _Drawing, entries: Sequence[tuple[str, str]]) -> None:
    """Colours and words under the drawing, as many beside each other as fit."""
    canvas = drawing.canvas
    widest = max(width_of(words) for words, _ in entries) + 34
    beside = max(1, int(canvas.width // widest))
    top = canvas.height
    for at, (words, colour) in enumerate(entries):
        x, y = (at % beside) * canvas.width / beside, top + (at // beside) * _ROW
        canvas.box(x + 2, y, 11, 11, colour)
        canvas.text(x + 20, y + 10.5, shortened(words, canvas.width / beside - 24))
    canvas.height = top + math.ceil(len(entries) / beside) * _ROW + 4


def _beside(drawing: _Drawing, x: float, ends: Sequence[tuple[float, str, str]], bottom: float) -> None:
    """Labels (height, words, colour) beside the ends of what they name, pushed apart where they would touch."""
    ordered = sorted(ends)
    places = [y for y, _, _ in ordered]
    for at in range(1, len(places)):
        places[at] = max(places[at], places[at - 1] + 18)
    if places and places[-1] > bottom:
        places[-1] = bottom
        for at in range(len(places) - 2, -1, -1):
            places[at] = min(places[at], places[at + 1] - 18)
    for y, (_, words, colour) in zip(places, ordered, strict=True):
        drawing.canvas.box(x, y - 5, 10, 10, colour)
        drawing.canvas.text(x + 16, y + 4.5, shortened(words, drawing.canvas.width - x - 16))


def _room(words: Sequence[str]) -> float:
    """Room that labels beside the drawing take."""
    return min(max(map(width_of, words)) + 34, 290.0)


def _year_marks(drawing: _Drawing, frame: _Frame, places: Sequence[float]) -> None:
    every = max(1, math.ceil(len(places) * 44 / max(frame.right - frame.left, 1)))
    for row, x in zip(drawing.rows, places, strict=True):
        if (len(places) - 1 - row) % every == 0:
            drawing.canvas.text(x, frame.bottom + 20, drawing.label(row), "middle", SOFT)


def _line(drawing: _Drawing) -> None:
    figure = drawing.figure
    shown = figure.series[: len(PALETTE)]
    values = [one for name in shown for row in drawing.rows if (one := drawing.value(row, name)) is not None]
    shares = all(figure.table.column(name).kind == "share" for name in shown)
    ticks = nice_ticks(max(values), whole=not shares)
    last = len(drawing.rows) - 1
    labels = [f"{drawing.words(name)}  {drawing.said(last, name)}" for name in shown]
    frame = _frame(drawing, ticks, 0.0 if drawing.narrow else _room(labels))
    inner = frame.right - frame.left - 36
    places = [frame.left + 18 + inner * row / max(last, 1) for row in drawing.rows]
    _year_marks(drawing, frame, places)
    ends = []
    for name, colour, words in zip(shown, PALETTE, labels, strict=False):
        drawing.canvas.group("series")
        for run in _runs(drawing, name):
            drawing.canvas.path([(places[row], frame.up(value / ticks[-1])) for row, value in run], colour)
            for row, value in run:
                mark = drawing.mark(row, name, with_value=True)
                drawing.canvas.dot(places[row], frame.up(value / ticks[-1]), 4.2, colour, mark)
        drawing.canvas.end()
        if (final := drawing.value(last, name)) is not None:
            ends.append((frame.up(final / ticks[-1]), words, colour))
    if drawing.narrow:
        _legend(drawing, [(words, colour) for words, colour in zip(labels, PALETTE, strict=False)])
    elif ends:
        _beside(drawing, frame.right + 10, ends, frame.bottom)


def _runs(drawing: _Drawing, series: str) -> list[list[tuple[int, float]]]:
    """Known values in unbroken runs: no line leads across a gap."""
    runs: list[list[tuple[int, float]]] = [[]]
    for row in drawing.rows:
        value = drawing.value(row, series)
        if value is None:
            runs.append([])
        else:
            runs[-1].append((row, value))
    return [run for run in runs if run]


def _stacked(drawing: _Drawing) -> None:
    figure = drawing.figure
    known = [
        row for row in drawing.rows if any(drawing.value(row, name) is not None for name in figure.series)
    ]
    last = known[-1]
    sizes = {name: drawing.value(last, name) or 0.0 for name in figure.series}
    leading = sorted((name for name in figure.series if sizes[name] > 0), key=lambda name: -sizes[name])
    shown = leading[:SERIES_MOST]
    rest = [name for name in figure.series if name not in shown]
    others = Words(f"其他{len(rest)}类", f"{len(rest)} others").of(drawing.language)
    labels = [f"{drawing.words(name)}  {sizes[name]:.1f}%" for name in shown]
    other_label = f"{others}  {sum(sizes[name] for name in rest):.1f}%"
    frame = _frame(drawing, nice_ticks(100.0), 0.0 if drawing.narrow else _room([*labels, other_label]))
    step = (frame.right - frame.left) / len(drawing.rows)
    places = [frame.left + step * (row + 0.5) for row in drawing.rows]
    _year_marks(drawing, frame, places)
    base = dict.fromkeys(drawing.rows, 0.0)
    ends, entries = [], []
    for name, colour, words in zip(shown, PALETTE, labels, strict=False):
        drawing.canvas.group("series")
        for row in drawing.rows:
            value = drawing.value(row, name) or 0.0
            if value:
                top = frame.up((base[row] + value) / 100)
                height = frame.up(base[row] / 100) - top
                place = (places[row] - step * 0.36, top, step * 0.72, height)
                drawing.canvas.bar(place, colour, drawing.mark(row, name))
            base[row] += value
        drawing.canvas.end()
        ends.append((frame.up((base[last] - sizes[name] / 2) / 100), words, colour))
        entries.append((words, colour))
    if any(drawing.value(row, name) for name in rest for row in drawing.rows):
        drawing.canvas.group("series")
        for row in drawing.rows:
            rests = sum(drawing.value(row, name) or 0.0 for name in rest)
            if rests:
                top = frame.up((base[row] + rests) / 100)
                place = (places[row] - step * 0.36, top, step * 0.72, frame.up(base[row] / 100) - top)
                drawing.canvas.bar(place, OTHERS, Mark(f"{drawing.label(row)} · {others}: {rests:.2f}%"))
        drawing.canvas.end()
        ends.append((frame.up((100 + base[last]) / 200), other_label, OTHERS))
        entries.append((other_label, OTHERS))
    if drawing.narrow:
        _legend(drawing, entries)
    else:
        _beside(drawing, frame.right + 10, ends, frame.bottom)


def _loglog(drawing: _Drawing) -> None:
    figure, canvas, series = drawing.figure, drawing.canvas, drawing.figure.series[0]
    points = [
        (row, x, y)
        for row in drawing.rows
        if (x := drawing.value(row, figure.x)) and (y := drawing.value(row, series))
    ]
    low_x, high_x = min(x for _, x, _ in points), max(x for _, x, _ in points)
    low_y, high_y = min(y for _, _, y in points), max(y for _, _, y in points)
    frame = _Frame(58.0, canvas.width - 16, 34.0, 330.0 if not drawing.narrow else 290.0)

    def at(x: float, y: float) -> tuple[float, float]:
        across = math.log(x / low_x) / (math.log(high_x / low_x) or 1.0)
        up = math.log(y / low_y) / (math.log(high_y / low_y) or 1.0)
        return frame.left + 10 + (frame.right - frame.left - 20) * across, frame.up(0.03 + 0.94 * up)

    canvas.text(0, 14, figure.y_title.of(drawing.language), colour=SOFT)
    for tick in decades(low_y, high_y):
        y = at(low_x, tick)[1]
        canvas.line(frame.left, y, frame.right, y)
        canvas.text(frame.left - 8, y + 4.5, f"{tick:,g}", "end", SOFT)
    for tick in decades(low_x, high_x):
        x = at(tick, low_y)[0]
        canvas.line(x, frame.top, x, frame.bottom)
        canvas.text(x, frame.bottom + 20, f"{tick:,g}", "middle", SOFT)
    canvas.text(frame.right, frame.bottom + 42, figure.x_title.of(drawing.language), "end", SOFT)
    canvas.height = frame.bottom + 52
    if figure.line is not None and high_x > figure.line[1]:
        exponent, least, share = figure.line
        # the straight line ends where it would leave the frame
        end = min(high_x, least * (low_y / share) ** (1 / (1 - exponent))) if exponent > 1 else high_x
        canvas.path([at(least, share), at(end, share * (end / least) ** (1 - exponent))], PALETTE[3])
        words = Words(f"幂律拟合，指数 {exponent:.2f}", f"power-law fit, exponent {exponent:.2f}")
        canvas.text(frame.right - 4, frame.top + 14, words.of(drawing.language), "end")
    canvas.group("series")
    for row, x, y in points:
        canvas.dot(*at(x, y), 3.6, PALETTE[0], drawing.mark(row, series))
    canvas.end()


def _bars(drawing: _Drawing) -> None:
    """Wholes and their shares, a bar each."""
    figure, canvas = drawing.figure, drawing.canvas
    top = 6.0
    for row in drawing.rows:
        canvas.text(0, top + 12, drawing.label(row))
        left = 0.0
        for name, colour in zip(figure.series, PALETTE, strict=False):
            value = drawing.value(row, name) or 0.0
            wide = value / 100 * canvas.width
            if value:
                canvas.bar((left, top + 20, wide - 1, 30), colour, drawing.mark(row, name))
                words = f"{value:.1f}%"
                if wide > width_of(words) + 10:
                    light = "#ffffff" if colour == PALETTE[0] else INK
                    canvas.text(left + wide / 2, top + 40, words, "middle", light)
            left += wide
        if not left:
            canvas.text(0, top + 40, Words("尚无数据", "No data yet").of(drawing.language), colour=SOFT)
        top += 66
    canvas.height = top + 4
    _legend(drawing, [(drawing.words(n), c) for n, c in zip(figure.series, PALETTE, strict=False)])


def _columns(drawing: _Drawing) -> None:
    series = drawing.figure.series[0]
    values = [drawing.value(row, series) or 0.0 for row in drawing.rows]
    labels = [drawing.label(row) for row in drawing.rows]
    step = (drawing.canvas.width - 60) / len(values)
    said = [drawing.said(row, series) for row in drawing.rows]
    if max(map(width_of, [*labels, *(one for one in said)])) > step - 4:
        _ranked(drawing)  # words that would run into each other stand beside bars that lie
        return
    share = drawing.figure.table.column(series).kind == "share"
    ticks = nice_ticks(max(values) or 1.0, whole=not share)
    frame = _frame(drawing, ticks)
    step = (frame.right - frame.left) / len(values)
    drawing.canvas.group("series")
    for row, value in enumerate(values):
        x = frame.left + step * (row + 0.5)
        drawing.canvas.text(x, frame.bottom + 20, labels[row], "middle")
        y = frame.up(value / ticks[-1])
        if value:
            place = (x - step * 0.34, y, step * 0.68, frame.bottom - y)
            drawing.canvas.bar(place, PALETTE[0], drawing.mark(row, series))
        drawing.canvas.text(x, y - 6, said[row], "middle")
    drawing.canvas.end()


def _ranked(drawing: _Drawing) -> None:
    series, canvas = drawing.figure.series[0], drawing.canvas
    values = [drawing.value(row, series) or 0.0 for row in drawing.rows]
    said = [drawing.said(row, series) for row in drawing.rows]
    labels = [drawing.label(row) for row in drawing.rows]
    left = min(max(map(width_of, labels)) + 12, canvas.width * 0.42)
    right = canvas.width - max(map(width_of, said)) - 12
    most = max(values) or 1.0
    canvas.text(0, 14, drawing.figure.y_title.of(drawing.language), colour=SOFT)
    canvas.group("series")
    for row, value in enumerate(values):
        y = 28 + row * _ROW
        canvas.text(left - 8, y + 12.5, shortened(labels[row], left - 10), "end")
        wide = (right - left) * value / most
        if value:
            canvas.bar((left, y + 1, max(wide, 1.0), _ROW - 6), PALETTE[0], drawing.mark(row, series))
        canvas.text(left + wide + 6, y + 12.5, said[row], colour=SOFT)
    canvas.end()
    canvas.height = 28 + len(values) * _ROW + 6


_CHARTS: Final[dict[str, Callable[[_Drawing], None]]] = {
    "line": _line,
    "stacked": _stacked,
    "loglog": _loglog,
    "bars": _bars,
    "columns": _columns,
    "ranked": _ranked,
}
