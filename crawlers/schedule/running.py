"""The long-lived scheduler: begins what is due, waits for the next date, writes the report of each day.

Invariants kept here:
- nothing is decided from memory: a scheduler that is killed at any moment is followed by one that reads the store;
- between two dates it sleeps; a store that is away is asked again after a growing while.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import queue
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from crawlers.declaration import Declaration, Key
from crawlers.registry import spider_of
from crawlers.schedule.agenda import Entry, claim, count_visits, entries, note_death, prepare
from crawlers.schedule.children import Child, Orders, Reading, Work
from crawlers.urls import host_of
from crawlers.web_site import WebSiteSpider
from pipelines.errors import StoreError
from pipelines.store.runs import INTERRUPTED
from pipelines.store.types import now
from pipelines.store.unseen import unseen

_log = logging.getLogger(__name__)

#: The agenda is looked at at least so often: others pause, resume and visit, too. Seconds.
LOOK = 60.0
#: After a failure of the store the first wait, and the longest. Seconds.
STORE_WAITS = (5.0, 300.0)
#: A visit that is told to stop has so long to close its run. Seconds.
GRACE = 60.0


@dataclass(slots=True)
class Tally:
    """What a scheduler did: visits begun and, of these, failed."""

    begun: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def reads_sites(source: str) -> bool:
    """Whether the source visits the sites that it is told to."""
    return issubclass(spider_of(source), WebSiteSpider)


def wants(declaration: Declaration, web: str | None, sites: Sequence[str]) -> str:
    """What a source lacks to be visited, in words; empty where it lacks nothing."""
    if web is not None:
        return ""
    home = host_of(declaration.home) or ""
    if reads_sites(declaration.name) and not sites and home.endswith(".example"):
        return "--site URL"
    return ", ".join(key.env for key in declaration.keys if key.required and not key_set(key))


def key_set(key: Key) -> bool:
    """Whether the key's variable is set to anything."""
    return bool(os.environ.get(key.env, "").strip())


