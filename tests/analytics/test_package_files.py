"""Rows come back from both files as they went in, and no spreadsheet runs what a stranger wrote."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.basis import Basis
from analytics.exhibits import Words
from analytics.package_files import content_of, manifest, write_content
from analytics.package_schema import DATA, Content, Field
from analytics.tables import TABLES

WORDS = Words("字", "word")
CONTENT = Content(
    "c",
    WORDS,
    (
        Field("text", "string", WORDS),
        Field("whole", "integer", WORDS),
        Field("number", "number", WORDS),
        Field("yes", "boolean", WORDS),
        Field("day", "date", WORDS),
        Field("moment", "datetime", WORDS),
    ),
)
moments = st.integers(0, 2**32).map(lambda second: dt.datetime.fromtimestamp(second, dt.UTC))
row = st.tuples(
    st.none() | st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8),
    st.none() | st.integers(-(2**62), 2**62),
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.none() | st.booleans(),
    st.none() | st.dates(),
    st.none() | moments,
)


@given(st.lists(row, max_size=5))
def test_rows_come_back(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]]) -> None:
    folder = tmp_path_factory.mktemp("c")
    as_csv, as_parquet = write_content(folder, CONTENT, rows)
    assert [tuple(one.values()) for one in pq.read_table(as_parquet).to_pylist()] == rows
    with as_csv.open(encoding="utf-8", newline="") as file:
        told = list(csv.reader(file))[1:]
    for kept, shown in zip(rows, told, strict=True):
        assert shown[0] in (kept[0] or "", f"'{kept[0]}")
        assert not shown[0].startswith(("=", "@")) or shown[0] == ""
        assert shown[1] == ("" if kept[1] is None else str(kept[1]))
        assert shown[3] == {None: "", True: "true", False: "false"}[kept[3]]
        assert shown[4] == ("" if kept[4] is None else kept[4].isoformat())


def test_all_words_for_not_known_are_one(tmp_path: Path) -> None:
    rows = [(float("nan"), pd.NA, None, None, pd.NaT, None)]
    _, as_parquet = write_content(tmp_path, CONTENT, rows)
    assert pq.read_table(as_parquet).to_pylist() == [dict.fromkeys([one.name for one in CONTENT.fields])]


def test_a_formula_is_disarmed_in_csv_and_kept_in_parquet(tmp_path: Path) -> None:
    as_csv, as_parquet = write_content(tmp_path, CONTENT, [("=1+1", None, None, None, None, None)])
    assert as_csv.read_text(encoding="utf-8").splitlines()[1] == "'=1+1,,,,,"
    assert pq.read_table(as_parquet)["text"].to_pylist() == ["=1+1"]
    assert manifest(tmp_path, [as_parquet, as_csv]).splitlines()[0].endswith("  data/c.csv")


def test_fields_refer_to_files_and_columns_that_exist() -> None:
    columns = {content.name: {field.name for field in content.fields} for content in DATA}
    for content in DATA:
        assert set(content.key) <= columns[content.name]
        for field in content.fields:
            assert field.refers is None or field.refers[1] in columns[field.refers[0]]
            assert field.words.zh
            assert field.words.en


def test_a_table_of_the_report_keeps_its_rows(world_basis: Basis) -> None:
    for identity, (_, make) in TABLES.items():
        table = make(world_basis)
        content, rows = content_of(table, "tables")
        assert (content.name, len(rows)) == (identity, len(table.frame))
        names = [field.name for field in content.fields]
        assert len(set(names)) == len(names)
        assert set(table.keys) <= set(names)
