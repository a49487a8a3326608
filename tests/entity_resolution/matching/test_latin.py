"""Latin names beside Chinese ones: what is explained, and that a pair's features depend on the pair alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entity_resolution.matching.candidates import Pairs
from entity_resolution.matching.latin import LATIN_FEATURES, latin_features

NAMES = st.text(alphabet="北京大学示例科技银行 abcdeginoshuyzBUT&.,'", max_size=14)


def features(left: str, right: str) -> dict[str, float]:
    pairs = Pairs(np.zeros(1, np.int32), np.zeros(1, np.int32))
    return dict(zip(LATIN_FEATURES, latin_features([left], [right], pairs)[0].tolist(), strict=True))


@pytest.mark.parametrize(
    ("latin", "right", "wrong"),
    [
        ("Shenzhen University", "深圳大学", "深圳学会"),
        ("Example Bank of Dalian", "大连示例银行", "大连示例医院"),
        ("Jiayi Technology Co., Ltd.", "甲乙科技有限公司", "丙丁科技有限公司"),
        ("Dongguan Normal University", "东莞师范大学", "广东师范大学"),
        ("Beijing Institute of Physical Education", "北京体育学院", "北京物理研究所"),
        ("GXU", "广西大学", "广东大学"),
    ],
)
def test_the_right_name_is_explained_better(latin: str, right: str, wrong: str) -> None:
    good, bad = features(latin, right), features(latin, wrong)
    assert good["latin_beside_chinese"] == bad["latin_beside_chinese"] == 1
    names = ("latin_words_explained", "chinese_letters_explained")
    assert sum(good[name] for name in names) > sum(bad[name] for name in names)


def test_a_brand_read_as_pinyin() -> None:
    found = features("Jiayibing", "甲乙丙")
    assert found["latin_words_explained"] == found["chinese_letters_explained"] == 1
    assert found["latin_sounds_alike"] == found["latin_brand_sounds_alike"] == 1


def test_initials() -> None:
    assert features("JYB", "甲乙丙科技")["latin_initials"] == 1
    assert features("JYB", "丙乙甲科技")["latin_initials"] == 0


def test_names_of_one_script_have_no_such_features() -> None:
    assert not any(features("甲乙", "甲乙").values())
    assert not any(features("Jia Yi", "Jia Yi").values())
    assert not any(features("", "").values())


@settings(max_examples=60, deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=6), st.lists(NAMES, min_size=1, max_size=6))
def test_a_pair_by_itself_has_the_features_it_has_among_others(left: list[str], right: list[str]) -> None:
    one, two = (grid.ravel().astype(np.int32) for grid in np.indices((len(left), len(right))))
    table = latin_features(left, right, Pairs(one, two))
    assert table.dtype == np.float32
    assert table.shape == (len(left) * len(right), len(LATIN_FEATURES))
    assert ((table >= 0) & (table <= 1 + 1e-6)).all()
    for row, (mine, theirs) in enumerate(zip(one.tolist(), two.tolist(), strict=True)):
        alone = features(left[mine], right[theirs])
        assert table[row].tolist() == pytest.approx(list(alone.values()), abs=1e-6)
        swapped = features(right[theirs], left[mine])
        assert list(swapped.values()) == pytest.approx(list(alone.values()), abs=1e-6)
