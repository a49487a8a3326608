"""WARC files as others write them: no digest of ours, records that are larger than memory, headers without end."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_HEAD: Final = (
    "WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/{}\r\n"
    "WARC-Date: 2024-01-01T00:00:00Z\r\nContent-Type: application/http; msgtype=response\r\n"
    "Content-Length: {}\r\n\r\n"
)


def write_warc(path: Path, pages: Mapping[str, bytes]) -> None:
    """The pages by name, and before them a record of a body of 300 MB, one of an endless header and one that says
    it is longer than any disk."""
    with path.open("wb") as file:
        file.write(_record("body.html", bytes(300_000_000)))
        file.write(_record("header.html", b"x", more=b"X: " + b"y" * 50_000_000 + b"\r\n"))
        file.write(_record("length.html", b"<p>x</p>", length=10**15))
        for name, body in pages.items():
            file.write(_record(name, body))


def _record(name: str, body: bytes, *, more: bytes = b"", length: int = 0) -> bytes:
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n" + more + b"\r\n" + body
    return gzip.compress(_HEAD.format(name, length or len(answer)).encode() + answer + b"\r\n\r\n", 1)
