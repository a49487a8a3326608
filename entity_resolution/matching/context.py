"""What else a name could mean: the score of a pair beside those of its rivals.

A name that fits one other name by far is decided sooner than one that fits three alike. Rivals of a pair are the
other pairs of one of its sides, unless they lead to the same owner (another row of the same id).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from entity_resolution.matching.features import FEATURES

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ids = NDArray[np.integer]

#: The raw score where there is no rival.
NOBODY = -12.0
#: Pairs without a chance of this raw score or less are nobody's rivals.
FORGOTTEN = -7.0
#: A rival within this much of the raw score is near.
NEAR = 2.0

_CARRIED = (
    "length_short",
    "length_long",
    "core_length_short",
    "share_short",
    "pair_share_short",
    "rarest_shared_pair",
    "shared_weight",
    "abbreviation_cost",
    "abbreviation_cost_core",
    "rarest_left_short",
    "left_short",
    "left_short_latin",
    "left_long_brand",
    "mean_left_brand_pair",
    "key_same",
    "core_same",
    "full_both",
    "by_shares_long",
    "listed",
    "latin_short",
    "latin_long",
    "place_conflict",
    "unit_conflict",
    "numerals_conflict",
)
_AT = [FEATURES.index(name) for name in _CARRIED]

LINKING = ("raw", "rival", "margin", "near", *_CARRIED)
GROUPING = (
    "raw",
    "rival_least",
    "rival_most",
    "margin_least",
    "margin_most",
    "near_least",
    "near_most",
    *_CARRIED,
)


def linking(matrix: Floats, raw: Doubles, queries: Ids, owners: Ids) -> Floats:
    """The columns of `LINKING`: rivals are the query's alone, so that no query's answer hangs on another query."""
    rival, near = rivals(raw, queries, owners)
    return np.column_stack([raw, rival, raw - rival, near, matrix[:, _AT]]).astype(np.float32)


def grouping(
    matrix: Floats, raw: Doubles, left: Ids, right: Ids, owners: Ids, at: Ids | None = None
) -> Floats:
    """The columns of `GROUPING`. `owners` numbers every name: names of one number are no rivals of each other.

    `at`: the pairs that `matrix` has the rows of; the others have no chance and are rivals by their score alone,
    whoever their owner. None: it has all rows."""
    if at is None:
        one, near_one = rivals(raw, left, owners[right])
        two, near_two = rivals(raw, right, owners[left])
    else:
        without = np.ones(len(raw), dtype=bool)
        without[at] = False
        without[raw <= FORGOTTEN] = False
        left_without, right_without, low = left[without], right[without], raw[without]
        raw, left, right = raw[at], left[at], right[at]
        one, near_one = rivals(raw, left, owners[right])
        two, near_two = rivals(raw, right, owners[left])
        least = np.full(len(owners), NOBODY)
        np.maximum.at(least, left_without, low)
        one = np.maximum(one, least[left])
        least.fill(NOBODY)
        np.maximum.at(least, right_without, low)
        two = np.maximum(two, least[right])
    columns = [
        raw,
        np.minimum(one, two),
        np.maximum(one, two),
        raw - np.maximum(one, two),
        raw - np.minimum(one, two),
        np.minimum(near_one, near_two),
        np.maximum(near_one, near_two),
    ]
    return np.column_stack([*columns, matrix[:, _AT]]).astype(np.float32)


def rivals(raw: Doubles, side: Ids, owner: Ids) -> tuple[Doubles, Doubles]:
    """For each pair: the best raw score among its side's pairs with another owner, and how many pairs of the side
    are near the pair's own score or above."""
    rival = np.full(len(raw), NOBODY)
    near = np.zeros(len(raw))
    if not len(raw):
        return rival, near
    order = np.lexsort((owner, -raw, side))
    sides, owners, values = side[order], owner[order], raw[order]
    first = np.concatenate([[True], sides[1:] != sides[:-1]])
    group = np.cumsum(first) - 1
    best, best_owner = values[first], owners[first]
    other = owners != best_owner[group]
    second = np.full(len(best), NOBODY)
    np.maximum.at(second, group[other], values[other])
    rival[order] = np.maximum(np.where(other, best[group], second[group]), NOBODY)
    close = values >= best[group] - NEAR
    near[order] = np.bincount(group, weights=close)[group]
    return rival, near
