"""A visit to the sample web while everything goes wrong: it ends, and the store is that of a quiet visit."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from crawlers.sample_web.faults import KINDS, OF_LISTINGS, Faults
from crawlers.sample_web.pages import cac
from crawlers.sample_web.server import SampleWeb
from crawlers.sample_web.world import world
from pipelines.store import schema
from pipelines.store.session import open_store
from tests.program import data
from tests.store_content import content

SOURCES = ("cac", "gleif", "news", "ror")
#: Listings that slip have a test of their own: there a visitor asks for pages more often.
SINGLE = tuple(kind for kind in KINDS if kind not in OF_LISTINGS)
#: What a page's host says of its bytes is the host's; what was read is the page's.
KEPT = ("mention", "mention_identifier", "fact", "fact_mention", "evidence", "rejected", "document")


def visit(folder: Path, faults: Faults | None, *sources: str) -> list[dict[str, Any]]:
    folder.mkdir()
    with SampleWeb(faults=faults) as web:
        found: list[dict[str, Any]] = data("crawl", *sources, "--web", web.base, cwd=folder)
        if faults is not None:
            assert sum(faults.done.values()) > 0
    return found


def by_page(folder: Path) -> dict[str, set[Any]]:
    """Each page's facts."""
    engine = open_store(f"sqlite:///{folder / 'valuenet.db'}")
    page, evidence = schema.page, schema.evidence
    found: dict[str, set[Any]] = defaultdict(set)
    with engine.connect() as connection:
        for (url,) in connection.execute(select(page.c.url)):
            found[url] = set()
        for url, fact in connection.execute(
            select(page.c.url, evidence.c.fact_id).join(page, page.c.id == evidence.c.page_id)
        ):
            found[url].add(fact)
    engine.dispose()
    return found


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faults") / "quiet"
    visit(folder, None, *SOURCES)
    return folder


@pytest.mark.parametrize("seed", [1, 2])
def test_what_passes_leaves_no_trace(seed: int, quiet: Path, tmp_path: Path) -> None:
    faults = Faults(seed, 0.6, kinds=SINGLE)
    summaries = visit(tmp_path / "loud", faults, *SOURCES)
    assert {one["outcome"] for one in summaries} == {"complete"}, summaries
    assert len(faults.done) >= len(SINGLE) - 1
    loud, whole = (content(f"sqlite:///{one / 'valuenet.db'}") for one in (tmp_path / "loud", quiet))
    for table in KEPT:
        assert loud[table] == whole[table], table
    assert len(loud["page"]) == len(whole["page"])


def test_what_stays_is_listed_and_nothing_else_is_lost(quiet: Path, tmp_path: Path) -> None:
    faults = Faults(5, 0.3, permanent=0.04, kinds=SINGLE)
    summaries = visit(tmp_path / "loud", faults, "cac", "news")
    notes = "\n".join(note for one in summaries for note in one["notes"])
    named = set(re.findall(r"https?://[^\s,()]+", notes))
    loud = by_page(tmp_path / "loud")
    whole = {url: facts for url, facts in by_page(quiet).items() if "api." not in url}
    read = {url for url in loud if url not in named}
    assert {url: loud[url] for url in read} == {url: whole[url] for url in read}
    # an attachment is known from its announcement alone
    below = {url for url in whole if "downloadfile" in url and _announced(url) & named}
    assert set(whole) - read <= named | below
    assert len(named) > 5
    assert {one["outcome"] for one in summaries if one["source"] == "news"} == {"partial"}


def _announced(url: str) -> set[str]:
    return {f"https://{host}{batch.page}" for batch in world().batches for host in cac.HOSTS}


@pytest.mark.parametrize("seed", [1, 2])
def test_listings_that_slip_or_never_end_are_read_whole(seed: int, quiet: Path, tmp_path: Path) -> None:
    faults = Faults(seed, 1.0, kinds=tuple(OF_LISTINGS))
    summaries = visit(tmp_path / "loud", faults, "gleif", "ror")
    loud, whole = (by_page(one) for one in (tmp_path / "loud", quiet))
    reported = {one["source"] for one in summaries if one["rejected"] and one["outcome"] == "partial"}
    said = {fact for facts in loud.values() for fact in facts}
    for url, facts in whole.items():
        if "api.gleif" in url or "api.ror" in url:
            source = "gleif" if "gleif" in url else "ror"
            assert facts <= said or source in reported, url
    assert faults.done
