"""The tables of items: ids of the right form, each once, countries that the taxonomy knows."""

from __future__ import annotations

import re

from crawlers.wikidata_items import (
    COUNTRIES,
    DEGREES,
    EXCHANGES,
    FIELDS,
    HUMAN,
    KIND_OF,
    KINDS,
    LEADING,
    OFFICES,
)
from pipelines.taxonomy import taxonomy


def test_all_are_ids_of_items() -> None:
    ids = [HUMAN, *KIND_OF, *COUNTRIES, *DEGREES, *FIELDS, *OFFICES, *LEADING, *EXCHANGES]
    assert all(re.fullmatch(r"Q[1-9]\d{0,9}", one) for one in ids)
    assert HUMAN not in KIND_OF


def test_each_stands_once() -> None:
    assert len(KINDS) == len(KIND_OF)
    for names in (COUNTRIES, DEGREES, FIELDS, OFFICES):
        assert len(set(names.values())) == len(names)


def test_countries_are_those_of_iso_3166() -> None:
    assert all(re.fullmatch(r"[A-Z]{2}", one) for one in COUNTRIES.values())
    known = [one for one in COUNTRIES.values() if taxonomy("countries").find(one) is not None]
    assert len(known) > 30
