"""What the API takes and gives, as models; its description is written from them (`openapi.py`)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pipelines.reading.fact import Type
from pipelines.store.audit import LISTED_MOST

LIMIT_MOST: Final = 200
LIMIT_DEFAULT: Final = 50
_LARGEST_ID: Final = 2**63 - 1

#: Text that any database takes: without NUL.
Words = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
Id = Annotated[int, Field(ge=0, le=_LARGEST_ID)]
Choice = Literal[
    "same", "different", "left unit", "right unit", "left subsidiary", "right subsidiary", "unsure"
]


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Asked(BaseModel):
    """Parameters of an address: text that says a number is one."""

    model_config = ConfigDict(extra="ignore")


class Verdict(_Given):
    """A decision on a pair. *left unit*: the left is a unit of the right."""

    choice: Choice
    reason: Annotated[Words, Field(max_length=2000)] = ""


class ReadingVerdict(_Given):
    """A decision on a reading. Mending one needs the page."""

    choice: Literal["accept", "reject"]
    reason: Annotated[Words, Field(max_length=2000)] = ""


class Why(_Given):
    """Why something is taken back."""

    reason: Annotated[Words, Field(max_length=2000)] = ""


class Limited(_Asked):
    """How many."""

    limit: Annotated[int, Field(ge=1, le=LIMIT_MOST)] = LIMIT_DEFAULT


class LogLimited(_Asked):
    """How many lines."""

    limit: Annotated[int, Field(ge=1, le=LISTED_MOST)] = LIMIT_MOST


class Sought(_Asked):
    """A name or an id."""

    q: Annotated[Words, Field(min_length=1, max_length=200)]


class ReadingsAsked(Limited):
    """Which readings: of one type, from beyond one that was seen."""

    type: Type | None = None
    after: Id | None = None


class Problem(BaseModel):
    """Why nothing was done."""

    error: str


class PairSide(BaseModel):
    """A mention and the entity that it means now."""

    mention: int
    name: str
    entity: str


class Pair(BaseModel):
    """A pair that waits. For *unit of* and *subsidiary of* the left is the part."""

    id: int
    left: PairSide
    right: PairSide
    suggestion: str
    score: float
    effect: float
    why: str
    raised_at: dt.datetime


class Queue(BaseModel):
    """The head of the queue, the most telling first; `count`: all that wait."""

    count: int
    pairs: list[Pair]


class PairState(Pair):
    """A pair, whether it is decided, and who holds it now (empty: nobody)."""

    closed: bool
    claimed_by: str


class Done(BaseModel):
    """The judgement that was written."""

    judgement: int


class Hit(BaseModel):
    """An entity that was found."""

    id: str
    name: str
    name_en: str
    kind: str
    country: str
    mentions: int


class Found(BaseModel):
    """Entities that were found, the best first."""

    found: list[Hit]


class Name(BaseModel):
    """A name with the sources that use it."""

    name: str
    sources: list[str]


class Identifier(BaseModel):
    """A number that a register gave."""

    scheme: str
    value: str


class Relation(BaseModel):
    """Another entity that this one belongs to, or that belongs to it."""

    relation: str
    id: str
    name: str


class Entity(BaseModel):
    """What is known of an entity; `mentions` and `facts` count them."""

    id: str
    name: str
    name_en: str
    kind: str
    country: str
    names: list[Name]
    identifiers: list[Identifier]
    places: list[str]
    relations: list[Relation]
    mentions: int
    facts: int


class Reading(BaseModel):
    """A fact read in running text, with the words that say it and who stands in it, by role."""

    id: int
    type: str
    roles: dict[str, list[str]]
    quote: str
    url: str
    source: str
    published: dt.date | None
    confidence: float
    method: str
    state: str


class Readings(BaseModel):
    """Readings that wait, the surest first; `waiting`: how many of each type."""

    waiting: dict[str, int]
    readings: list[Reading]


class ReadingDone(BaseModel):
    """How it stands with a reading now."""

    id: int
    state: str


class Line(BaseModel):
    """A line of the audit log."""

    at: dt.datetime
    who: str
    action: str
    about: str
    origin: str
    details: dict[str, str | int]
    judgement: int | None


class Log(BaseModel):
    """The newest lines, the newest first."""

    lines: list[Line]
