"""The EPO's exchange documents: forms of names, classes of several schemes, dates that lie in one of several ids."""

from __future__ import annotations

import pytest

from crawlers.exchange_documents import read_document, read_member
from crawlers.patents import parse_xml
from pipelines.records import Patent, Rejected


def document(
    inner: str, attributes: str = 'country="CN" doc-number="199000001" kind="A"'
) -> list[Patent | Rejected]:
    xml = f"<exchange-document {attributes}><bibliographic-data>{inner}</bibliographic-data></exchange-document>"
    return list(read_document(parse_xml(xml.encode()), "here"))


def names(*forms: tuple[str, str, str], role: str = "applicant") -> str:
    rows = "".join(
        f'<{role} sequence="{number}" data-format="{form}"><{role}-name><name>{name}</name></{role}-name></{role}>'
        for number, form, name in forms
    )
    return f"<{role}s>{rows}</{role}s>"


def parties(*forms: tuple[str, str, str]) -> list[tuple[str, str | None]]:
    (one,) = document(f"<parties>{names(*forms)}</parties>")
    assert isinstance(one, Patent)
    return [(said.party.name, said.party.country) for said in one.parties]


@pytest.mark.parametrize(
    ("forms", "expected"),
    [
        ([("1", "epodoc", "SHILI TECH [CN]"), ("1", "original", "示例科技")], [("示例科技", "CN")]),
        ([("1", "original", "示例科技"), ("1", "epodoc", "SHILI TECH [CN]")], [("示例科技", "CN")]),
        ([("1", "epodoc", "SHILI TECH [CN]"), ("2", "original", "雾大学")], [("SHILI TECH", "CN"), ("雾大学", None)]),
        ([("1", "original", "示例 A,"), ("2", "original", "示例 a")], [("示例 A", None)]),
        ([("1", "original", "示例"), ("1", "original", "Shili")], [("示例", None), ("Shili", None)]),
    ],
)  # fmt: skip
def test_each_party_is_taken_once_by_its_best_form(
    forms: list[tuple[str, str, str]], expected: list[tuple[str, str | None]]
) -> None:
    assert parties(*forms) == expected


def test_titles_in_languages() -> None:
    (one,) = document(
        '<invention-title lang="de">Scharnier</invention-title><invention-title lang="en">Hinge</invention-title>'
    )
    assert isinstance(one, Patent)
    assert (one.title, [said.language for said in one.titles]) == ("Hinge", ["de", "en"])


def test_a_part_that_cannot_be_read_is_rejected_alone() -> None:
    found = document(
        "<classifications-ipcr><classification-ipcr><text>G6N</text></classification-ipcr></classifications-ipcr>"
        f"<parties>{names(('1', 'original', 'x' * 301), ('2', 'original', '示例科技'))}</parties>"
        "<publication-reference><document-id><date>20240230</date></document-id></publication-reference>"
    )
    assert [one.field for one in found if isinstance(one, Rejected)] == ["applicant", "class", "date"]
    (patent,) = (one for one in found if isinstance(one, Patent))
    assert ([said.party.name for said in patent.parties], patent.published.start) == (["示例科技"], None)


@pytest.mark.parametrize(
    ("attributes", "field"),
    [('country="CN" kind="A"', "number"), ('doc-number="1" kind="A"', "country"), ('country="CN" doc-number="1" kind="."', "kind")],
)  # fmt: skip
def test_a_document_without_a_number_is_rejected(attributes: str, field: str) -> None:
    (one,) = document("", attributes)
    assert isinstance(one, Rejected)
    assert (one.locator, one.field) == ("here", field)


def test_a_member_of_a_family_with_its_document() -> None:
    inner = (
        '<exchange-document country="CN" doc-number="1" kind="B"><bibliographic-data/></exchange-document>'
    )
    (one,) = read_member(parse_xml(f"<family-member family-id='7'>{inner}</family-member>".encode()), "here")
    assert isinstance(one, Patent)
    assert (one.number, one.locator, one.stage) == ("CN1B", "here/exchange-document", "grant")
    (none,) = read_member(parse_xml(b"<family-member/>"), "here")
    assert isinstance(none, Rejected)
