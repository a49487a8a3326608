"""Bearers of one name: whatever the order, no group holds what its members' own sources exclude."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from entity_resolution.compatibility import Further, Mentioned, conflict, profile
from entity_resolution.homonyms import DOUBTS_MOST, Bearing, Split, split
from tests.entity_resolution.mentions import mentioned, namesakes


def groups(found: Split) -> set[frozenset[int]]:
    return {frozenset(one.mention.id for one in group) for group in found.groups}


def stated(at: int, name: str, *further: tuple[str, bool]) -> Bearing:
    """A mention of which `东方` is stated, and the further keys with whether they bear a legal form."""
    one = mentioned(at, name)
    keys = frozenset(Further(key, False, has_form) for key, has_form in (("东方", False), *further))
    return Bearing(replace(one, further=keys), stated=True)


@given(namesakes(), st.randoms(use_true_random=False))
def test_the_order_of_mentions_is_nothing(found: list[Mentioned], chance: random.Random) -> None:
    bearings = [Bearing(one) for one in found]
    shuffled = bearings[:]
    chance.shuffle(shuffled)
    assert split(bearings) == split(shuffled)


@given(namesakes())
def test_every_mention_is_in_one_group_and_groups_hold_together(found: list[Mentioned]) -> None:
    result = split([Bearing(one) for one in found])
    assert sorted(key for group in groups(result) for key in group) == [one.id for one in found]
    for group in result.groups:
        assert [one.mention.age for one in group] == sorted(one.mention.age for one in group)
        assert len({one.mention.scope for one in group}) == 1
    assert len(result.doubts) <= DOUBTS_MOST


@given(namesakes())
def test_what_conflicts_is_joined_by_an_identifier_alone(found: list[Mentioned]) -> None:
    """Two mentions of one group whose own words conflict are linked by shared identifiers, from one to the next, or by
    what those linked so say together."""
    for group in split([Bearing(one) for one in found]).groups:
        members = [one.mention for one in group]
        for one, other in combinations(members, 2):
            if conflict(profile([one]), profile([other])) is not None:
                reached, waiting = {one.id}, [one]
                while waiting:
                    here = waiting.pop()
                    near = [each for each in members if each.id not in reached
                            and (each.identifiers & here.identifiers
                                 or conflict(profile([here]), profile([each])) is None
                                 or conflict(profile([known for known in members if known.id in reached]),
                                             profile([each])) is None)]  # fmt: skip
                    reached |= {each.id for each in near}
                    waiting += near
                assert other.id in reached


def test_a_brand_of_two_is_open_until_a_full_name_or_an_own_name_is_shared() -> None:
    assert groups(split([stated(1, "甲东方"), stated(2, "乙东方")])) == {frozenset({1}), frozenset({2})}
    one = groups(
        split([stated(1, "甲东方", ("甲东方科技", True)), stated(2, "乙东方", ("甲东方科技", True))])
    )
    assert one == {frozenset({1, 2})}
    two = groups(split([stated(1, "甲东方", ("东方牌", False)), stated(2, "乙东方", ("东方牌", False))]))
    assert two == {frozenset({1}), frozenset({2})}  # a second brand says no more than the first
    assert groups(split([stated(1, "甲东方"), stated(2, "乙东方", ("甲东方", False))])) == {frozenset({1, 2})}


def test_many_bearers_end_in_bounded_work() -> None:
    many = [Bearing(mentioned(at, "星河", ("uscc", str(at)))) for at in range(1, 2000)]
    assert len(split(many).groups) == 1999
