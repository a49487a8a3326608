"""Draws figures: PNG and SVG, the same bytes for the same figure.

Lines are labelled where they end, so that no legend has to be matched; beyond seven series the small ones are drawn
as one.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator

from analytics import chart_style
from analytics.chart_style import settings
from analytics.exhibits import Figure, Language, Words
from analytics.fonts import chinese_family
from analytics.network_chart import draw_network
from pipelines.errors import UsageError

PALETTE: Final = chart_style.PALETTE
OTHERS: Final = chart_style.OTHERS
INK: Final = chart_style.INK
SOFT: Final = chart_style.SOFT
#: Series drawn by themselves in a stacked chart; the rest are drawn as one.
SERIES_MOST: Final = len(PALETTE)
FORMATS: Final = (".png", ".svg")

_SIZE: Final = (8.4, 4.8)  # inches
_SQUARE: Final = (10.5, 8.5)
_DPI: Final = 160
_NO_DATA: Final = Words("尚无数据", "No data yet")


def draw(figure: Figure, language: Language = "zh") -> Drawing:
    """The figure as matplotlib has it. Words are English where no font has Chinese characters."""
    family = chinese_family()
    if family is None:
        language = "en"
    with mpl.rc_context(settings(family)):
        drawing = Drawing(figsize=_SIZE if figure.chart != "network" else _SQUARE)
        drawing.set_layout_engine("constrained", w_pad=0.14, h_pad=0.12)
        FigureCanvasAgg(drawing)
        axes = drawing.add_subplot()
        axes.set_title(figure.table.title.of(language), loc="left", pad=14)
        if is_empty(figure):
            axes.text(
                0.5,
                0.5,
                _NO_DATA.of(language),
                ha="center",
                va="center",
                transform=axes.transAxes,
                color=SOFT,
            )
            axes.set_axis_off()
        else:
            _CHARTS[figure.chart](axes, figure, language)
    return drawing


def render(figure: Figure, ending: str, language: Language = "zh") -> bytes:
    """The drawn figure in the format of a file's ending; UsageError for another than `FORMATS`."""
    if ending not in FORMATS:
        raise UsageError(
            f"a figure is drawn as {' or '.join(FORMATS)}, not {ending or 'a file without ending'}"
        )
    return _written_out(_laid_out(figure, language), ending)


def pictures(figure: Figure, language: Language = "zh") -> dict[str, bytes]:
    """The drawn figure in every format, by ending: drawn once for all, which is much quicker."""
    drawing = _laid_out(figure, language)
    return {ending: _written_out(drawing, ending) for ending in FORMATS}


def _laid_out(figure: Figure, language: Language) -> Drawing:
    """The drawing with every part in its place, so that writing it out does not place them anew."""
    drawing = draw(figure, language)
    with mpl.rc_context(settings(chinese_family())):
        drawing.draw_without_rendering()
        drawing.set_layout_engine("none")
    return drawing


def _written_out(drawing: Drawing, ending: str) -> bytes:
    out = io.BytesIO()
    with mpl.rc_context(settings(chinese_family())):
        metadata: dict[str, Any] = (
            {"Software": None} if ending == ".png" else {"Date": None, "Creator": "valuenet"}
        )
        drawing.savefig(out, format=ending[1:], metadata=metadata, dpi=_DPI)
    return out.getvalue()


def save(figure: Figure, path: Path, language: Language = "zh") -> None:
    """Write the drawn figure; the file takes its name when it is complete."""
    data = render(figure, path.suffix.lower(), language)
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def is_empty(figure: Figure) -> bool:
    """Whether there is nothing to draw: no row, or gaps alone."""
    values = figure.table.frame[list(figure.series)]
    return not len(values) or bool(values.isna().all(axis=None))


def _years(axes: Axes, years: Sequence[int], room: float) -> None:
    """A tick for each year, and room at the right for the labels of the lines."""
    axes.set_xticks(list(years))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))
    span = max(years[-1] - years[0], 1)
    axes.set_xlim(years[0] - 0.02 * span, years[-1] + room * span)
    axes.spines["bottom"].set_bounds(years[0], years[-1])
    axes.tick_params(axis="x", length=0)


