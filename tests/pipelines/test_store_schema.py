"""The schema in code and the schema that the migrations build are one; the log only grows."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, Engine, delete, insert, inspect, select, text, update
from sqlalchemy.exc import DBAPIError

from pipelines.errors import StoreError, UsageError
from pipelines.store import schema
from pipelines.store.session import migration_config, open_engine, open_store, revisions, writing
from pipelines.store.types import content_id, now


def test_migrations_build_the_schema_of_the_code(store: Engine) -> None:
    with store.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []


def test_checks_and_triggers_agree_too(empty_url: str, tmp_path: Path) -> None:
    migrated = open_store(empty_url, create=True)
    if migrated.dialect.name == "sqlite":
        coded = open_engine(f"sqlite:///{tmp_path / 'coded.db'}")
        with writing(coded) as connection:
            schema.metadata.create_all(connection)
        query = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
        with migrated.connect() as one, coded.connect() as other:
            assert list(one.execute(query)) == list(other.execute(query))
        coded.dispose()
    for table in schema.metadata.sorted_tables:
        in_code = {c.name for c in table.constraints if isinstance(c, CheckConstraint)}
        in_store = {c["name"] for c in inspect(migrated).get_check_constraints(table.name)}
        assert in_store == in_code
    migrated.dispose()


def test_down_and_up_again(empty_url: str) -> None:
    engine = open_store(empty_url, create=True)
    command.downgrade(migration_config(engine), "base")
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    assert revisions(engine)[0] is None
    command.upgrade(migration_config(engine), "head")
    assert revisions(engine)[0] == revisions(engine)[1]
    engine.dispose()


def test_a_store_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="valuenet init"):
        open_store(f"sqlite:///{tmp_path / 'absent.db'}")
    with pytest.raises(UsageError, match="SQLite or PostgreSQL"):
        open_store("mysql://root@localhost/test")
    with pytest.raises(StoreError, match="cannot use the store"):
        open_store("postgresql://nobody:secret@127.0.0.1:1/none")


def test_the_password_is_not_shown() -> None:
    with pytest.raises(StoreError) as caught:
        open_store("postgresql://nobody:secret@127.0.0.1:1/none")
    assert "secret" not in str(caught.value)


def _judgement(engine: Engine) -> None:
    moment = now()
    with writing(engine) as connection:
        connection.execute(
            insert(schema.source).values(
                name="s",
                title="t",
                title_zh="t",
                publisher="p",
                home="h",
                licence="l",
                terms="t",
                robots="r",
                cadence="once",
                personal_data="none",
                lists_all=False,
                authority=False,
                declared={},
                declared_at=moment,
            )
        )
        for number in (1, 2):
            connection.execute(
                insert(schema.mention).values(id=number, source="s", name=f"n{number}", first_seen=moment)
            )
        connection.execute(
            insert(schema.judgement).values(
                left_id=1, right_id=2, verdict="same", by="person:test", reason="r", made_at=moment
            )
        )


def test_the_judgement_log_only_grows(store: Engine) -> None:
    _judgement(store)
    for change in (update(schema.judgement).values(verdict="different"), delete(schema.judgement)):
        with pytest.raises(DBAPIError, match="only grows"), writing(store) as connection:
            connection.execute(change)
    with store.connect() as connection:
        assert connection.execute(select(schema.judgement.c.verdict)).scalars().all() == ["same"]


def test_moments_come_back_in_utc(store: Engine) -> None:
    _judgement(store)
    with store.connect() as connection:
        moment = connection.execute(select(schema.judgement.c.made_at)).scalar_one()
    assert moment.tzinfo is dt.UTC
    assert abs(dt.datetime.now(dt.UTC) - moment) < dt.timedelta(minutes=1)


def test_a_moment_without_zone_is_refused(store: Engine) -> None:
    with pytest.raises(Exception, match="time zone"), writing(store) as connection:
        connection.execute(
            insert(schema.resolution).values(
                made_at=dt.datetime(2020, 1, 1),  # noqa: DTZ001 - the point of the test
                version="0",
                mentions=0,
                entities=0,
            )
        )


def test_content_ids_keep_parts_apart() -> None:
    assert content_id("ab", "c") != content_id("a", "bc")
    assert content_id("百度", None) == content_id("百度", None)
    assert 0 <= content_id("x") < 2**63
