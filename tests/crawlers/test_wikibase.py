"""Statements: ranks, values, precisions of time, qualifiers."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.wikibase import Day, Statement, day, ended, item, qualifier, span, statements, word
from pipelines.errors import InputError
from pipelines.records import Rejected

GREGORIAN = "http://www.wikidata.org/entity/Q1985727"
JULIAN = "http://www.wikidata.org/entity/Q1985786"


def time(written: str, precision: Any = 9, model: str = GREGORIAN) -> dict[str, Any]:
    return {"time": written, "precision": precision, "calendarmodel": model}


def snak(value: Any, kind: str = "value") -> dict[str, Any]:
    return {"snaktype": kind, "datavalue": {"value": value}}


def claims(*made: tuple[str, Any, str]) -> dict[str, Any]:
    listed = [{"rank": rank, "mainsnak": snak(value, kind)} for rank, value, kind in made]
    return {"claims": {"P1": listed}}


def stated(**qualifiers: list[dict[str, Any]]) -> Statement:
    return Statement("$", None, True, False, qualifiers)


def test_a_preferred_statement_is_best_and_a_deprecated_one_is_counted() -> None:
    entity = claims(
        ("normal", "a", "value"),
        ("preferred", "b", "value"),
        ("deprecated", "c", "value"),
        ("normal", "", "somevalue"),
    )
    found = list(statements(entity, "P1", "$"))
    kept = [(one.where, one.value, one.best) for one in found if isinstance(one, Statement)]
    assert kept == [("$.claims.P1[0]", "a", False), ("$.claims.P1[1]", "b", True)]
    assert [one.reason for one in found if isinstance(one, Rejected)] == [
        "statements that are deprecated, not read: 1",
        "statements whose value is unknown, not read: 1",
    ]


def test_without_a_preferred_statement_all_are_best() -> None:
    found = list(statements(claims(("normal", "a", "value"), ("normal", "b", "value")), "P1", "$"))
    assert [one.best for one in found if isinstance(one, Statement)] == [True, True]


def test_an_unknown_rank_and_too_many_statements_are_rejected() -> None:
    (found,) = statements(claims(("dearest", "a", "value")), "P1", "$")
    assert isinstance(found, Rejected)
    assert found.field == "P1.rank"
    (found,) = statements(claims(*[("normal", "a", "value")] * 2001), "P1", "$")
    assert isinstance(found, Rejected)
    assert "2000" in found.reason


def test_an_item_without_statements_has_none() -> None:
    assert list(statements({"claims": []}, "P1", "$")) == []
    assert list(statements({}, "P1", "$")) == []


@pytest.mark.parametrize(
    ("value", "first", "last", "precision"),
    [
        (time("+2012-00-00T00:00:00Z"), "2012-01-01", "2012-12-31", "year"),
        (time("+2012-01-01T00:00:00Z"), "2012-01-01", "2012-12-31", "year"),
        (time("+2012-02-00T00:00:00Z", 10), "2012-02-01", "2012-02-29", "month"),
        (time("+00000002012-02-03T00:00:00Z", 11), "2012-02-03", "2012-02-03", "day"),
        (time("+1701-00-00T00:00:00Z", 9, JULIAN), "1701-01-01", "1701-12-31", "year"),
    ],
)
def test_a_day_is_as_fine_as_it_is_stated(value: Any, first: str, last: str, precision: str) -> None:
    found = day(value)
    assert (str(found.first), str(found.last), found.precision) == (first, last, precision)


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (time("-0221-00-00T00:00:00Z"), "time"),
        (time("+0221-00-00T00:00:00Z"), "time"),
        (time("+2010-00-00T00:00:00Z", 8), "precision"),
        (time("+2010-00-00T00:00:00Z", 7), "precision"),
        (time("+2010-00-00T00:00:00Z", True), "precision"),
        (time("+2010-01-01T00:00:00Z", 14), "precision"),
        (time("+2010-01-01T12:00:00Z", 11), "time"),
        (time("+2010-13-01T00:00:00Z", 10), "time"),
        (time("+2011-02-29T00:00:00Z", 11), "time"),
        (time("+1701-02-03T00:00:00Z", 11, JULIAN), "calendarmodel"),
        (time("+1701-00-00T00:00:00Z", 9, "x"), "calendarmodel"),
        ({"time": 5}, "time"),
    ],
)
def test_what_is_no_day_of_ours_is_refused_with_its_field(value: Any, field: str) -> None:
    with pytest.raises(InputError) as caught:
        day(value)
    assert caught.value.field == field


def test_a_span_has_the_vaguer_precision_of_its_ends() -> None:
    found = span(
        stated(P580=[snak(time("+2012-05-06T00:00:00Z", 11))], P582=[snak(time("+2014-00-00T00:00:00Z"))])
    )
    assert (found.start, found.end) == (dt.date(2012, 5, 6), dt.date(2014, 12, 31))
    assert found.precision == "year"
    assert found.as_written == "+2012-05-06T00:00:00Z/+2014-00-00T00:00:00Z"


def test_a_point_in_time_is_a_start_and_nothing_is_undated() -> None:
    found = span(stated(P585=[snak(time("+2012-05-06T00:00:00Z", 11))]))
    assert (found.start, found.end) == (dt.date(2012, 5, 6), None)
    assert span(stated()).precision is None


def test_a_span_that_ends_before_it_starts_and_two_starts_are_refused() -> None:
    late, early = snak(time("+2014-00-00T00:00:00Z")), snak(time("+2010-00-00T00:00:00Z"))
    with pytest.raises(InputError, match="before it starts"):
        span(stated(P580=[late], P582=[early]))
    with pytest.raises(InputError, match="2 values"):
        qualifier(stated(P580=[late, early]), "P580")


@pytest.mark.parametrize(("kind", "over"), [("value", True), ("somevalue", True), ("novalue", False)])
def test_an_unknown_end_is_an_end_and_a_stated_none_is_none(kind: str, over: bool) -> None:
    assert ended(stated(P582=[snak(time("+2014-00-00T00:00:00Z"), kind)])) is over
    assert ended(stated()) is None


def test_items_and_words() -> None:
    assert item({"id": "Q42"}) == "Q42"
    assert word({"text": " a  b ", "language": "zh"}) == "a b"
    assert word("x") == "x"
    for bad in ({"id": "P42"}, {"id": "Q042"}, {}, None):
        with pytest.raises(InputError):
            item(bad)
    for empty in ("", " ", None, {"text": ""}):
        with pytest.raises(InputError):
            word(empty)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=25),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(
    sign=st.sampled_from("+-"), numbers=st.tuples(*[st.integers(0, 9999)] * 3), precision=st.integers(0, 15)
)
@settings(max_examples=200, deadline=None)
def test_any_time_is_a_day_or_an_input_error(
    sign: str, numbers: tuple[int, int, int], precision: int
) -> None:
    year, month, number = numbers
    try:
        found = day(time(f"{sign}{year:04}-{month % 100:02}-{number % 100:02}T00:00:00Z", precision))
    except InputError:
        return
    assert isinstance(found, Day)
    assert found.first <= found.last
    assert sign == "+"


@given(claim=values)
@settings(max_examples=200, deadline=None)
def test_no_claim_raises_anything_but_an_input_error(claim: Any) -> None:
    try:
        for one in statements({"claims": {"P1": claim}}, "P1", "$"):
            if isinstance(one, Statement):
                span(one)
                ended(one)
    except InputError:
        pass
