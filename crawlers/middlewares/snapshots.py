"""Every response goes to the archive before any parser sees it."""

from __future__ import annotations

import datetime as dt

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from sqlalchemy.exc import SQLAlchemyError

from crawlers.context import context_of
from pipelines.store.archive import Stored
from pipelines.store.types import now
from pipelines.store.writing import SnapshotRef

META = "valuenet_snapshot"


class SnapshotMiddleware:
    """Nearest to the spider: keeps what the parser will see, decoded and after redirects."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler, self._context = crawler, context_of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SnapshotMiddleware:
        return cls(crawler)

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
        try:
            reference = self._context.archive.add(
                response.url, response.body, status=response.status, headers=headers, fetched_at=at
            )
        except (OSError, SQLAlchemyError) as error:  # a full disk is no fault of the page
            self._context.fail(self._crawler, error)
            raise IgnoreRequest("the archive refuses") from error
        request.meta[META] = (reference, at)
        return response


def snapshot_of(response: Response) -> tuple[SnapshotRef, dt.datetime]:
    """Where the response is kept, and when it was fetched."""
    assert response.request is not None
    reference, at = response.request.meta[META]
    return reference, at
