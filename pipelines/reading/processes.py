"""Work spread over processes of one core each: results in the order of what was given, in bounded memory.

Invariants kept here:
- what is done does not depend on how many processes do it;
- no more than a few tasks a process are under way or wait to be taken, however many there are;
- no process outlives the one that started it by more than its task; an interrupted run ends them at once;
- a task over which a process ends (killed, out of memory) is given up, with the reason; the others are done.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection, wait
from typing import Any, Final, Generic, TypeVar

from threadpoolctl import ThreadpoolController

from pipelines.errors import ValuenetError

#: More processes than this would mostly wait for memory; each takes some 600 MB.
MOST: Final = 4
#: Tasks given out ahead of the one that is waited for, by process.
_AHEAD: Final = 3
#: Processes that may end one after another with nothing done in between.
_ENDINGS: Final = 3

Task = TypeVar("Task")
Done = TypeVar("Done")


def one_core() -> AbstractContextManager[object]:
    """Within it, numpy multiplies on one core. The matrices of the readers are small: on a machine with other work,
    two cores that wait for each other take five times the time of one."""
    limited: AbstractContextManager[object] = _libraries().limit(limits=1, user_api="blas")
    return limited


@cache
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()


def cores() -> int:
    """How many processes this one should spread work over: the cores that it may use, at most MOST."""
    return min(
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, MOST
    )


class ProcessEnded(Exception):
    """The process that had a task ended before it was done."""


@dataclass(slots=True)
class _Under(Generic[Task, Done]):
    """A task that was given out, and what became of it."""

    task: Task
    done: Done | Exception | None = None


def spread(
    work: Callable[[Task], Done], tasks: Iterable[Task], processes: int
) -> Generator[tuple[Task, Done | ProcessEnded]]:
    """Each of `tasks` with what `work` makes of it, in order; `work` is a function of a module, and its tasks and
    results can be pickled. What `work` raises is raised here. Close the iterator to end the processes early.

    Raises ValuenetError where processes end one after another and nothing gets done."""
    with _Crew(work, processes) as crew:
        source = iter(tasks)
        queue: deque[_Under[Task, Done]] = deque()
        more = True
        while more or queue:
            while more and len(queue) < _AHEAD * processes and crew.has_idle():
                try:
                    one: _Under[Task, Done] = _Under(next(source))
                except StopIteration:
                    more = False
                else:
                    queue.append(one)
                    crew.give(one)
            if not queue:
                continue
            if queue[0].done is None:
                crew.collect()
                continue
            first = queue.popleft()
            if isinstance(first.done, Exception) and not isinstance(first.done, ProcessEnded):
                raise first.done
            yield first.task, first.done  # type: ignore[misc]  # done is set, and no other exception


class _Crew:
    """The processes; each is started when there is a task for it."""

    def __init__(self, work: Callable[[Any], Any], processes: int) -> None:
        self._work, self._most = work, processes
        self._idle: list[tuple[Any, Connection]] = []
        self._busy: dict[Connection, tuple[Any, _Under[Any, Any]]] = {}
        self._endings = 0

    def __enter__(self) -> _Crew:
        return self

    def __exit__(self, *error: object) -> None:
        for process, _ in [*self._idle, *((process, None) for process, _ in self._busy.values())]:
            process.kill()
            process.join()
        for connection in [*(one for _, one in self._idle), *self._busy]:
            connection.close()

    def has_idle(self) -> bool:
        return bool(self._idle) or len(self._busy) < self._most

    def give(self, one: _Under[Any, Any]) -> None:
        process, connection = self._idle.pop() if self._idle else self._started()
        self._busy[connection] = process, one
        try:
            connection.send(one.task)
        except (BrokenPipeError, ConnectionResetError):
            self._ended(connection)

    def collect(self) -> None:
        """Wait until at least one task is done."""
        for connection in wait(list(self._busy)):
            assert isinstance(connection, Connection), "only these were asked for"
            try:
                done = connection.recv()
            except (EOFError, ConnectionResetError):
                self._ended(connection)
                continue
            process, one = self._busy.pop(connection)
            one.done = done
            self._idle.append((process, connection))
            self._endings = 0

    def _started(self) -> tuple[Any, Connection]:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(self._work, theirs), daemon=True)
        # Ctrl-C reaches every process of a terminal; these are ended by the one that started them.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            theirs.close()
        return process, ours

    def _ended(self, connection: Connection) -> None:
        process, one = self._busy.pop(connection)
        connection.close()
        process.join()
        one.done = ProcessEnded(f"the process that had it ended (exit code {process.exitcode})")
        self._endings += 1
        if self._endings >= _ENDINGS:
            raise ValuenetError(
                f"{_ENDINGS} processes in a row ended with nothing done, the last with exit code "
                f"{process.exitcode}; is there enough memory? --processes 1 works in this process alone"
            )


def _serve(work: Callable[[Any], Any], connection: Connection) -> None:
    """The life of a process: a task in, what became of it out, until nobody gives any more."""
    while True:
        try:
            task = connection.recv()
        except (EOFError, ConnectionResetError):
            return
        try:
            done = work(task)
        except Exception as error:
            done = error
        try:
            connection.send(done)
        except (BrokenPipeError, ConnectionResetError):
            return
