"""Failed logins are counted, forgotten, and bounded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from entity_resolution.review import attempts
from entity_resolution.review.attempts import FAILURES_MOST, FAILURES_WIDE, WITHIN, Attempts, Pace


def test_five_failures_wait_a_quarter_of_an_hour() -> None:
    moment = [100.0]
    tried = Attempts(lambda: moment[0])
    for _ in range(FAILURES_MOST):
        assert tried.seconds_to_wait("a", "192.0.2.1") == 0
        tried.failed("a", "192.0.2.1")
        moment[0] += 10
    assert tried.seconds_to_wait("a", "192.0.2.1") == 850
    assert tried.seconds_to_wait("b", "192.0.2.1") == 0
    assert tried.seconds_to_wait("a", "192.0.2.2") == 0
    moment[0] += 851
    assert tried.seconds_to_wait("a", "192.0.2.1") == 0


def test_many_failures_of_a_name_or_an_address_wait_wherever_they_come_from() -> None:
    tried = Attempts(lambda: 0.0)
    for number in range(FAILURES_WIDE):
        tried.failed("a", f"192.0.2.{number}")
        tried.failed(f"b{number}", "198.51.100.1")
    assert tried.seconds_to_wait("a", "203.0.113.9") == WITHIN
    assert tried.seconds_to_wait("c", "198.51.100.1") == WITHIN
    assert tried.seconds_to_wait("c", "203.0.113.9") == 0


def test_a_success_forgets() -> None:
    tried = Attempts(lambda: 0.0)
    for _ in range(FAILURES_MOST):
        tried.failed("a", "192.0.2.1")
    tried.succeeded("a", "192.0.2.1")
    assert tried.seconds_to_wait("a", "192.0.2.1") == 0


def test_what_is_remembered_is_bounded() -> None:
    tried, pace = Attempts(lambda: 0.0), Pace(1, 1, lambda: 0.0)
    for number in range(attempts._REMEMBERED + 500):
        tried.failed(f"name {number}", "192.0.2.1")
        pace.seconds_to_wait(f"client {number}")
    assert len(tried._failed) == len(pace._left) == attempts._REMEMBERED


@given(st.lists(st.floats(0, 5), min_size=1, max_size=60))
def test_nobody_is_answered_faster_than_the_pace(pauses: list[float]) -> None:
    moment = [0.0]
    pace, answered = Pace(2.0, 4, lambda: moment[0]), 0
    for pause in pauses:
        moment[0] += pause
        wait = pace.seconds_to_wait("a")
        answered += wait == 0
        assert answered <= 4 + 2.0 * moment[0] + 1e-6
        assert wait <= 1
    assert pace.seconds_to_wait("b") == 0


def test_who_waits_as_long_as_told_is_answered() -> None:
    moment = [0.0]
    pace = Pace(0.25, 2, lambda: moment[0])
    assert [pace.seconds_to_wait("a") for _ in range(3)] == [0, 0, 4]
    moment[0] += 4
    assert pace.seconds_to_wait("a") == 0
