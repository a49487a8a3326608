"""Whatever the points, the sizes and the decisions: nobody is lost, people go before rules, the best go first."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from analytics.sample_choice import choose
from analytics.sample_overrides import Override
from analytics.sample_rules import KINDS, POINTS, Kind, Rule, Weighed

NAMES = [f"vn{number}" for number in range(8)]
WHEN = dt.datetime(2022, 1, 1, tzinfo=dt.UTC)


def weighed(*kinds: Kind, last: int | None = None, gone: str = "", foreign: bool = False) -> Weighed:
    return Weighed(
        {one: POINTS[one] for one in kinds}, {one: one for one in kinds}, "技术层", None, last, gone, foreign
    )


def override(entity: str, verdict: str, number: int = 1) -> Override:
    assert verdict in ("include", "exclude")
    word = "include" if verdict == "include" else "exclude"
    return Override(number, "2022", entity, entity, word, "Li", "because", WHEN, False)  # type: ignore[arg-type]  # two words of the type


companies = st.dictionaries(
    st.sampled_from(NAMES),
    st.builds(
        lambda kinds, last, gone, foreign: weighed(*kinds, last=last, gone=gone, foreign=foreign),
        st.sets(st.sampled_from(KINDS)), st.none() | st.integers(2015, 2022), st.sampled_from(["", "注销"]), st.booleans(),
    ),
)  # fmt: skip


@given(
    companies,
    st.sets(st.sampled_from(NAMES)),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["include", "exclude"])),
    st.none() | st.integers(1, 6),
)
def test_nobody_is_lost_and_people_go_first(
    found: dict[str, Weighed], before: set[str], said: dict[str, str], size: int | None
) -> None:
    decided = {who: override(who, verdict) for who, verdict in said.items()}
    rule = Rule(size=size, after="2021", until=2022)
    drawn = choose(found, rule, before, decided)
    inside = {one["entity_id"] for one in drawn.members}
    assert inside | set(drawn.left) >= before
    assert not inside & set(drawn.left)
    assert all(drawn.left.values())
    asked = {who for who, verdict in said.items() if verdict == "include" and who in found}
    assert asked <= inside
    assert not inside & {who for who, verdict in said.items() if verdict == "exclude"}
    assert size is None or len(inside - asked) <= max(0, size - len(asked))
    assert not any(found[who].gone for who in inside - asked)
    scores = [one["score"] for one in drawn.members]
    assert scores == sorted(scores, reverse=True)
    assert drawn.outcome["chosen"] == len(inside)
    assert choose(dict(reversed(found.items())), rule, before, decided) == drawn


def test_ties_at_the_cut_are_counted_and_the_smaller_id_goes_first() -> None:
    found = {name: weighed("tag") for name in NAMES[:4]}
    drawn = choose(found, Rule(size=2), set(), {})
    assert [one["entity_id"] for one in drawn.members] == NAMES[:2]
    assert drawn.outcome == {
        "candidates": 4, "chosen": 2, "carried": 0, "by_person": 0, "lowest": 1.0, "cut": 2, "cut_with_equal_score": 2,
    }  # fmt: skip


def test_who_is_in_already_needs_less_than_a_newcomer() -> None:
    found = {"vn0": weighed("words"), "vn1": weighed("words"), "vn2": weighed()}
    drawn = choose(found, Rule(after="2021"), {"vn0", "vn2", "vn9"}, {})
    assert [(one["entity_id"], one["reason"]) for one in drawn.members] == [
        ("vn0", "words; carried on from 2021")
    ]
    assert drawn.left == {
        "vn2": "no evidence of AI is left",
        "vn9": "is no company of the store any more, or counts as another",
    }


def test_a_layer_may_be_asked_for() -> None:
    bare = weighed("tag")
    bare.layer = None
    assert choose({"vn0": bare}, Rule(known_layer=True), set(), {}).members == []
    assert len(choose({"vn0": bare}, Rule(), set(), {}).members) == 1
