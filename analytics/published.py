"""Printed numbers of an edition, read from a YAML file into tables of the same shape as ours.

They are for comparison and for the checks only; nothing of them is ever shown as a result.

    table_1_sample: {companies: {foundation_layer: 53, …, total: 2200}, universities: 303, …}
    table_3_networks: {columns: [year, …], rows: [[2014, …], …]}
    table_4_…, table_5_…: {2015: [[name, degree], …], …}
    table_6_…, table_7_…: {group: [[name, count], …], …}
    technology_share_percent, application_share_percent: {category: {2021: 47.53, …}, …}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd

from analytics.exhibits import Column, Table, Words, no_facts
from analytics.ranking import NAME, PLACE
from pipelines.checked_yaml import Fields, read_yaml
from pipelines.errors import InputError

#: Name as printed → the entity it means; the name itself where nobody knows.
Resolve = Callable[[str], str]

#: The file's field for a ranking → table, key of a block, its value column.
_RANKINGS: Final = {
    "table_4": ("year", "degree"),
    "table_5": ("year", "degree"),
    "table_6": ("group", "degree"),
    "table_7": ("group", "companies"),
}
_SHARES: Final = {"technology_share_percent": "figure_27", "application_share_percent": "figure_40"}
_TITLE: Final = Words("已发布", "Printed")
#: Printed numbers are few.
_ROWS_MOST: Final = 10_000


def read_published(path: Path, resolve: Resolve = str) -> tuple[dict[str, Table], list[str]]:
    """Tables by id, and the fields of the file that nothing is compared with. InputError with file and field for a
    file that is not as above."""
    head = read_yaml(path)
    found: dict[str, Table] = {}
    left = []
    for field in head.content:
        identity = "_".join(field.split("_")[:2])
        if field in _SHARES:
            found[_SHARES[field]] = _shares(head, field)
        elif identity == "table_1":
            found[identity] = _structure(head, field)
        elif identity == "table_3":
            found[identity] = _networks(head, field)
        elif identity in _RANKINGS:
            found[identity] = _ranking(head, field, identity, resolve)
            if identity == "table_6" and (table := _origins(head, field)) is not None:
                found["figure_26"] = table
        else:
            left.append(field)
    return found, left


def _mapping(head: Fields, field: str) -> dict[Any, Any]:
    content: dict[Any, Any] = head.value(field, dict)
    if len(content) > _ROWS_MOST:
        raise head.error(field, f"more than {_ROWS_MOST} entries")
    return content


def _number(head: Fields, field: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise head.error(field, f"a number is wanted, not {value!r:.60}")
    return value


def _structure(head: Fields, field: str) -> Table:
    counts: dict[str, float] = {}
    for key, value in _mapping(head, field).items():
        if key == "companies" and isinstance(value, dict):
            for layer, count in value.items():
                counts["sample_companies" if layer == "total" else str(layer)] = _number(
                    head, f"{field}.companies", count
                )
        elif isinstance(value, int | float):
            counts[str(key)] = _number(head, field, value)
    frame = pd.DataFrame({"item": list(counts), "count": list(counts.values())})
    columns = (Column("item", Words("项", "Key"), "key"), Column("count", Words("数量", "Count"), "count"))
    return Table("table_1", _TITLE, columns, ("item",), "count", frame, no_facts)


def _networks(head: Fields, field: str) -> Table:
    content = _mapping(head, field)
    names, rows = content.get("columns"), content.get("rows")
    if not isinstance(names, list) or "year" not in names or not isinstance(rows, list):
        raise head.error(field, "`columns` with a year, and `rows`, are wanted")
    for row in rows:
        if not isinstance(row, list) or len(row) != len(names):
            raise head.error(field, f"a row of {len(names)} numbers is wanted, not {row!r:.80}")
        for value in row:
            _number(head, field, value)
    frame = pd.DataFrame(rows, columns=[str(name) for name in names])
    columns = tuple(
        Column(name, Words(name, name), "key" if name == "year" else "number") for name in frame.columns
    )
    return Table("table_3", _TITLE, columns, ("year",), "edges", frame, no_facts)


def _ranking(head: Fields, field: str, identity: str, resolve: Resolve) -> Table:
    key, value = _RANKINGS[identity]
    rows = []
    for block, listed in _mapping(head, field).items():
        if not isinstance(listed, list):
            continue
        for place, item in enumerate(listed, start=1):
            if not isinstance(item, list) or len(item) != 2 or not isinstance(item[0], str):
                raise head.error(f"{field}.{block}", f"[name, number] is wanted, not {item!r:.80}")
            rows.append(
                {
                    key: block,
                    "place": place,
                    "entity": resolve(item[0]),
                    "name": item[0],
                    "name_en": "",
                    value: _number(head, f"{field}.{block}", item[1]),
                }
            )
    if not rows:
        raise head.error(field, "no ranking in it")
    columns = (
        Column(key, Words(key, key), "key"),
        PLACE,
        NAME,
        Column(value, Words(value, value), "count"),
    )
    return Table(identity, _TITLE, columns, (key, "place"), value, pd.DataFrame(rows), no_facts)


def _origins(head: Fields, field: str) -> Table | None:
    """Shares of domestic and foreign origins, where they stand beside the ranking."""
    content = _mapping(head, field)
    rows = [
        {"kind": kind} | {where: _number(head, field, share) for where, share in shares.items()}
        for kind in ("education", "work")
        if isinstance(shares := content.get(f"{kind}_share_percent"), dict)
    ]
    if not rows:
        return None
    frame = pd.DataFrame(rows)
    columns = tuple(
        Column(str(name), Words(str(name), str(name)), "key" if name == "kind" else "share")
        for name in frame.columns
    )
    return Table("figure_26", _TITLE, columns, ("kind",), str(frame.columns[-1]), frame, no_facts, whole=True)


def _shares(head: Fields, field: str) -> Table:
    content = _mapping(head, field)
    years: dict[int, dict[str, float]] = {}
    for category, shares in content.items():
        if not isinstance(shares, Mapping):
            raise head.error(f"{field}.{category}", "shares by year are wanted")
        for year, share in shares.items():
            if not isinstance(year, int):
                raise head.error(f"{field}.{category}", f"a year is wanted, not {year!r:.40}")
            years.setdefault(year, {})[str(category)] = _number(head, f"{field}.{category}", share)
    names = [str(category) for category in content]
    frame = pd.DataFrame([{"year": year, **years[year]} for year in sorted(years)], columns=["year", *names])
    columns = (
        Column("year", Words("年份", "Year"), "key"),
        *(Column(name, Words(name, name), "share", decimals=2) for name in names),
    )
    if not names:
        raise InputError("no category in it", where=head.where, field=field)
    return Table(
        _SHARES[field],
        _TITLE,
        columns,
        ("year",),
        names[0],
        frame.astype(dict.fromkeys(names, float)),
        no_facts,
    )
