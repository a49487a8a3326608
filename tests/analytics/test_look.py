"""How nodes look in files: by degree, by group, in places of their own."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.basis import Basis
from analytics.chart_style import GROUP_COLOURS, OTHERS
from analytics.layout import layout
from analytics.look import look
from analytics.networks import Network


def test_places_are_those_of_the_layout_and_the_area_is_the_degree(world_basis: Basis) -> None:
    network = world_basis.network(2021)
    found = look(network)
    assert list(found) == network.nodes["entity"].tolist()
    places = np.array([[one.x, one.y] for one in found.values()])
    assert np.abs(places - 1000 * layout(network)).max() < 0.001
    ends = network.edges[["source", "target"]].to_numpy().ravel()
    degrees = np.bincount(ends, minlength=len(found))
    sizes = np.array([one.size for one in found.values()])
    assert sizes.max() == 60
    assert np.allclose(sizes**2 / degrees, 60**2 / degrees.max(), rtol=0.001)


def test_the_sample_has_its_colour(world_basis: Basis) -> None:
    network = world_basis.network(2021)
    blue = tuple(int(GROUP_COLOURS[0][at : at + 2], 16) for at in (1, 3, 5))
    assert [one.colour == blue for one in look(network).values()] == network.nodes["sample"].tolist()


def test_nodes_of_which_nobody_says_anything_are_of_no_group() -> None:
    network = Network(
        None, pd.DataFrame({"entity": ["a", "b"]}), pd.DataFrame({"source": [0], "target": [1]})
    )
    assert {one.colour for one in look(network).values()} == {tuple(bytes.fromhex(OTHERS[1:]))}
