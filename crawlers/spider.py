"""The base of all spiders: one response in, one bundle of records out.

A source's file holds its `Declaration` and a subclass of `SourceSpider` with three short things:
where to start, which URLs are its own, and how to read a page. Reading never touches the network.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import scrapy
from scrapy.http import Request, Response

from crawlers.declaration import Declaration
from pipelines.records import Record, Rejected

Found = Record | Rejected | Request


@dataclass(slots=True)
class Page:
    """All that one response said: the unit that is written in one transaction.

    `url` names the page for good (canonical: without session or tracking parts); `snapshot` is set by
    the snapshot middleware; `unread` says why nothing could be read at all, if so.
    """

    url: str
    response: Response
    records: list[Record] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


class SourceSpider(scrapy.Spider):
    """Subclass it: set `declaration`, write `start_requests_live`, `owns` and `read`."""

    declaration: ClassVar[Declaration]
    #: replay and tests set this: the requests that stand in for `start_requests_live`
    replayed: Iterable[Request] | None = None

    async def start(self) -> AsyncIterator[Any]:
        for request in self.replayed if self.replayed is not None else self.start_requests_live():
            yield request

    def start_requests_live(self) -> Iterator[Request]:
        """The first requests of a run on the live web."""
        raise NotImplementedError

    def owns(self, url: str) -> bool:
        """Whether this source can read the page at `url` (used to choose pages out of an archive)."""
        raise NotImplementedError

    def canonical(self, url: str) -> str:
        """The page's lasting name; by default the URL itself."""
        return url

    def read(self, response: Response) -> Iterator[Found]:
        """The records on a page, what had to be rejected, and the pages to visit next.

        Never raises for bad content: yields `Rejected` with the reason instead.
        """
        raise NotImplementedError

    def parse(self, response: Response, **_: Any) -> Iterator[Request | Page]:
        """Collect what `read` finds into one page; a parser that breaks rejects the page, not the run."""
        page = Page(self.canonical(response.url), response)
        try:
            for found in self.read(response):
                if isinstance(found, Request):
                    yield found
                elif isinstance(found, Rejected):
                    page.rejected.append(found)
                else:
                    page.records.append(found)
        except Exception as error:  # the snapshot is kept: a mended parser reads it again
            self.logger.exception("cannot read %s", response.url)
            page.records.clear()
            page.rejected.append(
                Rejected(
                    locator="$",
                    kind="page",
                    reason=f"the parser broke: {type(error).__name__}: {error}"[:2000],
                )
            )
        yield page
