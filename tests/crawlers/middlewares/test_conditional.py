"""A site that is visited again and again: asked politely, read only where it changed, and its history kept."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from pipelines.store import schema
from pipelines.store.archive import read_warc
from pipelines.store.session import open_store
from tests.crawlers.site import HOST, Site, article, running
from tests.program import command, data, environment, run
from tests.store_content import content

NAMES = "公司名称\n百度\n华为\n腾讯\n小米\n科大讯飞\n"
A = article("甲", "2021-03-04", "2021年3月4日，百度与华为签署战略合作协议，双方将在人工智能领域开展合作。")
B = article("乙", "2021-03-05", "2021年3月5日，腾讯与小米签署战略合作协议，双方将在人工智能领域开展合作。")
CHANGED = article(
    "甲", "2021-03-04", "2021年3月4日，百度与科大讯飞签署战略合作协议，双方将在人工智能领域开展合作。"
)


@pytest.fixture
def site() -> Iterator[Site]:
    with running(Site({"/a.html": A, "/b.html": B})) as one:
        yield one


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "names.csv").write_text(NAMES, encoding="utf-8")
    run("import", "companies", "names.csv", cwd=tmp_path)
    return tmp_path


def visit(site: Site, place: Path, *more: str, url: str | None = None) -> dict[str, Any]:
    site.forget()
    front = ("--store", url) if url else ()
    arguments = (*front, "crawl", "news", "--site", f"https://{HOST}/", "--web", site.base, *more)
    (done,) = data(*arguments, cwd=place)
    assert isinstance(done, dict)
    return done


def opened(place: Path) -> Engine:
    return open_store(f"sqlite:///{place / 'valuenet.db'}")


def spans(place: Path, word: str) -> list[tuple[bool, bool]]:
    """Of the facts that a word stands in the quote of: each span, as (has a last sight, is ended)."""
    engine, evidence = opened(place), schema.evidence
    with engine.connect() as connection:
        rows = connection.execute(
            select(evidence.c.ended_at).where(evidence.c.quote.contains(word)).order_by(evidence.c.id)
        ).all()
    engine.dispose()
    return [(True, row.ended_at is not None) for row in rows]


def test_what_has_not_changed_is_not_sent_again(site: Site, place: Path) -> None:
    first = visit(site, place)
    assert first["facts_new"] > 0
    before = content(f"sqlite:///{place / 'valuenet.db'}")
    second = visit(site, place)
    assert site.statuses("/a.html") == site.statuses("/b.html") == [304]
    assert (second["unchanged"], second["records"]) == (4, 0)
    assert second["facts_unchanged"] == first["facts_new"]
    assert second["facts_new"] == second["facts_changed"] == second["facts_ended"] == 0
    assert content(f"sqlite:///{place / 'valuenet.db'}") == before
    engine = opened(place)
    with engine.connect() as connection:
        seen = connection.execute(select(schema.page.c.first_seen, schema.page.c.last_seen)).all()
    engine.dispose()
    assert sum(row.last_seen > row.first_seen for row in seen) == 4


def test_a_listing_is_always_fetched_in_full(site: Site, place: Path) -> None:
    visit(site, place)
    visit(site, place)
    assert site.statuses("/sitemap.xml") == [200]
    conditions = ["if-none-match" in headers for headers in site.got]
    assert conditions == [status == 304 for _, status in site.asked]


def test_equal_bytes_are_not_read_again_where_a_host_knows_no_conditions(site: Site, place: Path) -> None:
    site.tags = False
    visit(site, place)
    second = visit(site, place)
    assert site.statuses("/a.html") == [200]
    assert (second["unchanged"], second["records"]) == (4, 0)


def test_with_full_everything_is_read_again(site: Site, place: Path) -> None:
    first = visit(site, place)
    again = visit(site, place, "--full")
    assert site.statuses("/a.html") == [200]
    assert (again["unchanged"], again["records"]) == (0, first["records"])
    assert again["facts_unchanged"] == first["facts_new"]


def test_there_and_back_again_are_three_spans(site: Site, place: Path) -> None:
    visit(site, place)
    site.pages["/a.html"] = CHANGED
    changed = visit(site, place)
    assert changed["facts_ended"] > 0
    site.pages["/a.html"] = A
    visit(site, place)
    assert [ended for _, ended in spans(place, "百度与华为")] == [True, False]
    assert [ended for _, ended in spans(place, "百度与科大讯飞")] == [True]
    assert [ended for _, ended in spans(place, "腾讯与小米")] == [False]


def test_a_page_that_is_gone_ends_only_with_a_complete_run(site: Site, place: Path) -> None:
    visit(site, place)
    site.fail = {"/a.html": 404, "/b.html": 500}
    broken = visit(site, place)
    assert broken["outcome"] == "partial"
    assert spans(place, "百度与华为") == spans(place, "腾讯与小米") == [(True, False)]
    site.fail = {"/a.html": 410}
    whole = visit(site, place)
    assert (whole["outcome"], whole["gone"]) == ("complete", 1)
    assert any("no longer there" in note and "/a.html" in note for note in whole["notes"])
    assert spans(place, "百度与华为") == [(True, True)]
    site.fail = {}
    back = visit(site, place)
    assert back["facts_changed"] > 0
    assert [ended for _, ended in spans(place, "百度与华为")] == [True, False]


def test_a_sitemap_that_knows_of_no_change_spares_the_question(site: Site, place: Path) -> None:
    site.lastmod = {"/a.html": "2021-03-04", "/b.html": "2099-01-01"}
    visit(site, place)
    again = visit(site, place)
    assert site.statuses("/a.html") == []
    assert site.statuses("/b.html") == [304]
    assert again["unchanged"] == 4


def test_a_source_that_suddenly_gives_far_less_is_an_alarm_and_loses_nothing(site: Site, place: Path) -> None:
    for number in range(6):
        site.pages[f"/{number}.html"] = A.replace("<h1>甲", f"<h1>{number}")
    visit(site, place)
    kept = dict(site.pages)
    site.pages = {}
    short = visit(site, place)
    assert short["outcome"] == "partial"
    assert any(note.startswith("alarm:") and "usual" in note for note in short["notes"])
    engine = opened(place)
    with engine.connect() as connection:
        alarms = connection.execute(select(schema.run.c.alarm).order_by(schema.run.c.id)).scalars().all()
        ended = connection.execute(
            select(func.count()).where(schema.evidence.c.ended_at.is_not(None))
        ).scalar_one()
    engine.dispose()
    assert "usual" in alarms[-1]
    assert ended == 0
    site.pages = kept
    assert visit(site, place)["outcome"] == "complete"
    site.pages = {}
    assert visit(site, place)["outcome"] == "partial"
    assert visit(site, place, "--believe")["outcome"] == "complete"


def test_visits_that_found_nothing_new_stand_in_the_archive_and_replay(site: Site, place: Path) -> None:
    visit(site, place)
    site.pages["/a.html"] = CHANGED
    visit(site, place)
    site.pages["/a.html"] = A
    visit(site, place)
    archive = place / "valuenet.archive"
    visits = [one for path in archive.iterdir() for one in read_warc(path) if one.url.endswith("/a.html")]
    assert sorted(one.revisit for one in visits) == [False, False, True]
    run("--store", "sqlite:///again.db", "import", "companies", "names.csv", cwd=place)
    before = sorted(path.name for path in archive.iterdir())
    run(
        "--store",
        "sqlite:///again.db",
        "crawl",
        "news",
        "--replay",
        str(archive),
        "--archive",
        str(archive),
        cwd=place,
    )
    assert sorted(path.name for path in archive.iterdir()) == before, "what lies there is not kept again"
    engine = open_store(f"sqlite:///{place / 'again.db'}")
    with engine.connect() as connection:
        ended = [
            row.ended_at is not None
            for row in connection.execute(
                select(schema.evidence.c.ended_at)
                .where(schema.evidence.c.quote.contains("百度与华为"))
                .order_by(schema.evidence.c.first_seen)
            )
        ]
    engine.dispose()
    assert ended == [True, False]


def test_a_killed_crawl_goes_on_where_it_was(site: Site, place: Path) -> None:
    for number in range(120):
        site.pages[f"/{number:03}.html"] = A.replace("<h1>甲", f"<h1>{number}")
    crawl = command("crawl", "news", "--site", f"https://{HOST}/", "--web", site.base)
    process = subprocess.Popen(crawl, cwd=place, env=environment(), stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 40
    while len(site.asked) < 70 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    asked = {path for path, _ in site.asked}
    done = visit(site, place)
    assert done["outcome"] == "complete"
    again = {path for path, _ in site.asked} & asked - {"/robots.txt", "/sitemap.xml"}
    engine = opened(place)
    with engine.connect() as connection:
        pages = connection.execute(select(func.count()).select_from(schema.page)).scalar_one()
        outcomes = connection.execute(
            select(schema.run.c.outcome).where(schema.run.c.kind == "crawl").order_by(schema.run.c.id)
        ).scalars().all()  # fmt: skip
    engine.dispose()
    assert pages == 1 + 124  # the file of names; robots.txt, the sitemap, the articles
    assert outcomes == ["failed", "complete"]
    assert len(again) < len(asked), "what was read before the kill is not asked for again"


@pytest.mark.postgres
def test_alike_on_postgresql(site: Site, place: Path, postgres_url: str) -> None:
    run("--store", postgres_url, "import", "companies", "names.csv", cwd=place)
    first = visit(site, place, url=postgres_url)
    second = visit(site, place, url=postgres_url)
    assert second["unchanged"] == 4
    assert second["facts_unchanged"] == first["facts_new"] > 0
    site.pages["/a.html"] = CHANGED
    third = visit(site, place, url=postgres_url)
    assert third["facts_ended"] > 0
