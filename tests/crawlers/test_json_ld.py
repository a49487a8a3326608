"""JSON-LD: bounded, broken, nested."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.article import parse_html
from crawlers.json_ld import LENGTH_MOST, each, nodes, scripts, text_of, types_of


def page(*written: str) -> Any:
    return parse_html(
        "<html>" + "".join(f'<script type="application/ld+json">{one}</script>' for one in written)
    )


def test_scripts_that_cannot_be_read_are_told() -> None:
    found = list(
        scripts(page('{"a": 1}', '{"a":', "[" * 5000, '{"a": "' + "x" * LENGTH_MOST + '"}', '{"b": "x\ny"}'))
    )
    assert [value for value, doubt in found if doubt is None] == [{"a": 1}, {"b": "x\ny"}]
    assert [doubt[0] for _, doubt in found if doubt] == ["ld+json"] * 3


def test_nodes_of_a_graph_and_their_paths() -> None:
    value = {
        "@graph": [
            {"@type": "WebPage", "mainEntity": {"@type": "A"}},
            {"@type": ["B", "C"]},
            {"name": "none"},
        ]
    }
    assert [(path, sorted(types_of(node))) for path, node in nodes(value)] == [
        ("$.@graph[0]", ["WebPage"]), ("$.@graph[0].mainEntity", ["A"]), ("$.@graph[1]", ["B", "C"]),
    ]  # fmt: skip


def test_depth_is_bounded() -> None:
    value: Any = {"@type": "X"}
    for _ in range(500):
        value = {"@type": "X", "mainEntity": value}
    assert 0 < len(list(nodes(value))) < 20


def test_types_and_texts_in_all_their_forms() -> None:
    assert types_of({"@type": "https://schema.org/Organization"}) == {"Organization"}
    assert types_of({"@type": ["schema:Person", 3]}) == {"Person"}
    assert types_of("x") == frozenset()
    assert text_of({"name": [{"@value": " 甲  乙 "}, "丙"]}, "name") == "甲 乙"
    assert text_of({"name": 3, "legalName": "丁"}, "name", "legalName") == "丁"
    assert list(each({"a": 1, "b": [1, 2, 3]}, "b", 2)) == [1, 2]
    assert list(each({"a": 1}, "a")) == [1]


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["@type", "@graph", "@id", "name", "mainEntity"]), inner, max_size=4
            )
        ),
        max_leaves=15,
    )
)
def test_any_value_is_walked(value: Any) -> None:
    for path, node in nodes(json.loads(json.dumps(value))):
        assert path.startswith("$")
        assert types_of(node)
        assert isinstance(text_of(node, "name"), str)
