"""Files that were cut or changed: what is damaged is told, nothing of it is read, and the rest goes on."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from crawlers.sample_web.server import SampleWeb
from pipelines.store import schema
from pipelines.store.session import open_store
from tests.program import command, environment, run
from tests.store_content import content


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store that has read two registers, and its archive."""
    folder = tmp_path_factory.mktemp("visited")
    with SampleWeb() as web:
        run("crawl", "ror", "gleif", "--web", web.base, cwd=folder, timeout=200)
    with sqlite3.connect(folder / "valuenet.db") as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return folder


@pytest.fixture
def place(visited: Path, tmp_path: Path) -> Path:
    shutil.copytree(visited, tmp_path / "place")
    return tmp_path / "place"


def warc(place: Path, source: str) -> Path:
    (found,) = (place / "valuenet.archive").glob(f"{source}-*.warc.gz")
    return found


def offsets(place: Path, source: str) -> list[int]:
    engine = open_store(f"sqlite:///{place / 'valuenet.db'}")
    shot = schema.snapshot
    query = select(shot.c.offset).where(shot.c.source == source).order_by(shot.c.offset)
    with engine.connect() as connection:
        found = list(connection.execute(query).scalars())
    engine.dispose()
    return found


def cut_end(data: bytes, places: list[int]) -> bytes:
    return data[:-40]


def cut_middle(data: bytes, places: list[int]) -> bytes:
    return data[: places[0] + 100]


def scratched(data: bytes, places: list[int]) -> bytes:
    return data[: places[0] + 20] + bytes(60) + data[places[0] + 80 :]


def exchanged(data: bytes, places: list[int]) -> bytes:
    """Another answer, whole as a file: only its digest tells."""
    own = gzip.decompress(data[places[0] : places[1]])
    return data[: places[0]] + gzip.compress(own.replace(b"China", b"Chile"), mtime=0) + data[places[1] :]


@pytest.mark.parametrize("harm", [cut_end, cut_middle, scratched, exchanged])
def test_a_damaged_archive_is_told_and_the_next_full_visit_mends_it(
    place: Path, harm: Callable[[bytes, list[int]], bytes]
) -> None:
    path, places = warc(place, "ror"), offsets(place, "ror")
    path.write_bytes(harm(path.read_bytes(), places))
    checked = run("archive", "check", "--json", cwd=place, check=False)
    assert checked.returncode == 1
    told = json.loads(checked.stdout)
    assert told["bad"] >= 1
    assert all(fault["url"].startswith("https://api.ror.org/") for fault in told["faults"])
    before = content(f"sqlite:///{place / 'valuenet.db'}")
    with SampleWeb() as web:
        run("crawl", "ror", "--full", "--web", web.base, cwd=place, timeout=200)
    assert content(f"sqlite:///{place / 'valuenet.db'}")["fact"] == before["fact"]
    assert "0 bad" in run("archive", "check", cwd=place).stdout, "what was damaged is kept anew"


@pytest.mark.parametrize("harm", [cut_end, scratched, exchanged])
def test_damaged_answers_are_not_read_again(
    place: Path, tmp_path: Path, harm: Callable[[bytes, list[int]], bytes]
) -> None:
    path, places = warc(place, "ror"), offsets(place, "ror")
    path.write_bytes(harm(path.read_bytes(), places))
    store = f"sqlite:///{tmp_path / 'anew.db'}"
    done = run("--store", store, "crawl", "ror", "--replay", path, cwd=tmp_path, timeout=200, check=False)
    assert "Traceback" not in done.stderr
    assert "damaged" in done.stdout + done.stderr or "cut" in done.stderr
    whole = content(f"sqlite:///{place / 'valuenet.db'}")
    anew = content(store)
    of_ror = {row for row in whole["fact"] if "'ror'" in row}
    assert set(anew["fact"]) < of_ror, "what is whole is read, and nothing that was never said"
    assert anew["fact"]


