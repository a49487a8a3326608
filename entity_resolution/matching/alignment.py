"""How the letters of a shorter name lie in a longer one, for many pairs at once.

One cube of equalities (letter of the shorter × letter of the longer × pair) answers all questions: what is found,
what is left over on either side, and the cheapest way to read the shorter name out of the longer one as an
abbreviation: runs of letters, each begun best at the head of a word. Pairs lie on the last axis everywhere, so that
every step runs over contiguous memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entity_resolution.matching.prepared import Prepared
from entity_resolution.names import BRACKET, BRAND, PLACE, TRADE, UNIT

#: What a new run costs that begins at a word's head, and one that begins inside a word.
AT_HEAD, INSIDE = 2, 5
#: The cost where the shorter name cannot be read out of the longer one.
IMPOSSIBLE = 60

Rows = NDArray[np.intp]
Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]

_PARTS = {"place": PLACE, "brand": BRAND, "trade": TRADE, "unit": UNIT, "bracket": BRACKET}

COLUMNS = (
    "share_short",
    "share_long",
    "pair_share_short",
    "pair_share_long",
    "rarest_shared_pair",
    "rarest_left_short",
    "left_short",
    "left_short_latin",
    "left_long_brand",
    "rarest_left_brand_pair",
    "mean_left_brand_pair",
    "place_found",
    "brand_found",
    "trade_found",
    "unit_found",
    "bracket_found",
    "longest_run",
    "longest_run_share",
    "run_starts_brand",
    "run_starts_name",
    "abbreviation_cost",
    "abbreviation_cost_core",
    "first_is_brand_first",
    "first_is_head",
    "last_is_last",
    "shared_weight",
    "run_ends_at_head",
    "run_ends_name",
    "weight_over_run_end",
    "weight_over_run_start",
    "brand_before_run",
    "brand_after_run",
    "run_rarest_pair",
    "left_mean_long",
)


@dataclass(frozen=True, slots=True)
class _Side:
    """The letters of one side of the pairs, padded to the longest: arrays of shape (letters, pairs)."""

    code: NDArray[np.int32]
    other_code: NDArray[np.int32]
    part: NDArray[np.uint8]
    head: Flags
    weight: Floats
    pair_weight: Floats
    there: Flags
    length: NDArray[np.int32]


def align(prepared: Prepared, short_rows: Rows, long_rows: Rows) -> Floats:
    """The columns of `COLUMNS` for pairs whose first side is not the longer one: shape (pairs, columns)."""
    short, long = _padded(prepared, short_rows, filler=-1), _padded(prepared, long_rows, filler=-2)
    equal = _equal(short, long)
    runs = equal[:-1, :-1] & equal[1:, 1:]
    in_long, in_short = equal.any(axis=0), equal.any(axis=1)
    pair_long, pair_short = runs.any(axis=0), runs.any(axis=1)
    pairs_short, pairs_long = short.pair_weight[:-1], long.pair_weight[:-1]
    han = short.code > 0x2E80
    left = short.weight * ~in_short
    total = _sum(short.weight)
    brand = long.part == BRAND
    left_brand = brand & ~in_long
    uncovered = brand[:-1] & long.there[1:] & ~pair_long & (left_brand[:-1] | left_brand[1:])
    left_pairs = pairs_long * uncovered
    size, end = _longest_run(equal)
    at = end - size
    brand_first = brand.argmax(axis=0)
    rows = np.arange(len(end))
    letter = np.arange(long.code.shape[0], dtype=np.int16)[:, None]
    ends_name = end >= long.length
    next_at = np.minimum(end, long.code.shape[0] - 1)
    cost = _cost(equal, short.there, long.head)
    core = (short.part == BRAND) | (short.part == PLACE)
    more = np.flatnonzero((core != short.there).any(axis=0))  # of a name that is all brand both costs are one
    cost_core = cost.copy()
    if len(more):
        cost_core[more] = _cost(equal[:, :, more], core[:, more], long.head[:, more])
    found: dict[str, NDArray[Any]] = {
        "share_short": 1 - _ratio(_sum(left), total),
        "share_long": _ratio(_sum(long.weight * in_long), _sum(long.weight)),
        "pair_share_short": _ratio(_sum(pairs_short * pair_short), _sum(pairs_short)),
        "pair_share_long": _ratio(_sum(pairs_long * pair_long), _sum(pairs_long)),
        "rarest_shared_pair": (pairs_long * pair_long).max(axis=0),
        "rarest_left_short": left.max(axis=0),
        "left_short": _count(~in_short & short.there & han),
        "left_short_latin": _count(~in_short & short.there & ~han),
        "left_long_brand": _count(left_brand),
        "rarest_left_brand_pair": left_pairs.max(axis=0),
        "mean_left_brand_pair": _ratio(_sum(left_pairs), _count(uncovered)),
        "longest_run": size,
        "longest_run_share": _ratio(size, short.length),
        "run_starts_brand": at == brand_first,
        "run_starts_name": at == 0,
        "abbreviation_cost": cost,
        "abbreviation_cost_core": cost_core,
        "first_is_brand_first": equal[0, brand_first, rows],
        "first_is_head": (equal[0] & long.head).any(axis=0),
        "last_is_last": equal[np.maximum(short.length - 1, 0), np.maximum(long.length - 1, 0), rows],
        "shared_weight": total - _sum(left),
        "run_ends_at_head": np.where(ends_name, True, long.head[next_at, rows]),
        "run_ends_name": ends_name,
        "weight_over_run_end": np.where(ends_name, 0, long.pair_weight[np.maximum(end - 1, 0), rows]),
        "weight_over_run_start": np.where(at == 0, 0, long.pair_weight[np.maximum(at - 1, 0), rows]),
        "brand_before_run": _count(brand & (letter < at)),
        "brand_after_run": _count(brand & (letter >= end)),
        "run_rarest_pair": (pairs_long * ((letter >= at) & (letter < end - 1))[:-1]).max(axis=0),
        "left_mean_long": _ratio(_sum(long.pair_weight * ~in_long), _count(long.there & ~in_long)),
    }
    for name, part in _PARTS.items():
        mine = long.part == part
        whole = _count(mine)
        found[f"{name}_found"] = np.where(whole > 0, _ratio(_count(mine & in_long), whole), -1)
    result = np.empty(
        (len(rows), len(COLUMNS)), dtype=np.float32, order="F"
    )  # each column is written as a whole
    for column, name in enumerate(COLUMNS):
        result[:, column] = found[name]
    return result


def _equal(short: _Side, long: _Side) -> Flags:
    """The cube: which letters of the shorter side are those of the longer one, or stand for them."""
    code, longer, other = short.code, long.code, long.other_code
    if (
        max(int(code.max()), int(longer.max()), int(other.max())) < 0xFFFE
    ):  # half as much to read; fillers stay apart
        code, longer, other = (one.astype(np.uint16) for one in (code, longer, other))  # type: ignore[assignment]
    equal: Flags = code[:, None] == longer[None]
    others = np.flatnonzero(other.any(axis=0))
    if len(others) > code.shape[1] // 2:
        equal |= code[:, None] == other[None]
    elif len(others):
        equal[:, :, others] |= code[:, None, others] == other[None, :, others]
    return equal


def _where(prepared: Prepared, rows: Rows) -> tuple[NDArray[np.int32], Flags]:
    """Where in the flat arrays the letters lie, and which are there: both of shape (letters, pairs)."""
    length = prepared.length[rows]
    at = np.arange(max(int(length.max(initial=0)), 2), dtype=np.int32)[:, None]
    there = at < length
    return np.where(there, prepared.start[rows] + at, np.int32(len(prepared.code) - 1)), there


def _padded(prepared: Prepared, rows: Rows, filler: int) -> _Side:
    length = prepared.length[rows]
    where, there = _where(prepared, rows)
    return _Side(
        code=np.where(there, prepared.code[where], filler),
        other_code=prepared.other_code[where],
        part=np.where(there, prepared.part[where], 255).astype(np.uint8),
        head=prepared.head[where] & there,
        weight=prepared.weight[where] * there,
        pair_weight=prepared.pair_weight[where] * there,
        there=there,
        length=length,
    )


def _sum(values: Floats) -> Floats:
    found: Floats = values.sum(axis=0)
    return found


def _count(flags: Flags) -> NDArray[np.uint8]:
    found: NDArray[np.uint8] = flags.sum(axis=0, dtype=np.uint8)
    return found


def _ratio(part: NDArray[Any], whole: NDArray[Any]) -> Floats:
    """part / whole, 0 where there is no whole."""
    bottom = whole.astype(np.float32)
    return np.divide(part.astype(np.float32), bottom, out=np.zeros_like(bottom), where=bottom > 0)


def _longest_run(equal: Flags) -> tuple[NDArray[np.int16], NDArray[np.intp]]:
    """The length of the longest run of letters that both sides have, and where it ends in the longer side."""
    size, width, pairs = equal.shape
    before = np.zeros((width + 1, pairs), dtype=np.uint8)
    best = np.zeros((width, pairs), dtype=np.uint8)
    letters = equal.view(np.uint8)
    for at in range(size):
        now = np.zeros_like(before)
        np.multiply(before[:-1] + np.uint8(1), letters[at], out=now[1:])
        np.maximum(best, now[1:], out=best)
        before = now
    end = best.argmax(axis=0)
    return best[end, np.arange(pairs)].astype(np.int16), end + 1


def _cost(equal: Flags, used: Flags, head: Flags) -> NDArray[np.uint8]:
    """The least cost of reading the used letters of the shorter side, in order, out of the longer one."""
    size, width, pairs = equal.shape
    begin = np.where(head, np.uint8(AT_HEAD), np.uint8(INSIDE))
    # reach[j]: the least cost with the last letter read at j - 1; at 0 before anything is read
    reach = np.full((width + 1, pairs), IMPOSSIBLE, dtype=np.uint8)
    reach[0] = 0
    started = np.zeros(pairs, dtype=bool)
    for at in range(size):
        now = np.full_like(reach, IMPOSSIBLE)
        earlier = reach[0].copy()
        for to in range(width):
            np.minimum(earlier, reach[to], out=earlier)
            cost = earlier + begin[to]
            if to:
                np.minimum(cost, reach[to], out=cost)
            np.minimum(cost, np.uint8(IMPOSSIBLE), out=cost)
            np.copyto(now[to + 1], cost, where=equal[at, to])
        np.copyto(reach, now, where=used[at])
        started |= used[at]
    return np.where(started, reach.min(axis=0), np.uint8(IMPOSSIBLE))
