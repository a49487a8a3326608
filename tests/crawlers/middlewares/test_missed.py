"""What is linked no more is asked for once again: it may be gone, or only out of sight."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawlers.middlewares.test_conditional import NAMES, A, B, spans, visit
from tests.crawlers.site import Site, article, running
from tests.program import run

C = article("丙", "2021-03-06", "2021年3月6日，百度与小米签署战略合作协议，双方将在人工智能领域开展合作。")


@pytest.fixture
def site() -> Iterator[Site]:
    with running(Site({"/a.html": A, "/b.html": B, "/c.html": C})) as one:
        yield one


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "names.csv").write_text(NAMES, encoding="utf-8")
    run("import", "companies", "names.csv", cwd=tmp_path)
    return tmp_path


def test_an_article_that_left_the_sitemap_and_the_site_has_ended(site: Site, place: Path) -> None:
    visit(site, place)
    del site.pages["/a.html"]
    done = visit(site, place)
    assert site.statuses("/a.html") == [404]
    assert (done["outcome"], done["gone"]) == ("complete", 1)
    assert spans(place, "百度与华为") == [(True, True)]
    assert spans(place, "腾讯与小米") == [(True, False)]
    visit(site, place)
    assert site.statuses("/a.html") == [], "what is gone is not asked for again"


def test_one_that_left_the_sitemap_alone_has_not(site: Site, place: Path) -> None:
    visit(site, place)
    site.hidden = {"/a.html"}
    done = visit(site, place)
    assert site.statuses("/a.html") == [304]
    assert (done["gone"], done["unchanged"]) == (0, 4)
    assert spans(place, "百度与华为") == [(True, False)]


def test_a_run_that_met_obstacles_asks_for_nothing_more(site: Site, place: Path) -> None:
    visit(site, place)
    site.hidden = {"/a.html"}
    site.fail = {"/b.html": 500}
    done = visit(site, place)
    assert done["outcome"] == "partial"
    assert site.statuses("/a.html") == []


def test_with_a_limit_nothing_counts_as_missed(site: Site, place: Path) -> None:
    visit(site, place)
    site.hidden = {"/a.html"}
    visit(site, place, "--limit", "2")
    assert site.statuses("/a.html") == []
