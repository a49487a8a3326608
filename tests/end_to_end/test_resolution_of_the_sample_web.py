"""Who is who on the whole sample web, against its truth: nothing split, nothing mixed, whatever the order, and after
kills at random moments."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Result, Table, insert, select

from crawlers.sample_web.server import SampleWeb
from crawlers.sample_web.truth import truth
from entity_resolution.matcher import shipped
from entity_resolution.resolver import Resolved, resolve
from pipelines.store import schema
from pipelines.store.session import open_store
from tests.program import command, environment, run

#: The truth calls the files by what they are of, the store by the sources that they are taken in as.
STORED = {"companies": "company-files", "financing": "investment-events", "people": "people-files"}
SOURCES = ("company-files", "investment-events", "people-files", "ror", "gleif", "cac", "news")
#: Organisations of the truth that wait for a person, each with the reason. None at present.
WAITING: dict[str, str] = {}


@dataclass(frozen=True)
class Filled:
    """A store that has read everything and resolved nothing."""

    path: Path
    engine: Engine


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    folder = tmp_path_factory.mktemp("sample")
    with SampleWeb() as web:
        web.write_files(folder / "files")
        for kind in STORED:
            run("import", kind, folder / "files" / f"{kind}.csv", cwd=folder)
        run("crawl", "ror", "gleif", "cac", "news", "--web", web.base, cwd=folder)
    path = folder / "valuenet.db"
    engine = open_store(f"sqlite:///{path}")
    yield Filled(path, engine)
    engine.dispose()


@pytest.fixture
def copy(filled: Filled, tmp_path: Path) -> Iterator[Engine]:
    """The filled store on SQLite, for a test of its own."""
    engine = _copied(filled, tmp_path / "copy.db")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def undisturbed(filled: Filled, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The same, resolved at once."""
    engine = _copied(filled, tmp_path_factory.mktemp("undisturbed") / "copy.db")
    try:
        resolve(engine, matcher=shipped())
        yield engine
    finally:
        engine.dispose()


def _copied(filled: Filled, path: Path) -> Engine:
    with filled.engine.connect() as connection:  # what the log beside the file holds goes into the file
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(filled.path, path)
    return open_store(f"sqlite:///{path}")


def _take_over(origin: Engine, target: Engine, sources: Sequence[str]) -> None:
    """Bring what these sources said into another store, row by row: as if they had been read there."""
    sides = {
        schema.mention_identifier: schema.mention, schema.fact_mention: schema.fact, schema.evidence: schema.fact,
    }  # fmt: skip
    own = (schema.run, schema.snapshot, schema.page, schema.mention, schema.fact)
    with origin.connect() as reading, target.begin() as writing:
        for source in sources:
            _insert(
                writing,
                schema.source,
                reading.execute(select(schema.source).where(schema.source.c.name == source)),
            )
            for table in own:
                _insert(writing, table, reading.execute(select(table).where(table.c.source == source)))
            for table, owner in sides.items():
                key = table.c.mention_id if owner is schema.mention else table.c.fact_id
                query = select(table).join(owner, owner.c.id == key).where(owner.c.source == source)
                _insert(writing, table, reading.execute(query))


def _insert(connection: Connection, table: Table, rows: Result[Any]) -> None:
    found = [dict(row._mapping) for row in rows]
    if found:
        connection.execute(insert(table), found)


def mentioned(engine: Engine) -> list[tuple[str, str, str]]:
    """(source, name, entity) of every mention."""
    of_mention, mention = schema.mention_entity, schema.mention
    query = select(mention.c.source, mention.c.name, of_mention.c.entity_id).join(
        mention, mention.c.id == of_mention.c.mention_id
    )
    with engine.connect() as connection:
        return [(row.source, row.name, row.entity_id) for row in connection.execute(query)]


def entities_by_bearer(engine: Engine) -> dict[str, set[str]]:
    """Organisation of the truth → the entities that its names are taken for."""
    bearer = {
        (STORED.get(one["source"], one["source"]), one["name"]): one["organisation"]
        for one in truth().mentions.to_dict("records")
    }
    found: dict[str, set[str]] = defaultdict(set)
    for source, name, entity in mentioned(engine):
        if (source, name) in bearer:
            found[bearer[source, name]].add(entity)
    return found


def partition(engine: Engine) -> set[frozenset[int]]:
    """The entities, each as its mentions."""
    found: dict[str, set[int]] = defaultdict(set)
    with engine.connect() as connection:
        for row in connection.execute(select(schema.mention_entity)):
            found[row.entity_id].add(row.mention_id)
    return {frozenset(members) for members in found.values()}


