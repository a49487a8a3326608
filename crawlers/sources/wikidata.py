"""Wikidata: organisations and persons as everybody's knowledge base describes them.

Only `Special:EntityData/Q….json` is asked for: robots.txt closes the query service and the other interfaces.
An item names other items by their id alone, so these are mentions named by their id, which resolution joins to the
named ones by identifier; the items that a page refers to are visited for their names, a stated number of steps far.

- An organisation's item gives an `Organisation`, and a `Person` for each who is stated to lead it.
- A human's item gives a `Person` with studies and posts. A position that names no organisation is no post here.
- A founder may be a person or a company, and the page does not say which: it stays an attribute, and is visited.
- An owner is `related`: being owned in part makes no subsidiary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, Literal

from pydantic import ValidationError
from scrapy.http import Request, Response

from crawlers.declaration import Declaration, Expected
from crawlers.parsing import at, checked, list_at, load_json, object_at, refused, reject, shown, text_at
from crawlers.spider import Found, SourceSpider
from crawlers.urls import clean_url, host_of, path_of
from crawlers.wikibase import (
    Statement,
    day,
    ended,
    item,
    qualifier,
    qualifier_items,
    span,
    statements,
    when_of,
    word,
)
from crawlers.wikidata_items import (
    COUNTRIES,
    DEGREES,
    EXCHANGES,
    FIELDS,
    HUMAN,
    KIND_OF,
    KINDS,
    LEADING,
    OFFICES,
)
from pipelines.errors import InputError
from pipelines.identifiers import CHECKS, read_stock
from pipelines.records import (
    AlsoNamed,
    Attribute,
    Identifier,
    Link,
    Mention,
    Organisation,
    Person,
    Post,
    Rejected,
    Study,
)

DECLARATION = Declaration(
    name="wikidata",
    title="Wikidata",
    title_zh="维基数据",
    publisher="Wikimedia Foundation and the contributors of Wikidata",
    home="https://www.wikidata.org/",
    licence="CC0 1.0",
    terms="Wikimedia's user agent policy: a contact in the user agent, one request at a time",
    robots="robots.txt is fetched and obeyed; it opens Special:EntityData/….json and closes the query service",
    hosts=("www.wikidata.org",),
    personal_data="people who lead organisations: name, studies, posts; no birth, family or home is kept",
    cadence="monthly",
    delay=2.0,
    expected=Expected(pages_least=5, records_least=5, rejected_share_most=0.3),
)

#: What the answers hold and the records leave out, and why. A name is the end of a path. Statements of properties
#: that are not in READ tell of something else, or of a person's private life.
LEFT = {
    "pageid": "about the entry",
    "ns": "about the entry",
    "title": "the id once more",
    "lastrevid": "about the entry",
    "modified": "about the entry",
    "entities.*.type": "items alone are asked for",
    "labels.*.language": "the label's key says it",
    "labels.[!ez]*.value": "names in other languages than Chinese and English",
    "labels.en.value": "of a person with a Chinese name: one name is kept",
    "descriptions.*": "a few words of running text",
    "aliases.*": "a person's further names, those in other languages, and each alias's language once more",
    "sitelinks.*": "encyclopaedias' pages on it",
    "claims.P569.*": "nobody's age is kept",
    "claims.P21.*": "nobody's gender is kept",
    "claims.P18.*": "no pictures are kept",
    "mainsnak.property": "the statement's key says it",
    "mainsnak.hash": "about the entry",
    "mainsnak.datatype": "follows from the property",
    "datavalue.type": "follows from the property",
    "value.entity-type": "follows from the property",
    "value.numeric-id": "the id once more",
    "value.timezone": "days have none",
    "value.before": "how far the day may be off: always 0",
    "value.after": "how far the day may be off: always 0",
    "value.language": "an official or short name is what it is in any language",
    "claims.*.type": "always a statement",
    "claims.*.id": "about the entry",
    "claims.*.qualifiers-order": "about the entry",
    "claims.*.references.*": "where contributors took it from",
    "qualifiers.*.property": "the qualifier's key says it",
    "qualifiers.*.hash": "about the entry",
    "qualifiers.*.datatype": "follows from the property",
}

_PAGE: Final = "https://www.wikidata.org/wiki/Special:EntityData/{}.json"
_PATH = re.compile(r"/wiki/Special:EntityData/(Q[1-9][0-9]{0,11})\.json")
_API: Final = "/w/api.php"
_ID = re.compile(r"Q[1-9][0-9]{0,11}")
_LANGUAGE = re.compile(r"zh(?:-[a-z]{2,9})?|en(?:-[a-z]{2,7})?|mul")
_SHOWN: Final = ("zh-hans", "zh-cn", "zh", "zh-hant", "en", "mul")
#: An organisation known to everybody has a few hundred names at most.
_NAMES_MOST: Final = 500
_FOLLOWED_MOST: Final = 200

#: Identifiers: property → scheme. What fails its check digits is taken off when the record is cleaned.
_IDENTIFIERS: Final = {
    "P1278": "lei", "P6782": "ror", "P2427": "grid", "P213": "isni", "P6795": "uscc", "P5531": "cik",
}  # fmt: skip
_SPACED: Final = frozenset({"isni"})
#: Items and texts that are kept as attributes, by the attribute's name.
_ATTRIBUTES: Final = {
    "P31": "type", "P17": "country", "P159": "headquarters", "P452": "industry", "P112": "founder",
    "P856": "website", "P2627": "swift",
}  # fmt: skip
_ITEMS: Final = frozenset({"P31", "P17", "P159", "P452", "P112"})
_DAYS: Final = {"P571": "founded", "P576": "dissolved"}
_Relation = Literal["subsidiary", "parent", "related", "successor", "predecessor", "member"]
_LINKS: Final[dict[str, _Relation]] = {
    "P749": "subsidiary", "P355": "parent", "P127": "related", "P463": "member",
    # replaces; replaced by
    "P1365": "successor", "P1366": "predecessor",
}  # fmt: skip
#: Offices that humans alone hold.
_LEADERS: Final = {"P169": "chief executive officer", "P488": "chairperson", "P1037": "director"}
_NAMES: Final[dict[str, Literal["legal", "short"]]] = {"P1448": "legal", "P1813": "short"}
_LISTING, _TICKER = "P414", "P249"
_STUDY, _EMPLOYER, _POSITION, _OCCUPATION, _ORCID = "P69", "P108", "P39", "P106", "P496"
_DEGREE, _FIELD, _OF = "P512", "P812", "P642"

#: All properties whose statements are read.
READ: Final = frozenset(
    {
        *_IDENTIFIERS, *_ATTRIBUTES, *_DAYS, *_LINKS, *_LEADERS, *_NAMES, _LISTING,
        _STUDY, _EMPLOYER, _POSITION, _OCCUPATION, _ORCID,
    }
)  # fmt: skip
#: Items with one of these describe an organisation, whatever kind they state.
_TELLING: Final = ("P1278", "P6782", "P2427", "P6795", "P452", "P159", "P749", "P355", "P169", "P414")
#: Companies of China's AI industry to start from: Baidu, Alibaba, Tencent, Huawei.
_START: Final = "Q14772,Q1359568,Q860580,Q160120"

_Part = AlsoNamed | Attribute | Link | Identifier


class WikidataSpider(SourceSpider):
    """Reads the items `ids` (Q numbers, with commas between) and those that they refer to, `hops` steps far: two
    steps lead from a company over those who lead it to their schools and former employers."""

    name = DECLARATION.name
    declaration = DECLARATION

    def __init__(self, *args: Any, ids: str = _START, hops: str = "2", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ids = [one.strip() for one in ids.split(",") if one.strip()]
        if bad := [one for one in self.ids if not _ID.fullmatch(one)]:
            raise InputError(f"no ids of Wikidata's items: {', '.join(bad)[:200]}", field="ids")
        if not (hops.isascii() and hops.isdecimal() and len(hops) == 1):
            raise InputError("0 to 9 steps from the items asked for", field="hops")
        self.hops = int(hops)

    def start_requests_live(self) -> Iterator[Request]:
        for one in self.ids:
            yield Request(_PAGE.format(one), meta={"hops": self.hops}, priority=self.hops)

    def owns(self, url: str) -> bool:
        path = path_of(url)
        return host_of(url) in DECLARATION.hosts and (bool(_PATH.fullmatch(path)) or path == _API)

    def canonical(self, url: str) -> str:
        return clean_url(url) or url

    def read(self, response: Response) -> Iterator[Found]:
        try:
            entities = object_at(load_json(response.body), "entities")
            if not entities:
                raise InputError("no entities", field="entities")
        except InputError as error:
            raw = response.body[:600].decode("utf-8", "replace")
            yield reject("$", error.message, kind="page", field=error.field, raw=raw)
            return
        left = response.meta.get("hops", 0)
        for key, entity in entities.items():
            seen: dict[str, None] = {}
            for one in read_entity(entity, f"$.entities.{key}"):
                seen |= dict.fromkeys(_named(one))
                yield one
            for other in [*seen][:_FOLLOWED_MOST] if left > 0 else ():
                if other != key:
                    # The steps are counted here. What leads further comes first: a page is asked for once.
                    meta = {"hops": left - 1, "depth_reset": True}
                    yield Request(_PAGE.format(other), meta=meta, priority=left - 1)


def read_entity(entity: Any, where: str) -> Iterator[Organisation | Person | Rejected]:
    """What one entity says; `where` is its JSON path. What is neither an organisation nor a person is rejected."""
    try:
        code, name = text_at(entity, "id"), _main_name(entity)
        if not _ID.fullmatch(code):
            yield reject(where, "a property, not an item", kind="endpoint", field="id", value=code)
            return
        claims = at(entity, "claims") or {}
        kinds: list[str] = []
        for one in statements(entity, "P31", where):
            if isinstance(one, Statement) and one.best:
                kinds.append(item(one.value))
        if HUMAN in kinds:
            yield from _person(entity, code, name, where)
        elif any(kind in KIND_OF for kind in kinds) or any(one in claims for one in _TELLING):
            yield from _organisation(entity, code, name, kinds, where)
        else:
            said = "describes neither an organisation nor a person" if claims else "an item's names alone"
            yield reject(where, said, kind="endpoint", field="P31", value=", ".join(kinds))
    except (InputError, ValidationError) as error:
        # the entity itself may tell of a person's private life
        yield refused(error, locator=where, kind="page")


def _organisation(
    entity: Any, code: str, name: str, kinds: list[str], where: str
) -> Iterator[Organisation | Person | Rejected]:
    parts: list[_Part] = []
    for part in _parts(entity, where):
        if isinstance(part, Rejected):
            yield part
        else:
            parts.append(part)
    names = [*_labels(entity, name), *(part for part in parts if isinstance(part, AlsoNamed))]
    countries = {part.value for part in parts if isinstance(part, Attribute) and part.name == "country"}
    countries &= set(COUNTRIES.values())
    identifiers = [part for part in parts if isinstance(part, Identifier)]
    by_scheme = [one.scheme for one in identifiers]
    subject = Mention(
        name=name,
        kind=next((kind for one, _, kind in KINDS if one in kinds), None),
        country=next(iter(countries)) if len(countries) == 1 else None,
        # of several of one scheme none can be said to be the one
        identifiers=(
            Identifier(scheme="wikidata", value=code),
            *(one for one in identifiers if by_scheme.count(one.scheme) == 1 or one.scheme == "stock"),
        ),
    )
    yield Organisation(
        locator=where,
        quote=shown({"id": code, "label": name}),
        subject=subject,
        names=tuple(dict.fromkeys(one for one in names if one.name != name))[:_NAMES_MOST],
        attributes=tuple(
            dict.fromkeys(
                [
                    *(part for part in parts if isinstance(part, Attribute)),
                    *(
                        Attribute(name=f"also_{one.scheme}", value=one.value)
                        for one in identifiers
                        if by_scheme.count(one.scheme) > 1 and one.scheme != "stock"
                    ),
                ]
            )
        ),
        links=tuple(part for part in parts if isinstance(part, Link)),
    )
    for prop, post in _LEADERS.items():
        for one in statements(entity, prop, where):
            yield one if isinstance(one, Rejected) else _leader(one, post, subject)


def _leader(one: Statement, post: str, subject: Mention) -> Person | Rejected:
    def build() -> Person:
        over = ended(one)
        # what Wikidata prefers, or has alone, is what holds now, unless an end is stated
        current = False if over else (True if over is False or one.best else None)
        return Person(
            locator=one.where,
            quote=shown({"office": post, "holder": item(one.value), "of": subject.name}),
            person=_human(item(one.value)),
            core=True,
            posts=(Post(employer=subject, post=post, current=current, when=span(one)),),
        )

    return checked(build, locator=one.where, kind="person", raw=one.value)


def _person(entity: Any, code: str, name: str, where: str) -> Iterator[Person | Rejected]:
    studies: list[Study] = []
    posts: list[Post] = []
    orcids: list[str] = []
    core = False
    for prop, build in ((_STUDY, _study), (_EMPLOYER, _post), (_POSITION, _position)):
        homeless = 0
        for one in statements(entity, prop, where):
            if isinstance(one, Rejected):
                yield one
                continue
            try:
                for made in build(one):
                    (studies if isinstance(made, Study) else posts).append(made)  # type: ignore[arg-type]
                    break
                else:
                    homeless += 1
            except (InputError, ValidationError) as error:
                yield refused(error, locator=one.where, kind="person", raw=one.value)
        if homeless:
            said = f"positions that name no organisation: {homeless}"
            yield reject(f"{where}.claims.{prop}", said, kind="statement", field=prop, value=homeless)
    for one in statements(entity, _ORCID, where):
        if isinstance(one, Statement):
            orcids.append(word(one.value))
    for one in statements(entity, _OCCUPATION, where):
        core = core or (isinstance(one, Statement) and item(one.value) in LEADING)
    if not studies and not posts:
        yield reject(where, "a person without a study or a post", kind="endpoint", field="P69", value=code)
        return
    yield Person(
        locator=where,
        quote=shown({"id": code, "label": name}),
        person=_human(code, name, orcids),
        core=core,
        studies=tuple(studies),
        posts=tuple(posts),
    )


def _study(one: Statement) -> Iterator[Study]:
    degrees = [DEGREES.get(found, found) for found in qualifier_items(one, _DEGREE)]
    fields = [FIELDS.get(found, found) for found in qualifier_items(one, _FIELD)]
    yield Study(
        school=_by_id(item(one.value)), degree=", ".join(degrees), field=", ".join(fields), when=span(one)
    )


def _post(one: Statement) -> Iterator[Post]:
    posts = [OFFICES.get(found, found) for found in qualifier_items(one, _POSITION)]
    yield Post(employer=_by_id(item(one.value)), post=", ".join(posts), current=_holds(one), when=span(one))


def _position(one: Statement) -> Iterator[Post]:
    """The post at the organisation that a position's qualifiers name; nothing where they name none, or several."""
    employers = [*qualifier_items(one, _OF), *qualifier_items(one, _EMPLOYER)]
    position = item(one.value)
    if len(employers) == 1:
        post = OFFICES.get(position, position)
        yield Post(employer=_by_id(employers[0]), post=post, current=_holds(one), when=span(one))


