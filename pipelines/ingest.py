"""From records to facts: the steps, in order, that every record of every source goes through.

What a step refuses is kept as rejected with its reason; no step drops anything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from pipelines.facts import Fact, facts_of
from pipelines.records import AnyRecord, Document, Record, Rejected
from pipelines.store.writing import Method

#: Valid time further ahead of its reading than this is a slip of the source; before this year, too.
FUTURE = dt.timedelta(days=3660)
EARLIEST_YEAR = 1000

Step = Callable[[AnyRecord], AnyRecord]
#: Reads a document: the records found in its words, each with the name and version of what read them.
Reader = Callable[[Document], Iterable[tuple[AnyRecord, Method]]]


@dataclass(slots=True)
class Ingest:
    """The steps for one source. `parser` is who read the records; `correct` mends known slips;
    `read` finds facts in running text (None: texts are kept, not read)."""

    parser: Method
    correct: Step | None = None
    read: Reader | None = None
    _steps: list[Step] = field(init=False)

    def __post_init__(self) -> None:
        self._steps = [step for step in (self.correct,) if step is not None]

    def run(
        self, records: Iterable[Record], seen_at: dt.datetime
    ) -> tuple[list[tuple[Fact, Method]], list[Document], list[Rejected]]:
        """The facts, documents and rejections of one page read at `seen_at`."""
        facts: list[tuple[Fact, Method]] = []
        documents: list[Document] = []
        rejected: list[Rejected] = []
        for record in records:
            assert isinstance(record, AnyRecord)
            self._one(record, self.parser, seen_at, facts, rejected)
            if isinstance(record, Document):
                documents.append(record)
                for found, method in self.read(record) if self.read else ():
                    self._one(found, method, seen_at, facts, rejected)
        return facts, documents, rejected

    def _one(
        self,
        record: AnyRecord,
        method: Method,
        seen_at: dt.datetime,
        facts: list[tuple[Fact, Method]],
        rejected: list[Rejected],
    ) -> None:
        for step in self._steps:
            record = step(record)
        for fact in facts_of(record):
            slip = _impossible(fact, seen_at)
            if slip is None:
                facts.append((fact, method))
            else:
                rejected.append(slip)


def _impossible(fact: Fact, seen_at: dt.datetime) -> Rejected | None:
    for name, day in (("start", fact.when.start), ("end", fact.when.end)):
        if day is not None and (day.year < EARLIEST_YEAR or day > (seen_at + FUTURE).date()):
            return Rejected(
                locator=fact.locator,
                kind=fact.kind,
                field=f"when.{name}",
                value=fact.when.as_written or str(day),
                reason=f"the date {day} is no possible valid time",
                raw=fact.quote,
            )
    return None
