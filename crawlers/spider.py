"""The base of all spiders: one response in, one bundle of records out.

A source's file holds its `Declaration` and a subclass of `SourceSpider` with three short things:
where to start, which URLs are its own, and how to read a page. Reading never touches the network.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import scrapy
from scrapy.http import Request, Response
from sqlalchemy.exc import SQLAlchemyError
from twisted.python.failure import Failure

from crawlers.context import context_of
from crawlers.declaration import Declaration
from crawlers.listing import Listing
from crawlers.middlewares.conditional import KNOWN, UNCHANGED
from crawlers.middlewares.private import NotPublic
from crawlers.middlewares.replay import NotArchived
from crawlers.middlewares.robots import ForbiddenByRobots
from crawlers.middlewares.snapshots import PRIVATE, SAME
from pipelines.errors import StoreError, UsageError
from pipelines.records import Record, Rejected
from pipelines.store.pages import Known
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
    #: It asks for other pages, so it is read anew at every visit, changed or not.
    leads: bool = False
    #: The host says that there is no such page (any more).
    gone: bool = False
    #: It is as it was when it was last read: nothing of it is read or written again.
    unchanged: bool = False

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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._listings: dict[str, Listing] = {}

    async def start(self) -> AsyncIterator[Any]:
        if self.replayed is not None:
            for request in self.replayed:
                yield request.replace(errback=self.unanswered)
            return
        try:
            for key in self.declaration.keys:
                if not key.place:  # the source itself asks for it, later
                    self.secret(key.env)
            first = list(self.start_requests_live())
        except Exception as error:  # a missing key, an argument that makes no sense, a slip of the source
            self.logger.debug("cannot begin", exc_info=True)
            context_of(self.crawler).unbegun = error
            return
        for request in self._with_known(first):
            request.meta["start"] = True
            yield request.replace(errback=self.unanswered)

    def start_requests_live(self) -> Iterator[Request]:
        """The first requests of a run on the live web."""
        raise NotImplementedError

    def secret(self, env: str) -> str:
        """The value of one of the declaration's keys that have no place. Raises `UsageError` where a required one
        is missing; an optional one then is empty."""
        key = next(one for one in self.declaration.keys if one.env == env)
        value = os.environ.get(env, "").strip()
        if key.required and not value:
            raise UsageError(f"{self.declaration.name} wants a key: set {env} ({key.why})")
        return value

    def listing(self, response: Response, name: str) -> Listing:
        """The state of a listing in this run, or, where a page is read by itself, a fresh one."""
        if self.replayed is not None or not response.meta.get("listing"):
            return Listing(name, alone=True)
        return self._listings.setdefault(name, Listing(name))

    def list_request(self, url: str, name: str, **given: Any) -> Request:
        """The request for a page of a listing: always fetched, and a link of a chain, not a step down."""
        meta = {**given.pop("meta", {}), "listing": name, "depth_reset": True}
        made: Request = given.pop("kind", Request)(url, meta=meta, dont_filter=True, **given)
        state = self._listings.setdefault(name, Listing(name))
        if state.first is None:
            state.first = made
        return made

    def page_url(self, response: Response) -> str:
        """The page's URL: for an answer to a form, the form spelled as a query."""
        return page_url(response)

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
        page = Page(self.canonical(page_url(response)), response)
        if UNCHANGED in response.flags:
            page.unchanged = True
            page.url = response.meta[KNOWN].url
            yield page
            return
        if response.status != 200 and response.status not in response.meta.get("handle_httpstatus_list", ()):
            page.gone = response.status in (404, 410) and not self._is_needed(response)
            if page.gone:
                context_of(self.crawler).absent.append(page.url)
            else:
                page.rejected.append(_whole_page(f"the host answered {response.status}"))
            yield page
            return
        page.leads = bool(response.meta.get("listing"))
        asked: list[Request] = []
        try:
            for found in self.read(response):
                if isinstance(found, Request):
                    page.leads = True
                    if self.replayed is None:
                        self._note_depth(found, response)
                        asked.append(found)
                    else:  # all that is archived is being read anyway
                        context_of(self.crawler).linked(found.meta.get("page_url") or found.url)
                elif isinstance(found, Rejected):
                    page.rejected.append(found)
                else:
                    page.records.append(found)
        except Exception as error:  # the snapshot is kept: a mended parser reads it again
            self.logger.exception("cannot read %s", response.url)
            page.records.clear()
            page.rejected.append(_whole_page(f"the parser broke: {type(error).__name__}: {error}"))
        for request in self._with_known(asked):
            yield request.replace(errback=request.errback or self.unanswered)
        page.unchanged = SAME in response.flags and page.whole
        yield page

    def _is_needed(self, response: Response) -> bool:
        """Whether the source cannot do without the page: where it begins, or what leads to others."""
        known: Known | None = response.meta.get(KNOWN)
        return bool(
            response.meta.get("start") or response.meta.get("listing") or (known is not None and known.leads)
        )

    def _with_known(self, requests: list[Request]) -> list[Request]:
        """The requests with what the store knows of their pages, asked for all at once."""
        look = context_of(self.crawler).known
        plain = [one for one in requests if one.method == "GET" and not one.meta.get(PRIVATE)]
        if look is not None and plain:
            names = [self.canonical(one.meta.get("page_url") or one.url) for one in plain]
            try:
                known = look(names)
            except (
                SQLAlchemyError
            ) as error:  # the store is away: the page is not to blame, and not to be kept
                context_of(self.crawler).fail(self.crawler, error)
                return []
            for name, request in zip(names, plain, strict=True):
                request.meta[KNOWN] = known.get(name)
        return requests

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
            context.missing[url] = None
        elif isinstance(error, ForbiddenByRobots | NotPublic):
            context.forbidden.append(url)
        else:
            why = str(error) if isinstance(error, StoreError) else type(error).__name__  # a damaged archive
            context.unreachable.append(f"{url} ({why})")


def page_url(response: Response) -> str:
    """The URL under which a response is kept: its own, or `page_url` of its request's meta (answers to forms)."""
    named = response.request.meta.get("page_url") if response.request is not None else None
    return str(named or response.url)


def _whole_page(reason: str) -> Rejected:
    return Rejected(locator="$", kind="page", reason=storable(reason)[:2000])
