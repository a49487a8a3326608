"""Persons: CVs and sentences of news of our own writing, each rule once; the labelled CVs where they are at hand."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reading.fact import Fact
from pipelines.reading.people import METHOD, read_all
from pipelines.reading.people.plain import Plain
from pipelines.reading.people.posts import employer_end, pieces, read_held
from pipelines.reading.people.times import find_times
from pipelines.reading.people.words import left_edge, one_of, split_by_words, words_of
from tests.shared import shared

OPENING = "林一舟，男，1970年3月出生，硕士，"


def facts(text: str, kind: str = "") -> list[Fact]:
    (found,) = read_all([text])
    return [one for one in found if kind in ("", one.type)]


def words(fact: Fact, role: str) -> str:
    return "、".join(piece.text for piece in fact.roles.get(role, ()))  # type: ignore[call-overload]


def held(text: str) -> list[tuple[str, str]]:
    return [(words(one, "employer"), words(one, "post")) for one in facts(text, "employment")]


def dated(text: str) -> list[tuple[str, str, str]]:
    return [
        (words(one, "employer"), words(one, "post"), one.when.as_written) for one in facts(text, "employment")
    ]


def studied(text: str) -> list[tuple[str, str, str, str]]:
    return [
        (words(one, "school"), words(one, "degree"), words(one, "field"), one.when.as_written)
        for one in facts(text, "education")
    ]


# --- Employment ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clause", "employer", "post"),
    [
        ("任青原电子股份有限公司财务部副总经理", "青原电子股份有限公司", "财务部副总经理"),
        ("任青原（集团）有限公司董事长", "青原（集团）有限公司", "董事长"),
        ("任青原电子（深圳）有限公司的总裁", "青原电子（深圳）有限公司", "总裁"),
        ("任青原集团人力资源部总经理助理", "青原集团", "人力资源部总经理助理"),
        ("任青原首席运营官", "青原", "首席运营官"),
        ("任青原产险总公司总经理", "青原产险总公司", "总经理"),
        ("任东江大学经济学院院长", "东江大学经济学院", "院长"),
        ("任东江大学会计系教授", "东江大学", "会计系教授"),
        ("任青原银行滨海分行行长", "青原银行", "滨海分行行长"),
        ("任滨海市科技局综合处处长", "滨海市科技局", "综合处处长"),
        ("任财政部科员", "财政部", "科员"),
        ("任滨海会计师事务所合伙人", "滨海会计师事务所", "合伙人"),
        ("任滨海市软件行业协会秘书长", "滨海市软件行业协会", "秘书长"),
        ("任青原集团全资子公司青原物流有限公司总经理", "青原物流有限公司", "总经理"),
        ("任本公司监事会主席", "本公司", "监事会主席"),
        ("任公司董事会审计委员会委员", "公司", "董事会审计委员会委员"),
        ("任青原集团有限公司（沪市上市公司，代码600000）独立董事", "青原集团有限公司", "独立董事"),
        ("任青原科技有限公司副总经理（主持工作）", "青原科技有限公司", "副总经理"),
    ],
)
def test_where_an_employer_ends_and_a_post_begins(clause: str, employer: str, post: str) -> None:
    assert held(f"{OPENING}{clause}。") == [(employer, post)]


def test_posts_of_one_employer_and_several_employers_of_one_post() -> None:
    assert held(f"{OPENING}历任青原有限公司会计、财务部经理、总监，白桦有限公司总裁兼董事。") == [
        ("青原有限公司", "会计"),
        ("青原有限公司", "财务部经理"),
        ("青原有限公司", "总监"),
        ("白桦有限公司", "总裁"),
        ("白桦有限公司", "董事"),
    ]
    assert held(f"{OPENING}兼任青原有限公司、白桦有限公司等公司董事。") == [
        ("青原有限公司", "董事"),
        ("白桦有限公司", "董事"),
    ]
    assert held(f"{OPENING}任青原有限公司首席执行官和白桦（北京）有限公司的董事长。") == [
        ("青原有限公司", "首席执行官"),
        ("白桦（北京）有限公司", "董事长"),
    ]


def test_years_stay_with_their_posts() -> None:
    text = (
        f"{OPENING}1995年7月至2001年2月任青原厂技术员、车间主任；2001年3月至2009年12月在白桦股份有限公司工作，"
        "历任经理、副总裁；2010年1月起任黑松科技首席技术官，现任本公司董事，兼任东江大学客座教授。"
    )
    assert dated(text) == [
        ("青原厂", "技术员", "1995年7月至2001年2月"),
        ("青原厂", "车间主任", "1995年7月至2001年2月"),
        ("白桦股份有限公司", "", "2001年3月至2009年12月"),
        ("白桦股份有限公司", "经理", "2001年3月至2009年12月"),
        ("白桦股份有限公司", "副总裁", "2001年3月至2009年12月"),
        ("黑松科技", "首席技术官", "2010年1月起"),
        ("本公司", "董事", ""),
        ("东江大学", "客座教授", ""),
    ]
    first, *_, last = facts(text, "employment")
    assert (first.when.start, first.when.end) == (dt.date(1995, 7, 1), dt.date(2001, 2, 28))
    assert first.details["current"] == "false"
    assert facts(text, "employment")[3].details["dates"] == "of the series"
    assert facts(text, "employment")[6].details == {"current": "true", "itself": "true"}
    assert "current" not in last.details


def test_a_list_of_years_without_verbs() -> None:
    text = "高远，男，1968年生，毕业于东江大学。1990.07-1995.03 青原机械厂 技术员；1995.04-至今 白桦集团有限公司 总工程师、副总裁"
    assert dated(text) == [
        ("青原机械厂", "技术员", "1990.07-1995.03"),
        ("白桦集团有限公司", "总工程师", "1995.04-至今"),
        ("白桦集团有限公司", "副总裁", "1995.04-至今"),
    ]


def test_joining_a_company_reaches_one_clause() -> None:
    assert dated(f"{OPENING}2012年加入青原，任研究院副院长，2015年离职。") == [
        ("青原", "", "2012年"),
        ("青原", "研究院副院长", "2012年"),
    ]


def test_several_places_of_work_in_one_list() -> None:
    assert held(f"{OPENING}曾在青原（集团）公司、白桦会计师事务所、黑松银行工作。") == [
        ("青原（集团）公司", ""),
        ("白桦会计师事务所", ""),
        ("黑松银行", ""),
    ]


def test_a_statement_in_brackets_is_read_and_changes_nothing_behind_it() -> None:
    assert held(f"{OPENING}历任青原有限公司副总经理（期间兼任白桦有限公司董事），现任黑松有限公司总裁。") == [
        ("青原有限公司", "副总经理"),
        ("白桦有限公司", "董事"),
        ("黑松有限公司", "总裁"),
    ]


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("1998年至今任职青原通讯，历任市场部经理", [("青原通讯", ""), ("青原通讯", "市场部经理")]),
        ("曾任国家青原银行信贷局副局长", [("国家青原银行", "信贷局副局长")]),
        ("任青原证券投资银行部业务总监", [("青原证券", "投资银行部业务总监")]),
        ("任国家青原基金委员会信息部主任", [("国家青原基金委员会", "信息部主任")]),
        ("任滨海市经济委员会企业处处长", [("滨海市经济委员会", "企业处处长")]),
        ("任东江研究院研究员、博士生导师", [("东江研究院", "研究员"), ("东江研究院", "博士生导师")]),
        ("1990年至1993年在青原公司从事研发工作", [("青原公司", "")]),
        ("1978年3月参加工作，1979年起在青原六厂工作", [("青原六厂", "")]),
        ("任青原会计师事务所（特殊普通合伙）项目经理", [("青原会计师事务所（特殊普通合伙）", "项目经理")]),
        (
            "任上交所上市公司青原有限公司（代码：600000）及白桦有限公司之独立董事",
            [("青原有限公司", "独立董事"), ("白桦有限公司", "独立董事")],
        ),
        ("1980年至1995年在部队服役，1996年起任青原律师事务所律师", [("青原律师事务所", "律师")]),
        ("任青原集团董事，青原电器董事长", [("青原集团", "董事"), ("青原电器", "董事长")]),
        ("任青原厂厂长，2010年起任滨海市人大代表、司法委员会委员", [("青原厂", "厂长")]),
    ],
)
def test_names_within_names(clause: str, expected: list[tuple[str, str]]) -> None:
    assert held(f"{OPENING}{clause}。") == expected


def test_what_is_no_post() -> None:
    assert held(f"{OPENING}现为中国注册会计师、高级工程师，任滨海市人大代表，获评优秀企业家。") == []


# --- Education -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("1990年毕业于东江大学数理统计专业", [("东江大学", "", "数理统计", "1990年")]),
        ("东江大学经济学硕士", [("东江大学", "硕士", "经济学", "")]),
        ("获得东江大学工商管理硕士学位", [("东江大学", "硕士", "工商管理", "")]),
        (
            "1991年毕业于东江财经大学会计学专业，获学士学位",
            [("东江财经大学", "学士", "会计学", "1991年")],
        ),
        (
            "毕业于东江理工学院，获得自动化硕士、电子工程学士和经济学学士学位",
            [
                ("东江理工学院", "硕士", "自动化", ""),
                ("东江理工学院", "学士", "电子工程", ""),
                ("东江理工学院", "学士", "经济学", ""),
            ],
        ),
        (
            "于1984年、1999年分别获得东江大学数学学士及管理学硕士学位",
            [("东江大学", "学士", "数学", "1984年"), ("东江大学", "硕士", "管理学", "1999年")],
        ),
        (
            "西河大学、东江大学光华管理学院工商管理硕士",
            [("西河大学", "硕士", "工商管理", ""), ("东江大学", "硕士", "工商管理", "")],
        ),
        (
            "先后获得东江大学经济学学士、西河学院金融学硕士及北山大学工商管理硕士学位",
            [
                ("东江大学", "学士", "经济学", ""),
                ("西河学院", "硕士", "金融学", ""),
                ("北山大学", "硕士", "工商管理", ""),
            ],
        ),
        ("清华大学EMBA", [("清华大学", "EMBA", "", "")]),
        ("大学本科学历", []),
    ],
)
def test_schools_degrees_and_fields(clause: str, expected: list[tuple[str, str, str, str]]) -> None:
    assert studied(f"林一舟先生，1970年出生，中国国籍，本科。{clause}。历任青原公司经理。") == expected


def test_a_college_and_an_old_name_are_details() -> None:
    (one,) = facts(f"{OPENING}毕业于东江工学院（现东江理工大学）管理学院物流专业。", "education")
    assert (words(one, "school"), words(one, "field")) == ("东江工学院", "物流")
    assert one.details == {"now": "东江理工大学", "college": "管理学院"}
    (one,) = facts(f"{OPENING}任白桦银行（原青原发展银行）行长。", "employment")
    assert (words(one, "employer"), words(one, "post"), one.details["formerly"]) == (
        "白桦银行", "行长", "青原发展银行",
    )  # fmt: skip


def test_whoever_works_at_a_school_does_not_study_there() -> None:
    assert studied(f"{OPENING}现任东江大学博士生导师、教授，1998年起在西河学院任教。") == []


# --- Persons ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opening", "person"),
    [
        ("林一舟先生，1970年出生，", "林一舟"),
        ("1、林一舟：男，1970年出生，", "林一舟"),
        ("独立董事 林一舟，1970年出生，硕士，", "林一舟"),
        ("欧阳一舟女士，1970年出生，", "欧阳一舟"),
        ("约翰·林德曼，男，1970年出生，", "约翰·林德曼"),
    ],
)
def test_the_name_that_opens_a_cv(opening: str, person: str) -> None:
    (one,) = facts(f"{opening}现任青原有限公司总裁，曾留学。")
    assert words(one, "person") == person


def test_cvs_one_after_another_keep_their_persons() -> None:
    text = (
        "林一舟，男，1970年出生，现任青原有限公司总裁。\n2001年至今任白桦有限公司董事。\n"
        "高小溪，女，1980年出生，现任黑松有限公司监事。\n本公司的产品畅销全国，总裁办公室设在北京。"
    )
    assert [(words(one, "person"), words(one, "employer")) for one in facts(text)] == [
        ("林一舟", "青原有限公司"),
        ("林一舟", "白桦有限公司"),
        ("高小溪", "黑松有限公司"),
    ]


def test_nothing_private_becomes_a_fact() -> None:
    text = (
        f"{OPENING}任青原有限公司总裁。联系电话13900001111，邮箱 lin@example.org，身份证号110101197003010000，"
        "住址：滨海市东江区青原大厦有限公司宿舍，任13900001111公司经理。"
    )
    found = facts(text)
    assert [words(one, "post") for one in found] == ["总裁"]
    kept = " ".join(text[one.start : one.end] + one.when.as_written for one in found)
    assert not any(secret in kept for secret in ("1390", "example", "110101", "1970", "住址"))


# --- News ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "白桦资本原合伙人林一舟加入青原科技，担任首席战略官。",
            [
                ("林一舟", "白桦资本", "合伙人"),
                ("林一舟", "青原科技", ""),
                ("林一舟", "青原科技", "首席战略官"),
            ],
        ),
        ("近日，林一舟出任青原集团董事长。", [("林一舟", "青原集团", "董事长")]),
        ("青原电器宣布任命林一舟为总裁。", [("林一舟", "青原电器", "总裁")]),
        (
            "青原集团有限公司董事长、总经理林一舟表示，明年将扩产。",
            [("林一舟", "青原集团有限公司", "董事长"), ("林一舟", "青原集团有限公司", "总经理")],
        ),
        ("青原科技CEO高小溪认为，市场正在回暖。", [("高小溪", "青原科技", "CEO")]),
        ("林一舟宣布辞去青原集团总裁职务。", [("林一舟", "青原集团", "总裁")]),
        ("论坛邀请了青原研究会会长高小溪出席。", [("高小溪", "青原研究会", "会长")]),
        ("约翰·林德在北京说，他是青原集团总裁林一舟的朋友。", [("林一舟", "青原集团", "总裁")]),
        (
            "青原集团总裁高小溪与白桦总裁约翰·林德在北京签约。",
            [("高小溪", "青原集团", "总裁"), ("约翰·林德", "白桦", "总裁")],
        ),
        ("该公司高级管理人员对此不予置评，总裁办公室没有回应。", []),
        ("林一舟没有出任青原集团总裁。", []),
    ],
)
def test_sentences_of_news(text: str, expected: list[tuple[str, str, str]]) -> None:
    found = {(words(one, "person"), words(one, "employer"), words(one, "post")) for one in facts(text)}
    assert found == set(expected)


def test_what_is_to_come_and_what_is_over() -> None:
    assert [one.status for one in facts("林一舟将出任青原集团董事长。")] == ["planned"]
    assert [one.details for one in facts("林一舟宣布辞去青原集团总裁职务。")] == [{"current": "false"}]
    assert [one.details for one in facts("青原集团原总裁林一舟表示满意。")] == [{"current": "false"}]


# --- The parts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "start", "end", "kind"),
    [
        ("1998年7月至2003年5月", "1998-07-01", "2003-05-31", "span"),
        ("1988-1989年", "1988-01-01", "1989-12-31", "span"),
        ("1993-至今", "1993-01-01", None, "open"),
        ("2010年6月至今", "2010-06-01", None, "open"),
        ("2017年1月起", "2017-01-01", None, "since"),
        ("2018年1月31日起", "2018-01-31", None, "since"),
        ("1990.07-1995.03", "1990-07-01", "1995-03-31", "span"),
        ("2011年3月至9月", "2011-03-01", "2011-09-30", "span"),
        ("一九九八年", "1998-01-01", None, "point"),
    ],
)
def test_times(text: str, start: str, end: str | None, kind: str) -> None:
    plain = Plain.of(text)
    (one,) = find_times(plain.text, plain.written)
    assert (str(one.when.start), str(one.when.end) if one.when.end else None) == (start, end)
    assert (one.kind, one.when.as_written) == (kind, text)


@pytest.mark.parametrize(
    "text", ["1970年3月出生", "生于1970年", "1970年生", "600000", "2003年至1998年", "2001年13月", "第2003号"]
)
def test_what_is_no_time_of_a_post(text: str) -> None:
    plain = Plain.of(text)
    assert [one for one in find_times(plain.text, plain.written) if one.when.end] == []
    assert "出生" not in text or not list(find_times(plain.text, plain.written))


def test_posts_alone() -> None:
    text = "青原有限公司总裁和白桦公司董事"
    assert pieces(text, 0, len(text)) == [(0, 8), (9, 15)]
    assert employer_end(text, 0, 8) == 6
    found = read_held(text, 0, 8)
    assert found is not None
    assert (found.employer, found.post, found.sure) == ((0, 6), (6, 8), True)
    assert read_held("青原有限公司的产品", 0, 9) is None


def test_words() -> None:
    assert one_of(["甲乙", "甲"]) == "(?:甲乙|甲)"
    assert split_by_words("甲乙丙", frozenset(("甲", "乙丙")), 2)
    assert not split_by_words("甲乙", frozenset(("甲",)), 2)
    assert left_edge("丁甲乙丙", frozenset(("甲", "乙丙")), 2) == 1
    assert words_of("words", "posts")[0]


@given(
    st.text(max_size=300)
    | st.text(
        alphabet="林一舟先生男1970年月至今任历任曾任现任兼任毕业于大学公司总经理（）()，、；。和在工作博士硕士",
        max_size=300,
    )
)
def test_no_text_raises_and_pieces_are_its_words(text: str) -> None:
    for one in facts(text):
        assert one.method == METHOD
        assert 0 <= one.start < one.end <= len(text)
        assert one.type in ("education", "employment")
        assert "employer" in one.roles or "school" in one.roles
        for found in one.roles.values():
            assert all(text[piece.start : piece.end] == piece.text for piece in found)


@pytest.mark.parametrize(
    "text",
    [
        "林一舟加入青原公司任总经理" * 3_000,
        "(" * 100_000,
        "公司任大学总经理在" * 25_000,
        "林一舟，男，1970年生，毕业于" + "大学" * 20_000,
        "林一舟，男，1970年生，历任" + "青原公司经理、" * 3_000,
    ],
)
def test_hostile_texts_take_bounded_time(text: str) -> None:
    read_all([text])


# --- The labelled CVs ------------------------------------------------------------------------------------------


def _f1(gold: set[tuple[str, str]], told: set[tuple[str, str]]) -> float:
    return 2 * len(gold & told) / (len(gold) + len(told))


@pytest.mark.shared
def test_the_labelled_cvs() -> None:
    lines = shared("text", "executive_resumes_dev.jsonl").read_text(encoding="utf-8").splitlines()
    cvs = [json.loads(line) for line in lines]
    gold: dict[str, set[tuple[str, str]]] = {"Sch": set(), "Com": set()}
    told: dict[str, set[tuple[str, str]]] = {"Sch": set(), "Com": set()}
    for cv, found in zip(cvs, read_all([cv["text"] for cv in cvs]), strict=True):
        for entity in cv["entities"]:
            if entity["label"] in gold:
                gold[entity["label"]].add((cv["id"], entity["text"]))
        for fact in found:
            told["Sch"] |= {(cv["id"], piece.text) for piece in fact.roles.get("school", ())}
            if "itself" not in fact.details:  # the labels leave 本公司 out
                told["Com"] |= {(cv["id"], piece.text) for piece in fact.roles.get("employer", ())}
    assert _f1(gold["Sch"], told["Sch"]) >= 0.92
    assert _f1(gold["Com"], told["Com"]) >= 0.84
