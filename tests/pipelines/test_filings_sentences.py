"""Numbers in the sentences of reports."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reading.filings.periods import Title
from pipelines.reading.filings.sentences import read_sentences
from pipelines.reading.filings.stated import Stated
from tests.shared import shared

TITLE = Title(2023, "year", "2023年年度报告")


def stated(text: str) -> list[Stated]:
    return list(read_sentences({7: text}, TITLE))


@pytest.mark.parametrize(
    ("text", "name", "number", "start"),
    [
        ("报告期内，公司实现营业收入 12.35 亿元，同比增长 5%。", "revenue", 1.235e9, "2023-01-01"),
        ("2022年度，本公司营业收入为人民币45,250.4百万元。", "revenue", 4.52504e10, "2022-01-01"),
        ("营收稳定。2023 年上半年公司实现营业收入约3.2亿元；", "revenue", 3.2e8, "2023-01-01"),
        ("报告期内，公司研发费用为1,500.25万元。", "research_expense", 15_002_500, "2023-01-01"),
        ("2023年公司研发投入合计1.8亿元，占营业收入的比例为15.00%。", "research_share", 15.0, "2023-01-01"),
        ("2023年公司研发投入合计1.8亿元，占营业收入的比例为15.00%。", "research_spend", 1.8e8, "2023-01-01"),
        ("截至报告期末，公司共有员工1,600人，其中，研发人员640人。", "staff", 1600, "2023-01-01"),
        ("截至报告期末，公司共有员工1,600人，其中，研发人员640人。", "rd_staff", 640, "2023-01-01"),
        ("截至2022年12月31日，公司研发人员数量为600名。", "rd_staff", 600, "2022-01-01"),
    ],
)
def test_what_a_sentence_states(text: str, name: str, number: float, start: str) -> None:
    (one,) = [one for one in stated(text) if one.item.name == name]
    assert (float(one.number), str(one.period.start), one.sure) == (number, start, False)
    assert one.locator == "page:7 line:1"


@pytest.mark.parametrize(
    "text",
    [
        "报告期内，子公司示例软件实现营业收入2亿元。",
        "示例软件系公司控股公司，报告期内实现营业收入2亿元。",
        "2024年公司预计实现营业收入20亿元。",
        "按照国际财务报告准则，2023年公司实现营业收入45亿元。",
        "2023年公司实现营业收入5.685亿美元。",
        "云业务2023年营业收入2亿元。",
        "报告期内，公司营业收入同比增长2亿元。",
        "报告期内，公司营业收入增加2亿元。",
        "报告期内，公司人均研发投入20万元/人。",
        "截至报告期末，公司拥有员工约1,600人。",
        "截至报告期末，公司拥有员工1,600余人。",
        "公司员工1,600人次参加培训。",
        "报告期内，公司实现营业收入1,23亿元。",
    ],
)
def test_what_is_left(text: str) -> None:
    assert stated(text) == []


def test_a_sentence_over_lines_is_found_at_its_first() -> None:
    (one,) = stated("前文。\n报告期内，公司实现营\n业收入 12.35\n亿元。")
    assert (one.locator, one.quote) == ("page:7 line:2", "报告期内,公司实现营业收入12.35亿元。")


@pytest.mark.shared
def test_a_real_sentence_is_found() -> None:
    import pypdfium2  # type: ignore[import-untyped]

    document = pypdfium2.PdfDocument(shared("web", "cninfo", "2024-03-29_688981_smic_2023.pdf").read_bytes())
    texts = {i + 1: document[i].get_textpage().get_text_range() for i in range(len(document))}
    document.close()
    (one,) = read_sentences(texts, TITLE)
    assert (one.item.name, float(one.number), float(one.slack)) == ("revenue", 4.52504e10, 1e5)


@given(
    st.text(max_size=200)
    | st.text(alphabet="报告期内公司实现营业收入研发投入员工12,.亿万元人%。，截至末", max_size=200)
)
def test_no_text_raises(text: str) -> None:
    stated(text)
