"""The Global LEI Foundation (GLEIF): legal entities with their names, numbers, addresses and owners.

What each kind of answer gives:
- an LEI record, alone or in a list (children, parents, issuers of codes too): an `Organisation`; where the address
  of the answer says whose child or parent it is, with that link;
- a relationship record: an `Organisation` with the link. It names both ends by their LEI alone, so they are
  mentions named by their LEI, which resolution joins to the named ones by identifier;
- the list of LEI issuers: an `Organisation` each;
- everything else (fields, legal forms, registers, completions, securities, reasons for naming no parent) says
  nothing of organisations and is rejected with that reason, once an answer.

Consolidation in accounts is what GLEIF's parent means: it is read as *subsidiary*; an international branch is
a *unit*.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any, Final, Literal
from urllib.parse import urlencode

from pydantic import ValidationError
from scrapy.http import Request, Response

from crawlers.declaration import Declaration, Expected
from crawlers.parsing import at, checked, list_at, load_json, number_at, refused, reject, shown, text_at
from crawlers.spider import Found, SourceSpider
from crawlers.urls import clean_url, host_of, path_of
from pipelines.dates import read_when
from pipelines.errors import InputError
from pipelines.records import (
    UNDATED,
    AlsoNamed,
    Attribute,
    EntityKind,
    Identifier,
    Link,
    Mention,
    Organisation,
    Rejected,
    When,
)

DECLARATION = Declaration(
    name="gleif",
    title="GLEIF: Legal Entity Identifiers",
    title_zh="全球法人识别编码基金会 LEI 数据",
    publisher="Global Legal Entity Identifier Foundation",
    home="https://www.gleif.org/",
    licence="CC0 1.0",
    terms="at most 60 requests a minute; whole files are offered for bulk use",
    robots="robots.txt is fetched and obeyed; the API's allows everything",
    hosts=("api.gleif.org",),
    personal_data="sole proprietors may be registered under a person's name; nothing else",
    cadence="monthly",
    delay=1.0,
    country=None,
    lists_all=True,
    authority=True,
    expected=Expected(pages_least=100, records_least=10_000, rejected_share_most=0.02),
)

#: What the answers hold and the records leave out, and why. A name is the end of a JSON path.
LEFT = {
    "meta.pagination.total": "held against the records that a listing shows",
    "meta.goldenCopy.publishDate": "about the answer",
    "meta.pagination.currentPage": "about the answer",
    "meta.pagination.perPage": "about the answer",
    "meta.pagination.from": "about the answer",
    "meta.pagination.to": "about the answer",
    "meta.pagination.lastPage": "about the answer",
    "links.first": "about the answer",
    "links.last": "about the answer",
    "links.self": "the answer's own address",
    "data.id": "the LEI once more",
    "data.relationships.*": "addresses of other answers; that of the parent is visited",
    "legalAddress.language": "street level: city, region and country are kept",
    "legalAddress.addressLines": "street level",
    "legalAddress.addressNumber": "street level",
    "legalAddress.addressNumberWithinBuilding": "street level",
    "legalAddress.mailRouting": "street level",
    "legalAddress.postalCode": "street level",
    "headquartersAddress.language": "street level: city and country are kept",
    "headquartersAddress.addressLines": "street level",
    "headquartersAddress.addressNumber": "street level",
    "headquartersAddress.addressNumberWithinBuilding": "street level",
    "headquartersAddress.mailRouting": "street level",
    "headquartersAddress.region": "the city and country are kept",
    "headquartersAddress.postalCode": "street level",
    "otherAddresses.*": "the legal address and headquarters are kept",
    "registeredAt.other": "a register without code, in free words",
    "legalForm.other": "a legal form without code: the name shows it",
    "expiration.reason": "the status and its day are kept",
    "eventGroups.*": "what changed in the entry; the names and states it led to are kept",
    "registration.initialRegistrationDate": "about the LEI, not the entity",
    "registration.lastUpdateDate": "about the entry",
    "registration.nextRenewalDate": "about the LEI",
    "registration.managingLou": "who issued the LEI",
    "registration.corroborationLevel": "how the issuer checked",
    "registration.corroborationDocuments": "how the issuer checked",
    "registration.corroborationReference": "how the issuer checked",
    "registration.validatedAt.*": "how the issuer checked",
    "registration.validatedAs": "the registration number once more",
    "attributes.bic": "codes of banks' payment systems",
    "attributes.mic": "codes of trading venues",
    "attributes.ocid": "another company's number of the entity, under its own terms",
    "attributes.qcc": "another company's number of the entity",
    "attributes.spglobal": "another company's number of the entity",
    "attributes.conformityFlag": "about the entry",
    "attributes.validFrom": "when the entry was valid; the relationship's own period is kept",
    "relationship.startNode.type": "always LEI",
    "relationship.endNode.type": "always LEI",
    "attributes.accreditationDate": "when it became an issuer",
}

_API: Final = "https://api.gleif.org/api/v1/lei-records"
_PER_PAGE: Final = 200
#: A guard against a listing that goes round in circles: 3 million records fit.
_RECORDS: Final = "records"

_LEI = re.compile(r"[0-9A-Z]{18}[0-9]{2}")
_OF = re.compile(r"/lei-records/(?P<lei>[0-9A-Z]{20})/(?P<part>[a-z-]+)$")
_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}")
_INSTANT = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)T(?P<hour>\d\d):\d\d:\d\d(?:\.\d{1,6})?Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_NAME_TYPES: Final[dict[str, Literal["former", "alias", "brand", "translation", "legal"]]] = {
    "PREVIOUS_LEGAL_NAME": "former",
    "TRADING_OR_OPERATING_NAME": "brand",
    "ALTERNATIVE_LANGUAGE_LEGAL_NAME": "translation",
    "PREFERRED_ASCII_TRANSLITERATED_LEGAL_NAME": "translation",
    "AUTO_ASCII_TRANSLITERATED_LEGAL_NAME": "translation",
}
#: GENERAL is any other legal entity, a company or not: its kind stays open.
_KINDS: Final[dict[str, EntityKind | None]] = {
    "GENERAL": None,
    "BRANCH": "company",
    "SOLE_PROPRIETOR": "company",
    "FUND": "investor",
    "RESIDENT_GOVERNMENT_ENTITY": "government",
    "INTERNATIONAL_ORGANIZATION": "other",
}
Relation = Literal["unit", "subsidiary", "related"]
_RELATIONS: Final[dict[str, Relation]] = {
    "IS_DIRECTLY_CONSOLIDATED_BY": "subsidiary",
    "IS_ULTIMATELY_CONSOLIDATED_BY": "subsidiary",
    "IS_INTERNATIONAL_BRANCH_OF": "unit",
    "IS_FUND-MANAGED_BY": "related",
    "IS_SUBFUND_OF": "related",
    "IS_FEEDER_TO": "related",
}
#: What the answer at `/lei-records/LEI/PART` is to LEI.
_PARTS: Final[dict[str, Literal["parent", "subsidiary", "related"]]] = {
    "direct-parent": "parent",
    "ultimate-parent": "parent",
    "direct-children": "subsidiary",
    "ultimate-children": "subsidiary",
    "managed-funds": "related",
    "fund-manager": "related",
}
_SILENT: Final = {
    "fields": "describes the fields of the API",
    "entity-legal-forms": "lists legal forms",
    "registration-authorities": "lists registers",
    "registration-agents": "lists agents for LEI applications",
    "jurisdictions": "lists jurisdictions",
    "countries": "lists countries",
    "regions": "lists regions",
    "autocompletions": "completes what a user types",
    "fuzzycompletions": "completes what a user types",
    "isins": "lists securities",
    "reporting-exceptions": "gives the reason why no parent is named",
    "field-modifications": "lists changes of the entry",
}


class GleifSpider(SourceSpider):
    """Lists the records of a country (argument `country`, default CN; `parents=no` leaves parents out)."""

    name = DECLARATION.name
    declaration = DECLARATION

    def __init__(self, *args: Any, country: str = "CN", parents: str = "yes", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country, self.parents = country, parents != "no"

    def start_requests_live(self) -> Iterator[Request]:
        # By cursor: page numbers end at 10,000 records.
        asked = {
            "filter[entity.legalAddress.country]": self.country,
            "page[size]": _PER_PAGE,
            "page[cursor]": "*",
        }
        yield self.list_request(f"{_API}?{urlencode(asked)}", _RECORDS)

    def owns(self, url: str) -> bool:
        return host_of(url) in DECLARATION.hosts and path_of(url).startswith("/api/v1/")

    def canonical(self, url: str) -> str:
        return clean_url(url) or url

    def read(self, response: Response) -> Iterator[Found]:
        try:
            answer = load_json(response.body)
            data = at(answer, "data")
            if data is None:
                said = "; ".join(text_at(one, "title") for one in list_at(answer, "errors"))
                yield reject("$", said or "an answer without data", kind="page", raw=answer)
                return
            several = isinstance(data, list)
            listed = list_at(answer, "data") if several else [data]
            yield from _read_all(listed, several, response.url)
            if several and any(text_at(one, "type") not in _SILENT for one in listed):
                ids = [f"{at(one, 'type')} {at(one, 'id')}" for one in listed]
                yield from self._onward(answer, ids, response)
        except InputError as error:
            raw = response.body[:600].decode("utf-8", "replace")
            yield reject("$", error.message, kind="page", field=error.field, raw=raw)
            return
        if self.parents and not _OF.search(path_of(response.url)):
            for one in listed:
                try:
                    yield from _parent(one)
                except InputError as error:
                    yield refused(error, locator="$", kind="listing", raw=one)

    def _onward(self, answer: Any, ids: list[str], response: Response) -> Iterator[Found]:
        """The next page of a listing, and what the totals say."""
        total = number_at(answer, "meta.pagination.total")
        following = text_at(answer, "links.next")
        name = str(response.meta.get("listing") or path_of(response.url))
        more = None
        if following:
            target = clean_url(following)
            if target is None or not self.owns(target):
                reason = "the next page lies elsewhere"
                yield reject("$.links.next", reason, kind="listing", field="next", value=following)
                return
            more = self.list_request(target, name)
        yield from self.listing(response, name).turn(
            ids, total=total, more=more, locator="$.meta.pagination.total"
        )


def is_uscc(code: str) -> bool:
    """Whether the text is a unified social credit code with the right check character (GB 32100-2015)."""
    if not _USCC.fullmatch(code):
        return False
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(alphabet.index(char) * pow(3, place, 31) for place, char in enumerate(code[:17]))
    return alphabet[-total % 31] == code[17]


def read_record(entry: Any, where: str, link: Link | None = None) -> Iterator[Organisation | Rejected]:
    """The organisation of one LEI record; `where` is its JSON path, `link` what the answer's address adds."""
    try:
        lei = _lei(text_at(entry, "attributes.lei"), "attributes.lei")
        entity = at(entry, "attributes.entity")
        category = text_at(entity, "category")
        if category and category not in _KINDS:
            raise InputError(f"an unknown category: {category}", field="entity.category")
        country = text_at(entity, "legalAddress.country") or None
        number = text_at(entity, "registeredAs")
        identifiers = [Identifier(scheme="lei", value=lei)]
        if country == "CN" and is_uscc(number):
            identifiers.append(Identifier(scheme="uscc", value=number))
        subject = Mention(
            name=text_at(entity, "legalName.name"),
            kind=_KINDS.get(category),
            country=country,
            place=text_at(entity, "legalAddress.city") or None,
            identifiers=tuple(identifiers),
        )
        names = list(_names(entity, subject.name))
        links = [*_links_of(entity), *([link] if link else [])]
        parts = list(_attributes(entry, entity, where))
    except (InputError, ValidationError) as error:
        yield refused(error, locator=where, kind="organisation", raw=entry)
        return
    yield from (part for part in parts if isinstance(part, Rejected))
    yield checked(
        lambda: Organisation(
            locator=where,
            quote=shown({"lei": lei, "legalName": at(entity, "legalName"), "registeredAs": number or None}),
            subject=subject,
            names=tuple(names),
            attributes=tuple(part for part in parts if isinstance(part, Attribute)),
            links=tuple(links),
        ),
        locator=where,
        kind="organisation",
        raw=entry,
    )


