"""Curated names and relations of well-known organisations, as data beside their reader.

Invariants kept here: every name stands for one organisation, unless it is marked ambiguous; every relation leads to
an organisation of the list; every entry has its reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from entity_resolution.names import exact_key, is_han
from pipelines.checked_yaml import loaded as loaded_yaml
from pipelines.errors import InputError
from pipelines.records import NAME_LIMIT, EntityKind

FILE = Path(__file__).parent / "organisations.yaml"
SIZE_LIMIT = 5_000_000

_ENTRY = frozenset({"name", "kind", "country", "reason", "names", "unit_of", "subsidiary_of"})
_NAME = frozenset({"name", "type", "reason", "from", "until", "ambiguous"})
_TIE = frozenset({"name", "from", "until", "reason"})
_PAIR = frozenset({"left", "right", "reason"})


@dataclass(frozen=True, slots=True)
class Name:
    """A name with its exact key; `ambiguous` where other organisations bear it too."""

    name: str
    key: str
    reason: str
    type: str = "alias"
    since: dt.date | None = None
    until: dt.date | None = None
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation with all its names, the one to show first. `kind` and `country` are None where not said."""

    names: tuple[Name, ...]
    kind: EntityKind | None
    country: str | None

    @property
    def name(self) -> str:
        """The name to show."""
        return self.names[0].name

    @property
    def english(self) -> str | None:
        """The first name without Chinese characters."""
        return next((one.name for one in self.names if not any(map(is_han, one.name))), None)


@dataclass(frozen=True, slots=True)
class Tie:
    """What is judged of two organisations, by their positions in the list."""

    left: int
    right: int
    verdict: Literal["different", "unit of", "subsidiary of"]
    reason: str
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True)
class Curated:
    """The whole list."""

    organisations: tuple[Organisation, ...]
    ties: tuple[Tie, ...]

    @cached_property
    def by_key(self) -> Mapping[str, tuple[tuple[int, Name], ...]]:
        """Exact key → the organisations (by position) that bear it, each with the name."""
        found: dict[str, list[tuple[int, Name]]] = {}
        for at, organisation in enumerate(self.organisations):
            for key in dict.fromkeys(name.key for name in organisation.names):
                name = next(name for name in organisation.names if name.key == key)
                found.setdefault(key, []).append((at, name))
        return {key: tuple(bearers) for key, bearers in found.items()}


@cache
def curated() -> Curated:
    """The list that ships with the program."""
    return read_curated(FILE)


def read_curated(path: Path) -> Curated:
    """Read and check a list. Raises `InputError` naming the file, the entry and the field."""
    try:
        if path.stat().st_size > SIZE_LIMIT:
            raise InputError(f"larger than {SIZE_LIMIT} bytes", where=path.name)
        data = loaded_yaml(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"no readable YAML: {str(error)[:500]}", where=path.name) from error
    top = _mapping(data, frozenset({"organisations", "different"}), path.name)
    organisations: list[Organisation] = []
    position: dict[str, int] = {}
    for at, entry in enumerate(_list(top, "organisations", path.name)):
        where = _where(path, "organisations", at, entry)
        one = _organisation(_mapping(entry, _ENTRY, where), where)
        if position.setdefault(one.name, at) != at:
            raise InputError(f"{one.name} has an entry already", where=where, field="name")
        organisations.append(one)
    ties = []
    for at, entry in enumerate(_list(top, "organisations", path.name)):
        where = _where(path, "organisations", at, entry)
        for field, verdict in (("unit_of", "unit of"), ("subsidiary_of", "subsidiary of")):
            if field in entry:
                ties.append(_tie(entry, field, verdict, at, position, where))
    for at, entry in enumerate(_list(top, "different", path.name)):
        where = _where(path, "different", at, entry)
        pair = _mapping(entry, _PAIR, where)
        sides = [_known(pair, field, where, organisations, position) for field in ("left", "right")]
        if sides[0] == sides[1]:
            raise InputError("both sides are one organisation", where=where, field="right")
        ties.append(Tie(sides[0], sides[1], "different", _text(pair, "reason", where)))
    found = Curated(tuple(organisations), tuple(ties))
    _one_bearer_each(found, path.name)
    return found


