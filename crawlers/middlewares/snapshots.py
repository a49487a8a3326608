"""Every response goes to the archive before any parser sees it."""

from __future__ import annotations

import datetime as dt
import hashlib

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from sqlalchemy.exc import SQLAlchemyError

from crawlers.context import context_of
from crawlers.middlewares.conditional import KNOWN, UNCHANGED
from pipelines.errors import StoreError
from pipelines.store.archive import Stored
from pipelines.store.pages import Known
from pipelines.store.types import now
from pipelines.store.writing import SnapshotRef

META = "valuenet_snapshot"
#: In a request's meta: its answer is a secret of its own (a token), neither kept nor stored.
PRIVATE = "private"
#: On a response: the host sent the bytes that are known.
SAME = "same"


class SnapshotMiddleware:
    """Nearest to the spider: keeps what the parser will see, decoded and after redirects.

    Of what did not change only the visit is noted. Such a response is flagged, so that nothing reads it again.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler, self._context = crawler, context_of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SnapshotMiddleware:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        if request.meta.get("dont_obey_robotstxt") or request.meta.get(PRIVATE):  # robots.txt itself, a token
            return response
        try:
            return self._keep(request, response)
        except (OSError, SQLAlchemyError, StoreError) as error:  # a full disk is no fault of the page
            self._context.fail(self._crawler, error)
            raise IgnoreRequest("the archive refuses") from error

    def _keep(self, request: Request, response: Response) -> Response:
        archive = self._context.archive
        known: Known | None = request.meta.get(KNOWN)
        headers = {
            name.decode("latin-1"): values[-1].decode("latin-1")
            for name, values in response.headers.items()
            if values
        }
        url = str(request.meta.get("page_url") or response.url)
        if UNCHANGED in response.flags:
            assert known is not None
            at = request.meta.get("seen_at") or now()
            if "not asked" not in response.flags:
                archive.revisit(known.url, known.snapshot, known.last_seen, at, headers, not_modified=True)
            request.meta[META] = (known.snapshot, at)
            return response
        stored: Stored | None = request.meta.get("stored")
        at = stored.fetched_at if stored is not None else now()
        file = request.meta.get("file")
        if file is not None:
            reference = archive.keep_file(url, file, fetched_at=at)
        elif stored is not None and archive.holds(
            stored
        ):  # a replay of what lies here is cited, not kept again
            reference = archive.cite(stored, response.body)
        else:
            # where the store was asked and does not know the page, nothing of it lies in the archive
            led_elsewhere = bool(request.meta.get("redirect_times"))
            is_new = KNOWN in request.meta and known is None and url == request.url and not led_elsewhere
            same = known is not None and known.snapshot.sha256 == hashlib.sha256(response.body).hexdigest()
            if same and known is not None and known.url == url and known.snapshot.status == response.status:
                archive.revisit(url, known.snapshot, known.last_seen, at, headers)
                reference = known.snapshot
                if known.parser == self._context.parser and not known.gone:
                    response = response.replace(flags=[*response.flags, SAME if known.leads else UNCHANGED])
            else:
                reference = archive.add(
                    url, response.body, status=response.status, headers=headers, fetched_at=at, is_new=is_new
                )
        request.meta[META] = (reference, at)
        return response


def snapshot_of(response: Response) -> tuple[SnapshotRef, dt.datetime]:
    """Where the response is kept, and when it was fetched."""
    assert response.request is not None
    reference, at = response.request.meta[META]
    return reference, at
