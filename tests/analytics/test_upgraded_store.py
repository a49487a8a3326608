"""A store that the first program filled, brought to the newest schema: sound, with the same content and the same
report, cell by cell."""

from __future__ import annotations

import pandas as pd
import pytest
import sqlalchemy as sa
from alembic import command
from click.testing import CliRunner
from sqlalchemy import Engine, MetaData

from analytics.basis import Basis, basis
from analytics.content_hash import content_hash
from analytics.exhibits import Table
from analytics.figures import FIGURES
from analytics.supplements import SUPPLEMENTS
from analytics.tables import TABLES
from pipelines.operations.doctor import stores
from pipelines.store import schema
from pipelines.store.session import migration_config, open_engine, open_store, writing
from valuenet import main

FIRST = "0001"


def as_the_first_program(filled: Engine, old: Engine) -> set[str]:
    """The rows of a store into one of the first schema, as far as it has their tables and columns; the tables that it
    has."""
    command.upgrade(migration_config(old), FIRST)
    there = MetaData()
    with filled.connect() as source, writing(old) as target:
        there.reflect(target)
        for table in schema.metadata.sorted_tables:
            if table.name not in there.tables or table.name in (
                "taxonomy",
                "taxon",
            ):  # the program brings its own
                continue
            kept = [column for column in table.c if column.name in there.tables[table.name].c]
            plain = sa.table(table.name, *(sa.column(one.name, one.type) for one in kept))
            rows = [dict(row) for row in source.execute(sa.select(*kept)).mappings()]
            for names_its_own in ("redirect_to", "undoes"):
                rows.sort(key=lambda row: row.get(names_its_own) is not None)
            if rows:
                target.execute(sa.insert(plain), rows)
    return set(there.tables)


def exhibits(engine: Engine, on: Basis) -> dict[str, pd.DataFrame]:
    """The numbers of every table, figure and supplement."""
    made: dict[str, Table] = {name: make(on) for name, (_, make) in TABLES.items()}
    made |= {name: make(on).table for name, (_, make) in FIGURES.items()}
    made |= {name: make(engine, on) for name, (_, make) in SUPPLEMENTS.items()}
    return {name: one.frame for name, one in made.items()}


@pytest.fixture(scope="module")
def printed(world_store: Engine, world_basis: Basis) -> dict[str, pd.DataFrame]:
    return exhibits(world_store, world_basis)


@pytest.mark.timeout(600)
def test_a_store_of_the_first_schema_gives_the_same_report(
    world_store: Engine, printed: dict[str, pd.DataFrame], empty_url: str
) -> None:
    old = open_engine(empty_url)
    had = as_the_first_program(world_store, old)
    old.dispose()
    done = CliRunner().invoke(main, ["--store", empty_url, "init"])
    assert done.exit_code == 0, done.output
    engine = open_store(empty_url)
    try:
        assert had < set(schema.metadata.tables) | {"alembic_version"}  # it is an older schema
        with engine.connect() as connection:
            assert [one.what for one in stores.whole(engine, connection) if one.level != "ok"] == []
        assert content_hash(engine) == content_hash(world_store)
        found = exhibits(engine, basis(engine))
        assert found.keys() == printed.keys()
        for name, frame in printed.items():
            pd.testing.assert_frame_equal(found[name], frame, obj=name)
    finally:
        engine.dispose()
