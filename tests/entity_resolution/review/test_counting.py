"""What was counted is remembered, for one state of the entities."""

from __future__ import annotations

from entity_resolution.review.counting import Counter
from tests.entity_resolution.review.world import Told


def test_each_question_is_asked_once_for_each_state() -> None:
    told = Told()
    counter = Counter(told)
    assert counter.known("a", "b", "same", 1) is None
    first = counter.of("a", "b", "same", 1)
    assert first is not None
    assert counter.of("a", "b", "same", 1) is first is counter.known("a", "b", "same", 1)
    counter.of("a", "b", "same", 2)
    assert len(told.asked) == 2


def test_who_answers_at_once_is_known_for_it() -> None:
    counter = Counter(Told())
    assert not counter.is_quick
    counter.of("a", "b", "same", 1)
    assert counter.is_quick


def test_what_is_remembered_is_bounded() -> None:
    counter = Counter(Told())
    for number in range(2100):
        counter.of("a", "b", "same", number)
    assert counter.known("a", "b", "same", 0) is None
    assert counter.known("a", "b", "same", 2099) is not None


def test_without_anybody_who_counts_nothing_is_said() -> None:
    counter = Counter(None)
    assert not counter.can_count
    assert counter.of("a", "b", "same", 1) is None
