"""Slips between a text and its numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.text_numbers import numbers_in, text_slips
from pipelines.checked_yaml import read_yaml
from tests.shared import shared


def test_exchanged_digits_are_found_once() -> None:
    text = "占比从68.24%提高到70.09%。另一处70.90%，再一处70.09 ％。"
    (slip,) = text_slips(text, [70.9, 29.1, 68.24])
    assert (slip.text, slip.printed) == ("70.09", "70.90")
    assert "提高到70.09%" in slip.around


def test_two_printed_numbers_are_no_slip() -> None:
    assert text_slips("5.05% 5.50% 7.1% 1234.56%", [5.05, 5.5]) == []
    assert text_slips("3.33% 33.30 33.30%", [3.33]) == []


@given(st.text(max_size=200), st.lists(st.floats(0, 100), max_size=5))
def test_any_text_may_be_read(text: str, numbers: list[float]) -> None:
    known = {f"{number:.2f}" for number in numbers}
    for slip in text_slips(text, numbers):
        assert slip.text not in known
        assert slip.printed in known
        assert sorted(slip.text.zfill(9)) == sorted(slip.printed.zfill(9))


def test_numbers_at_any_depth() -> None:
    assert list(numbers_in({"a": [1, {"b": 2.5}], "c": "3", "d": True, "e": None})) == [1.0, 2.5]


@pytest.mark.shared
def test_the_printed_edition_has_one() -> None:
    numbers = numbers_in(read_yaml(shared("report", "published.yaml")).content)
    text = shared("report", "report-2022-text.txt").read_text(encoding="utf-8")
    assert [(one.text, one.printed) for one in text_slips(text, numbers)] == [("70.09", "70.90")]
