"""Archived responses in place of the web: the same download path, and no socket is opened."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes

from crawlers.context import context_of
from crawlers.files import lasting_name
from pipelines.store.archive import Stored, read_snapshot, read_warc
from pipelines.store.types import now

WARC_ENDINGS = (".warc.gz", ".warc")


class NotArchived(IgnoreRequest):
    """A page that a parser asked for is not in the archive."""


def read_documents(paths: Iterable[Path]) -> list[Stored]:
    """Plain files as if they had been fetched, each under its lasting name; bodies are read when asked for."""
    return [Stored(lasting_name(path), 200, (), b"", now(), path, 0) for path in paths]


def read_archives(paths: Iterable[Path]) -> list[Stored]:
    """The responses in WARC files, bodies left out (they are read again when asked for), oldest first.

    A visit that found the bytes of an earlier one stands as that response, at its own time; where the earlier
    one is in none of the files, it is left out.
    """
    found: list[Stored] = []
    again: list[Stored] = []
    for path in paths:
        for one in read_warc(path):
            (again if one.revisit else found).append(dataclasses.replace(one, body=b""))
    first = {(one.url, one.digest): one for one in reversed(found) if one.digest}
    for one in again:
        if original := first.get((one.url, one.digest)):
            found.append(dataclasses.replace(original, fetched_at=one.fetched_at))
    return sorted(found, key=lambda one: (one.fetched_at, one.url))


class ReplayHandler(BaseDownloadHandler):
    """Answers each request with the archived response in its meta, or the newest one of its URL."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._crawler = crawler
        self._by_url: dict[str, Stored] = {one.url: one for one in context_of(crawler).stored or []}

    async def download_request(self, request: Request) -> Response:
        stored: Stored | None = request.meta.get("stored") or self._by_url.get(request.url)
        if stored is None:
            raise NotArchived(f"not in the archive: {request.url}")
        request.meta["stored"] = stored
        is_bulk = context_of(self._crawler).declaration.bulk
        if stored.file.name.endswith(WARC_ENDINGS):
            stored = read_snapshot(stored.file.parent, stored.file.name, stored.offset)
        elif is_bulk:
            request.meta["file"] = stored.file
        else:
            stored = dataclasses.replace(stored, body=stored.file.read_bytes())
        headers = Headers(dict(stored.headers))
        headers.pop("Content-Encoding", None)
        kind = responsetypes.from_args(headers=headers, url=stored.url, body=stored.body)
        return kind(
            stored.url,
            status=stored.status,
            headers=headers,
            body=stored.body,
            request=request,
            flags=["replay"],
        )