class Scheduler:
    """Visits these sources when due, at most `parallel` at once, and with `reads` has the documents read that a
    visit brought. `daily` is called in each round, for reports; where the store fails it, it is called again later.
    """

    def __init__(
        self,
        engine: Engine,
        declarations: Sequence[Declaration],
        orders: Orders,
        *,
        parallel: int = 2,
        once: bool = False,
        reads: bool = True,
        daily: Callable[[], None] = lambda: None,
    ) -> None:
        self._engine, self._orders, self._parallel, self._once = engine, orders, parallel, once
        self._declared = {one.name: one for one in declarations}
        self._daily = daily
        self._children: dict[str, Child] = {}
        self._unsettled: list[Child] = []  # ended, and not yet noted in the store
        self._events: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._reading: Reading | None = None
        self._to_read = reads  # something may be unread: at first what an earlier scheduler left
        self._reads = reads
        self._stopping = self._prepared = False
        self._waited = 0.0
        self._lacking: dict[str, str] = {}
        self.tally = Tally()

    def run(self) -> Tally:
        """Work until told to stop (SIGTERM, SIGINT), or with `once` until all that was due is visited."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self._stopping:
            try:
                wait = self._round()
                self._waited = 0.0
            except (SQLAlchemyError, StoreError) as error:
                first, longest = STORE_WAITS
                self._waited = wait = min(max(first, 2 * self._waited), longest)
                _log.warning("the store is away, next try in %.0f s: %s", wait, _first_line(error))
            if wait is None:
                break
            self._wait(wait)
        self._end()
        return self.tally

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True
        self._events.put(None)

    def _round(self) -> float | None:
        """Begin what is due; the seconds to wait until something else may be. None: nothing more is to be done."""
        self._settle()
        if not self._prepared:
            prepare(self._engine, self._declared.values())
            self._prepared = True
        agenda = self._counted()
        for entry in agenda:
            if self._stopping or len(self._children) >= self._parallel:
                break
            if self._may_begin(entry) and claim(self._engine, entry):
                self._begin(entry)
        self._daily()
        self._read()
        if (
            self._once
            and not self._children
            and not self._reading
            and not any(self._may_begin(entry) for entry in agenda)
        ):
            return None
        return self._next(agenda)

    def _counted(self) -> list[Entry]:
        """The agenda with all visits that are over taken into account."""
        declared = list(self._declared.values())
        agenda = entries(self._engine, declared)
        ended = [one.source for one in agenda if one.has_news]
        for source in ended:
            count_visits(self._engine, self._declared[source])
        return entries(self._engine, declared) if ended else agenda

    def _may_begin(self, entry: Entry) -> bool:
        if not entry.is_due or entry.source in self._children:
            return False
        if self._once and entry.source in self.tally.begun:
            return False
        lacks = wants(self._declared[entry.source], self._orders.web, self._orders.sites)
        if lacks and self._lacking.get(entry.source) != lacks:
            _log.warning("%s is left out: it wants %s", entry.source, lacks)
        self._lacking[entry.source] = lacks
        return not lacks

    def _begin(self, entry: Entry) -> None:
        child = Child(entry.source, entry.last_run, self._orders, reads_sites(entry.source), self._events.put)
        self._children[entry.source] = child
        self.tally.begun.append(entry.source)
        _log.info("%s begins, process %d, log %s", entry.source, child.pid, child.log)

    def _read(self) -> None:
        """Have documents read that nobody has, one process at a time. One that fails is tried again after the next
        visit: its log says why."""
        if not self._to_read or self._reading or self._stopping:
            return
        self._to_read = False
        if unseen(self._engine):
            self._reading = Reading(self._orders, self._events.put)
            _log.info("reading begins, process %d, log %s", self._reading.pid, self._reading.log)

    def _next(self, agenda: Sequence[Entry]) -> float:
        """Seconds until the next date on the agenda; a visit that ends wakes us earlier."""
        moments: list[dt.datetime] = []
        if len(self._children) < self._parallel:
            for entry in agenda:
                if entry.due_at is None or entry.paused or entry.source in self._children:
                    continue
                if self._lacking.get(entry.source):
                    continue
                moments.append(max(entry.due_at, entry.held_until or entry.due_at))
        seconds = min(((one - now()).total_seconds() for one in moments), default=LOOK)
        return min(max(seconds, 0.2), LOOK)

    def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                event = self._events.get(timeout=left)
            except queue.Empty:
                return
            if event is None:
                return
            self._ended(event)
            if self._waited == 0.0:  # while the store is away, the end of a visit changes nothing
                return

    def _ended(self, work: Work) -> None:
        if isinstance(work, Child):
            self._children.pop(work.source, None)
            self._unsettled.append(work)
            self._to_read = self._reads
        else:
            self._reading = None
        if work.failed:
            self.tally.failed.append(work.name)
            _log.warning("%s failed: %s", work.name, _first_line(work.why()))
        else:
            _log.info("%s is done", work.name)

    def _settle(self) -> None:
        """Note in the store how visits ended that could not do so themselves."""
        while self._unsettled:
            child = self._unsettled[0]
            if child.failed:
                why = f"{INTERRUPTED} or a stop" if self._stopping else child.why()
                note_death(self._engine, self._declared[child.source], child.last_run, why)
            self._unsettled.pop(0)

    def _end(self) -> None:
        """Tell the visits and the reading to stop, and wait until they have closed what they do."""
        for number, patience in ((signal.SIGINT, GRACE), (signal.SIGTERM, GRACE / 6), (signal.SIGKILL, 5.0)):
            for work in (*self._children.values(), self._reading):
                if work is not None:
                    work.tell(number)
            end = time.monotonic() + patience
            while (self._children or self._reading) and (left := end - time.monotonic()) > 0:
                try:
                    event = self._events.get(timeout=left)
                except queue.Empty:
                    break
                if event is not None:
                    self._ended(event)
        try:
            self._settle()
            self._counted()
        except (SQLAlchemyError, StoreError) as error:  # the next scheduler counts them
            _log.warning("the store is away: %s", _first_line(error))


def _first_line(error: object) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