def _read_all(listed: Any, several: bool, url: str) -> Iterator[Found]:
    silent: dict[str, int] = {}
    for index, one in enumerate(listed):
        where = f"$.data[{index}]" if several else "$.data"
        kind = text_at(one, "type")
        if kind == "lei-records":
            yield from read_record(one, where, _link_of(url))
        elif kind == "relationship-records":
            yield _relationship(one, where)
        elif kind == "lei-issuers":
            yield _issuer(one, where)
        elif kind in _SILENT:
            silent[kind] = silent.get(kind, 0) + 1
        else:
            yield reject(
                where, f"an unknown kind of answer: {kind!r}", kind="page", field="type", value=kind, raw=one
            )
    for kind, count in silent.items():
        reason = (
            f"says nothing of organisations: {_SILENT[kind]} ({count} entries)"  # read in full, and silent
        )
        yield reject("$.data", reason, kind="endpoint", field="type", value=kind)


def _link_of(url: str) -> Link | None:
    """The link to the entity in whose name the answer was asked for."""
    match = _OF.search(path_of(url))
    relation = _PARTS.get(match["part"]) if match else None
    return Link(relation=relation, other=_by_lei(match["lei"])) if match and relation else None


def _by_lei(lei: str, name: str = "") -> Mention:
    return Mention(name=name or lei, identifiers=(Identifier(scheme="lei", value=lei),))