def _organisation(entry: Mapping[str, Any], where: str) -> Organisation:
    reason, kind, country = _text(entry, "reason", where), entry.get("kind"), entry.get("country")
    if kind is not None and kind not in get_args(EntityKind):
        raise InputError(f"no such kind: {kind!r}", where=where, field="kind")
    if country is not None and not (isinstance(country, str) and len(country) == 2 and country.isupper()):
        raise InputError(f"no country code: {country!r}", where=where, field="country")
    names = [_name({"name": entry.get("name")}, reason, where)]
    for one in _list(entry, "names", where):
        written = {"name": one} if isinstance(one, str) else _mapping(one, _NAME, where)
        names.append(_name(written, reason, where))
    return Organisation(tuple(names), kind, country)


def _name(written: Mapping[str, Any], reason: str, where: str) -> Name:
    name = _text(written, "name", where)
    key = exact_key(name)
    if not key:
        raise InputError(
            f"{name!r} names nobody: nothing is left without its legal form", where=where, field="names"
        )
    ambiguous = written.get("ambiguous", False)
    if not isinstance(ambiguous, bool):
        raise InputError(f"neither true nor false: {ambiguous!r}", where=where, field="ambiguous")
    since, until = _days(written, where)
    own = _text(written, "reason", where) if "reason" in written else reason
    kind = _text(written, "type", where) if "type" in written else "alias"
    return Name(name, key, own, kind, since, until, ambiguous)


def _tie(
    entry: Mapping[str, Any], field: str, verdict: Any, at: int, position: Mapping[str, int], where: str
) -> Tie:
    said = entry[field]
    tie = {"name": said} if isinstance(said, str) else _mapping(said, _TIE, f"{where}: {field}")
    outer = _text(tie, "name", where)
    if outer not in position or position[outer] == at:
        raise InputError(f"{outer!r} is no other organisation of this list", where=where, field=field)
    since, until = _days(tie, where)
    reason = _text(tie, "reason", where) if "reason" in tie else _text(entry, "reason", where)
    return Tie(at, position[outer], verdict, reason, since, until)


def _known(
    pair: Mapping[str, Any],
    field: str,
    where: str,
    organisations: list[Organisation],
    position: dict[str, int],
) -> int:
    """The position of a side; one that has no entry of its own gets a bare one."""
    name = _text(pair, field, where)
    if name not in position:
        position[name] = len(organisations)
        organisations.append(
            Organisation((_name({"name": name}, _text(pair, "reason", where), where),), None, None)
        )
    return position[name]


def _one_bearer_each(found: Curated, where: str) -> None:
    for bearers in found.by_key.values():
        clear = [(at, name) for at, name in bearers if not name.ambiguous]
        if len(clear) > 1:
            who = " and ".join(found.organisations[at].name for at, _ in clear)
            raise InputError(
                f"{clear[0][1].name!r} names {who}",
                where=where,
                field="names",
                hint="Mark it `ambiguous: true`.",
            )


def _where(path: Path, section: str, at: int, entry: Any) -> str:
    name = entry.get("name", "") if isinstance(entry, dict) else ""
    return f"{path.name}: {section}[{at}]" + (f" ({str(name)[:60]})" if name else "")


def _mapping(data: Any, fields: frozenset[str], where: str) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise InputError("expected fields with values", where=where)
    for field in data:
        if field not in fields:
            raise InputError("no such field", where=where, field=str(field)[:60])
    return data


def _list(data: Mapping[str, Any], field: str, where: str) -> list[Any]:
    value = data.get(field, [])
    if not isinstance(value, list):
        raise InputError("expected a list", where=where, field=field)
    return value


def _text(data: Mapping[str, Any], field: str, where: str) -> str:
    value = data.get(field)
    if not isinstance(value, str) or not value.strip() or len(value) > NAME_LIMIT:
        raise InputError(f"expected words, at most {NAME_LIMIT} characters", where=where, field=field)
    return value.strip()


def _days(data: Mapping[str, Any], where: str) -> tuple[dt.date | None, dt.date | None]:
    days: list[dt.date | None] = []
    for field in ("from", "until"):
        value = data.get(field)
        if value is not None and (not isinstance(value, dt.date) or isinstance(value, dt.datetime)):
            raise InputError(f"no day: {value!r}", where=where, field=field, hint="Write it as 2020-07-13.")
        days.append(value)
    if days[0] and days[1] and days[1] < days[0]:
        raise InputError("ends before it starts", where=where, field="until")
    return days[0], days[1]
