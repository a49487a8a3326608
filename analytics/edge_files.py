"""Edge lists and node lists as CSV files, as Gephi takes them.

Headers are matched without regard to case. An edge runs from `source` to `target`, whatever other columns stand
beside them and in whatever order: a co-investment list with Leader, Follower, Target, Source, Weight, Id runs
from the follower's id (Source) to the leader's (Target), and its names and Id are not read. Rows that join the same
two nodes become one edge with the sum of their weights, as Gephi 0.9.2 joins them; loops are left out, counted,
and their nodes kept, unless they are asked for.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from analytics.networks import LeftOut, Network
from pipelines.errors import InputError

_NODE_HEADERS: Final = ("id", "entity", "node")
_NAME_HEADERS: Final = ("label", "name")
_YES: Final = frozenset({"true", "1", "yes"})
_NO: Final = frozenset({"false", "0", "no", ""})


def read_network(
    edges: Path, nodes: Path | None = None, *, undirected: bool = False, loops: bool = False
) -> Network:
    """The network of an edge list (`source,target[,weight]`) and, if given, a node list (`id[,label][,sample]`).

    Without a node list, the nodes are those of the edges; with one, it has to name them all, and others stay
    without edges. Weights are positive numbers, 1 where there is no such column. The frame of nodes has a
    `sample` column only if the node list has one. With `loops`, an edge from a node to itself stays an edge, as
    Gephi keeps it on import: degrees of `analytics.centrality` count it, all other measures never do.
    Raises InputError with file, line and field; also for a row whose `type` says Undirected in a directed network.
    """
    table = _Table.read(edges)
    source_at, target_at = table.column(("source",)), table.column(("target",))
    weight_at, type_at = table.find(("weight",)), None if undirected else table.find(("type",))
    sources: list[str] = []
    targets: list[str] = []
    weights: list[float] = []
    lines: list[int] = []
    for line, row in table.rows():
        if type_at is not None and row[type_at].strip().lower() == "undirected":
            raise InputError(
                "the edge has no direction", where=f"{edges}:{line}", field="type", hint="Give --undirected"
            )
        sources.append(_filled(row[source_at], edges, line, "source"))
        targets.append(_filled(row[target_at], edges, line, "target"))
        weights.append(1.0 if weight_at is None else _weight(row[weight_at], edges, line))
        lines.append(line)
    frame = _nodes(nodes) if nodes else pd.DataFrame({"entity": sorted({*sources, *targets})}, dtype=object)
    place = {entity: position for position, entity in enumerate(frame["entity"])}
    for field, ends in (("source", sources), ("target", targets)):
        for line, end in zip(lines, ends, strict=True):
            if end not in place:
                raise InputError(f"{end!r} is not in {nodes}", where=f"{edges}:{line}", field=field)
    rows = pd.DataFrame(
        {
            "source": np.array([place[end] for end in sources], dtype=np.int64),
            "target": np.array([place[end] for end in targets], dtype=np.int64),
            "weight": np.array(weights, dtype=np.float64),
        }
    )
    looping = rows["source"] == rows["target"]
    left = 0 if loops else int(looping.sum())
    if not loops:
        rows = rows[~looping]
    if undirected:
        ends_sorted = np.sort(rows[["source", "target"]].to_numpy(), axis=1)
        rows = rows.assign(source=ends_sorted[:, 0], target=ends_sorted[:, 1])
    joined = rows.groupby(["source", "target"])[["weight"]].sum().reset_index()
    return Network(None, frame, joined, LeftOut(self_loops=left), directed=not undirected, parallel="merge")


def _nodes(path: Path) -> pd.DataFrame:
    table = _Table.read(path)
    id_at = table.column(_NODE_HEADERS)
    name_at, sample_at = table.find(_NAME_HEADERS), table.find(("sample",))
    found: dict[str, dict[str, object]] = {}
    for line, row in table.rows():
        entity = _filled(row[id_at], path, line, table.header[id_at])
        if entity in found:
            raise InputError(f"{entity!r} is listed twice", where=f"{path}:{line}", field=table.header[id_at])
        found[entity] = {"entity": entity}
        if name_at is not None:
            found[entity]["name"] = row[name_at].strip() or entity
        if sample_at is not None:
            word = row[sample_at].strip().lower()
            if word not in _YES | _NO:
                raise InputError(
                    f"{word!r} is neither true nor false", where=f"{path}:{line}", field="sample"
                )
            found[entity]["sample"] = word in _YES
    columns = ["entity"] + ["name"] * (name_at is not None) + ["sample"] * (sample_at is not None)
    return pd.DataFrame([found[entity] for entity in sorted(found)], columns=columns)


@dataclass(frozen=True, slots=True)
class _Table:
    """A CSV file: its path, its header in lower case, and its text."""

    path: Path
    header: tuple[str, ...]
    text: str

    @classmethod
    def read(cls, path: Path) -> _Table:
        """UTF-8, with or without a byte order mark, or else GB 18030, which Chinese spreadsheets write."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", where=str(path)) from error
        for charset in ("utf-8-sig", "gb18030"):
            try:
                text = data.decode(charset)
                break
            except UnicodeDecodeError:
                continue
        else:
            raise InputError("is neither UTF-8 nor GB 18030", where=str(path))
        first = next(_csv_rows(path, text), (0, []))[1]
        header = tuple(name.strip().lower() for name in first)
        if not any(header):
            raise InputError("has no header", where=str(path))
        return cls(path, header, text)

    def find(self, names: tuple[str, ...]) -> int | None:
        """The place of the first of the names that is a header; InputError where that header comes twice."""
        for name in names:
            if self.header.count(name) > 1:
                raise InputError("the header comes twice", where=f"{self.path}:1", field=name)
            if name in self.header:
                return self.header.index(name)
        return None

    def column(self, names: tuple[str, ...]) -> int:
        place = self.find(names)
        if place is None:
            raise InputError(
                "the column is missing",
                where=f"{self.path}:1",
                field=names[0],
                hint=f"The header is {', '.join(self.header)}",
            )
        return place

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Line number and cells of each row that is not empty."""
        for line, row in list(_csv_rows(self.path, self.text))[1:]:
            if not any(row):
                continue
            if len(row) != len(self.header):
                raise InputError(
                    f"{len(row)} cells under {len(self.header)} headers", where=f"{self.path}:{line}"
                )
            yield line, row


def _csv_rows(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InputError(str(error), where=f"{path}:{line}") from error


def _filled(text: str, path: Path, line: int, field: str) -> str:
    value = text.strip()
    if not value:
        raise InputError("is empty", where=f"{path}:{line}", field=field)
    return value


def _weight(text: str, path: Path, line: int) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise InputError(f"{text!r} is no positive number", where=f"{path}:{line}", field="weight")
    return value