def _lei(code: str, field: str) -> str:
    """An LEI with right check digits (ISO 17442: the number modulo 97 is 1). Raises InputError otherwise."""
    if not _LEI.fullmatch(code) or int("".join(str(int(char, 36)) for char in code)) % 97 != 1:
        raise InputError(f"no LEI: {code!r}", field=field)
    return code


def _names(entity: Any, main: str) -> Iterator[AlsoNamed]:
    for path in ("otherNames", "transliteratedOtherNames"):
        for one in list_at(entity, path):
            kind, name = text_at(one, "type"), text_at(one, "name")
            if kind not in _NAME_TYPES:
                raise InputError(f"an unknown type of name: {kind}", field=f"{path}.type")
            if name and name != main:
                language = text_at(one, "language").lower()
                yield AlsoNamed(
                    name=name,
                    type=_NAME_TYPES[kind],
                    language=language if _LANGUAGE.fullmatch(language) else None,
                )


def _attributes(entry: Any, entity: Any, where: str) -> Iterator[Attribute | Rejected]:
    for name, path in (
        ("status", "status"),
        ("category", "category"),
        ("legal_form", "legalForm.id"),
        ("register", "registeredAt.id"),
        ("registration_number", "registeredAs"),
        ("jurisdiction", "jurisdiction"),
        ("region", "legalAddress.region"),
        ("headquarters_city", "headquartersAddress.city"),
        ("headquarters_country", "headquartersAddress.country"),
        ("name_language", "legalName.language"),
    ):
        if written := text_at(entity, path):
            yield Attribute(name=name, value=written)
    if status := text_at(entry, "attributes.registration.status"):
        yield Attribute(name="lei_status", value=status)
    for name, path in (("founded", "creationDate"), ("dissolved", "expiration.date")):
        if written := text_at(entity, path):
            field = f"{where}.attributes.entity.{path}"
            when = _when(written, field)
            if isinstance(when, Rejected):
                yield when
            else:
                yield Attribute(name=name, value=written, when=when)


