"""Nodes and edges of a network as the file formats need them: ids, labels and typed values.

Invariant: ids do not depend on the year or on positions. A node's id is its entity's. An edge's is
`source>target:dimension`, or `source>target` where dimensions are joined.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analytics.networks import Network

ValueType = Literal["boolean", "long", "double", "string"]
Value = bool | int | float | str


@dataclass(frozen=True, slots=True)
class NodeItem:
    id: str
    label: str
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class EdgeItem:
    """`kind` is the dimension where parallel edges are kept, else empty. `values` has all but the weight."""

    id: str
    source: str
    target: str
    kind: str
    weight: float
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class NodeItems:
    """All nodes in order; `columns` gives the type of each value that any may have (missing ones are left out)."""

    columns: Mapping[str, ValueType]
    items: tuple[NodeItem, ...]

    def __iter__(self) -> Iterator[NodeItem]:
        return iter(self.items)


@dataclass(frozen=True, slots=True)
class EdgeItems:
    """All edges in order, likewise."""

    columns: Mapping[str, ValueType]
    items: tuple[EdgeItem, ...]

    def __iter__(self) -> Iterator[EdgeItem]:
        return iter(self.items)


def node_items(network: Network) -> NodeItems:
    """The nodes; the label is `name`, or else the id."""
    frame = network.nodes
    columns, rows = _values(frame.drop(columns="entity"))
    items = tuple(
        NodeItem(str(entity), str(values.get("name") or entity), values)
        for entity, values in zip(frame["entity"], rows, strict=True)
    )
    return NodeItems(columns, items)


def edge_items(network: Network) -> EdgeItems:
    """The edges; ends as ids."""
    entity = [str(one) for one in network.nodes["entity"]]
    frame = network.edges
    columns, rows = _values(frame.drop(columns=["source", "target", "weight"]))
    keep = network.parallel == "keep" and "dimension" in frame.columns
    items = []
    for start, end, weight, values in zip(
        frame["source"], frame["target"], frame["weight"], rows, strict=True
    ):
        source, target = entity[start], entity[end]
        kind = str(values["dimension"]) if keep else ""
        name = f"{_plain(source)}>{_plain(target)}" + (f":{kind}" if kind else "")
        items.append(EdgeItem(name, source, target, kind, float(weight), values))
    return EdgeItems(columns, tuple(items))


def _plain(entity: str) -> str:
    """The id without the marks that edge ids are put together with."""
    return entity.replace("%", "%25").replace(">", "%3E").replace(":", "%3A")


def _values(frame: pd.DataFrame) -> tuple[dict[str, ValueType], list[dict[str, Value]]]:
    """Types by column, and a dict a row; missing values are left out of it."""
    types: dict[str, ValueType] = {}
    rows: list[dict[str, Value]] = [{} for _ in range(len(frame))]
    for name in frame.columns:
        column = frame[name]
        types[str(name)] = kind = _type(column)
        for row, value in zip(rows, column, strict=True):
            kept = _value(value, kind)
            if kept is not None:
                row[str(name)] = kept
    return types, rows


def _type(column: pd.Series) -> ValueType:
    if pd.api.types.is_bool_dtype(column.dtype):
        return "boolean"
    if pd.api.types.is_integer_dtype(column.dtype):
        return "long"
    if pd.api.types.is_float_dtype(column.dtype):
        return "double"
    return "string"


def _value(value: object, kind: ValueType) -> Value | None:
    """The value in its type; None if missing; days as `2021-12-31`; lists joined by a bar."""
    if isinstance(value, (list, tuple, set, frozenset, np.ndarray)):
        parts = sorted(map(str, value)) if isinstance(value, (set, frozenset)) else list(map(str, value))
        return "|".join(parts) if parts else None
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    if kind == "boolean":
        return bool(value)
    if kind == "long":
        return int(value)  # type: ignore[call-overload, no-any-return]  # an integer column holds nothing else
    if kind == "double":
        return float(value)  # type: ignore[arg-type]  # a float column holds nothing else
    if isinstance(value, dt.date):
        return value.strftime("%Y-%m-%d")
    return str(value)
