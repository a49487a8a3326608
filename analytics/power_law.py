"""Does a degree distribution follow a power law.

How far links are held by few is another question: `analytics.concentration`.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import powerlaw

from analytics.simple_graph import Ints

#: Below this p-value a likelihood ratio tells two distributions apart.
SIGNIFICANT: Final = 0.05
#: Fewer distinct degrees than this leave no tail to fit.
_DISTINCT_LEAST: Final = 3
#: Where the exponent is looked for.
_EXPONENTS: Final = (1.0, 20.0)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Log-likelihood ratio of the power law against another distribution: positive favours the power law;
    `p` is the chance of a ratio so far from 0 if neither were better."""

    ratio: float
    p: float

    @property
    def favours(self) -> str:
        """`power law`, `other`, or `neither` where the ratio is not significant."""
        if math.isnan(self.p) or self.p >= SIGNIFICANT:
            return "neither"
        return "power law" if self.ratio > 0 else "other"


@dataclass(frozen=True, slots=True)
class PowerLawFit:
    """A discrete maximum likelihood fit of the degrees at or above `least`.

    `least` minimises the Kolmogorov-Smirnov `distance`; `error` is the standard error of `exponent`; `tail` is
    the number of nodes in the tail, of `nodes` with a link. `remarks` are the library's warnings, if any.
    """

    exponent: float
    error: float
    least: int
    distance: float
    tail: int
    nodes: int
    lognormal: Comparison
    remarks: tuple[str, ...] = ()


def fit_power_law(degree: Ints) -> PowerLawFit | None:
    """The fit over nodes with a link (Clauset, Shalizi and Newman 2009); None where there is no tail to fit: there
    are few different degrees, or the library finds no exponent for them."""
    linked = degree[degree > 0]
    if len(np.unique(linked)) < _DISTINCT_LEAST:
        return None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        # The exact likelihood: the library's quick estimate is off for small degrees. And exponents as they are:
        # left to itself, it takes none above 3 and moves into the tail instead.
        fit = powerlaw.Fit(
            linked,
            discrete=True,
            estimate_discrete=False,
            parameter_ranges={"alpha": list(_EXPONENTS)},
            verbose=False,
        )
        try:
            ratio, p = fit.distribution_compare("power_law", "lognormal")
        except ValueError:  # a handful of nodes: no cut leaves data for both
            return None
    # The library warns of its own use of an old name; that says nothing of the fit.
    said = {str(one.message) for one in caught if not issubclass(one.category, DeprecationWarning)}
    tail = int((linked >= fit.xmin).sum())
    return PowerLawFit(
        exponent=float(fit.alpha),
        error=(float(fit.alpha) - 1) / math.sqrt(tail),
        least=int(fit.xmin),
        distance=float(fit.D),
        tail=tail,
        nodes=len(linked),
        lognormal=Comparison(float(ratio), float(p)),
        remarks=tuple(sorted(said)),
    )


def degree_distribution(degree: Ints) -> pd.DataFrame:
    """One row a degree that occurs: `degree`, `nodes`, `share` of all nodes, `at_least` (share of that or more)."""
    value, nodes = np.unique(degree, return_counts=True)
    share = nodes / max(len(degree), 1)
    at_least = np.cumsum(nodes[::-1])[::-1] / max(len(degree), 1)
    return pd.DataFrame({"degree": value, "nodes": nodes, "share": share, "at_least": at_least})
