"""How a file's columns become the fields of records: a mapping, given or recognised by the header.

A mapping is a YAML file:

    kind: financing              # one of `kinds.yaml`
    source:                      # who the file is from; `name` is the source's name in the store
      name: my-rounds
      title: Rounds we bought
      publisher: Some Data Ltd
      licence: contract 12/2024, internal use
    columns: {date: 日期, target: 被投企业, investors: 投资方, round: 轮次, amount: 金额}
    lists: {investors: "、"}      # what separates the values of a list; default: , ， 、 ; ；
    absent: [未披露, 未透露]      # cells that mean "not said"
    left: {内部备注: not public}   # columns left out on purpose, with the reason
    attributes: {revenue: 营业收入}  # further columns, kept as attributes (organisations only)
    units: {revenue: CNY 10000}   # what their numbers count
    fixed: {round: A轮}           # fields that are the same in every row
    values: {kind: {民企: company}}  # what words of closed fields mean; "" for nothing

A header that has no mapping is read by a layout, which is a mapping that ships with its header; else by the names
that `kinds.yaml` knows columns by.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from crawlers.kinds import Kind, kinds, plain
from pipelines.checked_yaml import Fields, read_yaml
from pipelines.errors import InputError, UsageError

LAYOUTS = Path(__file__).parent / "layouts"
#: Kinds whose rows take attributes.
WITH_ATTRIBUTES = ("companies", "universities", "institutes", "alliances", "parks")


@dataclass(frozen=True, slots=True)
class Mapping:
    """A checked mapping. `columns`: field → column; `attributes`: attribute → column; `header`: the columns that
    tell this layout from others (empty for a mapping that was given)."""

    kind: str
    where: str
    source: dict[str, str]
    columns: dict[str, str]
    attributes: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    left: dict[str, str] = field(default_factory=dict)
    header: tuple[str, ...] = ()
    fixed: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)

    def missing(self, header: tuple[str, ...]) -> list[str]:
        """The columns that this mapping reads and the file lacks."""
        return sorted(({*self.columns.values()} | {*self.attributes.values()}) - set(header))

    def unread(self, header: tuple[str, ...]) -> list[str]:
        """The columns that the file has and this mapping neither reads nor leaves on purpose."""
        return sorted(set(header) - {*self.columns.values(), *self.attributes.values(), *self.left})


def load_mapping(path: Path) -> Mapping:
    """The mapping in a YAML file. Raises `InputError` naming file and field."""
    fields = read_yaml(path)
    kind = _kind(fields)
    columns, fixed = _texts(fields, "columns"), _texts(fields, "fixed")
    for part, names in (("columns", columns), ("fixed", fixed)):
        for name in names:
            if name not in kind.fields:
                known = ", ".join(sorted(kind.fields))
                raise fields.error(f"{part}.{name}", f"{kind.name} has no such field; it has: {known}")
    if twice := sorted(columns.keys() & fixed.keys()):
        raise fields.error(f"fixed.{twice[0]}", "the field has a column, too")
    for name in kind.required:
        if name not in columns and name not in fixed:
            raise fields.error(f"columns.{name}", f"{kind.name} needs this field")
    attributes = _texts(fields, "attributes")
    if attributes and kind.name not in WITH_ATTRIBUTES:
        raise fields.error("attributes", f"{kind.name} take none; there are: {', '.join(WITH_ATTRIBUTES)}")
    mapping = Mapping(
        kind=kind.name,
        where=str(path.name),
        source=_texts(fields, "source"),
        columns=columns,
        attributes=attributes,
        units=_texts(fields, "units"),
        lists=_texts(fields, "lists"),
        absent=frozenset(fields.words("absent")),
        left=_texts(fields, "left"),
        header=tuple(fields.words("header")),
        fixed=fixed,
        values=_values(fields, kind),
    )
    fields.finish()
    return mapping


def _kind(fields: Fields) -> Kind:
    name = fields.value("kind", str)
    if name not in kinds():
        raise fields.error("kind", f"must be one of {', '.join(kinds())}, not {name!r}")
    return kinds()[name]


def _values(fields: Fields, kind: Kind) -> dict[str, dict[str, str]]:
    """The words of closed fields as a file writes them: each means a word that the field takes, or nothing."""
    found: dict[str, dict[str, str]] = {}
    content: dict[Any, Any] = fields.value("values", dict, default={})
    for name, said in content.items():
        at, words = f"values.{name}", kind.fields[name].words if name in kind.fields else {}
        if not words:
            raise fields.error(at, f"{kind.name} has no such field with words of its own")
        if not isinstance(said, dict):
            raise fields.error(at, "must say for each word what it means")
        for word, meaning in said.items():
            if meaning not in ("", *words.values()):
                taken = ", ".join(dict.fromkeys(words.values()))
                raise fields.error(f"{at}.{word}", f"must mean one of: {taken}; or nothing")
        found[name] = {plain(str(word)): str(meaning) for word, meaning in said.items()}
    return found


def _texts(fields: Fields, name: str) -> dict[str, str]:
    content: dict[Any, Any] = fields.value(name, dict, default={})
    for key, value in content.items():
        if not isinstance(key, str) or not isinstance(value, str) or not value:
            raise fields.error(f"{name}.{key}", "must be words; put quotes round numbers")
    return {str(key): str(value) for key, value in content.items()}


@cache
def layouts() -> tuple[Mapping, ...]:
    """The layouts that need no mapping, most particular header first."""
    found = [load_mapping(path) for path in sorted(LAYOUTS.glob("*.yaml"))]
    return tuple(sorted(found, key=lambda one: (-len(one.header), one.where)))


def recognise(kind: str, header: tuple[str, ...], where: str) -> Mapping:
    """How a file of this kind is read that has this header: by a known layout, or by the names of its columns.

    Raises `InputError` where neither will do, with what is lacking.
    """
    if kind not in kinds():
        raise UsageError(f"there is no kind {kind!r} to import; there are: {', '.join(kinds())}")
    fitting = [layout for layout in layouts() if set(layout.header) <= set(header)]
    for layout in fitting:
        if layout.kind == kind:
            return layout
    if others := [layout for layout in fitting if set(layout.header) == set(header)]:
        raise InputError(
            f"the header is that of files of {others[0].kind}, not of {kind}",
            where=f"{where}:1",
            hint=f"Import it so: valuenet import {others[0].kind} FILE.",
        )
    found = by_column_names(kinds()[kind], header)
    if found is None or found.unread(header):
        _refuse_half_a_layout(kind, found, header, where)
    return _by_names_or_refused(kinds()[kind], found, header, where)


def _refuse_half_a_layout(kind: str, found: Mapping | None, header: tuple[str, ...], where: str) -> None:
    """Raises `InputError` where a header has most columns of a layout: then it lacks the others by mistake.
    Where nothing else will do, three columns of it are enough to say so."""
    own = [layout for layout in layouts() if layout.kind == kind]
    nearest = max(own, key=lambda layout: len(set(layout.header) & set(header)), default=None)
    if nearest is None:
        return
    shared = len(set(nearest.header) & set(header))
    if shared * 2 <= len(nearest.header) and (found is not None or shared < 3):
        return
    lacking = [name for name in nearest.header if name not in header]
    raise InputError(
        f"the header fits no known layout of {kind}; nearest is {nearest.where.removesuffix('.yaml')}, "
        f"which also has {', '.join(lacking)}",
        where=f"{where}:1",
        field=", ".join(lacking),
        hint=_HINT,
    )


_HINT = "Name your columns in a mapping: --mapping FILE.yaml (see: valuenet import --help)."


def _by_names_or_refused(kind: Kind, found: Mapping | None, header: tuple[str, ...], where: str) -> Mapping:
    if found is None:
        had = {plain(one) for one in header}
        lacking = [
            one
            for one in kind.fields.values()
            if one.required and not had & {plain(name) for name in one.columns}
        ]
        names = "; ".join(f"{one.name} ({', '.join(one.columns[1:6])})" for one in lacking)
        raise InputError(
            f"the header fits no known layout of {kind.name}, and no column is known as {names}",
            where=f"{where}:1",
            field=", ".join(one.name for one in lacking),
            hint=_HINT,
        )
    unread = found.unread(header)
    if len(unread) * 2 >= len(header):
        raise InputError(
            f"half of the columns or more are unknown for {kind.name}: {', '.join(unread)}",
            where=f"{where}:1",
            field=", ".join(unread),
            hint=f"Is it a file of another kind? {_HINT}",
        )
    return found


def by_column_names(kind: Kind, header: tuple[str, ...]) -> Mapping | None:
    """A mapping from the names of columns that the kind knows; None where a required field has none.

    Of several columns for one field, that named first in the kind's list is read; required fields choose first.
    """
    columns: dict[str, str] = {}
    attributes: dict[str, str] = {}
    free = {plain(column): column for column in reversed(header)}
    ordered = sorted(kind.fields.values(), key=lambda one: not one.required)
    # a column that is called just as a field is that field's, whatever others could be called so, too
    own = {plain(one.name) for one in (*ordered, *kind.attributes.values())}
    for into, wanted in ((columns, ordered), (attributes, [*kind.attributes.values()])):
        for one in wanted:
            names = [one.name, *(name for name in one.columns if plain(name) not in own)]
            chosen = next((plain(name) for name in names if plain(name) in free), None)
            if chosen is not None:
                into[one.name] = free.pop(chosen)
    if not set(kind.required) <= columns.keys():
        return None
    left = {plain(column): why for column, why in kind.left.items()}
    return Mapping(
        kind=kind.name,
        where="the known names of columns",
        source={},
        columns=columns,
        attributes=attributes,
        units={one: kind.attributes[one].unit for one in attributes if kind.attributes[one].unit},
        left={column: left[plain(column)] for column in header if plain(column) in left},
    )