def _holds(one: Statement) -> bool | None:
    """Whether a post is held now: an end is stated, or none; or it is preferred to those before it."""
    over = ended(one)
    return (True if one.preferred else None) if over is None else not over


def _parts(entity: Any, where: str) -> Iterator[_Part | Rejected]:
    """Identifiers, names, attributes and links of an organisation, each refused by itself."""
    for prop in (*_IDENTIFIERS, *_ATTRIBUTES, *_DAYS, *_LINKS, *_NAMES, _LISTING):
        for one in statements(entity, prop, where):
            if isinstance(one, Rejected):
                yield one
                continue
            try:
                yield from _part(prop, one)
            except (InputError, ValidationError) as error:
                yield refused(error, locator=one.where, kind="attribute", raw=one.value)


def _part(prop: str, one: Statement) -> Iterator[_Part]:
    if scheme := _IDENTIFIERS.get(prop):
        code = word(one.value).replace(" ", "") if scheme in _SPACED else word(one.value)
        if scheme in CHECKS:
            CHECKS[scheme](code)
        yield Identifier(scheme=scheme, value=code)
    elif prop in _DAYS:
        when = when_of(day(one.value))
        if one.best:  # of several the preferred one
            yield Attribute(name=_DAYS[prop], value=when.as_written, when=when)
    elif prop in _LINKS:
        yield Link(relation=_LINKS[prop], other=_by_id(item(one.value)), when=span(one))
    elif prop in _NAMES:
        yield AlsoNamed(name=word(one.value), type="former" if ended(one) else _NAMES[prop], when=span(one))
    elif prop == _LISTING:
        yield from _listing(one)
    else:
        written = item(one.value) if prop in _ITEMS else word(one.value)
        value = {code: name for code, name, _ in KINDS}.get(written, written) if prop == "P31" else written
        over = prop == "P17" and (ended(one) or not one.best)
        value = COUNTRIES.get(value, value) if prop == "P17" and not over else value
        yield Attribute(name=_ATTRIBUTES[prop], value=value, when=span(one))


