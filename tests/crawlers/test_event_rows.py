"""Rows about what happens: patents, cooperation, policies, products; persons and rounds are in test_handed_in."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from crawlers.handed_in import RowReader
from crawlers.kinds import kinds
from crawlers.mappings import by_column_names
from crawlers.tabular import Row
from pipelines.records import AnyRecord, Cooperation, Patent, Policy, Product, Rejected


def read(
    kind: str, lists: dict[str, str] | None = None, /, **cells: str
) -> tuple[list[AnyRecord], list[Rejected]]:
    found = by_column_names(kinds()[kind], tuple(cells))
    assert found is not None
    chosen = replace(found, source={"name": "mine", "title": "Our list"}, lists=lists or {})
    return RowReader(chosen).read(Row(9, cells))


def test_a_patent_with_its_parties() -> None:
    (patent,), rejected = read(
        "patents", 公开号="CN100000001A", 标题="一种示例方法", 申请人="甲科技有限公司；乙大学", 发明人="张示例;李示例",
        IPC分类号="G06N3/08；G06F16/00", 申请日="2018-01-02", 公开日="2018-06-07",
        申请号="201810000001.2", 优先权日="2017-03-04", 专利阶段="公开",
    )  # fmt: skip
    assert isinstance(patent, Patent)
    assert rejected == []
    assert [(one.role, one.party.name, one.party.scope) for one in patent.parties] == [
        ("applicant", "甲科技有限公司", ""),
        ("applicant", "乙大学", ""),
        ("inventor", "张示例", "甲科技有限公司"),
        ("inventor", "李示例", "甲科技有限公司"),
    ]
    assert (patent.application, patent.stage) == ("201810000001.2", "application")
    assert patent.priority.start == dt.date(2017, 3, 4)
    assert patent.classes == ("G06N3/08", "G06F16/00")
    assert (patent.filed.start, patent.published.start) == (dt.date(2018, 1, 2), dt.date(2018, 6, 7))


def test_companies_with_commas_stay_whole() -> None:
    (patent,), _ = read("patents", number="US1", applicants="Example Networks, Inc.; Sample Co., Ltd.")
    assert isinstance(patent, Patent)
    assert [one.party.name for one in patent.parties] == ["Example Networks, Inc.", "Sample Co., Ltd."]


def test_a_patent_without_number_or_parties_is_rejected() -> None:
    for cells, field in (
        ({"公开号": "无", "申请人": "甲"}, "公开号"),
        ({"公开号": "CN1", "申请人": ""}, "申请人"),
    ):
        records, rejected = read("patents", **cells)
        assert records == []
        assert [(one.locator, one.field) for one in rejected] == [("line:9", field)]


def test_a_bad_date_of_a_patent_is_flagged() -> None:
    (patent,), rejected = read("patents", 公开号="CN1A", 申请人="甲", 申请日="2018-02-30")
    assert isinstance(patent, Patent)
    assert patent.filed.start is None
    assert [(one.kind, one.field, one.value) for one in rejected] == [("field", "申请日", "2018-02-30")]


def test_cooperation_with_a_direction() -> None:
    (act,), rejected = read(
        "cooperation", 提供方="甲科技", 接受方="乙银行、丙银行", 合作类型="中标", 技术="人脸识别", 金额="2.5亿元", 日期="2020年5月", 状态="拟",
    )  # fmt: skip
    assert isinstance(act, Cooperation)
    assert rejected == []
    assert [one.name for one in act.providers] == ["甲科技"]
    assert [one.name for one in act.recipients] == ["乙银行", "丙银行"]
    assert (act.kind, act.status, act.technologies) == ("contract", "planned", ("人脸识别",))
    assert act.amount is not None
    assert act.amount.low == 250_000_000
    assert act.when.start == dt.date(2020, 5, 1)


def test_cooperation_between_parties() -> None:
    (act,), rejected = read("cooperation", parties="甲科技,乙大学", kind="joint laboratory", date="2019")
    assert isinstance(act, Cooperation)
    assert rejected == []
    assert [one.name for one in act.parties] == ["甲科技", "乙大学"]
    assert act.status == "done"


def test_cooperation_that_has_no_two_sides_is_rejected() -> None:
    for cells, field in (
        ({"providers": "甲", "recipients": ""}, "recipients"),
        ({"providers": "", "recipients": "乙"}, "providers"),
        ({"parties": "甲、甲"}, "parties"),
        ({"providers": "甲", "recipients": "甲、乙"}, "recipients"),
        ({"providers": "甲", "recipients": "乙", "parties": "丙、丁"}, "parties"),
        ({"parties": "甲、乙", "kind": "握手"}, "kind"),
    ):
        records, rejected = read("cooperation", **cells)
        assert records == []
        assert [one.field for one in rejected] == [field]


def test_a_policy_with_its_issuers() -> None:
    (policy,), rejected = read(
        "policies", 政策名称="示例行动计划", 文号="示发〔2017〕3号", 发布机构="示例省科技厅、示例省财政厅等五部门", 地区="示例省", 发布日期="2017-07-08",
        链接="https://www.example.cn/1 https://www.example.cn/2",
    )  # fmt: skip
    assert isinstance(policy, Policy)
    assert [(one.name, one.kind, one.place) for one in policy.issuers] == [
        ("示例省科技厅", "government", "示例省"),
        ("示例省财政厅", "government", "示例省"),
    ]
    assert (policy.number, policy.url) == ("示发〔2017〕3号", "https://www.example.cn/1")
    assert [(one.field, one.value) for one in rejected] == [
        ("发布机构", "示例省财政厅等五部门"),
        ("链接", "https://www.example.cn/2"),
    ]


def test_words_that_name_no_issuer_are_flagged() -> None:
    (policy,), rejected = read(
        "policies",
        title="示例意见",
        issuers="示例市相关主管部门|nine other departments|implemented by 示例委",
    )
    assert isinstance(policy, Policy)
    assert policy.issuers == ()
    assert len(rejected) == 3


def test_a_department_whose_name_ends_like_many_stays() -> None:
    (policy,), rejected = read("policies", title="示例意见", issuers="示例市高等教育部门")
    assert isinstance(policy, Policy)
    assert [(one.name, one.kind) for one in policy.issuers] == [("示例市高等教育部门", None)]
    assert rejected == []


def test_products_of_one_row() -> None:
    records, rejected = read(
        "products", {"bearer": "&", "name": ","}, company="甲科技&乙大学", model="示例, 例示", place="北京", 备案编号="",
    )  # fmt: skip
    assert rejected == []
    found = [one for one in records if isinstance(one, Product)]
    assert [(one.bearer.name, one.name) for one in found] == [
        ("甲科技", "示例"),
        ("甲科技", "例示"),
        ("乙大学", "示例"),
        ("乙大学", "例示"),
    ]
    assert {one.register_name for one in found} == {"Our list"}
    assert {one.bearer.place for one in found} == {"北京"}


def test_one_product_keeps_its_commas() -> None:
    (product,), _ = read("products", 企业名称="甲科技", 产品名称="示例,例示")
    assert isinstance(product, Product)
    assert product.name == "示例,例示"


def test_a_product_of_nobody_is_rejected() -> None:
    for cells, field in (
        ({"company": "", "model": "x"}, "company"),
        ({"company": "甲", "model": ""}, "model"),
    ):
        records, rejected = read("products", **cells)
        assert records == []
        assert rejected[0].field == field
