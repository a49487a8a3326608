"""The policy library: every recorded answer, the classes' totals page by page, and titles that hold more than a title."""

from __future__ import annotations

import json
from collections import Counter
from copy import deepcopy
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy.http import Request

from crawlers.sources.gov_cn_policy import LEFT, GovCnPolicySpider, read_policy
from pipelines.errors import UsageError
from pipelines.records import Policy, Rejected
from tests.crawlers.archives import responses
from tests.crawlers.saved_pages import Case, changes, read, respond
from tests.shared import shared

URL = "https://sousuo.www.gov.cn/search-gov/data?t=zhengcelibrary&q=x&p={}&n=2"
ARCHIVE = "gov_cn_policy.warc.gz"


def policy(**entry: Any) -> Policy:
    (found,) = list(read_policy({"url": "https://www.gov.cn/a.htm", **entry}, "$"))
    assert isinstance(found, Policy)
    return found


@pytest.mark.shared
def test_every_recorded_entry_becomes_a_policy() -> None:
    spider, counts, titles = GovCnPolicySpider(), Counter[str](), set()
    for url, body in responses(shared("web", ARCHIVE)):
        assert spider.owns(url)
        found = list(spider.read(respond(url, body)))
        assert not [one for one in found if not isinstance(one, Policy)]
        policies = [one for one in found if isinstance(one, Policy)]
        classes = json.loads(body)["searchVO"]["catMap"]
        assert len(policies) == sum(one["totalCount"] for one in classes.values())
        counts["pages"] += 1
        counts["policies"] += len(policies)
        counts["numbered"] += sum(bool(one.number) for one in policies)
        counts["issuers"] += sum(len(one.issuers) for one in policies)
        counts["sure"] += sum(one.confidence == 1 for one in policies)
        titles |= {one.title for one in policies}
        assert all(one.when.precision == "day" and "<" not in one.title and one.url for one in policies)
        assert all(one.when.start is not None and one.when.start.year >= 2023 for one in policies)
    assert counts == {"pages": 10, "policies": 60, "numbered": 43, "issuers": 143, "sure": 43}
    assert len(titles) == 12


@pytest.mark.shared
def test_a_recorded_policy_in_full() -> None:
    url, body = next(iter(responses(shared("web", ARCHIVE))))
    policies = {
        one.locator: one for one in GovCnPolicySpider().read(respond(url, body)) if isinstance(one, Policy)
    }
    rules = policies["$.searchVO.catMap.gongwen.listVO[0]"]
    assert (rules.title, rules.number) == ("中华人民共和国两用物项出口管制条例", "国令第792号")
    # signed on the last of September, published three weeks later
    assert (str(rules.when.start), [one.name for one in rules.issuers]) == ("2024-09-30", ["国务院"])
    # the gazette gives the same document, its number in the title
    again = policies["$.searchVO.catMap.gongbao.listVO[0]"]
    assert (again.title, again.number, again.issuers, again.when.start) == (
        rules.title, rules.number, rules.issuers, rules.when.start,
    )  # fmt: skip
    notice = policies["$.searchVO.catMap.bumenfile.listVO[0]"]
    assert [one.name for one in notice.issuers] == ["商务部", "工业和信息化部", "海关总署", "国家密码局"]


@pytest.mark.shared
def test_every_field_of_a_recorded_answer_is_read_or_left(tmp_path: Path) -> None:
    done: dict[str, bool] = {}
    for number, (url, body) in enumerate(responses(shared("web", ARCHIVE))):
        if number not in (0, 3, 6):
            continue
        answer = json.loads(body)
        answer["searchVO"]["ztflTree"] = answer["searchVO"]["ztflTree"][:2]  # all alike
        page = tmp_path / f"{number}.json"
        page.write_text(json.dumps(answer), "utf-8")
        before = told(url, page.read_bytes())
        for field, changed in changes(Case("gov_cn_policy", page, {})):
            # the classes have the same fields
            if "catMap." in field:
                field = "catMap.x." + field.partition("catMap.")[2].partition(".")[2]
            if not done.get(field):
                done[field] = told(url, changed) != before
    # totals and ids tell where a listing of several pages ends
    paging = {"searchVO.catMap.x.totalCount", "catMap.x.totalCount"}
    unread = {field for field, is_read in done.items() if not is_read} - paging
    assert not {
        field
        for field in unread
        if not any(fnmatchcase(field, key) or fnmatchcase(field, "*." + key) for key in LEFT)
    }


