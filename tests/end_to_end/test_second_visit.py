"""A second visit to a made world of which some pages changed: only these are read, and only these are told."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from crawlers.sample_web.generator import make_world
from crawlers.sample_web.generator.evolution import Change, evolve
from crawlers.sample_web.model import World
from crawlers.sample_web.pages.news import url_of
from crawlers.sample_web.server import SampleWeb
from tests.program import data, run

SEED, SIZE, SHARE = 5, 0.004, 0.03


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(SEED, SIZE)


@pytest.fixture(scope="module")
def change(world: World) -> Change:
    return evolve(world, SEED, SHARE, dt.datetime.now(dt.UTC).date())


@pytest.fixture(scope="module")
def visits(
    world: World, change: Change, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """The summaries of both visits, and what `changes` tells of the second."""
    place = tmp_path_factory.mktemp("twice")
    sites = [word for host in world.press for word in ("--site", f"https://{host}/")]
    with SampleWeb(world=world) as web:
        web.write_files(place / "files")
        for kind in ("companies", "financing"):
            run("import", kind, place / "files" / f"{kind}.csv", cwd=place)
        crawl = ("crawl", "gleif", "news", *sites, "--web", web.base)
        first = data(*crawl, cwd=place)
        between = dt.datetime.now(dt.UTC)
        web.world = change.world
        second = data(*crawl, cwd=place)
    told = data("changes", "--since", between.isoformat(), cwd=place)["changes"]
    return first, second, told


def articles(urls: tuple[str, ...]) -> set[str]:
    return {url for url in urls if "/articles/" in url or ("news" in url and "api." not in url)}


def test_only_what_changed_is_read(visits: Any, world: World, change: Change) -> None:
    (_, first), (_, second), _ = visits
    assert (first["outcome"], second["outcome"]) == ("complete", "complete")
    press = tuple(f"https://{host}/" for host in world.press)
    new, changed, gone = (
        {url for url in urls if url.startswith(press)} for urls in (change.new, change.changed, change.gone)
    )
    assert new
    assert changed
    assert gone
    assert second["records"] == len(new) + len(changed)
    assert second["gone"] == len(gone)
    articles = len(world.cooperation) + len(world.quiet) + sum(bool(one.article) for one in world.rounds)
    assert second["unchanged"] >= articles - len(changed) - len(gone)


def test_just_the_changes_are_told(visits: Any, world: World, change: Change) -> None:
    *_, told = visits
    press = tuple(f"https://{host}/" for host in world.press)
    pages = {place["url"] for one in told if one["source"] == "news" for place in one["evidence"]}
    said = {url_of(one_world, one) for one_world in (world, change.world) for one in one_world.cooperation}
    touched = {url for url in (*change.new, *change.changed, *change.gone) if url.startswith(press)}
    assert pages == touched & said
    kinds = {
        one["change"]: {place["url"] for place in one["evidence"]} for one in told if one["source"] == "news"
    }
    assert set(kinds) <= {"new", "changed", "gone", "back"}
