"""Pruning: what evidence cites stays where it can be read, whatever is killed when."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, select, update

from pipelines.archive_command import faults
from pipelines.errors import StoreError
from pipelines.facts import facts_of
from pipelines.operations import pruning
from pipelines.operations.pruning import plan, prune
from pipelines.store import schema
from pipelines.store.archive import Archive, read_warc
from pipelines.store.runs import close_run, open_run
from pipelines.store.session import open_store, writing
from pipelines.store.turns import this_visitor
from pipelines.store.types import now
from pipelines.store.writing import Method, Reading, StoreWriter
from tests.filled_store import source_row, supply
from valuenet import main

DAY = dt.datetime(2020, 1, 5, tzinfo=dt.UTC)
LATER = DAY + dt.timedelta(days=100)
CUTOFF = DAY + dt.timedelta(days=1)


def visit(
    engine: Engine,
    folder: Path,
    at: dt.datetime,
    pages: dict[str, tuple[bytes, bool]],
    large: Path | None = None,
) -> None:
    """A visit that finds these bytes at these pages; those marked say something."""
    run = open_run(engine, source_row("test"), "crawl")
    archive = Archive(folder, engine, f"test{at:%Y%m%d}")
    readings = []
    for url, (body, says) in pages.items():
        place = archive.add(url, body, fetched_at=at)
        record = supply(f"甲{body.hex()[:40]}", "乙")
        facts = [(fact, Method("test", "1")) for fact in facts_of(record)] if says else []
        readings.append(Reading(url, at, place, facts=facts))
    if large is not None:
        readings.append(Reading("https://a.example/large", at, archive.keep_file("", large, fetched_at=at)))
    archive.close()
    StoreWriter(engine, "test", run).write(readings)
    close_run(engine, run, "complete")


def url(number: int) -> str:
    return f"https://a.example/{number}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def visited(store: Engine, folder: Path, tmp_path: Path) -> Engine:
    """Ten pages that all changed: of every second one the old state says something."""
    first, second = tmp_path / "1.zip", tmp_path / "2.zip"
    first.write_bytes(b"first" * 100)
    second.write_bytes(b"second")
    visit(store, folder, DAY, {url(n): (b"old %d" % n * 50, n % 2 == 0) for n in range(10)}, first)
    visit(store, folder, LATER, {url(n): (b"new %d" % n, True) for n in range(10)}, second)
    return store


def bad(engine: Engine, folder: Path) -> list[dict[str, Any]]:
    return [one for one in faults(engine, folder) if one is not None]


def bodies(engine: Engine, folder: Path) -> set[bytes]:
    return {one.body for path in folder.glob("*.warc.gz") for one in read_warc(path) if not one.revisit}


def test_what_nothing_rests_on_goes(visited: Engine, folder: Path) -> None:
    warc, large = sorted(plan(visited, CUTOFF), key=lambda one: len(one.snapshots), reverse=True)
    assert (len(warc.snapshots), warc.stays) == (5, 5)
    assert (len(large.snapshots), large.stays, large.size) == (1, 0, 500)
    before = {path.name for path in folder.glob("*.warc.gz")}
    freed = dict(prune(visited, folder, CUTOFF))
    assert freed[large] == 500
    assert freed[warc] > 0
    assert bad(visited, folder) == []
    left = bodies(visited, folder)
    assert {b"old %d" % n * 50 for n in range(0, 10, 2)} <= left
    assert not any(b"old %d" % n * 50 in left for n in range(1, 10, 2))
    assert len(before & {path.name for path in folder.glob("*.warc.gz")}) == 1
    assert len(list((folder / "bulk").iterdir())) == 1
    assert plan(visited, CUTOFF) == []
    assert list(prune(visited, folder, CUTOFF)) == []
    with visited.connect() as connection:
        assert len(connection.execute(select(schema.evidence)).all()) == 15


def test_what_is_young_or_of_another_source_stays(visited: Engine) -> None:
    assert plan(visited, DAY) == []
    assert plan(visited, CUTOFF, "other") == []
    assert len(plan(visited, CUTOFF, "test")) == 2


def test_a_cut_end_and_what_nothing_cites_are_copied(visited: Engine, folder: Path) -> None:
    path = next(iter(folder.glob("test20200105*.warc.gz")))
    path.write_bytes(path.read_bytes() + b"\x1f\x8b cut")
    list(prune(visited, folder, CUTOFF))
    (new,) = folder.glob("test20200105*.warc.gz")
    assert new.name.endswith("-p1.warc.gz")
    assert new.read_bytes().endswith(b"\x1f\x8b cut")
    assert bad(visited, folder) == []


def test_nobody_may_visit_meanwhile(visited: Engine, folder: Path) -> None:
    run = open_run(visited, source_row("test"), "crawl")
    with pytest.raises(StoreError, match="is open"):
        list(prune(visited, folder, CUTOFF))
    close_run(visited, run, "failed")
    with writing(visited) as connection:
        held = {"held_since": now(), "held_until": now() + dt.timedelta(minutes=1)}
        connection.execute(insert(schema.agenda).values(source="test", holder=this_visitor(), **held))
    with pytest.raises(StoreError, match="is held"):
        list(prune(visited, folder, CUTOFF))


def test_a_run_that_a_dead_process_left_open_is_no_visit(visited: Engine, folder: Path) -> None:
    run = open_run(visited, source_row("test"), "import")
    with writing(visited) as connection:
        connection.execute(update(schema.part_turn).values(held_until=now() - dt.timedelta(seconds=1)))
    assert list(prune(visited, folder, CUTOFF))
    with visited.connect() as connection:
        outcome = select(schema.run.c.outcome).where(schema.run.c.id == run)
        assert connection.execute(outcome).scalar_one() == "failed"


def test_a_damaged_file_is_left_alone(visited: Engine, folder: Path) -> None:
    path = next(iter(folder.glob("test20200105*.warc.gz")))
    data = path.read_bytes()
    path.write_bytes(data[:200] + bytes(len(data) - 200))
    with pytest.raises(StoreError, match="archive check"):
        list(prune(visited, folder, CUTOFF))
    assert path.read_bytes()[:200] == data[:200]
    assert [one.name for one in folder.glob("*-p1*")] == []


class Killed(BaseException):
    """As if the process had been killed at this place: nothing is tidied up."""


@pytest.mark.parametrize("when", ["before the transaction", "in it", "after it"])
def test_killed_at_any_moment(
    when: str, visited: Engine, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files as a kill leaves them: taken at that moment, and put back after what Python tidied."""
    taken = tmp_path / "taken"

    def die(*_arguments: object) -> None:
        shutil.copytree(folder, taken, dirs_exist_ok=True)
        raise Killed

    if when == "before the transaction":
        monkeypatch.setattr(pruning, "_still", die)
    elif when == "in it":
        monkeypatch.setattr(pruning, "_forget", die)
    else:
        monkeypatch.setattr(Path, "unlink", _dies_for_good(folder, die))
    with pytest.raises(Killed):
        list(prune(visited, folder, CUTOFF))
    monkeypatch.undo()
    shutil.rmtree(folder)
    shutil.copytree(taken, folder)
    if when != "in it":  # a large file that was put aside is found again by the next pruning
        assert bad(visited, folder) == []
    list(prune(visited, folder, CUTOFF))
    assert bad(visited, folder) == []
    assert plan(visited, CUTOFF) == []
    assert len(list(folder.glob("*.warc.gz"))) == 2
    assert len(list((folder / "bulk").iterdir())) == 1


