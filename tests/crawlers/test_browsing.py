"""Pages in a real browser: what they become, what they may not do, and that nothing they do ends the run."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scrapy.http import Response

from crawlers.browsing.steps import Click, ScrollOn, WaitFor, checked
from crawlers.browsing.traffic import in_unicode
from crawlers.sample_web.pages.scripted import PARKS
from crawlers.sample_web.server import SampleWeb
from pipelines.browsers import find_browser
from pipelines.errors import UsageError
from pipelines.store.archive import read_warc
from tests.conftest import unavailable
from tests.crawlers.browsing.parks import visit
from tests.crawlers.web import Answer, serve

pytestmark = pytest.mark.browser
SITE = "https://parks.valuenet.example"


@pytest.fixture(autouse=True)
def _browser() -> None:
    if find_browser() is None:
        unavailable("browser", "no Chromium is installed")


def names(folder: Path) -> dict[str, set[str]]:
    """URL → the names on it."""
    with sqlite3.connect(folder / "parks.db") as store:
        rows = store.execute(
            "SELECT p.url, m.name FROM evidence e JOIN page p ON p.id = e.page_id "
            "JOIN fact_mention f ON f.fact_id = e.fact_id JOIN mention m ON m.id = f.mention_id"
        )
        found: dict[str, set[str]] = {}
        for url, name in rows:
            found.setdefault(url.removeprefix(SITE), set()).add(name)
    return found


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, Any], list[str]]]:
    if find_browser() is None:
        unavailable("browser", "no Chromium is installed")
    folder = tmp_path_factory.mktemp("parks")
    with SampleWeb() as web:
        yield folder, visit(folder, web=web.base), web.asked


def test_scripted_pages_are_read(visited: tuple[Path, dict[str, Any], list[str]]) -> None:
    folder, summary, asked = visited
    assert (summary["outcome"], summary["browsers"]) == ("complete", 1)
    assert names(folder) == {"/list": set(PARKS[:10]), "/scroll": set(PARKS), "/click": set(PARKS[:40])}
    assert asked.count(f"{SITE}/show.js") <= 2  # two pages open at once may both ask
    assert not any(url.endswith("favicon.ico") for url in asked)


def test_what_is_archived_is_the_rendered_document_alone(
    visited: tuple[Path, dict[str, Any], list[str]],
) -> None:
    kept = [one for path in sorted((visited[0] / "archive").rglob("*.warc.gz")) for one in read_warc(path)]
    assert {one.url for one in kept} == {SITE + path for path in ("/list", "/scroll", "/click")}
    assert all(PARKS[0].encode() in one.body for one in kept)


def test_a_replay_reads_the_same_without_a_browser(
    visited: tuple[Path, dict[str, Any], list[str]], tmp_path: Path
) -> None:
    summary = visit(tmp_path, replay=[str(visited[0] / "archive")], env={"PATH": "", "VALUENET_BROWSER": ""})
    assert (summary["snapshots"], summary["browsers"]) == (3, 0)
    assert names(tmp_path) == names(visited[0])


def test_a_killed_browser_is_replaced(tmp_path: Path) -> None:
    with SampleWeb() as web:
        summary = visit(tmp_path, web=web.base, kill=True)
    assert summary["outcome"] == "complete", summary
    assert summary["browsers"] == 2
    assert len(names(tmp_path)["/scroll"]) == len(PARKS)


def test_contexts_and_browsers_are_recycled(tmp_path: Path) -> None:
    paths = [f"/list?n={number}" for number in range(6)]
    with SampleWeb() as web:
        summary = visit(
            tmp_path, web=web.base, paths=paths, pool={"pages_per_context": 2, "pages_per_browser": 3}
        )
    assert summary["outcome"] == "complete", summary
    assert summary["browsers"] >= 2
    assert len(names(tmp_path)) == 6


HTML = {"Content-Type": "text/html; charset=utf-8"}
PARK = '<li class="park" data-number="1">园区</li>'
RUDE = {
    "/rude": "<script>alert(1); confirm(2); onbeforeunload = () => 'stay'; window.open('/popup'); print()</script>",
    "/loads": '<link rel="stylesheet" href="/a.css"><img src="/a.png"><video src="/a.mp4"></video>'
    "<style>@font-face{font-family:x;src:url(/a.woff)} body{font-family:x}</style>"
    "<script>fetch('/private/x'); new WebSocket('wss://parks.valuenet.example/ws');"
    "navigator.sendBeacon('/beacon', 'x'); navigator.serviceWorker?.register('/sw.js');"
    "fetch('/data', {method: 'DELETE'}); new EventSource('/events');</script>",
    "/leaves": "<script>location = 'https://elsewhere.example/'</script>",
    "/saves": '<a id="a" href="/file.zip" download>x</a><script>document.getElementById("a").click()</script>',
    "/many": "<script>for (let n = 0; n < 400; n++) fetch('/part/' + n)</script>",
    "/cookie": "<script>document.cookie = 'a=1'; fetch('/with').then(() => {})</script>",
}
ENDLESS = {
    "/hangs": "<script>setTimeout(() => { while (true) {} }, 50)</script>",
    "/grows": "<script>document.body.append('x'.repeat(6_000_000))</script>",
}


def answer(path: str) -> Answer:
    path = path.removeprefix("/https/parks.valuenet.example")
    if path == "/robots.txt":
        return 200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /private/\n"
    if path in RUDE | ENDLESS:
        return 200, HTML, f"<html><body>{PARK}{(RUDE | ENDLESS)[path]}</body></html>".encode()
    return 200, {"Content-Type": "text/plain"}, b"part"


def test_what_a_page_may_not_do(tmp_path: Path) -> None:
    with serve(answer) as web:
        summary = visit(tmp_path, web=web.base, paths=list(RUDE), requests=20)
        asked = [path.removeprefix("/https/parks.valuenet.example") for path in web.paths]
    assert set(names(tmp_path)) == set(RUDE), summary["notes"]
    assert sum(path.startswith("/part/") for path in asked) == 20
    allowed = {"/robots.txt", "/with", *RUDE}
    assert {path for path in asked if not path.startswith("/part/")} == allowed


def test_what_has_no_end_is_told(tmp_path: Path) -> None:
    with serve(answer) as web:
        summary = visit(tmp_path, web=web.base, paths=list(ENDLESS), seconds=4.0)
    assert names(tmp_path) == {}
    told = "\n".join(summary["notes"])
    assert "/hangs (WithoutEnd)" in told
    assert re.search(r"/grows \((PageTooLarge|WithoutEnd)\)", told)  # whichever bound comes first


def test_a_page_that_is_no_page_needs_no_browser(tmp_path: Path) -> None:
    def answer(path: str) -> Answer:
        if path.endswith("robots.txt"):
            return 404, {}, b""
        if path.endswith("/old"):
            return 301, {"Location": f"{SITE}/list"}, b""
        if path.endswith("/list"):
            body = f'<html><meta charset="big5"><body>{PARK}</body></html>'.encode()
            return 200, {"Content-Type": "text/html; charset=big5"}, body
        return (
            (503, HTML, b"later")
            if path.endswith("/busy")
            else (200, {"Content-Type": "application/pdf"}, b"%PDF")
        )

    with serve(answer) as web:
        summary = visit(tmp_path, web=web.base, paths=["/file", "/busy", "/old"])
    assert names(tmp_path) == {"/list": {"园区"}}
    told = "\n".join(summary["notes"])
    assert f"{SITE}/file" in told
    assert f"{SITE}/busy" in told


def test_without_a_browser_the_run_says_so(tmp_path: Path) -> None:
    with SampleWeb() as web, pytest.raises(AssertionError, match="this source needs a Chromium"):
        visit(tmp_path, web=web.base, paths=["/list"], env={"PATH": "", "VALUENET_BROWSER": ""})


@pytest.mark.parametrize(
    "steps",
    [
        "li", [1], [WaitFor("")], [WaitFor("li", seconds=1000)], [ScrollOn("li", most=0)], [Click("b", times=9999)],
        [WaitFor("li")] * 99,
    ],
)  # fmt: skip
def test_steps_without_bounds_are_refused(steps: object) -> None:
    with pytest.raises(UsageError):
        checked(steps)


def test_a_page_reaches_the_browser_in_its_true_charset() -> None:
    body = '<html><meta charset="utf-8"><body>北京示例科技有限公司是一家公司</body></html>'.encode("gb18030")
    page = in_unicode(
        Response("https://a.example/", headers={"Content-Type": "text/html; charset=utf-8"}, body=body)
    )
    assert "北京示例科技" in page.body.decode("utf-8")
    assert page.headers["Content-Type"] == b"text/html; charset=utf-8"
