"""Asks the store: networks, measures, tables, figures, the report.

Analysts begin with `analytics.read("sqlite:///x.db", edition="2021")`, which gives frames and graphs
(docs/analysts.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analytics.frames import Analysis

__all__ = ["read"]


def read(store: str, edition: str | None = None, **view: Any) -> Analysis:
    """Open a store and look at it as an edition does: see `analytics.frames.read`, whose arguments it takes."""
    # loaded when it is called: whoever asks for one module of this room need not load all
    from analytics import frames

    return frames.read(store, edition, **view)
