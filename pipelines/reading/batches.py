"""Batches of texts read by several processes at once, in their order: what is read does not depend on how many."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final, TypeVar

from pipelines.reading.processes import ProcessEnded, spread
from pipelines.reading.reader import Asked, Further, Read, read
from pipelines.reading.sentences import TEXT_LIMIT

#: So many characters are read in the time that processes take to start: less is read by this one.
PAYS: Final = 30_000

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class _Task:
    asked: Sequence[Asked]
    least: float | None


def read_batches(
    batches: Iterable[tuple[Key, Sequence[Asked]]],
    *,
    processes: int,
    least: float | None = None,
    further: Further | None = None,
) -> Generator[tuple[Key, list[Read]]]:
    """Each batch under its key with what was read in its texts (see `reader.read`), as they come.

    A text over which a process ended has `failed`. With `further`, which waits for others, this process reads
    alone."""
    source = iter(batches)
    first: list[tuple[Key, Sequence[Asked]]] = []
    size = 0
    if processes > 1 and further is None:
        for batch in source:
            first.append(batch)
            size += sum(len(one.text) for one in batch[1])
            if size > PAYS and len(first) > 1:
                break
    if size <= PAYS or len(first) < 2:
        for key, asked in chain(first, source):
            yield key, read(asked, least=least, further=further)
        return
    keys: deque[Key] = deque()

    def tasks() -> Iterator[_Task]:
        for key, asked in chain(first, source):
            keys.append(key)
            yield _Task([_small(one) for one in asked], least)

    with closing(spread(_read, tasks(), processes)) as done:
        for task, told in done:
            yield keys.popleft(), list(_singly(task)) if isinstance(told, ProcessEnded) else told


def _small(one: Asked) -> Asked:
    """What a reader needs of it, and no more: it is handed to another process."""
    text = one.text[:TEXT_LIMIT]
    known = one.gazetteer and one.gazetteer.within(text, one.title)
    return replace(one, text=text, gazetteer=known)


def _read(task: _Task) -> list[Read]:
    return read(task.asked, least=task.least)


def _singly(task: _Task) -> Iterator[Read]:
    """Text by text what ended a process together, so that only the text that does it is given up."""
    tasks = (_Task([one], task.least) for one in task.asked)
    for _, told in spread(_read, tasks, 1):
        if isinstance(told, ProcessEnded):
            yield Read(failed=f"a reader broke: {told}")
        else:
            yield from told
