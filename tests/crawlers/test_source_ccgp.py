"""Award notices of public procurement: the recorded one, sums and their units, and no person anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy.http import Request

from crawlers.award_notice import Award, Notice
from crawlers.sources.ccgp import CcgpSpider, is_organisation, read_awards
from pipelines.errors import UsageError
from pipelines.records import Cooperation, Rejected
from tests.crawlers.saved_pages import cases, respond
from tests.shared import shared

URL = "https://www.ccgp.gov.cn/cggg/dfgg/zbgg/203103/t20310305_1.htm"


def awards(*won: Award, total: str = "", **said: str) -> list[Cooperation | Rejected]:
    notice = Notice(project="示例", buyer="示例局", published="2031-03-05", total=total, awards=list(won))
    for name, value in said.items():
        setattr(notice, name, value)
    return list(read_awards(notice))


def contract(*won: Award, total: str = "", **said: str) -> Cooperation:
    (found,) = awards(*won, total=total, **said)
    assert isinstance(found, Cooperation)
    return found


def recorded() -> bytes:
    (page,) = shared("web", "ccgp").glob("*.html")
    return page.read_bytes()


@pytest.mark.shared
def test_the_recorded_notice_in_full() -> None:
    (found,) = list(CcgpSpider().read(respond(URL, recorded())))
    assert isinstance(found, Cooperation)
    (winner,), (buyer,) = found.providers, found.recipients
    assert (found.kind, winner.name, winner.kind) == ("contract", "河北瑞鹤医疗器械有限公司", "company")
    assert [(one.scheme, one.value) for one in winner.identifiers] == [("uscc", "91130101789833818T")]
    assert (buyer.name, buyer.place) == ("河北医科大学第三医院", "河北省")
    # a bare number; the notice's total in units of 10,000 yuan tells that it is in yuan
    assert found.amount is not None
    assert (found.amount.as_written, found.amount.low, found.amount.currency) == ("5733000", 5_733_000, "CNY")
    assert str(found.when.start) == "2026-09-28"
    assert "RHP-C192668292816-1" in found.quote
    # an organisation's name does not decide what the contract is about
    assert found.technologies == found.applications == ()


@pytest.mark.shared
def test_no_person_or_phone_of_the_recorded_notice_is_kept() -> None:
    found = list(CcgpSpider().read(respond(URL, recorded())))
    kept = " ".join(one.model_dump_json() for one in found if not isinstance(one, Request))
    persons = ("许琳", "何连会", "吴晓炜", "姜霞", "王明", "高俊杰", "赵玉梦", "0311", "自强路", "599号")
    assert not [one for one in persons if one in kept]


@pytest.mark.parametrize("case", cases("ccgp"), ids=lambda case: case.page.stem)
def test_no_person_or_phone_of_a_saved_page_is_kept(case: Any) -> None:
    found = CcgpSpider().read(respond(case.expected["url"], case.body, case.expected))
    kept = " ".join(one.model_dump_json() for one in found if not isinstance(one, Request))
    persons = (
        "赵示例",
        "钱示例",
        "孙示例",
        "李示例",
        "周示例",
        "吴示例",
        "郑示例",
        "王示例",
        "1390000",
        "12345678",
        "示例路",
    )
    assert not [one for one in persons if one in kept]


@pytest.mark.parametrize(
    ("written", "unit", "low"),
    [
        ("63.8600000（万元）", "", 638_600),
        ("382.47103 (万元)", "", 3_824_710.3),
        ("63.86", "万元", 638_600),
        ("638,600.00", "元", 638_600),
        ("￥638600", "", 638_600),
        ("￥63.86万元（人民币）", "", 638_600),
        ("人民币陆拾叁万捌仟陆佰元整（￥638600.00）", "", 638_600),
        ("1.2亿元", "", 120_000_000),
        ("638600元整", "", 638_600),
    ],
)
def test_a_sum_and_its_unit_wherever_it_stands(written: str, unit: str, low: float) -> None:
    amount = contract(Award("晨雾科技有限公司", "line 1", amount=written, unit=unit)).amount
    assert amount is not None
    assert amount.low == amount.high == pytest.approx(low)
    assert amount.currency == "CNY"
    assert amount.as_written == written


@pytest.mark.parametrize(
    "written", ["98.5%", "下浮率：12%", "单价：12.78元", "￥0.000000 万元（人民币）", "0"]
)
def test_a_rate_is_no_sum(written: str) -> None:
    amount = contract(Award("晨雾科技有限公司", "line 1", amount=written)).amount
    assert amount is not None
    assert (amount.as_written, amount.low, amount.high) == (written, None, None)


def test_bare_numbers_take_their_unit_from_the_total() -> None:
    won = [Award("晨雾科技有限公司", "1", amount="50"), Award("雾谷科技有限公司", "2", amount="25")]
    lows = [
        one.amount.low
        for one in awards(*won, total="￥75.0 万元（人民币）")
        if isinstance(one, Cooperation) and one.amount
    ]
    assert lows == [500_000, 250_000]
    found = awards(*won, total="￥80.0 万元（人民币）")
    assert [one.field for one in found if isinstance(one, Rejected)] == ["amount", "amount"]
    assert [one.amount for one in found if isinstance(one, Cooperation)] == [None, None]


def test_a_single_award_has_the_total() -> None:
    found = contract(Award("晨雾科技有限公司", "1"), total="￥75.0 万元（人民币）")
    assert found.amount is not None
    assert found.amount.low == 750_000


@pytest.mark.parametrize(
    ("winner", "names"),
    [
        ("晨雾科技有限公司、雾谷研究院", ["晨雾科技有限公司", "雾谷研究院"]),
        ("晨雾科技有限公司（联合体牵头单位）,雾谷大学（联合体成员）", ["晨雾科技有限公司", "雾谷大学"]),
        ("Morning Mist Co., Ltd.", ["Morning Mist Co., Ltd."]),
        ("晨雾（北京）科技有限公司", ["晨雾（北京）科技有限公司"]),
        ("晨雾科技有限公司 法定代表人：张三", ["晨雾科技有限公司"]),
    ],
)
def test_winners_of_one_package(winner: str, names: list[str]) -> None:
    found = awards(Award(winner, "1"))
    told = [mention.name for one in found if isinstance(one, Cooperation) for mention in one.providers]
    assert told == names or (names[0] in winner and not any("张三" in one for one in told))


@pytest.mark.parametrize(
    ("winner", "reason"),
    [("张三", "may be a person"), ("无", "without a winner"), ("第一中标候选人：甲科技公司", "candidate")],
)
def test_what_is_no_winner(winner: str, reason: str) -> None:
    (found,) = awards(Award(winner, "1"))
    assert isinstance(found, Rejected)
    assert reason in found.reason
    assert winner not in found.model_dump_json()


def test_persons_are_no_organisations() -> None:
    assert not any(map(is_organisation, ["张三", "欧阳示例", "司马大社", "John Smith", "", "院"]))
    assert all(map(is_organisation, ["示例市第一中学校", "示例经营部", "Mist GmbH", "示例省财政厅"]))


def test_the_day_of_the_award_before_that_of_the_notice() -> None:
    won = Award("晨雾科技有限公司", "1")
    assert str(contract(won, decided="2031年2月1日").when.start) == "2031-02-01"
    slip, found = awards(won, decided="张三定标")
    assert isinstance(slip, Rejected)
    assert "张三" not in slip.model_dump_json()
    assert isinstance(found, Cooperation)
    assert str(found.when.start) == "2031-03-05"


def page(ids: list[int], count: int, size: int) -> bytes:
    items = "".join(
        f"<li><a href='http://www.ccgp.gov.cn/a/{one}.htm'>x</a><span>中标公告</span></li>" for one in ids
    )
    return (
        f"<html><body>共找到 <span>{count}</span> 条内容<ul class='vT-srch-result-list-bid'>{items}</ul>"
        f"<script>Pager({{size: {size}, current: 0}})</script></body></html>"
    ).encode()


def search(results: list[bytes], **arguments: Any) -> tuple[list[str], list[Rejected]]:
    spider = CcgpSpider(query="x", since="2031-03-01", until="2031-03-07", **arguments)
    waiting, notices, rejected = [next(spider.start_requests_live())], [], []
    while waiting:
        request = waiting.pop(0)
        number = int(parse_qs(urlsplit(request.url).query)["page_index"][0])
        for one in spider.read(respond(request.url, results[number - 1]).replace(request=request)):
            if isinstance(one, Rejected):
                rejected.append(one)
            elif isinstance(one, Request) and "bxsearch" in one.url:
                waiting.append(one)
            elif isinstance(one, Request):
                notices.append(one.url)
    return notices, rejected


def test_a_search_is_read_to_its_end() -> None:
    notices, rejected = search([page([1, 2], 3, 2), page([3], 3, 2)])
    assert notices == [f"https://www.ccgp.gov.cn/a/{one}.htm" for one in (1, 2, 3)]
    assert not rejected


def test_a_search_with_too_many_pages_says_what_it_leaves() -> None:
    notices, rejected = search([page([1, 2], 3, 2), page([3], 3, 2)], pages="1")
    assert len(notices) == 2
    assert [one.kind for one in rejected] == ["listing"]


def test_words_kinds_and_days_are_asked_for() -> None:
    asked = [
        parse_qs(urlsplit(one.url).query)
        for one in CcgpSpider(query="甲,乙", since="2031-03-01", until="2031-03-07").start_requests_live()
    ]
    assert [(one["kw"][0], one["bidType"][0]) for one in asked] == [
        ("甲", "7"),
        ("甲", "11"),
        ("乙", "7"),
        ("乙", "11"),
    ]
    assert {(one["start_time"][0], one["end_time"][0]) for one in asked} == {("2031:03:01", "2031:03:07")}


@pytest.mark.parametrize(
    "arguments",
    [
        {"query": ""},
        {"since": "soon"},
        {"since": "2031-01-02", "until": "2031-01-01"},
        {"pages": "0"},
        {"pages": "x"},
    ],
)
def test_wrong_arguments_are_told(arguments: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        CcgpSpider(**arguments)


def test_one_notice_has_one_name() -> None:
    spider = CcgpSpider()
    for url in ("http://www.ccgp.gov.cn/cggg/a.htm", "https://ccgp.gov.cn/cggg/a.htm#x"):
        assert spider.owns(url)
        assert spider.canonical(url) == "https://www.ccgp.gov.cn/cggg/a.htm"
    assert not spider.owns("https://www.gov.cn/cggg/a.htm")


def test_a_notice_handed_in_as_a_file_is_read(tmp_path: Path) -> None:
    (case,) = [one for one in cases("ccgp") if one.page.stem == "contract"]
    assert case.page.name.endswith(CcgpSpider.declaration.documents)
    (found,) = CcgpSpider().read(respond("file:///ccgp/contract.html", case.body))
    assert isinstance(found, Cooperation)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200), st.sampled_from(["vF_detail_content", "vT-srch-result-list-bid", "x"]))
def test_any_page_gives_records_or_rejections(text: str, name: str) -> None:
    body = f"<html><body><ul class='{name}'><li><a href='{text}'>{text}</a></li></ul><div class='{name}'>供应商名称：{text}</div>"
    for one in CcgpSpider().read(respond(URL, body.encode("utf-8", "replace"))):
        assert isinstance(one, Cooperation | Rejected | Request)
