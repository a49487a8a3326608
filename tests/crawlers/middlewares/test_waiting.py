"""A host that asks for time gets it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.middlewares.waiting import retry_after
from crawlers.settings import BASE
from tests.crawlers.web import Answer, serve, visit

NOW = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
SETTINGS = {
    "RETRY_TIMES": 2,
    "RETRY_HTTP_CODES": [429, 503],
    "DOWNLOADER_MIDDLEWARES": {
        name: order for name, order in BASE["DOWNLOADER_MIDDLEWARES"].items() if "etry" in name
    },
}


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3.0),
        (" 120 ", 120.0),
        ("Thu, 01 Jan 2026 12:00:30 GMT", 30.0),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-3", None),
        ("９", None),
        ("", None),
    ],
)
def test_both_forms_are_read(value: str, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@given(st.text(max_size=40))
def test_any_header_is_survived(value: str) -> None:
    wait = retry_after(value, NOW)
    assert wait is None or wait >= 0


@pytest.mark.parametrize("status", [429, 503])
def test_the_page_is_asked_again_after_the_wait(status: int, tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(path: str) -> Answer:
        asked.append(path)
        return (status, {"Retry-After": "1"}, b"") if len(asked) == 1 else (200, {}, b"page")

    with serve(answer) as web:
        found = visit([f"{web.base}/a"], SETTINGS, tmp_path)
    assert [one for one, _ in found] == [200]
    assert web.asked[1][0] - web.asked[0][0] >= 1.0


def test_a_long_wait_gives_the_page_up_for_this_run(tmp_path: Path) -> None:
    settings = {**SETTINGS, "HTTPERROR_ALLOW_ALL": True}
    with serve(lambda path: (503, {"Retry-After": "7200"}, b"")) as web:
        found = visit([f"{web.base}/a"], settings, tmp_path)
    assert [one for one, _ in found] == [503]
    assert len(web.asked) == 1


def test_all_pages_of_the_host_wait(tmp_path: Path) -> None:
    def answer(path: str) -> Answer:
        return (429, {"Retry-After": "2"}, b"") if not web.asked[1:] else (200, {}, b"page")

    with serve(answer) as web:
        urls = [f"{web.base}/{number}" for number in range(4)]
        found = visit(urls, {**SETTINGS, "DOWNLOAD_DELAY": 0.2}, tmp_path)
    assert [one for one, _ in found] == [200] * 4
    assert all(at - web.asked[0][0] >= 2.0 for at, _ in web.asked[1:])


def test_a_host_that_wants_a_long_rest_is_asked_for_nothing_more(tmp_path: Path) -> None:
    settings = {**SETTINGS, "HTTPERROR_ALLOW_ALL": True, "CONCURRENT_REQUESTS": 1}
    with serve(lambda path: (429, {"Retry-After": "3600"}, b"")) as web:
        found = visit([f"{web.base}/{number}" for number in range(4)], settings, tmp_path)
    assert len(web.asked) == 1
    assert sorted(str(one) for one, _ in found) == ["429", *["HostWantsRest"] * 3]
