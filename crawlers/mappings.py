"""How a file's columns become the fields of records: a mapping, given or recognised by the header.

A mapping is a YAML file:

    kind: financing              # companies, financing or people
    source:                      # who the file is from; `name` is the source's name in the store
      name: my-rounds
      title: Rounds we bought
      publisher: Some Data Ltd
      licence: contract 12/2024, internal use
    columns: {date: 日期, target: 被投企业, investors: 投资方, round: 轮次, amount: 金额}
    lists: {investors: "、"}      # what separates the values of a list; default: , ， 、 ; ；
    absent: [未披露, 未透露]      # cells that mean "not said"
    left: {内部备注: not public}   # columns left out on purpose, with the reason
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.checked_yaml import Fields, read_yaml
from pipelines.errors import InputError, UsageError

LAYOUTS = Path(__file__).parent / "layouts"
LIST_SEPARATORS = ",，、;；"

#: The fields of each kind, required ones first; `attributes` and `identifiers` map further columns by name.
FIELDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "companies": (
        frozenset({"name"}),
        frozenset(
            {
                "id",
                "full_name",
                "short_name",
                "english_name",
                "former_names",
                "aliases",
                "brands",
                "uscc",
                "stock",
            }
            | {
                "lei",
                "kind",
                "country",
                "province",
                "city",
                "founded",
                "industries",
                "year",
                "parent",
                "relation",
            }
        ),
    ),
    "financing": (
        frozenset({"date", "target"}),
        frozenset(
            {
                "event",
                "target_id",
                "target_full_name",
                "investors",
                "investor_ids",
                "lead_id",
                "lead",
                "round",
            }
            | {"amount", "industries"}
        ),
    ),
    "people": (
        frozenset({"person"}),
        frozenset(
            {"employer", "employer_stock", "posts", "post_start", "post_end", "school", "degree", "field"}
            | {
                "study_start",
                "study_end",
                "former_employer",
                "former_post",
                "former_start",
                "former_end",
                "core",
            }
        ),
    ),
}


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

    def missing(self, header: tuple[str, ...]) -> list[str]:
        """The columns that this mapping reads and the file lacks."""
        return sorted(({*self.columns.values()} | {*self.attributes.values()}) - set(header))

    def unread(self, header: tuple[str, ...]) -> list[str]:
        """The columns that the file has and this mapping neither reads nor leaves on purpose."""
        return sorted(set(header) - {*self.columns.values(), *self.attributes.values(), *self.left})


def load_mapping(path: Path) -> Mapping:
    """The mapping in a YAML file. Raises `InputError` naming file and field."""
    fields = read_yaml(path)
    kind = fields.value("kind", str)
    if kind not in FIELDS:
        raise fields.error("kind", f"must be one of {', '.join(FIELDS)}, not {kind!r}")
    required, optional = FIELDS[kind]
    columns = _texts(fields, "columns")
    for name in columns:
        if name not in required | optional:
            known = ", ".join(sorted(required | optional))
            raise fields.error(f"columns.{name}", f"{kind} has no such field; it has: {known}")
    for name in required - columns.keys():
        raise fields.error(f"columns.{name}", f"{kind} needs this field")
    mapping = Mapping(
        kind=kind,
        where=str(path.name),
        source=_texts(fields, "source"),
        columns=columns,
        attributes=_texts(fields, "attributes"),
        units=_texts(fields, "units"),
        lists=_texts(fields, "lists"),
        absent=frozenset(fields.words("absent")),
        left=_texts(fields, "left"),
        header=tuple(fields.words("header")),
    )
    fields.finish()
    return mapping


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
    """The known layout of this kind that the header has. Raises `InputError` with what the nearest has besides."""
    if kind not in FIELDS:
        raise UsageError(f"there is no kind {kind!r} to import; there are: {', '.join(FIELDS)}")
    own = [layout for layout in layouts() if layout.kind == kind]
    for layout in own:
        if set(layout.header) <= set(header):
            return layout
    nearest = max(own, key=lambda layout: len(set(layout.header) & set(header)))
    lacking = [name for name in nearest.header if name not in header]
    raise InputError(
        f"the header fits no known layout of {kind}; nearest is {nearest.where.removesuffix('.yaml')}, "
        f"which also has {', '.join(lacking)}",
        where=f"{where}:1",
        field=", ".join(lacking),
        hint="Name your columns in a mapping: --mapping FILE.yaml (see: valuenet import --help).",
    )
