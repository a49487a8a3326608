"""Tables 4 and 5: technology degrees by hand."""

from __future__ import annotations

from analytics.basis import Basis
from analytics.table_nodes import relation_nodes_table, sample_nodes_table


def listed(basis: Basis, *, sample: bool) -> list[tuple[int, int, str, int]]:
    frame = (sample_nodes_table if sample else relation_nodes_table)(basis).frame
    return list(zip(frame["year"], frame["rank"], frame["name"], frame["degree"], strict=True))


def test_sample_nodes_with_ties(world_basis: Basis) -> None:
    assert listed(world_basis, sample=True) == [
        (2019, 1, "华为", 1),
        # 华为 receives from 英特尔 and gives to 腾讯, twice but as one edge; 百度 and 阿里巴巴 give both ways.
        (2021, 1, "华为", 2),
        (2021, 1, "百度", 2),
        (2021, 1, "阿里巴巴", 2),
        (2021, 4, "科大讯飞", 1),
    ]


def test_relation_nodes(world_basis: Basis) -> None:
    assert listed(world_basis, sample=False) == [
        (2019, 1, "英特尔", 1),
        (2021, 1, "腾讯", 2),
        (2021, 2, "英特尔", 1),
    ]


def test_the_facts_behind_a_degree_may_be_more_than_the_edges(world_basis: Basis) -> None:
    shown = sample_nodes_table(world_basis)
    assert shown.row_path(1) == "table_4/2021/1"
    assert len(shown.behind(1, "degree")) == 3
