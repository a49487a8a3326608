"""The Research Organization Registry (ROR): universities, institutes, companies and authorities that do research.

Two shapes of its answers are read, version 2 (now) and version 1 (withdrawn in 2025, still in archives); both
give the same subject: the name that ROR shows, with the ROR id. A listing is paged one page after the other, and
each page's `number_of_results` is held against the first one's.

ROR's `parent` does not say whether the organisation is a part of its parent or owned by it. A company below another
organisation is read as its subsidiary, anything else as its unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, Literal
from urllib.parse import parse_qs, urlencode, urlsplit

from pydantic import ValidationError
from scrapy.http import Request, Response

from crawlers.declaration import Declaration, Expected
from crawlers.parsing import (
    at,
    checked,
    list_at,
    load_json,
    number_at,
    object_at,
    refused,
    reject,
    shown,
    text_at,
    texts_at,
)
from crawlers.spider import Found, SourceSpider
from crawlers.urls import clean_url, host_of, path_of
from pipelines.dates import read_when
from pipelines.errors import InputError
from pipelines.records import (
    AlsoNamed,
    Attribute,
    EntityKind,
    Identifier,
    Link,
    Mention,
    Organisation,
    Rejected,
)

DECLARATION = Declaration(
    name="ror",
    title="Research Organization Registry",
    title_zh="研究机构注册库 ROR",
    publisher="ROR: California Digital Library, Crossref, DataCite",
    home="https://ror.org/",
    licence="CC0 1.0",
    terms="2,000 requests in 5 minutes; from late 2026 on 50 in 5 minutes without a client id (argument client_id)",
    robots="robots.txt is fetched and obeyed; the API is made for programs",
    hosts=("api.ror.org",),
    personal_data="none: organisations",
    cadence="monthly",
    # 50 requests in 300 seconds, the rate without a client id.
    delay=6.0,
    country=None,
    lists_all=True,
    authority=True,
    expected=Expected(pages_least=50, records_least=1000, rejected_share_most=0.01),
)

#: What the answers hold and the records leave out, and why. A name is the end of a path.
LEFT = {
    "admin.created.date": "about the entry, not the organisation",
    "admin.created.schema_version": "about the entry",
    "admin.last_modified.date": "about the entry",
    "admin.last_modified.schema_version": "about the entry",
    "domains": "mail domains of researchers; the website is kept",
    "locations.geonames_id": "GeoNames' number of the city, whose name is kept",
    "locations.geonames_details.continent_code": "follows from the country",
    "locations.geonames_details.continent_name": "follows from the country",
    "locations.geonames_details.country_name": "the country's code is kept",
    "locations.geonames_details.country_subdivision_code": "the province's name is kept",
    "locations.geonames_details.lat": "the city's point, not the organisation's",
    "locations.geonames_details.lng": "the city's point",
    "wikipedia_url": "the encyclopaedia's page on it: the Wikidata id is kept",
    "email_address": "always empty since 2020",
    "country.country_name": "the country's code is kept",
    "addresses.lat": "the city's point",
    "addresses.lng": "the city's point",
    "addresses.state_code": "the province's name is kept",
    "addresses.primary": "all addresses are kept; the first gives the place",
    "addresses.country_geonames_id": "the country's code is kept",
    "addresses.geonames_city.id": "GeoNames' number of the city, whose name is kept",
    "addresses.geonames_city.city": "the same as the address's city",
    "addresses.geonames_city.geonames_admin1.id": "GeoNames' number of the province, whose name is kept",
    "addresses.geonames_city.geonames_admin1.ascii_name": "another spelling of the province",
    "addresses.geonames_city.geonames_admin1.code": "the province's name is kept",
    "addresses.geonames_city.license.attribution": "about GeoNames",
    "addresses.geonames_city.license.license": "about GeoNames",
    "time_taken": "about the answer",
    "meta.*": "counts of the answer's types, countries and statuses",
}

_API: Final = "https://api.ror.org/v2/organizations"
#: The registry gives 20 organisations a page and no page beyond 500.
_PER_PAGE: Final = 20
_PAGES_MOST: Final = 500

_ID = re.compile(r"https://ror\.org/(0[a-z0-9]{6}\d{2})")
#: The first type that fits tells the kind; `funder` stands beside another type and tells nothing by itself.
_KINDS: Final[tuple[tuple[str, EntityKind], ...]] = (
    ("company", "company"),
    ("education", "university"),
    ("facility", "research institute"),
    ("government", "government"),
    ("nonprofit", "other"),
    ("healthcare", "other"),
    ("archive", "other"),
    ("other", "other"),
)
_TYPES: Final = frozenset(name for name, _ in _KINDS) | {"funder"}
_SCHEMES: Final = frozenset({"wikidata", "grid", "isni", "fundref"})
_NAME_TYPES: Final = frozenset({"ror_display", "label", "alias", "acronym"})
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_STATUSES: Final = frozenset({"active", "inactive", "withdrawn"})

Relation = Literal["unit", "subsidiary", "parent", "predecessor", "successor", "related"]


class RorSpider(SourceSpider):
    """Lists the organisations of a country (argument `country`, default CN) and reads each entry."""

    name = DECLARATION.name
    declaration = DECLARATION

    def __init__(self, *args: Any, country: str = "CN", client_id: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country, self.client_id = country, client_id

    def start_requests_live(self) -> Iterator[Request]:
        yield self._page(f"{_API}?{urlencode({'filter': f'country.country_code:{self.country}', 'page': 1})}")

    def owns(self, url: str) -> bool:
        return host_of(url) in DECLARATION.hosts and "/organizations" in path_of(url)

    def canonical(self, url: str) -> str:
        return clean_url(url) or url

    def read(self, response: Response) -> Iterator[Found]:
        try:
            answer = load_json(response.body)
            if at(answer, "id") is not None:
                yield from read_organisation(answer, "$")
                return
            if at(answer, "number_of_results") is None:
                errors = "; ".join(texts_at(answer, "errors"))
                yield reject("$", errors or "neither an organisation nor a listing", kind="page", raw=answer)
                return
            yield from self._listing(answer, response)
        except InputError as error:
            raw = response.body[:600].decode("utf-8", "replace")
            yield reject("$", error.message, kind="page", field=error.field, raw=raw)

    def _page(self, url: str) -> Request:
        headers = {"Client-Id": self.client_id} if self.client_id else {}
        return self.list_request(url, self.country, headers=headers)

    def _listing(self, answer: Any, response: Response) -> Iterator[Found]:
        items = list_at(answer, "items")
        now = number_at(answer, "number_of_results") or 0
        for index, item in enumerate(items):
            # An answer to an affiliation holds each organisation inside its match.
            inner = at(item, "organization")
            where = f"$.items[{index}]"
            yield from read_organisation(
                item if inner is None else inner, where if inner is None else where + ".organization"
            )
        parts = urlsplit(response.url)
        asked = parse_qs(parts.query)
        if "affiliation" in asked:
            return
        written = asked.get("page", ["1"])[0]
        page = int(written) if written.isascii() and written.isdecimal() and len(written) < 6 else 1
        more = None
        if page * _PER_PAGE < now and page < _PAGES_MOST:
            asked["page"] = [str(page + 1)]
            more = self._page(parts._replace(query=urlencode(asked, doseq=True)).geturl())
        ids = [str(at(item, "id")) for item in items]
        yield from self.listing(response, self.country).turn(
            ids, total=now, more=more, locator="$.number_of_results"
        )


def read_organisation(entry: Any, where: str) -> Iterator[Organisation | Rejected]:
    """The organisation of one entry, in either version; `where` is its JSON path.

    A part that cannot be read is rejected by itself; an entry without name or id is rejected as a whole.
    """
    try:
        entry = entry if at(entry, "names") is not None else _modern(entry)
        subject, names = _subject(entry)
        parts: list[Attribute | Link | Rejected] = [*_attributes(entry, where), *_links(entry, where)]
    except (InputError, ValidationError) as error:
        yield refused(error, locator=where, kind="organisation", raw=entry)
        return
    yield from (part for part in parts if isinstance(part, Rejected))
    yield checked(
        lambda: Organisation(
            locator=where,
            quote=shown({"id": entry.get("id"), "names": [one.get("value") for one in entry["names"]]}),
            subject=subject,
            names=tuple(names),
            attributes=tuple(part for part in parts if isinstance(part, Attribute)),
            links=tuple(part for part in parts if isinstance(part, Link)),
        ),
        locator=where,
        kind="organisation",
        raw=entry,
    )


def ror_id(url: str) -> str:
    """The id in a ROR address. Raises InputError where there is none."""
    match = _ID.fullmatch(url)
    if match is None:
        raise InputError(f"no ROR id: {url!r}", field="id")
    return match[1]


def _modern(old: Any) -> dict[str, Any]:
    """An entry of version 1 in the shape of version 2."""
    names = [{"value": text_at(old, "name"), "types": ["ror_display", "label"], "lang": None}]
    names += [{"value": one, "types": ["alias"], "lang": None} for one in texts_at(old, "aliases")]
    names += [{"value": one, "types": ["acronym"], "lang": None} for one in texts_at(old, "acronyms")]
    names += [
        {"value": text_at(one, "label"), "types": ["label"], "lang": at(one, "iso639")}
        for one in list_at(old, "labels")
    ]
    country = at(old, "country.country_code")
    locations = [
        {
            "geonames_details": {
                "name": at(one, "city"),
                "country_code": country,
                "country_subdivision_name": at(one, "state") or at(one, "geonames_city.geonames_admin1.name"),
            }
        }
        for one in list_at(old, "addresses")
    ]
    identifiers = []
    for scheme, said in object_at(old, "external_ids").items():
        found = at(said, "all")
        identifiers.append(
            {
                "type": scheme.lower(),
                "preferred": at(said, "preferred"),
                "all": [found] if isinstance(found, str) else found,
            }
        )
    return {
        "id": at(old, "id"),
        "status": at(old, "status"),
        "established": at(old, "established"),
        "types": [one.lower() for one in texts_at(old, "types")],
        "names": names,
        "locations": locations or [{"geonames_details": {"country_code": country}}],
        "external_ids": identifiers,
        "links": [{"type": "website", "value": one} for one in texts_at(old, "links")],
        "relationships": at(old, "relationships"),
    }


def _subject(entry: Any) -> tuple[Mention, list[AlsoNamed]]:
    entries = list_at(entry, "names")
    display = next((one for one in entries if "ror_display" in list(texts_at(one, "types"))), None)
    if display is None:
        raise InputError("no name is marked as the one shown", field="names")
    main = text_at(display, "value")
    place = next(iter(list_at(entry, "locations")), None)
    subject = Mention(
        name=main,
        kind=_kind(entry),
        country=text_at(place, "geonames_details.country_code") or None,
        place=text_at(place, "geonames_details.name") or None,
        identifiers=(Identifier(scheme="ror", value=ror_id(text_at(entry, "id"))), *_identifiers(entry)),
    )
    names = []
    for one in entries:
        name, types = text_at(one, "value"), set(texts_at(one, "types"))
        if unknown := types - _NAME_TYPES:
            raise InputError(f"an unknown type of name: {sorted(unknown)}", field="names.types")
        if name and name != main:
            language = text_at(one, "lang").lower()
            names.append(
                AlsoNamed(
                    name=name,
                    type=_name_type(types, language),
                    language=language if _LANGUAGE.fullmatch(language) else None,
                )
            )
    return subject, list(dict.fromkeys(names))


def _name_type(types: set[str], language: str) -> Literal["acronym", "alias", "translation"]:
    """A label in a stated language other than English (that of the names shown) is a translation."""
    if "acronym" in types:
        return "acronym"
    return "translation" if "label" in types and language not in ("", "en") else "alias"


def _kind(entry: Any) -> EntityKind | None:
    types = set(texts_at(entry, "types"))
    if unknown := types - _TYPES:
        raise InputError(f"an unknown type of organisation: {sorted(unknown)}", field="types")
    return next((kind for name, kind in _KINDS if name in types), None)


def _identifiers(entry: Any) -> Iterator[Identifier]:
    """One identifier of each scheme: the preferred one, or the only one. Of several without a preferred one none
    can be said to be the organisation's, so they stay attributes."""
    for scheme, preferred, every in _external(entry):
        if scheme in _SCHEMES and (preferred or len(every) == 1):
            yield Identifier(scheme=scheme, value=preferred or every[0])


