"""Backups of real stores: made while others write, killed, damaged, brought back."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import time
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, select, text

from pipelines.errors import InputError, StoreError, UsageError
from pipelines.operations.backup import databases
from pipelines.operations.backup.files import archive_files, place_of, scratch
from pipelines.operations.backup.making import back_up, check, restore
from pipelines.operations.backup.manifest import NAME, Manifest
from pipelines.store import schema
from pipelines.store.archive import Archive
from pipelines.store.runs import open_run
from pipelines.store.session import open_engine, open_store, writing
from pipelines.store.views import VIEWS, make_views
from pipelines.store.writing import Reading, StoreWriter
from tests.filled_store import fill, financing, source_row, supply
from tests.program import command, environment
from tests.store_content import content
from valuenet import main

DAY = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def filled(store: Engine, archive: Path) -> Engine:
    """A store with facts, and with pages whose bytes lie in an archive."""
    fill(store, financing("甲木科技", "丙火资本"), supply("甲木科技", "乙水集团"))
    run = open_run(store, source_row("bytes"), "crawl")
    kept = Archive(archive, store, "bytes")
    pages = [f"https://a.example/{number}" for number in range(3)]
    readings = [Reading(page, DAY, kept.add(page, page.encode(), fetched_at=DAY)) for page in pages]
    large = archive.parent / "large.zip"
    large.write_bytes(os.urandom(3000))
    readings.append(Reading("https://a.example/l", DAY, kept.keep_file("", large, fetched_at=DAY)))
    kept.close()
    StoreWriter(store, "bytes", run).write(readings)
    return store


@pytest.fixture
def other(filled: Engine, tmp_path: Path, request: pytest.FixtureRequest) -> Engine:
    """An empty place of the same kind of database."""
    if filled.dialect.name == "sqlite":
        return open_engine(f"sqlite:///{tmp_path / 'new' / 'other.db'}")
    return open_engine(str(request.getfixturevalue("postgres_url")))


def test_there_and_back(filled: Engine, other: Engine, archive: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup.zip"
    made = back_up(filled, target, archive, copy=True)
    assert made.backend == filled.dialect.name
    assert made.tables["fact"].rows == 2
    assert len(made.archive) == 2
    assert check(target) == made
    done = restore(other, target, tmp_path / "archive2")
    assert done.archive == {"restored": 2}
    assert not done.wants_init
    assert content(other) == content(filled)
    for path in archive_files(archive):
        assert (tmp_path / "archive2" / path.relative_to(archive)).read_bytes() == path.read_bytes()
    with pytest.raises(Exception, match="only grows"):  # its triggers came along
        _judged_away(other)
    other.dispose()
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []


def _judged_away(engine: Engine) -> None:
    """A decision in the log, taken away: the database refuses."""
    with writing(engine) as connection:
        first, second = connection.execute(select(schema.mention.c.id).limit(2)).scalars()
        connection.execute(
            schema.judgement.insert().values(
                left_id=first, right_id=second, verdict="same", by="person:t", reason="r", made_at=DAY
            )
        )
        connection.execute(schema.judgement.delete())


def test_a_store_that_holds_something_is_left_alone(filled: Engine, archive: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup.zip"
    back_up(filled, target, archive)
    before = content(filled)
    fill(filled, supply("丁土", "戊金"), page="later")
    later = content(filled)
    with pytest.raises(StoreError, match=r"holds something .* --force"):
        restore(filled, target, archive)
    assert content(filled) == later
    done = restore(filled, target, archive, force=True)
    assert done.archive == {"there": 2}
    assert content(filled) == before


def test_a_store_with_views_comes_back_over_one_with_views(
    filled: Engine, archive: Path, tmp_path: Path
) -> None:
    with writing(filled) as connection:
        make_views(connection)
    target = tmp_path / "backup.zip"
    back_up(filled, target, archive)
    restore(filled, target, archive, force=True)
    with filled.connect() as connection:
        assert connection.execute(text(f"SELECT count(*) FROM {next(iter(VIEWS))}")).scalar_one() >= 0


def test_an_archive_only_listed(filled: Engine, other: Engine, archive: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup.zip"
    back_up(filled, target, archive, digest=False)
    with zipfile.ZipFile(target) as backup:
        assert sorted(backup.namelist()) == sorted([NAME, databases.FILES[filled.dialect.name]])
    (warc,) = archive.glob("*.warc.gz")
    warc.write_bytes(warc.read_bytes() + b"more")  # it has grown since then
    (large,) = (archive / "bulk").iterdir()
    large.unlink()
    assert restore(other, target, archive).archive == {"there": 1, "missing": 1}
    warc.write_bytes(b"x" + warc.read_bytes()[1:])
    assert restore(other, target, archive, force=True).archive == {"other": 1, "missing": 1}
    other.dispose()


def test_no_file_is_written_over(filled: Engine, archive: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup.zip"
    target.write_bytes(b"mine")
    with pytest.raises(UsageError, match="--force"):
        back_up(filled, target, archive)
    assert target.read_bytes() == b"mine"
    back_up(filled, target, archive, force=True)
    check(target)


@pytest.mark.parametrize("harm", ["cut", "bit", "manifest", "no zip", "rows"])
def test_what_is_damaged_is_refused(
    harm: str, filled: Engine, other: Engine, archive: Path, tmp_path: Path
) -> None:
    target = tmp_path / "backup.zip"
    back_up(filled, target, archive, copy=True)
    _harm(target, harm)
    with pytest.raises((InputError, StoreError)) as caught:
        restore(other, target, archive)
    assert str(target) in str(caught.value)
    other.dispose()


def _harm(target: Path, harm: str) -> None:
    data = bytearray(target.read_bytes())
    with zipfile.ZipFile(target) as backup:
        parts = {name: backup.read(name) for name in backup.namelist()}
        place = backup.getinfo(next(iter(parts))).header_offset + 100
    if harm == "cut":
        target.write_bytes(data[: len(data) // 2])
    elif harm == "bit":
        data[place] ^= 255
        target.write_bytes(data)
    elif harm == "no zip":
        target.write_bytes(b"no zip at all")
    else:
        told = json.loads(parts[NAME])
        if harm == "rows":  # as if the store had not come back whole
            told["tables"]["fact"]["rows"] += 1
        else:
            told["store"]["sha256"] = "no digest"
        with zipfile.ZipFile(target, "w") as backup:
            for name, part in (parts | {NAME: json.dumps(told).encode()}).items():
                backup.writestr(name, part)


def test_a_newer_programs_backup_is_refused(
    filled: Engine, other: Engine, archive: Path, tmp_path: Path
) -> None:
    with writing(filled) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    target = tmp_path / "backup.zip"
    back_up(filled, target, archive)
    with pytest.raises(StoreError, match=r"schema 9999.*newer"):
        restore(other, target, archive)
    other.dispose()


def test_another_kind_of_database_is_refused(filled: Engine, archive: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup.zip"
    made = back_up(filled, target, archive)
    with pytest.raises(InputError, match="this store is on"):
        databases.check_kind(
            filled, {"sqlite": "postgresql", "postgresql": "sqlite"}[made.backend], str(target)
        )


def test_writers_go_on_meanwhile(filled: Engine, archive: Path, tmp_path: Path) -> None:
    """A writer has a transaction open, with rows that the backup must not have."""
    with writing(filled) as connection:
        connection.execute(text("DELETE FROM evidence"))
        made = back_up(filled, tmp_path / "backup.zip", archive)
    assert made.tables["evidence"].rows > 0
    with filled.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM evidence")).scalar_one() == 0


def test_a_killed_backup_leaves_no_file(filled: Engine, archive: Path, tmp_path: Path) -> None:
    archive.mkdir(exist_ok=True)
    with (archive / "big.warc").open("wb") as file:
        file.truncate(3 * 1024**3)  # long enough to be killed in; it takes no room
    target = tmp_path / "backup.zip"
    url = filled.url.render_as_string(hide_password=False)
    words = ["--store", url, "backup", str(target), "--archive-dir", str(archive)]
    process = subprocess.Popen(command(*words), env=environment(), cwd=tmp_path, stderr=subprocess.PIPE)
    folder = tmp_path / ".backup.zip.part"
    for _ in range(1000):
        if (folder / "backup.zip").exists() or process.poll() is not None:
            break
        time.sleep(0.02)
    assert process.poll() is None, process.communicate()
    with pytest.raises(UsageError, match="another process"), scratch(target):
        pass
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not target.exists()
    assert folder.exists()
    (archive / "big.warc").unlink()
    back_up(filled, target, archive)  # what was left is cleared
    assert not folder.exists()
    check(target)


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", "", "a\\b"])
def test_no_path_leads_out_of_the_archive(path: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="leads out"):
        place_of(tmp_path, path, "backup")


def test_a_missing_tool_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StoreError, match="postgresql-client"):
        databases.tool("pg_dump")


def test_a_store_that_is_not_there(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'absent.db'}")
    with pytest.raises(StoreError, match="there is no store"):
        back_up(engine, tmp_path / "backup.zip", tmp_path)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(StoreError, match="in memory"):
        back_up(open_engine("sqlite://"), tmp_path / "backup.zip", tmp_path)


def test_a_damaged_store_is_no_backup(tmp_path: Path) -> None:
    path = tmp_path / "v.db"
    open_store(f"sqlite:///{path}", create=True).dispose()
    data = bytearray(path.read_bytes())
    data[3 * 4096 : 4 * 4096] = b"\x55" * 4096
    path.write_bytes(data)
    with pytest.raises(StoreError, match=r"damaged|malformed"):
        back_up(open_engine(f"sqlite:///{path}"), tmp_path / "backup.zip", tmp_path)
    assert not (tmp_path / "backup.zip").exists()


def asked(store: Engine, *words: object) -> Result:
    url = store.url.render_as_string(hide_password=False)
    return CliRunner().invoke(main, ["--store", url, *map(str, words)])


def test_as_commands(filled: Engine, other: Engine, archive: Path, tmp_path: Path) -> None:
    target = tmp_path / "b.zip"
    done = asked(filled, "backup", target, "--archive", "--archive-dir", archive, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["archive_copied"]
    assert told["size"] == target.stat().st_size
    assert asked(filled, "restore", target, "--check").exit_code == 0
    done = asked(other, "restore", target, "--archive-dir", tmp_path / "a2", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["archive_files"] == {"restored": 2}
    assert asked(other, "status").exit_code == 0
    assert asked(filled, "restore", target).exit_code == 1
    assert asked(filled, "restore", tmp_path / "none.zip").exit_code == 1
    other.dispose()


def test_manifests_are_strict() -> None:
    with pytest.raises(ValueError, match="extra"):
        Manifest.model_validate({"format": 1, "surprise": 1})
