"""Rankings against a plain sort."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.basis import Basis
from analytics.ranking import joined, ranked
from tests.analytics.world import WHO, entity_id

NAMES = [names.split("|")[0] for names in WHO]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), st.integers(0, 4)), st.integers(1, 6))
def test_places_ranks_and_what_is_cut_off(world_basis: Basis, counts: dict[str, int], top: int) -> None:
    basis = replace(world_basis, top=top)
    shown, more = ranked(basis, {entity_id(name): count for name, count in counts.items()})
    plain = sorted(
        ((count, name) for name, count in counts.items() if count), key=lambda one: (-one[0], one[1])
    )
    assert list(zip(shown["value"], shown["name"], strict=True)) == plain[:top]
    assert shown["place"].tolist() == list(range(1, len(shown) + 1))
    assert shown["rank"].tolist() == [
        1 + sum(other > count for other, _ in plain) for count, _ in plain[:top]
    ]
    assert shown["tied"].tolist() == [
        sum(other == count for other, _ in plain) > 1 for count, _ in plain[:top]
    ]
    assert more == (sum(count == plain[:top][-1][0] for count, _ in plain[top:]) if plain else 0)


def test_joined_rankings_say_which_ties_were_cut(world_basis: Basis) -> None:
    basis = replace(world_basis, top=1)
    parts = {
        "a": ranked(basis, {entity_id("百度"): 2, entity_id("华为"): 2}),
        "b": ranked(basis, {entity_id("腾讯"): 1}),
    }
    frame, notes = joined(parts, "group")
    assert frame["group"].tolist() == ["a", "b"]
    assert [note.en for note in notes] == [
        "a: 1 more nodes have the value of the last row and are not shown."
    ]


def test_joined_rankings_say_which_have_no_row(world_basis: Basis) -> None:
    parts = {
        "2014": ranked(world_basis, {entity_id("百度"): 0}),
        "2015": ranked(world_basis, {}),
        "2016": ranked(world_basis, {entity_id("百度"): 1}),
    }
    frame, notes = joined(parts, "year")
    assert frame["year"].tolist() == ["2016"]
    assert [note.en for note in notes] == ["Gaps, since no such relation is known: 2014, 2015."]
