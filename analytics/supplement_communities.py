"""Supplement 4: the communities of the last year's network, named by their hubs, and since when they "
"are there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from analytics.basis import Basis, fact_ids
from analytics.communities import CommunitySearch
from analytics.community_tracks import tracks
from analytics.company_attributes import province_words, provinces
from analytics.exhibits import Column, Table, Words
from analytics.measures import degrees
from analytics.networks import Network
from analytics.simple_graph import Ints
from pipelines.taxonomy import taxonomy

TITLE: Final = Words("价值网络的社群", "Communities of the value network")

#: So many hubs name a community.
_HUBS: Final = 2
#: What most of those with a known value share has to be this part of them to be a word for all.
_MAIN: Final = 1 / 3

_PERCENT: Final = Words("%", "%")
_COLUMNS: Final = (
    Column("place", Words("序", "No."), "key"),
    Column(
        "community", Words("社群（最大的节点）", "Community (largest nodes)"), "text", english="community_en"
    ),
    Column("nodes", Words("节点", "Nodes"), "count"),
    Column("share", Words("占全部节点", "Of all nodes"), "share", _PERCENT, 1),
    Column("sample_nodes", Words("样本节点", "Sample nodes"), "count"),
    Column("inside", Words("边端在社群之内", "Links that stay inside"), "share", _PERCENT, 1),
    Column("layer", Words("主要层次", "Main layer"), "text", english="layer_en"),
    Column("technology", Words("主要技术", "Main technology"), "text", english="technology_en"),
    Column("province", Words("主要省份", "Main province"), "text", english="province_en"),
    Column("since", Words("可追溯至", "Traced back to"), "text"),
)


def communities_supplement(_engine: Engine, basis: Basis) -> Table:
    """The `basis.top` largest communities of the last year's network."""
    network = basis.network(basis.last)
    track = community_tracks(basis)[basis.last] if len(network.edges) else np.zeros(0, dtype=np.int64)
    numbers, counts = np.unique(track, return_counts=True)
    order = numbers[np.lexsort((numbers, -counts))]
    shown = order[: basis.top]
    members = {int(one): network.nodes.loc[track == one, "entity"] for one in shown}
    rows = _rows(basis, network, track, members)
    english = [one.english for one in _COLUMNS if one.english]
    frame = pd.DataFrame(rows, columns=[*(one.name for one in _COLUMNS), *english])
    count = [one.name for one in _COLUMNS if one.kind == "count"]
    frame = frame.astype(dict.fromkeys(count, "Int64")).astype({"place": np.int64})

    def behind(row: int, _column: str) -> Ints:
        """The relations inside the community."""
        inside = members[int(shown[row])]
        rows = basis.until(basis.last)
        return fact_ids(rows[rows["source"].isin(inside) & rows["target"].isin(inside)])

    spread = _spread(network)
    notes = (
        Words(
            f"{basis.last}年末网络的 Louvain 划分（固定种子），共 {len(order)} 个社群，列出最大的 "
            f"{len(shown)} 个；以社群内度数最高的节点命名。",
            f"Louvain's partition of the network at the end of {basis.last}, with a fixed seed: "
            f"{len(order)} communities, "
            f"of which the largest {len(shown)} are shown, named by the nodes with most links inside.",
        ),
        Words(
            "可追溯至：各年社群与上一年重合（雅卡尔系数不小于0.3）者视为同一社群。主要层次、技术、省份："
            "在已知者中至少占三分之一。",
            "Traced back to: a community is that of the year before where they overlap (Jaccard 0.3 or "
            "more). Main layer, "
            "technology and province: of a third or more of those for which it is known.",
        ),
        Words(
            f"划分随种子而变：十个种子的模块化为 {spread}。",
            f"The partition hangs on its seed: modularity over ten seeds is {spread}.",
        ),
        *basis.reading_notes(),
    )
    return Table("supplement_4", TITLE, _COLUMNS, ("place",), "nodes", frame, behind, notes)


