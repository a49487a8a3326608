"""From records to facts: the steps, in order, that every record of every source goes through.

    correct      known slips of the source are mended (data, with reasons)
    normalise    closed vocabularies and identifiers take their one form, or are flagged
    read         running text gives further records
    check        a valid time that cannot be is refused

What a step refuses is kept as rejected with its reason; no step drops anything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from pipelines.correcting import Corrector, load_corrections
from pipelines.facts import Fact, facts_of
from pipelines.normalisation import normalise
from pipelines.reading import METHOD, Gazetteer, read_document
from pipelines.records import AnyRecord, Document, Record, Rejected
from pipelines.store.types import now
from pipelines.store.writing import Method

#: Valid time further ahead of its reading than this is a slip of the source; before this year, too.
FUTURE = dt.timedelta(days=3660)
EARLIEST_YEAR = 1000

Reader = Callable[[Document], Iterable[Record]]


@dataclass(slots=True)
class Ingested:
    """What became of the records of a page, or of some rows of a file."""

    facts: list[tuple[Fact, Method]] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


class Ingest:
    """The steps for one source in one run. `parser` is who read the records; `gazetteer` holds the names to look
    for in running text (None: texts are kept, not read)."""

    def __init__(
        self,
        source: str,
        parser: Method,
        gazetteer: Gazetteer | None = None,
        *,
        corrector: Corrector | None = None,
    ) -> None:
        self.parser = parser
        self.corrector = corrector or Corrector(source, load_corrections(), now().date())
        self._gazetteer = gazetteer

    def run(self, records: Iterable[Record], seen_at: dt.datetime) -> Ingested:
        """The facts, documents and rejections of records that were read at `seen_at`."""
        done = Ingested()
        for record in records:
            assert isinstance(record, AnyRecord)
            self._one(record, self.parser, seen_at, done)
            if isinstance(record, Document):
                done.documents.append(record)
                if self._gazetteer is not None:
                    for found in read_document(record, self._gazetteer):
                        assert isinstance(found, AnyRecord)
                        self._one(found, Method(*METHOD), seen_at, done)
        return done

    def _one(self, record: AnyRecord, method: Method, seen_at: dt.datetime, done: Ingested) -> None:
        record, flags = normalise(self.corrector(record))
        for flag in flags:
            done.rejected.append(
                Rejected(
                    locator=record.locator,
                    kind="field",
                    field=flag.field[:300],
                    value=flag.value[:2000],
                    reason=flag.reason[:2000],
                    raw=record.quote,
                )
            )
        for fact in facts_of(record):
            slip = _impossible(fact, seen_at)
            if slip is None:
                done.facts.append((fact, method))
            else:
                done.rejected.append(slip)


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
