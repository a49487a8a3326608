"""What the sample web knows: the facts that its pages are written from, as plain frozen values.

Names stand as a page writes them; `World.organisation` says whose they are.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pipelines.errors import InputError
from pipelines.records import EntityKind, Precision

NameType = Literal["short", "legal", "translation", "former", "alias", "traditional"]


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened, as finely as is known; `day` is the first day it may have been."""

    day: dt.date
    precision: Precision

    @property
    def chinese(self) -> str:
        """In an article's words: 2014年7月23日, 2014年7月, 2014年."""
        words = f"{self.day.year}年"
        if self.precision != "year":
            words += f"{self.day.month}月"
        return words + f"{self.day.day}日" if self.precision == "day" else words

    @property
    def iso(self) -> str:
        """2014-07-23, 2014-07, 2014."""
        return self.day.isoformat()[: {"day": 10, "month": 7, "year": 4}[self.precision]]

    @property
    def reported(self) -> dt.date:
        """The day on which the sample's news site reports it: never before it can have happened."""
        if self.precision == "day":
            return self.day
        month = self.day.month if self.precision == "month" else 12
        return dt.date(self.day.year, month, monthrange(self.day.year, month)[1])


@dataclass(frozen=True, slots=True)
class Organisation:
    """A real organisation. `parent` is the id of the one it is `relation` (unit, subsidiary, related) of."""

    id: str
    kind: EntityKind
    name: str
    source: str
    legal: str = ""
    english: str = ""
    traditional: str = ""
    former: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    country: str = "CN"
    province: str = ""
    city: str = ""
    founded: int | None = None
    sample: bool = False
    layer: str = ""
    core: str = ""
    industry: str = ""
    code: str = ""
    website: str = ""
    uscc: str = ""
    lei: str = ""
    ror: str = ""
    parent: str = ""
    relation: str = ""

    def names(self) -> Iterator[tuple[str, NameType]]:
        """Every name with its type, the shown one first."""
        yield self.name, "short"
        if self.legal:
            yield self.legal, "legal"
        if self.english:
            yield self.english, "translation"
        if self.traditional:
            yield self.traditional, "traditional"
        for name in self.former:
            yield name, "former"
        for name in self.aliases:
            yield name, "alias"


@dataclass(frozen=True, slots=True)
class Cooperation:
    """Who gave which technology to whom; or `parties`, where no direction is known. `number` is the article's."""

    number: int
    when: Moment
    kind: str
    what: str
    technologies: tuple[str, ...]
    applications: tuple[str, ...]
    source: str
    provider: str = ""
    recipients: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    tender: bool = False
    script: str = ""
    charset: str = ""


@dataclass(frozen=True, slots=True)
class Quiet:
    """An article that states no relation; `reason` is denied, planned or general."""

    number: int
    when: Moment
    reason: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Round:
    """A financing event. The ids are a data publisher's own, or made for the sample where it has none."""

    event: str
    when: Moment
    target: str
    full: str
    target_id: str
    investors: tuple[str, ...]
    investor_ids: tuple[str, ...]
    lead_id: str
    round: str
    amount: str
    industries: str
    source: str
    #: The number of the article that reports it; 0 where only the table has it.
    article: int = 0


@dataclass(frozen=True, slots=True)
class Study:
    school: str
    degree: str
    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FormerPost:
    employer: str
    post: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person with a post at a sample company; `end` is None while the post is held."""

    person: str
    company: str
    post: str
    start: int
    end: int | None
    studies: tuple[Study, ...]
    former: tuple[FormerPost, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """What a listed company reports of a year; sums in yuan, staff in persons, None for what it does not say."""

    company: str
    code: str
    year: int
    staff: int | None
    revenue: int | None
    market_value: int | None
    research_spend: int | None
    research_staff: int | None


@dataclass(frozen=True, slots=True)
class PatentFiling:
    """A published application, with the names of those who applied."""

    number: str
    title: str
    applicants: tuple[str, ...]
    classes: tuple[str, ...]
    filed: dt.date
    published: dt.date


@dataclass(frozen=True, slots=True)
class Filing:
    name: str
    kind: str
    bearer: str
    products: str
    use: str
    number: str
    remark: str


@dataclass(frozen=True, slots=True)
class Batch:
    """One announcement of filings: its month, day, path on the site, register and rows."""

    month: Moment
    announced: dt.date
    page: str
    register: str
    rows: tuple[Filing, ...]


@dataclass(frozen=True, slots=True)
class Place:
    geonames: int
    name: str
    subdivision: str
    code: str
    country: str
    lat: float
    lng: float


@dataclass(frozen=True, slots=True)
class RorEntry:
    """A registry's entry. names: (value, language or "", types…); external: (type, preferred or "", all…);
    relationships: (type, label, id)."""

    id: str
    organisation: str
    names: tuple[tuple[str, ...], ...]
    types: tuple[str, ...]
    established: int | None
    place: Place
    external: tuple[tuple[str, ...], ...]
    domains: tuple[str, ...]
    links: tuple[tuple[str, ...], ...]
    relationships: tuple[tuple[str, ...], ...]
    created: str
    modified: str


@dataclass(frozen=True, slots=True)
class Address:
    language: str
    lines: tuple[str, ...]
    city: str
    region: str
    country: str
    postal_code: str


@dataclass(frozen=True, slots=True)
class LeiEntry:
    """A registry's entry. registration: first day, last change, status, next renewal, managing LOU."""

    lei: str
    organisation: str
    name: tuple[str, ...]
    other_names: tuple[tuple[str, ...], ...]
    address: Address
    headquarters: Address
    authority: str
    registered_as: str
    jurisdiction: str
    legal_form: str
    created: str
    registration: tuple[str, ...]
    parent: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """All facts, checked. `name_of` maps every name to the id of its bearer. One world equals itself alone."""

    organisations: dict[str, Organisation]
    name_of: dict[str, str]
    cooperation: tuple[Cooperation, ...]
    quiet: tuple[Quiet, ...]
    rounds: tuple[Round, ...]
    people: tuple[Person, ...]
    people_note: str
    batches: tuple[Batch, ...]
    ror: tuple[RorEntry, ...]
    lei: tuple[LeiEntry, ...]
    #: The hosts of the news sites; an article stands on the one that its number falls to.
    press: tuple[str, ...] = ("news.valuenet.example",)
    #: Whether the organisations are invented, too, and the articles told in more turns.
    generated: bool = False
    #: What listed companies report, and patents: in a generated world alone.
    accounts: tuple[Account, ...] = ()
    patents: tuple[PatentFiling, ...] = ()
    #: Article number → day on which its page last changed, where that is not the day of its report.
    revised: Mapping[int, dt.date] = field(default_factory=dict)

    def organisation(self, name: str) -> Organisation:
        """The bearer of a name. Raises `InputError` for a name that no organisation bears."""
        try:
            return self.organisations[self.name_of[name]]
        except KeyError:
            raise InputError(
                f"no organisation bears the name {name!r}", where="sample web", field="name"
            ) from None
