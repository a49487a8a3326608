"""The labelled texts: files of FewFC, as windows to learn from and as the roles that a reader is to find.

A line is {"id", "content", "events": [{"type", "mentions": [{"word", "span": [start, end], "role"}]}]}.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pipelines.errors import InputError
from pipelines.reading.events.labels import CHANNELS, NAMED, ORGANISATION, TYPES, Channel
from pipelines.reading.events.windows import half_width, windows
from pipelines.reading.fact import Role, Type
from pipelines.simplifying import simplify_in_place

#: Of so many texts one is held back from training, for the figures of the card; as `organisations` does.
HELD_BACK_OF: Final = 6
_AT: Final = {channel: at for at, channel in enumerate(CHANNELS)}

#: What a reader is scored on: type, role, the words.
Said = tuple[Type, Role, str]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text; `spans` are (channel, start, end); `names` all organisations marked, whatever they do."""

    text: str
    spans: tuple[tuple[int, int, int], ...]
    said: frozenset[Said]
    names: tuple[str, ...]

    @property
    def held_back(self) -> bool:
        """Whether it is kept from training: decided by its content alone."""
        return hashlib.sha256(self.text.strip().encode()).digest()[0] % HELD_BACK_OF == 0

    def part(self, parts: int) -> int:
        """Which of so many parts the text is in, by its content alone."""
        return hashlib.sha256(b"part" + self.text.strip().encode()).digest()[0] % parts


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of a labelled text to learn from."""

    text: str
    spans: tuple[tuple[int, int, int], ...]
    names: tuple[str, ...]


def read_labelled(paths: Iterable[Path]) -> list[Labelled]:
    """The texts of some files, in order; a text that comes again is taken once, with all that is marked in it."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for path in paths:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            try:
                row = json.loads(line)
                rows.setdefault(row["content"], []).extend(row["events"])
            except (ValueError, KeyError, TypeError) as error:
                raise InputError(f"{path}, line {number}: not a labelled text of FewFC") from error
    return [_labelled(text, events) for text, events in rows.items()]


def _labelled(text: str, events: list[dict[str, Any]]) -> Labelled:
    spans: set[tuple[int, int, int]] = set()
    said: set[Said] = set()
    names: set[str] = set()
    for event in events:
        for mention in event["mentions"]:
            channel = Channel(event["type"], mention["role"])
            start, end = mention["span"]
            if channel in _AT and 0 <= start < end <= len(text):
                spans.add((_AT[channel], start, end))
            if channel in ORGANISATION:
                said.add((TYPES[channel.event], ORGANISATION[channel], mention["word"]))
            if channel.role in NAMED:
                names.add(mention["word"])
    return Labelled(text, tuple(sorted(spans)), frozenset(said), tuple(sorted(names)))


def windows_of(labelled: Labelled) -> list[Window]:
    """The windows of a labelled text, in simplified characters; words that cross a cut are lost."""
    simple = simplify_in_place(labelled.text)
    names = tuple(half_width(simplify_in_place(name)) for name in labelled.names)
    cut = []
    for start, end in windows(simple):
        inside = tuple((c, a - start, b - start) for c, a, b in labelled.spans if start <= a and b <= end)
        cut.append(Window(half_width(simple[start:end]), inside, names))
    return cut
