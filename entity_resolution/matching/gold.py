"""Labelled names: which names mean one organisation, read from a table, and their split by organisation.

Columns: entity_id, canonical, alias, difficulty; alias_type, kind and alias_ambiguous where they are there. An
organisation falls as a whole into one part, by a hash of its id, so that no name of it is trained on and tested on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from entity_resolution.matching.files import read_rows
from entity_resolution.names import exact_key

Part = Literal["train", "calibrate", "test"]
COLUMNS = ("entity_id", "canonical", "alias", "difficulty")


@dataclass(frozen=True, slots=True)
class Alias:
    """One labelled row. `ambiguous`: the alias has several bearers."""

    entity: str
    canonical: str
    alias: str
    difficulty: str
    kind: str | None
    ambiguous: bool

    @property
    def part(self) -> Part:
        """The part of the split that the organisation falls into: six, two and two of ten."""
        at = hashed(self.entity, "split") % 10
        return "train" if at < 6 else "calibrate" if at < 8 else "test"


def read_gold(paths: Iterable[Path]) -> list[Alias]:
    """The rows of all files. Raises InputError for a file without the columns or with an empty name."""
    found = []
    for path in paths:
        for row in read_rows(path, COLUMNS, ("kind", "alias_ambiguous")):
            found.append(
                Alias(
                    row["entity_id"],
                    row["canonical"],
                    row["alias"],
                    row["difficulty"],
                    row["kind"] or None,
                    row["alias_ambiguous"] in ("1", "true", "yes"),
                )
            )
    return found


def canonicals(rows: Sequence[Alias]) -> dict[str, str]:
    """Entity → its canonical name, in the rows' order."""
    return {row.entity: row.canonical for row in rows}


def bearers(rows: Sequence[Alias]) -> dict[str, set[str]]:
    """Exact key of a labelled name → the entities that bear it: an alias may be labelled for several, and an
    organisation may be labelled twice, under two ways of writing its legal name."""
    twins: dict[str, set[str]] = {}
    for row in rows:
        twins.setdefault(key_of(row.canonical), set()).add(row.entity)
    found: dict[str, set[str]] = {}
    for row in rows:
        for name in (row.canonical, row.alias):
            found.setdefault(key_of(name), set()).update(twins[key_of(row.canonical)])
    return found


def key_of(name: str) -> str:
    """The exact key; the name itself where that is empty."""
    return exact_key(name) or name


def is_lone(entity: str) -> bool:
    """Whether the organisation is taken to be without a partner, as every second is: then its other names are
    left away, because most names of a real collection have no partner in it."""
    return hashed(entity, "lone") % 2 == 0


def hashed(text: str, purpose: str) -> int:
    """A number that depends on the text and the purpose alone."""
    return int.from_bytes(hashlib.sha256(f"{purpose} {text}".encode()).digest()[:8])
