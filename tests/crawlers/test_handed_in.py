"""Rows become records; what cannot be read is rejected by line and column, and nothing else is lost."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.handed_in import RowReader
from crawlers.kinds import kinds
from crawlers.mappings import Mapping, by_column_names, layouts
from crawlers.organisation_rows import listing
from crawlers.tabular import Row
from pipelines.records import AnyRecord, Financing, Organisation, Person, Rejected


def layout(name: str) -> Mapping:
    return next(one for one in layouts() if one.where == f"{name}.yaml")


def read(kind: str, /, **cells: str) -> tuple[list[AnyRecord], list[Rejected]]:
    return RowReader(layout(kind)).read(Row(7, cells))


ROUND = {
    "event_id": "1", "date": "2014-05-06", "investee_id": "9", "investee_shortname": "某科技",
    "investee_fullname": "北京某科技有限公司", "investor_ids": "11,12", "investor_leader_id": "12",
    "investor_names": "红杉资本中国基金,IDG资本", "series": "A轮", "amount": "1.5亿美元", "industries": "数据,人工智能",
}  # fmt: skip


def financing(**changes: str) -> tuple[Financing, Organisation, list[Rejected]]:
    records, rejected = read("investment_events", **{**ROUND, **changes})
    event, company = records
    assert isinstance(event, Financing)
    assert isinstance(company, Organisation)
    return event, company, rejected


def test_a_round_with_its_investors_and_amount() -> None:
    event, company, rejected = financing()
    assert rejected == []
    assert [one.name for one in event.investors] == ["红杉资本中国基金", "IDG资本"]
    assert [one.name for one in event.leads] == ["IDG资本"]
    assert event.investors[0].identifiers[0].value == "11"
    assert event.amount is not None
    assert (event.amount.low, event.amount.high, event.amount.currency) == (150_000_000, 150_000_000, "USD")
    assert event.amount.as_written == "1.5亿美元"
    assert event.when.start == dt.date(2014, 5, 6)
    assert event.locator == "line:7"
    assert "某科技" in event.quote
    assert [(one.type, one.name) for one in company.names] == [("legal", "北京某科技有限公司")]
    assert [one.value for one in company.attributes] == ["数据", "人工智能"]


def test_undisclosed_investors_are_no_investors() -> None:
    event, _, rejected = financing(
        investor_names="未透露", investor_ids="9999999", investor_leader_id="9999999"
    )
    assert event.investors == event.leads == ()
    assert rejected == []


def test_an_undisclosed_amount_keeps_its_words() -> None:
    event, _, rejected = financing(amount="未披露")
    assert event.amount is not None
    assert (event.amount.as_written, event.amount.low, event.amount.high) == ("未披露", None, None)
    assert rejected == []


def test_words_that_name_nobody_are_flagged() -> None:
    event, _, rejected = financing(investor_names="在册股东,IDG资本")
    assert [one.name for one in event.investors] == ["IDG资本"]
    assert [(one.field, one.value, one.kind) for one in rejected] == [("investor_names", "在册股东", "field")]


def test_ids_are_believed_only_beside_as_many_names() -> None:
    event, _, _ = financing(investor_ids="11")
    assert all(one.identifiers == () for one in event.investors)


def test_an_angel_is_a_person() -> None:
    event, _, _ = financing(investor_names="天使投资人某某", investor_ids="11")
    assert event.investors[0].kind == "person"


def test_a_bad_date_rejects_the_row() -> None:
    records, rejected = read("investment_events", **{**ROUND, "date": "2021-13-40"})
    assert records == []
    assert [(one.locator, one.field, one.value) for one in rejected] == [("line:7", "date", "2021-13-40")]
    assert "event_id" in rejected[0].raw


def test_a_bad_amount_is_left_out_and_flagged() -> None:
    event, _, rejected = financing(amount="一麻袋")
    assert event.amount is not None
    assert event.amount.low is None
    assert event.amount.as_written == "一麻袋"
    assert [(one.field, one.value) for one in rejected] == [("amount", "一麻袋")]


def test_an_empty_target_rejects_the_row() -> None:
    records, rejected = read("investment_events", **{**ROUND, "investee_shortname": ""})
    assert records == []
    assert rejected[0].field == "investee_shortname"


def test_an_executive_by_stock_code() -> None:
    records, rejected = read(
        "executives", name="某某", gender="男", age="58", code="601058", jobs="董事长/董事"
    )
    person = records[0]
    assert isinstance(person, Person)
    assert rejected == []
    assert [post.post for post in person.posts] == ["董事长", "董事"]
    assert person.posts[0].employer.identifiers[0].value == "601058.SH"
    assert person.person.scope == "601058.SH"
    assert "男" not in person.model_dump_json(exclude={"quote"})


def test_a_person_with_study_and_former_post() -> None:
    records, rejected = read(
        "people", person="林示例", company="商汤科技", post="研究员", post_start="2015", school="清华大学", degree="博士",
        study_start="2009", study_end="2014-06", former_employer="微软", former_start="2014", core="yes",
    )  # fmt: skip
    person = records[0]
    assert isinstance(person, Person)
    assert rejected == []
    assert person.core
    assert person.studies[0].when.start == dt.date(2009, 1, 1)
    assert person.studies[0].when.end == dt.date(2014, 6, 30)
    assert [(post.employer.name, post.current) for post in person.posts] == [
        ("商汤科技", True),
        ("微软", False),
    ]


def test_a_company_with_names_and_attributes() -> None:
    records, rejected = read(
        "companies", name="蚂蚁集团", short_name="蚂蚁", english_name="Ant Group", former_names="蚂蚁金服", aliases="Ant、蚂蚁",
        founded="2014", province="浙江省", city="杭州市", layer="应用层", core_technology="大数据和云计算",
        listed_code="600000, 00700.HK", industry="金融",
    )  # fmt: skip
    company = records[0]
    assert isinstance(company, Organisation)
    assert rejected == []
    assert [(one.type, one.name) for one in company.names] == [
        ("short", "蚂蚁"), ("translation", "Ant Group"), ("former", "蚂蚁金服"), ("alias", "Ant"), ("alias", "蚂蚁"),
    ]  # fmt: skip
    assert {one.name: one.value for one in company.attributes}["layer"] == "应用层"
    assert [one.value for one in company.subject.identifiers] == ["00700.HK", "600000.SH"]


def test_yearly_attributes_carry_their_year() -> None:
    records, _ = read(
        "employees_by_education", 年份="2019", 证券代码="300565", 证券简称="科信技术", 职工人数="802"
    )
    company = records[0]
    assert isinstance(company, Organisation)
    staff = company.attributes[0]
    assert (staff.name, staff.number, staff.unit, staff.when.start) == (
        "staff",
        802,
        "persons",
        dt.date(2019, 1, 1),
    )


@pytest.mark.parametrize(
    ("written", "scheme", "value"),
    [("600519", "stock", "600519.SH"), ("700.HK", "stock", "00700.HK"), ("bidu.us", "ticker", "BIDU.US")],
)
def test_listings(written: str, scheme: str, value: str) -> None:
    assert (listing(written).scheme, listing(written).value) == (scheme, value)


WORDS = [
    "甲科技、乙大学",
    "2019-05",
    "company",
    "CN",
    "CN1A",
    "战略合作",
    "related",
    "1",
    "a\x00b",
    "等",
    "甲, Ltd.",
    "\ud800",
]


def by_names() -> list[Mapping]:
    """A mapping of every column of each kind."""
    found = [by_column_names(kind, (*kind.fields, *kind.attributes)) for kind in kinds().values()]
    return [replace(one, source={"name": "mine"}) for one in found if one is not None]


@given(st.sampled_from([*layouts(), *by_names()]), st.data())
@settings(max_examples=300, deadline=None)
def test_any_row_gives_records_or_rejections(chosen: Mapping, data: Any) -> None:
    columns = [*chosen.columns.values(), *chosen.attributes.values()]
    cells = {column: data.draw(st.text(max_size=30) | st.sampled_from(WORDS)) for column in columns}
    records, rejected = RowReader(chosen).read(Row(2, cells))
    assert records or rejected
    assert all(one.reason and one.locator == "line:2" for one in rejected)
