"""Names: one way of writing, their parts, and the key of one name."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entity_resolution.names import exact_key, fold, legal_form, parts
from entity_resolution.vocabulary import vocabulary
from tests.shared import shared

NAMES = st.text(
    alphabet=st.one_of(
        st.sampled_from("深圳市北京华为技术有限公司股份集团大学(（）)·-—“”. ,aAbB1９Ｂ臺灣"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=40,
)
BRANDS = st.text(alphabet="华海云智腾飞鹏翔锐驰", min_size=2, max_size=5)


@given(NAMES)
def test_folding_twice_is_folding_once(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@given(NAMES, st.sampled_from([None, "company", "person", "university", "government"]))
def test_a_key_is_the_same_for_every_way_of_writing(name: str, kind: str | None) -> None:
    key = exact_key(name, kind)
    assert exact_key(fold(name), kind) == key
    assert exact_key(f"  {name} ", kind) == key


@given(NAMES)
def test_parts_never_fail_and_come_from_the_name(name: str) -> None:
    found = parts(name)
    assert found.folded == fold(name)
    assert found.unit in found.folded
    assert found.head in found.folded
    assert len(found.core) <= len(found.folded)
    assert found.legal_form == legal_form(name)


@given(st.lists(st.sampled_from(sorted(vocabulary().chinese_forms)), min_size=1, max_size=3))
def test_legal_form_alone_has_no_key(forms: list[str]) -> None:
    assert exact_key("".join(forms)) == ""


@given(BRANDS, BRANDS, st.sampled_from(["有限公司", "股份有限公司", "有限责任公司"]))
def test_legal_form_joins_ways_of_one_name_and_nothing_else(one: str, other: str, form: str) -> None:
    assert exact_key(one + form) == exact_key(one)
    assert (exact_key(one + form) == exact_key(other + form)) == (one == other)


@pytest.mark.parametrize(
    "names",
    [
        (
            "华为技术有限公司",
            "华为技术股份有限公司",
            "华為技術有限公司",
            "华为技术　有限公司",
            "华为技术有限责任公司",
        ),
        ("深圳市腾讯计算机系统有限公司", "深圳腾讯计算机系统有限公司", "广东省深圳市腾讯计算机系统有限公司"),
        ("中国工商银行股份有限公司诸暨支行", "中国工商银行诸暨支行"),
        ("中国人寿保险（集团）公司", "中国人寿保险集团有限公司", "中国人寿保险[集团]公司"),
        ("Google LLC", "google", "Google, Inc."),
        ("Huawei Technologies Co., Ltd.", "Huawei Technologies", "HUAWEI TECHNOLOGIES CO.,LTD"),
        ("北京市海淀区甲乙有限公司", "北京海淀甲乙有限公司"),
        ("上海市人民政府", "上海市政府"),
        ("内蒙古自治区甲乙公司", "内蒙古甲乙公司"),
        ("上海市市场监督管理局", "上海市场监督管理局"),
        ("奇安信-U", "奇安信"),
        ("*ST网力", "网力"),
        ("微软（中国）有限公司", "微软(中国)有限公司", "微软中国"),
        ("卡内基·梅隆大学", "卡内基梅隆大学"),
    ],
)
def test_ways_of_writing_one_name(names: tuple[str, ...]) -> None:
    assert len({exact_key(name) for name in names}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("天津大学", "天津工业大学"),
        ("中国移动", "中国联通"),
        ("摩根大通", "摩根士丹利"),
        ("东风汽车集团有限公司", "东风汽车有限公司"),
        ("华北电力大学", "华北电力大学（北京）"),
        ("吉林省甲乙有限公司", "吉林市甲乙有限公司"),
        ("北京甲乙有限公司", "上海甲乙有限公司"),
        ("北京甲乙有限公司", "甲乙（北京）有限公司"),
        ("甲乙投资管理有限公司", "甲乙投资管理（有限合伙）"),
        ("腾讯科技（深圳）有限公司", "腾讯科技（深圳）有限公司成都分公司"),
        ("中国石油天然气股份有限公司", "中国石油天然气集团有限公司"),
        ("华润（集团）有限公司", "华润有限公司"),
        ("C++", "C"),
        ("北京市政工程设计院", "北京工程设计院"),
    ],
)
def test_names_of_two(one: str, other: str) -> None:
    assert exact_key(one) != exact_key(other)


@pytest.mark.parametrize(
    "name", ["", " ", "有限公司", "科技有限公司", "北京有限公司", "（）", "Co., Ltd.", "Inc.", "——", "·"]
)
def test_what_names_nobody_has_the_empty_key(name: str) -> None:
    assert exact_key(name) == ""


def test_persons_keep_their_words() -> None:
    assert exact_key("张 三", "person") == exact_key("张三", "person") == "张三"
    assert exact_key("John A. Smith", "person") != exact_key("Johna Smith", "person")
    assert exact_key("李公司", "person") == "李公司"


def test_parts_of_a_branch() -> None:
    found = parts("腾讯科技（深圳）有限公司成都分公司")
    assert (found.unit, found.head) == ("分公司", "腾讯科技(深圳)有限公司")
    assert (found.brackets, found.legal_form) == (("深圳",), "company")


def test_parts_of_a_company_and_of_a_school() -> None:
    found = parts("深圳市云天励飞技术股份有限公司")
    assert (found.place, found.core, found.trade) == ("深圳", "云天励飞", "技术")
    school = parts("北京大学软件学院")
    assert (school.head, school.unit, school.legal_form) == ("北京大学", "学院", "")


@pytest.mark.timeout(60)  # what runs away takes hours
def test_hostile_names_come_to_an_end() -> None:
    for name in ("(" * 100_000, "有限公司" * 30_000, "深圳市" * 30_000, "a " * 50_000, ")(" * 50_000):
        exact_key(name)
        parts(name)


def test_keys_of_real_names_keep_organisations_apart() -> None:
    """Legal names of 28,000 organisations: those with one key differ by their legal form, or by how a place is
    written, alone."""
    with shared("names", "alias_gold_dev.csv").open(encoding="utf-8") as lines:
        legal = {row["canonical"] for row in csv.DictReader(lines)}
    keys: dict[str, list[str]] = {}
    for name in legal:
        keys.setdefault(exact_key(name), []).append(name)
    assert "" not in keys
    shared_keys = [names for names in keys.values() if len(names) > 1]
    assert len(shared_keys) < len(legal) / 200
    for names in shared_keys:
        bare = {parts(name).core + parts(name).trade + parts(name).unit for name in names}
        assert len(bare) == 1
