"""OpenAlex: which organisations wrote papers together, and what these organisations are.

- A work gives a `Cooperation` of kind *joint paper* between the organisations of its authors, as OpenAlex tells
  them apart; one of fewer than two, or of very many, is no cooperation of any two, and is counted as rejected.
- An institution or a funder gives an `Organisation`. Authors are left to ORCID: OpenAlex guesses who is who.

By default: works since a year ago in which a company and an organisation of the country take part. What a day's
budget does not reach is a listing that is not whole, and the next run asks again.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any, Final, Literal
from urllib.parse import parse_qs, urlencode, urlsplit

from pydantic import ValidationError
from scrapy.http import Request, Response

from crawlers.declaration import Declaration, Expected, Key
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
from pipelines.identifiers import read_ror
from pipelines.records import (
    AlsoNamed,
    Attribute,
    Cooperation,
    EntityKind,
    Identifier,
    Link,
    Mention,
    Organisation,
    Rejected,
)

DECLARATION = Declaration(
    name="openalex",
    title="OpenAlex",
    title_zh="OpenAlex 学术文献库",
    publisher="OurResearch",
    home="https://openalex.org/",
    licence="CC0 1.0",
    terms="a free key since February 2026, with a budget a day; without one a tenth of it or less",
    robots="robots.txt is fetched and obeyed; the API is made for programs",
    hosts=("api.openalex.org",),
    personal_data="none is kept: authors are left out, their organisations are kept",
    cadence="monthly",
    delay=0.5,
    authority=True,
    keys=(
        Key(
            env="VALUENET_OPENALEX_KEY",
            place="query:api_key",
            why="ten times the budget or more; free at openalex.org/settings/api",
        ),
    ),
    expected=Expected(pages_least=5, records_least=100, rejected_share_most=0.2),
)

#: What the answers hold and the records leave out, and why. A name is the end of a path.
LEFT = {
    "meta.count": "held against what was read, where a listing is followed",
    "title": "what a paper is about is not read",
    "results.display_name": "a paper's title is quoted, not read",
    "results.type": "a paper of whatever type",
    "authorships.author_position": "the order of authors",
    "authorships.author.*": "authors are left to ORCID",
    "authorships.raw_author_name": "authors are left to ORCID",
    "authorships.raw_orcid": "authors are left to ORCID",
    "authorships.is_corresponding": "the order of authors",
    "authorships.countries": "the institutions' countries are kept",
    "authorships.raw_affiliation_strings": "OpenAlex's reading of them is kept; Crossref has them as written",
    "authorships.affiliations.*": "OpenAlex's reading of them is kept",
    "institutions.lineage": "the institution's own page has its parents",
    "lineage": "the associated institutions say it",
    "relevance_score": "about the answer",
    "ids.mag": "a number in an index that is closed",
    "ids.pmid": "a number in another index",
    "ids.doi": "once more, or a number of the funder in another form",
    "ids.openalex": "the id once more",
    "ids.wikipedia": "the encyclopaedia's page on it",
    "publication_year": "the date says it",
    "language": "what a paper is about is not read",
    "primary_location.*": "where it was published",
    "locations.*": "where it was published",
    "best_oa_location.*": "where it was published",
    "locations_count": "where it was published",
    "open_access.*": "where it was published",
    "biblio.*": "where it was published",
    "indexed_in": "where it was published",
    "has_fulltext": "where it was published",
    "has_content.*": "where it was published",
    "is_retracted": "it was written together all the same",
    "is_paratext": "it was written together all the same",
    "is_xpac": "about the index",
    "apc_list.*": "what publishing costs",
    "fwci": "citations",
    "citation_normalized_percentile.*": "citations",
    "cited_by_percentile_year.*": "citations",
    "cited_by_count": "citations",
    "counts_by_year.*": "counts of papers and citations",
    "summary_stats.*": "counts of papers and citations",
    "works_count": "counts of papers",
    "awards_count": "counts of grants",
    "countries_distinct_count": "follows from the institutions",
    "institutions_distinct_count": "follows from the institutions",
    "corresponding_author_ids": "the order of authors",
    "corresponding_institution_ids": "the order of authors",
    "primary_topic.*": "the index's own classes, which are not ours",
    "topics.*": "the index's own classes",
    "topic_share.*": "the index's own classes",
    "keywords.*": "the index's own classes",
    "concepts.*": "the index's own classes",
    "mesh.*": "another index's classes",
    "sustainable_development_goals.*": "the index's own classes",
    "funders.*": "who paid: no technology passes",
    "referenced_works_count": "citations",
    "referenced_works": "citations",
    "related_works": "citations",
    "updated_date": "about the entry",
    "created_date": "about the entry",
    "type_id": "the type once more",
    "image_url": "no pictures are kept",
    "image_thumbnail_url": "no pictures are kept",
    "geo.geonames_city_id": "GeoNames' number of the city, whose name is kept",
    "geo.country": "the country's code is kept",
    "geo.country_code": "the country's code once more",
    "geo.latitude": "the city's point",
    "geo.longitude": "the city's point",
    "associated_institutions.country_code": "its own page says it",
    "associated_institutions.type": "its own page says it",
    "roles.*": "the same body in other lists of the index",
    "is_super_system": "about the index",
    "works_api_url": "the answer's own address",
    "description": "a few words of running text",
    "meta.db_response_time_ms": "about the answer",
    "meta.page": "about the answer",
    "meta.per_page": "about the answer",
    "meta.groups_count": "about the answer",
    "meta.cost_usd": "about the answer",
}

_API: Final = "https://api.openalex.org/"
#: Today's documentation allows 100; more was allowed before.
_PER_PAGE: Final = 100
#: A paper of more organisations than these is the work of a community, and says nothing of any two of them.
PARTIES_MOST: Final = 30

_ENTITY = re.compile(r"https://openalex\.org/([WIF]\d{1,14})")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_KINDS: Final[dict[str, EntityKind]] = {
    "company": "company", "education": "university", "facility": "research institute",
    "government": "government", "healthcare": "other", "nonprofit": "other", "archive": "other",
    "funder": "other", "other": "other",
}  # fmt: skip
_RELATIONS: Final = frozenset({"parent", "child", "related"})
#: What an answer's own id may begin with besides works, institutions and funders.
_SILENT: Final = re.compile(r"https://openalex\.org/([ASPTCG]|keywords/)")


class OpenalexSpider(SourceSpider):
    """Lists works with a company among the authors' organisations. Arguments: `country` (CN), `since` (a day; a
    year ago), `ror` (ids of organisations with commas between, in place of all companies of the country), `ids`
    (works, institutions or funders, such as W123,I456, in place of a list)."""

    name = DECLARATION.name
    declaration = DECLARATION

    def __init__(
        self, *args: Any, country: str = "CN", since: str = "", ror: str = "", ids: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if not re.fullmatch(r"[A-Z]{2}", country):
            raise InputError(f"no country's code of two letters: {country[:20]!r}", field="country")
        year_ago = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=365)
        self.since = since or year_ago.isoformat()
        if not _DATE.fullmatch(self.since):
            raise InputError(f"no day such as 2024-01-31: {since[:20]!r}", field="since")
        self.country = country
        self.rors = [read_ror(one) for one in ror.split(",") if one.strip()]
        self.ids = [one.strip() for one in ids.split(",") if one.strip()]
        if bad := [one for one in self.ids if not re.fullmatch(r"[WIF]\d{1,14}", one)]:
            raise InputError(f"no ids of works, institutions or funders: {', '.join(bad)[:200]}", field="ids")

    def start_requests_live(self) -> Iterator[Request]:
        names = {"W": "works", "I": "institutions", "F": "funders"}
        for one in self.ids:
            yield Request(f"{_API}{names[one[0]]}/{one}")
        if self.ids:
            return
        parts = [f"from_publication_date:{self.since}", "institutions_distinct_count:>1"]
        if self.rors:
            parts.append("authorships.institutions.ror:" + "|".join(self.rors))
        else:
            parts += [
                f"authorships.institutions.country_code:{self.country}",
                "authorships.institutions.type:company",
            ]
        asked = {
            "filter": ",".join(parts),
            "per_page": _PER_PAGE,
            "select": "id,doi,display_name,type,publication_date,authorships",
            "cursor": "*",
        }
        yield self.list_request(f"{_API}works?{urlencode(asked)}", "works")

    def owns(self, url: str) -> bool:
        return host_of(url) in DECLARATION.hosts and path_of(url) not in ("", "/", "/robots.txt")

    def canonical(self, url: str) -> str:
        return clean_url(url) or url

    def read(self, response: Response) -> Iterator[Found]:
        try:
            answer = load_json(response.body)
            if at(answer, "results") is not None:
                yield from self._listed(answer, response)
            elif at(answer, "error") is not None:
                said = f"{text_at(answer, 'error')}: {text_at(answer, 'message')}"
                yield reject("$", said, kind="page", raw=answer)
            else:
                yield from _entity(answer, "$")
        except InputError as error:
            raw = response.body[:600].decode("utf-8", "replace")
            yield reject("$", error.message, kind="page", field=error.field, raw=raw)

    def _listed(self, answer: Any, response: Response) -> Iterator[Found]:
        entries = list_at(answer, "results")
        few: list[str] = []
        for index, one in enumerate(entries):
            where = f"$.results[{index}]"
            for found in _entity(one, where):
                if (
                    isinstance(found, Rejected)
                    and found.kind == "cooperation"
                    and found.field == "institutions"
                ):
                    few.append(found.reason)
                else:
                    yield found
        for reason in dict.fromkeys(few):
            said = f"works with {reason}: {few.count(reason)}"
            yield reject("$.results", said, kind="cooperation", field="institutions", value=few.count(reason))
        following = text_at(answer, "meta.next_cursor")
        total = number_at(answer, "meta.count")
        if not following and not response.meta.get("listing"):
            return
        more = None
        if following and entries:
            parts = urlsplit(response.url)
            asked = parse_qs(parts.query)
            asked["cursor"] = [following]
            target = parts._replace(query=urlencode(asked, doseq=True, errors="replace")).geturl()
            url = clean_url(target) if following.isascii() else None
            if url is None:
                said = "a cursor that fits no address"
                yield reject("$.meta.next_cursor", said, kind="listing", field="next_cursor")
                return
            if left := _spent(response):
                yield reject("$.meta", left, kind="listing", field="count", value=total)
                return
            more = self.list_request(url, "works")
        ids = [text_at(one, "id") for one in entries]
        if response.meta.get("listing"):
            yield from self.listing(response, "works").turn(
                ids, total=total, more=more, locator="$.meta.count"
            )
        elif more is not None:
            yield more


def _spent(response: Response) -> str:
    """Why no further page can be asked for today, by the budget that the host tells; empty where there is some."""
    for name in ("X-RateLimit-Remaining-USD", "X-RateLimit-Remaining"):
        told = (response.headers.get(name) or b"").decode("ascii", "replace").strip()
        if re.fullmatch(r"0+(?:\.0*)?", told):
            reset = (response.headers.get("X-RateLimit-Reset") or b"").decode("ascii", "replace")[:20]
            return f"the day's budget is spent; it is filled again in {reset or 'some'} seconds"
    return ""


def _entity(entry: Any, where: str) -> Iterator[Cooperation | Organisation | Rejected]:
    code = text_at(entry, "id")
    match = _ENTITY.fullmatch(code)
    if match is None:
        silent = _SILENT.match(code)
        said = "tells of no organisation" if silent else f"no work, institution or funder: {code[:80]!r}"
        yield reject(where, said, kind="endpoint" if silent else "page", field="id", value=code)
    elif match[1].startswith("W"):
        yield _work(entry, match[1], where)
    else:
        yield from _organisation(entry, match[1], where)


def _work(entry: Any, code: str, where: str) -> Cooperation | Rejected:
    """The joint paper of a work's institutions."""

    def build() -> Cooperation | Rejected:
        parties: dict[str, Mention] = {}
        for author in list_at(entry, "authorships"):
            for one in list_at(author, "institutions"):
                parties.setdefault(text_at(one, "id"), _institution(one))
        if not 2 <= len(parties) <= PARTIES_MOST:
            few = len(parties) < 2
            said = "fewer than two organisations" if few else f"more than {PARTIES_MOST} organisations"
            return reject(where, said, kind="cooperation", field="institutions", value=len(parties))
        doi = text_at(entry, "doi")
        return Cooperation(
            locator=f"{where} (doi:{doi.removeprefix('https://doi.org/')})" if doi else f"{where} ({code})",
            quote=shown(
                {
                    "title": text_at(entry, "display_name")[:300],
                    "type": text_at(entry, "type"),
                    "publication_date": text_at(entry, "publication_date"),
                    "institutions": [one.name for one in parties.values()],
                }
            ),
            kind="joint paper",
            parties=tuple(parties.values()),
            when=read_when(text_at(entry, "publication_date")),
        )

    try:
        return build()
    except (InputError, ValidationError) as error:
        return refused(error, locator=where, kind="cooperation", raw={"id": code})


