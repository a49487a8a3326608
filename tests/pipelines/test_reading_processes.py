"""Work spread over real processes: in order, bounded, and nothing left behind by what is killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy
import pytest
from threadpoolctl import threadpool_info

from pipelines.errors import ValuenetError
from pipelines.reading.processes import ProcessEnded, cores, one_core, spread
from tests.program import ROOT, environment

_DEADLY = -1


def square(number: int) -> int:
    """What the processes of these tests do."""
    if number == _DEADLY:
        os.kill(os.getpid(), signal.SIGKILL)
    if number > 1000:
        raise OverflowError(number)
    time.sleep(0.02 if number % 3 == 0 else 0)
    return number * number


def test_results_come_in_the_order_of_the_tasks() -> None:
    assert list(spread(square, range(20), 2)) == [(one, one * one) for one in range(20)]
    assert list(spread(square, [], 2)) == []


def test_tasks_are_asked_for_as_they_are_done() -> None:
    asked: list[int] = []

    def tasks() -> Iterator[int]:
        for number in range(100):
            asked.append(number)
            yield number

    with closing(spread(square, tasks(), 2)) as done:
        for at, _ in enumerate(done):
            assert len(asked) - at <= 8
            if at == 30:
                break
    assert len(asked) < 50
    assert multiprocessing.active_children() == []


def test_the_task_over_which_a_process_ends_is_given_up_alone() -> None:
    done = dict(spread(square, [1, 2, _DEADLY, 3, 4], 2))
    gone = done.pop(_DEADLY)
    assert isinstance(gone, ProcessEnded)
    assert "exit code -9" in str(gone)
    assert done == {1: 1, 2: 4, 3: 9, 4: 16}


def test_processes_that_only_end_are_told() -> None:
    with pytest.raises(ValuenetError, match="--processes 1"):
        list(spread(square, [_DEADLY] * 9, 1))
    assert multiprocessing.active_children() == []


def test_what_the_work_raises_is_raised_here() -> None:
    with pytest.raises(OverflowError):
        list(spread(square, [1, 2000, 3], 2))


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_no_process_outlives_the_one_that_started_it(tmp_path: Path, end: signal.Signals) -> None:
    script = tmp_path / "spreading.py"
    script.write_text(
        "import multiprocessing\n"
        "from itertools import count\n"
        "from pipelines.reading.processes import spread\n"
        "from tests.pipelines.test_reading_processes import square\n"
        "if __name__ == '__main__':\n"
        "    for at, _ in enumerate(spread(square, (one % 1000 for one in count()), 2)):\n"
        "        if at == 10:\n"
        "            print(*(one.pid for one in multiprocessing.active_children()), flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, str(script)],
        env=environment(),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        children = [int(one) for one in process.stdout.readline().split()]
        assert len(children) == 2
        process.send_signal(end)
        _, said = process.communicate(timeout=60)
    assert "Process SpawnProcess" not in said
    for _ in range(600):
        if not any(Path(f"/proc/{child}").exists() for child in children):
            return
        time.sleep(0.05)
    pytest.fail("a process goes on without the one that started it")


def test_numpy_keeps_to_one_core_within() -> None:
    numpy.ones((2, 2)) @ numpy.ones((2, 2))

    def threads() -> set[int]:
        return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}

    before = threads()
    with one_core():
        assert threads() == {1}
    assert threads() == before
    assert 1 <= cores() <= 4