def _line(axes: Axes, figure: Figure, language: Language) -> None:
    frame = figure.table.frame
    years = frame[figure.x].astype(int).tolist()
    ends = []
    for name, colour in zip(figure.series, PALETTE, strict=False):
        values = frame[name].astype(float).to_numpy()
        axes.plot(years, values, color=colour, linewidth=2.2, marker="o", markersize=4.5, clip_on=False)
        column = figure.table.column(name)
        written = f"{values[-1]:.2f}%" if column.kind == "share" else f"{values[-1]:,.0f}"
        ends.append((float(values[-1]), f"{column.words.of(language)}  {written}", colour))
    # Zeros alone have no height of their own.
    shares = all(figure.table.column(name).kind == "share" for name in figure.series)
    least = 0.1 if shares else 1
    axes.set_ylim(0, None if axes.get_ylim()[1] > least else least)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=not shares))
    axes.set_ylabel(figure.y_title.of(language))
    _years(axes, years, 0.30)
    _labels(axes, ends, years[-1])


def _labels(axes: Axes, ends: Sequence[tuple[float, str, str]], x: float) -> None:
    """Labels beside the ends of lines, pushed apart where they would touch."""
    low, high = axes.get_ylim()
    gap = (high - low) * 0.062
    ordered = sorted((end for end in ends if end[0] == end[0]), key=lambda end: end[0])
    places = [value for value, _, _ in ordered]
    for at in range(1, len(places)):
        places[at] = max(places[at], places[at - 1] + gap)
    if places and places[-1] > high:  # as low as the highest may be, the others under it
        places[-1] = high
        for at in range(len(places) - 2, -1, -1):
            places[at] = min(places[at], places[at + 1] - gap)
    span = axes.get_xlim()[1] - axes.get_xlim()[0]
    for place, (_, label, colour) in zip(places, ordered, strict=True):
        axes.plot([x + span * 0.012], [place], marker="s", markersize=6, color=colour, clip_on=False)
        backing = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
        axes.text(x + span * 0.028, place, label, va="center", fontsize=9.5, color=INK, bbox=backing)


def _stacked(axes: Axes, figure: Figure, language: Language) -> None:
    frame = figure.table.frame[figure.table.frame[list(figure.series)].notna().all(axis=1)]
    years = frame[figure.x].astype(int).tolist()
    last = frame[list(figure.series)].iloc[-1].astype(float)
    leading = [name for name in last.sort_values(ascending=False, kind="stable").index if last[name] > 0]
    shown = leading[:SERIES_MOST]
    rest = [name for name in figure.series if name not in shown]
    stack = [frame[name].astype(float).to_numpy() for name in shown]
    colours = list(PALETTE[: len(shown)])
    labels = [figure.table.column(name).words.of(language) for name in shown]
    others = frame[rest].astype(float).sum(axis=1).to_numpy()
    if others.any():
        stack.append(others)
        colours.append(OTHERS)
        labels.append(Words(f"其他{len(rest)}类", f"{len(rest)} others").of(language))
    if len(years) == 1:  # a year alone has no area
        bottoms = np.cumsum([0.0, *(values[0] for values in stack[:-1])])
        for values, bottom, colour in zip(stack, bottoms, colours, strict=True):
            axes.bar([years[0]], values, bottom=[bottom], color=colour, width=0.5, edgecolor="white")
        axes.set_xticks(years)
        axes.set_xlim(years[0] - 0.6, years[0] + 1.6)
        edge: float = years[0] + 0.3
    else:
        axes.stackplot(years, stack, colors=colours, edgecolor="white", linewidth=0.8)
        _years(axes, years, 0.42)
        edge = years[-1]
    axes.set_ylim(0, 100)
    axes.set_ylabel(figure.y_title.of(language))
    tops = np.cumsum([values[-1] for values in stack])
    middles = tops - np.array([values[-1] for values in stack]) / 2
    ends = [
        (float(middle), f"{label}  {values[-1]:.1f}%", colour)
        for middle, label, values, colour in zip(middles, labels, stack, colours, strict=True)
    ]
    _labels(axes, ends, edge)


def _loglog(axes: Axes, figure: Figure, language: Language) -> None:
    frame = figure.table.frame
    frame = frame[frame[figure.x] > 0]
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.grid(visible=True, axis="both")
    axes.scatter(
        frame[figure.x], frame[figure.series[0]], s=26, color=PALETTE[0], edgecolors="white", linewidths=0.6
    )
    if figure.line is not None:
        exponent, least, share = figure.line
        x = np.array([least, float(frame[figure.x].max())])
        axes.plot(x, share * (x / least) ** (1 - exponent), color=PALETTE[3], linewidth=1.8)
        label = Words(f"幂律拟合，指数 {exponent:.2f}", f"power-law fit, exponent {exponent:.2f}").of(
            language
        )
        middle = float(np.sqrt(x[0] * x[1]))
        axes.annotate(
            label,
            (middle, share * (middle / least) ** (1 - exponent)),
            xytext=(14, 12),
            textcoords="offset points",
            fontsize=9.5,
        )
    plain = FuncFormatter(lambda value, _: f"{value:g}")
    axes.xaxis.set_major_formatter(plain)
    axes.yaxis.set_major_formatter(plain)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5), numticks=12))
        axis.set_minor_formatter(FuncFormatter(lambda _value, _: ""))
    axes.set_xlabel(figure.x_title.of(language))
    axes.set_ylabel(figure.y_title.of(language))


