"""Organisations and persons in the words of schema.org, as pages state them in JSON-LD.

Of persons only studies and posts are read: no mail, phone, address, birth, gender or picture. Jobs offered, goods,
reviews and opening hours are no facts of the industry and are left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from crawlers.json_ld import each, nodes, text_of, types_of
from crawlers.parsing import checked, reject, safe, shown, tidy
from crawlers.urls import clean_url, host_of
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
    Person,
    Post,
    Rejected,
    Study,
    When,
)

_KINDS: Final[dict[str, EntityKind | None]] = {
    "Organization": None,
    "Corporation": "company",
    "OnlineBusiness": "company",
    "LocalBusiness": "company",
    "NewsMediaOrganization": None,
    "CollegeOrUniversity": "university",
    "EducationalOrganization": None,
    "ResearchOrganization": "research institute",
    "GovernmentOrganization": "government",
    "FundingAgency": None,
    "NGO": "other",
    "Consortium": "alliance",
    "Project": None,
    "ResearchProject": None,
}
#: Names of identifiers, in a property of their own or as the `propertyID` of one.
_SCHEMES: Final = {
    "leicode": "lei", "lei": "lei", "uscc": "uscc", "统一社会信用代码": "uscc", "usci": "uscc", "ror": "ror",
    "rorid": "ror", "wikidata": "wikidata", "isni": "isni",
}  # fmt: skip
_SAME_AS: Final = (
    ("wikidata", re.compile(r"https?://(?:www\.)?wikidata\.org/(?:wiki|entity)/(Q\d{1,12})")),
    ("ror", re.compile(r"https?://ror\.org/(0[a-z0-9]{6}\d{2})")),
    ("lei", re.compile(r"https?://search\.gleif\.org/#/record/([0-9A-Z]{18}\d{2})")),
)
_COUNTRIES: Final = {"中国": "CN", "中华人民共和国": "CN", "china": "CN", "people's republic of china": "CN"}
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z]{2,8})?")
_COUNTRY = re.compile(r"[A-Z]{2}")
_NAMED_MOST: Final = 100
_ROLES: Final = frozenset(("Role", "OrganizationRole", "EmployeeRole"))
_Nodes = Mapping[str, Mapping[str, Any]]


def read_stated(value: Any, url: str, where: str) -> Iterator[Organisation | Person | Rejected]:
    """The organisations and persons that one script of the page at `url` states; `where` names the script."""
    own = list(nodes(value))[:2000]
    known = {str(node["@id"]): node for _, node in own if isinstance(node.get("@id"), str)}
    for path, node in own:
        kinds = types_of(node)
        if kinds & _KINDS.keys() and text_of(node, "name", "legalName"):
            yield from _organisation(node, known, url, f"{where} {path}"[:500])
        elif "Person" in kinds:
            yield from _person(node, known, url, f"{where} {path}"[:500])


def _organisation(
    node: Mapping[str, Any], known: _Nodes, url: str, where: str
) -> Iterator[Organisation | Person | Rejected]:
    subject = _mention(node)
    attributes, slips = _attributes(node, url, where)
    yield from slips
    legal = text_of(node, "legalName")
    names = (
        [AlsoNamed(name=legal, type="legal")] if legal and legal != subject.name and len(legal) <= 300 else []
    )
    for one in each(node, "alternateName", _NAMED_MOST):
        other = text_of({"name": one}, "name")
        language = text_of(one, "@language").lower()
        if other and other not in (subject.name, legal) and len(other) <= 300:
            tongue = language if _LANGUAGE.fullmatch(language) else None
            names.append(AlsoNamed(name=other, type="alias", language=tongue))
    links = []
    for key, relation in (
        ("parentOrganization", "subsidiary"),
        ("subOrganization", "parent"),
        ("memberOf", "member"),
    ):
        for one in each(node, key, _NAMED_MOST):
            other_one = _organisation_at(one, known)
            if other_one is not None and other_one.name != subject.name:
                is_unit = relation == "subsidiary" and subject.kind != "company"
                link = {"relation": "unit" if is_unit else relation, "other": other_one}
                links.append(Link.model_validate(link))
    yield checked(
        lambda: Organisation(
            locator=where,
            quote=shown({key: node[key] for key in ("@type", "name", "legalName", "url") if key in node}),
            subject=subject,
            names=tuple(dict.fromkeys(names)),
            attributes=tuple(attributes),
            links=tuple(dict.fromkeys(links)),
        ),
        locator=where,
        kind="organisation",
    )
    for key, post in (("founder", "founder"), ("founders", "founder"), ("employee", ""), ("employees", "")):
        for one in each(node, key, _NAMED_MOST):
            person = _resolved(one, known)
            if "Person" not in types_of(person):
                continue
            name = text_of(person, "name")
            # A person with a node of its own says there where it works.
            told = person is not one and isinstance(person.get("worksFor"), list | Mapping)
            if name and len(name) <= 300 and not told:
                title = text_of(person, "jobTitle") or post
                yield from _built(name, [Post(employer=subject, post=title[:300])], [], person, where)


def _attributes(node: Mapping[str, Any], url: str, where: str) -> tuple[list[Attribute], list[Rejected]]:
    found: list[Attribute] = []
    slips: list[Rejected] = []
    for key, name in (("foundingDate", "founded"), ("dissolutionDate", "dissolved")):
        if written := text_of(node, key):
            try:
                found.append(Attribute(name=name, value=written[:300], when=read_when(written)))
            except InputError as error:
                slips.append(reject(where, error.message, kind="attribute", field=key, value=written))
    if (home := clean_url(text_of(node, "url"))) and host_of(home):
        found.append(Attribute(name="website", value=home))
    staff = node.get("numberOfEmployees")
    value = staff.get("value") if isinstance(staff, Mapping) else staff
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 10:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**8:
        found.append(Attribute(name="staff", value=str(value), number=value, unit="persons"))
    elif staff is not None:
        reason = "no number of employees that can be read"
        slips.append(
            reject(where, reason, kind="attribute", field="numberOfEmployees", value=shown(staff, 200))
        )
    address = next((one for one in each(node, "address") if isinstance(one, Mapping)), {})
    for key, name in (("addressLocality", "city"), ("addressRegion", "province")):
        if written := text_of(address, key):
            found.append(Attribute(name=name, value=written[:300]))
    return found, slips


def _person(node: Mapping[str, Any], known: _Nodes, url: str, where: str) -> Iterator[Person | Rejected]:
    name = text_of(node, "name")
    if not name or len(name) > 300:
        return
    posts, studies = [], []
    title = text_of(node, "jobTitle")[:300]
    for one in each(node, "worksFor", _NAMED_MOST):
        role, when = _role(one, known, "worksFor")
        employer = _organisation_at(role, known)
        if employer is not None:
            held = (text_of(one, "roleName", "jobTitle") if role is not one else "") or title
            posts.append(
                Post(employer=employer, post=held[:300], current=None if when.end else True, when=when)
            )
    for one in each(node, "alumniOf", _NAMED_MOST):
        role, when = _role(one, known, "alumniOf")
        school = _organisation_at(role, known)
        if school is not None:
            studies.append(Study(school=school, when=when))
    yield from _built(name, posts, studies, node, where)


def _built(
    name: str, posts: list[Post], studies: list[Study], node: Any, where: str
) -> Iterator[Person | Rejected]:
    """The person, where there is a post or a study; a mere name, such as an article's author, is no fact."""
    if not posts and not studies:
        return
    scope = posts[0].employer.name if posts else studies[0].school.name
    links = [one for one in each(node, "sameAs") if isinstance(one, str)]
    yield checked(
        lambda: Person(
            locator=where,
            quote=safe("；".join([name, *(f"{one.employer.name} {one.post}".strip() for one in posts),
                                 *(one.school.name for one in studies)]), 1000),
            person=Mention(name=name, kind="person", identifiers=tuple(_same_as(links)), scope=scope),
            posts=tuple(posts),
            studies=tuple(studies),
        ),
        locator=where,
        kind="person",
    )  # fmt: skip


