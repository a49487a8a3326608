"""Every response goes to the archive before any parser sees it."""

from __future__ import annotations

import datetime as dt

from scrapy.crawler import Crawler
from scrapy.http import Request, Response

from crawlers.context import context_of
from pipelines.store.archive import Archive, Stored
from pipelines.store.types import now
from pipelines.store.writing import SnapshotRef

META = "valuenet_snapshot"


class SnapshotMiddleware:
    """Nearest to the spider: keeps what the parser will see, decoded and after redirects."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SnapshotMiddleware:
        return cls(context_of(crawler).archive)

    def process_response(self, request: Request, response: Response) -> Response:
        if request.meta.get("dont_obey_robotstxt"):  # robots.txt itself
            return response
        stored: Stored | None = request.meta.get("stored")
        at = stored.fetched_at if stored is not None else now()
        headers = {
            name.decode("latin-1"): values[-1].decode("latin-1")
            for name, values in response.headers.items()
            if values
        }
        reference = self._archive.add(
            response.url, response.body, status=response.status, headers=headers, fetched_at=at
        )
        request.meta[META] = (reference, at)
        return response


def snapshot_of(response: Response) -> tuple[SnapshotRef, dt.datetime]:
    """Where the response is kept, and when it was fetched."""
    assert response.request is not None
    reference, at = response.request.meta[META]
    return reference, at