def test_a_later_record_is_read_past_a_damaged_one(place: Path, tmp_path: Path) -> None:
    path, places = warc(place, "ror"), offsets(place, "ror")
    path.write_bytes(scratched(path.read_bytes(), places))
    store = f"sqlite:///{tmp_path / 'anew.db'}"
    run("--store", store, "crawl", "ror", "--replay", path, cwd=tmp_path, timeout=200, check=False)
    engine = open_store(store)
    with engine.connect() as connection:
        read = connection.execute(select(schema.snapshot.c.offset)).scalars().all()
    engine.dispose()
    assert len(read) == len(places) - 1


def half(data: bytes) -> bytes:
    return data[: len(data) // 2 + 100]


def headless(data: bytes) -> bytes:
    return b"?" * 100 + data[100:]


def scribbled(data: bytes) -> bytes:
    """From the second page on: the file says that it is a store, and holds none."""
    return data[:4096] + b"\xff" * (len(data) - 4096)


@pytest.mark.parametrize("harm", [half, headless, scribbled])
@pytest.mark.parametrize("words", [("status",), ("init",), ("resolve",)])
def test_a_damaged_store_is_one_sentence_with_the_way_back(
    place: Path, harm: Callable[[bytes], bytes], words: tuple[str, ...]
) -> None:
    path = place / "valuenet.db"
    path.write_bytes(harm(path.read_bytes()))
    damaged = path.read_bytes()
    done = run(*words, cwd=place, check=False)
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    assert "damaged" in done.stderr
    assert "valuenet restore" in done.stderr
    assert path.read_bytes() == damaged, "a damaged store is not written to"


def test_a_lost_or_cut_log_of_writes_loses_whole_transactions_only(place: Path) -> None:
    """The write-ahead log holds the newest commits: without it the store is that of an earlier moment, and whole."""
    path = place / "valuenet.db"
    before = content(f"sqlite:///{path}")
    keeper = sqlite3.connect(path)  # as long as somebody reads, nothing is moved out of the log
    keeper.execute("BEGIN")
    keeper.execute("SELECT count(*) FROM page").fetchone()
    with SampleWeb() as web:
        run("crawl", "cac", "--web", web.base, "--limit", "4", cwd=place, timeout=200)
    log = place / "valuenet.db-wal"
    assert log.stat().st_size > 10_000
    copies = {}
    for name, share in (("gone", 0.0), ("cut", 0.6)):
        other = place / name
        other.mkdir()
        shutil.copyfile(path, other / "valuenet.db")
        if share:
            (other / "valuenet.db-wal").write_bytes(log.read_bytes()[: int(log.stat().st_size * share)])
        copies[name] = other
    keeper.close()
    after = content(f"sqlite:///{path}")
    for name, other in copies.items():
        run("status", cwd=other)
        with sqlite3.connect(other / "valuenet.db") as store:
            assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",), name
            assert not store.execute("PRAGMA foreign_key_check").fetchall(), name
        store.close()
        held = content(f"sqlite:///{other / 'valuenet.db'}")
        assert set(before["fact"]) <= set(held["fact"]) <= set(after["fact"]), name
        with SampleWeb() as web:
            run("crawl", "cac", "--web", web.base, "--limit", "4", "--full", cwd=other, timeout=200)
        assert content(f"sqlite:///{other / 'valuenet.db'}")["fact"] == after["fact"], name


@pytest.mark.parametrize("words", [("status",), ("init",), ("crawl", "ror", "--replay", "valuenet.archive")])
def test_a_store_of_a_newer_program_is_refused_and_left_alone(place: Path, words: tuple[str, ...]) -> None:
    with sqlite3.connect(place / "valuenet.db") as store:
        store.execute("UPDATE alembic_version SET version_num = '9999'")
    store.close()
    done = run(*words, cwd=place, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "newer version" in done.stderr
    with sqlite3.connect(place / "valuenet.db") as store:
        assert store.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]
    store.close()


# ── no store at all ───────────────────────────────────────────────────────────────────────────


def test_an_empty_file_becomes_a_store_when_asked_to(tmp_path: Path) -> None:
    (tmp_path / "valuenet.db").touch()
    for words in (("status",), ("resolve",)):
        done = run(*words, cwd=tmp_path, check=False)
        assert done.returncode == 1
        assert done.stderr.endswith("the store is empty; run: valuenet init\n")
    run("init", cwd=tmp_path)
    run("status", cwd=tmp_path)


@pytest.mark.parametrize("words", [("status",), ("init",), ("import", "companies", "valuenet.db")])
def test_a_file_that_is_no_database_is_left_alone(words: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "valuenet.db"
    path.write_text("name,year\n" * 2000, encoding="utf-8")
    done = run(*words, cwd=tmp_path, check=False)
    assert done.returncode == 1
    assert "file is not a database" in done.stderr
    assert "Traceback" not in done.stderr
    assert path.read_text(encoding="utf-8") == "name,year\n" * 2000


@pytest.mark.parametrize("empty", [False, True])
def test_a_log_of_writes_without_its_file_is_not_deleted(place: Path, empty: bool) -> None:
    """It holds the newest commits: with its file back they are there again."""
    path, log = place / "valuenet.db", place / "valuenet.db-wal"
    keeper = sqlite3.connect(path)
    keeper.execute("BEGIN")
    keeper.execute("SELECT count(*) FROM page").fetchone()
    with SampleWeb() as web:
        run("crawl", "cac", "--web", web.base, "--limit", "4", cwd=place, timeout=200)
    other = place / "other"
    other.mkdir()
    shutil.copyfile(log, other / log.name)
    if empty:
        (other / path.name).touch()
    for words in (("status",), ("init",), ("crawl", "cac", "--replay", "../valuenet.archive")):
        done = run(*words, cwd=other, check=False)
        assert done.returncode == 1
        assert "put the file back" in done.stderr
    assert (other / log.name).read_bytes() == log.read_bytes()
    shutil.copyfile(path, other / path.name)
    keeper.close()
    run("status", cwd=other)
    assert content(f"sqlite:///{other / path.name}") == content(f"sqlite:///{path}")


# ── a user without rights ─────────────────────────────────────────────────────────────────────


def powerless(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run as a user who is stopped by the modes of files; root is not, unless it gives this up."""
    root = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    asked = [*root, *command(*words)]
    return subprocess.run(
        asked, cwd=cwd, env=environment(), capture_output=True, text=True, timeout=100, check=False
    )


@pytest.mark.parametrize(
    ("folder", "file", "words"),
    [
        (0o555, 0o644, ("status",)),
        (0o555, 0o644, ("resolve",)),
        (0o555, 0o444, ("init",)),
        (0o755, 0o444, ("import", "companies", "companies.csv")),
        (0o755, 0o000, ("status",)),
    ],
)
def test_a_store_that_may_not_be_written_is_told_with_who_must_be_allowed(
    folder: int, file: int, words: tuple[str, ...], place: Path
) -> None:
    path = place / "valuenet.db"
    (place / "companies.csv").write_text("name\n甲木科技有限公司\n", encoding="utf-8")
    before = path.read_bytes()
    path.chmod(file)
    place.chmod(folder)
    try:
        done = powerless(*words, cwd=place)
    finally:
        place.chmod(0o755)
        path.chmod(0o644)
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    assert "this user must be allowed to write the file and its folder" in done.stderr
    assert path.read_bytes() == before


def test_no_store_is_made_where_nothing_may_be_written(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir(mode=0o555)
    done = powerless("init", cwd=place)
    assert done.returncode == 1
    assert "must be allowed to write" in done.stderr
    assert not list(place.iterdir())
