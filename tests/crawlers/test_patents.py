"""Numbers, symbols, days and parties of patents, as offices write them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.patents import (
    class_symbol,
    country_code,
    distinct,
    document_number,
    earliest,
    inventor_scope,
    parse_xml,
    party,
    read_day,
    stage_of,
    words,
)
from pipelines.errors import InputError
from pipelines.records import UNDATED


@pytest.mark.parametrize(
    ("country", "number", "kind", "expected"),
    [
        ("CN", "101551481", "B", "CN101551481B"),
        ("US", "08930553", "B2", "US8930553B2"),
        ("us", "8,930,553", "b2", "US8930553B2"),
        ("US", "20050004437", "A1", "US20050004437A1"),
        ("US", "2005004437", "A1", "US20050004437A1"),
        ("US", "RE045123", "E1", "USRE45123E1"),
        ("US", "D0712345", "S1", "USD712345S1"),
        ("AT", "E232441", "T1", "ATE232441T1"),
        ("WO", "2010/050748", "A2", "WO2010050748A2"),
        ("JP", "2005533465", "", "JP2005533465"),
    ],
)
def test_one_publication_has_one_number(country: str, number: str, kind: str, expected: str) -> None:
    assert document_number(country, number, kind) == expected


@pytest.mark.parametrize(
    ("country", "number", "kind", "field"),
    [
        ("C", "1", "A", "country"),
        ("CN", "", "A", "number"),
        ("CN", "一", "A", "number"),
        ("CN", "1", "a-", "kind"),
    ],
)
def test_what_is_no_number_is_refused(country: str, number: str, kind: str, field: str) -> None:
    with pytest.raises(InputError) as caught:
        document_number(country, number, kind)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("written", "symbol"),
    [
        ("G06N   3/    08            A I                    ", "G06N3/08"),
        ("G06F015/00", "G06F15/00"),
        ("g06v10/82", "G06V10/82"),
        ("G06T2207/20084", "G06T2207/20084"),
        ("H04L  29/06        20060101 A I", "H04L29/06"),
        ("G06N", "G06N"),
    ],
)
def test_symbols(written: str, symbol: str) -> None:
    assert class_symbol(written) == symbol
    assert class_symbol(symbol) == symbol


@pytest.mark.parametrize("written", ["", "706/25", "G6N3/08", "G06N3/08改", "Z06N3/08", "G06N3-08"])
def test_no_symbols(written: str) -> None:
    with pytest.raises(InputError):
        class_symbol(written)


@pytest.mark.parametrize(
    ("written", "start", "precision"),
    [
        ("20050222", "2005-02-22", "day"), ("2005-02-22", "2005-02-22", "day"), ("20050200", "2005-02-01", "month"),
        ("20050000", "2005-01-01", "year"),
    ],
)  # fmt: skip
def test_days(written: str, start: str, precision: str) -> None:
    said = read_day(written)
    assert (str(said.start), said.precision, said.as_written) == (start, precision, written)


@pytest.mark.parametrize("written", ["20050230", "20051301", "20050022", "2005", "yesterday"])
def test_no_days(written: str) -> None:
    with pytest.raises(InputError):
        read_day(written)


def test_the_earliest_day_is_of_those_with_a_date() -> None:
    assert earliest([UNDATED, read_day("20100101"), read_day("20090101")]).as_written == "20090101"
    assert earliest([UNDATED]) == earliest([]) == read_day("") == read_day("00000000") == UNDATED


def test_stages() -> None:
    pairs = [("US", "A"), ("US", "A1"), ("CN", "B"), ("CN", "C"), ("CN", "U"), ("DE", "T2")]
    assert [stage_of(*one) for one in pairs] == ["grant", "application", "grant", "grant", "", ""]


def test_words_for_no_country_are_none() -> None:
    assert [country_code(one) for one in ("cn", "omitted", "unknown", "XX", "")] == [
        "CN",
        None,
        None,
        None,
        None,
    ]


def test_a_name_in_two_cases_is_one_party_of_a_role() -> None:
    both = [party("assignee", "示例 Tech"), party("assignee", "示例 TECH"), party("applicant", "示例 Tech")]
    assert [one.role for one in distinct(both)] == ["assignee", "applicant"]
    with pytest.raises(InputError, match="no name"):
        party("inventor", " \u200b")
    with pytest.raises(InputError, match="too long"):
        party("inventor", "x" * 301)


def test_inventors_are_told_apart_by_whom_the_invention_is_of() -> None:
    assert inventor_scope(["示例科技"], "CN1A") != inventor_scope(["另一公司"], "CN1A")
    assert inventor_scope([], "CN1A") != inventor_scope([], "CN2A")


def test_entities_are_not_expanded_and_nothing_is_loaded() -> None:
    bomb = b"""<!DOCTYPE a [<!ENTITY x "lol"><!ENTITY y "&x;&x;&x;"><!ENTITY f SYSTEM "file:///etc/hostname">]>
    <a><b>&y;</b><c>&f;</c>d</a>"""
    said = words(parse_xml(bomb))
    assert "lol" not in said
    assert said.endswith("d")
    assert len(said) < 20
    with pytest.raises(InputError):
        parse_xml(b"<a>" * 5000)


@given(st.text(max_size=40), st.text(max_size=20), st.text(max_size=4))
def test_any_text_is_read_or_refused(text: str, number: str, kind: str) -> None:
    for read in (class_symbol, read_day):
        with suppress(InputError):
            read(text)
    with suppress(InputError):
        assert document_number("US", number, kind).startswith("US")
