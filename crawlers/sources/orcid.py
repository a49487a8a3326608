"""ORCID: researchers with their studies and posts, as they made them public.

A record (`/v3.0/ID/record`) gives a `Person`; a search gives the ids whose records are then visited. What names a
person without studies and posts (`person`, `works`), or these without a name (`educations`, `employments`), is
rejected with that reason, once an answer. An item that the person shows to nobody else is not in the answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from pydantic import ValidationError
from scrapy.http import Request, Response

from crawlers.declaration import Declaration, Expected
from crawlers.parsing import at, checked, list_at, load_json, number_at, refused, reject, shown, text_at
from crawlers.spider import Found, SourceSpider
from crawlers.urls import clean_url, host_of, path_of
from pipelines.dates import read_when
from pipelines.errors import InputError
from pipelines.identifiers import read_lei, read_ror
from pipelines.records import UNDATED, Identifier, Mention, Person, Post, Rejected, Study, When

DECLARATION = Declaration(
    name="orcid",
    title="ORCID: Open Researcher and Contributor ID",
    title_zh="ORCID 研究者档案",
    publisher="ORCID, Inc.",
    home="https://orcid.org/",
    licence="CC0 1.0",
    terms="ORCID's public API: 12 requests a second, 25,000 a day, the first 10,000 results of a search",
    robots="robots.txt is fetched and obeyed; the API is made for programs",
    hosts=("pub.orcid.org",),
    personal_data="names, studies and posts that researchers made public; no mail, address or link is read",
    cadence="monthly",
    # 25,000 requests a day are one in 3.5 seconds
    delay=3.5,
    expected=Expected(pages_least=10, records_least=5, rejected_share_most=0.3),
)

#: What the answers hold and the records leave out, and why. A name is the end of a path.
LEFT = {
    "created-date.value": "about the entry",
    "last-modified-date.value": "about the entry",
    "source.*": "who entered it",
    "visibility": "all that is in an answer is public",
    "put-code": "about the entry",
    "path": "the answer's own address",
    "display-index": "about the page that shows it",
    "orcid-identifier.uri": "the id once more",
    "orcid-identifier.host": "the id once more",
    "preferences.locale": "about the page that shows it",
    "history.*": "about the entry",
    "other-names.*": "one name of a person is kept",
    "biography.*": "no post or study in a field of its own",
    "researcher-urls.*": "private or not, no links of persons are kept",
    "emails.*": "nobody's mail address is kept",
    "addresses.*": "nobody's address is kept",
    "keywords.*": "what the person works on, in free words",
    "external-identifiers.*": "the person's numbers in other companies' indexes",
    "*-summary.department-name": "the organisation is kept",
    "*-summary.url.value": "a link",
    "*-summary.external-ids.*": "numbers of the post or study elsewhere",
    "affiliation-group.external-ids.*": "numbers of the post or study elsewhere",
    "distinctions.*": "honours, which are no posts",
    "memberships.*": "societies, which are no employers",
    "services.*": "work without pay beside the posts",
    "activities-summary.fundings.*": "grants, which are no posts",
    "activities-summary.works.*": "papers: read from Crossref and OpenAlex",
    "address.region": "the city and country are kept",
    "expanded-result.email": "nobody's mail address is kept",
    "expanded-result.given-names": "the record has the name",
    "expanded-result.family-names": "the record has the name",
    "expanded-result.credit-name": "the record has the name",
    "expanded-result.other-name": "the record has the name",
    "expanded-result.institution-name": "the record has the posts",
    "response-code": "the message says it",
    "developer-message": "the message says it",
    "error-code": "the message says it",
    "more-info": "the message says it",
}

_API: Final = "https://pub.orcid.org/v3.0/"
_ROWS: Final = 100
#: The public API gives no results beyond these.
_RESULTS_MOST: Final = 10_000
#: Posts or studies of one person: more is no curriculum vitae.
_ENTRIES_MOST: Final = 500

_ID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]")
_GRID = re.compile(r"grid\.\d{1,7}\.[0-9a-f]{1,3}")
_FUNDREF = re.compile(r"(?:https?://(?:dx\.)?doi\.org/)?10\.13039/(\d{4,15})")
_DAY = re.compile(r"\d{4}(?:-\d\d){0,2}")
#: Posts of those who lead: the words of a title that say so, in English and Chinese.
_LEADING = re.compile(
    r"\b(?:co-?)?founder\b|\bchief [a-z]{4,12} officer\b|\bchief scientist\b|创始人|首席", re.IGNORECASE
)
_STUDIES: Final = (("educations", "education-summary"), ("qualifications", "qualification-summary"))
_POSTS: Final = (
    ("employments", "employment-summary"),
    ("invited-positions", "invited-position-summary"),
)
#: Whose people are looked for where nothing else is asked: makers of AI in China.
_START: Final = "Baidu,Tencent,Alibaba,Huawei,SenseTime,iFLYTEK,Megvii"


class OrcidSpider(SourceSpider):
    """Reads the records of `ids`, or of whoever studied or worked at an organisation: `ror` ids, `grid` ids or
    `affiliation` names; each with commas between."""

    name = DECLARATION.name
    declaration = DECLARATION

    def __init__(
        self, *args: Any, ids: str = "", ror: str = "", grid: str = "", affiliation: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.ids = [orcid_id(one) for one in _parts(ids)]
        asked = [*(f'ror-org-id:"https://ror.org/{read_ror(one)}"' for one in _parts(ror))]
        for one in _parts(grid):
            if not _GRID.fullmatch(one):
                raise InputError(f"no GRID id: {one[:60]!r}", field="grid")
            asked.append(f'grid-org-id:"{one}"')
        names = _parts(affiliation or ("" if self.ids or asked else _START))
        asked += [f'affiliation-org-name:"{_quoted(one)}"' for one in names]
        self.searches = asked

    def start_requests_live(self) -> Iterator[Request]:
        for one in self.ids:
            yield self._record(one)
        for query in self.searches:
            yield self._search(query, 0)

    def owns(self, url: str) -> bool:
        return host_of(url) in DECLARATION.hosts and path_of(url).startswith("/v3.0/")

    def canonical(self, url: str) -> str:
        return clean_url(url) or url

    def read(self, response: Response) -> Iterator[Found]:
        try:
            answer = load_json(response.body)
            if at(answer, "user-message") is not None or at(answer, "response-code") is not None:
                said = text_at(answer, "user-message") or "an error without a message"
                yield reject("$", said, kind="page", field="response-code", raw=answer)
            elif at(answer, "num-found") is not None:
                yield from self._found(answer, response)
            elif at(answer, "activities-summary") is not None or at(answer, "orcid-identifier") is not None:
                yield from read_record(answer)
            else:
                yield _silent(answer)
        except InputError as error:
            yield reject("$", error.message, kind="page", field=error.field)

    def _record(self, code: str) -> Request:
        return Request(f"{_API}{code}/record", headers={"Accept": "application/json"})

    def _search(self, query: str, start: int) -> Request:
        asked = {"q": query, "start": start, "rows": _ROWS}
        url = f"{_API}expanded-search/?{urlencode(asked)}"
        return self.list_request(url, query, headers={"Accept": "application/json"})

    def _found(self, answer: Any, response: Response) -> Iterator[Found]:
        total = number_at(answer, "num-found") or 0
        ids = []
        for name, path in (("result", "orcid-identifier.path"), ("expanded-result", "orcid-id")):
            for index, one in enumerate(list_at(answer, name)):
                try:
                    ids.append(orcid_id(text_at(one, path)))
                except InputError as error:
                    yield refused(error, locator=f"$.{name}[{index}]", kind="link", raw=one)
        for code in dict.fromkeys(ids):
            yield self._record(code)
        listing = response.meta.get("listing")
        if not listing:
            return
        written = parse_qs(urlsplit(response.url).query).get("start", ["0"])[0]
        following = (int(written) if written.isascii() and written.isdecimal() else 0) + _ROWS
        if total > _RESULTS_MOST:
            said = f"{total} people, of whom the public API names the first {_RESULTS_MOST}"
            yield reject("$.num-found", said, kind="listing", field="num-found", value=total)
        last = min(total, _RESULTS_MOST)
        more = self._search(listing, following) if following < last else None
        yield from self.listing(response, listing).turn(ids, total=last, more=more, locator="$.num-found")


def orcid_id(code: str) -> str:
    """An ORCID id with the right check character (ISO 7064 modulo 11-2). Raises InputError otherwise."""
    if not _ID.fullmatch(code) or not code.isascii():
        raise InputError(f"no ORCID id: {code[:60]!r}", field="orcid")
    total = 0
    for char in code[:-1].replace("-", ""):
        total = (total + int(char)) * 2
    if "0123456789X"[(12 - total % 11) % 11] != code[-1]:
        raise InputError(f"no ORCID id, by its check character: {code}", field="orcid")
    return code


def read_record(answer: Any) -> Iterator[Person | Rejected]:
    """The person of a record. A study or post that cannot be read is rejected by itself."""
    try:
        code = orcid_id(text_at(answer, "orcid-identifier.path"))
        name = _name(at(answer, "person.name"))
        person = Mention(
            name=name,
            kind="person",
            identifiers=(Identifier(scheme="orcid", value=code),),
            scope=code,  # namesakes are other people
        )
        studies: list[Study] = []
        posts: list[Post] = []
        for part, where, entry in _entries(answer):
            try:
                if part in dict(_STUDIES):
                    studies.append(_study(entry))
                else:
                    posts.append(_post(entry, part))
            except (InputError, ValidationError) as error:
                yield refused(error, locator=where, kind="person", raw=entry)
    except (InputError, ValidationError) as error:
        # the answer itself may hold mail addresses, which are kept nowhere
        yield refused(error, locator="$", kind="person")
        return
    if not studies and not posts:
        said = "a person without a public study or post"
        yield reject("$.activities-summary", said, kind="endpoint", field="employments", value=code)
        return
    yield checked(
        lambda: Person(
            locator="$",
            quote=shown({"orcid": code, "name": name}),
            person=person,
            core=any(_LEADING.search(post.post) for post in posts),
            studies=tuple(studies),
            posts=tuple(posts),
        ),
        locator="$",
        kind="person",
    )


def _entries(answer: Any) -> Iterator[tuple[str, str, Any]]:
    """Studies and posts: the part of the record that each stands in, its JSON path, and itself."""
    for part, key in (*_STUDIES, *_POSTS):
        count = 0
        for group, one in enumerate(list_at(answer, f"activities-summary.{part}.affiliation-group")):
            # several entries of one group say the same: the first is the one that the person prefers
            for index, summary in enumerate(list_at(one, "summaries")[:1]):
                where = f"$.activities-summary.{part}.affiliation-group[{group}].summaries[{index}].{key}"
                count += 1
                if count > _ENTRIES_MOST:
                    raise InputError(f"more than {_ENTRIES_MOST} entries", field=part)
                yield part, where, at(summary, key)


def _name(found: Any) -> str:
    if name := text_at(found, "credit-name.value"):
        return name
    parts = (text_at(found, "given-names.value"), text_at(found, "family-name.value"))
    if not any(parts):
        raise InputError("a person whose name is not public", field="name")
    return " ".join(one for one in parts if one)


def _study(entry: Any) -> Study:
    return Study(school=_organisation(entry), degree=text_at(entry, "role-title"), when=_when(entry))


def _post(entry: Any, part: str) -> Post:
    when = _when(entry)
    # An employment without an end is one that goes on, as the form says to whoever fills it in.
    current = None if part != "employments" else (when.end is None and when.start is not None) or None
    return Post(
        employer=_organisation(entry),
        post=text_at(entry, "role-title"),
        current=False if when.end is not None else current,
        when=when,
    )


def _organisation(entry: Any) -> Mention:
    named = at(entry, "organization")
    code = text_at(named, "disambiguated-organization.disambiguated-organization-identifier")
    source = text_at(named, "disambiguated-organization.disambiguation-source")
    return Mention(
        name=text_at(named, "name"),
        country=text_at(named, "address.country") or None,
        place=text_at(named, "address.city") or None,
        identifiers=tuple(_identifier(source, code)) if code else (),
    )


def _identifier(source: str, code: str) -> Iterator[Identifier]:
    """The organisation's id in the register that the entry names; Ringgold's numbers are kept as ORCID has them."""
    if source == "ROR":
        yield Identifier(scheme="ror", value=read_ror(code))
    elif source == "GRID":
        if not _GRID.fullmatch(code):
            raise InputError(f"no GRID id: {code[:60]!r}", field="disambiguated-organization-identifier")
        yield Identifier(scheme="grid", value=code)
    elif source == "FUNDREF":
        match = _FUNDREF.fullmatch(code)
        if match is None:
            raise InputError(f"no FundRef id: {code[:60]!r}", field="disambiguated-organization-identifier")
        yield Identifier(scheme="fundref", value=match[1])
    elif source == "LEI":
        yield Identifier(scheme="lei", value=read_lei(code))
    elif source == "RINGGOLD":
        yield Identifier(scheme="orcid:ringgold", value=code)
    else:
        raise InputError(f"an unknown register: {source[:60]!r}", field="disambiguation-source")


def _when(entry: Any) -> When:
    """The time between start and end, each to the year, month or day."""
    written = [_day(entry, "start-date"), _day(entry, "end-date")]
    start, end = written
    if start and end:
        return read_when(f"{start} - {end}")
    if start:
        return read_when(start)
    if end:
        last = read_when(f"{end} - {end}")
        return When(end=last.end, precision=last.precision, as_written=end)
    return UNDATED


def _day(entry: Any, name: str) -> str:
    parts = [text_at(entry, f"{name}.{part}.value") for part in ("year", "month", "day")]
    written = "-".join(one for one in parts if one)
    if written and not _DAY.fullmatch(written):
        raise InputError(f"no date: {written[:40]!r}", field=name)
    return written


def _silent(answer: Any) -> Rejected:
    """Why an answer about a person gives none."""
    path = text_at(answer, "path")
    if at(answer, "name") is not None:
        said = "names a person, and tells neither studies nor posts"
    elif at(answer, "group") is not None or at(answer, "journal-title") is not None:
        said = "tells of papers alone"
    elif at(answer, "affiliation-group") is not None:
        said = "tells studies or posts of a person without the name: the whole record has both"
    else:
        return reject("$", "neither a record nor a search", kind="page")
    return reject("$", said, kind="endpoint", field="path", value=path, raw=said)


def _parts(written: str) -> list[str]:
    return [one.strip() for one in written.split(",") if one.strip()]


def _quoted(name: str) -> str:
    """A name inside quotes of the search's syntax."""
    return re.sub(r'["\\]', " ", name)[:200]
