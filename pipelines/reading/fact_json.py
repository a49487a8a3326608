"""Facts as JSON: as the store keeps them, and as `valuenet read` writes and people mend them.

Invariant: what `fact_from` gives back has every role's words where it says, and only roles that its type has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_args

from pydantic import ValidationError

from pipelines.errors import InputError
from pipelines.reading.fact import ORGANISATION_ROLES, Fact, Piece, Role, Status, Type
from pipelines.records import When

TYPES: Final[tuple[Type, ...]] = get_args(Type)
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
#: Roles that any fact of a type may have beside those that organisations play.
_FURTHER: Final[Mapping[Type, tuple[Role, ...]]] = {
    "cooperation": ("amount",),
    "contract": ("amount",),
    "investment": ("amount", "round"),
    "acquisition": ("amount", "round"),
    "ownership": ("amount",),
    "alias": (),
    "education": ("person", "degree", "field"),
    "employment": ("person", "post"),
}
#: What a fact of a type cannot be without: of each group one role, with so many words at least.
_NEEDED: Final[Mapping[Type, tuple[tuple[tuple[Role, ...], int], ...]]] = {
    "cooperation": ((("provider", "recipient", "party"), 2),),
    "contract": ((("provider", "recipient", "party"), 1),),
    "investment": ((("investor", "lead", "target"), 1),),
    "acquisition": ((("investor", "target", "party"), 1),),
    "ownership": ((("owner",), 1), (("owned",), 1)),
    "alias": ((("name",), 2),),
    "education": ((("school",), 1),),
    "employment": ((("employer", "post"), 1),),
}
#: No fact names more, and no detail is longer.
PIECES_LIMIT: Final = 100
DETAIL_LIMIT: Final = 300


def roles_of(kind: Type) -> tuple[Role, ...]:
    """The roles that a fact of this type may have."""
    return (*ORGANISATION_ROLES[kind], *_FURTHER[kind])


def fact_json(fact: Fact) -> dict[str, Any]:
    """The fact in the types of JSON; `fact_from` takes it back."""
    return {
        "type": fact.type,
        "roles": {
            role: [{"text": one.text, "start": one.start, "end": one.end} for one in pieces]
            for role, pieces in fact.roles.items()
            if pieces
        },
        "start": fact.start,
        "end": fact.end,
        "when": fact.when.model_dump(mode="json"),
        "status": fact.status,
        "technology": list(fact.technology),
        "application": list(fact.application),
        "confidence": round(fact.confidence, 4),
        "method": fact.method,
        "details": dict(fact.details),
    }


def date_of(when: When) -> str | None:
    """The first day of a time as ISO 8601 writes it, no finer than it was stated; None where there is none."""
    day = when.start or when.end
    if day is None:
        return None
    return day.isoformat()[: {"year": 4, "month": 7}.get(when.precision or "day", 10)]


def fact_from(data: object, text: str, *, where: str = "") -> Fact:
    """The fact that JSON states about `text`. Raises `InputError` with the field for anything that is not one, for
    words that do not stand in the text where it says, and for a role that its type does not have."""
    if not isinstance(data, Mapping):
        raise InputError("not a JSON object", where=where)
    kind: Any = data.get("type")
    if kind not in TYPES:
        raise InputError(f"not one of {', '.join(TYPES)}", where=where, field="type")
    status: Any = data.get("status", "done")
    if status not in STATUSES:
        raise InputError(f"not one of {', '.join(STATUSES)}", where=where, field="status")
    try:
        when = When.model_validate(data.get("when") or {})
    except ValidationError as error:
        raise InputError(error.errors()[0]["msg"], where=where, field="when") from error
    start, end = _offset(data, "start", where), _offset(data, "end", where)
    if not 0 <= start < end <= len(text):
        raise InputError(f"{start}-{end} is no part of the text", where=where, field="start")
    confidence = data.get("confidence", 1.0)
    if isinstance(confidence, bool) or not isinstance(confidence, int | float) or not 0 <= confidence <= 1:
        raise InputError("not a number from 0 to 1", where=where, field="confidence")
    return Fact(
        type=kind,
        roles=_roles(kind, data.get("roles"), text, where),
        start=start,
        end=end,
        confidence=float(confidence),
        method=str(data.get("method", ""))[:60],
        when=when,
        status=status,
        technology=_words(data.get("technology"), "technology", where),
        application=_words(data.get("application"), "application", where),
        details=_details(data.get("details"), where),
    )


def _roles(kind: Type, data: object, text: str, where: str) -> dict[Role, tuple[Piece, ...]]:
    if not isinstance(data, Mapping):
        raise InputError("not a JSON object", where=where, field="roles")
    allowed = roles_of(kind)
    roles: dict[Role, tuple[Piece, ...]] = {}
    for role in data:
        if role not in allowed:
            raise InputError(
                f"a fact of type {kind} has no such role", where=where, field=f"roles.{role}"[:60]
            )
    for role in allowed:
        listed = data.get(role, [])
        if not isinstance(listed, list) or len(listed) > PIECES_LIMIT:
            raise InputError(f"not a list of at most {PIECES_LIMIT}", where=where, field=f"roles.{role}")
        pieces = tuple(_piece(one, text, where, f"roles.{role}") for one in listed)
        if pieces:
            roles[role] = pieces
    for group, least in _NEEDED[kind]:
        if sum(len(roles.get(role, ())) for role in group) < least:
            named = " or ".join(group)
            raise InputError(
                f"a fact of type {kind} needs {least} or more: {named}", where=where, field="roles"
            )
    return roles


def _piece(data: object, text: str, where: str, field: str) -> Piece:
    if not isinstance(data, Mapping):
        raise InputError("not a JSON object", where=where, field=field)
    start, end, words = _offset(data, "start", where), _offset(data, "end", where), data.get("text")
    if not 0 <= start < end <= len(text):
        raise InputError(f"{start}-{end} is no part of the text", where=where, field=field)
    if words is not None and text[start:end] != words:
        raise InputError(f"the words do not stand in the text at {start}-{end}", where=where, field=field)
    return Piece(text[start:end], start, end)


def _offset(data: Mapping[Any, Any], name: str, where: str) -> int:
    value = data.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError("not a whole number", where=where, field=name)
    return value


def _words(data: object, field: str, where: str) -> tuple[str, ...]:
    listed = data or []
    if (
        not isinstance(listed, list)
        or len(listed) > PIECES_LIMIT
        or not all(isinstance(one, str) for one in listed)
    ):
        raise InputError("not a list of words", where=where, field=field)
    return tuple(one[:DETAIL_LIMIT] for one in listed)


def _details(data: object, where: str) -> dict[str, str]:
    listed = data or {}
    if not isinstance(listed, Mapping) or len(listed) > PIECES_LIMIT:
        raise InputError("not a JSON object", where=where, field="details")
    return {str(name)[:60]: str(value)[:DETAIL_LIMIT] for name, value in listed.items()}