def _when(written: str, field: str) -> When | Rejected:
    try:
        return read_when(day_meant(written))
    except InputError as error:
        return reject(field, error.message, kind="attribute", field=field.rpartition(".")[2], value=written)


def day_meant(written: str) -> str:
    """The day of a GLEIF date. Days are written as the UTC instant of midnight at the registry, so an afternoon
    (1995-10-31T16:00:00Z, midnight in Beijing) means the next day. Anything else comes back as it is."""
    match = _INSTANT.fullmatch(written)
    if match is None:
        return written
    try:
        day = dt.date.fromisoformat(match["day"])
    except ValueError:
        return written
    return (day + dt.timedelta(days=1) if int(match["hour"]) >= 12 else day).isoformat()


def _links_of(entity: Any) -> Iterator[Link]:
    """Links inside the record: the successors, and the head office of a branch."""
    followers = [at(entity, "successorEntity"), *list_at(entity, "successorEntities")]
    head = at(entity, "associatedEntity") if text_at(entity, "category") == "BRANCH" else None
    seen: set[str] = set()
    for relation, one in [*(("predecessor", one) for one in followers), ("unit", head)]:
        lei, name = text_at(one, "lei"), text_at(one, "name")
        if (lei or name) and (lei or name) not in seen:
            seen.add(lei or name)
            other = _by_lei(_lei(lei, "successorEntity.lei"), name) if lei else Mention(name=name)
            yield Link(relation="unit" if relation == "unit" else "predecessor", other=other)


