"""What a command left: the rows of its store without what must differ between two runs, and its files."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, select

from pipelines.errors import StoreError
from pipelines.store import schema
from pipelines.store.archive import read_snapshot
from pipelines.store.session import open_engine
from pipelines.store.types import Moment
from tests.benchmarks.kills_cases import Case

#: Clocks of record time, numbers that the database gives, places in the archive: they differ between two runs.
ASIDE = frozenset(
    {
        *("run_id", "archive", "offset", "etag", "last_modified", "leads", "born", "judgement_id", "undoes"),
        *("counted", "failures", "names", "version", "last_judgement"),
    }
)
#: Tables whose rows are numbered by the database.
NUMBERED = frozenset(
    {
        *("audit", "candidate", "evidence", "judgement", "known_name", "resolution", "sample_override"),
        "second_look",
    }
)
#: A row a time that a command ran to its end: twice where it was killed at its very end.
ONCE_A_RUN = frozenset({"audit", "resolution"})

Content = dict[str, list[str]]


def content(url: str, place: Path, case: Case) -> Content:
    """Table → its rows; nothing where there is no store. Of moments only whether they are there. A run that nobody
    works on stands as open."""
    engine = open_engine(url)
    found: Content = {}
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
        return found
    try:
        with engine.connect() as connection:
            for table in schema.metadata.sorted_tables:
                if table.name == "run" or table.name in case.may_lack:
                    continue
                columns = _columns(table)
                rows = [
                    repr(tuple(_shown(column, value) for column, value in zip(columns, row, strict=True)))
                    for row in connection.execute(select(*columns))
                ]
                again = case.says_again or table.name in ONCE_A_RUN
                found[table.name] = sorted(set(rows) if again else rows)
            found["responses"] = sorted(_responses(connection, place))
            run = schema.run
            found["open runs"] = sorted(
                connection.execute(select(run.c.source).where(run.c.outcome == "running")).scalars()
            )
    finally:
        engine.dispose()
    return found


def _responses(connection: Connection, place: Path) -> Iterator[str]:
    """Each snapshot that the store cites: whether its bytes lie in the archive."""
    shot = schema.snapshot
    folder = next(iter(sorted(place.glob("*.archive"))), place)
    for row in connection.execute(select(shot)):
        try:
            data = read_snapshot(folder, row.archive, row.offset).body
        except (StoreError, OSError, ValueError):
            yield f"{row.url}: lost"
        else:
            yield f"{row.url}: {hashlib.sha256(data).hexdigest() == row.sha256}"


def _columns(table: Table) -> list[Any]:
    aside = ASIDE | ({"id"} if table.name in NUMBERED else set())
    return [column for column in table.c if column.name not in aside]


def _shown(column: Any, value: object) -> object:
    return value is None if isinstance(column.type, Moment) else value


def files(place: Path, case: Case) -> dict[str, str]:
    """Files under their final names, with their digests. Of a ZIP, which tells its moment, only that it is whole."""
    folder = place / case.out
    if not case.out or not folder.exists():
        return {}
    return {
        path.relative_to(folder).as_posix(): _digest(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".part" not in path.as_posix()
    }


def _digest(path: Path) -> str:
    if path.suffix == ".zip":
        done = subprocess.run(["unzip", "-tqq", str(path)], check=False, capture_output=True)
        return "whole" if done.returncode == 0 else "cut"
    if path.name == "reviewers.json":  # it has salts and moments
        return "whole" if path.read_text("utf-8").rstrip().endswith("}") else "cut"
    data = path.read_bytes()
    if path.name == "changes.json":  # it says from when until when was looked
        data = b"".join(line for line in data.splitlines() if not line.startswith((b'"since"', b'"until"')))
    return hashlib.sha256(data).hexdigest()


def unfinished(found: dict[str, str], whole: dict[str, str], case: Case) -> Iterator[str]:
    """What stands under its final name after a kill, and should not."""
    for name, digest in found.items():
        if whole.get(name) != digest:
            yield f"{name} stands under its final name and is not that of the undisturbed run"
    if case.at_once and found and found.keys() != whole.keys():
        yield f"the folder stands there with {len(found)} of {len(whole)} files"
    if case.last and case.last in found and found.keys() != whole.keys():
        yield f"{case.last} stands there with {len(found)} of {len(whole)} files"


def differences(now: Content, then: Content, found: dict[str, str], whole: dict[str, str]) -> Iterator[str]:
    """What the store and the files say otherwise than after an undisturbed run."""
    for name in sorted(then.keys() | now.keys()):
        there, rows = now.get(name, []), then.get(name, [])
        if there != rows:
            more, less = set(there) - set(rows), set(rows) - set(there)
            yield (
                f"{name} differs: {len(there)} rows for {len(rows)}, {len(more)} too many, {len(less)} lost, "
                f"{str(sorted(more)[:1] + sorted(less)[:1])[:500]}"
            )
    for name in sorted(whole.keys() | found.keys()):
        if whole.get(name) != found.get(name):
            yield f"the file {name} differs"
