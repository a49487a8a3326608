"""Candidates: what must be found is found, within bounds, and the same whichever way names came in."""

from __future__ import annotations

import csv
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entity_resolution.matching.candidates import Index
from tests.shared import shared

KNOWN = [
    "北京示例航空航天大学",
    "示例信息通信研究院",
    "深圳市示例科技有限公司",
    "北京甲乙丙智能技术股份有限公司",
    "上海丁戊己医药有限公司",
    "示例银行股份有限公司",
    "北京大学",
    "科技有限公司",
]

NAMES = st.lists(st.text(alphabet="北京上海示例甲乙丙科技大学银行ab1 有限公司()", max_size=12), max_size=25)


def first(query: str, known: list[str] = KNOWN) -> str | None:
    found = Index(known).search([query]).right
    return known[found[0]] if len(found) else None


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("示例科技", "深圳市示例科技有限公司"),
        ("甲乙丙", "北京甲乙丙智能技术股份有限公司"),
        ("上海丁戊己医药", "上海丁戊己医药有限公司"),
        ("示例信通院", "示例信息通信研究院"),
        ("示航", "北京示例航空航天大学"),
        ("科技有限公司", "科技有限公司"),
        ("範例銀行示例銀行", "示例银行股份有限公司"),
        ("Peking University", "北京大学"),
        ("Jiayibing Intelligent Technology", "北京甲乙丙智能技术股份有限公司"),
    ],
)
def test_short_forms_find_their_names(query: str, name: str) -> None:
    assert first(query) == name


def test_a_chinese_name_finds_a_latin_one() -> None:
    assert first("北京大学", ["Shanghai Bank", "Peking University", "上海银行"]) == "Peking University"


def test_nothing_shared_is_nothing_found() -> None:
    assert len(Index(KNOWN).search(["鑫淼"])) == 0
    assert len(Index([]).search(["北京大学"])) == 0
    assert len(Index(KNOWN).search([])) == 0
    assert len(Index([]).itself()) == 0
    assert len(Index(["", "公司", " "]).search([""])) == 0


@settings(max_examples=60, deadline=None)
@given(NAMES, NAMES, st.integers(1, 5))
def test_searches_keep_their_bounds(names: list[str], queries: list[str], top: int) -> None:
    found = Index(names).search(queries, top)
    assert found.left.dtype == found.right.dtype == np.int32
    assert (np.diff(found.left) >= 0).all()
    assert max(Counter(found.left.tolist()).values(), default=0) <= top
    pairs = list(zip(found.left.tolist(), found.right.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)
    assert all(left < len(queries) and right < len(names) for left, right in pairs)


@settings(max_examples=60, deadline=None)
@given(NAMES)
def test_a_name_finds_its_double(names: list[str]) -> None:
    doubled = [*(f"甲{name}" for name in names), *(f"甲{name}" for name in names)]
    found = Index(doubled).itself(top=2 * len(doubled) + 1)
    pairs = set(zip(found.left.tolist(), found.right.tolist(), strict=True))
    assert all((at, at + len(names)) in pairs for at in range(len(names)))
    assert all(left < right for left, right in pairs)


@settings(max_examples=40, deadline=None)
@given(NAMES, NAMES)
def test_added_names_are_found_at_their_positions(names: list[str], more: list[str]) -> None:
    index = Index(names)
    for name in more:
        index.add([name])
    assert len(index) == len(names) + len(more)
    index.add(["丁戊己庚"])
    found = index.search(["丁戊己庚"])
    assert found.right[0] == len(names) + len(more)


def test_many_added_names_are_indexed_anew() -> None:
    names = [f"{one}{two}科技" for one in "甲乙丙丁戊己庚辛壬癸" for two in "子丑寅卯辰巳午未申酉"]
    index = Index(names[:1])
    index.add(names[1:])
    index.add([f"{name}{at}" for at in range(11) for name in names])
    once = Index([*names, *(f"{name}{at}" for at in range(11) for name in names)])
    mine, theirs = index.search(["甲子科技"]), once.search(["甲子科技"])
    assert mine.right.tolist() == theirs.right.tolist()


@pytest.mark.shared
def test_aliases_find_their_organisations() -> None:
    with shared("names", "alias_gold_dev.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[::4]
    known = list(dict.fromkeys(row["canonical"] for row in rows))
    place = {name: at for at, name in enumerate(known)}
    found = Index(known).search([row["alias"] for row in rows])
    hits = {rows[left]["difficulty"]: Counter[bool]() for left in range(len(rows))}
    right: list[set[int]] = [set() for _ in rows]
    for left, at in zip(found.left.tolist(), found.right.tolist(), strict=True):
        right[left].add(at)
    for row, its in zip(rows, right, strict=True):
        hits[row["difficulty"]][place[row["canonical"]] in its] += 1
    share = {name: hit[True] / hit.total() for name, hit in hits.items()}
    assert share["substring"] > 0.995
    assert share["subsequence"] > 0.95
    assert share["partial"] > 0.80
    assert share["en"] > 0.60
