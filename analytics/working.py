"""Work in several processes that share what was computed before them.

Invariant: what is done does not depend on how many do it.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, TypeVar

from analytics.networks import Network

#: More processes than these gain little: the first one's memory is shared as long as nobody touches it.
_WORKERS_MOST: Final = 8

#: A network with so many edges is large: its measures take a second or more.
LARGE: Final = 20_000

#: One part of the work; says how many pages it wrote.
Task = Callable[[], int]

Found = TypeVar("Found")

_tasks: Sequence[Callable[[], Any]] = ()


def workers_of(asked: int | None) -> int:
    """How many processes to use: as asked, else one a processor, where the system can copy a process."""
    if "fork" not in multiprocessing.get_all_start_methods():
        return 1
    return max(1, asked or min(len(os.sched_getaffinity(0)), _WORKERS_MOST))


def done(tasks: Sequence[Task], workers: int, begin: Callable[[], None]) -> Iterator[int]:
    """What each task says, in any order. `begin` is called first in each process that is not this one: connections
    to a store must not be shared."""
    if workers == 1 or len(tasks) < 2:
        for task in tasks:
            yield task()
        return
    with _shared(tasks), multiprocessing.get_context("fork").Pool(workers, begin) as pool:
        yield from pool.imap_unordered(_do, range(len(tasks)))


def each(tasks: Sequence[Callable[[], Found]], workers: int) -> list[Found]:
    """What each task finds, in their order. None of them asks a store."""
    if workers == 1 or len(tasks) < 2:
        return [task() for task in tasks]
    with _shared(tasks), multiprocessing.get_context("fork").Pool(workers) as pool:
        # all are waited for before an error is raised: a pool that is ended in the middle of a task may hang
        told = pool.map(_tried, range(len(tasks)), chunksize=1)
    for _, error in told:
        if error is not None:
            raise error
    return [found for found, _ in told]


def each_network(networks: Sequence[Network], do: Callable[[Network], Found]) -> list[Found]:
    """What `do` finds in each network, in their order; by several processes where one of them is large."""
    large = any(len(network.edges) >= LARGE for network in networks)
    return each([partial(do, network) for network in networks], workers_of(None) if large else 1)


@contextmanager
def _shared(tasks: Sequence[Callable[[], Any]]) -> Iterator[None]:
    """Let processes that are made meanwhile know these tasks."""
    global _tasks
    _tasks = tasks
    gc.collect()
    gc.freeze()  # else counting references would copy all memory
    try:
        yield
    finally:
        gc.unfreeze()
        _tasks = ()


def _tried(at: int) -> tuple[Any, Exception | None]:
    try:
        return _tasks[at](), None
    except Exception as error:
        return None, error


def _do(at: int) -> Any:
    return _tasks[at]()
