"""The Global LEI index's API, JSON:API (api.gleif.org/api/v1): records, listings, parents, children."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlencode

from crawlers.sample_web.model import Address, LeiEntry, World
from crawlers.sample_web.pages.answers import Answer, Asked, as_json, missing, number, text

HOSTS: Final = ("api.gleif.org",)
API: Final = "https://api.gleif.org/api/v1/lei-records"
_PATH: Final = "/api/v1/lei-records"
_TYPE: Final = "application/vnd.api+json"
_PUBLISHED: Final = {"goldenCopy": {"publishDate": "2025-05-15T00:00:00Z"}}
_REASON: Final = "NON_CONSOLIDATING"


def answer(world: World, asked: Asked) -> Answer:
    if asked.path == "/robots.txt":
        return text("User-agent: *\nDisallow:\n", "text/plain")
    path = asked.path.rstrip("/")
    if path == _PATH:
        return _listing(world, _chosen(world, asked), _record, asked, path)
    lei, _, rest = path.removeprefix(_PATH + "/").partition("/")
    entry = _entries(world).get(lei)
    if not path.startswith(_PATH + "/") or entry is None:
        return _error(asked) if path.startswith("/api/v1/") else missing(asked)
    return _related(world, entry, rest, asked, path)


def _related(world: World, entry: LeiEntry, rest: str, asked: Asked, path: str) -> Answer:
    parent = _entries(world).get(entry.parent)
    children = _children(world, entry)
    level = rest.split("-")[0]
    if rest == "":
        return _one(_record(world, entry))
    if rest in ("direct-parent", "ultimate-parent") and parent:
        return _one(_record(world, parent))
    if rest in ("direct-parent-relationship", "ultimate-parent-relationship") and parent:
        return _one(_relationship(entry, parent, level))
    if rest in ("direct-parent-reporting-exception", "ultimate-parent-reporting-exception") and not parent:
        return _one(_exception(entry, level))
    if rest in ("direct-children", "ultimate-children"):
        return _listing(world, children, _record, asked, path)
    if rest in ("direct-child-relationships", "ultimate-child-relationships"):
        return _listing(world, children, lambda _, one: _relationship(one, entry, level), asked, path)
    return _error(asked)


@lru_cache(maxsize=4)
def _entries(world: World) -> dict[str, LeiEntry]:
    return {one.lei: one for one in world.lei}


@lru_cache(maxsize=4)
def _by_parent(world: World) -> dict[str, list[LeiEntry]]:
    found: dict[str, list[LeiEntry]] = {}
    for one in world.lei:
        if one.parent:
            found.setdefault(one.parent, []).append(one)
    return found


def _children(world: World, entry: LeiEntry) -> list[LeiEntry]:
    return _by_parent(world).get(entry.lei, [])


def _chosen(world: World, asked: Asked) -> list[LeiEntry]:
    tests: dict[str, Callable[[LeiEntry], str]] = {
        "filter[entity.legalAddress.country]": lambda one: one.address.country,
        "filter[entity.headquartersAddress.country]": lambda one: one.headquarters.country,
        "filter[lei]": lambda one: one.lei,
        "filter[entity.registeredAs]": lambda one: one.registered_as,
    }
    found = list(world.lei)
    for name, of in tests.items():
        if wanted := asked.query.get(name):
            found = [one for one in found if of(one) in wanted.split(",")]
    if words := asked.query.get("filter[entity.names]", "").casefold():
        names = {one.lei: [one.name[0], *(other[0] for other in one.other_names)] for one in found}
        found = [one for one in found if any(words in name.casefold() for name in names[one.lei])]
    return found


def _one(data: dict[str, Any]) -> Answer:
    return as_json({"meta": _PUBLISHED, "data": data}, _TYPE)


def _error(asked: Asked) -> Answer:
    said = {"errors": [{"status": "404", "title": "Not Found", "detail": f"nothing at {asked.path}"}]}
    return as_json(said, _TYPE, 404)


def _listing(
    world: World,
    entries: list[LeiEntry],
    shape: Callable[[World, LeiEntry], dict[str, Any]],
    asked: Asked,
    path: str,
) -> Answer:
    """One page of a listing: by number, or by cursor, which begins with `*` and here counts the records passed."""
    size = number(asked.query.get("page[size]", ""), 1, 200, 15)
    cursor = asked.query.get("page[cursor]")
    page = number(asked.query.get("page[number]", ""), 1, 10_000, 1)
    start = (page - 1) * size if cursor is None else number(cursor, 0, 1_000_000, 0)
    shown = [shape(world, one) for one in entries[start : start + size]]
    last = max(1, -(-len(entries) // size))
    kept = {name: value for name, value in asked.query.items() if not name.startswith("page[")}

    def link(place: dict[str, object]) -> str:
        return f"https://{HOSTS[0]}{path}?{urlencode({**kept, **place, 'page[size]': size})}"

    pagination = {
        "currentPage": page,
        "perPage": size,
        "from": start + 1 if shown else None,
        "to": start + len(shown) if shown else None,
        "total": len(entries),
        "lastPage": last,
    }
    onward = start + size < len(entries)
    if cursor is None:
        links = {"first": link({"page[number]": 1})}
        if page > 1:
            links["prev"] = link({"page[number]": page - 1})
        if onward:
            links["next"] = link({"page[number]": page + 1})
        links["last"] = link({"page[number]": last})
    else:
        links = {"first": link({"page[cursor]": "*"})}
        if onward:
            links["next"] = link({"page[cursor]": start + size})
    return as_json({"meta": {**_PUBLISHED, "pagination": pagination}, "links": links, "data": shown}, _TYPE)


def _address(one: Address) -> dict[str, Any]:
    return {
        "language": one.language,
        "addressLines": list(one.lines),
        "addressNumber": None,
        "addressNumberWithinBuilding": None,
        "mailRouting": None,
        "city": one.city,
        "region": one.region or None,
        "country": one.country,
        "postalCode": one.postal_code or None,
    }


def _record(world: World, one: LeiEntry) -> dict[str, Any]:
    first, changed, status, renewal, lou = (value or None for value in one.registration)
    authority = {"id": one.authority or None, "other": None}
    nobody = {"lei": None, "name": None}
    return {
        "type": "lei-records",
        "id": one.lei,
        "attributes": {
            "lei": one.lei,
            "entity": {
                "legalName": {"name": one.name[0], "language": one.name[1]},
                "otherNames": [
                    {"name": name, "language": language, "type": kind}
                    for name, language, kind in one.other_names
                ],
                "transliteratedOtherNames": [],
                "legalAddress": _address(one.address),
                "headquartersAddress": _address(one.headquarters),
                "registeredAt": authority,
                "registeredAs": one.registered_as or None,
                "jurisdiction": one.jurisdiction,
                "category": "GENERAL",
                "legalForm": {"id": one.legal_form or None, "other": None},
                "associatedEntity": nobody,
                "status": "ACTIVE",
                "expiration": {"date": None, "reason": None},
                "successorEntity": nobody,
                "successorEntities": [],
                "creationDate": one.created or None,
                "subCategory": None,
                "otherAddresses": [],
                "eventGroups": [],
            },
            "registration": {
                "initialRegistrationDate": first,
                "lastUpdateDate": changed,
                "status": status,
                "nextRenewalDate": renewal,
                "managingLou": lou,
                "corroborationLevel": "FULLY_CORROBORATED",
                "validatedAt": authority,
                "validatedAs": one.registered_as or None,
                "otherValidationAuthorities": [],
            },
            "bic": None,
            "mic": None,
            "ocid": None,
            "qcc": None,
            "spglobal": [],
            "conformityFlag": "CONFORMING",
        },
        "relationships": _links(world, one),
        "links": {"self": f"{API}/{one.lei}"},
    }


def _links(world: World, one: LeiEntry) -> dict[str, Any]:
    base = f"{API}/{one.lei}"
    links: dict[str, Any] = {
        name: {"links": {"related": f"{base}/{name}"}}
        for name in ("managing-lou", "lei-issuer", "field-modifications")
    }
    for level in ("direct", "ultimate"):
        if one.parent:
            inner = {
                "relationship-record": f"{base}/{level}-parent-relationship",
                "lei-record": f"{base}/{level}-parent",
            }
        else:
            inner = {"reporting-exception": f"{base}/{level}-parent-reporting-exception"}
        links[f"{level}-parent"] = {"links": inner}
    if _children(world, one):
        for level in ("direct", "ultimate"):
            links[f"{level}-children"] = {
                "links": {
                    "relationship-records": f"{base}/{level}-child-relationships",
                    "related": f"{base}/{level}-children",
                }
            }
    return links


def _mark(*words: str) -> str:
    return hashlib.sha256("|".join(words).encode()).hexdigest()


def _relationship(child: LeiEntry, parent: LeiEntry, level: str) -> dict[str, Any]:
    kind = f"IS_{level.upper()}LY_CONSOLIDATED_BY"
    first, changed, _, renewal, lou = (value or None for value in child.registration)
    return {
        "type": "relationship-records",
        "id": f"{child.lei}|LEI|{kind}|1|{_mark(child.lei, parent.lei, kind)}|",
        "attributes": {
            "validFrom": first,
            "validTo": None,
            "relationship": {
                "startNode": {"id": child.lei, "type": "LEI"},
                "endNode": {"id": parent.lei, "type": "LEI"},
                "type": kind,
                "status": "ACTIVE",
                "periods": [],
            },
            "registration": {
                "initialRegistrationDate": first,
                "lastUpdateDate": changed,
                "status": "PUBLISHED",
                "nextRenewalDate": renewal,
                "managingLou": lou,
                "corroborationLevel": "FULLY_CORROBORATED",
                "corroborationDocuments": "ACCOUNTS_FILING",
                "corroborationReference": None,
            },
            "extension": {"deletedAt": None},
        },
        "relationships": {
            "start-node": {"links": {"related": f"{API}/{child.lei}"}},
            "end-node": {"links": {"related": f"{API}/{parent.lei}"}},
        },
    }


def _exception(one: LeiEntry, level: str) -> dict[str, Any]:
    category = f"{level.upper()}_ACCOUNTING_CONSOLIDATION_PARENT"
    return {
        "type": "reporting-exceptions",
        "id": f"{one.lei}|1|{_mark(one.lei, category)}|{category}|",
        "attributes": {
            "validFrom": None,
            "validTo": None,
            "lei": one.lei,
            "category": category,
            "reason": _REASON,
            "reference": None,
        },
        "relationships": {"lei-record": {"links": {"related": f"{API}/{one.lei}"}}},
    }
