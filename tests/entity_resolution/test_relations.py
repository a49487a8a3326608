"""Units and subsidiaries: no cycles, one head, by level and day."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entity_resolution.log import CURATED, Judgement, Key
from entity_resolution.relations import Relation, lift, roll_up
from pipelines.errors import UsageError

Tie = Literal["unit of", "subsidiary of"]


def tie(
    number: int,
    inner: str,
    outer: str,
    verdict: Tie = "unit of",
    by: str = CURATED,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
) -> Judgement:
    return Judgement(number, inner, outer, verdict, by, valid_from=valid_from, valid_to=valid_to)


def lifted(*rows: Judgement) -> tuple[Relation, ...]:
    names: dict[Key, str] = {str(key): str(key) for row in rows for key in (row.left, row.right)}
    return lift(rows, names)[0]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 8),
            st.integers(0, 8),
            st.sampled_from(["unit of", "subsidiary of"]),
            st.sampled_from([CURATED, "person:ann", "rule:link"]),
        ),
        max_size=30,
    ),
    st.booleans(),
)
def test_relations_have_no_cycle_and_what_is_left_out_would_close_one(
    drawn: list[tuple[int, int, Tie, str]], subsidiaries: bool
) -> None:
    rows = [Judgement(at, a, b, verdict, by) for at, (a, b, verdict, by) in enumerate(drawn) if a != b]
    names: dict[Key, str] = {key: f"e{key}" for key in range(9)}
    relations, cycles = lift(rows, names)
    graph = nx.DiGraph((one.inner, one.outer) for one in relations)
    assert nx.is_directed_acyclic_graph(graph)
    for cycle in cycles:
        assert cycle.path[0] == cycle.path[-1] == names[cycle.judgement.left]
        assert all(graph.has_edge(*step) for step in zip(cycle.path[1:], cycle.path[2:], strict=False))
    kept = [(int(one.inner[1:]), int(one.outer[1:])) for one in relations]
    assert len(kept) == len(set(kept))  # undated relations of one pair exclude each other
    assert {(row.left, row.right) for row in rows} == set(kept) | {
        (cycle.judgement.left, cycle.judgement.right) for cycle in cycles
    }
    for one in relations:
        about = [row for row in rows if (names[row.left], names[row.right]) == (one.inner, one.outer)]
        assert one.judgement.authority == max(row.authority for row in about)
    heads = roll_up(relations, subsidiaries=subsidiaries)
    for start, head in heads.items():
        assert nx.has_path(graph, start, head)
        assert head not in heads


def test_mentions_of_one_entity_share_its_relations() -> None:
    rows = [tie(1, "阿里云", "阿里巴巴"), tie(2, "阿里云计算", "阿里巴巴集团")]
    relations, _ = lift(rows, {"阿里云": "u", "阿里云计算": "u", "阿里巴巴": "g", "阿里巴巴集团": "g"})
    assert [(one.inner, one.outer) for one in relations] == [("u", "g")]


def test_a_ring_is_refused_with_its_way_and_the_stronger_stand() -> None:
    rows = [tie(1, "a", "b", by="rule:link"), tie(2, "b", "c"), tie(3, "c", "a", by="person:ann")]
    relations, cycles = lift(rows, {key: key for key in "abc"})
    assert {(one.inner, one.outer) for one in relations} == {("b", "c"), ("c", "a")}
    assert [(cycle.judgement.id, cycle.path) for cycle in cycles] == [(1, ("a", "b", "c", "a"))]


def test_levels() -> None:
    relations = lifted(tie(1, "阿里云", "阿里巴巴"), tie(2, "阿里健康", "阿里巴巴", "subsidiary of"))
    assert roll_up(relations, "entity") == {}
    assert roll_up(relations) == {"阿里云": "阿里巴巴"}
    assert roll_up(relations, subsidiaries=True) == {"阿里云": "阿里巴巴", "阿里健康": "阿里巴巴"}
    with pytest.raises(UsageError, match="firm"):
        roll_up(relations, "firm")  # type: ignore[arg-type]


def test_units_of_units_roll_up_to_the_top_and_a_unit_beats_a_subsidiary() -> None:
    relations = lifted(
        tie(1, "lab", "cloud"),
        tie(2, "cloud", "group"),
        tie(3, "lab", "other", "subsidiary of", by="person:ann"),
    )
    assert roll_up(relations, subsidiaries=True) == {"lab": "group", "cloud": "group"}


def test_a_unit_that_became_a_subsidiary_is_both_one_after_the_other() -> None:
    day = dt.date(2018, 1, 1)
    relations = lifted(
        tie(1, "a", "b", valid_to=day - dt.timedelta(days=1)),
        tie(2, "a", "b", "subsidiary of", valid_from=day),
    )
    assert [one.verdict for one in relations] == ["unit of", "subsidiary of"]
    assert [
        one.verdict for one in lifted(tie(1, "a", "b", valid_to=day), tie(2, "a", "b", "subsidiary of"))
    ] == ["unit of"]


def test_a_relation_counts_in_its_years() -> None:
    sold = dt.date(2020, 11, 17)
    relations = lifted(tie(1, "荣耀", "华为", valid_from=dt.date(2013, 12, 16), valid_to=sold))
    assert roll_up(relations, at=dt.date(2019, 12, 31)) == {"荣耀": "华为"}
    assert roll_up(relations, at=sold) == {"荣耀": "华为"}
    assert roll_up(relations, at=dt.date(2021, 12, 31)) == {}
    assert roll_up(relations, at=dt.date(2012, 12, 31)) == {}
    assert roll_up(relations) == {}
