"""Compressed bodies: whole, bounded, or told."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.middlewares.compression import BrokenBody, TooLarge, gunzip
from tests.crawlers.web import Answer, serve, visit

PAGE = b"<html><p>page" * 100
HEAD = {"Content-Type": "text/html", "Content-Encoding": "gzip"}
SETTINGS: dict[str, Any] = {
    "RETRY_TIMES": 1,
    "DOWNLOAD_MAXSIZE": 100_000,
    "DOWNLOADER_MIDDLEWARES": {
        "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
        "crawlers.middlewares.compression.WholeBodiesMiddleware": 590,
    },
}


@given(st.lists(st.binary(max_size=500), min_size=1, max_size=4), st.binary(max_size=8))
def test_all_members_are_unpacked(parts: list[bytes], padding: bytes) -> None:
    tail = b"\0" + padding
    packed = b"".join(gzip.compress(part) for part in parts) + tail
    assert gunzip(packed, 0) == gunzip(packed, 10_000) == b"".join(parts)


@given(st.binary(min_size=1, max_size=500), st.data())
def test_a_cut_body_is_never_taken(body: bytes, data: st.DataObject) -> None:
    packed = gzip.compress(body)
    cut = data.draw(st.integers(1, len(packed) - 1))
    with pytest.raises(BrokenBody):
        gunzip(packed[:cut], 0)


@given(st.binary(max_size=300))
def test_anything_is_unpacked_or_refused(body: bytes) -> None:
    try:
        gunzip(body, 1000)
    except (BrokenBody, TooLarge):
        return


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(TooLarge):
        gunzip(gzip.compress(bytes(50_000_000)), 1_000_000)


@pytest.mark.parametrize(
    ("bad", "said"),
    [(gzip.compress(PAGE)[:-10], "BrokenBody"), (gzip.compress(bytes(200_000)), "TooLarge")],
    ids=["cut", "bomb"],
)
def test_what_stays_broken_is_told_and_what_mends_is_read(bad: bytes, said: str, tmp_path: Path) -> None:
    turns = {"/a": iter([bad, gzip.compress(PAGE)])}

    def answer(path: str) -> Answer:
        return 200, HEAD, next(turns[path]) if path in turns else bad

    with serve(answer) as web:
        found = visit([f"{web.base}/a", f"{web.base}/b"], SETTINGS, tmp_path)
        assert web.paths.count("/b") == 2
    assert sorted(found, key=lambda one: one[1]) == [(200, f"{web.base}/a"), (said, f"{web.base}/b")]
