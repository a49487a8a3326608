"""The network of a year against a plain count of the same rows."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.networks import DIMENSIONS, LeftOut, Network, Parallel, build, build_years
from pipelines.errors import InputError, UsageError

Row = tuple[int, str, str, str, str | None]


def relations(*rows: Row) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["fact", "source", "target", "dimension", "date"])
    return frame.assign(date=pd.to_datetime(frame["date"]))


def people(sample: str, others: str) -> pd.DataFrame:
    entity = list(sample + others)
    return pd.DataFrame({"entity": entity, "name": entity, "sample": [one in sample for one in entity]})


def edges(network: Network) -> list[tuple[str, str, str, int, float]]:
    name = network.nodes["entity"]
    frame = network.edges
    return [
        (name[row.source], name[row.target], row.dimension, row.facts, row.weight)  # type: ignore[index, misc]  # columns of itertuples are untyped
        for row in frame.itertuples()
    ]


MIXED = relations(
    (1, "z", "a", "investment", "2015-12-31"),
    (2, "z", "a", "investment", "2016-01-01"),
    (3, "z", "a", "technology", "2016-05-01"),
    (4, "a", "b", "technology", "2014-02-01"),
    (4, "a", "b", "technology", "2014-02-01"),
    (5, "b", "a", "technology", "2014-02-01"),
    (6, "a", "a", "technology", "2014-02-01"),
    (7, "y", "z", "human_capital", "2014-02-01"),
    (8, "y", "a", "human_capital", None),
)
NODES = people("ba", "zyx")


def test_a_year_ends_on_its_last_day() -> None:
    assert edges(build(MIXED, NODES, 2015))[-1] == ("z", "a", "investment", 1, 1.0)
    assert edges(build(MIXED, NODES, 2014)) == [
        ("a", "b", "technology", 1, 1.0),
        ("b", "a", "technology", 1, 1.0),
    ]


def test_an_edge_for_each_dimension_with_its_facts() -> None:
    network = build(MIXED, NODES, 2016)
    assert edges(network)[2:] == [("z", "a", "technology", 1, 1.0), ("z", "a", "investment", 2, 1.0)]
    assert network.edges["since"].dt.strftime("%Y-%m-%d").tolist()[2:] == ["2016-05-01", "2015-12-31"]


def test_merged_edges_weigh_their_dimensions_and_paired_ones_do_not() -> None:
    merged = build(MIXED, NODES, 2016, parallel="merge")
    assert edges(merged)[-1] == ("z", "a", "technology|investment", 3, 2.0)
    assert edges(build(MIXED, NODES, 2016, parallel="pair"))[-1][-1] == 1.0
    earlier = build(MIXED, NODES, 2015, parallel="merge")
    assert edges(earlier)[-1] == ("z", "a", "investment", 1, 1.0)
    assert str(merged.edges["since"].iloc[-1].date()) == "2015-12-31"


def test_what_is_left_out_is_counted() -> None:
    assert build(MIXED, NODES, 2014).left_out == LeftOut(self_loops=1, undated=1, outside=1)
    assert build(MIXED, NODES, 2013).left_out == LeftOut(self_loops=0, undated=1, outside=0)


def test_nodes_are_those_with_edges_in_order_of_their_ids() -> None:
    network = build(MIXED, NODES, 2016)
    assert network.nodes["entity"].tolist() == ["a", "b", "z"]
    assert network.nodes["sample"].tolist() == [True, True, False]
    assert network.nodes.index.tolist() == [0, 1, 2]


def test_one_dimension_alone() -> None:
    network = build(MIXED, NODES, 2016, dimensions=["investment"])
    assert edges(network) == [("z", "a", "investment", 2, 1.0)]
    assert network.left_out == LeftOut()


def test_no_relations_give_an_empty_network() -> None:
    network = build(MIXED, NODES, 2000)
    assert len(network.nodes) == len(network.edges) == network.graph().edges == 0
    assert len(build(relations(), NODES, 2021).edges) == 0


@pytest.mark.parametrize(
    ("frame", "nodes", "words"),
    [
        (MIXED.drop(columns="fact"), NODES, "relations: field fact"),
        (MIXED.assign(date="2015"), NODES, "field date"),
        (MIXED.assign(dimension="love"), NODES, "'love' is no dimension"),
        (MIXED, NODES[NODES["entity"] != "y"], "'y' is not among the nodes"),
        (MIXED, pd.concat([NODES, NODES.head(1)]), "listed twice"),
        (MIXED, NODES.drop(columns="sample"), "nodes: field sample"),
        (MIXED, NODES.assign(sample=None), "a node lacks it"),
    ],
)
def test_bad_frames_are_refused(frame: pd.DataFrame, nodes: pd.DataFrame, words: str) -> None:
    with pytest.raises(InputError, match=words):
        build(frame, nodes, 2021)


def test_unknown_wishes_are_refused() -> None:
    with pytest.raises(UsageError, match="no such dimension: love"):
        build(MIXED, NODES, 2021, dimensions=["love"])
    with pytest.raises(UsageError, match="parallel edges"):
        build(MIXED, NODES, 2021, parallel="add")  # type: ignore[arg-type]  # the wrong value is the case


ROWS = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.sampled_from("abcde"),
        st.sampled_from("abcde"),
        st.sampled_from(DIMENSIONS),
        st.one_of(st.none(), st.dates(pd.Timestamp("2013-01-01").date(), pd.Timestamp("2016-12-31").date())),
    ),
    max_size=25,
)


@settings(deadline=None)
@given(ROWS, st.sets(st.sampled_from("abcde")), st.sampled_from(["keep", "merge", "pair"]))
def test_every_year_equals_a_plain_count(
    rows: list[tuple[int, str, str, str, object]], sample: set[str], parallel: Parallel
) -> None:
    frame = pd.DataFrame(rows, columns=["fact", "source", "target", "dimension", "date"])
    frame = frame.assign(date=pd.to_datetime(frame["date"]))
    nodes = people("".join(sorted(sample)), "".join(sorted(set("abcde") - sample)))
    for year, network in build_years(frame, nodes, [2016, 2013, 2014]).items():
        plain: dict[tuple[str, str, str], set[int]] = {}
        for fact, source, target, dimension, date in rows:
            if date is not None and date.year <= year and source != target and {source, target} & sample:  # type: ignore[attr-defined]  # a date, as ROWS draws it
                plain.setdefault((source, target, dimension), set()).add(fact)
        found = {edge[:3]: edge[3] for edge in edges(network)}
        assert found == {key: len(facts) for key, facts in plain.items()}
        assert set(network.nodes["entity"]) == {end for key in plain for end in key[:2]}
        joined = build(frame, nodes, year, parallel=parallel)
        kept = {key[:2] for key in plain}
        if parallel == "keep":
            assert edges(joined) == edges(network)
        else:
            assert [edge[:2] for edge in edges(joined)] == sorted(kept)
            dimensions = [sum(key[:2] == pair for key in plain) for pair in sorted(kept)]
            assert joined.edges["weight"].tolist() == (
                dimensions if parallel == "merge" else [1] * len(dimensions)
            )