def _role(one: Any, known: _Nodes, key: str) -> tuple[Any, When]:
    """The organisation's node and the time, where a role stands between it and the person."""
    node = _resolved(one, known)
    if not types_of(node) & _ROLES:
        return one, UNDATED
    inner = next(each(node, key), None)
    start, end = text_of(node, "startDate")[:30], text_of(node, "endDate")[:30]
    try:
        if start and end:
            return inner, read_when(f"{start} to {end}")
        if end:
            whole = read_when(f"{end} to {end}")
            return inner, When(end=whole.end, precision=whole.precision, as_written=end)
        return inner, read_when(start) if start else UNDATED
    except InputError:
        return inner, UNDATED


def _organisation_at(one: Any, known: _Nodes) -> Mention | None:
    """The organisation that a value names: by a node, by another's `@id`, or by its name alone."""
    node = _resolved(one, known)
    if isinstance(node, str):
        name = tidy(node)
        return Mention(name=name) if 0 < len(name) <= 300 and not name.startswith("http") else None
    if not isinstance(node, Mapping) or not text_of(node, "name", "legalName"):
        return None
    kinds = types_of(node)
    if kinds and not kinds & _KINDS.keys():
        return None
    return _mention(node)


def _mention(node: Mapping[str, Any]) -> Mention:
    kinds = types_of(node)
    address = next((one for one in each(node, "address") if isinstance(one, Mapping)), {})
    country = address.get("addressCountry")
    written = text_of(country, "name") if isinstance(country, Mapping) else text_of(address, "addressCountry")
    code = _COUNTRIES.get(written.lower(), written)
    place = text_of(address, "addressLocality", "addressRegion")
    return Mention(
        name=text_of(node, "name", "legalName")[:300],
        kind=next((kind for name, kind in _KINDS.items() if name in kinds and kind), None),
        country=code if _COUNTRY.fullmatch(code) else None,
        place=place[:300] or None,
        identifiers=tuple(_identifiers(node)),
    )


def _identifiers(node: Mapping[str, Any]) -> Iterator[Identifier]:
    said = [("leicode", text_of(node, "leiCode"))]
    for one in each(node, "identifier", 20):
        if isinstance(one, Mapping):
            said.append((text_of(one, "propertyID", "name").lower(), text_of(one, "value")))
    for name, value in said:
        scheme = _SCHEMES.get(name.rpartition("/")[2].replace(" ", ""))
        if scheme is not None and value and len(value) <= 100:
            yield Identifier(scheme=scheme, value=value)
    yield from _same_as([one for one in each(node, "sameAs") if isinstance(one, str)])


def _same_as(links: list[str]) -> Iterator[Identifier]:
    for link in links:
        for scheme, form in _SAME_AS:
            if (match := form.match(link)) is not None:
                yield Identifier(scheme=scheme, value=match[1])


def _resolved(one: Any, known: _Nodes) -> Any:
    """The node that a bare reference by `@id` stands for; anything else as it is."""
    bare = isinstance(one, Mapping) and not text_of(one, "name", "legalName") and not types_of(one) & _ROLES
    return known.get(str(one.get("@id")), one) if bare else one
