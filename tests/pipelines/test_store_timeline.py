"""The answers to a question over time: what came, changed, came back, went; and nothing else is told."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from pipelines.store.timeline import Happening, Span, happenings

DAY = dt.datetime(2021, 3, 1, tzinfo=dt.UTC)


def at(days: float) -> dt.datetime:
    return DAY + dt.timedelta(days=days)


def spans(*given: tuple[int, float, float | None]) -> list[Span]:
    return [
        Span(row, fact, at(first), None if end is None else at(end))
        for row, (fact, first, end) in enumerate(given, 1)
    ]


def told(*given: tuple[int, float, float | None]) -> list[tuple[str, int, tuple[int, ...]]]:
    return [
        (one.kind, one.fact, tuple(fact for fact, _ in one.replaced))
        for one in happenings(spans(*given), by_day)
    ]


def by_day(moment: dt.datetime) -> int:
    return (moment - DAY).days


def test_new_changed_back_gone() -> None:
    assert told((1, 0, 1), (2, 1, 2), (1, 2, 3)) == [
        ("new", 1, ()),
        ("changed", 2, (1,)),
        ("back", 1, (2,)),
        ("gone", 1, ()),
    ]


def test_after_a_gap_the_last_answer_is_what_was_replaced() -> None:
    assert told((1, 0, 1), (2, 3, None)) == [("new", 1, ()), ("gone", 1, ()), ("changed", 2, (1,))]
    assert told((1, 0, 1), (1, 3, None))[-1] == ("back", 1, ())


def test_a_fact_that_moves_between_pages_is_no_change() -> None:
    assert told((1, 0, 1.2), (1, 1.1, None)) == [("new", 1, ())]  # met at the new page first
    assert told((1, 0, 1.1), (1, 1.2, None)) == [("new", 1, ())]  # left the old page first
    assert told((1, 0, 1.1), (1, 2.2, None))[1:] == [("gone", 1, ()), ("back", 1, ())]  # two visits


def test_one_place_of_several_says_nothing() -> None:
    assert told((1, 0, 5), (1, 1, None), (1, 2, 3)) == [("new", 1, ())]


def test_a_second_answer_stands_beside_the_first_until_it_is_taken_back() -> None:
    first, second, third = happenings(spans((1, 0, None), (2, 1, 2)), by_day)
    assert (first.kind, first.beside) == ("new", ())
    assert (second.kind, second.fact, second.replaced, second.beside) == ("changed", 2, (), (1,))
    assert (third.kind, third.fact, third.replaced, third.ends) == ("changed", 1, ((2, 2),), True)


def test_moments_outside_of_known_visits_belong_together_when_near() -> None:
    hour = 1 / 24
    near = list(happenings(spans((1, 0, 1), (1, 1 + hour / 2, None)), lambda _: None))
    far = list(happenings(spans((1, 0, 1), (1, 1 + 3 * hour, None)), lambda _: None))
    assert [one.kind for one in near] == ["new"]
    assert [one.kind for one in far] == ["new", "gone", "back"]


def test_the_change_is_made_by_the_first_place_or_the_last() -> None:
    new, gone = happenings(spans((1, 0.2, 1.3), (1, 0.1, 1.4), (1, 0.3, 1.2)), by_day)
    assert (new.row, new.ends, new.moment, new.places, new.rows) == (2, False, at(0.1), 3, (2, 1, 3))
    assert (gone.row, gone.ends, gone.moment) == (2, True, at(1.4))


histories = st.lists(st.frozensets(st.integers(1, 3), max_size=2), max_size=8)


def _replayed(found: list[Happening]) -> dict[int, set[int]]:
    """Day → the answers after it, as a follower of the changes knows them."""
    said: set[int] = set()
    known: dict[int, set[int]] = {}
    for one in found:
        said -= {fact for fact, _ in one.replaced}
        said = said - {one.fact} if one.kind == "gone" else said | {one.fact}
        known[by_day(one.moment)] = set(said)
    return known


@given(history=histories)
def test_who_follows_the_changes_knows_what_is_said(history: list[frozenset[int]]) -> None:
    made: list[tuple[int, float, float | None]] = []
    for fact in (1, 2, 3):
        begun = None
        for day, said in enumerate([*history, None]):
            if begun is not None and (said is None or fact not in said):
                made.append((fact, begun, None if said is None else day))
                begun = None
            elif said is not None and fact in said and begun is None:
                begun = day
    found = list(happenings(spans(*made), by_day))
    known = _replayed(found)
    last: set[int] = set()
    for day, said in enumerate(history):
        last = known.get(day, last)
        assert last == said
    assert len({(one.row, one.ends, one.fact) for one in found}) == len(found)
    assert all(one.kind != "new" for one in found[1:] if by_day(one.moment) != by_day(found[0].moment))
