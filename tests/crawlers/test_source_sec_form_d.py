"""Form D: issuers, the amount sold, the persons with their posts and nothing else of them; hostile XML."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.sources.sec_form_d import ELEMENTS_MOST, SIZE_LIMIT, parse_xml, read_form_d
from pipelines.errors import InputError
from pipelines.records import Financing, Organisation, Person, Record, Rejected
from tests.crawlers.saved_pages import PAGES
from tests.shared import shared

FORM = (PAGES / "sec_edgar" / "form_d.xml").read_text("utf-8")


def read(text: str | bytes) -> list[Record | Rejected]:
    return list(read_form_d(parse_xml(text if isinstance(text, bytes) else text.encode())))


def forms() -> list[Path]:
    return sorted(shared("web", "edgar_form_d").glob("*.xml"))


@pytest.mark.shared
def test_the_real_forms() -> None:
    estate, fund, company = (read(path.read_bytes()) for path in forms())
    counts = [Counter(type(one).__name__ for one in form) for form in (fund, company, estate)]
    # the fund has an issuer beside it, and two firms in place of persons
    assert counts == [
        {"Organisation": 4, "Financing": 1},
        {"Organisation": 1, "Financing": 1, "Person": 7},
        {"Organisation": 1, "Financing": 1, "Person": 14},
    ]
    sold = [one for form in (fund, company, estate) for one in form if isinstance(one, Financing)]
    assert [(one.amount.low if one.amount else None, str(one.when.start), one.event) for one in sold] == [
        (659752.0, "2023-01-20", "0001958740/2023-01-20"),
        (5725051.0, "2017-03-16", "0001544190/2017-03-16"),
        (125000.0, "2023-01-19", "0001961089/2023-01-19"),
    ]
    assert not any(one.investors for one in sold)
    issuer = company[0]
    assert isinstance(issuer, Organisation)
    assert [(one.name, one.type) for one in issuer.names] == [("84 RE Partners, LLC", "former")]


@pytest.mark.shared
def test_of_persons_in_real_forms_name_and_posts_alone_are_kept() -> None:
    for path in forms():
        text = path.read_text("utf-8")
        told = " ".join(one.model_dump_json() for one in read(text))
        hidden = re.findall(r"<(?:street1|street2|zipCode|issuerPhoneNumber|recipientName)>([^<]{4,})<", text)
        assert hidden
        for one in hidden:
            assert one == "None" or one not in told, one


def test_a_persons_posts_hold_from_the_day_of_signature() -> None:
    (lan, mara) = [one for one in read(FORM) if isinstance(one, Person)]
    assert (lan.person.name, lan.core, mara.core) == ("Lan Chen", True, False)
    assert [(one.post, one.current, str(one.when.start)) for one in lan.posts] == [
        ("Executive Officer", True, "2021-03-11"),
        ("Director", True, "2021-03-11"),
        ("Chief Executive Officer", True, "2021-03-11"),
    ]
    assert lan.person.scope == "cik:0009900001"


def test_an_amendment_speaks_of_the_same_event() -> None:
    amended = FORM.replace("<submissionType>D<", "<submissionType>D/A<").replace(">3000000<", ">4000000<")
    (before,), (after,) = (
        [one for one in read(text) if isinstance(one, Financing)] for text in (FORM, amended)
    )
    assert before.event == after.event
    assert after.amount is not None
    assert after.amount.low == 4_000_000


def test_an_offer_without_a_sale_is_no_financing() -> None:
    found = read(FORM.replace(">3000000<", ">0<"))
    assert not any(isinstance(one, Financing | Rejected) for one in found)


def test_an_empty_first_line_and_a_name_space_change_nothing() -> None:
    spaced = FORM.replace("<edgarSubmission>", '<edgarSubmission xmlns="http://www.sec.gov/edgar/formd">')
    assert read("\n" + FORM) == read(b"\xef\xbb\xbf\r\n" + FORM.encode()) == read(spaced) == read(FORM)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        (">3000000<", ">3,000,000<", "totalAmountSold"),
        (">3000000<", ">-5<", "totalAmountSold"),
        (">2021-03-01<", ">2021-02-30<", "dateOfFirstSale"),
        ("<signatureDate>2021-03-11<", "<signatureDate>soon<", "signatureDate"),
        ("<value>2018<", "<value>18<", "yearOfInc"),
        ("<relationship>Promoter<", "<relationship>Friend<", "relationship"),
        ("<lastName>Chen<", f"<lastName>{'x' * 400}<", "Mention.name"),
    ],
)
def test_a_part_that_cannot_be_used_is_rejected_alone(old: str, new: str, field: str) -> None:
    assert old in FORM
    found = read(FORM.replace(old, new, 1))
    assert [one.field for one in found if isinstance(one, Rejected)] == [field]
    assert any(isinstance(one, Organisation) for one in found)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("<submissionType>D<", "<submissionType>4<", "not a Form D"),
        (">LIVE<", ">TEST<", "made as a test"),
        ("primaryIssuer>", "lostIssuer>", "without an issuer"),
        ("<cik>0009900001<", "<cik>none<", "no CIK"),
    ],
)
def test_a_form_that_cannot_be_used_says_why(old: str, new: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        read(FORM.replace(old, new))


def test_an_issuer_without_a_name_rejects_the_form() -> None:
    (found,) = read(FORM.replace("<entityName>Chenwu Intelligence Ltd<", "<entityName><"))
    assert isinstance(found, Rejected)


BILLION = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><x>&a;</x>'


@pytest.mark.parametrize(
    "body",
    [
        BILLION.encode(),
        OUTSIDE.encode(),
        b"<x>" * 5000,
        b"<x><y>" + b"<z/>" * ELEMENTS_MOST + b"</y></x>",
        b"<x>" + b" " * SIZE_LIMIT + b"</x>",
        b"",
        b"<x>\x00</x>",
    ],
    ids=["entities", "outside", "deep", "many", "large", "empty", "null"],
)
def test_hostile_xml_is_an_error(body: bytes) -> None:
    with pytest.raises(InputError):
        parse_xml(body)


PARTS = re.findall(r">([^<>\s][^<>]*)<", FORM)


@given(
    part=st.sampled_from(PARTS), value=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
)
@settings(max_examples=300, deadline=None)
def test_no_text_in_any_field_raises(part: str, value: str) -> None:
    written = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    try:
        found = read(FORM.replace(f">{part}<", f">{written}<"))
    except InputError:
        return
    assert all(isinstance(one, Organisation | Financing | Person | Rejected) for one in found)


@given(st.text(st.sampled_from("<>/&;edgarSubmission \n"), max_size=60))
def test_xml_soup_is_read_or_an_error(text: str) -> None:
    with contextlib.suppress(InputError):
        read(text)
