"""Failed logins are counted, forgotten, and bounded."""

from __future__ import annotations

from entity_resolution.review import attempts
from entity_resolution.review.attempts import FAILURES_MOST, Attempts


def test_five_failures_wait_a_quarter_of_an_hour() -> None:
    moment = [100.0]
    tried = Attempts(lambda: moment[0])
    for _ in range(FAILURES_MOST):
        assert tried.seconds_to_wait("name a", "address 1") == 0
        tried.failed("name a", "address 1")
        moment[0] += 10
    assert tried.seconds_to_wait("name a") == 850
    assert tried.seconds_to_wait("name b", "address 1") == 850
    assert tried.seconds_to_wait("name b") == 0
    moment[0] += 851
    assert tried.seconds_to_wait("name a", "address 1") == 0


def test_a_success_forgets() -> None:
    tried = Attempts(lambda: 0.0)
    for _ in range(FAILURES_MOST):
        tried.failed("a")
    tried.succeeded("a")
    assert tried.seconds_to_wait("a") == 0


def test_what_is_remembered_is_bounded() -> None:
    tried = Attempts(lambda: 0.0)
    for number in range(attempts._REMEMBERED + 500):
        tried.failed(f"name {number}")
    assert len(tried._failed) == attempts._REMEMBERED