def _bars(axes: Axes, figure: Figure, language: Language) -> None:
    frame = figure.table.frame[::-1]
    column = figure.table.column(figure.x)
    names = frame[column.english if language == "en" and column.english else figure.x].tolist()
    left = np.zeros(len(frame))
    for name, colour in zip(figure.series, PALETTE, strict=False):
        values = np.nan_to_num(frame[name].astype(float).to_numpy())
        axes.barh(names, values, left=left, color=colour, height=0.5, edgecolor="white")
        for at, value in enumerate(values):
            if value >= 6:  # a label needs some room
                text = f"{figure.table.column(name).words.of(language)} {value:.1f}%"
                axes.text(
                    left[at] + value / 2,
                    at,
                    text,
                    ha="center",
                    va="center",
                    color="white" if colour == PALETTE[0] else INK,
                )
            elif value > 0:
                axes.text(
                    left[at] + value / 2, at + 0.3, f"{value:.1f}%", ha="center", va="bottom", fontsize=9
                )
        left += values
    for at, whole in enumerate(left):
        if not whole:
            axes.text(1, at, _NO_DATA.of(language), va="center", color=SOFT)
    axes.set_xlim(0, 100)
    axes.set_ylim(-0.6, len(frame) - 0.4)
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.set_xlabel(figure.y_title.of(language))


def _names(figure: Figure, language: Language) -> list[str]:
    column = figure.table.column(figure.x)
    wanted = column.english if language == "en" and column.english else figure.x
    return [str(one) for one in figure.table.frame[wanted]]


def _written(figure: Figure) -> list[tuple[float, str]]:
    """Each value of the one series and how it is written beside its bar."""
    column = figure.table.column(figure.series[0])
    sign = "%" if column.kind == "share" else ""
    decimals = min(column.decimals, 1)
    values = figure.table.frame[column.name].astype(float)
    return [(0.0, "") if value != value else (value, f"{value:,.{decimals}f}{sign}") for value in values]


def _columns(axes: Axes, figure: Figure, language: Language) -> None:
    names, values = _names(figure, language), _written(figure)
    places = np.arange(len(names))
    axes.bar(places, [value for value, _ in values], color=PALETTE[0], width=0.72)
    small = len(names) > _FEW
    for place, (value, words) in zip(places, values, strict=True):
        if value:
            axes.annotate(
                words.removesuffix("%") if small else words, (place, value), xytext=(0, 3), ha="center",
                textcoords="offset points", fontsize=7.5 if small else 9.5,
            )  # fmt: skip
    long = max(len(name) for name in names) > _SHORT
    axes.set_xticks(
        places, names, rotation=45 if small or long else 0, ha="right" if small or long else "center"
    )
    axes.tick_params(axis="x", length=0, labelcolor=INK)
    axes.set_ylabel(figure.y_title.of(language))
    axes.margins(y=0.1)


def _ranked(axes: Axes, figure: Figure, language: Language) -> None:
    names, values = _names(figure, language), _written(figure)
    places = -np.arange(len(names))
    axes.barh(places, [value for value, _ in values], color=PALETTE[0], height=0.7)
    size = 10.5 if len(names) <= _FEW else 8
    for place, (value, words) in zip(places, values, strict=True):
        axes.annotate(
            words, (value, place), xytext=(4, 0), va="center", textcoords="offset points", fontsize=size - 1
        )
    axes.set_yticks(places, names, fontsize=size)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.set_ylim(-len(names) + 0.4, 0.6)
    axes.margins(x=0.12)
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(figure.y_title.of(language))


def _network(axes: Axes, figure: Figure, language: Language) -> None:
    if figure.drawn is None:
        raise ValueError(f"{figure.id}: a network without places")
    draw_network(axes, figure.drawn, language, min(_SQUARE) * 0.9)


#: More bars than these have smaller words; labels longer than this stand askew.
_FEW: Final = 14
_SHORT: Final = 9
_CHARTS: Final = {
    "line": _line,
    "stacked": _stacked,
    "loglog": _loglog,
    "bars": _bars,
    "columns": _columns,
    "ranked": _ranked,
    "network": _network,
}
