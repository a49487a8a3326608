"""EDGAR as a source: every recorded answer, indexes and feeds, the way of a visit, and what may be wrong."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy.http import Request

from crawlers.sources.sec_edgar import LEFT, SecEdgarSpider
from pipelines.errors import UsageError
from pipelines.records import Record, Rejected
from tests.crawlers.archives import responses
from tests.crawlers.saved_pages import PAGES, read, respond
from tests.crawlers.test_sources import _covers
from tests.crawlers.web import Answer, serve
from tests.program import data, run
from tests.shared import shared

FOLDER = PAGES / "sec_edgar"
FILER = "https://data.sec.gov/submissions/CIK0009900001.json"
ARCHIVES = "https://www.sec.gov/Archives/edgar/"

#: What the recorded answers give, by kind: pages, records, rejected, pages that they lead to.
RECORDED = {
    # thirteen notices of sale and ten older pages
    "submissions": (19, 19, 3, 23),
    "older pages": (4, 0, 0, 6),
    "companyfacts": (2, 7, 0, 0),
    "company_tickers": (1, 7919, 0, 0),
    "daily-index": (2, 0, 0, 355),
}


def kind_of(url: str) -> str:
    if "-submissions-" in url:
        return "older pages"
    return next(one for one in RECORDED if f"/{one}" in url)


@pytest.mark.shared
def test_every_recorded_answer_gives_what_its_kind_gives() -> None:
    spider, told = SecEdgarSpider(), {name: [0, 0, 0, 0] for name in RECORDED}
    for url, body in responses(shared("web", "sec_edgar.warc.gz")):
        assert spider.owns(url)
        found = list(spider.read(respond(url, body)))
        counts = told[kind_of(url)]
        counts[0] += 1
        counts[1] += sum(isinstance(one, Record) for one in found)
        counts[2] += sum(isinstance(one, Rejected) for one in found)
        counts[3] += sum(isinstance(one, Request) for one in found)
    assert {name: tuple(counts) for name, counts in told.items()} == RECORDED


def _paths(value: Any, path: str = "") -> set[str]:
    if isinstance(value, dict):
        return {one for key, inner in value.items() for one in _paths(inner, f"{path}.{key}".lstrip("."))}
    if isinstance(value, list):
        return {one for inner in value[:50] for one in _paths(inner, path)}
    return set() if value in (None, "") else {path}


#: Fields that are read; a saved page shows of each that it is.
READ = {
    "cik", "entityType", "sic", "sicDescription", "name", "tickers", "exchanges", "ein", "lei", "website",
    "stateOfIncorporation", "stateOfIncorporationDescription", "formerNames.name", "formerNames.from", "formerNames.to",
    "addresses.business.city", "addresses.business.stateOrCountry", "addresses.business.stateOrCountryDescription",
    "addresses.business.countryCode", "files.name", "files.filingCount", "files.filingTo",
    "accessionNumber", "form", "primaryDocument", "filingDate", "entityName",
}  # fmt: skip


@pytest.mark.shared
def test_every_field_of_recorded_filers_is_read_or_left_for_a_reason() -> None:
    for url, body in responses(shared("web", "sec_edgar.warc.gz")):
        if "/submissions/" in url:
            for path in _paths(json.loads(body)):
                assert any(_covers(key, path) for key in (*LEFT, *READ)), path


def test_columns_of_different_lengths_lead_nowhere() -> None:
    answer = json.loads((FOLDER / "filer.json").read_text("utf-8"))
    answer["filings"]["recent"]["form"].pop()
    found = read(SecEdgarSpider(), respond(FILER, json.dumps(answer).encode()))
    assert "columns of different lengths" in found["rejected"][-2]["reason"]
    assert not any("primary_doc" in one["url"] for one in found["requests"])


def test_a_visit_since_a_day_leaves_older_filings_out() -> None:
    spider = SecEdgarSpider(since="2022-01-01")
    found = read(spider, respond(FILER, (FOLDER / "filer.json").read_bytes()))
    assert [one["url"].rpartition("/")[0][-6:] for one in found["requests"]] == ["000004"]


def test_filers_chosen_by_number_are_visited_with_their_facts() -> None:
    spider = SecEdgarSpider(ids="9900001, 9900004")
    urls = [one.url for one in spider.start_requests_live()]
    assert urls == [FILER, FILER.replace("1.json", "4.json")]
    found = read(spider, respond(FILER, (FOLDER / "filer.json").read_bytes()))
    facts = "https://data.sec.gov/api/xbrl/companyfacts/CIK0009900001.json"
    assert facts in [one["url"] for one in found["requests"]]


def test_companies_of_the_list_are_visited_where_it_is_asked_for() -> None:
    body = (FOLDER / "tickers.json").read_bytes()
    found = read(
        SecEdgarSpider(companies="yes"), respond("https://www.sec.gov/files/company_tickers.json", body)
    )
    assert [one["url"][-9:] for one in found["requests"]] == ["0001.json", "0004.json"]


@pytest.mark.parametrize("arguments", [{"ids": "chenwu"}, {"ids": "0"}, {"since": "yesterday"}])
def test_arguments_that_cannot_be_read_are_errors_of_use(arguments: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        SecEdgarSpider(**arguments)


def test_the_quarters_of_a_visit() -> None:
    since = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=300)
    urls = [one.url for one in SecEdgarSpider(since=since.isoformat()).start_requests_live()]
    folders = [one for one in urls if one.endswith("/index.json")]
    assert len(folders) in (4, 5)
    assert len(set(folders)) == len(folders)
    assert folders[0].endswith(f"/{since.year}/QTR{(since.month + 2) // 3}/index.json")


def test_the_feed_is_paged_until_it_ends() -> None:
    spider = SecEdgarSpider(feed="yes")
    *_, start = spider.start_requests_live()
    assert "start=0" in start.url
    entry = (FOLDER / "feed.xml").read_text("latin-1").partition("<entry>")[2].partition("</entry>")[0]
    entries = [entry.replace("000008", f"{1000 + number:06}") for number in range(100)]
    feed = "".join(f"<entry>{one}</entry>" for one in entries)
    body = f'<feed xmlns="http://www.w3.org/2005/Atom">{feed}</feed>'.encode()
    found = read(spider, respond(start.url, body, {"meta": start.meta}))
    assert len(found["requests"]) == 101
    following = found["requests"][-1]
    assert "start=100" in following["url"]
    last = read(
        spider, respond(following["url"], (FOLDER / "feed.xml").read_bytes(), {"meta": following["meta"]})
    )
    assert not any("getcurrent" in one["url"] for one in last["requests"])
    # the same page once more: the feed has shifted, and is read again from its start
    again = read(spider, respond(start.url, body, {"meta": start.meta}))
    assert "start=0" in again["requests"][-1]["url"]


def test_names_and_forms_with_digits_do_not_confuse_an_index() -> None:
    body = (
        (FOLDER / "form.idx")
        .read_bytes()
        .replace(b"9606 - FOG FUND II 2024 LP", b"D 9606 D 20240101 D LP    ")
    )
    found = read(SecEdgarSpider(), respond(ARCHIVES + "daily-index/2024/QTR2/form.20240502.idx", body))
    assert len(found["requests"]) == 2


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_an_index_of_anything_is_read_or_rejected(rows: bytes) -> None:
    head = (FOLDER / "form.idx").read_bytes()[:600]
    found = read(SecEdgarSpider(), respond(ARCHIVES + "daily-index/2024/QTR2/form.20240502.idx", head + rows))
    assert all(one["reason"] for one in found["rejected"])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["facts", "filings", "recent", "files", "accessionNumber", "form", "cik", "cik_str", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(value=json_values, older=st.booleans())
@settings(max_examples=400, deadline=None)
def test_json_soup_gives_records_or_rejections(value: Any, older: bool) -> None:
    url = FILER.replace(".json", "-submissions-001.json") if older else FILER
    found = read(SecEdgarSpider(), respond(url, json.dumps(value).encode()))
    assert found["records"] or found["rejected"] or isinstance(value, dict)


def test_a_visit_goes_from_the_folder_to_each_form(tmp_path: Path) -> None:
    yesterday = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)

    def answer(path: str) -> Answer:
        headers = {"Content-Type": "application/octet-stream"}
        name = path.rpartition("/")[2]
        if name == "company_tickers.json":
            return 200, headers, (FOLDER / "tickers.json").read_bytes()
        if name == "index.json":
            of_it = f"{yesterday.year}/QTR{(yesterday.month + 2) // 3}" in path
            item = [{"name": f"form.{yesterday:%Y%m%d}.idx"}] if of_it else []
            return 200, headers, json.dumps({"directory": {"item": item}}).encode()
        if name.endswith(".idx"):
            return 200, headers, (FOLDER / "company.idx").read_bytes()
        if name == "primary_doc.xml":
            return 200, headers, b"\n" + (FOLDER / "form_d.xml").read_bytes()
        return 404, headers, b""

    with serve(answer) as web:
        (found,) = data("crawl", "sec_edgar", "--web", web.base, cwd=tmp_path)
        asked = Counter(path.rpartition("/")[2] for path in web.paths)
    assert (found["outcome"], found["rejected"], asked["primary_doc.xml"]) == ("complete", 0, 1)
    # the list's two companies; of the form an issuer, a firm, a sale and two persons
    assert found["records"] == 7


@pytest.mark.shared
def test_the_real_forms_are_replayed_as_files(tmp_path: Path) -> None:
    (found,) = data("crawl", "sec_edgar", "--replay", shared("web", "edgar_form_d"), cwd=tmp_path)
    assert (found["outcome"], found["records"], found["rejected"]) == ("complete", 30, 0)
    assert "primary_doc" not in run("status", cwd=tmp_path).stdout
