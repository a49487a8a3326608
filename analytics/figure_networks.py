"""Figures 18 to 21: the value network of a year, drawn; all years in the places of the last one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from analytics.basis import Basis, fact_ids
from analytics.exhibits import Column, Drawn, Figure, Table, Words
from analytics.investors import investor_class
from analytics.layout import layout
from analytics.simple_graph import Ints

#: The printed report draws these years.
YEARS: Final = {"figure_18": 2014, "figure_19": 2017, "figure_20": 2019, "figure_21": 2021}
#: So many hubs bear their names.
NAMED: Final = 24

#: What colours mean.
GROUPS: Final = {
    "sample": Words("样本企业", "Sample companies"),
    "company": Words("其他企业", "Other companies"),
    "knowledge": Words("高校和科研院所", "Universities and institutes"),
    "investor": Words("投资机构", "Investors"),
    "government": Words("政府、联盟和园区", "Government, alliances, parks"),
    "other": Words("其他", "Others"),
}
_OF_KIND: Final = {
    "company": "company",
    "university": "knowledge",
    "research institute": "knowledge",
    "investor": "investor",
    "government": "government",
    "alliance": "government",
    "park": "government",
}


def network_figure(basis: Basis, identity: str, year: int) -> Figure:
    """The network of `year`; a row of the table for each group of nodes."""
    network = basis.network(year)
    nodes = network.nodes
    groups = groups_of(nodes)
    names = pd.Series(np.array(list(GROUPS), dtype=object)[groups], index=nodes.index)
    ends = network.edges[["source", "target"]].to_numpy(dtype=np.int64)
    degrees = np.bincount(ends.ravel(), minlength=len(nodes))
    counts = names.value_counts()
    frame = pd.DataFrame(
        {
            "group": list(GROUPS),
            "label": [words.zh for words in GROUPS.values()],
            "label_en": [words.en for words in GROUPS.values()],
            "nodes": pd.array(
                [int(counts.get(one, 0)) if len(nodes) else None for one in GROUPS], dtype="Int64"
            ),
            "share": [counts.get(one, 0) * 100 / len(nodes) if len(nodes) else np.nan for one in GROUPS],
        }
    )

    def behind(row: int, _column: str) -> Ints:
        inside = nodes.loc[names == frame["group"].iloc[row], "entity"]
        rows = basis.until(year)
        return fact_ids(rows[rows["source"].isin(inside) | rows["target"].isin(inside)])

    columns = (
        Column("group", Words("项", "Key"), "key", shown=False),
        Column("label", Words("节点", "Nodes"), "text", english="label_en"),
        Column("nodes", Words("节点数", "Number"), "count"),
        Column("share", Words("占比", "Share"), "share", Words("%", "%"), 2),
    )
    title = title_of(year)
    notes = (
        Words(
            f"{len(nodes)} 个节点，{len(ends)} 条边，截至{year}年末。面积表示度数；各年节点位置相同；"
            "只与一个节点相连的围绕该节点。",
            f"{len(nodes)} nodes and {len(ends)} edges by the end of {year}. The area shows the degree; a node has "
            "one place in all years; those with one neighbour lie around it.",
        ),
        *basis.reading_notes(),
    )
    table = Table(identity, title, columns, ("group",), "share", frame, behind, notes)
    places = places_until(basis, max(year, basis.last))
    chosen = places.reindex(nodes["entity"])
    leading = np.argsort(-degrees, kind="stable")[:NAMED]
    drawn = Drawn(
        places=chosen.to_numpy(dtype=np.float64),
        degrees=degrees.astype(np.int64),
        groups=groups,
        words=tuple(GROUPS.values()),
        edges=ends,
        named=tuple(
            (int(at), Words(str(nodes["name"].iloc[at]), _english(nodes, int(at)))) for at in leading.tolist()
        ),
        reach=1.03 * float(places.abs().to_numpy().max(initial=0)),
    )
    return Figure(
        table,
        "network",
        x="label",
        series=("share",),
        x_title=Words("", ""),
        y_title=Words("", ""),
        drawn=drawn,
    )


def title_of(year: int) -> Words:
    return Words(f"{year}年价值网络", f"Value network of {year}")


def network_figures() -> dict[str, tuple[Words, Callable[[Basis], Figure]]]:
    """Id → title and how it is computed."""
    return {
        identity: (title_of(year), partial(network_figure, identity=identity, year=year))
        for identity, year in YEARS.items()
    }


def _english(nodes: pd.DataFrame, at: int) -> str:
    english = nodes["name_en"].iloc[at]
    return english if isinstance(english, str) and english else str(nodes["name"].iloc[at])


def groups_of(nodes: pd.DataFrame) -> Ints:
    """The group of each node of a network, as a position in `GROUPS`. Whose kind no source tells is an investor
    where its name says so, by the rule of Table 7."""
    named = nodes["kind"].map(_OF_KIND).fillna("other").astype(object)
    english = [one if isinstance(one, str) else "" for one in nodes["name_en"]]
    told = [
        "investor"
        if group == "other" and investor_class(str(kind), str(name), other) == "institutional"
        else group
        for group, kind, name, other in zip(named, nodes["kind"], nodes["name"], english, strict=True)
    ]
    names = np.where(nodes["sample"], "sample", np.array(told, dtype=object))
    return pd.Index(list(GROUPS)).get_indexer(pd.Index(names, dtype=object)).astype(np.int64)


def places_until(basis: Basis, last: int) -> pd.DataFrame:
    """The places of the nodes of the last year's network: `x` and `y` by entity."""

    def make(basis: Basis) -> pd.DataFrame:
        network = basis.network(last)
        return pd.DataFrame(layout(network), index=network.nodes["entity"], columns=["x", "y"])

    return basis.once(f"places of {last}", make)
