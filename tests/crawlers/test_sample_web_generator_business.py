"""Accounts and patents of made worlds: shares as printed, nothing before a company is there, files that say the same."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from crawlers.kinds import kinds
from crawlers.sample_web.files import WHOLE, write_whole_world
from crawlers.sample_web.generator import make_world, marginals
from crawlers.sample_web.generator.business import YEARS
from crawlers.sample_web.model import World


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(5, 0.05)


def test_each_listed_company_reports_every_year_under_one_code(world: World) -> None:
    years: dict[str, list[int]] = {}
    for one in world.accounts:
        years.setdefault(one.company, []).append(one.year)
        bearer = world.organisation(one.company)
        assert bearer.sample
        assert not bearer.parent
        assert bearer.founded is not None
        assert bearer.founded < one.year
    assert set(map(tuple, years.values())) == {YEARS}
    assert len(years) == round(110 * marginals.LISTED / marginals.SAMPLE)
    assert len({one.code for one in world.accounts}) == len(years)


def test_what_is_not_said_is_none_and_never_zero(world: World) -> None:
    numbers = [
        value
        for one in world.accounts
        for value in (one.staff, one.revenue, one.market_value, one.research_spend, one.research_staff)
    ]
    assert None in numbers
    assert min(value for value in numbers if value is not None) > 0


def test_patents_are_held_as_the_printed_shares_say(world: World) -> None:
    held = Counter(world.organisation(one.applicants[0]).id for one in world.patents)
    able = [one for one in world.organisations.values() if one.sample and not one.parent]
    assert len(held) == round(len(able) * marginals.PATENTED / 100)
    few = sum(count < 50 for count in held.values()) * 100 / len(held)
    assert abs(few - marginals.PATENTS[0][2]) < 2
    assert len({one.number for one in world.patents}) == len(world.patents)
    for one in world.patents:
        founded = world.organisation(one.applicants[0]).founded
        assert founded is None or founded <= one.filed.year <= marginals.LAST
        assert len(set(map(world.organisation, one.applicants))) == len(one.applicants)


def test_a_whole_world_is_a_file_a_kind(world: World, tmp_path: Path) -> None:
    written = write_whole_world(tmp_path, world)
    assert {path.stem for path in written} == WHOLE.keys()
    assert set(WHOLE.values()) <= set(kinds())
    lengths = {}
    for path in written:
        with path.open(encoding="utf-8", newline="") as file:
            lengths[path.stem] = sum(1 for _ in csv.reader(file)) - 1
    assert lengths["accounts"] == len(world.accounts)
    assert lengths["patents"] == len(world.patents)
    assert lengths["cooperation"] == len(world.cooperation)
