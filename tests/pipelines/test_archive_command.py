"""The archive as its users see it: indexed, searched, checked."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipelines.store.archive import Archive, archive_folder
from pipelines.store.runs import open_run
from pipelines.store.session import open_store
from pipelines.store.writing import Reading, StoreWriter
from tests.filled_store import source_row
from valuenet import main

DAY = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)


@pytest.fixture
def store(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'v.db'}"
    engine = open_store(url, create=True)
    run = open_run(engine, source_row("test"), "crawl")
    folder = archive_folder(engine)
    archive = Archive(folder, engine, "test")
    readings = [
        Reading(page, DAY, archive.add(page, f"bytes of {page}".encode(), fetched_at=DAY))
        for page in ("https://a.example/1", "https://a.example/2")
    ]
    large = tmp_path / "large.zip"
    large.write_bytes(b"large")
    readings.append(Reading("https://a.example/large.zip", DAY, archive.keep_file("", large, fetched_at=DAY)))
    archive.close()
    StoreWriter(engine, "test", run).write(readings)
    engine.dispose()
    return url


def asked(store: str, *words: str) -> Result:
    return CliRunner().invoke(main, ["--store", store, "archive", *words])


def found(store: str, *words: str) -> Any:
    return json.loads(asked(store, *words, "--json").stdout)


def test_a_sound_archive(store: str, tmp_path: Path) -> None:
    assert found(store, "check") == {"checked": 3, "bad": 0, "faults": []}
    assert "3 snapshots checked, 0 bad" in asked(store, "check", "--source", "test").stdout
    done = asked(store, "index")
    assert done.exit_code == 0, done.output
    lines = (tmp_path / "v.archive" / "index.cdxj").read_text("utf-8").splitlines()
    assert [line.split()[0] for line in lines] == ["example,a)/1", "example,a)/2"]
    assert asked(store, "index", "--out", "-").stdout.splitlines() == lines


def test_by_url_and_by_digest(store: str) -> None:
    (one,) = found(store, "find", "https://a.example/2")
    assert found(store, "find", f"sha256:{one['sha256'].upper()}".replace("SHA", "sha")) == [one]
    assert found(store, "find", one["sha256"], "--source", "other") == []


@pytest.mark.parametrize("harm", ["cut", "other", "missing"])
def test_what_is_damaged_is_named(harm: str, store: str, tmp_path: Path) -> None:
    (path,) = (tmp_path / "v.archive").glob("*.warc.gz")
    (large,) = (tmp_path / "v.archive" / "bulk").iterdir()
    if harm == "cut":
        path.write_bytes(path.read_bytes()[:-40])
    elif harm == "other":
        large.write_bytes(b"other")
    else:
        path.unlink()
    done = asked(store, "check", "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert told["bad"] == {"cut": 1, "other": 1, "missing": 2}[harm]
    assert all(one["wrong"] for one in told["faults"])


def test_nothing_to_index(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'v.db'}"
    open_store(url, create=True).dispose()
    assert asked(url, "index").exit_code == 1
    assert found(url, "check") == {"checked": 0, "bad": 0, "faults": []}
