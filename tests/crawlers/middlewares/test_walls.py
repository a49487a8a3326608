"""A firewall in place of a page: asked again, then unreachable."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.crawlers.web import Answer, serve, visit

WALL = "<html><head><title>网站防火墙</title></head><body>请求被拦截</body></html>".encode()
HTML = {"Content-Type": "text/html"}
SETTINGS: dict[str, Any] = {
    "RETRY_TIMES": 2,
    "DOWNLOADER_MIDDLEWARES": {"crawlers.middlewares.walls.FirewallMiddleware": 540},
}


def test_a_firewall_that_opens_is_passed(tmp_path: Path) -> None:
    answers = iter([WALL, WALL, b"<html><p>page"])

    def answer(path: str) -> Answer:
        return 200, HTML, next(answers)

    with serve(answer) as web:
        assert visit([f"{web.base}/a"], SETTINGS, tmp_path) == [(200, f"{web.base}/a")]


def test_a_firewall_that_stays_is_no_page(tmp_path: Path) -> None:
    with serve(lambda path: (200, HTML, WALL)) as web:
        found = visit([f"{web.base}/a"], SETTINGS, tmp_path)
        assert len(web.paths) == 3
    assert [status for status, _ in found] == ["FirewallPage"]
