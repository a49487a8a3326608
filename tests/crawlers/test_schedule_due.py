"""When a source is due next, through simulated months."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.registry import declarations
from crawlers.schedule.due import CADENCES, ONCE, Visit, next_due, step_of

START = dt.datetime(2026, 1, 1, 7, 20, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)


def visit(outcome: str, at: dt.datetime = START, took: dt.timedelta = MINUTE, **more: bool) -> Visit:
    return Visit(outcome, at, at + took, **more)


def test_every_source_has_a_known_cadence() -> None:
    assert all(step_of(one.cadence) for one in declarations())


@pytest.mark.parametrize("cadence", CADENCES)
def test_after_a_complete_visit_the_same_hour_in_a_random_minute(cadence: str) -> None:
    dates = {next_due(cadence, visit("complete"), None, 3, chance / 60).at for chance in range(60)}
    day = START + CADENCES[cadence]
    assert {one.hour for one in dates if one} == {7}
    assert {one.minute for one in dates if one} == set(range(60))
    assert {one.date() for one in dates if one} == {day.date()}
    assert next_due(cadence, visit("complete"), None, 3, 0.5).failures == 0


def test_failures_back_off_up_to_the_cadence() -> None:
    waits, failures = [], 0
    for _ in range(8):
        due = next_due("daily", visit("failed"), None, failures, 0.0)
        assert due.at
        waits.append((due.at - START - MINUTE) / HOUR)
        failures = due.failures
    assert waits == [1, 2, 4, 8, 16, 24, 24, 24]
    assert failures == 8


def test_a_partial_visit_comes_sooner_the_first_time() -> None:
    first = next_due("weekly", visit("partial"), visit("complete"), 0, 0.0)
    again = next_due("weekly", visit("partial"), visit("partial"), 0, 0.0)
    assert first.at == START + MINUTE + dt.timedelta(hours=42)
    assert again.at
    assert again.at.date() == (START + dt.timedelta(days=7)).date()


def test_an_interrupted_visit_goes_on_at_once() -> None:
    due = next_due("monthly", visit("partial", interrupted=True), None, 2, 0.9)
    assert (due.at, due.failures) == (START + 2 * MINUTE, 2)


def test_once_is_once() -> None:
    assert next_due(ONCE, visit("complete"), None, 0, 0.5).at is None
    assert next_due(ONCE, visit("failed"), None, 0, 0.5).at
    assert next_due(ONCE, visit("partial"), visit("partial"), 0, 0.5).at


@given(
    cadence=st.sampled_from(sorted(CADENCES)),
    days=st.lists(
        st.tuples(
            st.sampled_from(["complete", "partial", "failed"]),
            st.floats(0, 0.999),
            st.integers(1, 60 * 50),  # minutes that the visit takes
            st.one_of(st.just(0), st.integers(0, 60 * 24 * 40)),  # minutes during which no scheduler ran
        ),
        max_size=60,
    ),
)
def test_through_simulated_months(cadence: str, days: list[tuple[str, float, int, int]]) -> None:
    """However visits end and however long nothing runs: one visit at a time, none too early, none forgotten."""
    step, at, failures, before = step_of(cadence), START, 0, None
    for outcome, chance, took, down in days:
        begun = at + MINUTE * down  # what is overdue begins with the scheduler, once
        done = visit(outcome, begun, MINUTE * took)
        due = next_due(cadence, done, before, failures, chance)
        assert due.at is not None
        assert due.at > done.ended_at
        assert due.at <= max(done.ended_at, done.started_at) + step + HOUR
        if outcome == "complete":
            assert due.at - begun >= step - HOUR
        assert due.failures == (failures + 1 if outcome == "failed" else 0)
        at, failures, before = due.at, due.failures, done