def _institution(one: Any) -> Mention:
    kind = text_at(one, "type")
    if kind and kind not in _KINDS:
        raise InputError(f"an unknown type of institution: {kind[:60]}", field="institutions.type")
    return Mention(
        name=text_at(one, "display_name"),
        kind=_KINDS.get(kind),
        country=text_at(one, "country_code") or None,
        identifiers=tuple(_identifiers(one)),
    )


def _identifiers(one: Any) -> Iterator[Identifier]:
    match = _ENTITY.fullmatch(text_at(one, "id"))
    if match is None:
        raise InputError(f"no id of an institution: {text_at(one, 'id')[:80]!r}", field="id")
    yield Identifier(scheme="openalex:id", value=match[1])
    # a funder has its own among `ids` alone
    if ror := text_at(one, "ror") or text_at(one, "ids.ror"):
        yield Identifier(scheme="ror", value=read_ror(ror))


def _organisation(entry: Any, code: str, where: str) -> Iterator[Organisation | Rejected]:
    try:
        subject = _institution(entry)
        also = [Identifier(scheme=scheme, value=value) for scheme, value in _registered(entry)]
        subject = subject.model_copy(
            update={
                "place": text_at(entry, "geo.city") or None,
                "identifiers": tuple(
                    sorted({*subject.identifiers, *also}, key=lambda one: (one.scheme, one.value))
                ),
            }
        )
        names = list(_names(entry, subject.name))
        attributes = list(_attributes(entry))
        links: list[Link] = []
        for index, one in enumerate(list_at(entry, "associated_institutions")):
            try:
                links.append(_link(one, subject.kind == "company"))
            except (InputError, ValidationError) as error:
                path = f"{where}.associated_institutions[{index}]"
                yield refused(error, locator=path, kind="link", raw=one)
    except (InputError, ValidationError) as error:
        yield refused(error, locator=where, kind="organisation", raw={"id": code})
        return
    yield checked(
        lambda: Organisation(
            locator=where,
            quote=shown({"id": code, "display_name": subject.name, "ror": at(entry, "ror")}),
            subject=subject,
            names=tuple(names),
            attributes=tuple(attributes),
            links=tuple(links),
        ),
        locator=where,
        kind="organisation",
        raw={"id": code},
    )


