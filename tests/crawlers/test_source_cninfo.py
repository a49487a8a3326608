"""cninfo: the recorded answer, questions and their pages, days in China, and what may be wrong with an entry."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy.http import FormRequest, Request

from crawlers.files import lasting_name
from crawlers.sources.cninfo import LEFT, WORDS, CninfoSpider, read_announcement
from pipelines.errors import UsageError
from pipelines.reading import Gazetteer, read_document
from pipelines.records import Cooperation, Document, Identifier, Mention, Organisation, Rejected
from tests.crawlers.saved_pages import PAGES, read, respond
from tests.crawlers.test_sources import _covers
from tests.pipelines.pdf_files import Page, pdf
from tests.program import data
from tests.shared import shared

QUERY = "https://www.cninfo.com.cn/new/hisAnnouncement/query"
STOCKS = "https://www.cninfo.com.cn/new/data/szse_stock.json"
RECORDED = "hisAnnouncement_bigfund_20260713.json"


def saved(name: str) -> Any:
    return json.loads((PAGES / "cninfo" / name).read_text("utf-8"))


def entry(**change: Any) -> Any:
    return {**saved("announcements.json")["announcements"][0], **change}


@pytest.mark.shared
def test_the_recorded_answer() -> None:
    path, spider = shared("web", "cninfo", RECORDED), CninfoSpider()
    assert spider.owns(lasting_name(path))
    found = list(spider.read(respond(lasting_name(path), path.read_bytes())))
    companies = [one for one in found if isinstance(one, Organisation)]
    assert [
        (one.subject.name, {i.scheme: i.value for i in one.subject.identifiers}) for one in companies
    ] == [
        ("中芯国际", {"stock": "688981.SH", "cninfo:org": "gshk0000981"}),
        ("沪硅产业", {"stock": "688126.SH", "cninfo:org": "9900039304"}),
    ]
    documents = [one for one in found if isinstance(one, Document)]
    assert [str(one.when.start) for one in documents] == [
        "2026-06-25",
        "2026-05-09",
        "2025-12-30",
        "2025-11-27",
    ]
    assert documents[0].url == "https://static.cninfo.com.cn/finalpage/2026-06-25/1225386201.PDF"
    assert documents[0].text.startswith("中芯国际：国家集成电路产业投资基金")
    assert len(found) == 6


@pytest.mark.shared
def test_every_field_of_the_recorded_answer_is_read_or_left_for_a_reason() -> None:
    read_here = {"totalAnnouncement", "hasMore"}
    read_here |= {f"announcements.{one}" for one in ("secCode", "secName", "orgId", "adjunctUrl")}
    read_here |= {f"announcements.announcement{one}" for one in ("Title", "Time")}
    answer = json.loads(shared("web", "cninfo", RECORDED).read_text("utf-8"))
    paths = {key for key in answer if key != "announcements"}
    paths |= {f"announcements.{key}" for one in answer["announcements"] for key in one}
    for path in paths:
        assert any(_covers(key, path) for key in (*LEFT, *read_here)), path


@pytest.mark.shared
def test_the_recorded_folder_is_replayed(tmp_path: Path) -> None:
    (found,) = data("crawl", "cninfo", "--replay", shared("web", "cninfo"), cwd=tmp_path)
    assert (found["outcome"], found["snapshots"], found["records"], found["rejected"]) == (
        "complete",
        1,
        6,
        0,
    )


def test_midnight_is_chinas_and_an_evening_is_its_own_day() -> None:
    entries = saved("announcements.json")["announcements"]
    found = [one for each in entries for one in read_announcement(each, "$") if isinstance(one, Document)]
    assert [str(one.when.start) for one in found] == ["2024-03-01", "2024-03-01", "2024-02-29", "2024-02-28"]


def test_marks_of_the_search_and_escapes_are_no_part_of_a_title() -> None:
    title = "关于与<em>雾海</em>签署<EM>合作</EM>协议 &lt;A&amp;B&gt; 的公告"
    *_, found = read_announcement(entry(announcementTitle=title), "$")
    assert isinstance(found, Document)
    assert found.title == "关于与雾海签署合作协议 <A&B> 的公告"
    assert found.text == f"晨雾智能{found.title}"


def test_a_title_that_tells_of_cooperation_is_read() -> None:
    *_, found = read_announcement(entry(), "$")
    assert isinstance(found, Document)
    known = Gazetteer([Mention(name="晨雾智能", kind="company"), Mention(name="雾海汽车", kind="company")])
    (told,) = read_document(found, known)
    assert isinstance(told, Cooperation)
    assert (told.kind, [one.name for one in told.parties]) == (
        "strategic agreement",
        ["晨雾智能", "雾海汽车"],
    )
    assert str(told.when.start) == "2024-03-01"


def test_a_bonds_announcement_names_no_company() -> None:
    (found,) = read_announcement(entry(secCode="149999", secName="24晨雾01"), "$")
    assert isinstance(found, Document)
    assert found.text == found.title


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"secCode": ""}, "code"),
        ({"secCode": "300999,200999"}, "code"),
        ({"secCode": "３００９９９"}, "code"),
        ({"secName": "x" * 301}, "Mention.name"),
        ({"orgId": None}, "orgId"),
        ({"announcementTitle": " "}, "announcementTitle"),
        ({"announcementTime": "2024-03-01"}, "announcementTime"),
        ({"announcementTime": 10**30}, "when"),
        ({"adjunctUrl": ""}, "adjunctUrl"),
        ({"adjunctUrl": "//elsewhere.example/a.PDF"}, "adjunctUrl"),
        ({"adjunctUrl": "javascript:x"}, "adjunctUrl"),
    ],
)
def test_an_entry_that_cannot_be_used_is_rejected_with_its_field(change: dict[str, Any], field: str) -> None:
    (found,) = read_announcement(entry(**change), "$.announcements[3]")
    assert isinstance(found, Rejected)
    assert (found.locator, found.field) == ("$.announcements[3]", field)


def test_a_question_is_a_form_named_as_a_query() -> None:
    spider = CninfoSpider(
        words="战略合作,中标", since="2024-02-01", until="2024-03-01", category="category_zf_szsh"
    )
    stocks, first, second = spider.start_requests_live()
    assert (stocks.url, first.method, first.url) == (STOCKS, "POST", QUERY)
    assert isinstance(first, FormRequest)
    form = parse_qs(first.body.decode(), keep_blank_values=True)
    assert form["seDate"] == ["2024-02-01~2024-03-01"]
    assert (form["pageNum"], form["searchkey"], form["stock"]) == (["1"], ["战略合作"], [""])
    named = dict(parse_qsl(urlsplit(first.meta["page_url"]).query))
    assert named == {key: value for key, (value,) in form.items() if value}
    assert first.meta["listing"] != second.meta["listing"]
    assert spider.owns(first.meta["page_url"])


def test_without_words_those_for_cooperation_are_asked_for() -> None:
    starts = list(CninfoSpider().start_requests_live())
    assert len(starts) == 1 + len(WORDS)


def test_companies_are_asked_for_with_the_sites_own_number() -> None:
    spider = CninfoSpider(stocks="300999")
    assert [one.url for one in spider.start_requests_live()] == [STOCKS]
    body = (PAGES / "cninfo" / "stocks.json").read_bytes()
    (asked,) = [one for one in spider.read(respond(STOCKS, body)) if isinstance(one, Request)]
    assert parse_qs(asked.body.decode())["stock"] == ["300999,9900099901"]


def test_a_periodic_report_gives_its_figures_and_any_other_announcement_none() -> None:
    page = Page()
    page.lines(
        "证券代码：688999 证券简称：示例科技\n2023年第一季度报告\n主要财务数据\n单位：千元 币种：人民币"
    )
    page.table([("项目", "本报告期"), ("营业收入", "1,234")])
    url = "https://static.cninfo.com.cn/finalpage/2023-04-29/1216688.PDF"
    (one,) = CninfoSpider().read(respond(url, pdf(page)))
    assert isinstance(one, Organisation)
    assert (one.subject.name, one.subject.identifiers) == (
        "示例科技", (Identifier(scheme="stock", value="688999.SH"),),
    )  # fmt: skip
    (attribute,) = one.attributes
    assert (attribute.name, attribute.number, one.locator) == (
        "revenue_3_months", 1_234_000, "page:1 table:1 row:2 col:2",
    )  # fmt: skip
    other = Page()
    other.lines("证券代码：688999 证券简称：示例科技\n关于签订战略合作协议的公告")
    assert list(CninfoSpider().read(respond(url, pdf(other)))) == []
    (odd,) = CninfoSpider().read(respond(url, b"<html>firewall</html>"))
    assert isinstance(odd, Rejected)


@pytest.mark.parametrize(
    "arguments",
    [
        {"stocks": "晨雾"},
        {"since": "1.3.2024"},
        {"until": "soon"},
        {"since": "2024-03-02", "until": "2024-03-01"},
    ],
)
def test_arguments_that_cannot_be_read_are_errors_of_use(arguments: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        CninfoSpider(**arguments)


def _asked(spider: CninfoSpider, request: Request, answer: Any) -> dict[str, Any]:
    meta = {"meta": dict(request.meta)}
    return read(spider, respond(request.url, json.dumps(answer).encode(), meta))


def _page(count: int, total: int, more: bool, start: int = 0) -> Any:
    entries = [entry(announcementId=str(start + number)) for number in range(count)]
    return {"totalAnnouncement": total, "announcements": entries, "hasMore": more}


def test_a_question_is_paged_to_its_end_and_counted() -> None:
    spider = CninfoSpider(words="合作", since="2024-02-01", until="2024-03-01")
    *_, first = spider.start_requests_live()
    (second,) = _asked(spider, first, _page(30, 40, True))["requests"]
    assert "pageNum=2" in second["meta"]["page_url"]
    last = _asked(spider, Request(QUERY, meta=second["meta"]), _page(10, 40, False, 30))
    assert not last["requests"]
    assert not last["rejected"]


def test_a_question_that_shifts_is_asked_anew_and_then_reported() -> None:
    spider = CninfoSpider(words="合作", since="2024-02-01", until="2024-03-01")
    *_, first = spider.start_requests_live()
    for _ in range(2):
        (second,) = _asked(spider, first, _page(30, 40, True))["requests"]
        again = _asked(spider, Request(QUERY, meta=second["meta"]), _page(10, 41, False, 30))
        assert "pageNum=1" in again["requests"][-1]["meta"]["page_url"]
    _asked(spider, first, _page(30, 40, True))
    told = _asked(spider, Request(QUERY, meta=second["meta"]), _page(10, 41, False, 30))
    assert [one["kind"] for one in told["rejected"]] == ["listing"]


def test_a_question_with_more_than_is_shown_is_asked_for_each_half_of_its_days() -> None:
    spider = CninfoSpider(words="合作", since="2024-02-01", until="2024-02-02")
    *_, first = spider.start_requests_live()
    halves = _asked(spider, first, _page(30, 3001, True))["requests"]
    days = [parse_qs(urlsplit(one["meta"]["page_url"]).query)["seDate"][0] for one in halves]
    assert days == ["2024-02-01~2024-02-01", "2024-02-02~2024-02-02"]
    # one day is not divided: it is paged as far as it goes
    day = _asked(spider, Request(QUERY, meta=halves[0]["meta"]), _page(30, 3001, True))
    assert ["pageNum=2" in one["meta"]["page_url"] for one in day["requests"]] == [True]


def test_a_total_without_entries_is_rejected_and_nothing_found_is_not() -> None:
    found = _asked(CninfoSpider(), Request(QUERY), {"totalAnnouncement": 7, "announcements": None})
    assert "none of 7" in found["rejected"][0]["reason"]
    assert not any(_asked(CninfoSpider(), Request(QUERY), saved("nothing.json")).values())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(key=st.sampled_from(sorted(entry())), value=json_values)
@settings(max_examples=300, deadline=None)
def test_no_value_in_any_field_raises(key: str, value: Any) -> None:
    for one in read_announcement(entry(**{key: value}), "$"):
        assert isinstance(one, Organisation | Document | Rejected)


@given(
    key=st.sampled_from(["announcements", "totalAnnouncement", "hasMore", "stockList"]),
    value=json_values,
    query=st.text(max_size=30),
)
@settings(max_examples=300, deadline=None)
def test_no_answer_raises(key: str, value: Any, query: str) -> None:
    body = json.dumps({**saved("announcements.json"), key: value}).encode()
    found = read(CninfoSpider(), respond(QUERY, body, {"meta": {"page_url": f"{QUERY}?pageNum={query}"}}))
    assert all(one["reason"] for one in found["rejected"])


@contextmanager
def site(asked: list[dict[str, str]]) -> Iterator[str]:
    """A small cninfo that answers the form with two pages, and keeps what was asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            listed = self.path.endswith("_stock.json")
            self._answer(
                200 if listed else 404, (PAGES / "cninfo" / "stocks.json").read_bytes() if listed else b""
            )

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            form = dict(parse_qsl(body.decode()))
            asked.append(form)
            first = form["pageNum"] == "1"
            page = _page(30, 31, True) if first else _page(1, 31, False, 30)
            self._answer(200, json.dumps(page).encode())

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json;charset=UTF-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def test_a_visit_asks_each_question_page_by_page(tmp_path: Path) -> None:
    asked: list[dict[str, str]] = []
    with site(asked) as base:
        (found,) = data("crawl", "cninfo", "--web", base, cwd=tmp_path)
    assert sorted((one["searchkey"], one["pageNum"]) for one in asked) == sorted(
        (word, page) for word in WORDS for page in "12"
    )
    # each page of each question is a page of its own, though all have one address
    assert found["snapshots"] == 1 + 2 * len(WORDS)
    assert found["outcome"] == "complete"
