"""Texts handed in as lines of JSON, and facts handed out so: streamed, bounded, and whole or not at all.

A line: {"id", "text", "date"?, "url"?, "names"?, "title"?}. A line that cannot be read is kept with its number, the
field and the reason. What is written appears under its name only once all of it is there.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

from pipelines.dates import read_when
from pipelines.errors import InputError
from pipelines.folding import is_text
from pipelines.reading.fact import Fact
from pipelines.reading.fact_json import date_of
from pipelines.records import NAME_LIMIT, UNDATED, When

#: A line of more bytes is refused without being held in memory.
LINE_LIMIT: Final = 32_000_000
NAMES_LIMIT: Final = 1000
_RAW: Final = 2000
_HALF: Final = re.compile("[\ud800-\udfff]")
_QUOTE: Final = 1000


@dataclass(frozen=True, slots=True)
class Line:
    """A text with what was said of it."""

    number: int
    id: str | int
    text: str
    published: When
    url: str
    names: tuple[str, ...]
    title: str


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line that cannot be read: which one, which field, why, and how it begins."""

    number: int
    field: str
    reason: str
    raw: str

    def as_dict(self) -> dict[str, Any]:
        return {"line": self.number, "field": self.field, "reason": self.reason, "raw": self.raw}


def read_lines(path: Path) -> Iterator[Line | RefusedLine]:
    """The lines of a file, in their order; blank ones are passed over. Raises `InputError` where the file itself
    cannot be read."""
    try:
        with path.open("rb") as file:
            number = 0
            while raw := file.readline(LINE_LIMIT + 1):
                number += 1
                if len(raw) > LINE_LIMIT and not raw.endswith(b"\n"):
                    while (rest := file.readline(LINE_LIMIT)) and not rest.endswith(b"\n"):
                        pass
                    yield RefusedLine(number, "", f"longer than {LINE_LIMIT} bytes", _start(raw))
                    continue
                if number == 1:
                    raw = raw.removeprefix(b"\xef\xbb\xbf")
                if raw.strip():
                    yield _line(number, raw)
    except OSError as error:
        raise InputError(error.strerror or "cannot be read", where=str(path)) from error


def _start(raw: bytes) -> str:
    return raw[:_RAW].decode("utf-8", "replace").rstrip("\n")


def _line(number: int, raw: bytes) -> Line | RefusedLine:
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        return RefusedLine(number, "", f"no JSON: {error}"[:300], _start(raw))
    try:
        return _checked(number, data)
    except InputError as error:
        return RefusedLine(number, error.field, error.message, _start(raw))


def _checked(number: int, data: object) -> Line:
    if not isinstance(data, Mapping):
        raise InputError("not a JSON object")
    key = data.get("id")
    if isinstance(key, bool) or not isinstance(key, str | int) or key == "" or len(str(key)) > 500:
        raise InputError("missing" if key in (None, "") else "not a word or a whole number", field="id")
    if isinstance(key, str):
        _words(key, "id")
    names = data.get("names") or []
    if not isinstance(names, list) or len(names) > NAMES_LIMIT:
        raise InputError(f"not a list of at most {NAMES_LIMIT} names", field="names")
    for one in names:
        if not isinstance(one, str) or len(one) > NAME_LIMIT:
            raise InputError(f"a name is words of at most {NAME_LIMIT} letters", field="names")
    text = _words(data.get("text"), "text")
    if not text.strip():
        raise InputError("empty", field="text")
    return Line(
        number=number,
        id=key,
        text=text,
        published=_published(data.get("date")),
        url=_words(data.get("url") or "", "url"),
        names=tuple(dict.fromkeys(one.strip() for one in names if one.strip())),
        title=_words(data.get("title") or "", "title"),
    )


def _words(value: object, field: str) -> str:
    if not isinstance(value, str):
        raise InputError("missing" if value is None else "not words", field=field)
    if _HALF.search(value):
        raise InputError("it holds half characters (lone surrogates)", field=field)
    return value


def _published(value: object) -> When:
    if value in (None, ""):
        return UNDATED
    if not isinstance(value, str) or not is_text(value):
        raise InputError("not a date", field="date")
    try:
        when = read_when(value[:10] if value[10:11] in ("T", " ") else value)
    except InputError as error:
        raise InputError(error.message, field="date") from error
    return When(start=when.start, precision=when.precision) if when.start else UNDATED


def fact_line(doc: str | int, text: str, fact: Fact) -> dict[str, Any]:
    """A fact as a line of the output."""
    return {
        "doc": doc,
        "type": fact.type,
        "roles": {
            role: [{"text": one.text, "start": one.start, "end": one.end} for one in pieces]
            for role, pieces in fact.roles.items()
        },
        "date": date_of(fact.when),
        "until": None if not (fact.when.start and fact.when.end) else fact.when.end.isoformat(),
        "status": fact.status,
        "technology": list(fact.technology),
        "application": list(fact.application),
        "confidence": round(fact.confidence, 4),
        "method": fact.method,
        "start": fact.start,
        "end": fact.end,
        "quote": text[fact.start : fact.end][:_QUOTE],
        "details": dict(fact.details),
    }


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """A file to be written that takes its name when the block ends well; otherwise nothing is left of it."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_line(file: TextIO, data: Mapping[str, Any]) -> None:
    file.write(json.dumps(data, ensure_ascii=False) + "\n")
