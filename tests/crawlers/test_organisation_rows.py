"""Rows about organisations: universities and their majors, alliances and their members, names, links."""

from __future__ import annotations

import datetime as dt

from crawlers.handed_in import RowReader
from crawlers.kinds import kinds
from crawlers.mappings import Mapping, by_column_names
from crawlers.tabular import Row
from pipelines.records import Organisation, Rejected


def read(kind: str, /, **cells: str) -> tuple[list[Organisation], list[Rejected]]:
    found = by_column_names(kinds()[kind], tuple(cells))
    assert found is not None
    mapping = Mapping(
        kind, "x", {"name": "mine"}, found.columns, attributes=found.attributes, units=found.units
    )
    records, rejected = RowReader(mapping).read(Row(5, cells))
    organisations = [one for one in records if isinstance(one, Organisation)]
    assert len(organisations) == len(records)
    return organisations, rejected


def links(records: list[Organisation]) -> list[tuple[str, str, str]]:
    return [(one.subject.name, link.relation, link.other.name) for one in records for link in one.links]


def test_a_university_with_its_majors_and_its_school() -> None:
    records, rejected = read(
        "universities", 高校="示例大学", 专业="人工智能、智能科学与技术", 获批时间="2019-03", 省份="江苏省", 人工智能学院="人工智能学院、示例大学机器人学院",
    )  # fmt: skip
    assert rejected == []
    university, *_ = records
    assert (university.subject.kind, university.subject.place) == ("university", "江苏省")
    majors = [one for one in university.attributes if one.name == "major"]
    assert [(one.value, one.when.start) for one in majors] == [
        ("人工智能", dt.date(2019, 3, 1)),
        ("智能科学与技术", dt.date(2019, 3, 1)),
    ]
    assert links(records) == [
        ("人工智能学院", "unit", "示例大学"),
        ("示例大学机器人学院", "unit", "示例大学"),
    ]
    assert [one.subject.scope for one in records[1:]] == ["示例大学", ""]


def test_a_new_organisation_of_research() -> None:
    records, rejected = read("institutes", 机构名称="示例实验室", 类型="新型研发机构", 依托单位="示例大学")
    assert rejected == []
    assert records[0].subject.kind == "research institute"
    assert [(one.name, one.value) for one in records[0].attributes] == [("institute_type", "新型研发机构")]
    assert links(records) == [("示例实验室", "unit", "示例大学")]


def test_an_alliance_and_its_members() -> None:
    records, rejected = read(
        "alliances", 联盟名称="示例联盟", 成员单位="甲科技、乙大学、甲科技、示例联盟", 加入时间="2018"
    )
    assert records[0].subject.kind == "alliance"
    assert links(records) == [("甲科技", "member", "示例联盟"), ("乙大学", "member", "示例联盟")]
    assert records[1].links[0].when.start == dt.date(2018, 1, 1)
    assert [(one.value, one.reason) for one in rejected] == [
        ("示例联盟", "an alliance is no member of itself")
    ]


def test_a_park() -> None:
    records, rejected = read("parks", 园区名称="示例产业园", 城市="苏州市", 级别="国家级", 成立时间="2016年")
    assert rejected == []
    assert (records[0].subject.kind, records[0].subject.place) == ("park", "苏州市")
    assert {one.name: one.value for one in records[0].attributes} == {
        "founded": "2016年",
        "city": "苏州市",
        "level": "国家级",
    }


def test_a_name_of_another_kind_each() -> None:
    for written, stated in (
        ("曾用名", "former"),
        ("short", "short"),
        ("", "alias"),
        ("英文名", "translation"),
    ):
        records, rejected = read("names", 标准名称="示例科技有限公司", 简称="示例", 名称类型=written)
        assert rejected == []
        assert [(one.name, one.type) for one in records[0].names] == [("示例", stated)]


def test_a_name_that_others_bear_joins_nobody() -> None:
    records, rejected = read("names", canonical="示例科技有限公司", alias="示例", ambiguous="1")
    assert rejected == []
    assert records[0].names == ()
    assert [(one.name, one.value) for one in records[0].attributes] == [("ambiguous_name", "示例")]


def test_a_name_equal_to_the_first_adds_none() -> None:
    records, _ = read("names", canonical="示例", alias="示例")
    assert records[0].names == ()


def test_an_unknown_type_of_name_is_rejected() -> None:
    records, rejected = read("names", canonical="示例科技", alias="示例", type="花名")
    assert records == []
    assert [(one.locator, one.field, one.value) for one in rejected] == [("line:5", "type", "花名")]
    assert "legal, short, brand" in rejected[0].reason


def test_how_two_stand_to_each_other() -> None:
    records, rejected = read("links", 主体="示例云", 关系="事业部", 对方="示例集团", 开始时间="2015")
    assert rejected == []
    assert links(records) == [("示例云", "unit", "示例集团")]
    assert records[0].links[0].when.start == dt.date(2015, 1, 1)


def test_no_organisation_stands_to_itself() -> None:
    records, rejected = read("links", name="示例云", relation="related", other="示例云")
    assert records == []
    assert rejected[0].field == "other"


def test_an_unknown_kind_of_organisation_is_rejected() -> None:
    records, rejected = read("companies", name="示例科技", kind="军队")
    assert records == []
    assert rejected[0].field == "kind"
