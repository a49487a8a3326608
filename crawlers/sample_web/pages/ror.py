"""The research organisation registry's API, schema 2 (api.ror.org): one entry, and listings by query and filter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Final

from crawlers.sample_web.model import RorEntry, World
from crawlers.sample_web.pages.answers import Answer, Asked, as_json, missing, number, text

HOSTS: Final = ("api.ror.org",)
PER_PAGE: Final = 20
_TYPE: Final = "application/json; charset=utf-8"
_PATH: Final = "/v2/organizations"
_CONTINENT: Final = {"CN": ("AS", "Asia", "China")}


def answer(world: World, asked: Asked) -> Answer:
    if asked.path == "/robots.txt":
        return text("User-agent: *\nDisallow:\n", "text/plain")
    path = asked.path.rstrip("/")
    if path == _PATH:
        return _listing(world, asked)
    wanted = path.removeprefix(_PATH + "/")
    if wanted == path:
        return missing(asked)
    if entry := _entries(world).get(wanted):
        return as_json(organisation(entry), _TYPE)
    return as_json({"errors": [f"ROR ID '{wanted}' does not exist"]}, _TYPE, 404)


@lru_cache(maxsize=4)
def _entries(world: World) -> dict[str, RorEntry]:
    """The entries by their ids, in the order of these."""
    return {one.id: one for one in sorted(world.ror, key=lambda one: one.id)}


def _listing(world: World, asked: Asked) -> Answer:
    found = list(_entries(world).values())
    for condition in filter(None, asked.query.get("filter", "").split(",")):
        name, _, value = condition.partition(":")
        if name not in _FILTERS:
            return as_json({"errors": [f"filter key '{name}' is illegal"]}, _TYPE, 400)
        found = [one for one in found if _FILTERS[name](one, value)]
    if words := asked.query.get("query", "").strip('" ').casefold():
        found = [one for one in found if any(words in name[0].casefold() for name in one.names)]
    page = number(asked.query.get("page", ""), 1, 500, 1)
    shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
    return as_json(
        {
            "number_of_results": len(found),
            "time_taken": 1,
            "items": [organisation(one) for one in shown],
            "meta": {
                "types": _counted(kind for one in found for kind in one.types),
                "countries": _counted(one.place.country.lower() for one in found),
                "continents": _counted(_continent(one)[0].lower() for one in found),
                "statuses": _counted("active" for _ in found),
            },
        },
        _TYPE,
    )


_FILTERS: Final[dict[str, Callable[[RorEntry, str], bool]]] = {
    "country.country_code": lambda one, value: one.place.country == value,
    "locations.geonames_details.country_code": lambda one, value: one.place.country == value,
    "types": lambda one, value: value in one.types,
    "status": lambda one, value: value == "active",
}


def _counted(values: Iterable[str]) -> list[dict[str, Any]]:
    return [{"id": value, "title": value, "count": count} for value, count in sorted(Counter(values).items())]


def _continent(entry: RorEntry) -> tuple[str, str, str]:
    return _CONTINENT[entry.place.country]


def organisation(entry: RorEntry) -> dict[str, Any]:
    """One entry as the API gives it."""
    code, continent, country = _continent(entry)
    return {
        "admin": {
            "created": {"date": entry.created, "schema_version": "1.0"},
            "last_modified": {"date": entry.modified, "schema_version": "2.1"},
        },
        "domains": list(entry.domains),
        "established": entry.established,
        "external_ids": [
            {"all": list(rest), "preferred": preferred or None, "type": kind}
            for kind, preferred, *rest in entry.external
        ],
        "id": f"https://ror.org/{entry.id}",
        "links": [{"type": kind, "value": value} for kind, value in entry.links],
        "locations": [
            {
                "geonames_details": {
                    "continent_code": code,
                    "continent_name": continent,
                    "country_code": entry.place.country,
                    "country_name": country,
                    "country_subdivision_code": entry.place.code or None,
                    "country_subdivision_name": entry.place.subdivision or None,
                    "lat": entry.place.lat,
                    "lng": entry.place.lng,
                    "name": entry.place.name,
                },
                "geonames_id": entry.place.geonames,
            }
        ],
        "names": [
            {"lang": language or None, "types": list(types), "value": value}
            for value, language, *types in entry.names
        ],
        "relationships": [
            {"label": label, "type": kind, "id": f"https://ror.org/{other}"}
            for kind, label, other in entry.relationships
        ],
        "status": "active",
        "types": list(entry.types),
    }
