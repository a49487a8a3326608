"""Work in several processes: all of it, in order, and errors come through."""

from __future__ import annotations

import os
from functools import partial

import pytest

from analytics.working import done, each, workers_of


def square(number: int) -> int:
    return number * number


def fail() -> int:
    raise ValueError("one of the tasks")


def own_process() -> int:
    return os.getpid()


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_each_gives_all_in_order(workers: int) -> None:
    tasks = [partial(square, number) for number in range(20)]
    assert each(tasks, workers) == [number * number for number in range(20)]
    assert sorted(done(tasks, workers, lambda: None)) == sorted(number * number for number in range(20))


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_comes_through_and_what_follows_works(workers: int) -> None:
    with pytest.raises(ValueError, match="one of the tasks"):
        each([fail, fail], workers)
    assert each([partial(square, 3)], workers) == [9]


def test_several_processes_share_the_work() -> None:
    assert os.getpid() not in each([own_process] * 4, 2)
    assert each([own_process] * 2, 1) == [os.getpid()] * 2
    assert workers_of(3) == 3
