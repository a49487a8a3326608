"""American patents in XML: where the versions put names, and what a broken part costs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.patents import parse_xml
from crawlers.red_book import read_patent
from pipelines.errors import InputError
from pipelines.records import Patent, Rejected
from tests.crawlers.saved_pages import PAGES

GRANT = (PAGES / "uspto" / "grant.xml").read_bytes()
APPLICATION = (PAGES / "uspto" / "application.xml").read_bytes()


def read(body: bytes) -> list[Patent | Rejected]:
    return list(read_patent(parse_xml(body), "document[1]"))


def patent(body: bytes) -> Patent:
    (found,) = read(body)
    assert isinstance(found, Patent)
    return found


def names(one: Patent) -> list[tuple[str, str, str | None, str | None]]:
    return [(said.role, said.party.name, said.party.kind, said.party.country) for said in one.parties]


def test_a_grant() -> None:
    one = patent(GRANT)
    assert (one.number, one.stage, one.title) == (
        "US9900001B2",
        "grant",
        "Inspecting a hinge by a neural network",
    )
    assert names(one) == [
        ("applicant", "Shili Technology Co., Ltd.", None, "CN"),
        ("assignee", "SHILI TECHNOLOGY CO., LTD.", None, "CN"),
        ("assignee", "Ministry of Hinges", "government", "CN"),
        ("inventor", "Yi Lin", "person", None),
    ]
    assert one.classes == ("E05D1/00", "G06N3/08", "G06V10/82", "C07C31/04")
    # the earliest of a foreign priority, a provisional and an earlier application
    assert str(one.priority.start) == "2021-03-01"


def test_an_application_whose_applicants_are_the_inventors() -> None:
    one = patent(APPLICATION)
    assert (one.number, one.stage, one.classes) == (
        "US20050900001A1",
        "application",
        ("G06F15/18", "E05D1/00"),
    )
    assert names(one) == [
        ("applicant", "Anna River", "person", None),
        ("assignee", "Mist University", None, None),
        ("inventor", "Anna River", "person", None),
    ]
    assert {said.party.scope for said in one.parties if said.party.kind == "person"} == {
        "inventor at Mist University"
    }


@pytest.mark.parametrize(
    ("role", "kind"), [("04", "person"), ("15", "person"), ("06", "government"), ("02", None)]
)
def test_the_code_of_an_assignee(role: str, kind: str | None) -> None:
    one = patent(APPLICATION.replace(b"<role>03</role>", f"<role>{role}</role>".encode()))
    assert [said.party.kind for said in one.parties if said.role == "assignee"] == [kind]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        (b"<date>20240102</date></document-id></publication", b"<date>20241302</date></document-id></publication", "date"),
        (b"<section>E</section>", b"<section>?</section>", "class"),
        (b"<orgname>Ministry of Hinges</orgname>", b"<orgname> </orgname>", "assignee"),
        (b"<role>07</role>", b"<role>seven</role>", "assignees"),
    ],
)  # fmt: skip
def test_a_part_that_cannot_be_read_is_rejected_alone(old: bytes, new: bytes, field: str) -> None:
    assert old in GRANT
    rejected, one = read(GRANT.replace(old, new))
    assert isinstance(rejected, Rejected)
    assert rejected.field == field
    assert isinstance(one, Patent)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<PATDOC/>", "before 2005"),
        (b"<patent-application-publication/>", "before 2005"),
        (b"<sequence-cwu/>", "no American patent"),
        (b"<us-patent-grant/>", "no office"),
        (GRANT.replace(b"<doc-number>09900001</doc-number>", b""), "no number"),
    ],
)
def test_what_is_no_patent_is_rejected(body: bytes, said: str) -> None:
    (found,) = read(body)
    assert isinstance(found, Rejected)
    assert said in found.reason


@given(
    st.sampled_from([GRANT, APPLICATION]), st.integers(0, 6000), st.integers(0, 200), st.binary(max_size=20)
)
@settings(max_examples=150, deadline=None)
def test_any_damage_is_rejected_or_read(body: bytes, at: int, length: int, new: bytes) -> None:
    try:
        root = parse_xml(body[:at] + new + body[at + length :])
    except InputError:
        return
    for one in read_patent(root, "document[1]"):
        assert isinstance(one, Patent | Rejected)