def community_tracks(basis: Basis) -> dict[int, Ints]:
    """Year → track of each node of its network, so that a community has one number in all years of the "
    "basis."""

    def make(it: Basis) -> dict[int, Ints]:
        found = tracks([it.network(year) for year in it.years])
        return dict(zip(it.years, found, strict=True))

    return basis.once("community tracks", make)


def _rows(
    basis: Basis, network: Network, track: Ints, members: Mapping[int, pd.Series[str]]
) -> list[dict[str, Any]]:
    degree = degrees(network)
    ends = network.edges[["source", "target"]].to_numpy(dtype=np.int64)
    inner = ends[track[ends[:, 0]] == track[ends[:, 1]]]
    inner_degree = np.bincount(inner.ravel(), minlength=len(track))
    words = _Words(basis)
    years = {int(one): _first(basis, one) for one in members}
    rows = []
    for place, (one, entities) in enumerate(members.items(), 1):
        inside = np.flatnonzero(track == one)
        hubs = inside[np.argsort(-inner_degree[inside], kind="stable")][:_HUBS]
        named = basis.names(network.nodes["entity"].iloc[hubs])
        row: dict[str, Any] = {
            "place": place,
            "community": "、".join(named["name"]),
            "community_en": ", ".join(
                en or zh for en, zh in zip(named["name_en"], named["name"], strict=True)
            ),
            "nodes": len(inside),
            "share": len(inside) / len(track) * 100,
            "sample_nodes": int(network.nodes["sample"].to_numpy()[inside].sum()),
            "inside": inner_degree[inside].sum() / degree[inside].sum() * 100
            if degree[inside].sum()
            else None,
            "since": str(years[one]),
        }
        rows.append(row | words.of(set(entities)))
    return rows


def _first(basis: Basis, track: int) -> int:
    """The first year of the basis that has the community."""
    return next(year for year, found in community_tracks(basis).items() if (found == track).any())


class _Words:
    """What is most common in a community: layer, technology, province."""

    def __init__(self, basis: Basis) -> None:
        nodes = basis.nodes
        self._layers = nodes.loc[nodes["layer"].notna(), ["entity", "layer"]]
        self._provinces = provinces(basis).dropna(subset="code")[["entity", "code"]]
        rows = basis.until(basis.last, ("technology",))
        self._technologies = pd.DataFrame(
            {
                "source": rows["source"],
                "target": rows["target"],
                "word": [detail.get("technologies") or [] for detail in rows["detail"]],
            }
        )

    def of(self, entities: set[str]) -> dict[str, str | None]:
        """layer, technology, province in both languages; None where none is known or common enough."""
        layers, terms = taxonomy("layers"), taxonomy("technology_categories")
        layer = _main(self._layers.loc[self._layers["entity"].isin(entities), "layer"])
        province = _main(self._provinces.loc[self._provinces["entity"].isin(entities), "code"])
        inside = self._technologies["source"].isin(entities) & self._technologies["target"].isin(entities)
        known = (terms.find(str(word)) for word in self._technologies.loc[inside, "word"].explode().dropna())
        technology = _main(term.code for term in known if term)
        found = {
            "layer": Words(layers[layer].zh, layers[layer].en) if layer and layer in layers else None,
            "technology": Words(terms[technology].zh, terms[technology].en) if technology else None,
            "province": province_words(province) if province else None,
        }
        zh = {name: words.zh if words else None for name, words in found.items()}
        return zh | {f"{name}_en": words.en if words else None for name, words in found.items()}


def _main(words: Iterable[str]) -> str | None:
    """The most common word, the first in order among equals; None where it is not common enough."""
    counts = pd.Series(list(words), dtype=object).value_counts()
    if counts.empty or counts.iloc[0] < _MAIN * counts.sum():
        return None
    return str(min(counts.index[counts == counts.iloc[0]]))


def _spread(network: Network) -> str:
    found = CommunitySearch(network).spread()
    return f"{found.mean:.3f} ± {found.deviation:.3f}"
