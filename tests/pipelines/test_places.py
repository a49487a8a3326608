"""Places: addresses, cities, codes, metropolitan areas, countries; unknown places stay unknown."""

from __future__ import annotations

import csv
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.places import city_of, country_of, metropolitan_area, province_of
from pipelines.taxonomy import taxonomy
from tests.shared import shared


@pytest.mark.parametrize(
    ("text", "province", "city"),
    [
        ("北京市海淀区中关村大街1号", "北京市", "北京市"),
        ("深圳", "广东省", "深圳市"),
        ("江苏苏州", "江苏省", "苏州市"),
        ("苏州工业园区", "江苏省", "苏州市"),
        ("内蒙古呼和浩特", "内蒙古自治区", "呼和浩特市"),
        ("中国（上海）自由贸易试验区", "上海市", "上海市"),
        ("上海市南京东路100号", "上海市", "上海市"),
        ("广州市天河区北京路1号", "广东省", "广州市"),
        ("海南藏族自治州", "青海省", "海南藏族自治州"),
        ("海南", "海南省", None),
        ("吉林市", "吉林省", "吉林市"),
        ("延边", "吉林省", "延边朝鲜族自治州"),
        ("昆山", "江苏省", "昆山市"),
        ("Guangdong Province", "广东省", None),
        ("Shenzhen, China", "广东省", "深圳市"),
        ("香港", "香港特别行政区", None),
    ],
)
def test_places_by_name(text: str, province: str, city: str | None) -> None:
    found = province_of(text)
    assert found is not None
    assert found.zh == province
    named = city_of(text)
    assert (named.zh if named else None) == city


@pytest.mark.parametrize(
    ("code", "province"),
    [
        ("44", "广东省"),
        ("440305", "广东省"),
        ("440000000000", "广东省"),
        ("91110000802100433B", "北京市"),
        ("网信算备330106003077601230011号", "浙江省"),
    ],
)
def test_places_by_code(code: str, province: str) -> None:
    found = province_of(code)
    assert found is not None
    assert found.zh == province


@pytest.mark.parametrize(
    "text", ["", "南京东路", "朝阳区", "中关村", "100000", "London", "大数据", "99", "Shenzhener"]
)
def test_what_names_no_place_is_none(text: str) -> None:
    assert province_of(text) is None
    assert metropolitan_area(text) is None


def test_metropolitan_areas() -> None:
    places = ("保定", "合肥市", "广州", "绵阳", "武汉")
    assert [metropolitan_area(place) for place in places] == ["京津冀", "长三角", "珠三角", "川渝", None]


@pytest.mark.parametrize(
    ("name", "code"),
    [("中国", "CN"), ("美国", "US"), ("USA", "US"), ("united kingdom", "GB"), ("香港", "HK"), ("台湾", "TW"),
     ("韩国", "KR"), ("jp", "JP"), ("广东", "CN"), ("Shenzhen", "CN"), ("Atlantis", None), ("", None)],
)  # fmt: skip
def test_countries(name: str, code: str | None) -> None:
    assert country_of(name) == code


def test_every_province_and_city_finds_itself() -> None:
    for province in taxonomy("provinces"):
        for name in (province.zh, *province.also, province.en):
            assert province_of(name) == province, name
    for city in taxonomy("cities"):
        found = province_of(city.zh)
        assert found is not None
        assert found.code == city.code[:2], city.zh


def test_the_codes_agree_with_the_real_list() -> None:
    provinces, cities = taxonomy("provinces"), taxonomy("cities")
    with shared("tables", "provinces.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            assert provinces[row["code"]].zh == row["name"]
    with shared("tables", "cities.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if not re.search("市辖区|直辖|^县$", row["name"]):
                assert cities[row["code"]].zh == row["name"]


def test_companies_named_after_their_place() -> None:
    """Most registered names begin with a place, and that place decides, whatever follows it."""
    seen = with_place = 0
    with shared("tables", "investment_events_2014.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            seen += 1
            province = province_of(row["investee_fullname"])
            with_place += province is not None
            for term in taxonomy("provinces"):
                if row["investee_fullname"].startswith(term.attributes["short"]):
                    assert province == term, row["investee_fullname"]
    assert seen > 4000
    assert with_place > 0.8 * seen


@given(st.text(max_size=600))
def test_any_text_is_answered(text: str) -> None:
    province = province_of(text)
    assert province is None or province.code in taxonomy("provinces")
    city = city_of(text)
    assert city is None or city.zh