def _relationship(entry: Any, where: str) -> Organisation | Rejected:
    """A relationship record: its start is consolidated in, a branch of, or managed by its end."""

    def build() -> Organisation:
        body = at(entry, "attributes.relationship")
        kind, status = text_at(body, "type"), text_at(body, "status")
        if kind not in _RELATIONS:
            raise InputError(f"an unknown relationship: {kind}", field="relationship.type")
        start = _lei(text_at(body, "startNode.id"), "relationship.startNode.id")
        end = _lei(text_at(body, "endNode.id"), "relationship.endNode.id")
        when = _period(body)
        if status not in ("ACTIVE", "NULL", "") and when.end is None:
            raise InputError("the relationship is over, and no end is given", field="relationship.status")
        return Organisation(
            locator=where,
            quote=shown({"startNode": start, "type": kind, "endNode": end, "status": status}),
            subject=_by_lei(start),
            links=(Link(relation=_RELATIONS[kind], other=_by_lei(end), when=when),),
        )

    return checked(build, locator=where, kind="organisation", raw=entry)


def _period(relationship: Any) -> When:
    """When the relationship holds; accounting and filing periods say only when it was reported."""
    for one in list_at(relationship, "periods"):
        if text_at(one, "type") != "RELATIONSHIP_PERIOD":
            continue
        days = [text_at(one, "startDate"), text_at(one, "endDate")]
        start, end = (read_when(day_meant(day)).start if day else None for day in days)
        if start or end:
            return When(start=start, end=end, precision="day", as_written="/".join(days).rstrip("/"))
    return UNDATED


def _issuer(entry: Any, where: str) -> Organisation | Rejected:
    """An issuer of LEIs: its legal name and the name it goes by."""

    def build() -> Organisation:
        lei, name = (
            _lei(text_at(entry, "attributes.lei"), "attributes.lei"),
            text_at(entry, "attributes.name"),
        )
        brand, site = text_at(entry, "attributes.marketingName"), text_at(entry, "attributes.website")
        return Organisation(
            locator=where,
            quote=shown({"lei": lei, "name": name, "marketingName": brand}),
            subject=_by_lei(lei, name),
            names=(AlsoNamed(name=brand, type="brand"),) if brand and brand != name else (),
            attributes=(Attribute(name="website", value=site),) if site else (),
        )

    return checked(build, locator=where, kind="organisation", raw=entry)


def _parent(entry: Any) -> Iterator[Request]:
    """The record of the direct parent, where the entry says that there is one."""
    if text_at(entry, "type") != "lei-records":
        return
    target = clean_url(text_at(entry, "relationships.direct-parent.links.lei-record"))
    if target and host_of(target) in DECLARATION.hosts:
        yield Request(target)
