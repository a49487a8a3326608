"""How one name's letters lie in another's: what is found, what is left over, what an abbreviation costs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entity_resolution.matching.alignment import AT_HEAD, COLUMNS, IMPOSSIBLE, align
from entity_resolution.matching.name import Name
from entity_resolution.matching.prepared import Preparation
from entity_resolution.matching.rarity import Rarity

TEXTS = st.text(alphabet="北京航空天大学云ab一", min_size=0, max_size=9)


def column(name: str, short: str, long: str) -> float:
    prepared = Preparation(Rarity(100, {"大": 50, "学": 50, "大学": 50})).of(
        [Name("1", short), Name("2", long)]
    )
    found = align(prepared, np.array([0]), np.array([1]))
    return float(found[0, COLUMNS.index(name)])


@pytest.mark.parametrize(
    ("short", "long", "runs"),
    [
        ("北航", "北京航空航天大学", 2),
        ("哈工大", "哈尔滨工业大学", 3),
        ("中国信通院", "中国信息通信研究院", 3),
        ("云天励飞", "深圳市云天励飞技术股份有限公司", 1),
    ],
)
def test_an_abbreviation_that_keeps_to_heads_of_words_is_cheap(short: str, long: str, runs: int) -> None:
    assert runs * AT_HEAD <= column("abbreviation_cost", short, long) <= runs * AT_HEAD + 6


@pytest.mark.parametrize(
    ("short", "long"), [("航北", "北京航空航天大学"), ("云雀", "云天励飞"), ("", "云天")]
)
def test_what_is_no_abbreviation_is_impossible(short: str, long: str) -> None:
    assert column("abbreviation_cost", short, long) == IMPOSSIBLE


def test_a_place_may_stand_in_its_one_letter_form() -> None:
    assert column("abbreviation_cost", "粤高速", "广东省高速公路发展股份有限公司") < IMPOSSIBLE


def test_digits_are_numerals() -> None:
    assert column("share_short", "360", "三六零安全科技股份有限公司") == pytest.approx(1)


def test_what_is_left_over_is_weighed_by_rarity() -> None:
    common = column("rarest_left_short", "云大学", "云天集团")
    rare = column("rarest_left_short", "云雀", "云天集团")
    assert 0 < common < rare


def test_the_run_and_its_ends() -> None:
    pair = "云天", "深圳市云天技术有限公司"
    assert column("longest_run", *pair) == 2
    assert column("run_starts_brand", *pair) == 1
    assert column("run_ends_at_head", *pair) == 1
    assert column("brand_after_run", *pair) == 0


def _cost(short: str, long: str, heads: list[bool]) -> int:
    """The same by plain recursion."""
    best = IMPOSSIBLE

    def read(at: int, after: int, cost: int) -> None:
        nonlocal best
        if at == len(short):
            best = min(best, cost)
            return
        for to in range(after + 1, len(long)):
            if long[to] == short[at]:
                follows = at > 0 and to == after + 1
                read(at + 1, to, cost + (0 if follows else AT_HEAD if heads[to] else 5))

    if short:
        read(0, -1, 0)
    return best


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS)
def test_the_cost_is_the_least(one: str, other: str) -> None:
    prepared = Preparation(Rarity(10, {})).of([Name("1", one), Name("2", other)])
    short, long = sorted((0, 1), key=lambda at: int(prepared.length[at]))
    found = align(prepared, np.array([short]), np.array([long]))
    start, size = int(prepared.start[long]), int(prepared.length[long])
    heads = prepared.head[start : start + size].tolist()
    texts = [
        str(text).translate(str.maketrans("0123456789", "零一二三四五六七八九")) for text in prepared.text
    ]
    if not any(prepared.other_code):
        assert found[0, COLUMNS.index("abbreviation_cost")] == _cost(texts[short], texts[long], heads)


@settings(max_examples=40, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=12))
def test_many_pairs_at_once_are_what_each_is_alone(texts: list[str]) -> None:
    prepared = Preparation(Rarity(10, {})).of([Name(str(at), text) for at, text in enumerate(texts)])
    rows = np.arange(len(texts))
    other = rows[::-1]
    swapped = prepared.length[rows] > prepared.length[other]
    short, long = np.where(swapped, other, rows), np.where(swapped, rows, other)
    together = align(prepared, short, long)
    for at in rows:
        alone = align(prepared, short[at : at + 1], long[at : at + 1])
        np.testing.assert_allclose(together[at], alone[0], rtol=1e-5, atol=1e-5)
