"""The kinds of files that can be handed in, as `kinds.yaml` beside this module describes them.

A kind has fields, the names by which their columns are known, and columns that are left on purpose. What a header
is taken for by these names is decided in `crawlers.mappings`; what becomes of a row, in the modules of rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.checked_yaml import Fields, read_yaml
from pipelines.folding import fold

FILE = Path(__file__).with_name("kinds.yaml")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a kind: `columns` are the names it is known by, `separators` those of its list (empty: one value),
    `words` the values that are taken, by every way to say them (empty: any value)."""

    name: str
    means: str
    required: bool = False
    columns: tuple[str, ...] = ()
    separators: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: what a row is, its fields and attributes by name, the columns left on purpose."""

    name: str
    row: str
    fields: Mapping[str, Field]
    attributes: Mapping[str, Field]
    left: Mapping[str, str]

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.fields.values() if one.required)


def plain(column: str) -> str:
    """A column's name without what does not matter: width, case, spaces, underscores."""
    return fold(column).lower().replace(" ", "").replace("_", "")


@cache
def kinds() -> Mapping[str, Kind]:
    """All kinds by name. Raises `InputError` for a slip in the file."""
    top = read_yaml(FILE)
    shared = _fields(top, "organisation", {})
    closed = {name: one.words for name, one in shared.items() if one.words}
    found = {}
    listed = Fields(top.value("kinds", dict), "kinds.yaml kinds")
    for name in listed.content:
        one = Fields(listed.value(name, dict), f"kinds.yaml {name}")
        base = shared if one.value("base", str, default="") else {}
        found[name] = Kind(
            name,
            one.value("row", str),
            {**base, **_fields(one, "fields", closed)},
            _fields(one, "attributes", closed),
            _texts(one, "left"),
        )
        one.finish()
    top.finish()
    return found


def _fields(top: Fields, name: str, closed: Mapping[str, Mapping[str, str]]) -> dict[str, Field]:
    inner = Fields(top.value(name, dict, default={}), f"{top.where} {name}")
    return {one: _field(one, Fields(inner.value(one, dict), inner.where), closed) for one in inner.content}


def _field(name: str, said: Fields, closed: Mapping[str, Mapping[str, str]]) -> Field:
    words: dict[str, str] = {}
    for word, others in said.value("words", dict, default={}).items():
        words |= {plain(one): word for one in (word, *others)}
    like = said.value("words_of", str, default="")
    made = Field(
        name=name,
        means=said.value("means", str),
        required=said.value("required", bool, default=False),
        columns=(name, *said.words("columns")),
        separators=said.value("list", str, default=""),
        words=dict(closed[like]) if like else words,
        unit=said.value("unit", str, default=""),
    )
    said.finish()
    return made


def _texts(said: Fields, name: str) -> dict[str, str]:
    found: dict[Any, Any] = said.value(name, dict, default={})
    return {str(key): str(value) for key, value in found.items()}