def _dies_for_good(folder: Path, die: Any) -> Any:
    own = Path.unlink

    def unlink(path: Path, missing_ok: bool = False) -> None:
        if path.suffix == ".part":
            own(path, missing_ok=missing_ok)
        else:
            die()

    return unlink


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.binary(max_size=300), st.booleans()), min_size=1, max_size=12), st.integers(0, 3)
)
def test_whatever_the_pages_are(
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    pages: list[tuple[bytes, bool]],
    rounds: int,
) -> None:
    """What is cited by evidence or is the newest of its page can be read after any number of prunings."""
    place = tmp_path_factory.mktemp("pruned")
    shutil.copyfile(sqlite_template, place / "v.db")
    engine = open_store(f"sqlite:///{place / 'v.db'}")
    visit(engine, place / "a", DAY, {url(n): page for n, page in enumerate(pages)})
    for round_ in range(rounds):
        at = LATER + dt.timedelta(days=round_)
        visit(
            engine, place / "a", at, {url(n): (b"%d %d" % (round_, n), n % 2 == 0) for n in range(len(pages))}
        )
        list(prune(engine, place / "a", at))
        assert bad(engine, place / "a") == []
        assert plan(engine, at) == []
    with engine.connect() as connection:
        kept = connection.execute(select(schema.snapshot.c.id)).scalars().all()
        resting = connection.execute(select(schema.evidence.c.snapshot_id)).scalars().all()
    assert set(resting) <= set(kept)
    engine.dispose()


def test_as_a_command(visited: Engine, folder: Path) -> None:
    address = visited.url.render_as_string(hide_password=False)

    def asked(*words: str) -> Any:
        base = ["--store", address, "archive", "prune", "--archive", str(folder), "--json", *words]
        done = CliRunner().invoke(main, base)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    assert asked("--keep", "100000")["files"] == []
    dry = asked("--keep", "1")
    assert (dry["applied"], [one["go"] for one in dry["files"]]) == (False, [1, 5])
    assert bad(visited, folder) == []
    assert len(bodies(visited, folder)) == 20
    done = asked("--keep", "1", "--apply")
    assert done["freed"] > 500
    assert len(bodies(visited, folder)) == 15
    with writing(visited) as connection:
        connection.execute(update(schema.snapshot).values(archive="../out.warc.gz", last_seen=DAY))
        connection.execute(schema.evidence.delete())
    with pytest.raises(StoreError, match="outside"):
        list(prune(visited, folder, CUTOFF))