def _external(entry: Any) -> Iterator[tuple[str, str, list[str]]]:
    for one in list_at(entry, "external_ids"):
        scheme = text_at(one, "type").lower()
        # ISNI is written in groups of four; the number is the same.
        strip = (lambda value: value.replace(" ", "")) if scheme == "isni" else str
        every = list(dict.fromkeys(strip(value) for value in texts_at(one, "all")))
        yield scheme, strip(text_at(one, "preferred")), every


def _attributes(entry: Any, where: str) -> Iterator[Attribute | Rejected]:
    yield from (Attribute(name="type", value=one) for one in texts_at(entry, "types"))
    status = text_at(entry, "status")
    if status in _STATUSES:
        yield Attribute(name="status", value=status)
    elif status:
        yield reject(where + ".status", "an unknown status", kind="attribute", field="status", value=status)
    founded = number_at(entry, "established")
    if founded is not None:
        try:
            yield Attribute(
                name="founded",
                value=str(founded),
                number=founded,
                unit="year",
                when=read_when(f"{founded:04}"),
            )
        except InputError as error:
            yield reject(
                where + ".established", error.message, kind="attribute", field="established", value=founded
            )
    for place in list_at(entry, "locations"):
        for name, path in (("city", "name"), ("province", "country_subdivision_name")):
            if written := text_at(place, f"geonames_details.{path}"):
                yield Attribute(name=name, value=written)
    for one in list_at(entry, "links"):
        if text_at(one, "type") == "website" and (link := text_at(one, "value")):
            yield Attribute(name="website", value=link)
    for scheme, preferred, every in _external(entry):
        known = preferred or (every[0] if len(every) == 1 else "") if scheme in _SCHEMES else ""
        for value in every:
            if value != known:
                yield Attribute(name="also_" + re.sub(r"[^a-z0-9]", "_", scheme)[:50], value=value)


def _links(entry: Any, where: str) -> Iterator[Link | Rejected]:
    company = "company" in set(texts_at(entry, "types"))
    # A relationship names the other's part in it: `child` means that the subject is its parent.
    relations: dict[str, Relation] = {
        "parent": "subsidiary" if company else "unit",
        "child": "parent",
        "related": "related",
        "successor": "predecessor",
        "predecessor": "successor",
    }
    for index, one in enumerate(list_at(entry, "relationships")):
        path = f"{where}.relationships[{index}]"
        try:
            relation = relations.get(text_at(one, "type").lower())
            if relation is None:
                yield reject(
                    path, "an unknown relationship", kind="link", field="type", value=at(one, "type"), raw=one
                )
                continue
            identifier = Identifier(scheme="ror", value=ror_id(text_at(one, "id")))
            yield Link(
                relation=relation, other=Mention(name=text_at(one, "label"), identifiers=(identifier,))
            )
        except (InputError, ValidationError) as error:
            yield refused(error, locator=path, kind="link", raw=one)
