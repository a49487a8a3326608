"""A made web that several visitors ask, each at a port of its own, so that it knows who asked what, and when."""

from __future__ import annotations

import itertools
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlsplit

from crawlers.sample_web.model import World
from crawlers.sample_web.pages.answers import Answer, Asked
from crawlers.sample_web.server import SampleWeb


@dataclass(frozen=True, slots=True)
class Request:
    """begun, ended: seconds of a steady clock, as the web saw them."""

    begun: float
    ended: float
    visitor: int
    url: str

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


class _Door(SampleWeb):
    """One visitor's way to the web."""

    def __init__(self, web: WatchedWeb, visitor: int) -> None:
        super().__init__(world=web.world)
        self._web, self._visitor = web, visitor

    def answer(self, scheme: str, asked: Asked, original: str) -> Answer:
        begun = time.monotonic()
        time.sleep(self._web.late)
        found = super().answer(scheme, asked, original)
        self._web.note(Request(begun, time.monotonic(), self._visitor, original))
        return found


class WatchedWeb:
    """The web as a context manager. late: seconds until it answers."""

    def __init__(self, world: World, visitors: int, *, late: float = 0.0) -> None:
        self.world, self.late = world, late
        self._doors = [_Door(self, number) for number in range(visitors)]
        self._log: list[Request] = []
        self._lock, self._open = threading.Lock(), ExitStack()

    def base(self, visitor: int) -> str:
        """Where the visitor finds the web."""
        return self._doors[visitor].base

    def note(self, request: Request) -> None:
        with self._lock:
            self._log.append(request)

    def log(self) -> list[Request]:
        """What was asked for, in the order in which it came."""
        with self._lock:
            return sorted(self._log, key=lambda one: one.begun)

    def __enter__(self) -> WatchedWeb:
        for door in self._doors:
            self._open.enter_context(door)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()


def _by_host(log: list[Request]) -> list[list[Request]]:
    hosts: dict[str, list[Request]] = {}
    for one in log:
        hosts.setdefault(one.host, []).append(one)
    return list(hosts.values())


def fastest_gap(log: list[Request]) -> float:
    """Seconds from request to request, on the average, at the host where they are the fewest; with the pause
    between two visits of a host, where it has several."""
    gaps = [(one[-1].begun - one[0].begun) / (len(one) - 1) for one in _by_host(log) if len(one) > 1]
    return min(gaps, default=0.0)


def meetings(log: list[Request]) -> int:
    """How often a host was asked by one visitor while the answer for another was still under way, or by a visitor
    who came back after another had been there: each is a sign of two visitors at a time."""
    found = 0
    for asked in _by_host(log):
        been: set[int] = set()
        for one, other in itertools.pairwise(asked):
            if one.visitor != other.visitor:
                been.add(one.visitor)
                found += other.begun < one.ended or other.visitor in been
    return found
