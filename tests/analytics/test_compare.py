"""Ours beside printed: found by whom a name means; and the slips of the printed edition."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from analytics.basis import Basis
from analytics.compare import compare, name_index
from pipelines.errors import InputError
from tests.analytics.world import entity_id
from tests.shared import shared

PRINTED = """
edition: 2021
table_3_networks:
  columns: [year, sample_nodes, nodes, edges]
  rows: [[2020, 3, 10, 12], [2021, 4, 13, 16]]
table_4_top: {2021: [[华为公司, 3], [没有的公司, 2]]}
table_7_investors: {institutional: [[红杉中国, 5], [红杉资本中国, 2]]}
technology_share_percent: {5G: {2021: 19.5}}
"""


@pytest.fixture
def printed(tmp_path: Path) -> Path:
    path = tmp_path / "printed.yaml"
    path.write_text(PRINTED, encoding="utf-8")
    return path


def test_numbers_side_by_side(world_store: Engine, world_basis: Basis, printed: Path) -> None:
    done = compare(world_store, world_basis, printed)
    rows = {(row["row"], row["column"]): row for row in done.rows.to_dict("records")}
    edges = rows["table_3/2020", "edges"]
    assert (edges["printed"], edges["ours"], edges["difference"]) == (12, 11, -1)
    assert rows["table_3/2021", "edges"]["difference"] == 0
    huawei = rows["table_4/2021/1", "degree"]
    assert (huawei["ours"], huawei["our_place"], huawei["printed_place"]) == (2, 1, 1)
    nobody = rows["table_4/2021/2", "degree"]
    assert nobody["path"] == ""
    assert nobody["ours"] != nobody["ours"] or nobody["ours"] is None
    assert rows["figure_27/2021", "5G"]["difference"] == 0.5
    assert done.left == ["edition"]


def test_two_printed_names_of_one_entity_are_found(
    world_store: Engine, world_basis: Basis, printed: Path
) -> None:
    failed = compare(world_store, world_basis, printed).failed
    assert [one.found for one in failed] == ["institutional: 红杉中国 = 红杉资本中国"]


def test_names_mean_the_entity_as_the_view_counts_it(world_store: Engine) -> None:
    heads = {entity_id("腾讯"): entity_id("百度")}
    index = name_index(world_store, heads)
    assert index["华为公司"] == index["华为"] == entity_id("华为")
    assert index["腾讯"] == entity_id("百度")


@pytest.mark.shared
def test_the_slips_of_the_printed_edition_are_all_found(world_store: Engine, world_basis: Basis) -> None:
    done = compare(
        world_store,
        world_basis,
        shared("report", "published.yaml"),
        shared("report", "report-2022-text.txt"),
    )
    failed = done.failed
    found = {(one.table, one.words.en): one.found for one in failed}
    assert "2199 ≠ 2200" in found["table_1", "the layers add up to the sample"]
    assert "58795 ≠ 58800" in found["table_3", "sample nodes and relation nodes add up"]
    twice = "no node stands twice"
    assert found["table_5", twice] == "2017: 中国科学院 = 中国科学院; 2017: 长安汽车 = 长安汽车"
    assert found["table_6", twice] == "work_domestic: 中兴通讯 = 中兴通讯"
    assert found["table_7", twice] == "institutional: 红杉资本中国 = 红杉中国"
    assert found["table_7", "no non-investor among the investors"] == "institutional: 在册股东"
    assert found["table_4", "rows stand in the order of their values"].startswith("2017: 腾讯 (322) < 阿里云")
    assert [(slip.text, slip.printed) for slip in done.slips] == [("70.09", "70.90")]
    assert [(one.table, one.words.en) for one in failed] == [
        ("table_1", "the layers add up to the sample"),
        ("table_3", "sample nodes and relation nodes add up"),
        ("table_4", "rows stand in the order of their values"),
        ("table_5", "no node stands twice"),
        ("table_6", "no node stands twice"),
        ("table_7", "no node stands twice"),
        ("table_7", "no non-investor among the investors"),
        ("table_3", "no more sample nodes than sample companies"),
    ]


def test_years_after_the_edition_are_left_open(
    world_store: Engine, world_basis: Basis, printed: Path
) -> None:
    until = replace(world_basis, years=(2019, 2020))
    rows = {
        (row["row"], row["column"]): row
        for row in compare(world_store, until, printed).rows.to_dict("records")
    }
    assert rows["table_3/2020", "edges"]["ours"] == 11
    later = rows["table_3/2021", "edges"]
    assert (later["path"], later["printed"]) == ("", 16)
    assert later["ours"] is None or later["ours"] != later["ours"]


def test_a_printed_unit_beside_its_organisation_is_no_slip(
    world_store: Engine, world_basis: Basis, tmp_path: Path
) -> None:
    path = tmp_path / "units.yaml"
    path.write_text("table_4_top: {2021: [[华为, 9], [华为云, 8], [没有的公司, 7]]}\n", encoding="utf-8")
    assert compare(world_store, world_basis, path).failed == []


def test_a_text_that_is_none_is_refused(
    world_store: Engine, world_basis: Basis, printed: Path, tmp_path: Path
) -> None:
    (tmp_path / "text").write_bytes(b"\xff\xfe\xff")
    for wrong in (tmp_path / "text", tmp_path / "nowhere"):
        with pytest.raises(InputError, match="cannot be read as text"):
            compare(world_store, world_basis, printed, wrong)
