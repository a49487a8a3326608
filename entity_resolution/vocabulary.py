"""The words that names are made of, read once from `data/`: places, legal forms, trades, parts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.checked_yaml import loaded as loaded_yaml

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Place:
    """A place by its short form; `province` is the one it lies in (itself, for a province)."""

    name: str
    province: str
    is_province: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All word lists, made for looking up; the `longest_…` are lengths in characters."""

    place_of: dict[str, Place]
    longest_place: int
    districts: dict[str, tuple[str, ...]]
    chinese_forms: dict[str, str]
    longest_form: int
    not_before_company: tuple[str, ...]
    inside_forms: tuple[str, ...]
    english_forms: dict[str, str]
    trade: frozenset[str]
    longest_trade: int
    generic: tuple[str, ...]
    branches: frozenset[str]
    units: tuple[str, ...]
    common: frozenset[str]
    numerals: frozenset[str]
    one_letter: dict[str, str]


@cache
def vocabulary() -> Vocabulary:
    """The word lists that ship with the program."""
    forms, words, places = (_read(name) for name in ("legal_forms", "words", "places"))
    place_of = _places(places)
    chinese = {word: group for group, listed in forms["chinese"].items() for word in listed}
    english = {word: group for group, listed in forms["english"].items() for word in listed}
    trade = frozenset(words["trade"])
    return Vocabulary(
        place_of=place_of,
        longest_place=max(map(len, place_of)),
        # the longest first: 浦东新 before 浦东
        districts={city: tuple(sorted(names, key=len, reverse=True)) for city, names in _districts(places)},
        chinese_forms=chinese,
        longest_form=max(map(len, chinese)),
        not_before_company=tuple(forms["not_before_company"]),
        inside_forms=tuple(sorted(forms["inside"], key=len, reverse=True)),
        english_forms=english,
        trade=trade,
        longest_trade=max(map(len, trade)),
        generic=tuple(sorted(words["generic"], key=len, reverse=True)),
        branches=frozenset(words["branches"]),
        units=tuple(sorted(words["branches"] + words["units"], key=len, reverse=True)),
        common=frozenset(words["common"]),
        numerals=frozenset(words["numerals"]),
        one_letter=dict(places["one_letter"]),
    )


def _read(name: str) -> dict[str, Any]:
    found = loaded_yaml((DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def _districts(places: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return list(places["districts"].items())


def _places(data: dict[str, Any]) -> dict[str, Place]:
    """Every way of writing a place → the place. A province wins over its city of the same name."""
    keeps = frozenset(data["keeps_ending"])
    alone = frozenset(data["never_alone"])
    found: dict[str, Place] = {}

    def add(written: str, place: Place) -> None:
        if written in alone:
            return
        found.setdefault(written, Place(written, place.province) if written in keeps else place)

    for name, written in data["regions"].items():
        for form in (name, *written):
            add(form, Place(name, name, is_province=True))
    for province, entry in data["provinces"].items():
        for form in (province, *entry["written"]):
            add(form, Place(province, province, is_province=True))
    for province, entry in data["provinces"].items():
        for city in entry.get("cities", ()):
            add(city, Place(city, province))
            add(city + "市", Place(city, province))
        for name, written in entry.get("prefectures", {}).items():
            for form in (name, *written):
                add(form, Place(name, province))
    for city in data["county_cities"]:
        for form in (city, city + "市"):
            add(form, Place(city, ""))
    return found
