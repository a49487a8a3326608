"""Archived responses in place of the web: the same download path, and no socket is opened."""

from __future__ import annotations

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
    """Plain files as if they had been fetched, each under its lasting name."""
    return [
        Stored(lasting_name(path), 200, (), path.read_bytes(), now(), path, 0) for path in paths
    ]  # fmt: skip


def read_archives(paths: Iterable[Path]) -> list[Stored]:
    """The responses in WARC files, bodies left out (they are read again when asked for), oldest first."""
    found = []
    for path in paths:
        for one in read_warc(path):
            found.append(Stored(one.url, one.status, one.headers, b"", one.fetched_at, one.file, one.offset))
    return sorted(found, key=lambda one: (one.fetched_at, one.url))


class ReplayHandler(BaseDownloadHandler):
    """Answers each request with the archived response in its meta, or the newest one of its URL."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._by_url: dict[str, Stored] = {one.url: one for one in context_of(crawler).stored or []}

    async def download_request(self, request: Request) -> Response:
        stored: Stored | None = request.meta.get("stored") or self._by_url.get(request.url)
        if stored is None:
            raise NotArchived(f"not in the archive: {request.url}")
        request.meta["stored"] = stored
        if stored.file.name.endswith(WARC_ENDINGS):
            stored = read_snapshot(stored.file.parent, stored.file.name, stored.offset)
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
