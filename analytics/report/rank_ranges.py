"""Within which ranks an entity may stand, for the pages to show beside its rank."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import Engine

from analytics.basis import Basis
from analytics.doubt.ranks import rank_intervals
from analytics.exhibits import Words

#: The rankings that ranges are known of.
RANKINGS: Final = ("table_4", "table_5", "table_6", "table_7")
NOTE: Final = Words(
    "名次旁的灰色数字是90%区间：未判定的名称与读取误差可能使名次在其间移动（见附表6）。",
    "The grey numbers beside a rank are its range in 90 of 100 draws over names not decided yet and errors of "
    "reading (Supplement 6).",
)


def rank_ranges(engine: Engine, basis: Basis, exhibits: Collection[str]) -> dict[str, str]:
    """A row's path (`table_4/2021/3`) → its range, as `2–5`; of rows that stand at their rank in every draw there
    is none. Nothing is computed where no ranking is among the exhibits."""
    wanted = [one for one in RANKINGS if one in exhibits]
    if not wanted:
        return {}
    intervals = rank_intervals(engine, basis)
    found = {}
    for identity in wanted:
        frame = intervals[identity]
        if not len(frame):
            continue
        block = "year" if "year" in frame else "group"
        columns = [frame[name] for name in (block, "place", "rank_low", "rank_high")]
        for part, place, low, high in zip(*columns, strict=True):
            if low == low and high == high and low != high:
                found[f"{identity}/{part}/{place}"] = f"{int(low)}–{int(high)}"
    return found
