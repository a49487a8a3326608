"""Bounded JSON and rejections that always fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.parsing import at, list_at, load_json, number_at, object_at, reject, text_at, texts_at, tidy
from pipelines.errors import InputError


def test_a_path_leads_through_objects() -> None:
    value = {"a": {"b": {"c": " x\n y "}, "n": 3, "l": ["p", " "], "t": True}}
    assert text_at(value, "a.b.c") == "x y"
    assert text_at(value, "a.z.c") == ""
    assert number_at(value, "a.n") == 3
    assert list(texts_at(value, "a.l")) == ["p"]
    assert object_at(value, "a.b") == {"c": " x\n y "}
    assert at(None, "a.b") is None


@pytest.mark.parametrize(
    ("read", "path"),
    [
        (text_at, "n"),
        (text_at, "n.x"),
        (list_at, "n"),
        (number_at, "t"),
        (number_at, "s"),
        (object_at, "s"),
        (object_at, "l"),
    ],
)
def test_another_kind_of_value_is_told_with_its_path(read: object, path: str) -> None:
    value = {"n": 3, "s": "x", "t": True, "l": []}
    with pytest.raises(InputError) as told:
        read(value, path)  # type: ignore[operator]  # a list of functions of one shape
    assert told.value.field == path


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000, b"1" * 5000, b""])
def test_bad_json_is_told(body: bytes) -> None:
    with pytest.raises(InputError):
        load_json(body)


def test_a_body_beyond_the_limit_is_not_read() -> None:
    with pytest.raises(InputError, match="more than"):
        load_json(b"[1]", limit=2)


@given(st.text(), st.text(), st.text(), st.text())
def test_a_rejection_always_fits(locator: str, reason: str, value: str, raw: str) -> None:
    one = reject(locator * 50, reason * 50, field=value * 50, value=value * 50, raw=raw * 50)
    assert one.reason
    one.model_dump_json().encode()


@given(st.text())
def test_tidied_text_is_one_line(text: str) -> None:
    assert "\n" not in tidy(text)
    assert tidy(tidy(text)) == tidy(text)


def test_lone_surrogates_are_replaced() -> None:
    assert reject("$", "x", value="\ud800", raw={"a": "\udfff"}).value == "?"


@pytest.mark.parametrize(
    "code", [0x00, 0x07, 0x7F, 0x80, 0x9B, 0xAD, 0x61C, 0x200B, 0x202E, 0x2066, 0x2069, 0xFEFF]
)
def test_tidy_leaves_nothing_that_is_not_seen(code: int) -> None:
    assert tidy(f" 甲{chr(code)}\x85乙 ") == "甲 乙"
