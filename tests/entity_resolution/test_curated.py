"""The curated list: what it must say, and what its reader refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from entity_resolution.curated import curated, read_curated
from entity_resolution.names import exact_key
from pipelines.errors import InputError
from tests.shared import shared


def bearer(name: str) -> str:
    """Whose unambiguous name it is."""
    (organisation,) = {at for at, one in curated().by_key[exact_key(name)] if not one.ambiguous}
    return curated().organisations[organisation].name


def ties(verdict: str) -> set[tuple[str, str]]:
    names = curated().organisations
    return {(names[tie.left].name, names[tie.right].name) for tie in curated().ties if tie.verdict == verdict}


@pytest.mark.parametrize(
    "names",
    [
        ("红杉中国", "红杉资本中国", "红杉资本中国基金", "红杉资本", "Sequoia Capital China"),
        ("中国信通院", "中国信息通信研究院"),
        ("蚂蚁金服", "蚂蚁集团", "蚂蚁科技集团股份有限公司"),
        ("华为", "华为技术有限公司", "Huawei Technologies Co., Ltd."),
        ("奇虎360", "三六零"),
        ("上海市政府", "上海市人民政府"),
    ],
)
def test_names_of_one(names: tuple[str, ...]) -> None:
    assert len({bearer(name) for name in names}) == 1


@pytest.mark.parametrize(
    ("inner", "outer"),
    [("阿里云", "阿里巴巴"), ("腾讯云", "腾讯"), ("华为云", "华为"), ("微软亚洲研究院", "微软")],
)
def test_units(inner: str, outer: str) -> None:
    assert (inner, outer) in ties("unit of")
    assert bearer(inner) != bearer(outer)


def test_operating_companies_are_subsidiaries_and_not_the_group() -> None:
    assert bearer("北京百度网讯科技有限公司") == "百度网讯"
    assert ("百度网讯", "百度") in ties("subsidiary of")


def test_names_with_several_bearers_are_marked() -> None:
    for name in ("东大", "阿里", "西北大学"):
        assert all(one.ambiguous for _, one in curated().by_key[exact_key(name)])


def test_what_the_printed_rankings_name_is_there() -> None:
    published = yaml.safe_load(shared("report", "published.yaml").read_text(encoding="utf-8"))
    tables = [
        "table_4_top_sample_nodes",
        "table_5_top_relation_nodes",
        "table_6_human_capital",
        "table_7_investors",
    ]
    names = {
        row[0]
        for table in tables
        for rows in published[table].values()
        for row in rows
        if isinstance(row, list)
    }
    # no organisation, a word that many names hold, and one that cannot be told from namesakes
    assert {name for name in names if exact_key(name) not in curated().by_key} == {
        "在册股东",
        "信息工程",
        "德润科技",
    }


def test_pairs_that_only_look_alike_are_kept_apart() -> None:
    lines = shared("names", "hard_negatives_dev.csv").read_text(encoding="utf-8").splitlines()[1:]
    for left, right, *_ in (line.split(",") for line in lines):
        keys = [curated().by_key.get(exact_key(name), ()) for name in (left, right)]
        assert not {at for at, _ in keys[0]} & {at for at, _ in keys[1]}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("organisations: [{name: 甲, reason: x, colour: red}]", "field colour"),
        ("organisations: [{name: 甲}]", "field reason"),
        ("organisations: [{name: 有限公司, reason: x}]", "names nobody"),
        ("organisations: [{name: 甲, reason: x, kind: firm}]", "field kind"),
        ("organisations: [{name: 甲, reason: x, country: china}]", "field country"),
        ("organisations: [{name: 甲, reason: x, unit_of: 乙}]", "field unit_of"),
        ("organisations: [{name: 甲, reason: x, unit_of: 甲}]", "field unit_of"),
        ("organisations: [{name: 甲, reason: x}, {name: 甲, reason: x}]", "has an entry already"),
        (
            "organisations: [{name: 甲, reason: x, names: [丙]}, {name: 乙, reason: x, names: [丙公司]}]",
            "names 甲 and 乙",
        ),
        ("organisations: [{name: 甲, reason: x, names: [{name: 丙, until: yesterday}]}]", "field until"),
        (
            "organisations: [{name: 甲, reason: x, names: [{name: 丙, from: 2020-01-02, until: 2020-01-01}]}]",
            "before",
        ),
        ("organisations: [{name: 甲, reason: x, names: [{name: 丙, ambiguous: maybe}]}]", "field ambiguous"),
        ("organisations: [{name: 甲, reason: x, names: 丙}]", "expected a list"),
        ("organisations: [甲]", "organisations[0]"),
        ("different: [{left: 甲, right: 甲, reason: x}]", "one organisation"),
        ("different: [{left: 甲, reason: x}]", "field right"),
        ("organisations: [", "no readable YAML"),
        ("[" * 5000, "no readable YAML"),
        ("- 甲", "expected fields"),
    ],
)
def test_faults_are_named_with_file_and_field(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "list.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_curated(path)
    assert words in str(caught.value)
    assert "list.yaml" in str(caught.value)


def test_an_ambiguous_name_may_have_two_bearers(tmp_path: Path) -> None:
    path = tmp_path / "list.yaml"
    path.write_text(
        "organisations: [{name: 甲, reason: x, names: [{name: 丙, ambiguous: true}]}, "
        "{name: 乙, reason: x, names: [{name: 丙, ambiguous: true}]}]",
        encoding="utf-8",
    )
    assert len(read_curated(path).by_key["丙"]) == 2
