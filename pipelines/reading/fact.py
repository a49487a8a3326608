"""What the readers of running text give: one fact in the words of the text, before anybody knows who is meant.

Every reader (`relations`, `events`, `people`, the sentence patterns) gives `Fact`s; `pipelines.reading.reader`
joins what they say of one text, and turns it into records for the store or lines of JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from pipelines.records import UNDATED, When

Type = Literal[
    "cooperation", "contract", "investment", "acquisition", "ownership", "alias", "education", "employment"
]
Role = Literal[
    "provider", "recipient", "party", "investor", "target", "lead", "owner", "owned", "name", "person", "school",
    "employer", "post", "degree", "field", "amount", "round",
]  # fmt: skip
#: As `pipelines.records.Cooperation.status`.
Status = Literal["done", "planned", "rumoured", "denied"]

#: The roles that an organisation (or, of an investment, a person) plays, by type of fact.
ORGANISATION_ROLES: Final[Mapping[str, tuple[Role, ...]]] = {
    "cooperation": ("provider", "recipient", "party"),
    "contract": ("provider", "recipient", "party"),
    "investment": ("investor", "lead", "target"),
    "acquisition": ("investor", "target", "party"),
    "ownership": ("owner", "owned"),
    "alias": ("name",),
    "education": ("school",),
    "employment": ("employer",),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a text: `text` is exactly `whole[start:end]`, in characters."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation named in a text. `means` is its full name where the words are a short form that the text
    itself explains, or point back (该公司); otherwise the words. `known` is whether it came from names given
    beforehand. `confidence` is the chance that the words name an organisation, and end where they should."""

    start: int
    end: int
    text: str
    means: str
    known: bool = False
    confidence: float = 1.0

    @property
    def piece(self) -> Piece:
        return Piece(self.text, self.start, self.end)


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact that a text states between `start` and `end` (the quote). `confidence` is calibrated: of facts at
    0.9, nine in ten hold. `method` names the reader with its version. `details` are further words about it, such as
    the `kind` of a cooperation, the `currency`, or the finer `relation` behind the type."""

    type: Type
    roles: Mapping[Role, tuple[Piece, ...]]
    start: int
    end: int
    confidence: float
    method: str
    when: When = UNDATED
    status: Status = "done"
    technology: tuple[str, ...] = ()
    application: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
