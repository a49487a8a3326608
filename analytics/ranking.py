"""Rankings: who comes first, with ties stated.

Invariant: an entity stands once in a ranking; equal values have equal ranks, and the next rank leaves out as many
(1, 2, 2, 4); the order within a tie is that of names, then ids, and means nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from analytics.basis import Basis
from analytics.exhibits import Column, Words

PLACE = Column("place", Words("序", "No."), "key", shown=False)
RANK = Column("rank", Words("名次", "Rank"), "count")
NAME = Column("name", Words("名称", "Name"), "entity", english="name_en")


def ranked(basis: Basis, values: Mapping[str, int]) -> tuple[pd.DataFrame, int]:
    """The first `basis.top` entities by falling value, with columns place, rank, entity, name, name_en, value,
    tied (another entity has that value); and how many more have the value of the last one shown."""
    chosen = {entity: value for entity, value in values.items() if value > 0}
    frame = pd.DataFrame({**basis.names(chosen), "value": np.array(list(chosen.values()), dtype=np.int64)})
    frame = frame.sort_values(["value", "name", "entity"], ascending=[False, True, True], ignore_index=True)
    frame.insert(0, "place", np.arange(1, len(frame) + 1))
    frame.insert(1, "rank", frame["value"].rank(method="min", ascending=False).astype(np.int64))
    frame["tied"] = frame["value"].duplicated(keep=False)
    shown, rest = frame.iloc[: basis.top], frame.iloc[basis.top :]
    return shown, int((rest["value"] == shown["value"].iloc[-1]).sum()) if len(rest) else 0


def joined(parts: Mapping[str, tuple[pd.DataFrame, int]], key: str) -> tuple[pd.DataFrame, list[Words]]:
    """Several rankings in one frame, each row with its ranking's name in `key`; and what to say of cut-off ties
    and of rankings without a row."""
    frames = [frame.assign(**{key: name}) for name, (frame, _) in parts.items()]
    found = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    notes = [
        Words(
            f"{name}：另有 {more} 个节点与最后一名数值相同，未列出。",
            f"{name}: {more} more nodes have the value of the last row and are not shown.",
        )
        for name, (_, more) in parts.items()
        if more
    ]
    empty = [name for name, (frame, _) in parts.items() if frame.empty]
    if empty:
        notes.append(
            Words(
                f"空缺（没有已知的相应关系）：{'、'.join(empty)}。",
                f"Gaps, since no such relation is known: {', '.join(empty)}.",
            )
        )
    return found, notes


def values_of(series: pd.Series[Any]) -> dict[str, int]:
    """A series of counts by entity as a plain mapping."""
    return {str(entity): int(value) for entity, value in series.items()}
