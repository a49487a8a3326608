"""Tables: names of rows and cells, gaps, blocks; and what a wish for a table means."""

from __future__ import annotations

import pandas as pd
import pytest

from analytics.exhibits import Column, Table, Words, chosen, no_facts
from pipelines.errors import UsageError

TITLES = {"table_1": Words("样本库结构", "What is held"), "table_10": Words("样本节点", "Sample nodes")}


def table(frame: pd.DataFrame, *keys: str) -> Table:
    columns = (
        Column("year", Words("年份", "Year"), "key"),
        Column("place", Words("序", "No."), "key", shown=False),
        Column("count", Words("数", "Count"), "count", Words("个", "pieces")),
    )
    return Table("table_9", Words("表", "T"), columns, keys, "count", frame, no_facts)


FRAME = pd.DataFrame(
    {"year": [2020, 2020, 2021], "place": [1, 2, 1], "count": pd.array([5, None, 7], dtype="Int64")}
)


def test_every_cell_has_a_path_and_a_row_means_its_main_column() -> None:
    paths = list(table(FRAME, "year", "place").paths())
    assert paths[:2] == [("table_9/2020/1", 0, "count"), ("table_9/2020/1/count", 0, "count")]
    assert len({path for path, _, _ in paths}) == len(paths) == 6


def test_what_nobody_knows_is_none_and_never_zero() -> None:
    shown = table(FRAME, "year", "place")
    assert [shown.value(row, "count") for row in range(3)] == [5, None, 7]
    assert [row["count"] for row in shown.rows()] == [5, None, 7]
    assert table(FRAME.assign(count=[1.5, float("nan"), 2.0]), "year", "place").value(1, "count") is None


def test_rows_that_share_the_first_key_make_a_block() -> None:
    assert list(table(FRAME, "year", "place").parts()) == [("2020", [0, 1]), ("2021", [2])]
    assert list(table(FRAME.drop(index=1).reset_index(drop=True), "year").parts()) == [("", [0, 1])]


def test_two_rows_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two rows bear one name"):
        table(FRAME, "year")


def test_headings_have_their_unit() -> None:
    assert table(FRAME, "year", "place").column("count").heading("en") == "Count (pieces)"
    with pytest.raises(KeyError):
        table(FRAME, "year", "place").column("nothing")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("1", "table_1"),
        ("10", "table_10"),
        ("table_1", "table_1"),
        ("样本节点", "table_10"),
        ("held", "table_1"),
    ],
)
def test_a_table_is_found_by_number_id_or_words(wanted: str, found: str) -> None:
    assert chosen(wanted, TITLES, "table") == found


@pytest.mark.parametrize(("wanted", "how"), [("样本", "several"), ("99", "no"), ("", "no")])
def test_a_wish_that_is_not_clear_names_what_there_is(wanted: str, how: str) -> None:
    with pytest.raises(UsageError, match=f"names {how} table; there are: 1 样本库结构"):
        chosen(wanted, TITLES, "table")
