"""The picture of precision against coverage, a line a class of difficulty."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from entity_resolution.matching.evaluation import Curve
from pipelines.errors import InputError

#: How classes are called in the picture, in the order of its legend; others by their own name, after these.
WORDS: Final = {
    "substring": "a part of the name",
    "subsequence": "letters in order",
    "partial": "some letters in common",
    "en": "English, pinyin, initials",
    "disjoint": "no letter in common",
}
#: Of fewer joins than this a precision says nothing.
_JOINS_LEAST: Final = 20


def draw(curves: Sequence[Curve], accept: float, path: Path) -> None:
    """Write the picture (PNG). A dot marks the threshold `accept`. Raises InputError where it cannot be written."""
    from matplotlib.figure import Figure  # not pyplot: no state is left behind

    figure = Figure(figsize=(8, 4.5), dpi=150, layout="constrained")
    axes = figure.add_subplot()
    order = list(WORDS)
    for curve in sorted(
        curves, key=lambda one: order.index(one.difficulty) if one.difficulty in WORDS else len(order)
    ):
        if len(curve.score) <= _JOINS_LEAST:
            continue
        label = WORDS.get(curve.difficulty, curve.difficulty)
        (line,) = axes.plot(
            curve.coverage[_JOINS_LEAST:], curve.precision[_JOINS_LEAST:], label=label, lw=1.8
        )
        chosen = int(np.searchsorted(-curve.score, -accept, side="right")) - 1
        if chosen >= 0:
            axes.plot(curve.coverage[chosen], curve.precision[chosen], "o", color=line.get_color(), ms=7)
    axes.set(
        xlabel="coverage: share of names with a partner that are joined rightly", ylabel="precision of joins"
    )
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    axes.grid(alpha=0.3)
    if axes.lines:
        axes.legend(loc="lower left", bbox_to_anchor=(0.12, 0.02), frameon=False)
    axes.set_title("Automatic joins at every threshold; dots: the one that ships", fontsize=11)
    try:
        figure.savefig(path, format="png")
    except OSError as error:
        raise InputError(error.strerror or "cannot be written", where=str(path)) from error
