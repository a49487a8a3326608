"""Corrections: known slips of sources, mended by data with reasons, never by code.

A correction changes a value only where source, field and value as written all match. It is reported when it has
expired (then it is not applied) and when a whole run of its source never met it: it mends what is not broken.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Final, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from pipelines.amounts import read_amount
from pipelines.checked_yaml import Fields, read_yaml
from pipelines.dates import read_when
from pipelines.errors import InputError
from pipelines.records import Amount, AnyRecord, Record, When

FOLDER: Final = Path(__file__).parent / "corrections"
KINDS: Final[dict[str, type[Record]]] = {kind.__name__.lower(): kind for kind in get_args(AnyRecord)}

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Correction:
    """One known slip: in `field` of records of `source`, `written` should be `value`."""

    id: str
    source: str
    field: str
    written: str
    value: str
    reason: str
    status: Literal["active", "retired"]
    kind: str | None
    expires: dt.date | None
    where: str


@dataclass(frozen=True, slots=True)
class Note:
    """A correction that somebody should look at, and why."""

    correction: Correction
    why: Literal["expired", "unused"]


def load_corrections(folder: Path = FOLDER) -> tuple[Correction, ...]:
    """All corrections of a folder's YAML files, checked. Raises InputError naming file, correction and field."""
    found: dict[str, Correction] = {}
    targets: set[tuple[str, str, str, str | None]] = set()
    for path in sorted(folder.glob("*.yaml")):
        head = read_yaml(path)
        head.value("version", int)
        for item in head.items("corrections"):
            one = _correction(item)
            target = (one.source, one.field, one.written, one.kind)
            if one.id in found:
                raise item.error("id", f"{one.id!r} is given twice, first in {found[one.id].where}")
            if one.status == "active" and target in targets:
                raise item.error("written", "another active correction mends the same value")
            if one.status == "active":
                targets.add(target)
            found[one.id] = one
        head.finish()
    return tuple(found.values())


@dataclass(slots=True)
class Corrector:
    """Applies the corrections of one source, counting what it mends. Use one for a whole run, then `notes`."""

    source: str
    corrections: tuple[Correction, ...]
    today: dt.date
    used: Counter[str] = field(default_factory=Counter)

    def __init__(self, source: str, corrections: Iterable[Correction], today: dt.date) -> None:
        self.source, self.today = source, today
        self.corrections = tuple(
            one for one in corrections if one.source == source and one.status == "active"
        )
        self.used = Counter()

    def __call__(self, record: R) -> R:
        """The record with its known slips mended; the same object when it has none."""
        for one in self.corrections:
            if self._expired(one) or (one.kind is not None and not isinstance(record, KINDS[one.kind])):
                continue
            try:
                mended, times = _mended(record, one.field.split("."), one)
            except (ValidationError, InputError) as error:
                raise InputError(
                    f"the value {one.value!r} does not fit: {error}", where=one.where, field="value"
                ) from error
            if times:
                self.used[one.id] += times
                assert isinstance(mended, type(record)), "a mended record keeps its kind"
                record = mended
        return record

    def notes(self, *, complete: bool) -> tuple[Note, ...]:
        """Expired corrections; after a complete run, those never used as well."""
        notes = []
        for one in self.corrections:
            if self._expired(one):
                notes.append(Note(one, "expired"))
            elif complete and not self.used[one.id]:
                notes.append(Note(one, "unused"))
        return tuple(notes)

    def _expired(self, one: Correction) -> bool:
        return one.expires is not None and one.expires < self.today


def _correction(item: Fields) -> Correction:
    kind = item.value("kind", str, default=None)
    status = item.value("status", str)
    path = item.value("field", str)
    if kind is not None and kind not in KINDS:
        raise item.error("kind", f"must be one of {', '.join(KINDS)}, not {kind!r}")
    if status not in ("active", "retired"):
        raise item.error("status", f"must be active or retired, not {status!r}")
    ends = [_end(model, path.split(".")) for model in ([KINDS[kind]] if kind else KINDS.values())]
    if not any(ends):
        raise item.error("field", f"no record has a text, amount or date at {path!r}")
    one = Correction(
        id=item.value("id", str),
        source=item.value("source", str),
        field=path,
        written=item.value("written", str),
        value=item.value("value", str),
        reason=item.value("reason", str),
        status="active" if status == "active" else "retired",
        kind=kind,
        expires=item.value("expires", dt.date, default=None),
        where=item.where,
    )
    item.finish()
    for end, read in ((Amount, read_amount), (When, read_when)):
        if end in ends:
            try:
                read(one.value)
            except InputError as error:
                raise item.error("value", error.message) from error
    if one.written == one.value:
        raise item.error("value", "says the same as what was written")
    return one


def _end(annotation: Any, path: list[str]) -> type | None:
    """What a path leads to in a type: str, Amount or When; None where it leads nowhere."""
    if get_origin(annotation) in (Union, UnionType, tuple, Annotated):
        ends = (_end(inner, path) for inner in get_args(annotation))
        return next((end for end in ends if end is not None), None)
    if not isinstance(annotation, type):
        return None
    if not path:
        return annotation if annotation in (str, Amount, When) else None
    if not issubclass(annotation, BaseModel) or path[0] not in annotation.model_fields:
        return None
    return _end(annotation.model_fields[path[0]].annotation, path[1:])


def _mended(value: Any, path: list[str], one: Correction) -> tuple[Any, int]:
    """The value with the slip mended at `path`, and how many times it stood there."""
    if isinstance(value, tuple):
        pairs = [_mended(inner, path, one) for inner in value]
        times = sum(count for _, count in pairs)
        return (tuple(inner for inner, _ in pairs), times) if times else (value, 0)
    if not path:
        return _leaf(value, one)
    if not isinstance(value, BaseModel) or path[0] not in type(value).model_fields:
        return value, 0
    inner, times = _mended(getattr(value, path[0]), path[1:], one)
    if not times:
        return value, 0
    fields = {name: getattr(value, name) for name in type(value).model_fields}
    return type(value).model_validate({**fields, path[0]: inner}), times


def _leaf(value: Any, one: Correction) -> tuple[Any, int]:
    """A text becomes the right one; amounts and dates keep the words as written beside what is understood."""
    if isinstance(value, str):
        return (one.value, 1) if value == one.written else (value, 0)
    if isinstance(value, Amount) and value.as_written == one.written:
        return read_amount(one.value).model_copy(update={"as_written": value.as_written}), 1
    if isinstance(value, When) and value.as_written == one.written:
        return read_when(one.value).model_copy(update={"as_written": value.as_written}), 1
    return value, 0
