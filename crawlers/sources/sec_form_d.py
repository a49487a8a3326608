"""EDGAR's Form D: the notice of securities sold without registration, in XML (`primary_doc.xml`).

It gives
- the issuer, and the issuers beside it, as an `Organisation` each;
- a `Financing` of the amount sold so far, on the day of the first sale. The form names no investors. An amendment
  (D/A) speaks of the same sale: issuer and day of the first sale together are the event's id;
- the persons behind the issuer (executive officers, directors, promoters) with these posts; their addresses, and
  all else that the form says of persons, are never read. A firm among them is an `Organisation` related to the
  issuer.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from crawlers.parsing import checked, refused, reject, shown, tidy
from crawlers.sources.sec_entities import bearer_name, cik_of, country_at, is_nothing
from crawlers.trees import xml_tree
from pipelines.dates import read_when
from pipelines.errors import InputError
from pipelines.records import (
    UNDATED,
    AlsoNamed,
    Amount,
    Attribute,
    Financing,
    Identifier,
    Link,
    Mention,
    Organisation,
    Person,
    Post,
    Rejected,
    When,
)

SIZE_LIMIT: Final = 5_000_000
ELEMENTS_MOST: Final = 50_000
_TYPES: Final = frozenset(("D", "D/A"))
_FUND: Final = "Pooled Investment Fund"
_NUMBER: Final = re.compile(r"\d{1,18}")
_YEAR: Final = re.compile(r"[12]\d{3}")
_ROLES: Final = frozenset(("Executive Officer", "Director", "Promoter"))

Found = Organisation | Financing | Person | Rejected


@dataclass(frozen=True, slots=True)
class _Form:
    """What the parts of one form share: the first issuer, whether it is a fund, and the day of signature."""

    issuer: Mention
    signed: When
    fund: bool


def parse_xml(body: bytes) -> Any:
    """The root of an XML document, its names without namespaces. Raises InputError for what is none, has a document
    type, or is too large. An empty first line, as some of EDGAR's files have, is passed over."""
    if len(body) > SIZE_LIMIT:
        raise InputError(f"{len(body):,} bytes are more than the {SIZE_LIMIT:,} that are read")
    root = xml_tree(body.lstrip(b"\xef\xbb\xbf \t\r\n"), keep_comments=False)
    if root.getroottree().docinfo.doctype:
        raise InputError("an XML document with a document type is not read")
    for count, element in enumerate(root.iter()):
        if count >= ELEMENTS_MOST:
            raise InputError(f"more than the {ELEMENTS_MOST:,} elements that are read")
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    return root


def read_form_d(root: Any) -> Iterator[Found]:
    """The records of one Form D; `root` is its parsed XML. Raises InputError where it is none, or has no issuer."""
    kind = _text(root, "submissionType")
    if kind not in _TYPES:
        raise InputError(f"a filing of type {kind[:40]!r}, not a Form D", field="submissionType")
    if _text(root, "testOrLive") != "LIVE":
        raise InputError("a filing made as a test", field="testOrLive")
    first = root.find("primaryIssuer")
    if first is None:
        raise InputError("a form without an issuer", field="primaryIssuer")
    fund = _text(root, "offeringData/industryGroup/industryGroupType") == _FUND
    signed = _signed(root)
    if isinstance(signed, Rejected):
        yield signed
        signed = UNDATED
    try:
        form = _Form(_issuer(first, fund), signed, fund)
    except ValidationError as error:
        yield refused(error, locator="/edgarSubmission/primaryIssuer", kind="organisation")
        return
    yield from _organisation(
        first, "/edgarSubmission/primaryIssuer", form, lambda: _offering(root, form.signed)
    )
    for number, issuer in enumerate(root.findall("issuerList/issuer"), 1):
        yield from _organisation(issuer, f"/edgarSubmission/issuerList/issuer[{number}]", form, list)
    yield from _financing(root, form)
    for number, person in enumerate(root.findall("relatedPersonsList/relatedPersonInfo"), 1):
        yield from _related(person, f"/edgarSubmission/relatedPersonsList/relatedPersonInfo[{number}]", form)


def _text(element: Any, path: str) -> str:
    return tidy(element.findtext(path) or "")


def _issuer(element: Any, fund: bool) -> Mention:
    address = element.find("issuerAddress")
    code, description, city = (
        ("", "", "")
        if address is None
        else tuple(_text(address, one) for one in ("stateOrCountry", "stateOrCountryDescription", "city"))
    )
    return Mention(
        name=_text(element, "entityName"),
        kind="investor" if fund else "company",
        country=country_at(code, description),
        place=city or None,
        identifiers=(Identifier(scheme="cik", value=cik_of(_text(element, "cik"))),),
    )


def _signed(root: Any) -> When | Rejected:
    path = "offeringData/signatureBlock/signature/signatureDate"
    written = _text(root, path)
    try:
        return read_when(written) if written else UNDATED
    except InputError as error:
        where = f"/edgarSubmission/{path}"
        return reject(where, error.message, kind="form", field="signatureDate", value=written)


