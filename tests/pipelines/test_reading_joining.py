"""Joining what several readers say of one text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.reading.fact import Fact, Piece, Role, Type
from pipelines.reading.joining import join, key_of
from pipelines.records import When

WORDS = ("甲", "乙", "丙", "丁")


def fact(kind: Type, confidence: float = 0.5, at: int = 0, method: str = "r-1", **roles: str) -> Fact:
    pieces: dict[Any, tuple[Piece, ...]] = {
        role: tuple(Piece(word, at + WORDS.index(word), at + WORDS.index(word) + 1) for word in words)
        for role, words in roles.items()
    }
    return Fact(kind, pieces, at, at + 4, confidence, method)


def test_told_twice_is_one_fact_with_what_both_know() -> None:
    sure = fact("investment", 0.9, investor="甲", target="乙")
    when = When(as_written="昨日")
    other = replace(
        fact("investment", 0.6, at=9, method="p-3", investor="甲", target="乙"),
        when=when, details={"currency": "CNY"},
    )  # fmt: skip
    other = replace(other, roles={**other.roles, "amount": (Piece("丙", 11, 12),)})
    (one,) = join([other, sure])
    assert (one.start, one.confidence, one.method) == (0, 0.9, "r-1+p-3")
    assert one.when == when
    assert one.details == {"currency": "CNY"}
    assert one.roles["amount"][0].text == "丙"


def test_a_part_of_a_fact_is_no_fact_of_its_own() -> None:
    whole = fact("cooperation", 0.6, party="甲乙丙")
    parts = [fact("cooperation", 0.9, party="甲乙"), fact("cooperation", 0.5, party="乙丙")]
    assert [key_of(one) for one in join([*parts, whole])] == [key_of(whole)]
    other = fact("contract", 0.5, party="甲乙")
    assert len(join([whole, other])) == 2


def test_of_two_directions_the_surer_stays() -> None:
    one, other = (
        fact("acquisition", 0.7, investor="甲", target="乙"),
        fact("acquisition", 0.6, investor="乙", target="甲"),
    )
    assert join([other, one]) == [one]
    even = replace(other, confidence=0.7)
    assert len(join([one, even])) == 2
    assert len(join([one, fact("investment", 0.1, investor="乙", target="甲")])) == 2


def test_a_direction_tells_more_than_partnership() -> None:
    directed = fact("cooperation", 0.6, provider="甲", recipient="乙")
    assert join([fact("cooperation", 0.6, party="甲乙"), directed]) == [directed]
    (surer,) = join([fact("cooperation", 0.8, party="甲乙"), directed])
    assert (surer.confidence, set(surer.roles)) == (0.8, {"provider", "recipient"})
    assert len(join([fact("cooperation", 0.8, at=40, party="甲乙"), directed])) == 2
    assert len(join([fact("cooperation", 0.5, at=40, party="甲乙"), directed])) == 1
    wide = fact("cooperation", 0.6, provider="甲", recipient="乙丙")
    assert len(join([fact("cooperation", 0.8, party="甲乙"), wide])) == 1
    assert len(join([fact("cooperation", 0.8, party="乙丙"), wide])) == 2


def test_facts_between_the_names_given_come_first() -> None:
    first, second = fact("cooperation", 0.9, party="甲乙"), fact("cooperation", 0.5, at=5, party="丙丁")
    assert join([first, second]) == [first, second]
    assert join([first, second], ["丙", "丁"]) == [second, first]
    assert join([first, second], ["丙"]) == [first, second]


def test_people_with_two_posts_keep_both() -> None:
    posts = [fact("employment", person="甲", employer="乙", post=post) for post in ("丙", "丁")]
    assert len(join(posts)) == 2


def test_a_great_many_facts_are_bounded() -> None:
    many = [
        Fact("cooperation", {"party": (Piece(f"a{n}", 0, 1), Piece(f"b{n}", 1, 2))}, 0, 2, 0.5, "r-1")
        for n in range(20_000)
    ]
    assert len(join(many)) == 2000


roles = st.dictionaries(
    st.sampled_from(["provider", "recipient", "party", "investor", "target"]),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True).map("".join),
    min_size=1,
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.builds(
            lambda kind, sure, at, told: fact(kind, sure, at, **told),
            st.sampled_from(["cooperation", "investment", "contract"]),
            st.sampled_from([0.2, 0.5, 0.5, 0.9]),
            st.integers(0, 3),
            roles,
        ),
        max_size=8,
    )
)
def test_joining_what_is_joined_changes_nothing(facts: list[Fact]) -> None:
    def organisations(one: Fact) -> set[tuple[Role, str]]:
        return set(key_of(one)[1])

    joined = join(facts)
    assert join(joined) == joined
    for at, one in enumerate(joined):
        assert any(key_of(one) == key_of(each) for each in facts)
        for other in joined[:at] + joined[at + 1 :]:
            assert one.type != other.type or not organisations(one) <= organisations(other)


def test_what_is_told_of_a_short_form_is_told_of_the_full_name() -> None:
    short = fact("cooperation", 0.8, party="甲丙")
    full = fact("cooperation", 0.6, at=9, party="乙丙")
    means = {"甲": "乙"}
    assert join([short, full], (), means) == [replace(short, method="r-1")]
    # unless somebody asks about just these words
    assert len(join([short, full], ("甲", "乙"), means)) == 2
    # and nobody cooperates with himself, though he may bear two names
    assert join([fact("cooperation", party="甲乙")], (), means) == []
    assert len(join([fact("alias", name="甲乙")], (), means)) == 1
