"""Draws networks of any size: edges as a picture of how many lie over each other, nodes and names as such.

A hundred thousand lines would make a file of tens of megabytes, and each would hide the others; as a picture they
cost what its pixels cost, and dense places stay legible. Leaves are drawn into a picture as well.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure as Drawing
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from analytics.chart_style import GROUP_COLOURS, settings
from analytics.exhibits import Drawn, Language
from analytics.fonts import chinese_family

COLOURS: Final = GROUP_COLOURS

Floats = NDArray[np.float64]

_EDGE_COLOUR: Final = "#5F6B76"
#: How strongly the densest places show.
_DENSEST: Final = 0.62
_PIXELS: Final = 1400
#: Points of lines counted at once.
_BATCH: Final = 4_000_000
_NAME_SIZE: Final = 7.5
_LETTERS_MOST: Final = 30
_LARGEST_NODE: Final = 700.0  # points squared
_SMALLEST_NODE: Final = 0.9
#: In a network of few nodes the smallest are larger: of so many nodes' area, each has a part.
_SMALLEST_OF_ALL: Final = 3500.0
#: Sizes of nodes differ by so many steps: nodes of one size and colour are one marker of the file.
_SIZES: Final = 24
_DPI: Final = 160


def draw_network(axes: Axes, drawn: Drawn, language: Language, inches: float) -> None:
    """Draw into empty axes, with a legend at the right. inches: about the shorter side of the axes."""
    _nodes_and_edges(axes, drawn)
    for at, group in enumerate(drawn.words):
        axes.scatter([], [], s=36, color=COLOURS[at], label=group.of(language))
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)
    _names(axes, drawn, language, inches)


def picture(drawn: Drawn, language: Language, pixels: int) -> bytes:
    """A square WebP without title and legend: the square from -reach to reach, and nothing beside it."""
    inches = pixels / _DPI
    with mpl.rc_context(settings(chinese_family())):
        drawing = Drawing(figsize=(inches, inches))
        FigureCanvasAgg(drawing)
        axes = drawing.add_axes((0, 0, 1, 1))
        _nodes_and_edges(axes, drawn)
        _names(axes, drawn, language if chinese_family() else "en", inches)
        out = io.BytesIO()
        drawing.savefig(out, format="webp", dpi=_DPI, pil_kwargs={"quality": 80})
    return out.getvalue()


def reach(drawn: Drawn) -> float:
    """Half the side of the square that is drawn, its middle at 0."""
    farthest = float(np.abs(drawn.places).max(initial=0)) * 1.03
    return max(drawn.reach, farthest) or 1.0


@lru_cache(maxsize=1)  # one figure is drawn in several formats and languages
def edge_picture(drawn: Drawn) -> NDArray[np.uint8]:
    """The edges as colours with opacity, shape (pixels, pixels, 4), the lowest row first."""
    counts = edge_density(drawn.places, drawn.edges, reach(drawn), _PIXELS)
    strength = np.log1p(counts)
    # A few places where hundreds of edges meet would leave all others invisible.
    most = float(np.quantile(strength[strength > 0], 0.999)) if strength.any() else 1.0
    opacity = np.clip(strength / most, 0, 1) ** 1.4 * _DENSEST
    faintest = float(np.clip(10 / np.sqrt(len(drawn.edges) + 1), 0.05, 0.5))
    opacity = np.where(strength > 0, np.maximum(opacity, faintest), 0)
    found = np.empty((*counts.shape, 4), dtype=np.uint8)
    found[..., :3] = np.round(np.array(to_rgb(_EDGE_COLOUR)) * 255)
    found[..., 3] = np.round(opacity * 255)
    return found


def edge_density(places: Floats, edges: NDArray[np.int64], half: float, pixels: int) -> Floats:
    """How many edges run through each pixel of the square from -half to half, shape (pixels, pixels), rows upwards.

    A line counts once a pixel along its longer direction, as a drawn line of one pixel's width does.
    """
    counts = np.zeros(pixels * pixels)
    spots = (places + half) * ((pixels - 1) / (2 * half))
    starts, ends = spots[edges[:, 0]], spots[edges[:, 1]]
    steps = np.ceil(np.abs(ends - starts).max(axis=1, initial=0)).astype(np.int64) + 1
    for part in _batches(steps):
        count = steps[part]
        line = np.repeat(np.arange(len(count)), count)
        along = np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)
        share = along / np.maximum(count - 1, 1)[line]
        column, row = (
            np.rint(starts[part, axis][line] + share * (ends - starts)[part, axis][line]).astype(np.int64)
            for axis in (0, 1)
        )
        counts += np.bincount(row * pixels + column, minlength=pixels * pixels)
    return counts.reshape(pixels, pixels)


def _batches(steps: NDArray[np.int64]) -> Iterator[slice]:
    """Slices of about `_BATCH` steps each."""
    ends = np.cumsum(steps)
    first = 0
    while first < len(steps):
        done = int(ends[first - 1]) if first else 0
        last = max(int(np.searchsorted(ends, done + _BATCH, side="right")), first + 1)
        yield slice(first, last)
        first = last


def _nodes_and_edges(axes: Axes, drawn: Drawn) -> None:
    half = reach(drawn)
    axes.set_axis_off()
    axes.set_aspect("equal")
    axes.set_xlim(-half, half)
    axes.set_ylim(-half, half)
    axes.imshow(
        edge_picture(drawn), extent=(-half, half, -half, half), origin="lower", interpolation="antialiased",
        zorder=1, aspect="equal",
    )  # fmt: skip
    areas = node_areas(drawn)
    leaves = drawn.degrees <= 1
    colours = np.array(COLOURS, dtype=object)[drawn.groups]
    axes.scatter(
        drawn.places[leaves, 0], drawn.places[leaves, 1], s=areas[leaves], c=colours[leaves].tolist(),
        linewidths=0, rasterized=True, zorder=2,
    )  # fmt: skip
    for size, group, inside in _alike(areas, drawn.groups, ~leaves):
        axes.plot(
            drawn.places[inside, 0], drawn.places[inside, 1], linestyle="none", marker="o", markersize=size,
            color=COLOURS[group], markeredgewidth=0.2 if size > 1.5 else 0, markeredgecolor="white",
            zorder=4 - size / 100,  # small ones before large ones
        )  # fmt: skip


def node_areas(drawn: Drawn) -> Floats:
    """Points squared: as the degree, but never so small that nobody sees the node."""
    smallest = np.clip(_SMALLEST_OF_ALL / max(len(drawn.degrees), 1), _SMALLEST_NODE, 14.0)
    scale = _LARGEST_NODE / max(int(drawn.degrees.max(initial=1)), 1)
    found: Floats = np.clip(drawn.degrees * scale, smallest, None)
    return found


def _alike(
    areas: Floats, groups: NDArray[np.int64], chosen: NDArray[np.bool_]
) -> Iterator[tuple[float, int, NDArray[np.int64]]]:
    """Chosen nodes of about one area and of one group: their diameter in points, the group, the nodes."""
    steps = np.rint(np.log(areas / _SMALLEST_NODE) / np.log(_LARGEST_NODE / _SMALLEST_NODE) * _SIZES).astype(
        int
    )
    key = np.where(chosen, steps * len(COLOURS) + groups, -1)
    for one in np.unique(key[key >= 0]).tolist():
        step, group = divmod(one, len(COLOURS))
        area = _SMALLEST_NODE * (_LARGEST_NODE / _SMALLEST_NODE) ** (step / _SIZES)
        yield float(np.sqrt(area)), group, np.flatnonzero(key == one)


def _names(axes: Axes, drawn: Drawn, language: Language, inches: float) -> None:
    halo = [withStroke(linewidth=2.2, foreground="white", alpha=0.85)]
    for x, y, words in apart(drawn, language, 2 * reach(drawn) / (inches * 72)):
        axes.text(
            x, y, words, ha="center", va="center", fontsize=_NAME_SIZE, path_effects=halo, zorder=5, clip_on=True
        )  # fmt: skip


def apart(drawn: Drawn, language: Language, point: float) -> list[tuple[float, float, str]]:
    """Names with the middles of their places, none over another; `drawn.named` begins with the largest node's.

    A name stands on a large node, or above, below or beside it; where there is no room at all it is left out.
    point: a point of the paper in units of the places.
    """
    found: list[tuple[float, float, str]] = []
    taken: list[tuple[float, float, float]] = []
    high = 1.25 * _NAME_SIZE * point
    limit = reach(drawn)
    radii = np.sqrt(node_areas(drawn)) / 2
    for at, name in drawn.named:
        words = short(name.of(language))
        half = (sum(1.0 if ord(char) > 0x2E7F else 0.62 for char in words) * _NAME_SIZE / 2 + 1.5) * point
        x, y = (float(one) for one in drawn.places[at])
        radius = float(radii[at])
        off = radius * point + high / 2
        around = ((0.0, off), (0.0, -off), (off + half, 0.0), (-off - half, 0.0))
        # A name would hide a small node.
        for dx, dy in around if radius < _NAME_SIZE else ((0.0, 0.0), *around):
            place = min(max(x + dx, half - limit), limit - half), y + dy
            if not any(abs(place[0] - a) < half + b and abs(place[1] - c) < high for a, c, b in taken):
                taken.append((*place, half))
                found.append((*place, words))
                break
    return found


def short(name: str) -> str:
    """A name that a picture has room for, in one line."""
    name = " ".join(name.split())
    return name if len(name) <= _LETTERS_MOST else name[: _LETTERS_MOST - 1] + "…"
