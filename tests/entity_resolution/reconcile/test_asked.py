"""What clients send, well and badly formed."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entity_resolution.reconcile import limits
from entity_resolution.reconcile.asked import Given, clean, read_batch, read_extension, read_query
from entity_resolution.reconcile.limits import Refused


def batch(*queries: Any) -> str:
    return json.dumps({f"q{at}": query for at, query in enumerate(queries)})


def test_a_query_with_everything() -> None:
    one = read_batch(
        batch(
            {
                "query": " 示例 科技 ",
                "type": ["company", "university"],
                "type_strict": "any",
                "limit": 3.0,
                "properties": [
                    {"pid": "place", "v": "北京"},
                    {"pid": "country", "v": ["CN", "", None, "HK"]},
                    {"pid": "unit_of", "v": {"id": "vn1", "name": "示例集团"}},
                    {"pid": "staff", "v": 120},
                    {"pid": "website", "v": ""},
                ],
            }
        )
    )["q0"]
    assert (one.name, one.kinds, one.strict, one.limit) == (
        "示例 科技",
        frozenset({"company", "university"}),
        True,
        3,
    )
    assert one.given == {
        "place": (Given("北京"),),
        "country": (Given("CN"), Given("HK")),
        "unit_of": (Given("示例集团", "vn1"),),
        "staff": (Given("120"),),
    }


def test_what_is_left_out_means_anything() -> None:
    one = read_batch(batch({"query": "示例"}))["q0"]
    assert (one.kinds, one.strict, one.limit, one.given) == (None, False, limits.CANDIDATES_DEFAULT, {})
    assert read_batch(batch({"query": "示例", "type": []}))["q0"].kinds is None
    assert read_batch(batch({"query": "示例", "limit": 10**9}))["q0"].limit == limits.CANDIDATES_MOST


def test_types_stand_for_kinds() -> None:
    def kinds(**more: Any) -> frozenset[str] | None:
        return read_batch(batch({"query": "示例", **more}))["q0"].kinds

    organisations = kinds(type="organisation")
    assert organisations is not None
    assert "company" in organisations
    assert "person" not in organisations
    assert kinds(type="企业") == frozenset({"company"})
    assert kinds(type=["organisation", "company"], type_strict="all") == frozenset({"company"})
    assert kinds(type=["university", "company"], type_strict="all") == frozenset()


def test_properties_may_be_called_by_their_names() -> None:
    asked = [{"pid": name, "v": "x"} for name in ("国家", "unified social credit code", "LEI")]
    one = read_batch(batch({"properties": asked}))["q0"]
    assert list(one.given) == ["country", "uscc", "lei"]


def test_a_single_query_is_text_or_an_object() -> None:
    assert read_query("示例").name == "示例"
    assert read_query('{"query": "示例", "limit": "2"}').limit == 2


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("示例", "a query is an object"),
        ({}, "a query string or properties are needed"),
        ({"query": " \x00 "}, "a query string or properties are needed"),
        ({"query": 5}, "text is needed"),
        ({"query": "x", "limit": 0}, "positive"),
        ({"query": "x", "limit": True}, "integer"),
        ({"query": "x", "limit": 1.5}, "integer"),
        ({"query": "x", "type": "planet"}, "no type is called 'planet'"),
        ({"query": "x", "type": 5}, "a list is needed"),
        ({"query": "x", "type": ["company"] * 99}, "at most"),
        ({"query": "x", "type_strict": "maybe"}, "any, should or all"),
        ({"query": "x", "properties": [{"pid": "shoe size", "v": 1}]}, "no property is called 'shoe size'"),
        ({"query": "x", "properties": [{"pid": "place"}]}, "pid and v"),
        ({"query": "x", "properties": [{"pid": "place", "v": [[1]]}]}, "text, a number"),
        ({"query": "x", "properties": [{"pid": "place", "v": {"name": "x"}}]}, "text of 1 to"),
        ({"query": "x", "properties": [{"pid": "place", "v": "x"}] * 99}, "at most"),
        ({"query": "x", "propertys": []}, "'propertys' is no part of a query"),
    ],
)
def test_what_cannot_be_understood_is_refused(query: Any, reason: str) -> None:
    with pytest.raises(Refused, match=reason) as caught:
        read_batch(batch(query))
    assert caught.value.status == 400


@pytest.mark.parametrize(
    "text",
    ["", "[", "[]", "null", '"x"', "{'q': 1}", "[" * 100_000, '{"a": NaN}', '{"a": ' + "9" * 5000 + "}",
     '{"a": {"query": "x"}, "a": {"query": "y"}}', '{"a": {"query": "x", "limit": 1e999}}'],
)  # fmt: skip
def test_what_is_no_batch_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        read_batch(text)


def test_too_much_at_once_is_said_to_be_too_much() -> None:
    many = {str(at): {"query": "x"} for at in range(limits.BATCH_MOST + 1)}
    for text in (json.dumps(many), '{"a": {"query": "' + "x" * limits.BODY_MOST + '"}}'):
        with pytest.raises(Refused) as caught:
            read_batch(text)
        assert caught.value.status == 413
    ids = json.dumps({"ids": ["vn1"] * (limits.IDS_MOST + 1), "properties": []})
    with pytest.raises(Refused) as caught:
        read_extension(ids)
    assert caught.value.status == 413


def test_an_extension() -> None:
    asked = read_extension(
        json.dumps(
            {
                "ids": ["vn1", "vn2", "vn1"],
                "properties": [{"id": "staff", "settings": {"limit": 1, "year": "2020"}}, {"id": "units"}],
            }
        )
    )
    assert asked.ids == ("vn1", "vn2")
    staff, units = asked.wanted
    assert (staff.property.id, staff.limit, staff.year) == ("staff", 1, 2020)
    assert (units.property.id, units.limit, units.year) == ("units", limits.VALUES_MOST, 0)


@pytest.mark.parametrize(
    "data",
    [
        [],
        {"ids": "vn1"},
        {"ids": [5], "properties": []},
        {"ids": ["x" * 999], "properties": []},
        {"ids": [], "properties": {}},
        {"ids": [], "properties": ["staff"]},
        {"ids": [], "properties": [{"id": "shoe size"}]},
        {"ids": [], "properties": [{"id": "staff", "settings": []}]},
        {"ids": [], "properties": [{"id": "staff", "settings": {"limit": -1}}]},
        {"ids": [], "properties": [{"id": "staff", "settings": {"years": 1}}]},
    ],
)
def test_what_is_no_extension_is_refused(data: Any) -> None:
    with pytest.raises(Refused):
        read_extension(json.dumps(data))


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["query", "type", "limit", "properties", "pid", "v", "id", "ids", "settings", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_values)
def test_whatever_is_sent_is_read_or_refused(data: Any) -> None:
    for read in (read_batch, read_query, read_extension):
        with suppress(Refused):
            read(json.dumps(data))


@given(st.text())
def test_cleaned_text_is_one_clean_line(text: str) -> None:
    found = clean(text)
    assert clean(found) == found
    assert "\x00" not in found
    found.encode()
