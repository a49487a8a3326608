"""Cells that a spreadsheet neither runs nor takes for the beginning of a row."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.spreadsheets import harmless_cell


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠a"]
)
def test_what_would_be_run_starts_with_an_apostrophe(text: str) -> None:
    assert harmless_cell(text) == "'" + text.replace("\r", "\n")


def test_other_text_stays() -> None:
    assert [harmless_cell(text) for text in ("", "甲=1", "a\r\nb\rc")] == ["", "甲=1", "a\nb\nc"]


@given(st.lists(st.text(st.sampled_from('a\r\n",=')), min_size=2, max_size=2))
def test_a_row_is_read_back_as_one(texts: list[str]) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(map(harmless_cell, texts))
    assert list(csv.reader(io.StringIO(out.getvalue(), newline=""))) == [
        [harmless_cell(one) for one in texts]
    ]
