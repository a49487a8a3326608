"""Reads what public registries say of some of the organisations, and checks it."""

from __future__ import annotations

from typing import Any

from crawlers.sample_web.model import Address, LeiEntry, Organisation, Place, RorEntry
from pipelines.checked_yaml import Fields
from pipelines.identifiers import read_lei, read_ror


def read_registries(
    told: Fields, organisations: dict[str, Organisation]
) -> tuple[tuple[RorEntry, ...], tuple[LeiEntry, ...]]:
    """The entries of both registries. Raises `InputError` naming the item and field."""
    ror = tuple(_ror(item) for item in told.items("ror"))
    lei = tuple(_lei(item) for item in told.items("gleif"))
    told.finish()
    for bearer in [one.organisation for one in ror] + [one.organisation for one in lei]:
        if bearer not in organisations:
            raise told.error("organisation", f"{bearer!r} is the id of no organisation")
    if lost := {one.parent for one in lei if one.parent} - {one.lei for one in lei}:
        raise told.error("parent", f"no entry for {', '.join(sorted(lost))}")
    return ror, lei


def _ror(item: Fields) -> RorEntry:
    kinds: dict[str, type] = {"geonames": int, "name": str, "country": str, "lat": float, "lng": float}
    place = dict(item.value("place", dict))
    inner = Fields(place, f"{item.where} place")
    found = {name: inner.value(name, kind) for name, kind in kinds.items()}
    one = RorEntry(
        id=read_ror(item.value("id", str)),
        organisation=item.value("organisation", str),
        names=_rows(item, "names"),
        types=tuple(item.words("types")),
        established=item.value("established", object),
        place=Place(subdivision=str(place.get("subdivision", "")), code=str(place.get("code", "")), **found),
        external=_rows(item, "external"),
        domains=tuple(item.words("domains")),
        links=_rows(item, "links"),
        relationships=_rows(item, "relationships"),
        created=item.value("created", str),
        modified=item.value("modified", str),
    )
    item.finish()
    return one


def _lei(item: Fields) -> LeiEntry:
    one = LeiEntry(
        lei=read_lei(item.value("lei", str)),
        organisation=item.value("organisation", str),
        name=tuple(item.words("name")),
        other_names=_rows(item, "other_names"),
        address=_address(item, "address"),
        headquarters=_address(item, "headquarters"),
        authority=str(item.value("authority", object)),
        registered_as=str(item.value("registered_as", object)),
        jurisdiction=item.value("jurisdiction", str),
        legal_form=str(item.value("legal_form", object)),
        created=str(item.value("created", object)),
        registration=tuple(item.value("registration", list)),
        parent=item.value("parent", str, default=""),
    )
    item.finish()
    return one


def _address(item: Fields, field: str) -> Address:
    parts: list[Any] = item.value(field, list)
    if len(parts) != 6 or not isinstance(parts[1], list):
        raise item.error(field, "must be language, lines, city, region, country, postal code")
    return Address(parts[0], tuple(parts[1]), *parts[2:])


def _rows(item: Fields, field: str) -> tuple[tuple[str, ...], ...]:
    rows = item.value(field, list)
    if not all(isinstance(row, list) and all(isinstance(cell, str) for cell in row) for row in rows):
        raise item.error(field, "must be rows of words")
    return tuple(tuple(row) for row in rows)
