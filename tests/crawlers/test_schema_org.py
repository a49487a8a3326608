"""Organisations and persons in the words of schema.org; what is never taken of a person."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.schema_org import read_stated
from pipelines.records import Organisation, Person, Rejected

URL = "https://www.mist.example/"


def stated(value: Any) -> list[Any]:
    return list(read_stated(value, URL, "ld+json[1]"))


def organisation(**said: Any) -> Organisation:
    (found,) = stated({"@type": "Organization", "name": "晨雾", **said})
    assert isinstance(found, Organisation)
    return found


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ({"addressCountry": "CN"}, "CN"),
        ({"addressCountry": "中国"}, "CN"),
        ({"addressCountry": {"@type": "Country", "name": "China"}}, "CN"),
        ({"addressCountry": "Deutschland"}, None),
        ("示例路1号", None),
        ([{"addressCountry": "DE"}, {"addressCountry": "CN"}], "DE"),
    ],
)
def test_countries(address: Any, country: str | None) -> None:
    assert organisation(address=address).subject.country == country


def test_identifiers_and_same_as() -> None:
    found = organisation(
        leiCode="INR2EJN1ERAN0W5ZP974",
        identifier=[
            {"@type": "PropertyValue", "propertyID": "USCC", "value": "91110108600040399G"},
            "x",
            {"value": 3},
        ],
        sameAs=["https://www.wikidata.org/entity/Q5", "https://ror.org/03vek6s52", "https://weibo.com/x", 3],
    )
    assert [(one.scheme, one.value) for one in found.subject.identifiers] == [
        ("lei", "INR2EJN1ERAN0W5ZP974"), ("ror", "03vek6s52"), ("uscc", "91110108600040399G"), ("wikidata", "Q5"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "number"),
    [(120, 120), ("120", 120), ({"value": 120}, 120), ({"value": "120"}, 120)],
)
def test_numbers_of_employees(value: Any, number: int) -> None:
    (one,) = organisation(numberOfEmployees=value).attributes
    assert (one.name, one.number, one.unit) == ("staff", number, "persons")


@pytest.mark.parametrize("value", ["many", {"minValue": 1}, -4, True, 10**12])
def test_what_is_no_number_of_employees_is_rejected(value: Any) -> None:
    found = stated({"@type": "Organization", "name": "晨雾", "numberOfEmployees": value})
    assert [one.field for one in found if isinstance(one, Rejected)] == ["numberOfEmployees"]


def test_a_person_keeps_professional_facts_alone() -> None:
    (found,) = stated(
        {
            "@type": "Person", "name": "甲示例", "jobTitle": "总经理", "email": "jia@mist.example", "telephone": "13900000000",
            "birthDate": "1980-01-01", "gender": "男", "address": "示例路1号", "image": "x.jpg", "spouse": "乙示例",
            "worksFor": {"@type": "Organization", "name": "晨雾"}, "alumniOf": "示例大学",
        }
    )  # fmt: skip
    assert isinstance(found, Person)
    assert (found.person.name, found.person.scope) == ("甲示例", "晨雾")
    assert [(one.employer.name, one.post, one.current) for one in found.posts] == [("晨雾", "总经理", True)]
    assert [one.school.name for one in found.studies] == ["示例大学"]
    kept = found.model_dump_json()
    assert not [one for one in ("jia@", "139", "1980", "男", "示例路", "x.jpg", "乙示例") if one in kept]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2008", "2012", ("2008-01-01", "2012-12-31", None)),
        ("2008-09-01", "2012-06-30", ("2008-09-01", "2012-06-30", None)),
        ("2012", "", ("2012-01-01", "None", True)),
        ("", "2012", ("None", "2012-12-31", None)),
        ("soon", "later", ("None", "None", True)),
    ],
)
def test_roles_have_times(start: str, end: str, expected: tuple[str, str, bool | None]) -> None:
    role = {
        "@type": "EmployeeRole",
        "worksFor": {"name": "晨雾"},
        "startDate": start,
        "endDate": end,
        "roleName": "顾问",
    }
    (found,) = stated({"@type": "Person", "name": "甲示例", "worksFor": [role]})
    assert isinstance(found, Person)
    (post,) = found.posts
    assert (str(post.when.start), str(post.when.end), post.current) == expected
    assert post.post == "顾问"


def test_a_mere_name_is_no_fact_of_a_person() -> None:
    assert not stated({"@type": "Person", "name": "甲示例", "jobTitle": "编辑"})
    assert not stated(
        {"@type": "NewsArticle", "author": {"@type": "Person", "name": "甲", "worksFor": "晨雾"}}
    )


def test_references_by_id_are_followed_within_the_script() -> None:
    graph = [
        {
            "@type": "Corporation",
            "@id": "#o",
            "name": "晨雾",
            "parentOrganization": {"@id": "#p"},
            "founder": {"@id": "#m"},
        },
        {"@type": "Organization", "@id": "#p", "name": "晨雾集团", "parentOrganization": {"@id": "#p"}},
        {"@type": "Person", "@id": "#m", "name": "甲示例"},
        {"@type": "Organization", "@id": "#q", "name": "雾谷", "parentOrganization": {"@id": "#missing"}},
    ]
    found = stated({"@graph": graph})
    links = {one.subject.name: [(link.relation, link.other.name) for link in one.links]
             for one in found if isinstance(one, Organisation)}  # fmt: skip
    assert links == {"晨雾": [("subsidiary", "晨雾集团")], "晨雾集团": [], "雾谷": []}
    (person,) = [one for one in found if isinstance(one, Person)]
    assert [(one.employer.name, one.post) for one in person.posts] == [("晨雾", "founder")]


KEYS = ["@type", "@id", "@graph", "name", "legalName", "alternateName", "address", "addressCountry", "founder", "worksFor",
        "alumniOf", "numberOfEmployees", "value", "foundingDate", "startDate", "endDate", "identifier", "propertyID",
        "parentOrganization", "sameAs", "url", "jobTitle", "leiCode"]  # fmt: skip
WORDS = st.sampled_from(
    ["Organization", "Person", "OrganizationRole", "晨雾", "2012", "x", "CN", "https://a.example", "#o", ""]
)


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.integers() | WORDS | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
        max_leaves=20,
    )
)
def test_any_value_gives_records_or_rejections(value: Any) -> None:
    for shape in (
        value,
        {"@type": "Organization", "name": "晨雾", "founder": value, "address": value, "sameAs": value},
    ):
        for one in stated(shape):
            assert isinstance(one, Organisation | Person | Rejected)
