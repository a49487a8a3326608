"""A run that has failed asks no host for more: not for what waited in a middleware when it failed, either."""

from __future__ import annotations

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request

from crawlers.context import context_of


class RefusingMiddleware:
    """After all that may wait."""

    def __init__(self, crawler: Crawler) -> None:
        self._context = context_of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RefusingMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        if self._context.failure is not None:
            raise IgnoreRequest("the run has failed")
