"""What of each source may be handed to others, as its licence and terms say that are kept in the store.

Invariant: what is not allowed is not passed on; a source that states no licence allows nothing until a person
vouches for it by name.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import Engine, select

from pipelines.errors import UsageError
from pipelines.store import schema

#: all: facts with the quoted words. quotations: facts with short quotations. facts: facts with the address and the
#: place where they stand. nothing: not even these.
Extent = Literal["all", "quotations", "facts", "nothing"]

#: Longer quotations are cut.
QUOTED_MOST: Final = 200

#: In a licence: everything may be passed on where the source is named.
_OPEN: Final = ("cc0", "public domain", "cc by", "cc-by", "apache-2.0", "mit licen", "odc-by", "pddl")
#: In a licence that looks open, and is not: not for business, or not changed.
_CLOSED: Final = ("-nc", " nc", "-nd", " nd", "noncommercial", "non-commercial")
#: In a licence or in terms: nothing may be passed on.
_FORBIDDEN: Final = (
    "internal use", "not be passed on", "no redistribution", "not for redistribution", "not be redistributed",
    "nothing is republished", "confidential", "all rights reserved", "test only", "内部使用", "保密", "不得转载",
    "不得传播", "禁止转载", "不得对外",
)  # fmt: skip
#: A licence that says nothing.
_UNSTATED: Final = ("", "not stated", "unknown", "as the person who hands in the file states")


@dataclass(frozen=True, slots=True)
class Passing:
    """A source and how much of it may be passed on, with the reason in words. `vouched`: a person said so."""

    source: str
    extent: Extent
    why: str
    vouched: bool = False


def passing_on(engine: Engine, vouched: Collection[str] = ()) -> dict[str, Passing]:
    """Source → what may be passed on. vouched: sources for whose facts a person answers.

    Raises `UsageError` for a vouched source that the store does not have.
    """
    table = schema.source
    with engine.connect() as connection:
        rows = connection.execute(
            select(table.c.name, table.c.licence, table.c.terms).order_by(table.c.name)
        ).all()
    unknown = sorted(set(vouched) - {row.name for row in rows})
    if unknown:
        known = ", ".join(row.name for row in rows)
        raise UsageError(f"no source {', '.join(unknown)} in this store; there are: {known}")
    return {row.name: judged(row.name, row.licence, row.terms, row.name in vouched) for row in rows}


def judged(source: str, licence: str, terms: str, vouched: bool = False) -> Passing:
    """What a licence and terms allow. A person may vouch for what is not stated, or against what is."""
    stated, said = licence.strip().casefold(), f"{licence}\n{terms}".casefold()
    if vouched:
        return Passing(source, "facts", "vouched for by whoever made this package", True)
    forbidden = next((word for word in _FORBIDDEN if word in said), None)
    if forbidden:
        return Passing(source, "nothing", f"its terms say: {forbidden}")
    if stated in _UNSTATED:
        return Passing(source, "nothing", "no licence is stated")
    if any(word in stated for word in _OPEN) and not any(word in stated for word in _CLOSED):
        return Passing(source, "all", f"licence: {licence.strip()}")
    if "quotation" in said:
        return Passing(source, "quotations", "facts, links and short quotations")
    return Passing(source, "facts", "facts and links")


def quoted(quote: str, extent: Extent) -> str | None:
    """As much of quoted words as may be passed on; None where none may."""
    if extent == "all":
        return quote
    if extent == "quotations":
        return quote if len(quote) <= QUOTED_MOST else quote[: QUOTED_MOST - 1] + "…"
    return None
