"""Listings that are read page by page, while the host goes on changing them.

A listing that shifts while it is paged shows some entries twice and hides others. Two signs tell: its total
changes, or an entry comes again on a later page. Such a listing is read again from its first page; one that
shifts every time is reported, so that nothing it misses counts as gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from scrapy.http import Request

from pipelines.records import Rejected

#: How often a listing is read before it is reported as shifting.
READINGS = 3
#: Pages of one reading: a listing that never ends is not followed for ever.
PAGES_MOST = 20_000


@dataclass(slots=True)
class Listing:
    """One listing in one run: what its pages showed so far. `first` asks for its first page again; `alone` is a
    page read by itself, of which nothing can be said of the whole."""

    name: str
    first: Request | None = None
    alone: bool = False
    reading: int = 1
    pages: int = 0
    total: int | None = None
    seen: set[str] = field(default_factory=set)

    def turn(
        self,
        ids: Sequence[str],
        *,
        total: int | None = None,
        more: Request | None = None,
        locator: str = "$",
    ) -> Iterator[Request | Rejected]:
        """Note a page with the entries `ids`, in its order; yields the next page's request, the first page's again,
        or why the listing is not whole.

        total: how many entries the listing says it has, None where it does not. more: None on the last page.
        """
        if self.alone:
            if more is not None and ids:
                yield more
            return
        self.pages += 1
        slip = self._slip(ids, total)
        self.seen.update(ids)
        if self.total is None:
            self.total = total
        if slip is None and more is not None and ids and self.pages < PAGES_MOST:
            yield more
            return
        if slip is None:
            slip = self._end(more is not None and bool(ids))
        if slip is None:
            return
        if self.reading < READINGS and self.first is not None:
            self._begin_again()
            assert self.first is not None
            yield self.first.replace(dont_filter=True, priority=self.first.priority - self.reading)
        else:
            yield Rejected(
                locator=locator,
                kind="listing",
                field="total",
                value=str(self.total if total is None else total),
                reason=f"{slip}, in each of {self.reading} readings: some entries may be missed",
            )

    def _slip(self, ids: Sequence[str], total: int | None) -> str | None:
        if self.total is not None and total is not None and total != self.total:
            return (
                f"the listing {self.name} changed its total from {self.total} to {total} while it was paged"
            )
        again = [one for one in ids if one in self.seen]
        if again or len(set(ids)) != len(ids):
            shown = (again or sorted(one for one in set(ids) if ids.count(one) > 1))[0]
            return f"the listing {self.name} shows {shown[:100]} twice"
        return None

    def _end(self, unread: bool) -> str | None:
        if unread:
            return f"the listing {self.name} goes on after {self.pages} pages"
        if self.total is not None and len(self.seen) != self.total:
            return f"the listing {self.name} ends after {len(self.seen)} of {self.total} entries"
        return None

    def _begin_again(self) -> None:
        self.reading += 1
        self.pages, self.total = 0, None
        self.seen.clear()
