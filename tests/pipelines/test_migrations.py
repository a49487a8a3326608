"""Stores of every earlier schema, with rows in every table, come to the newest with nothing lost; and a store of a newer
program is refused."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, Final

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from click.testing import CliRunner
from sqlalchemy import Connection, Engine, MetaData, Table, insert, inspect, select, text
from sqlalchemy.types import JSON, Boolean, Date, DateTime, LargeBinary

from pipelines.operations.doctor import stores
from pipelines.store import schema
from pipelines.store.session import migration_config, open_engine, open_store, revisions, writing
from tests.filled_store import fill, supply
from valuenet import main

SCRIPT = ScriptDirectory.from_config(migration_config(open_engine("sqlite://")))
#: From the oldest to the newest.
REVISIONS: Final = tuple(reversed([one.revision for one in SCRIPT.walk_revisions()]))
SEEN = "2022-01-01T08:00:00+00:00"
LATER = "2023-05-01T09:30:00.250000+00:00"

_SEEN = {"first_seen": SEEN, "last_seen": LATER}
#: Table → rows as a program of its time wrote them. A column that a schema does not have yet is left out; a table that
#: it does not have yet, too. In the order in which rows name each other.
ROWS: Final[dict[str, list[dict[str, Any]]]] = {
    "source": [
        {
            "name": "news", "title": "News", "title_zh": "新闻", "publisher": "Press", "home": "https://n.example/",
            "licence": "none stated", "terms": "t", "robots": "obey", "cadence": "daily", "personal_data": "none",
            "lists_all": False, "authority": False, "declared": {"hosts": ["n.example"], "delay": 2.0},
            "declared_at": SEEN,
        }
    ],
    "run": [
        {
            "id": 1, "source": "news", "kind": "crawl", "started_at": SEEN, "ended_at": LATER, "outcome": "complete",
            "version": "0.1.0", "scope": "site=n.example", "snapshots": 1, "records": 1, "facts_new": 1, "note": "甲",
        }
    ],
    "snapshot": [
        {
            "id": 11, "source": "news", "url": "https://n.example/1", "sha256": "a" * 64, "status": 200,
            "content_type": "text/html", "size": 2**33, "archive": "a.warc.gz", "offset": 2**40, **_SEEN,
        }
    ],
    "page": [
        {
            "id": 12, "source": "news", "url": "https://n.example/1", "snapshot_id": 11, "run_id": 1, "etag": '"x"', **_SEEN,
        }
    ],
    "document": [
        {
            "id": 13, "page_id": 12, "snapshot_id": 11, "url": "https://n.example/1", "title": "消息",
            "text": "甲公司与乙公司合作。𠮷", "language": "zh", "published": "2021-12-31", "precision": "day", **_SEEN,
        }
    ],
    "rejected": [
        {
            "id": 14, "source": "news", "run_id": 1, "page_id": 12, "locator": "p:1", "kind": "financing",
            "field": "amount", "value": "很多", "reason": "no amount", "raw": "{}", **_SEEN,
        }
    ],
    "mention": [
        {"id": key, "source": "news", "name": name, "kind": "company", "country": "CN", "first_seen": SEEN}
        for key, name in ((21, "甲公司"), (22, "乙公司"), (23, "甲"))
    ],
    "mention_identifier": [{"mention_id": 21, "scheme": "uscc", "value": "91110000MA00000000"}],
    "fact": [
        {
            "id": 2**62 + 1, "source": "news", "kind": "cooperation", "slot": -5, "value": "合作", "as_written": "合作",
            "number": 1.5, "unit": "CNY", "detail": {"technologies": ["视觉"], "core": True},
            "valid_from": "2021-01-01", "valid_precision": "year", **_SEEN,
        }
    ],
    "fact_mention": [
        {"fact_id": 2**62 + 1, "role": "party", "position": at, "mention_id": key} for at, key in ((0, 21), (1, 22))
    ],
    "evidence": [
        {
            "id": key, "fact_id": 2**62 + 1, "page_id": 12, "snapshot_id": 11, "run_id": 1, "locator": "text:0",
            "quote": "甲公司与乙公司合作", "method": "patterns", "method_version": "1", "confidence": 0.9, **_SEEN,
            "ended_at": ended,
        }
        for key, ended in ((1, LATER), (2, None))
    ],
    "judgement": [
        {
            "id": 1, "left_id": 21, "right_id": 23, "verdict": "same", "by": "person:li", "score": 0.5,
            "features": {"a": 1}, "reason": "its site", "made_at": SEEN,
        },
        {
            "id": 2, "left_id": 21, "right_id": 23, "verdict": "undo", "by": "person:li", "reason": "a slip",
            "made_at": LATER, "undoes": 1,
        },
    ],
    "resolution": [{"id": 1, "made_at": SEEN, "version": "1", "mentions": 3, "entities": 3}],
    "entity": [
        {"id": "e1", "mention_id": 21, "born": 1, "kind": "company", "name": "甲公司", "country": "CN"},
        {"id": "e2", "mention_id": 23, "born": 1, "redirect_to": "e1", "kind": "company", "name": "甲"},
    ],
    "mention_entity": [{"mention_id": 21, "entity_id": "e1", "exact_key": "甲公司"}],
    "entity_relation": [{"inner_id": "e2", "outer_id": "e1", "relation": "unit of", "judgement_id": 1}],
    "sample_edition": [{"edition": "2021", "proposed_at": SEEN, "frozen_at": LATER, "frozen_by": "li", "rule": {"x": 1}}],
    "sample_member": [{"edition": "2021", "entity_id": "e1", "score": 2.5, "decided_by": "rule", "reason": "tag"}],
    "taxonomy": [{"name": "old", "version": "1", "title": "Old", "title_zh": "旧"}],
    "taxon": [{"taxonomy": "old", "code": "a", "position": 1, "label": "A", "label_zh": "甲"}],
    # 0002
    "agenda": [{"source": "news", "due_at": LATER, "failures": 2, "counted": 1, "paused": True}],
    "robots_check": [
        {
            "source": "news", "host": "n.example", "checked_at": SEEN, "status": 200, "sha256": "b" * 64, "delay": 1.5,
            "changed_at": SEEN,
        }
    ],
    "delivery": [{"id": "d", "receiver": "r.example", "told_until": SEEN, "told_row": 2, "changed_at": LATER}],
    # 0003
    "kept": [{"name": "names", "version": "1"}],
    "stated_name": [{"mention_id": 21, "name": "Jia", "type": "translation", "exact_key": "jia", "language": "en"}],
    "known_name": [{"id": 1, "exact_key": "甲公司", "name": "甲公司"}],
    "name_posting": [{"term": 7, "part": 0, "count": 1, "names": b"\x00\x01\xff"}],
    "candidate": [
        {
            "id": 31, "left_id": 21, "right_id": 22, "score": 0.4, "suggestion": "same", "why": {"reason": "r"},
            "effect": 3.0, "raised_at": SEEN, "evidence_at": SEEN,
        }
    ],
    "second_look": [{"id": 1, "judgement_id": 1, "kind": "audit", "asked_at": SEEN}],
    # 0004
    "document_read": [{"document_id": 13, "method_version": "3", "read_at": LATER}],
    "text_band": [{"document_id": 13, "band": 99}],
    "reading": [
        {
            "id": 41, "document_id": 13, "part": "text", "type": "cooperation", "fact": {"roles": {}}, "start": 0, "end": 9,
            "confidence": 0.6, "method": "m", "state": "rejected", "said": 5, "decided_by": "li", "decided_at": LATER,
            "reason": "no", "made_at": SEEN,
        }
    ],
    # 0005
    "part_turn": [{"source": "news", "part": "site=n.example", "holder": "h", "held_since": SEEN, "held_until": LATER}],
    # 0006
    "sample_override": [
        {
            "id": 1, "edition": "*", "entity_id": "e1", "verdict": "include", "by": "li", "reason": "r", "made_at": SEEN,
        }
    ],
    "sample_left": [{"edition": "2021", "entity_id": "e2", "reason": "no longer"}],
    # 0007
    "audit": [{"id": 1, "at": SEEN, "who": "li", "action": "login", "about": "", "origin": "::1", "details": {"a": 1}}],
}  # fmt: skip


def test_every_table_has_rows_here() -> None:
    """A table that a migration adds needs rows here, or it is tested empty."""
    assert set(ROWS) == set(schema.metadata.tables)


def _fill(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """The rows into the tables that there are; what was given of each, by table."""
    there = MetaData()
    there.reflect(connection)
    given: dict[str, list[dict[str, Any]]] = {}
    for name, rows in ROWS.items():
        if name not in there.tables:
            continue
        table = there.tables[name]
        given[name] = [{key: value for key, value in row.items() if key in table.c} for row in rows]
        for row in given[name]:
            typed = {key: _typed(table, key, value, connection) for key, value in row.items()}
            connection.execute(insert(table).values(typed))
    if connection.dialect.name == "postgresql":  # rows with numbers of our own do not move its counters
        for name in ("run", "evidence", "judgement", "resolution", "second_look", "sample_override", "audit"):
            if name in given:
                connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), 100)"))
    return given


def _typed(table: Table, key: str, value: Any, connection: Connection) -> Any:
    """The value as the driver takes it for a column that was looked up, not declared."""
    kind = table.c[key].type
    if value is None or isinstance(kind, LargeBinary | Boolean):
        return value
    if isinstance(kind, DateTime):
        moment = dt.datetime.fromisoformat(value)
        return moment if connection.dialect.name == "postgresql" else moment.replace(tzinfo=None)
    if isinstance(kind, Date):
        return dt.date.fromisoformat(value)
    assert isinstance(kind, JSON) or not isinstance(value, dict)
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return (value if value.tzinfo else value.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    if isinstance(value, dt.date):
        return value.isoformat()
    return json.dumps(value, sort_keys=True) if isinstance(value, dict) else value


def _wanted(name: str, key: str, value: Any) -> Any:
    kind = schema.metadata.tables[name].c[key].type
    is_moment = type(kind).__name__ == "Moment"
    return dt.datetime.fromisoformat(value) if is_moment and value is not None else _plain(value)


def _order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: repr(sorted(row.items())))


@pytest.mark.parametrize("since", REVISIONS)
def test_nothing_is_lost_on_the_way_up(since: str, empty_url: str) -> None:
    engine = open_engine(empty_url)
    command.upgrade(migration_config(engine), since)
    with writing(engine) as connection:
        given = _fill(connection)
    engine.dispose()
    done = CliRunner().invoke(main, ["--store", empty_url, "init", "--json"])
    assert done.exit_code == 0, done.output
    engine = open_store(empty_url)
    with engine.connect() as connection:
        for name, rows in given.items():
            table = schema.metadata.tables[name]
            wanted = [{key: _wanted(name, key, value) for key, value in row.items()} for row in rows]
            keys = set().union(*(row.keys() for row in rows))
            query = select(*(table.c[key] for key in sorted(keys)))
            if name in ("taxonomy", "taxon"):  # the program's own stand beside them
                query = query.where((table.c.name if name == "taxonomy" else table.c.taxonomy) == "old")
            found = [
                {key: _plain(value) for key, value in row.items()}
                for row in connection.execute(query).mappings()
            ]
            full = [{key: row.get(key) for key in keys} for row in wanted]
            assert _order(found) == _order(full), name
        assert [one.what for one in stores.whole(engine, connection) if one.level == "error"] == []
    _goes_on(engine)
    engine.dispose()


def _goes_on(engine: Engine) -> None:
    """The newest program writes into the store that was."""
    fill(engine, supply("丙公司", "丁公司"))
    with engine.connect() as connection:
        assert len(connection.execute(select(schema.fact)).all()) == 2
        with pytest.raises(Exception, match="only grow"):
            connection.execute(schema.judgement.delete())


@pytest.mark.parametrize("words", [["status"], ["init"], ["resolve"], ["schedule", "list"]])
def test_an_older_program_leaves_a_newer_store_alone(words: list[str], store_address: str) -> None:
    engine = open_store(store_address)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(text("CREATE TABLE of_the_future (id INTEGER)"))
    tables = inspect(engine).get_table_names()
    done = CliRunner().invoke(main, ["--store", store_address, *words])
    assert done.exit_code == 1
    assert "9999" in done.stderr
    assert "newer" in done.stderr
    assert inspect(engine).get_table_names() == tables
    assert revisions(engine)[0] == "9999"
    engine.dispose()
