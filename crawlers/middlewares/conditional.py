"""Pages that were read before are asked for politely: "send it if it changed".

Three cases spare the page itself: a run that broke off had just read it; whoever linked to it says that it has not
changed since; its host answers 304. A page that leads to others (a listing, a sitemap) is always fetched in full:
what it leads to may have changed although it has not.
"""

from __future__ import annotations

import datetime as dt

from scrapy.crawler import Crawler
from scrapy.http import Request, Response, TextResponse

from crawlers.context import context_of
from pipelines.store.pages import Known
from pipelines.store.types import now

#: In a request's meta: what is known of its page (`Known`); when a sitemap or feed says that the page changed.
KNOWN, MODIFIED = "known", "modified"
#: On a response: nothing was sent, the page is as it was.
UNCHANGED = "unchanged"
#: A `lastmod` is often a day without an hour: only what was read a day later is surely newer.
MARGIN = dt.timedelta(days=1)
#: A page that its host calls unchanged for longer than this is asked for all the same.
TRUSTED = dt.timedelta(days=30)


class ConditionalMiddleware:
    """After robots.txt: what is not allowed is not confirmed either."""

    def __init__(self, crawler: Crawler) -> None:
        self._context = context_of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ConditionalMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> Response | None:
        known: Known | None = request.meta.get(KNOWN)
        if known is None or not self._may_stay(request, known):
            return None
        if known.run_id in self._context.continues or self._is_older(request, known):
            request.meta["seen_at"] = known.last_seen
            return TextResponse(request.url, status=304, flags=[UNCHANGED, "not asked"], request=request)
        if request.method == "GET" and not request.meta.get("redirect_times"):
            if known.etag:
                request.headers["If-None-Match"] = known.etag
            if known.last_modified:
                request.headers["If-Modified-Since"] = known.last_modified
        return None

    def process_response(self, request: Request, response: Response) -> Request | Response:
        if response.status != 304 or UNCHANGED in response.flags:
            return response
        if request.meta.get(KNOWN) is None or request.meta.get("redirect_times"):
            # the answer is about another page than the one that we know: ask without condition
            asked = request.replace(dont_filter=True, meta={**request.meta, KNOWN: None})
            for name in ("If-None-Match", "If-Modified-Since"):
                asked.headers.pop(name, None)
            return response if request.meta.get("unconditional") else _marked(asked)
        return response.replace(flags=[*response.flags, UNCHANGED])

    def _may_stay(self, request: Request, known: Known) -> bool:
        """Whether what is known of the page holds if it did not change: today's parser read it, and it leads on to
        nothing."""
        return (
            not known.leads
            and not known.gone
            and known.parser == self._context.parser
            and not request.meta.get("listing")
        )

    def _is_older(self, request: Request, known: Known) -> bool:
        modified: dt.datetime | None = request.meta.get(MODIFIED)
        return (
            modified is not None
            and known.last_seen >= modified + MARGIN
            and known.last_seen >= now() - TRUSTED
        )


def _marked(request: Request) -> Request:
    request.meta["unconditional"] = True
    return request
