"""From texts to events: what the networks see, weighed, and put together into facts.

Invariants kept here:
- a piece of a fact is exactly what stands in the text between its offsets;
- the pieces of one role of one fact overlap nowhere;
- every fact names at least one organisation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from pipelines.reading.events.assembling import Given, facts_of
from pipelines.reading.events.candidates import WEIGHED, Row, rows_of
from pipelines.reading.events.hidden import Hidden, shared_hidden
from pipelines.reading.events.labels import TYPES
from pipelines.reading.events.network import Tagger
from pipelines.reading.events.seeing import View, see
from pipelines.reading.events.weighing import Weigher
from pipelines.reading.fact import Fact, Organisation, Type
from pipelines.reading.sentences import TEXT_LIMIT

MODEL: Final = Path(__file__).with_name("model")
#: From which chance on a role is taken, without names given and with: best F1 where the networks knew nothing.
TAKEN: Final[dict[Type, float]] = {"investment": 0.32, "acquisition": 0.25, "contract": 0.30}
TAKEN_GIVEN: Final[dict[Type, float]] = {"investment": 0.40, "acquisition": 0.32, "contract": 0.44}
_BATCH: Final = 32


class Reader:
    """Reads events; keeps nothing of one text for the next. May be shared between threads."""

    def __init__(self, tagger: Tagger, weigher: Weigher, hidden: Hidden) -> None:
        self._tagger = tagger
        self._weigher = weigher
        self._hidden = hidden

    @classmethod
    def load(cls, folder: Path = MODEL) -> Reader:
        """The reader with the model in `folder`."""
        return cls(Tagger.load(folder), Weigher.load(folder), shared_hidden())

    @staticmethod
    @cache
    def shared() -> Reader:
        """The one reader of this process, loaded when first asked for (about half a second)."""
        return Reader.load()

    def read_all(
        self, texts: Sequence[str], organisations: Sequence[Sequence[Organisation]]
    ) -> list[list[Fact]]:
        """See `pipelines.reading.events.read_all`."""
        if len(texts) != len(organisations):
            raise ValueError(f"{len(texts)} texts, but organisations of {len(organisations)}")
        read: list[list[Fact]] = []
        for first in range(0, len(texts), _BATCH):
            some = [text[:TEXT_LIMIT] for text in texts[first : first + _BATCH]]
            views = see(some, organisations[first : first + _BATCH], self._hidden, self._tagger)
            read += [self._facts(text, seen) for text, seen in zip(some, views, strict=True)]
        return read

    def _facts(self, text: str, views: Sequence[View]) -> list[Fact]:
        rows = rows_of([view.seen for view in views])
        if not rows:
            return []
        given = views[0].seen.given
        bars = TAKEN_GIVEN if given else TAKEN
        by_window: defaultdict[int, list[Given]] = defaultdict(list)
        for row, chance in settled(rows, self._weigher.chances(rows).tolist(), bars):
            by_window[row.window].append(Given(WEIGHED[row.channel], row.start, row.end, chance))
        return [
            fact
            for number in sorted(by_window)
            for fact in facts_of(text, views[number].start, views[number].seen, by_window[number])
        ]


def settled(
    rows: Sequence[Row], chances: Sequence[float], bars: Mapping[Type, float]
) -> list[tuple[Row, float]]:
    """The rows from their type's bar on; of two that overlap in one role, the likelier one."""
    kept: list[tuple[Row, float]] = []
    taken: defaultdict[tuple[int, int], list[Row]] = defaultdict(list)
    for row, chance in sorted(
        zip(rows, chances, strict=True), key=lambda one: (-one[1], one[0].start, one[0].end)
    ):
        if chance < bars[TYPES[WEIGHED[row.channel].event]]:
            continue
        beside = taken[row.window, row.channel]
        if all(row.end <= other.start or other.end <= row.start for other in beside):
            beside.append(row)
            kept.append((row, chance))
    return sorted(kept, key=lambda one: (one[0].window, one[0].start, one[0].end, one[0].channel))
