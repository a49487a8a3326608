"""Award notices: labels in lines and tables, sections, spans, and what is never taken."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.article import parse_html
from crawlers.award_notice import Award, Notice, meaning_of, pairs_of, read_notice


def notice(html: str) -> Notice:
    tree = parse_html(f"<html><body><div id='x'>{html}</div></body></html>")
    return read_notice(tree.xpath("//div[@id='x']"))


@pytest.mark.parametrize(
    ("label", "meaning"),
    [
        ("中标（成交）金额(万元)", ("amount", "万元")),
        ("二、项目名称", ("project", "")),
        ("1.供应商名称", ("winner", "")),
        ("供应商（乙方）", ("winner", "")),
        ("名　称", ("name", "")),
        ("联系人", ("", "")),
        ("随便什么", (None, "")),
        ("代理机构名称（如有）", ("agency", "")),
    ],
)
def test_labels_are_known_in_all_their_spellings(label: str, meaning: tuple[str | None, str]) -> None:
    assert meaning_of(label) == meaning


def test_a_value_ends_where_another_label_begins() -> None:
    line = "供应商名称：甲公司 供应商地址：某路1号 中标金额：3万元 项目总负责人：张三"
    assert [(one, value) for one, value, _ in pairs_of(line) if one] == [
        ("winner", "甲公司"),
        ("amount", "3万元"),
    ]
    assert list(pairs_of("项目名称：人工智能：平台建设")) == [("project", "人工智能：平台建设", "")]
    assert list(pairs_of("中标金额：下浮率：12%")) == [("amount", "下浮率：12%", "")]


def test_packages_before_or_behind_the_winner() -> None:
    before = "<p>包号：1</p><p>供应商名称：甲公司</p><p>成交金额：1元</p><p>包号：2</p><p>供应商名称：甲公司</p><p>成交金额：2元</p>"
    behind = "<p>供应商名称：甲公司</p><p>包号：1</p><p>成交金额：1元</p><p>供应商名称：乙公司</p><p>包号：2</p><p>成交金额：2元</p>"
    assert [(one.winner, one.package, one.amount) for one in notice(before).awards] == [
        ("甲公司", "1", "1元"), ("甲公司", "2", "2元"),
    ]  # fmt: skip
    assert [(one.winner, one.package, one.amount) for one in notice(behind).awards] == [
        ("甲公司", "1", "1元"), ("乙公司", "2", "2元"),
    ]  # fmt: skip


def test_a_column_of_sums_has_its_unit_in_its_head() -> None:
    table = "<table><tr><th>序号</th><th>中标人</th><th>中标价（万元）</th></tr><tr><td>1</td><td>甲公司</td><td>3.5</td></tr></table>"
    assert notice(table).awards == [Award("甲公司", "table 1, row 2", amount="3.5", unit="万元")]


def test_a_table_that_ranks_bidders_names_no_winner() -> None:
    table = "<table><tr><td>供应商名称</td><td>综合得分</td><td>排名</td></tr><tr><td>甲公司</td><td>9</td><td>1</td></tr></table>"
    found = notice(table)
    assert (found.awards, found.ranked) == ([], True)


def test_a_table_of_pairs_beside_each_other() -> None:
    found = notice("<table><tr><td>采购单位</td><td>某局</td><td>公告时间</td><td>2031-01-02</td></tr>"
                   "<tr><td>中标供应商</td><td colspan=3>甲公司</td></tr></table>")  # fmt: skip
    assert (found.buyer, found.published, [one.winner for one in found.awards]) == (
        "某局",
        "2031-01-02",
        ["甲公司"],
    )


def test_the_bare_name_is_the_sections() -> None:
    found = notice("<p>1.采购人信息</p><p>名称：某局</p><p>2.采购代理机构信息（如有）</p><p>名称：某代理公司</p>"
                   "<p>3.项目联系方式</p><p>名称：张三</p>")  # fmt: skip
    assert (found.buyer, found.agency) == ("某局", "某代理公司")


def test_winners_are_looked_for_in_their_section_alone() -> None:
    found = notice(
        "<p>三、中标（成交）信息</p><p>供应商名称：甲公司</p><p>八、未中标供应商</p><p>供应商名称：乙公司</p>"
    )
    assert [one.winner for one in found.awards] == ["甲公司"]


def test_a_phone_number_is_cut_out_of_any_value() -> None:
    found = notice(
        "<p>采购人：某局 13812345678</p><p>项目编号：A-1 010-12345678</p><p>三、中标信息</p><p>供应商名称：甲公司 0311-1234567</p>"
    )
    assert (found.buyer, found.number, found.awards[0].winner) == ("某局", "A-1", "甲公司")


def test_spans_and_depth_are_bounded() -> None:
    wide = "<table><tr><td colspan=99999 rowspan=99999>供应商名称</td></tr><tr><td>x</td></tr></table>"
    notice(wide * 20)
    notice("<div>" * 5000 + "<table>" * 200)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["<table>", "</table>", "<tr>", "<td>", "<td rowspan=3>", "<td colspan=0>", "</td>", "<p>", "<br>", "供应商名称",
             "：", "中标金额", "三、中标信息", "包号", "甲公司", "采购人", "名称", " ", "1", "得分", "<!--", "<script>"]
        )
        | st.text(max_size=5),
        max_size=40,
    )
)  # fmt: skip
def test_any_soup_gives_a_notice(parts: list[str]) -> None:
    assert isinstance(notice("".join(parts)), Notice)
