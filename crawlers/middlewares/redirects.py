"""Redirects that lead in a circle are asked again from the start, and in the end are told.

Scrapy 2.19 drops a redirect to a page that was asked for before, itself included, without a word: the run would
end as complete and without the page. It also keeps the rate of the first host where a redirect leads to another.
"""

from __future__ import annotations

from typing import Any

from scrapy.downloadermiddlewares.redirect import (
    BaseRedirectMiddleware,
    MetaRefreshMiddleware,
    RedirectMiddleware,
)
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Request

_OWN = ("redirect_times", "redirect_ttl", "redirect_urls", "redirect_reasons")


class RedirectLoop(Exception):
    """A page whose redirects lead back to it, or on and on."""


class _Told(BaseRedirectMiddleware):
    def _redirect(self, redirected: Request, request: Request, reason: Any) -> Request:
        been = [*request.meta.get("redirect_urls", []), request.url]
        if redirected.url in been or len(been) > self.max_redirect_times:
            return self._from_the_start(request, been[0])
        redirected.meta.pop("download_slot", None)
        return super()._redirect(redirected, request, reason)

    def _from_the_start(self, request: Request, first: str) -> Request:
        meta = {name: value for name, value in request.meta.items() if name not in _OWN}
        again = None
        if self.crawler.settings.getbool("RETRY_ENABLED") and request.method == "GET":
            assert self.crawler.spider is not None
            start = request.replace(url=first, meta=meta)
            again = get_retry_request(start, spider=self.crawler.spider, reason="redirect loop")
        if again is None:
            raise RedirectLoop(f"{first} redirects in a circle, or too often")
        return again


class ToldRedirectMiddleware(_Told, RedirectMiddleware):
    """Redirects by status."""


class ToldMetaRefreshMiddleware(_Told, MetaRefreshMiddleware):
    """Redirects by a meta element."""
