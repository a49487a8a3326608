"""What a client asks for, read out of its JSON: queries, extensions. Strangers write it: all of it is bounded.

Invariant: what cannot be understood is refused with the field; nothing is guessed and nothing passed over.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from entity_resolution.reconcile import limits
from entity_resolution.reconcile.limits import Refused
from entity_resolution.reconcile.properties import Property, find_property, find_type

_QUERY = frozenset({"query", "type", "type_strict", "limit", "properties"})
_SETTINGS = frozenset({"limit", "year"})


@dataclass(frozen=True, slots=True)
class Given:
    """A value that a query gives for a property: as text, and the entity's id where it is one."""

    text: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One query. `kinds` are the kinds of entity that its types stand for, None for any; `strict`: no others are
    wanted. `given`: property id → values."""

    name: str
    kinds: frozenset[str] | None = None
    strict: bool = False
    limit: int = limits.CANDIDATES_DEFAULT
    given: Mapping[str, tuple[Given, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A property to be fetched: at most `limit` values, those of the `year` alone (0: of whatever year)."""

    property: Property
    limit: int = limits.VALUES_MOST
    year: int = 0


@dataclass(frozen=True, slots=True)
class Extension:
    """Entities, by id, and the properties wanted of them."""

    ids: tuple[str, ...]
    wanted: tuple[Wanted, ...]


def read_batch(text: str) -> dict[str, Asked]:
    """A batch of queries by their keys. Raises `Refused`, with 413 for too many."""
    data = _json(text, "queries")
    if not isinstance(data, dict):
        _refuse("queries", "an object of queries is needed")
    if len(data) > limits.BATCH_MOST:
        raise Refused(
            f"{len(data)} queries; at most {limits.BATCH_MOST} at once", status=413, field="queries"
        )
    return {key: _query(query, f"queries.{key[:40]}") for key, query in data.items()}


def read_query(text: str) -> Asked:
    """A single query: a JSON object, or the name itself. Raises `Refused`."""
    if not text.lstrip().startswith("{"):
        return Asked(clean(text))
    return _query(_json(text, "query"), "query")


def read_extension(text: str) -> Extension:
    """A query for data extension. Raises `Refused`, with 413 for too many entities."""
    data = _json(text, "extend")
    if not isinstance(data, dict) or not isinstance(data.get("ids"), list):
        _refuse("extend", "an object with ids and properties is needed")
    ids = [_text(one, "extend.ids", limits.ID_MOST) for one in data["ids"]]
    if len(ids) > limits.IDS_MOST:
        raise Refused(
            f"{len(ids)} entities; at most {limits.IDS_MOST} at once", status=413, field="extend.ids"
        )
    wanted: dict[str, Wanted] = {}
    for one in _list(data.get("properties"), "extend.properties", limits.PROPERTIES_MOST):
        if not isinstance(one, dict) or "id" not in one:
            _refuse("extend.properties", "objects with an id are needed")
        known = find_property(_text(one["id"], "extend.properties", limits.ID_MOST))
        wanted[known.id] = _wanted(known, one.get("settings"))
    return Extension(tuple(dict.fromkeys(ids)), tuple(wanted.values()))


def clean(text: str) -> str:
    """The text on one line, without control characters and half characters, which no name holds."""
    if len(text) > limits.BODY_MOST:
        _refuse("query", "too long")
    plain = "".join(" " if char.isspace() else char for char in text)
    kept = (char for char in plain if char >= " " and char != "\x7f" and not 0xD800 <= ord(char) <= 0xDFFF)
    return " ".join("".join(kept).split())


def _query(data: Any, where: str) -> Asked:
    if not isinstance(data, dict):
        _refuse(where, "a query is an object")
    unknown = sorted(data.keys() - _QUERY)
    if unknown:
        _refuse(where, f"{unknown[0][:40]!r} is no part of a query")
    name = data.get("query", "")
    if not isinstance(name, str):
        _refuse(f"{where}.query", "text is needed")
    given = _given(data.get("properties"), f"{where}.properties")
    name = clean(name)
    if not name and not given:
        _refuse(where, "a query string or properties are needed")
    strict = data.get("type_strict", "should")
    if strict not in ("any", "should", "all"):
        _refuse(f"{where}.type_strict", "any, should or all is needed")
    kinds = _kinds(data.get("type"), f"{where}.type", every=strict == "all")
    limit = _integer(data.get("limit", limits.CANDIDATES_DEFAULT), f"{where}.limit")
    if limit < 1:
        _refuse(f"{where}.limit", "a positive integer is needed")
    return Asked(name, kinds, strict != "should", min(limit, limits.CANDIDATES_MOST), given)


