"""A stand-in is asked in place of the live web, and everything speaks of the original URL."""

from __future__ import annotations

from pathlib import Path

from crawlers.middlewares.stand_in import STAND_IN, stand_in_url
from tests.crawlers.web import serve, visit

HANDLER = "crawlers.middlewares.stand_in.StandInHandler"


def test_where_a_url_is_found() -> None:
    assert (
        stand_in_url("http://127.0.0.1:9/", "https://a.example/b?c=d")
        == "http://127.0.0.1:9/https/a.example/b?c=d"
    )


def test_the_answer_carries_the_original_url(tmp_path: Path) -> None:
    with serve(lambda path: (200, {"Content-Type": "text/html"}, b"<p>x")) as web:
        settings = {STAND_IN: web.base, "DOWNLOAD_HANDLERS": {"https": HANDLER, "http": HANDLER}}
        found = visit(["https://www.cac.gov.cn/x?y=1"], settings, tmp_path)
    assert found == [(200, "https://www.cac.gov.cn/x?y=1")]
    assert web.paths == ["/https/www.cac.gov.cn/x?y=1"]
