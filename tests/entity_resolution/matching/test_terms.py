"""Terms of names: which names share which."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from entity_resolution.matching.letters import letters
from entity_resolution.matching.terms import HEADS, LETTER, WHOLE, Terms, asked_for, asking, weight_of_kind


def kinds(terms: Terms, kind: int) -> set[int]:
    return {code for code in terms.codes.tolist() if code >> 60 == kind >> 60}


def test_an_abbreviation_by_heads_meets_its_name() -> None:
    asks, asked = asking(letters(["北航"])), asked_for(letters(["北京航空航天大学"]))
    assert kinds(asks, HEADS) & kinds(asked, HEADS)


def test_a_long_name_asks_by_no_heads() -> None:
    assert not kinds(asking(letters(["北京航空航天大学"])), HEADS)


@settings(deadline=None)
@given(st.text(alphabet="甲乙丙ab", max_size=10), st.text(alphabet="甲乙丙ab", max_size=10))
def test_the_whole_is_common_to_equal_names_alone(one: str, two: str) -> None:
    first, second = kinds(asking(letters([one])), WHOLE), kinds(asked_for(letters([two])), WHOLE)
    assert bool(first & second) == (one == two != "")


@settings(deadline=None)
@given(st.lists(st.text(alphabet="甲乙科技ab", max_size=8), max_size=6))
def test_terms_belong_to_their_names(names: list[str]) -> None:
    whole = asked_for(letters(names))
    assert whole.names == len(names)
    for at, name in enumerate(names):
        alone = asked_for(letters([name]))
        assert sorted(whole.codes[whole.row == at].tolist()) == sorted(alone.codes.tolist())


def test_single_letters_weigh_less() -> None:
    codes = asked_for(letters(["甲乙"])).codes
    single = codes >> 60 == LETTER >> 60
    assert weight_of_kind(codes)[single].max() < weight_of_kind(codes)[~single].min()
