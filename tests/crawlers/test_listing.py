"""Listings that shift, lie or never end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import Request

from crawlers.listing import PAGES_MOST, READINGS, Listing
from pipelines.records import Rejected

FIRST = Request("https://a.example/?page=1", dont_filter=True)
SECOND = Request("https://a.example/?page=2", dont_filter=True)


def turned(listing: Listing, ids: list[str], total: int | None = None, more: bool = False) -> list[str]:
    """What a page leads to: the number of a page, or a reason."""
    found = listing.turn(ids, total=total, more=SECOND if more else None)
    return [one.reason if isinstance(one, Rejected) else one.url[-1] for one in found]


def test_a_listing_that_keeps_still_is_read_once() -> None:
    listing = Listing("all", FIRST)
    assert turned(listing, ["a", "b"], 3, more=True) == ["2"]
    assert turned(listing, ["c"], 3) == []


def test_one_that_changes_its_total_is_read_again() -> None:
    listing = Listing("all", FIRST)
    assert turned(listing, ["a", "b"], 3, more=True) == ["2"]
    assert turned(listing, ["c"], 4, more=True) == ["1"]
    assert turned(listing, ["n", "a"], 4, more=True) == ["2"]
    assert turned(listing, ["b", "c"], 4) == []


def test_one_that_shows_an_entry_twice_is_read_again() -> None:
    listing = Listing("all", FIRST)
    turned(listing, ["a", "b"], 4, more=True)
    assert turned(listing, ["b", "c"], 4) == ["1"]
    assert turned(Listing("all", FIRST), ["a", "a"]) == ["1"]


def test_one_that_ends_early_is_read_again() -> None:
    assert turned(Listing("all", FIRST), ["a"], 2) == ["1"]


def test_one_that_shifts_every_time_is_reported() -> None:
    listing = Listing("all", FIRST)
    for _ in range(READINGS - 1):
        assert turned(listing, ["a", "b"], 9) == ["1"]
    (reason,) = turned(listing, ["a", "b"], 9)
    assert "ends after 2 of 9" in reason
    assert "each of 3 readings" in reason


def test_one_without_a_total_ends_where_it_leads_to_nothing() -> None:
    listing = Listing("all", FIRST)
    assert turned(listing, ["a"], more=True) == ["2"]
    assert turned(listing, []) == []


def test_an_empty_page_is_not_followed_for_ever() -> None:
    assert turned(Listing("all", FIRST), [], more=True) == []


def test_one_that_never_ends_is_left_at_last() -> None:
    listing = Listing("all", FIRST, reading=READINGS, pages=PAGES_MOST - 1)
    assert "goes on after" in turned(listing, ["z"], more=True)[0]


def test_of_a_page_read_alone_nothing_is_said() -> None:
    listing = Listing("all", alone=True)
    assert turned(listing, ["a", "a"], 9, more=True) == ["2"]
    assert turned(listing, ["a"], 3) == []


@given(st.lists(st.lists(st.sampled_from("abcdef"), max_size=4), max_size=8), st.integers(0, 9))
def test_whatever_it_shows_it_ends_whole_or_is_reported(pages: list[list[str]], total: int) -> None:
    """Played against pages that never change: it ends, and is silent only if all entries came, each once."""
    listing = Listing("all", FIRST)
    told: list[str] = []
    at, asked = 0, 0
    while at < len(pages):
        asked += 1
        assert asked <= READINGS * len(pages)
        more = at + 1 < len(pages)
        found = turned(listing, pages[at], total, more)
        if found == ["2"]:
            at += 1
        elif found == ["1"]:
            at = 0
        else:
            told = found
            break
    shown = [one for page in pages[: at + 1] for one in page]
    if pages and not told:
        assert len(shown) == len(set(shown)) == total
