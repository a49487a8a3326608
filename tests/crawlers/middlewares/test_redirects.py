"""No redirect is dropped without a word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.crawlers.web import Answer, serve, visit

SETTINGS: dict[str, Any] = {
    "RETRY_TIMES": 2,
    "REDIRECT_MAX_TIMES": 5,
    "DOWNLOADER_MIDDLEWARES": {
        "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
        "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
        "crawlers.middlewares.redirects.ToldRedirectMiddleware": 600,
        "crawlers.middlewares.redirects.ToldMetaRefreshMiddleware": 580,
    },
}


def test_a_page_that_leads_to_itself_is_told(tmp_path: Path) -> None:
    with serve(lambda path: (302, {"Location": path}, b"")) as web:
        found = visit([f"{web.base}/a"], SETTINGS, tmp_path)
        assert web.paths == ["/a"] * 3
    assert [status for status, _ in found] == ["RedirectLoop"]


def test_a_circle_of_pages_is_told(tmp_path: Path) -> None:
    with serve(lambda path: (301, {"Location": "/b" if path == "/a" else "/a"}, b"")) as web:
        found = visit([f"{web.base}/a"], SETTINGS, tmp_path)
        assert web.paths == ["/a", "/b"] * 3
    assert [status for status, _ in found] == ["RedirectLoop"]


def test_a_way_without_end_is_told(tmp_path: Path) -> None:
    with serve(lambda path: (301, {"Location": path + "x"}, b"")) as web:
        found = visit([f"{web.base}/a"], {**SETTINGS, "RETRY_TIMES": 0}, tmp_path)
        assert len(web.paths) == 6
    assert [status for status, _ in found] == ["RedirectLoop"]


def test_a_loop_that_opens_is_followed(tmp_path: Path) -> None:
    answers = iter([(302, {"Location": "/a"}, b""), (302, {"Location": "/b"}, b""), (200, {}, b"page")])

    def answer(path: str) -> Answer:
        return next(answers)

    with serve(answer) as web:
        found = visit([f"{web.base}/a"], SETTINGS, tmp_path)
        assert found == [(200, f"{web.base}/b")]


def test_a_page_that_refreshes_into_itself_is_told(tmp_path: Path) -> None:
    page = b'<html><head><meta http-equiv="refresh" content="0;url=/a"></head></html>'
    with serve(lambda path: (200, {"Content-Type": "text/html"}, page)) as web:
        found = visit([f"{web.base}/a"], SETTINGS, tmp_path)
    assert [status for status, _ in found] == ["RedirectLoop"]
