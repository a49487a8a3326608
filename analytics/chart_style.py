"""How all drawings look: colours, letters, lines.

Colours are Okabe and Ito's, which people with any colour vision tell apart.
"""

from __future__ import annotations

from typing import Any, Final

from analytics.fonts import LATIN

PALETTE: Final = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#B8AE1A")
OTHERS: Final = "#B8B8B8"
INK: Final = "#222222"
SOFT: Final = "#6B6B6B"
#: Of the groups of a network's nodes, in the order of `analytics.figure_networks.GROUPS`.
GROUP_COLOURS: Final = (PALETTE[0], PALETTE[1], PALETTE[2], PALETTE[3], PALETTE[5], OTHERS)


def settings(family: str | None) -> Any:
    """matplotlib's settings, by name; its types know these names only as literals. family: of Chinese letters."""
    return {
        "font.family": [family, LATIN] if family else [LATIN],
        "font.size": 10.5,
        "axes.titlesize": 14,
        "axes.titleweight": "normal",
        "axes.titlecolor": INK,
        "axes.labelcolor": SOFT,
        "axes.edgecolor": "#9A9A9A",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.unicode_minus": False,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "axes.axisbelow": True,
        "grid.color": "#E4E4E4",
        "grid.linewidth": 0.8,
        "xtick.color": SOFT,
        "ytick.color": SOFT,
        "text.color": INK,
        # Names of parts inside the file are counted from this, not drawn by lot.
        "svg.hashsalt": "valuenet",
        # Letters as outlines: a reader's machine needs no font for them.
        "svg.fonttype": "path",
    }
