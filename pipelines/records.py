"""Records: what a parser read from one snapshot, in the words of the source.

A record is frozen, checked on entry, and free of the store. `pipelines.facts` turns records into facts.
Values keep what was written (`as_written`) beside what was understood.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

EntityKind = Literal[
    "company",
    "university",
    "research institute",
    "investor",
    "government",
    "alliance",
    "park",
    "person",
    "other",
]
Precision = Literal["day", "month", "year"]

#: Bounds against hostile input: a name longer than this is no name.
NAME_LIMIT = 300
TEXT_LIMIT = 2_000_000

Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=NAME_LIMIT)]
Named = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_LIMIT)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Identifier(_Frozen):
    """A registered identifier: `scheme` is one of `uscc, lei, ror, wikidata, stock` (China), `ticker` (elsewhere),
    `grid, isni, fundref, cik`, for persons `orcid`, or `SOURCE:NAME` for a source's own ids, which may join two
    mentions and never keep them apart."""

    scheme: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]+(:[a-z0-9_-]+)?$", max_length=40)]
    value: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class Mention(_Frozen):
    """A name as written, with what that place says about its bearer.

    `scope` keeps apart bearers of one name that the source itself keeps apart without an identifier:
    a person's employer, a document about a homonym. Empty means: this name means one thing in this source.
    `country` is ISO 3166-1 alpha-2; `place` is a province or city as written.
    """

    name: Named
    kind: EntityKind | None = None
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    place: Short | None = None
    identifiers: tuple[Identifier, ...] = ()
    scope: Annotated[str, StringConstraints(max_length=500)] = ""

    @field_validator("name")
    @classmethod
    def _printable(cls, value: str) -> str:
        if any(ord(char) < 32 or 0xD800 <= ord(char) <= 0xDFFF for char in value):
            raise ValueError("a name holds no control characters")
        return value

    @field_validator("identifiers")
    @classmethod
    def _ordered(cls, value: tuple[Identifier, ...]) -> tuple[Identifier, ...]:
        return tuple(sorted(set(value), key=lambda one: (one.scheme, one.value)))


class When(_Frozen):
    """Valid time. `start` and `end` are the first and last day; `precision` says how finely they were stated.

    An event has a start alone. A fact with neither is undated: it is kept, and enters no yearly network.
    """

    start: dt.date | None = None
    end: dt.date | None = None
    precision: Precision | None = None
    as_written: Short = ""

    @model_validator(mode="after")
    def _in_order(self) -> When:
        if self.start and self.end and self.end < self.start:
            raise ValueError(f"ends ({self.end}) before it starts ({self.start})")
        if (self.start or self.end) and self.precision is None:
            raise ValueError("a date needs its precision")
        return self


UNDATED = When()


class Amount(_Frozen):
    """Money as a range in units of its currency (ISO 4217); `low` alone: "at least"; neither: "not disclosed"."""

    as_written: Short
    low: float | None = Field(default=None, ge=0)
    high: float | None = Field(default=None, ge=0)
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Amount:
        if self.low is not None and self.high is not None and self.high < self.low:
            raise ValueError("upper bound below lower bound")
        return self


class Record(_Frozen):
    """Base of all records. `locator` says where in the snapshot (row, JSON path, CSS path, character offsets);
    `quote` is the words there, short; `confidence` is 1 for what is stated outright in a field."""

    locator: Annotated[str, StringConstraints(max_length=500)]
    quote: Annotated[str, StringConstraints(max_length=1000)] = ""
    confidence: float = Field(default=1.0, ge=0, le=1)


class AlsoNamed(_Frozen):
    """Another name that the source gives the same bearer."""

    name: Named
    type: Literal["legal", "short", "brand", "alias", "acronym", "former", "translation"]
    language: Annotated[str, StringConstraints(max_length=12)] | None = None
    when: When = UNDATED


class Attribute(_Frozen):
    """One property of an organisation, such as founded, industry, province, status, website, staff, revenue.

    A number carries its unit; a text value is as the source writes it.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
    value: Words
    number: float | None = None
    unit: Short | None = None
    when: When = UNDATED


class Link(_Frozen):
    """How the subject stands to another organisation: it is the other's `unit` or `subsidiary`,
    or the other's `parent`; `member` of an alliance; `predecessor`/`successor` of it; or `related`."""

    relation: Literal["unit", "subsidiary", "parent", "member", "predecessor", "successor", "related"]
    other: Mention
    when: When = UNDATED


