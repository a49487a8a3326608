"""The step that brings a record's closed vocabularies to their one form, and flags what has none.

Identifiers with check digits, financing rounds, technologies and areas are looked at. What is known gets its normal
form; what is not stays as written and is flagged, never guessed. An identifier that fails its check identifies
nobody: it is taken off and flagged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from pipelines.errors import InputError
from pipelines.identifiers import CHECKS
from pipelines.records import Cooperation, Financing, Identifier, Mention, Record
from pipelines.rounds import read_round
from pipelines.taxonomy import taxonomy

_LISTS: Final = {"technologies": "technology_categories", "applications": "application_areas"}

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Flag:
    """A value that has no normal form: where it stands in the record, what it is, and why."""

    field: str
    value: str
    reason: str


def normalise(record: R) -> tuple[R, tuple[Flag, ...]]:
    """The record in normal form, with what could not be brought to it. A record in normal form comes back equal."""
    flags: list[Flag] = []
    changes: dict[str, Any] = {}
    for name in type(record).model_fields:
        value = getattr(record, name)
        mended = _mentions(value, name, flags)
        if mended is not value:
            changes[name] = mended
    if isinstance(record, Financing) and record.round:
        found = read_round(record.round)
        if found.known:
            changes["round"] = found.name or ""
        else:
            flags.append(Flag("round", record.round, "no known round"))
    if isinstance(record, Cooperation):
        for name, vocabulary in _LISTS.items():
            changes[name] = _terms(getattr(record, name), name, vocabulary, flags)
    return (record.model_copy(update=changes) if changes else record), tuple(flags)


def _mentions(value: Any, where: str, flags: list[Flag]) -> Any:
    """`value` with the identifiers of every mention in it checked; the same object when nothing changes."""
    if isinstance(value, Mention):
        return _identified(value, where, flags)
    if isinstance(value, tuple):
        inner = tuple(_mentions(one, f"{where}.{at}", flags) for at, one in enumerate(value))
        return value if all(new is old for new, old in zip(inner, value, strict=True)) else inner
    if isinstance(value, BaseModel):
        changes = {}
        for name in type(value).model_fields:
            old = getattr(value, name)
            new = _mentions(old, f"{where}.{name}", flags)
            if new is not old:
                changes[name] = new
        return value.model_copy(update=changes) if changes else value
    return value


def _identified(mention: Mention, where: str, flags: list[Flag]) -> Mention:
    kept = []
    for one in mention.identifiers:
        check = CHECKS.get(one.scheme)
        try:
            kept.append(one if check is None else Identifier(scheme=one.scheme, value=check(one.value)))
        except InputError as error:
            flags.append(Flag(f"{where}.identifiers.{one.scheme}", one.value, error.message))
    if tuple(kept) == mention.identifiers:
        return mention
    # Two spellings of one identifier become one; the order is that of the record's own check.
    ordered = tuple(sorted(set(kept), key=lambda one: (one.scheme, one.value)))
    return mention.model_copy(update={"identifiers": ordered})


def _terms(values: tuple[str, ...], where: str, vocabulary: str, flags: list[Flag]) -> tuple[str, ...]:
    known = []
    for value in values:
        term = taxonomy(vocabulary).find(value)
        if term is None:
            flags.append(Flag(where, value, f"not in {vocabulary}"))
        known.append(term.code if term is not None else value)
    return tuple(dict.fromkeys(known))