def told(url: str, body: bytes) -> Any:
    found = read(GovCnPolicySpider(), respond(url, body))
    return [{key: value for key, value in one.items() if key != "quote"} for one in found["records"]], found[
        "rejected"
    ]


def page(entries: dict[str, tuple[int, list[int]]]) -> bytes:
    classes = {
        name: {
            "totalCount": total,
            "listVO": [
                {"id": str(one), "title": f"{name}{one}", "url": "https://www.gov.cn/a"} for one in ids
            ],
        }
        for name, (total, ids) in entries.items()
    }
    return json.dumps({"code": 200, "searchVO": {"catMap": classes}}).encode()


def visit(pages: dict[str, list[bytes]], spider: GovCnPolicySpider) -> tuple[list[str], list[Rejected], int]:
    """Titles, rejections and number of visits of a walk over pages, each in its states in turn."""
    waiting, titles, rejected, visits = list(spider.start_requests_live()), [], [], 0
    while waiting:
        request = waiting.pop(0)
        number = parse_qs(urlsplit(request.url).query)["p"][0]
        states = pages[number]
        body = states.pop(0) if len(states) > 1 else states[0]
        visits += 1
        assert visits < 20
        answer = respond(request.url.replace("n=50", "n=2"), body).replace(request=request)
        for one in spider.read(answer):
            if isinstance(one, Request):
                waiting.append(one)
            elif isinstance(one, Policy):
                titles.append(one.title)
            else:
                assert isinstance(one, Rejected)
                rejected.append(one)
    return titles, rejected, visits


def test_classes_of_different_length_are_read_to_their_ends() -> None:
    pages = {
        "1": [page({"gongwen": (5, [1, 2]), "bumenfile": (3, [1, 2]), "otherfile": (1, [1])})],
        "2": [page({"gongwen": (5, [3, 4]), "bumenfile": (3, [3])})],
        "3": [page({"gongwen": (5, [5])})],
    }
    titles, rejected, visits = visit(pages, GovCnPolicySpider(query="x"))
    assert len(set(titles)) == len(titles) == 9
    assert (rejected, visits) == ([], 3)


def test_a_listing_that_shifts_is_read_again() -> None:
    pages = {
        "1": [page({"gongwen": (3, [1, 2])}), page({"gongwen": (4, [9, 1])})],
        "2": [page({"gongwen": (4, [2, 3])})],
    }
    titles, rejected, visits = visit(pages, GovCnPolicySpider(query="x"))
    assert {"gongwen9", "gongwen1", "gongwen2", "gongwen3"} == set(titles)
    assert (rejected, visits) == ([], 4)


def test_a_listing_that_hides_entries_is_reported() -> None:
    pages = {"1": [page({"gongwen": (3, [1, 2])})], "2": [page({"gongwen": (3, [2])})]}
    _, rejected, _ = visit(pages, GovCnPolicySpider(query="x"))
    assert [one.kind for one in rejected] == ["listing"]


def test_a_search_in_one_class_gives_one_list() -> None:
    entry = {"id": "1", "title": "示例", "url": "https://www.gov.cn/a", "puborg": "示例部"}
    body = json.dumps(
        {"code": 200, "searchVO": {"totalCount": 3, "listVO": [entry], "catMap": None}}
    ).encode()
    found = read(GovCnPolicySpider(), respond(URL.format(1).replace("library&", "library_bm&"), body))
    assert [(one["title"], one["locator"]) for one in found["records"]] == [("示例", "$.searchVO.listVO[0]")]
    assert [one["url"].partition("&p=")[2] for one in found["requests"]] == ["2&n=2"]
    # which class it is, only the address tells
    assert read(GovCnPolicySpider(), respond(URL.format(1), body))["rejected"][0]["kind"] == "page"


def test_only_the_classes_asked_for_are_kept() -> None:
    body = page({"gongwen": (1, [1]), "otherfile": (1, [1])})
    found = read(GovCnPolicySpider(classes="gongwen"), respond(URL.format(1), body))
    assert [one["title"] for one in found["records"]] == ["gongwen1"]
    assert not found["rejected"]


