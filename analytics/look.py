"""How a network looks in files for drawing programs: places, sizes and colours as in the report's figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.chart_style import GROUP_COLOURS, OTHERS
from analytics.figure_networks import groups_of
from analytics.layout import layout
from analytics.networks import Network

#: Gephi's view is some thousand units wide; its nodes some ten.
_REACH: Final = 1000.0
_LARGEST: Final = 60.0
_SMALLEST: Final = 3.0
#: What the group of a node is told by.
_TOLD: Final = frozenset({"entity", "kind", "name", "name_en", "sample"})


@dataclass(frozen=True, slots=True)
class Seen:
    """Of one node: place (x to the right, y upwards), diameter, and colour as 0 to 255 of red, green, blue."""

    x: float
    y: float
    size: float
    colour: tuple[int, int, int]


#: By entity.
Look = Mapping[str, Seen]


def look(network: Network) -> Look:
    """Of all nodes of a network: laid out, the area as the degree, the colour by the group (or of no group, where
    nobody says what the nodes are)."""
    nodes = network.nodes
    places = layout(network) * _REACH
    ends = network.edges[["source", "target"]].to_numpy(dtype=np.int64)
    degrees = np.bincount(ends.ravel(), minlength=len(nodes))
    sizes = np.maximum(_LARGEST * np.sqrt(degrees / max(int(degrees.max(initial=1)), 1)), _SMALLEST)
    if set(nodes.columns) >= _TOLD:
        colours = [_rgb(GROUP_COLOURS[at]) for at in groups_of(nodes)]
    else:
        colours = [_rgb(OTHERS)] * len(nodes)
    return {
        str(entity): Seen(round(float(x), 3), round(float(y), 3), round(float(size), 3), colour)
        for entity, (x, y), size, colour in zip(nodes["entity"], places, sizes, colours, strict=True)
    }


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue
