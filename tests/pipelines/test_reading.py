"""Reading: who, what, when, how sure; plans, rumours and denials apart; hostile text in bounded time."""

from __future__ import annotations

import csv
import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.reading import Gazetteer, read_cooperation, read_document, read_financing
from pipelines.reading.masking import BOTH, ORG
from pipelines.reading.sentences import LENGTH_LIMIT, sentences
from pipelines.records import Cooperation, Document, Financing, Mention, Record, When
from tests.shared import shared

# Invented names.
NAMES = (
    "星河智能",
    "云岭科技",
    "北原汽车",
    "海棠医院",
    "长风大学",
    "澄明资本",
    "蓝桥创投",
    "Quarzo",
    "GX",
    "平波",
    "青禾股份有限公司",
)
PUBLISHED = dt.date(2021, 4, 1)


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer(NAMES)


def test_a_legal_tail_ends_before_the_next_name(gazetteer: Gazetteer) -> None:
    text = "2021年3月1日，北原汽车采用了云岭科技有限公司的虚拟现实系统。"
    document = Document(locator="$", url="https://a.example/", title="", text=text)
    (found,) = [one for one in read_document(document, gazetteer) if isinstance(one, Cooperation)]
    assert [one.name for one in found.providers] == ["云岭科技"]
    assert [one.name for one in found.recipients] == ["北原汽车"]
    assert found.status == "done", "虚拟 is no plan"


def _one(text: str, gazetteer: Gazetteer, title: str = "") -> Cooperation:
    found = read_cooperation(text, title, PUBLISHED, gazetteer)
    assert len(found) == 1, found
    return found[0]


def _names(mentions: tuple[Mention, ...]) -> list[str]:
    return [mention.name for mention in mentions]


@pytest.mark.parametrize(
    ("text", "provider", "recipient", "kind"),
    [
        ("星河智能为北原汽车提供自动驾驶芯片。", "星河智能", "北原汽车", "supply"),
        ("星河智能凭借多年积累，为海棠医院打造医学影像平台。", "星河智能", "海棠医院", "supply"),
        ("云岭科技日前中标海棠医院的智慧医院项目。", "云岭科技", "海棠医院", "contract"),
        ("海棠医院的电子病历系统由云岭科技承建。", "云岭科技", "海棠医院", "contract"),
        ("海棠医院的电子病历系统由云岭科技提供。", "云岭科技", "海棠医院", "supply"),
        ("北原汽车新车型搭载了星河智能的激光雷达。", "星河智能", "北原汽车", "supply"),
        ("海棠医院采用云岭科技的大数据平台。", "云岭科技", "海棠医院", "supply"),
        ("云岭科技向长风大学交付超算集群。", "云岭科技", "长风大学", "supply"),
        ("云岭科技获得北原汽车的5G模组订单。", "云岭科技", "北原汽车", "contract"),
        ("星河智能获云岭科技语音识别专利授权。", "云岭科技", "星河智能", "licence"),
        ("北原汽车向星河智能采购芯片。", "星河智能", "北原汽车", "contract"),
        ("星河智能将人脸识别技术应用于海棠医院的门诊。", "星河智能", "海棠医院", "supply"),
        ("云岭科技自主研发的机器人进驻海棠医院。", "云岭科技", "海棠医院", "supply"),
        ("北原汽车指定云岭科技作为云计算服务商。", "云岭科技", "北原汽车", "supply"),
        ("Quarzo向GX交付芯片。", "Quarzo", "GX", "supply"),
    ],
)
def test_directions(text: str, provider: str, recipient: str, kind: str, gazetteer: Gazetteer) -> None:
    found = _one(text, gazetteer)
    assert (_names(found.providers), _names(found.recipients), found.parties) == ([provider], [recipient], ())
    assert (found.kind, found.status) == (kind, "done")
    assert found.quote == text
    assert found.locator == f"text:0-{len(text)}"
    assert 0.5 < found.confidence < 1


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("星河智能与云岭科技签署战略合作协议，共同推进大数据应用。", "strategic agreement"),
        ("星河智能近日和云岭科技达成合作，聚焦语音识别。", "strategic agreement"),
        ("星河智能与云岭科技共建人工智能联合实验室。", "joint laboratory"),
        ("星河智能联合云岭科技发布知识图谱平台。", "joint product"),
        ("星河智能牵手云岭科技，布局物联网。", "other"),
    ],
)
def test_partners_have_no_direction(text: str, kind: str, gazetteer: Gazetteer) -> None:
    found = _one(text, gazetteer)
    assert (found.kind, found.providers, found.recipients) == (kind, (), ())
    assert _names(found.parties) == ["星河智能", "云岭科技"]


def test_lists(gazetteer: Gazetteer) -> None:
    found = _one("星河智能、云岭科技和北原汽车共同成立自动驾驶研究院。", gazetteer)
    assert _names(found.parties) == ["星河智能", "云岭科技", "北原汽车"]
    found = _one("云岭科技为北原汽车、海棠医院以及长风大学提供云服务。", gazetteer)
    assert _names(found.recipients) == ["北原汽车", "海棠医院", "长风大学"]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("星河智能与云岭科技达成合作，涉及芯片。", "done"),
        ("星河智能拟与云岭科技签署合作协议，涉及芯片。", "planned"),
        ("星河智能将为云岭科技提供芯片。", "planned"),
        ("星河智能正与云岭科技洽谈芯片合作。", "planned"),
        ("据传星河智能与云岭科技达成芯片合作。", "rumoured"),
        ("据悉，星河智能或与云岭科技达成芯片合作。", "rumoured"),
        ("星河智能否认与云岭科技开展芯片合作。", "denied"),
        ("星河智能未与云岭科技开展芯片合作。", "denied"),
        ("有关星河智能与云岭科技签署芯片合作协议的消息不属实。", "denied"),
    ],
)
def test_status(text: str, status: str, gazetteer: Gazetteer) -> None:
    assert _one(text, gazetteer).status == status


def test_what_an_agreement_says_will_be_given_is_agreed(gazetteer: Gazetteer) -> None:
    text = "星河智能与北原汽车签署战略合作协议。根据协议，星河智能将为北原汽车提供芯片。"
    found = read_cooperation(text, "", PUBLISHED, gazetteer)
    assert [(one.kind, one.status) for one in found] == [("strategic agreement", "done")]
    assert _names(found[0].providers) == ["星河智能"]
    found = read_cooperation(text.replace("。根据协议，", "，"), "", PUBLISHED, gazetteer)
    assert [(one.status, _names(one.providers)) for one in found] == [("done", ["星河智能"])]


@pytest.mark.parametrize(
    "text",
    [
        "2020年3月，北原汽车与星河智能签署战略合作协议。星河智能向北原汽车提供芯片。",
        "星河智能为北原汽车提供芯片。2020年3月，双方签署战略合作协议。",
        "2020年3月，星河智能与北原汽车签署战略合作协议，星河智能为北原汽车提供芯片。",
    ],
)
def test_an_agreement_and_its_content_are_one_fact_with_a_direction(text: str, gazetteer: Gazetteer) -> None:
    found = _one(text, gazetteer)
    assert (_names(found.providers), _names(found.recipients)) == (["星河智能"], ["北原汽车"])
    assert (found.kind, str(found.when.start), found.when.precision) == (
        "strategic agreement", "2020-03-01", "month",
    )  # fmt: skip


def test_a_title_may_tell_the_direction(gazetteer: Gazetteer) -> None:
    found = _one(
        "2020年3月5日，双方合作。星河智能与北原汽车达成合作。", gazetteer, "星河智能为北原汽车提供芯片"
    )
    assert _names(found.providers) == ["星河智能"]


@pytest.mark.parametrize(
    "text",
    [
        # of another year
        "2020年3月，星河智能与北原汽车签署战略合作协议。2017年，星河智能为北原汽车提供芯片。",
        # a laboratory is both's, whatever one gives to the other
        "星河智能与北原汽车共建联合实验室。星河智能为北原汽车提供芯片。",
        # only two of three
        "星河智能、云岭科技与北原汽车签署战略合作协议。星河智能为北原汽车提供芯片。",
        # far from each other
        "星河智能与北原汽车签署战略合作协议。" + "天气很好。" * 5 + "星河智能为北原汽车提供芯片。",
    ],
)
def test_other_matters_stay_apart(text: str, gazetteer: Gazetteer) -> None:
    found = read_cooperation(text, "", PUBLISHED, gazetteer)
    assert [bool(one.parties) for one in found] == [True, False]


@pytest.mark.parametrize(
    ("text", "parties"),
    [
        ("星河智能与云岭科技的联合实验室于2020年成立。", ["星河智能", "云岭科技"]),
        ("某行还与星河智能、云岭科技签署战略合作协议。", None),
        ("某行、星河智能与云岭科技签署战略合作协议。", ["星河智能", "云岭科技"]),
    ],
)
def test_who_are_partners_of_each_other(text: str, parties: list[str] | None, gazetteer: Gazetteer) -> None:
    found = read_cooperation(text, "", PUBLISHED, gazetteer)
    assert [_names(one.parties) for one in found] == ([parties] if parties else [])


def test_traditional_characters_are_read_and_quoted_as_written(gazetteer: Gazetteer) -> None:
    text = "去年9月，北原汽車與雲嶺科技簽署戰略合作協議。雲嶺科技以1.2億元為北原汽車建設數據中心。"
    found = _one(text, gazetteer)
    assert (_names(found.providers), _names(found.recipients)) == (["云岭科技"], ["北原汽车"])
    assert found.technologies == ("大数据和云计算",)
    assert found.quote == text.split("。")[1] + "。"
    assert found.amount is not None
    assert (found.amount.as_written, found.amount.low) == ("1.2億元", 120_000_000)
    (event,) = read_financing(
        "「星河智能」宣佈完成近億元B輪融資，由澄明資本領投，遠風資本跟投。", "", PUBLISHED, gazetteer
    )
    assert (event.target.name, event.round) == ("星河智能", "B轮")
    assert _names(event.investors) == ["澄明资本", "遠風資本"]
    assert event.amount is not None
    assert event.amount.as_written == "近億元"


@pytest.mark.parametrize(
    ("text", "technologies", "applications"),
    [
        ("云岭科技为北原汽车提供医院所用的芯片。", ("智能芯片",), ("智能医疗",)),
        # words in names decide nothing, whether the names are known or not
        ("云岭科技为海棠医院提供芯片。", ("智能芯片",), ()),
        ("云岭科技为北原汽车提供芯片。邻居是海棠农业机器人有限公司。", ("智能芯片",), ()),
        # what is stated outright goes before what is shown
        (
            "云岭科技为北原汽车提供车载芯片。该项目属于智能物流领域，核心技术是物联网、5G。",
            ("物联网", "5G"),
            ("智能物流",),
        ),
        ("云岭科技与北原汽车合作，围绕智能制造等领域，涉及区块链等技术。", ("区块链",), ("智能制造",)),
        # what others do is not what this is about
        ("云岭科技为北原汽车提供芯片。海棠医院的项目涉及机器人等技术。", ("智能芯片",), ()),
    ],
)
def test_what_a_cooperation_is_about(
    text: str, technologies: tuple[str, ...], applications: tuple[str, ...], gazetteer: Gazetteer
) -> None:
    found = _one(text, gazetteer)
    assert (found.technologies, found.applications) == (technologies, applications)


def test_heading_and_line_of_day_are_no_part_of_a_sentence(gazetteer: Gazetteer) -> None:
    title = "星河智能与北原汽车合作"
    text = f"{title} 2021-04-01 08:30 来源：云岭科技 2019年5月，星河智能与北原汽车达成合作。"
    found = _one(text, gazetteer, title)
    assert found.quote == "2019年5月，星河智能与北原汽车达成合作。"
    assert str(found.when.start) == "2019-05-01"
    # Also where the page's title is another.
    assert _one(text, gazetteer, "早报").quote == found.quote


def test_a_legal_tail_does_not_reach_over_another_name(gazetteer: Gazetteer) -> None:
    found = _one("星河智能与云岭科技有限公司签署战略合作协议。", gazetteer)
    assert _names(found.parties) == ["星河智能", "云岭科技"]


@pytest.mark.parametrize(
    ("text", "start", "precision"),
    [
        ("星河智能为北原汽车提供芯片。", "2021-04-01", "day"),
        ("2020年12月3日，星河智能为北原汽车提供芯片。", "2020-12-03", "day"),
        ("3月15日，星河智能为北原汽车提供芯片。", "2021-03-15", "day"),
        ("11月20日，星河智能为北原汽车提供芯片。", "2020-11-20", "day"),
        ("去年10月，星河智能为北原汽车提供芯片。", "2020-10-01", "month"),
        ("昨日，星河智能为北原汽车提供芯片。", "2021-03-31", "day"),
        ("近日，星河智能为北原汽车提供芯片。", "2021-04-01", "month"),
        ("截至2020年底，自2019年5月起，星河智能为北原汽车提供芯片。", "2021-04-01", "day"),
        ("2月30日，星河智能为北原汽车提供芯片。", "2021-04-01", "day"),
    ],
)
def test_dates(text: str, start: str, precision: str, gazetteer: Gazetteer) -> None:
    when = _one(text, gazetteer).when
    assert (str(when.start), when.precision) == (start, precision)


def test_without_publication_an_unstated_date_is_none(gazetteer: Gazetteer) -> None:
    found = read_cooperation("3月15日，星河智能为北原汽车提供芯片。", "", None, gazetteer)
    assert found[0].when.start is None


def test_topics_and_amount(gazetteer: Gazetteer) -> None:
    found = _one("云岭科技以1.2亿元中标海棠医院的人脸识别门禁项目。", gazetteer)
    assert found.technologies == ("生物识别",)
    assert set(found.applications) == {"智能医疗", "智能安防"} or found.applications == ("智能安防",)
    assert found.amount is not None
    assert (found.amount.low, found.amount.currency) == (120_000_000, "CNY")
    # The topic may stand in the paragraph; without any the reading is worth less.
    near = _one("云岭科技中标海棠医院项目。该项目采用区块链。", gazetteer)
    assert near.technologies == ("区块链",)
    assert _one("云岭科技中标海棠医院项目。", gazetteer).confidence < near.confidence


def test_short_forms_legal_tails_and_both(gazetteer: Gazetteer) -> None:
    text = "长风大学（以下简称“风大”）与星河智能技术有限公司签约。双方将共建联合实验室。风大采用云岭科技的数据库。"
    found = read_cooperation(text, "", PUBLISHED, gazetteer)
    assert [one.kind for one in found] == ["other", "joint laboratory", "supply"]
    assert _names(found[1].parties) == ["长风大学", "星河智能"]
    assert [one.status for one in found] == ["done", "planned", "done"]
    assert _names(found[2].recipients) == ["长风大学"]


def test_the_company_of_a_notice(gazetteer: Gazetteer) -> None:
    found = _one("经自查，公司未与北原汽车开展芯片合作。", gazetteer, title="星河智能：澄清公告")
    assert _names(found.parties) == ["星河智能", "北原汽车"]
    assert found.status == "denied"


def test_a_title_adds_only_what_the_text_does_not_say(gazetteer: Gazetteer) -> None:
    title = "星河智能携手云岭科技打造芯片"
    assert _one("", gazetteer, title).locator == f"title:0-{len(title)}"
    assert _one("星河智能与云岭科技达成合作，研发芯片。", gazetteer, title).locator.startswith("text:")


@pytest.mark.parametrize(
    "text",
    [
        "星河智能与云岭科技签署股权转让协议。",
        "云岭科技为星河智能提供借款担保。",
        "星河智能和云岭科技的员工都很多。",
        "星河智能起诉云岭科技。",
        "星河智能为云岭大学提供芯片。",
        "星河智能和云岭科技将召开新闻发布会。",
        "星河智能成为云岭科技园区设计的一部分。",
        "星河智能的工作组进驻海棠医院。",
        "市场对星河智能、云岭科技的合作情况很关注。",
    ],
)
def test_other_sentences_say_nothing(text: str, gazetteer: Gazetteer) -> None:
    assert read_cooperation(text, "", PUBLISHED, gazetteer) == []


def test_gazetteer_finds_whole_names_only() -> None:
    names = Gazetteer(["平波", "平波机器人", "GX", "Quarzo", "公司", "x", "123"])
    assert names.left_out == {"公司", "x", "123"}
    text = "平波机器人、平波银行、平波、gx、GXS、Ｑuarzo与QUARZO"
    assert [(text[one.start : one.end], one.mention.name) for one in names.find(text)] == [
        ("平波机器人", "平波机器人"),
        ("平波", "平波"),
        ("Ｑuarzo", "Quarzo"),
        ("QUARZO", "Quarzo"),
    ]
    mixed = Gazetteer([Mention(name="星河", kind="company"), Mention(name="星河", kind="park")])
    assert mixed.find("星河")[0].mention.kind is None
    assert Gazetteer([]).find("星河") == []


def test_read_document_orders_and_keeps_the_publications_precision(gazetteer: Gazetteer) -> None:
    document = Document(
        locator="$",
        url="https://news.example/1",
        title="早报",
        text="星河智能完成A轮融资。\n云岭科技为北原汽车提供芯片。",
        when=When(start=dt.date(2021, 4, 1), precision="month"),
    )
    found = read_document(document, gazetteer)
    assert [type(one) for one in found] == [Financing, Cooperation]
    for one in found:
        assert isinstance(one, Financing | Cooperation)
        assert one.when.precision == "month"


@given(st.text(alphabet="ab。！？；，\n 「”", max_size=300))
def test_sentences_lose_nothing_but_blanks(text: str) -> None:
    kept = "".join(text[one.start : one.end] for one in sentences(text))
    assert kept.replace(" ", "") == "".join(text.split())
    assert all(0 < one.end - one.start <= LENGTH_LIMIT + 10 for one in sentences(text))


PIECES = (*NAMES[:6], "与", "、", "为", "向", "提供", "签署合作协议", "中标", "的", "将", "完成", "融资", "投资", "A轮", "3亿元", "领投",
          "双方", "，", "。", "“", "”", "（以下简称“", "）", "芯片", "3月15日", "\n", ORG, BOTH, "x")  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_text_gives_valid_records_that_quote_it(text: str) -> None:
    gazetteer = Gazetteer(NAMES)
    for record in (
        *read_cooperation(text, "", PUBLISHED, gazetteer),
        *read_financing(text, "", PUBLISHED, gazetteer),
    ):
        start, end = map(int, record.locator.removeprefix("text:").split("-"))
        assert (
            text[start:end]
            .replace(ORG, " ")
            .replace(BOTH, " ")
            .startswith(record.quote.replace(ORG, " ").replace(BOTH, " "))
        )
        assert record.quote


@pytest.mark.parametrize(
    "unit",
    [
        "（",
        "“",
        "星河智能与",
        "星河智能",
        "星河智能为",
        "与、和",
        "将",
        "（简称",
        "1,",
        "，由",
        "“星河智能获",
        "投资方包括",
        "3月",
        "1亿",
        "星河智能与云岭科技合作。",
        "北原汽车与星河智能签署战略合作协议。星河智能为北原汽车提供芯片。",
        "星河智能与云岭科技合作。该项目涉及芯片等技术。",
        "从技术看，",
        "参与星河智能",
        "领投方为",
        "2021-04-01 08:30 来源：",
        "有限公司",
        "雲",
    ],
)
def test_hostile_text_takes_bounded_time(unit: str, gazetteer: Gazetteer) -> None:
    text = unit * (100_000 // len(unit))
    read_cooperation(text, "", PUBLISHED, gazetteer)
    read_financing(text, "", PUBLISHED, gazetteer)


def test_real_headlines_are_read() -> None:
    """Over real news with the names quoted in it: some rounds are read, and each reading quotes its text."""
    gazetteer = Gazetteer(["英伟达", "OpenAI", "IBM", "LG电子", "谷歌", "甲骨文", "软银", "SB Energy"])
    readings: list[Record] = []
    with shared("text", "ai_news_dev.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            published = dt.date.fromisoformat(row["date"])
            for one in (
                *read_cooperation(row["summary"], row["title"], published, gazetteer),
                *read_financing(row["summary"], row["title"], published, gazetteer),
            ):
                where = row["title"] if one.locator.startswith("title:") else row["summary"]
                assert one.quote in where
                readings.append(one)
    rounds = {one.target.name: one.round for one in readings if isinstance(one, Financing)}
    assert rounds["词元无限"] == "天使++轮"
    assert rounds["中科驭数"] == "C+轮"
    pairs = [frozenset(_names(one.parties)) for one in readings if isinstance(one, Cooperation)]
    assert frozenset(("IBM", "OpenAI")) in pairs