def _registered(entry: Any) -> Iterator[tuple[str, str]]:
    ids = object_at(entry, "ids")
    if grid := text_at(ids, "grid"):
        yield "grid", grid
    if match := re.fullmatch(
        r"https?://www\.wikidata\.org/(?:wiki|entity)/(Q\d{1,12})", text_at(ids, "wikidata")
    ):
        yield "wikidata", match[1]
    elif text_at(ids, "wikidata"):
        raise InputError(f"no item of Wikidata: {text_at(ids, 'wikidata')[:80]!r}", field="ids.wikidata")
    if funder := text_at(ids, "crossref"):
        yield "fundref", funder


def _names(entry: Any, main: str) -> Iterator[AlsoNamed]:
    kinds: tuple[tuple[str, Literal["acronym", "alias"]], ...] = (
        ("display_name_acronyms", "acronym"),
        ("display_name_alternatives", "alias"),
        ("alternate_titles", "alias"),
    )
    seen = {main}
    for path, kind in kinds:
        for name in texts_at(entry, path):
            if name not in seen:
                seen.add(name)
                yield AlsoNamed(name=name, type=kind)


def _attributes(entry: Any) -> Iterator[Attribute]:
    for name, path in (
        ("type", "type"),
        ("status", "status"),
        ("website", "homepage_url"),
        ("city", "geo.city"),
        ("province", "geo.region"),
    ):
        if written := text_at(entry, path):
            yield Attribute(name=name, value=written)


def _link(one: Any, company: bool) -> Link:
    """An associated institution: `parent` says that it is the subject's; of a company the subject is a subsidiary,
    else a unit, as in ROR, where OpenAlex has it from."""
    relation = text_at(one, "relationship")
    if relation not in _RELATIONS:
        raise InputError(f"an unknown relationship: {relation[:60]}", field="relationship")
    other = Mention(name=text_at(one, "display_name"), identifiers=tuple(_identifiers(one)))
    if relation == "parent":
        return Link(relation="subsidiary" if company else "unit", other=other)
    return Link(relation="parent" if relation == "child" else "related", other=other)
