"""The command ledger: the rules under which each source is visited, and what its hosts said when last asked."""

from __future__ import annotations

import csv
import os
import sys
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import click
from sqlalchemy import Engine, func, select

from crawlers.declaration import Declaration
from crawlers.registry import declarations, spider_of
from pipelines.console import emit, front, harmless, json_option, table
from pipelines.errors import StoreError
from pipelines.store import schema
from pipelines.store.session import open_store

#: The columns of the table and of the CSV, in order.
COLUMNS = (
    "source", "publisher", "licence", "terms", "robots", "robots.txt", "rate", "keys", "personal data", "cadence",
    "last run", "outcome", "last check",
)  # fmt: skip
SHORT = ("source", "licence", "robots.txt", "rate", "keys", "last run", "outcome", "last check")


@click.command(epilog="Example: valuenet ledger ror")
@click.argument("source", nargs=-1)
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", help="Default: text."
)
@json_option
def ledger_command(source: tuple[str, ...], form: str, as_json: bool) -> None:
    """For each source: robots, terms, licence, rate, keys, personal data, last visit, last check.

    robots is what we do by its rules; robots.txt is what each host said when it was last read, and since when.
    Keys are shown as set or not set, never with their values.
    """
    chosen = [spider_of(name).declaration for name in source] if source else declarations()
    rows = _rows(chosen)
    if as_json or form == "json":
        emit(rows, True)
        return
    shown = [{**row, **_as_words(row)} for row in rows]
    if form == "csv":
        writer = csv.DictWriter(sys.stdout, COLUMNS, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: harmless(row[name]) for name in COLUMNS} for row in shown)
    elif len(shown) == 1 or source:
        for row in shown:
            emit({name: row[name] for name in COLUMNS}, False)
            click.echo()
    else:
        table(shown, SHORT)


def _rows(chosen: Sequence[Declaration]) -> list[dict[str, Any]]:
    """The ledger of these sources, with what the store knows where there is one."""
    try:
        engine = open_store(front().store)
    except StoreError:  # no store yet: the rules can be read all the same
        return ledger(None, chosen)
    try:
        return ledger(engine, chosen)
    finally:
        engine.dispose()


def ledger(engine: Engine | None, chosen: Sequence[Declaration]) -> list[dict[str, Any]]:
    """A row a source, in the types of JSON and moments. `robots.txt` is a list with a host each; `last check` is
    the newest of those, None where no robots.txt was read."""
    checks: dict[str, list[dict[str, Any]]] = defaultdict(list)
    last: dict[str, Any] = {}
    if engine is not None:
        check, run = schema.robots_check, schema.run
        newest = select(func.max(run.c.id)).where(run.c.kind == "crawl").group_by(run.c.source)
        with engine.connect() as connection:
            for row in connection.execute(select(check).order_by(check.c.source, check.c.host)):
                checks[row.source].append(
                    {
                        "host": row.host, "status": row.status, "said": _said(row.status), "delay": row.delay,
                        "sha256": row.sha256, "checked": row.checked_at, "unchanged since": row.changed_at,
                    }
                )  # fmt: skip
            last = {row.source: row for row in connection.execute(select(run).where(run.c.id.in_(newest)))}
    return [_row(one, checks[one.name], last.get(one.name)) for one in chosen]


def _row(one: Declaration, checks: list[dict[str, Any]], run: Any) -> dict[str, Any]:
    return {
        "source": one.name,
        "title": one.title,
        "publisher": one.publisher,
        "home": one.home,
        "licence": one.licence,
        "terms": one.terms,
        "robots": one.robots,
        "robots.txt": checks,
        "rate": {"delay": one.delay, "concurrency": one.concurrency},
        "keys": [
            {"env": key.env, "required": key.required, "set": bool(os.environ.get(key.env, "").strip())}
            for key in one.keys
        ],
        "personal data": one.personal_data,
        "cadence": one.cadence,
        "parser": one.version,
        "last run": run.started_at if run else None,
        "outcome": run.outcome if run else "",
        "alarm": run.alarm if run else "",
        "last check": max((check["checked"] for check in checks), default=None),
    }


def _said(status: int) -> str:
    """What an answer to robots.txt means for us."""
    if status == 0:
        return "no answer: left alone"
    if 200 <= status < 300:
        return "rules"
    return "none: all is allowed" if 400 <= status < 500 else "failing: left alone"


def _as_words(row: dict[str, Any]) -> dict[str, str]:
    said = [
        f"{one['host']}: {one['said']}"
        + (f", {one['delay']:g} s between requests" if one["delay"] is not None else "")
        + f", unchanged since {one['unchanged since']:%Y-%m-%d}"
        for one in row["robots.txt"]
    ]
    keys = [
        f"{one['env']} ({'set' if one['set'] else 'not set' + (', required' if one['required'] else '')})"
        for one in row["keys"]
    ]
    rate = row["rate"]
    return {
        "robots.txt": "; ".join(said) or "never read",
        "rate": f"{rate['concurrency']} at once, {rate['delay']:g} s between",
        "keys": "; ".join(keys) or "none",
        "last run": f"{row['last run']:%Y-%m-%d %H:%M}" if row["last run"] else "never",
        "last check": f"{row['last check']:%Y-%m-%d %H:%M}" if row["last check"] else "never",
    }
