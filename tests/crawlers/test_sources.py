"""Every source has pages, reads them as expected, and says which fields it leaves."""

from __future__ import annotations

import importlib
import pkgutil
from fnmatch import fnmatchcase
from typing import Any

import pytest

from crawlers import sources
from crawlers.declaration import Declaration
from crawlers.spider import SourceSpider
from crawlers.urls import clean_url, host_of, on_hosts
from tests.crawlers.saved_pages import PAGES, Case, cases, changes, read, respond


def _spider_classes() -> dict[str, type[SourceSpider]]:
    """The spider of each module in `crawlers.sources`."""
    found = {}
    for info in pkgutil.iter_modules(sources.__path__):
        module = importlib.import_module(f"crawlers.sources.{info.name}")
        for one in vars(module).values():
            if isinstance(one, type) and issubclass(one, SourceSpider) and one.__module__ == module.__name__:
                found[info.name] = one
    return found


SPIDERS = _spider_classes()
CASES = [case for name in SPIDERS if (PAGES / name).is_dir() for case in cases(name)]


def _name(case: Case) -> str:
    return f"{case.source}/{case.page.name}"


def _spider(case: Case) -> SourceSpider:
    return SPIDERS[case.source](**case.expected.get("arguments", {}))


def _left(name: str) -> dict[str, str]:
    found = getattr(importlib.import_module(f"crawlers.sources.{name}"), "LEFT", None)
    assert isinstance(found, dict), (
        f"crawlers/sources/{name}.py says in no LEFT which fields it leaves, and why"
    )
    return found


def test_every_source_has_saved_pages_and_every_folder_a_source() -> None:
    folders = {one.name for one in PAGES.iterdir() if one.is_dir() and not one.name.startswith("_")}
    assert folders == set(SPIDERS)
    assert all(cases(name) for name in SPIDERS)


@pytest.mark.parametrize("name", SPIDERS)
def test_a_source_declares_itself(name: str) -> None:
    spider, declared = SPIDERS[name], SPIDERS[name].declaration
    assert isinstance(declared, Declaration)
    assert spider.name == declared.name == name
    assert declared.cadence in ("daily", "weekly", "monthly", "once")
    assert declared.delay > 0
    assert declared.hosts
    assert on_hosts(declared.home, declared.hosts) or clean_url(declared.home)
    assert all(
        getattr(declared, one).strip() for one in ("title", "title_zh", "publisher", "licence", "terms")
    )
    assert declared.robots.strip()
    assert declared.personal_data.strip()


@pytest.mark.parametrize("name", SPIDERS)
def test_a_live_visit_starts_on_the_declared_hosts(name: str) -> None:
    spider = SPIDERS[name]()
    starts = list(spider.start_requests_live())
    assert starts
    for request in starts:
        assert host_of(request.url) in spider.declaration.hosts
        assert spider.owns(request.url) or request.url.endswith("/robots.txt")
        # a listing is named for good by a cleaned URL
        assert spider.canonical(spider.canonical(request.url)) == spider.canonical(request.url)


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_a_saved_page_is_read_as_expected(case: Case) -> None:
    spider = _spider(case)
    assert spider.owns(case.expected["url"])
    found = read(spider, respond(case.expected["url"], case.body, case.expected))
    for kind in ("records", "rejected", "requests"):
        assert found[kind] == case.expected.get(kind, []), kind


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_each_record_says_where_it_stands(case: Case) -> None:
    for record in case.expected.get("records", []):
        assert record["locator"]
        assert record["quote"]


@pytest.mark.parametrize("name", SPIDERS)
def test_every_field_is_read_or_left_for_a_reason(name: str) -> None:
    """A field is read when another value in its place gives another result. Any other must stand in LEFT; and
    what stands in LEFT must be there, and truly be left."""
    left = _left(name)
    fields: dict[str, bool] = {}
    for case in cases(name):
        if case.expected.get("damaged"):
            continue
        url, spider = case.expected["url"], _spider(case)
        before = _told(read(spider, respond(url, case.body, case.expected)))
        for field, body in changes(case):
            changed = _told(read(spider, respond(url, body, case.expected))) != before
            fields[field] = fields.get(field, False) or changed
    unread = {field for field, is_read in fields.items() if not is_read}
    unsaid = {field for field in unread if not any(_covers(key, field) for key in left)}
    assert not unsaid, f"neither read nor in LEFT: {sorted(unsaid)}"
    stale = {key for key in left if not any(_covers(key, field) for field in unread)}
    assert not stale, f"in LEFT, but read, or on no saved page: {sorted(stale)}"
    assert all(reason.strip() for reason in left.values())


def _covers(key: str, field: str) -> bool:
    """Whether a name in LEFT (the end of a path; `.*` for all below) is this field's."""
    return fnmatchcase(field, key) or fnmatchcase(field, "*." + key)


def _told(found: dict[str, Any]) -> dict[str, Any]:
    """What a reading gives, without the quotes: a field that is only quoted is not read."""
    records = [{key: value for key, value in one.items() if key != "quote"} for one in found["records"]]
    return {**found, "records": records}


@pytest.mark.parametrize("case", CASES, ids=_name)
@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 0.97])
def test_a_page_cut_short_is_never_an_exception(case: Case, share: float) -> None:
    body = case.body[: int(len(case.body) * share)]
    found = read(_spider(case), respond(case.expected["url"], body, case.expected))
    for one in found["rejected"]:
        assert one["locator"]
        assert one["reason"]


@pytest.mark.parametrize("name", SPIDERS)
@pytest.mark.parametrize(
    "body",
    [
        b"", b" ", b"\x00" * 50, b"null", b"[]", b"{}", b"[[[[", b"[" * 100_000, b'{"a":' * 50_000,
        b"<" * 1000, b"<html>", b'{"errno": 5, "errmsg": 3}',
        b"PK\x03\x04", b"PK\x03\x04" + b"\xff" * 500, b"\x1f\x8b", b"\x1f\x8b\x08" + b"\x00" * 50, b"\xff\xfe\x00",
        b'{"data": 1}', b'{"data": [1, null, "x"]}', b'{"id": 5}', b'{"number_of_results": "x", "items": 3}',
        b'{"names": 3, "id": "x"}', b'{"list": [{"topic": 3}]}', "算法备案信息".encode("gb18030"),
        b'{"data": {"type": "lei-records", "attributes": []}}', b'"\\ud800"', b'{"id": "\\ud800", "names": []}',
    ],
)  # fmt: skip
def test_rubbish_is_rejected_with_a_reason(name: str, body: bytes) -> None:
    for url in sorted({one.expected["url"] for one in cases(name)}):
        found = read(SPIDERS[name](), respond(url, body))
        assert not found["records"]
        # a robots.txt of rubbish names no sitemap, and the site's usual places are asked
        assert found["rejected"] or (found["requests"] and url.endswith("/robots.txt"))