def _listing(one: Statement) -> Iterator[_Part]:
    """Where its shares are traded, with the code there; a code that is in use in China identifies it."""
    exchange, ticker = item(one.value), qualifier(one, _TICKER)
    code = "" if ticker is None else word(ticker)
    yield Attribute(name="listing", value=f"{exchange} {code}".strip(), when=span(one))
    if code and exchange in EXCHANGES and not ended(one):
        yield Identifier(scheme="stock", value=read_stock(f"{code}.{EXCHANGES[exchange]}"))


def _main_name(entity: Any) -> str:
    """The label that is shown: Chinese before English before any other. Raises InputError where there is none."""
    labels = object_at(entity, "labels") if at(entity, "labels") else {}
    for language in (*(one for one in _SHOWN if one in labels), *sorted(labels)):
        if name := text_at(labels[language], "value"):
            return name
    raise InputError("no label in any language", field="labels")


def _labels(entity: Any, main: str) -> Iterator[AlsoNamed]:
    """Labels and aliases in Chinese and English."""
    labels = object_at(entity, "labels")
    for language in sorted(labels):
        name = text_at(labels[language], "value")
        if _LANGUAGE.fullmatch(language) and name and name != main:
            yield AlsoNamed(name=name, type="translation", language=language[:12])
    aliases = at(entity, "aliases") or {}
    for language in sorted(object_at({"aliases": aliases}, "aliases")):
        if _LANGUAGE.fullmatch(language):
            for one in list_at(aliases, language):
                if (name := text_at(one, "value")) and name != main:
                    yield AlsoNamed(name=name, type="alias", language=language[:12])


def _by_id(code: str) -> Mention:
    return Mention(name=code, identifiers=(Identifier(scheme="wikidata", value=code),))


def _human(code: str, name: str = "", orcids: list[str] | None = None) -> Mention:
    also = [Identifier(scheme="orcid", value=one) for one in orcids or () if len(orcids or ()) == 1]
    return Mention(
        name=name or code,
        kind="person",
        identifiers=(Identifier(scheme="wikidata", value=code), *also),
        scope=code,  # namesakes are other people
    )


def _named(found: Organisation | Person | Rejected) -> Iterator[str]:
    """The items that a record refers to, whose names their own pages tell."""
    if isinstance(found, Organisation):
        yield from (link.other.name for link in found.links)
        yield from (one.value for one in found.attributes if one.name == "founder")
    elif isinstance(found, Person):
        mentions = [
            found.person,
            *(one.school for one in found.studies),
            *(one.employer for one in found.posts),
        ]
        yield from (one.name for one in mentions if _ID.fullmatch(one.name))