def _kinds(data: Any, where: str, *, every: bool) -> frozenset[str] | None:
    if data is None:
        return None
    listed = [data] if isinstance(data, str) else _list(data, where, limits.TYPES_MOST)
    sets = [find_type(_text(one, where, limits.ID_MOST)).kinds for one in listed]
    if not sets:
        return None
    return frozenset.intersection(*sets) if every else frozenset.union(*sets)


def _given(data: Any, where: str) -> dict[str, tuple[Given, ...]]:
    if data is None:
        return {}
    found: dict[str, tuple[Given, ...]] = {}
    for one in _list(data, where, limits.PROPERTIES_MOST):
        if not isinstance(one, dict) or "v" not in one:
            _refuse(where, "objects with pid and v are needed")
        known = find_property(_text(one.get("pid"), where, limits.ID_MOST))
        raw = one["v"]
        values = _list(raw, where, limits.VALUES_MOST) if isinstance(raw, list) else [raw]
        found[known.id] = (*found.get(known.id, ()), *filter(None, (_value(each, where) for each in values)))
    return {key: values for key, values in found.items() if values}


def _value(data: Any, where: str) -> Given | None:
    """A value as text; None where it is empty, as cells of a table often are."""
    if data is None:
        return None
    if isinstance(data, dict):
        name = data.get("name", "")
        if not isinstance(name, str):
            _refuse(where, "the name of an entity is text")
        return Given(clean(name)[: limits.NAME_MOST], _text(data.get("id"), where, limits.ID_MOST))
    if isinstance(data, bool):
        return Given("true" if data else "false")
    if isinstance(data, int | float):
        return Given(f"{data:.15g}")
    if not isinstance(data, str):
        _refuse(where, "text, a number, true, false or an entity is needed")
    text = clean(data)
    return Given(text[: limits.NAME_MOST]) if text else None


def _wanted(known: Property, settings: Any) -> Wanted:
    if settings is None:
        return Wanted(known)
    if not isinstance(settings, dict):
        _refuse("extend.properties.settings", "an object is needed")
    unknown = sorted(settings.keys() - _SETTINGS)
    if unknown:
        _refuse("extend.properties.settings", f"there is no setting {unknown[0][:40]!r}")
    limit = _integer(settings.get("limit") or 0, "extend.properties.settings.limit")
    year = _integer(settings.get("year") or 0, "extend.properties.settings.year")
    if limit < 0 or not 0 <= year <= 9999:
        _refuse("extend.properties.settings", "a limit and a year of at least 0 are needed")
    return Wanted(known, min(limit or limits.VALUES_MOST, limits.VALUES_MOST), year)


def _integer(data: Any, where: str) -> int:
    """A whole number; clients that know no integers send 5.0 or "5"."""
    if isinstance(data, str) and data.isascii() and data.isdigit() and len(data) < 10:
        return int(data)
    if isinstance(data, bool) or not isinstance(data, int | float) or data != data // 1:
        _refuse(where, "an integer is needed")
    return int(data)


def _text(data: Any, where: str, most: int) -> str:
    if not isinstance(data, str) or not data or len(data) > most:
        _refuse(where, f"text of 1 to {most} characters is needed")
    return clean(data)


def _list(data: Any, where: str, most: int) -> list[Any]:
    if not isinstance(data, list):
        _refuse(where, "a list is needed")
    if len(data) > most:
        _refuse(where, f"{len(data)} entries; at most {most}")
    return data


def _json(text: str, where: str) -> Any:
    if len(text) > limits.BODY_MOST:
        raise Refused("too long", status=413, field=where)
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except RecursionError:
        _refuse(where, "nested too deeply")
    except ValueError as error:  # also an integer with thousands of digits
        _refuse(where, f"no JSON: {str(error)[:100]}")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _refuse(where: str, why: str) -> NoReturn:
    raise Refused(why, field=where)
