"""Printed numbers out of a file: read, or refused by file and field."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.published import read_published
from pipelines.errors import InputError
from tests.shared import shared

GOOD = """
edition: 2022
table_1_sample:
  companies: {foundation_layer: 1, technology_layer: 2, application_layer: 3, total: 6}
  layer_share_percent: {foundation: 16.7}
  universities: 4
table_3_networks:
  columns: [year, nodes, edges]
  rows: [[2020, 3, 2], [2021, 4, 5]]
table_4_top: {2021: [[华为, 5], [百度, 4]]}
table_6_people:
  education_domestic: [[清华大学, 3]]
  education_share_percent: {domestic: 80, foreign: 20}
technology_share_percent: {5G: {2021: 7.5}, 物联网: {2014: 13, 2021: 11}}
"""


def read(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "printed.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_all_shapes_are_read(tmp_path: Path) -> None:
    tables, left = read_published(read(tmp_path, GOOD), lambda name: f"id of {name}")
    assert left == ["edition"]
    assert set(tables) == {"table_1", "table_3", "table_4", "table_6", "figure_26", "figure_27"}
    assert dict(zip(tables["table_1"].frame["item"], tables["table_1"].frame["count"], strict=True)) == {
        "foundation_layer": 1, "technology_layer": 2, "application_layer": 3, "sample_companies": 6,
        "universities": 4,
    }  # fmt: skip
    assert tables["table_3"].frame["edges"].tolist() == [2, 5]
    assert tables["table_4"].frame["entity"].tolist() == ["id of 华为", "id of 百度"]
    assert tables["table_4"].row_path(1) == "table_4/2021/2"
    assert tables["figure_26"].frame.to_dict("records") == [
        {"kind": "education", "domestic": 80, "foreign": 20}
    ]
    shares = tables["figure_27"]
    assert [shares.value(row, "5G") for row in range(2)] == [None, 7.5]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("table_3_x: {columns: [nodes], rows: []}", "table_3_x"),
        ("table_3_x: {columns: [year, nodes], rows: [[2021]]}", "table_3_x"),
        ("table_3_x: {columns: [year, nodes], rows: [[2021, many]]}", "table_3_x"),
        ("table_4_x: {2021: [[华为]]}", "table_4_x.2021"),
        ("table_4_x: {2021: [[华为, yes]]}", "table_4_x.2021"),
        ("table_4_x: {2021: 5}", "table_4_x"),
        ("table_4_x: [1]", "table_4_x"),
        ("technology_share_percent: {5G: 7}", "technology_share_percent.5G"),
        ("technology_share_percent: {5G: {last: 7}}", "technology_share_percent.5G"),
        ("technology_share_percent: {}", "technology_share_percent"),
        ("table_1_x: {companies: {total: lots}}", "table_1_x.companies"),
    ],
)
def test_a_wrong_shape_names_file_and_field(tmp_path: Path, text: str, field: str) -> None:
    with pytest.raises(InputError) as caught:
        read_published(read(tmp_path, text))
    assert caught.value.field == field
    assert "printed.yaml" in caught.value.where


@pytest.mark.parametrize("text", ["[1, 2]", "a: [", "a: 1\na: 2", "!!python/object:os.system x"])
def test_what_is_no_such_file_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError):
        read_published(read(tmp_path, text))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 3000) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4) | st.integers(), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = [
    "table_1_a",
    "table_3_a",
    "table_4_a",
    "table_6_a",
    "table_7_a",
    "technology_share_percent",
    "other",
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=3))
def test_any_file_is_read_or_refused(tmp_path: Path, content: dict[str, object]) -> None:
    path = read(tmp_path, yaml.safe_dump(content, allow_unicode=True))
    try:
        tables, left = read_published(path)
    except InputError:
        return
    assert set(left) <= set(content)
    assert all(len(table.frame.columns) for table in tables.values())


@pytest.mark.shared
def test_the_printed_edition_of_2022_is_read() -> None:
    tables, left = read_published(shared("report", "published.yaml"))
    assert set(tables) == {f"table_{one}" for one in (1, 3, 4, 5, 6, 7)} | {
        "figure_26",
        "figure_27",
        "figure_40",
    }
    assert len(tables["table_3"].frame) == 8
    assert "company_attributes" in left