class Organisation(Record):
    """An organisation with its names, attributes and links."""

    subject: Mention
    names: tuple[AlsoNamed, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    links: tuple[Link, ...] = ()


class Product(Record):
    """A filed or published product of an organisation, such as an algorithm filing."""

    bearer: Mention
    name: Words
    register_name: Short
    number: Short = ""
    category: Short = ""
    products: Words = ""
    use: Words = ""
    remark: Words = ""
    status: Literal["active", "changed", "cancelled"] = "active"
    when: When = UNDATED


class Financing(Record):
    """A financing event: who invested in whom, in which round, how much, when.

    Undisclosed investors are no investors: `investors` then is empty. `event` is the source's own id.
    """

    target: Mention
    investors: tuple[Mention, ...] = ()
    leads: tuple[Mention, ...] = ()
    round: Short = ""
    amount: Amount | None = None
    event: Short = ""
    when: When = UNDATED


class Study(_Frozen):
    """A person's study at a school."""

    school: Mention
    degree: Short = ""
    field: Short = ""
    when: When = UNDATED


class Post(_Frozen):
    """A person's post; `current` is None where the source does not say."""

    employer: Mention
    post: Short = ""
    current: bool | None = None
    when: When = UNDATED


class Person(Record):
    """A person's public professional facts; never phones, mails, home addresses, age or gender."""

    person: Mention
    core: bool = False
    studies: tuple[Study, ...] = ()
    posts: tuple[Post, ...] = ()


class PatentParty(_Frozen):
    """Who stands in a patent, as what."""

    party: Mention
    role: Literal["applicant", "assignee", "inventor"]


class PatentTitle(_Frozen):
    """A patent's title in one language (two letters, empty where unknown)."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
    language: Annotated[str, StringConstraints(max_length=12)] = ""


class Patent(Record):
    """A patent document with its parties, dates and classes (CPC or IPC symbols such as `G06N3/08`).

    `number` is the publication's, with office and kind (`CN101551481B`); `titles` the title in each language that
    the source names; `application` the number it was filed under; `family` the id that documents of one invention
    share; `priority` the earliest date claimed; `stage` whether the document publishes an application or a grant.
    """

    number: Named
    title: Words
    titles: tuple[PatentTitle, ...] = ()
    parties: tuple[PatentParty, ...] = ()
    classes: tuple[Short, ...] = ()
    filed: When = UNDATED
    published: When = UNDATED
    priority: When = UNDATED
    application: Short = ""
    family: Short = ""
    stage: Literal["", "application", "grant"] = ""


class Cooperation(Record):
    """A technology relation. Provider gives, recipient receives; `parties` where the text gives no direction, as
    in a paper that its authors' organisations wrote together."""

    kind: Literal[
        "strategic agreement",
        "joint laboratory",
        "joint product",
        "joint paper",
        "supply",
        "contract",
        "licence",
        "other",
    ]
    providers: tuple[Mention, ...] = ()
    recipients: tuple[Mention, ...] = ()
    parties: tuple[Mention, ...] = ()
    technologies: tuple[Short, ...] = ()
    applications: tuple[Short, ...] = ()
    amount: Amount | None = None
    status: Literal["done", "planned", "rumoured", "denied"] = "done"
    when: When = UNDATED

    @model_validator(mode="after")
    def _two_sides(self) -> Cooperation:
        directed = bool(self.providers) and bool(self.recipients)
        if directed == (len(self.parties) >= 2):
            raise ValueError("either providers and recipients, or two or more parties")
        return self


class Policy(Record):
    """A policy document with its issuers."""

    title: Words
    number: Short = ""
    issuers: tuple[Mention, ...] = ()
    url: Annotated[str, StringConstraints(max_length=2000)] = ""
    when: When = UNDATED


class Document(Record):
    """Running text: kept for reading, never republished."""

    url: Annotated[str, StringConstraints(max_length=2000)]
    title: Words
    text: Annotated[str, StringConstraints(max_length=TEXT_LIMIT)]
    language: Short = "zh"
    when: When = UNDATED


class Rejected(_Frozen):
    """Something that was read and could not be used: kept with its reason, never dropped.

    `kind` is the record's kind where known; `raw` what was there, cut to a bounded length.
    """

    locator: Annotated[str, StringConstraints(max_length=500)]
    reason: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    field: Short = ""
    value: Annotated[str, StringConstraints(max_length=2000)] = ""
    kind: Short = ""
    raw: Annotated[str, StringConstraints(max_length=20_000)] = ""


AnyRecord = Organisation | Product | Financing | Person | Patent | Cooperation | Policy | Document
