"""Google Patents: the recorded page, its microdata read or left, and the properties of other patents on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from crawlers.sources.google_patents import LEFT_ITEMS, GooglePatentsSpider
from pipelines.errors import UsageError
from pipelines.records import Patent, Rejected
from tests.crawlers.saved_pages import PAGES, read, respond
from tests.crawlers.test_sources import _told
from tests.crawlers.visiting import visit_source
from tests.crawlers.web import serve
from tests.shared import shared

URL = "https://patents.google.com/patent/CN199000001B/zh"
SAVED = (PAGES / "google_patents" / "grant.html").read_bytes()


def patent(body: bytes) -> Patent:
    (found,) = list(GooglePatentsSpider().read(respond(URL, body)))
    assert isinstance(found, Patent)
    return found


@pytest.mark.shared
def test_the_recorded_page() -> None:
    one = patent(shared("web", "google_patents", "CN101551481B.html").read_bytes())
    assert (one.number, one.title, one.application) == ("CN101551481B", "滤色片制造方法", "CN2009101277538A")
    assert [(said.role, said.party.name) for said in one.parties] == [
        ("applicant", "Fujifilm Corp"), ("assignee", "Fujifilm Corp"), ("inventor", "竹田明彦"), ("inventor", "中泽隆浩"),
    ]  # fmt: skip
    assert [str(when.start) for when in (one.priority, one.filed, one.published)] == [
        "2008-03-31", "2009-03-25", "2012-11-21",
    ]  # fmt: skip
    # this page was recorded without its classes
    assert (one.family, one.stage, one.classes) == ("41155820", "grant", ())


def _items(body: bytes) -> Iterator[tuple[str, bytes]]:
    """The path of each kind of item property, with the page in which one of the first three of it is changed."""
    tree = html.document_fromstring(body.decode("utf-8"))
    seen: Counter[str] = Counter()
    for one in tree.xpath("//*[@itemprop]"):
        above = [up.get("itemprop") for up in one.iterancestors() if up.get("itemprop")]
        path = ".".join([*reversed(above), one.get("itemprop")])
        seen[path] += 1
        if seen[path] > 3:
            continue
        name = next((key for key in ("datetime", "content") if one.get(key)), None)
        old = one.text if name is None else one.get(name)
        for new in ("2001-01-01", "改"):
            if name is None:
                one.text = new
            else:
                one.set(name, new)
            yield path, html.tostring(tree, encoding="utf-8")
        if name is None:
            one.text = old
        else:
            one.set(name, old)


@pytest.mark.parametrize("body", ["saved", "recorded"])
def test_every_item_property_is_read_or_left(body: str) -> None:
    page = SAVED if body == "saved" else _recorded()
    before = _told(read(GooglePatentsSpider(), respond(URL, page)))
    paths: dict[str, bool] = {}
    for path, changed in _items(page):
        told = _told(read(GooglePatentsSpider(), respond(URL, changed))) != before
        paths[path] = paths.get(path, False) or told
    unread = {path for path, is_read in paths.items() if not is_read}
    assert not {one for one in unread if not any(fnmatchcase(one, key) for key in LEFT_ITEMS)}
    read_paths = {path for path, is_read in paths.items() if is_read}
    assert not {one for one in read_paths if any(fnmatchcase(one, key) for key in LEFT_ITEMS)}
    assert {"title", "inventor", "assigneeOriginal", "filingDate"} <= read_paths


def _recorded() -> bytes:
    """The recorded page without its long texts, which would make changing it slow."""
    tree = html.document_fromstring(shared("web", "google_patents", "CN101551481B.html").read_text("utf-8"))
    for one in tree.xpath("//*[@itemprop='content'] | //script | //style"):
        one.getparent().remove(one)
    return bytes(html.tostring(tree, encoding="utf-8"))


def test_properties_of_other_patents_on_the_page_are_not_taken() -> None:
    one = patent(SAVED)
    assert one.title == "一种铰链检测方法"
    assert "雾大学" not in {said.party.name for said in one.parties}
    assert one.classes == ("G06N3/08", "E05D1/00")


def test_older_pages_call_the_classes_cpcs() -> None:
    assert patent(SAVED.replace(b'itemprop="classifications"', b'itemprop="cpcs"')).classes == (
        "G06N3/08",
        "E05D1/00",
    )


def test_chinese_patents_are_asked_for_in_chinese() -> None:
    spider = GooglePatentsSpider(numbers="CN101551481B, us20050004437a1,CN101551481B")
    assert [one.url.rpartition("/patent/")[2] for one in spider.start_requests_live()] == [
        "CN101551481B/zh", "US20050004437A1/en",
    ]  # fmt: skip
    with pytest.raises(UsageError):
        GooglePatentsSpider(numbers="hinges")
    with pytest.raises(UsageError):
        GooglePatentsSpider(numbers=" ,")


def test_single_pages_alone_are_ours() -> None:
    spider = GooglePatentsSpider()
    owned = {
        "https://patents.google.com/patent/CN101551481B/zh": True, "https://patents.google.com/patent/US1234A": True,
        "https://patents.google.com/?q=hinge": False, "https://patents.google.com/xhr/query": False,
        "https://www.google.com/patent/CN101551481B/zh": False, "https://patents.google.com/patent/CN1B/zh/x": False,
    }  # fmt: skip
    assert {url: spider.owns(url) for url in owned} == owned
    assert spider.canonical("https://patents.google.com/patent/CN1B/zh?oq=CN1B#x") == URL.replace(
        "199000001", "1"
    )


def test_a_visit_reads_each_number_and_notes_what_is_not_there(tmp_path: Path) -> None:
    def answer(path: str) -> tuple[int, dict[str, str], bytes]:
        if path.endswith("/patent/CN199000001B/zh"):
            return 200, {"Content-Type": "text/html; charset=utf-8"}, SAVED
        if path.endswith("robots.txt"):
            return 200, {"Content-Type": "text/plain"}, b"User-agent: *\nAllow: /patent/\nDisallow: /\n"
        return 404, {}, b""

    with serve(answer) as web:
        done = visit_source("google_patents", web.base, tmp_path, {"numbers": "CN199000001B,CN2B"})
    assert (done["records"], done["snapshots"], done["rejected"]) == (1, 2, 1)


@given(st.text(alphabet="<>/=\"' abcitemprop", max_size=300), st.integers(0, 4000))
@settings(max_examples=100, deadline=None)
def test_any_soup_of_tags_is_read_or_rejected(soup: str, at: int) -> None:
    body = SAVED[:at] + soup.encode() + SAVED[at:]
    for one in GooglePatentsSpider().read(respond(URL, body)):
        assert isinstance(one, Patent | Rejected)
