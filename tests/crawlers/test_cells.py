"""The cells of a row: lists, closed words, fixed values, the scheme of a source's own ids."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.cells import LIST_LIMIT, Cells
from crawlers.mappings import Mapping
from crawlers.tabular import Row
from pipelines.errors import InputError

MAPPING = Mapping(
    kind="financing",
    where="x.yaml",
    source={"name": "mine"},
    columns={"date": "日期", "target": "企业", "investors": "投资方", "amount": "金额"},
)


def cells(mapping: Mapping = MAPPING, **values: str) -> Cells:
    return Cells(mapping, Row(3, values))


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("IDG资本、红杉中国", ["IDG资本", "红杉中国"]),
        ("IDG资本,, 红杉中国 ;", ["IDG资本", "红杉中国"]),
        (
            "Sequoia Capital, L.P.; Tencent Holdings, Ltd.",
            ["Sequoia Capital, L.P.", "Tencent Holdings, Ltd."],
        ),
        ("Foo Co., Ltd., Bar Inc.", ["Foo Co., Ltd.", "Bar Inc."]),
        ("Intel, Cohen Capital", ["Intel", "Cohen Capital"]),
        ("", []),
        ("、、", []),
    ],
)
def test_lists(written: str, found: list[str]) -> None:
    assert cells(投资方=written).values("investors") == found


def test_a_mapping_says_what_separates() -> None:
    chosen = replace(MAPPING, lists={"investors": "/"}, absent=frozenset({"未披露"}))
    assert cells(chosen, 投资方="甲,乙/未披露/丙").values("investors") == ["甲,乙", "丙"]


def test_an_endless_list_is_refused() -> None:
    with pytest.raises(InputError, match="more than") as caught:
        cells(投资方="甲、" * (LIST_LIMIT + 1)).values("investors")
    assert caught.value.field == "investors"


def test_what_is_fixed_holds_in_every_row() -> None:
    chosen = replace(
        MAPPING, fixed={"round": "A轮", "amount": "1亿元"}, columns={"target": "企业", "date": "日期"}
    )
    assert cells(chosen).text("round") == "A轮"
    amount = cells(chosen).amount("amount")
    assert amount is not None
    assert amount.low == 100_000_000


def test_closed_words() -> None:
    chosen = Mapping(
        kind="companies", where="x", source={"name": "m"}, columns={"name": "企业", "kind": "性质"},
        values={"kind": {"民企": "company", "不明": ""}},
    )  # fmt: skip
    for written, found in (
        ("民企", "company"),
        ("高校", "university"),
        ("Park", "park"),
        ("不明", ""),
        ("", ""),
    ):
        assert cells(chosen, 性质=written).word("kind") == found
    assert cells(chosen, 性质="不明").word("kind", "other") == "other"
    with pytest.raises(InputError, match="company, university"):
        cells(chosen, 性质="军队").word("kind")


def test_the_scheme_of_own_ids_keeps_sources_apart() -> None:
    schemes = {
        cells(replace(MAPPING, source={"name": name})).own("company")
        for name in ("mine", "Mine", "融资甲", "融资乙", "x" * 60, "x" * 61)
    }
    assert len(schemes) == 6
    assert "mine:company" in schemes
    assert all(len(one) <= 40 for one in schemes)


@given(st.text(max_size=60), st.text(max_size=4))
@settings(deadline=None)
def test_a_split_list_loses_nothing_but_separators(text: str, separators: str) -> None:
    found = cells(replace(MAPPING, lists={"investors": separators or "、"}), 投资方=text).values("investors")
    assert all(one == one.strip() and one for one in found)
    kept = [char for char in text if char not in (separators or "、") and not char.isspace()]
    assert [
        char for one in found for char in one if char not in (separators or "、") and not char.isspace()
    ] == kept


@pytest.mark.parametrize(
    ("written", "number", "unit"),
    [
        ("1234567", 1234567, "CNY"),
        ("1,234,567", 1234567, "CNY"),
        ("12.5亿元", 1.25e9, "CNY"),
        ("3亿美元", 3e8, "USD"),
        ("1-2亿元", None, "CNY"),
        ("很多", None, "CNY"),
    ],
)
def test_sums_in_attributes_may_say_their_unit(written: str, number: float | None, unit: str) -> None:
    found = cells(replace(MAPPING, units={"revenue": "CNY"}))
    made = found.attribute("revenue", written)
    assert (made.value, made.number, made.unit) == (written, number, unit)
    assert len(found.rejected) == (written == "很多")
