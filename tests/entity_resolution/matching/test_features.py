"""The matrix of features, and their words."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from entity_resolution.matching.candidates import Pairs
from entity_resolution.matching.explaining import WORDS
from entity_resolution.matching.features import FEATURES, explain, matrix
from entity_resolution.matching.name import Name

NAMES = [
    "深圳市云天励飞技术股份有限公司",
    "云天励飞",
    "北京航空航天大学",
    "北航",
    "Intellifusion",
    "",
    "有限公司",
]


def all_pairs(names: list[Name]) -> Pairs:
    left, right = np.meshgrid(np.arange(len(names)), np.arange(len(names)))
    return Pairs(left.ravel().astype(np.int32), right.ravel().astype(np.int32))


def value(feature: str, one: Name, other: Name) -> float:
    pairs = Pairs(np.array([0], dtype=np.int32), np.array([0], dtype=np.int32))
    return float(matrix([one], [other], pairs)[0, FEATURES.index(feature)])


def test_shape_and_finite_values() -> None:
    names = [Name(str(at), name) for at, name in enumerate(NAMES)]
    found = matrix(names, names, all_pairs(names))
    assert found.shape == (len(NAMES) ** 2, len(FEATURES))
    assert found.dtype == np.float32
    assert np.isfinite(found).all()


def test_no_pairs_no_rows() -> None:
    nothing = Pairs(np.zeros(0, np.int32), np.zeros(0, np.int32))
    assert matrix([Name("1", "云天")], [Name("2", "海浪")], nothing).shape == (0, len(FEATURES))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(alphabet="北京云天科技大学ab(1)", max_size=8), min_size=2, max_size=5))
def test_a_pair_has_no_direction(texts: list[str]) -> None:
    names = [Name(str(at), text) for at, text in enumerate(texts)]
    pairs = all_pairs(names)
    own = FEATURES.index("latin_beside_chinese")
    one = matrix(names, names, pairs)[:, :own]
    other = matrix(names, names, Pairs(pairs.right, pairs.left))[:, :own]
    lengths = [FEATURES.index("length_short"), FEATURES.index("length_long")]
    unlike = one[:, lengths[0]] < one[:, lengths[1]]
    np.testing.assert_allclose(one[unlike], other[unlike], rtol=1e-5, atol=1e-5)


def test_what_is_stated_agrees_or_conflicts() -> None:
    one = Name("1", "云天", "company", "CN", "深圳")
    assert value("kind_conflict", one, Name("2", "云天", "university")) == 1
    assert value("country_same", one, Name("2", "云天", None, "CN")) == 1
    assert value("stated_place_conflict", one, Name("2", "云天", place="北京市")) == 1
    assert value("kind_same", one, Name("2", "云天")) == value("kind_conflict", one, Name("2", "云天")) == 0


def test_marks_of_listing_and_numbers() -> None:
    assert value("listed", Name("1", "*ST云天"), Name("2", "云天科技股份有限公司")) == 1
    assert value("by_shares_long", Name("1", "云天"), Name("2", "云天科技股份有限公司")) == 1
    assert value("numerals_conflict", Name("1", "市第一医院"), Name("2", "市第二医院")) == 1


def test_features_are_explained_in_words() -> None:
    names = [Name(str(at), name) for at, name in enumerate(NAMES)]
    found = explain(matrix(names, names, Pairs(np.array([1], np.int32), np.array([0], np.int32)))[0])
    assert found
    assert [abs(push) for *_, push in found] == sorted((abs(push) for *_, push in found), reverse=True)
    assert all(feature in FEATURES and "{" not in words for feature, words, _ in found)
    assert set(WORDS) <= set(FEATURES)
