"""Each check passes what is right and finds the slip that it is for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from analytics.basis import Basis
from analytics.checks import Check, check, check_all
from analytics.exhibits import Table, table_of
from analytics.figures import FIGURES, figure
from analytics.tables import TABLES, table


def failing(shown: Table, frame: pd.DataFrame) -> list[Check]:
    return [one for one in check(replace(shown, frame=frame)) if not one.ok]


def changed(shown: Table, row: int, **values: Any) -> pd.DataFrame:
    frame = shown.frame.copy()
    for column, value in values.items():
        frame[column] = frame[column].astype(object)
        frame.loc[row, column] = value
    return frame


def test_our_own_tables_pass(world_basis: Basis) -> None:
    shown = [table(world_basis, one) for one in TABLES]
    shown += [table_of(figure(world_basis, one)) for one in FIGURES]
    done = check_all(shown)
    # of a table without rows there is nothing to check
    assert {one.table for one in done} == {one.id for one in shown if len(one.frame)}
    assert {*TABLES} - {one.table for one in done} == {"table_2"}
    assert [one for one in done if not one.ok] == []


@pytest.mark.parametrize(
    ("identity", "row", "values", "words", "found"),
    [
        ("table_1", 3, {"count": 5}, "the layers add up to the sample", "1 + 2 + 1 = 4 ≠ 5"),
        ("table_3", 3, {"nodes": 14}, "sample nodes and relation nodes add up", "2021: 4 + 9 = 13 ≠ 14"),
        ("table_3", 3, {"average_degree": 1.155}, "average degree is edges by nodes", "≠ 1.155"),
        ("table_3", 3, {"modularity": 1.2}, "measures lie within their bounds", "2021 modularity: 1.2"),
        ("table_3", 3, {"diameter": 1.0}, "measures lie within their bounds", "diameter"),
        ("table_3", 0, {"edges": 8}, "cumulative counts do not fall", "edges 2019: 7 < 8"),
        (
            "table_4",
            4,
            {"degree": 9},
            "rows stand in the order of their values",
            "阿里巴巴 (2) < 科大讯飞 (9)",
        ),
        ("table_4", 2, {"rank": 2}, "equal values have equal ranks", "百度: 2 ≠ 1"),
        ("table_7", 1, {"name": " 在册股东"}, "no non-investor among the investors", "在册股东"),
        ("figure_26", 0, {"domestic": 66.0}, "shares add up to 100 %", "figure_26/education: 99.33"),
        ("figure_27", 3, {"5G": 101.0}, "shares lie between 0 and 100", "figure_27/2021/5G: 101.0"),
    ],
)
def test_a_slip_is_found(
    world_basis: Basis, identity: str, row: int, values: dict[str, Any], words: str, found: str
) -> None:
    shown = table(world_basis, identity) if identity in TABLES else figure(world_basis, identity).table
    assert [one.ok for one in check(shown)] == [True] * len(check(shown))
    failed = failing(shown, changed(shown, row, **values))
    assert words in [one.words.en for one in failed]
    assert any(found in one.found for one in failed)


def test_one_entity_under_two_names_stands_twice(world_basis: Basis) -> None:
    shown = table(world_basis, "7")
    frame = changed(shown, 1, entity=shown.frame["entity"][0], name="红杉中国")
    assert "institutional: 红杉资本中国 = 红杉中国" in [one.found for one in failing(shown, frame)]
    # In another ranking of the table the same entity may well stand.
    frame = changed(shown, 3, entity=shown.frame["entity"][0])
    assert failing(shown, frame) == []


def test_an_empty_table_has_nothing_to_check(world_basis: Basis) -> None:
    shown = table(world_basis, "7")
    assert check(replace(shown, frame=shown.frame.iloc[:0])) == []