def _organisation(
    element: Any, where: str, form: _Form, further: Callable[[], list[Attribute]]
) -> Iterator[Organisation | Rejected]:
    def build() -> Organisation:
        subject = _issuer(element, form.fund)
        beside = subject.identifiers != form.issuer.identifiers
        return Organisation(
            locator=where,
            quote=shown({"cik": _text(element, "cik"), "entityName": subject.name}),
            subject=subject,
            names=tuple(_former(element, subject.name)),
            attributes=(*_attributes(element), *further()),
            links=(Link(relation="related", other=form.issuer),) if beside else (),
        )

    yield checked(build, locator=where, kind="organisation")
    year = element.find("yearOfInc")
    if year is not None and (written := _text(year, "value")) and not _YEAR.fullmatch(written):
        yield reject(
            f"{where}/yearOfInc/value", "no year", kind="attribute", field="yearOfInc", value=written
        )


def _former(element: Any, name: str) -> Iterator[AlsoNamed]:
    told = [*element.findall("issuerPreviousNameList/*"), *element.findall("edgarPreviousNameList/*")]
    for written in dict.fromkeys(tidy(one.text or "") for one in told):
        if not is_nothing(written) and written != name:
            yield AlsoNamed(name=written, type="former")


def _attributes(element: Any) -> Iterator[Attribute]:
    for name, path in (("legal_form", "entityType"), ("incorporated_in", "jurisdictionOfInc")):
        if written := _text(element, path):
            yield Attribute(name=name, value=written)
    year = _text(element, "yearOfInc/value")
    if _YEAR.fullmatch(year):
        yield Attribute(name="founded", value=year, number=int(year), unit="year", when=read_when(year))


def _offering(root: Any, signed: When) -> list[Attribute]:
    """What the form says of the first issuer beyond its name, as of the day of signature."""
    found = []
    for name, path in (
        ("industry", "industryGroup/industryGroupType"),
        ("fund_type", "industryGroup/investmentFundInfo/investmentFundType"),
        ("revenue_range", "issuerSize/revenueRange"),
        ("net_asset_range", "issuerSize/aggregateNetAssetValueRange"),
    ):
        if written := _text(root, f"offeringData/{path}"):
            found.append(Attribute(name=name, value=written, when=signed))
    amount = _text(root, "offeringData/offeringSalesAmounts/totalOfferingAmount")
    if amount:  # `Indefinite` stays a word
        number = float(amount) if _NUMBER.fullmatch(amount) and amount.isascii() else None
        found.append(
            Attribute(
                name="offering_amount",
                value=amount,
                number=number,
                unit=None if number is None else "USD",
                when=signed,
            )
        )
    return found


def _financing(root: Any, form: _Form) -> Iterator[Financing | Rejected]:
    where = "/edgarSubmission/offeringData/offeringSalesAmounts"
    sold = _text(root, "offeringData/offeringSalesAmounts/totalAmountSold")
    day = _text(root, "offeringData/typeOfFiling/dateOfFirstSale/value")
    if not _NUMBER.fullmatch(sold) or not sold.isascii():
        yield reject(
            where, "no whole number of dollars", kind="financing", field="totalAmountSold", value=sold
        )
        return
    if int(sold) == 0:  # an offer, and no sale yet
        return

    def build() -> Financing:
        return Financing(
            locator=where,
            quote=shown({"totalAmountSold": sold, "dateOfFirstSale": day}),
            target=form.issuer,
            amount=Amount(as_written=sold, low=float(sold), high=float(sold), currency="USD"),
            event=f"{form.issuer.identifiers[0].value}/{day or 'undated'}",
            when=_first_sale(day),
        )

    yield checked(build, locator=where, kind="financing")


def _first_sale(day: str) -> When:
    if not day:  # `yet to occur`, or left out
        return UNDATED
    try:
        return When(start=dt.date.fromisoformat(day), precision="day", as_written=day)
    except ValueError:
        raise InputError(f"no day: {day[:60]!r}", field="dateOfFirstSale") from None


def _related(element: Any, where: str, form: _Form) -> Iterator[Person | Organisation | Rejected]:
    names = [_text(element, f"relatedPersonName/{one}") for one in ("firstName", "middleName", "lastName")]
    name, is_person = bearer_name(*names)
    posts = [tidy(one.text or "") for one in element.findall("relatedPersonRelationshipList/relationship")]
    for unknown in (one for one in posts if one not in _ROLES):
        yield reject(where, "an unknown relationship", kind="person", field="relationship", value=unknown)
    clarified = _text(element, "relationshipClarification")

    def build() -> Person | Organisation:
        quote = shown({"name": name, "relationship": posts, "clarification": clarified})
        if not is_person:
            return Organisation(
                locator=where,
                quote=quote,
                confidence=0.9,  # that it is a firm is read from its name
                subject=Mention(name=name, scope=_scope(form)),
                links=(Link(relation="related", other=form.issuer),),
            )
        said = [one for one in (*posts, clarified) if one in _ROLES or (one and not is_nothing(one))]
        return Person(
            locator=where,
            quote=quote,
            person=Mention(name=name, kind="person", scope=_scope(form)),
            core="Executive Officer" in posts,
            posts=tuple(
                Post(employer=form.issuer, post=post, current=True, when=form.signed)
                for post in dict.fromkeys(said)
            ),
        )

    if is_person and not any(one in _ROLES for one in posts):
        if not posts:
            yield reject(where, "a person without a post", kind="person", field="relationship")
        return
    yield checked(build, locator=where, kind="person" if is_person else "organisation")


def _scope(form: _Form) -> str:
    # namesakes behind two issuers are two until someone says otherwise
    return f"cik:{form.issuer.identifiers[0].value}"
