"""Concentration: how many of the links few nodes hold.

It is shown beside the fit of a power law and never taken for it: many other distributions are as concentrated.
"""

from __future__ import annotations

import numpy as np

from analytics.simple_graph import Ints


def top_share(degree: Ints, part: float = 0.1) -> float:
    """Share of all ends of links held by that part of the nodes with the highest degrees (at least one node;
    a fraction of a node is left out); 0 where there is no link."""
    if not degree.sum():
        return 0.0
    top = max(int(len(degree) * part), 1)
    return float(np.sort(degree)[::-1][:top].sum() / degree.sum())


def gini(degree: Ints) -> float | None:
    """Gini coefficient of the degrees of the nodes with a link: 0 where all have the same, towards 1 where one has
    nearly all; None where there is no link.

    Half of the mean absolute difference between two nodes, over the mean; by ranks (no correction for few nodes).
    """
    linked = np.sort(degree[degree > 0])
    if not len(linked):
        return None
    rank = np.arange(1, len(linked) + 1)
    count, total = len(linked), int(linked.sum())
    return 2 * int(rank @ linked) / (count * total) - (count + 1) / count