def test_nothing_found_is_an_answer_and_an_error_is_none() -> None:
    assert read(GovCnPolicySpider(), respond(URL.format(1), b'{"code": 1001, "searchVO": null}')) == {
        "records": [], "rejected": [], "requests": [],
    }  # fmt: skip
    found = read(GovCnPolicySpider(), respond(URL.format(1), '{"code": 500, "msg": "系统繁忙"}'.encode()))
    assert [(one["kind"], "系统繁忙" in one["reason"]) for one in found["rejected"]] == [("page", True)]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("关于<em>示例</em>的<em>通知</em>", ("关于示例的通知", "", [])),
        ("示例部令（第12号）<br>示例办法", ("示例办法", "示例部令（第12号）", ["示例部"])),
        ("中华人民共和国国务院令（第9号）<br/>　　示例条例", ("示例条例", "国令第9号", ["国务院"])),
        ("国务院关于示例的意见<BR />国发〔2031〕5号", ("国务院关于示例的意见", "国发〔2031〕5号", [])),
        ("示例部关于示例的公告<br/>2031年第8号", ("示例部关于示例的公告", "2031年第8号", [])),
        ("示例规划<br/>（2031—2035年）", ("示例规划 （2031—2035年）", "", [])),
        ("A &lt;b&gt; B", ("A <b> B", "", [])),
        ("示例<x" + "<" * 3000, ("示例", "", [])),
    ],
)
def test_a_title_may_hold_marks_and_the_number(title: str, expected: tuple[str, str, list[str]]) -> None:
    found = policy(title=title)
    assert found.title.startswith(expected[0])
    assert (found.number, [one.name for one in found.issuers]) == expected[1:]


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("甲部 乙部、丙局；丁委", ["甲部", "乙部", "丙局", "丁委"]),
        ("甲部等七部门", ["甲部"]),
        ("甲部　甲部", ["甲部"]),
        ("中共中央办公厅 国务院办公厅", ["中共中央办公厅", "国务院办公厅"]),
        ("", []),
    ],
)
def test_issuers_are_told_apart(written: str, names: list[str]) -> None:
    assert [one.name for one in policy(title="示例", puborg=written).issuers] == names


def test_no_day_is_not_the_first_of_1970() -> None:
    assert policy(title="示例", ptime=0).when.start is None
    assert str(policy(title="示例", ptime=0, pubtimeStr="2031.02.03").when.start) == "2031-02-03"
    # the last second of a day in China
    assert str(policy(title="示例", ptime=1928678399000).when.start) == "2031-02-12"


@pytest.mark.parametrize(
    "arguments", [{"query": " , "}, {"classes": "news"}, {"classes": ""}, {"since": "soon"}]
)
def test_wrong_arguments_are_told(arguments: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        GovCnPolicySpider(**arguments)


def test_days_and_words_are_asked_for() -> None:
    first, second = GovCnPolicySpider(
        query="甲,乙", since="2030-01-01", until="2030-12-31"
    ).start_requests_live()
    asked = parse_qs(urlsplit(first.url).query)
    assert (asked["q"], asked["timetype"], asked["mintime"], asked["maxtime"]) == (
        ["甲"], ["timezd"], ["2030-01-01"], ["2030-12-31"],
    )  # fmt: skip
    assert parse_qs(urlsplit(second.url).query)["q"] == ["乙"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ["code", "searchVO", "catMap", "gongwen", "gongbao", "listVO", "totalCount", "title", "url", "id", "ptime",
             "pubtimeStr", "puborg", "pcode", "x"]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(JSON, JSON, JSON)
def test_any_json_gives_records_or_rejections(answer: Any, classes: Any, entry: Any) -> None:
    shapes = [
        answer,
        {"code": 200, "searchVO": answer},
        {"code": 200, "searchVO": {"catMap": classes}},
        {
            "code": 200,
            "searchVO": {"catMap": {"gongwen": {"totalCount": 1, "listVO": [entry, deepcopy(entry)]}}},
        },
    ]
    for shape in shapes:
        body = json.dumps(shape).encode()
        for one in GovCnPolicySpider().read(respond(URL.format(1), body)):
            assert isinstance(one, Policy | Rejected | Request)
