"""Made worlds that change: what is said to be new, changed and gone is just what the pages show."""

from __future__ import annotations

import datetime as dt
import hashlib
from functools import cache
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.sample_web.generator import Evolution, evolve, make_world
from crawlers.sample_web.generator.evolution import START
from crawlers.sample_web.model import World
from crawlers.sample_web.pages import gleif, news, ror
from crawlers.sample_web.pages.answers import Asked
from crawlers.sample_web.pages.news import url_of
from crawlers.sample_web.pages.writing import told_in
from crawlers.sample_web.truth import YEARS, truth
from pipelines.errors import UsageError


@cache
def made() -> World:
    return make_world(21, 0.01)


def shown(world: World) -> dict[str, str]:
    """Every page of an article or entry by its address, as a mark of what it shows."""
    urls = [url_of(world, fact) for fact in told_in(world)]
    urls += [f"https://api.ror.org/v2/organizations/{one.id}" for one in world.ror]
    urls += [f"{gleif.API}/{one.lei}" for one in world.lei]
    found = {}
    for url in urls:
        parts = urlsplit(url)
        site = {"api.ror.org": ror, "api.gleif.org": gleif}.get(parts.netloc, news)
        answer = site.answer(world, Asked(parts.netloc, parts.path))
        assert answer.status == 200
        found[url] = hashlib.sha256(answer.body).hexdigest()
    assert len(found) == len(urls)
    return found


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.01, 0.1]))
def test_what_changed_is_told_page_by_page(seed: int, share: float) -> None:
    change = evolve(made(), seed, share)
    before, after = shown(made()), shown(change.world)
    assert set(change.new) == after.keys() - before.keys()
    assert set(change.gone) == before.keys() - after.keys()
    assert set(change.changed) == {url for url in after.keys() & before.keys() if after[url] != before[url]}
    assert change.pages == pytest.approx(share * len(before), rel=0.15, abs=3)


def test_sitemaps_say_when_a_page_changed() -> None:
    change = evolve(made(), 5, 0.02)
    site = news.sites(change.world)
    for url in change.changed:
        parts = urlsplit(url)
        if parts.netloc in site:
            told = site[parts.netloc]
            assert told.changed(told.by_path[parts.path]).date() == START


def test_the_networks_of_the_past_stay() -> None:
    change = evolve(made(), 5, 0.01)
    before, after = truth(made()), truth(change.world)
    gone = set(change.gone)
    for year in YEARS:
        old, new = before.edges(year), after.edges(year)
        lost = len(old) - len(new)
        assert 0 <= lost <= len(gone) * 6
    assert len(after.technology) > len(after.technology.query("date <= '2021-12-31'"))


def test_a_year_goes_by_day_by_day() -> None:
    year = Evolution(made(), 8, share=0.005)
    assert year.on(0).world is made()
    third = year.on(3)
    assert third.new
    assert year.date(3) == dt.date(2022, 1, 3)
    assert shown(year.on(2).world) != shown(third.world)
    again = Evolution(made(), 8, share=0.005).on(3)
    assert (again.new, again.changed, again.gone) == (third.new, third.changed, third.gone)
    with pytest.raises(UsageError):
        year.on(366)


@pytest.mark.parametrize("share", [-0.1, 0.6])
def test_a_share_out_of_bounds_is_refused(share: float) -> None:
    with pytest.raises(UsageError):
        evolve(made(), 1, share)
