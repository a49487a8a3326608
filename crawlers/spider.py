"""The base of all spiders: one response in, one bundle of records out.

A source's file holds its `Declaration` and a subclass of `SourceSpider` with three short things:
where to start, which URLs are its own, and how to read a page. Reading never touches the network.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import scrapy
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from crawlers.context import context_of
from crawlers.declaration import Declaration
from crawlers.middlewares.replay import NotArchived
from pipelines.records import Record, Rejected
from pipelines.store.writing import storable

Found = Record | Rejected | Request


@dataclass(slots=True, repr=False)
class Page:
    """All that one response said: the unit that is written in one transaction.

    `url` names the page for good (canonical: without session or tracking parts).
    """

    url: str
    response: Response
    records: list[Record] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether the page could be read as a whole; one that could not ends nothing that it said before."""
        return not any(one.kind == "page" for one in self.rejected)

    @property
    def lists_on(self) -> bool:
        """Whether all that it leads to is known, so that absence from the run means something."""
        return not any(one.kind in ("page", "listing") for one in self.rejected)


class SourceSpider(scrapy.Spider):
    """Subclass it: set `declaration`, write `start_requests_live`, `owns` and `read`."""

    declaration: ClassVar[Declaration]
    #: replay and tests set this: the requests that stand in for `start_requests_live`
    replayed: Iterable[Request] | None = None

    async def start(self) -> AsyncIterator[Any]:
        for request in self.replayed if self.replayed is not None else self.start_requests_live():
            yield request.replace(errback=self.unanswered)

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
        if response.status != 200 and response.status not in response.meta.get("handle_httpstatus_list", ()):
            page.rejected.append(_whole_page(f"the host answered {response.status}"))
            yield page
            return
        try:
            for found in self.read(response):
                if isinstance(found, Request):
                    if self.replayed is None:
                        self._note_depth(found, response)
                        yield found.replace(errback=self.unanswered)
                    else:  # all that is archived is being read anyway
                        context_of(self.crawler).linked(found.url)
                elif isinstance(found, Rejected):
                    page.rejected.append(found)
                else:
                    page.records.append(found)
        except Exception as error:  # the snapshot is kept: a mended parser reads it again
            self.logger.exception("cannot read %s", response.url)
            page.records.clear()
            page.rejected.append(_whole_page(f"the parser broke: {type(error).__name__}: {error}"))
        yield page

    def _note_depth(self, found: Request, response: Response) -> None:
        # Scrapy drops what lies too deep without a word
        most = self.settings.getint("DEPTH_LIMIT")
        if most and response.meta.get("depth", 0) >= most and not found.meta.get("depth_reset"):
            context_of(self.crawler).unreachable.append(
                f"{found.url} (more than {most} links from the start)"
            )

    def unanswered(self, failure: Failure) -> None:
        """A page that gave no answer is listed; the next run asks again."""
        context, error = context_of(self.crawler), failure.value
        url = failure.request.url  # type: ignore[attr-defined] # Scrapy adds it
        if context.failure is not None:  # the page is not to blame
            return
        if isinstance(error, NotArchived):
            context.missing.append(url)
        elif isinstance(error, IgnoreRequest):
            context.forbidden.append(url)
        else:
            context.unreachable.append(f"{url} ({type(error).__name__})")


def _whole_page(reason: str) -> Rejected:
    return Rejected(locator="$", kind="page", reason=storable(reason)[:2000])
