"""One name to be matched, as every function of this package takes it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Name:
    """A name with what is known of its bearer. `id` may be shared by several names of one bearer; `kind` is a kind
    of entity (company, university …), `country` a code such as CN, `place` a place as written."""

    id: str
    name: str
    kind: str | None = None
    country: str | None = None
    place: str | None = None