def derived(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """All that a resolution writes, without its clock and its number."""
    left_out = {
        "entity": {"born"},
        "entity_relation": {"judgement_id"},
        "judgement": {"id", "made_at", "undoes"},
    }
    tables = (schema.entity, schema.mention_entity, schema.entity_relation, schema.judgement)
    found = {}
    with engine.connect() as connection:
        for table in tables:
            keep = [column for column in table.c if column.name not in left_out.get(table.name, ())]
            found[table.name] = sorted((tuple(row) for row in connection.execute(select(*keep))), key=repr)
    return found


def test_the_truth_is_found(undisturbed: Engine) -> None:
    found = entities_by_bearer(undisturbed)
    assert len(found) > 400
    split = {bearer for bearer, entities in found.items() if len(entities) > 1}
    assert split == set(WAITING)
    bearers: dict[str, set[str]] = defaultdict(set)
    for bearer, entities in found.items():
        for entity in entities:
            bearers[entity].add(bearer)
    assert {entity: names for entity, names in bearers.items() if len(names) > 1} == {}


def test_units_and_subsidiaries_are_related_and_not_merged(undisturbed: Engine) -> None:
    table = schema.entity_relation
    with undisturbed.connect() as connection:
        related = {(row.inner_id, row.outer_id, row.relation) for row in connection.execute(select(table))}
    entity = {bearer: next(iter(found)) for bearer, found in entities_by_bearer(undisturbed).items()}
    told = [
        one
        for one in truth().organisations.to_dict("records")
        if one["relation"] in ("unit", "subsidiary") and {one["organisation"], one["parent"]} <= entity.keys()
    ]
    assert {"阿里云", "腾讯云", "华为云", "百度智能云", "微软亚洲研究院"} <= {one["name"] for one in told}
    missing = [
        one["name"]
        for one in told
        if (entity[one["organisation"]], entity[one["parent"]], f"{one['relation']} of") not in related
    ]
    assert missing == []


def test_a_second_time_changes_nothing(copy: Engine, undisturbed: Engine) -> None:
    resolve(copy, matcher=shipped())
    before = derived(copy)
    assert before == derived(undisturbed)
    assert _written(resolve(copy, matcher=shipped())) == 0
    assert _written(resolve(copy, everything=True, matcher=shipped())) == 0
    assert derived(copy) == before


def _written(done: Resolved) -> int:
    return done.same + done.related + done.different + done.unsure + done.undone + done.founded


@pytest.mark.parametrize("seed", [0, 1])
def test_source_by_source_comes_to_what_all_at_once_does(
    filled: Filled, undisturbed: Engine, seed: int, tmp_path: Path
) -> None:
    order = list(SOURCES)
    if seed:
        random.Random(seed).shuffle(order)
    engine = open_store(f"sqlite:///{tmp_path / 'parts.db'}", create=True)
    for source in order:
        _take_over(filled.engine, engine, [source])
        resolve(engine, matcher=shipped())
    assert partition(engine) == partition(undisturbed)
    # of two reasons for one thing, the one that has become needless may go; nothing else is written
    done = resolve(engine, everything=True, matcher=shipped())
    assert _written(done) == done.undone <= 3
    assert _written(resolve(engine, everything=True, matcher=shipped())) == 0
    assert partition(engine) == partition(undisturbed)
    engine.dispose()


def test_no_code_is_shown_as_a_name(undisturbed: Engine) -> None:
    with undisturbed.connect() as connection:
        names = set(connection.execute(select(schema.entity.c.name)).scalars())
        codes = set(connection.execute(select(schema.mention_identifier.c.value)).scalars())
    assert not names & codes
    assert {"快手", "明略科技", "南京大学", "中国科学院", "微软中国"} <= names


def test_killed_at_random_moments_and_run_again(
    filled: Filled, undisturbed: Engine, store_address: str, tmp_path: Path
) -> None:
    engine = open_store(store_address)
    try:
        _take_over(filled.engine, engine, SOURCES)
        began = time.monotonic()
        run("--store", f"sqlite:///{_copied_path(filled, tmp_path)}", "resolve", cwd=tmp_path)
        took = time.monotonic() - began
        chance = random.Random(store_address[:6])
        killed = 0
        for _ in range(4):
            process = subprocess.Popen(
                command("--store", store_address, "resolve"),
                cwd=tmp_path,
                env=environment(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            time.sleep(took * chance.uniform(0.4, 0.95))  # before that the program is still being loaded
            process.send_signal(signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
        run("--store", store_address, "resolve", cwd=tmp_path)
        assert derived(engine) == derived(undisturbed)
        assert killed, "every run ended before it was killed: the test proves nothing"
    finally:
        engine.dispose()


def _copied_path(filled: Filled, folder: Path) -> Path:
    path = folder / "timed.db"
    _copied(filled, path).dispose()
    return path
