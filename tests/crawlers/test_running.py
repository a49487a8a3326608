"""Crawling and replaying by the command, over real HTTP and out of real files."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from crawlers.registry import spider_of
from crawlers.running import source_row
from crawlers.sample_web.server import SampleWeb
from pipelines.store import schema
from pipelines.store.archive import read_warc
from pipelines.store.runs import declare
from pipelines.store.session import open_store
from pipelines.store.turns import turn
from tests.crawlers.web import serve
from tests.program import data, run
from tests.store_content import content

PAGES = Path(__file__).parent / "pages"

#: Loaded by every Python process in which it lies on the path: writes down each connection that is tried.
WATCH = """
import os, socket
_connect = socket.socket.connect
def connect(self, address):
    if self.family != socket.AF_UNIX:
        with open(os.environ["SOCKETS"], "a") as file:
            file.write(repr(address) + "\\n")
    return _connect(self, address)
socket.socket.connect = connect
_connect_ex = socket.socket.connect_ex
def connect_ex(self, address):
    if self.family != socket.AF_UNIX:
        with open(os.environ["SOCKETS"], "a") as file:
            file.write(repr(address) + "\\n")
    return _connect_ex(self, address)
socket.socket.connect_ex = connect_ex
"""


@pytest.fixture(scope="module")
def sample_web() -> object:
    with SampleWeb() as web:
        yield web


def test_twice_over_http_is_the_same_store(sample_web: SampleWeb, tmp_path: Path) -> None:
    first = data("crawl", "ror", "cac", "--web", sample_web.base, cwd=tmp_path)
    assert [(one["source"], one["outcome"]) for one in first] == [(n, "complete") for n in ("ror", "cac")]
    assert all(one["records"] and one["facts_new"] for one in first)
    url = f"sqlite:///{tmp_path / 'valuenet.db'}"
    before = content(url)
    second = data("crawl", "ror", "cac", "--web", sample_web.base, cwd=tmp_path)
    assert [one["facts_new"] + one["facts_changed"] + one["facts_ended"] for one in second] == [0, 0]
    assert [one["facts_unchanged"] for one in second] == [one["facts_new"] for one in first]
    assert content(url) == before


def test_evidence_speaks_of_the_original_url_and_its_bytes_are_kept(
    sample_web: SampleWeb, tmp_path: Path
) -> None:
    run("crawl", "ror", "--web", sample_web.base, cwd=tmp_path)
    engine = open_store(f"sqlite:///{tmp_path / 'valuenet.db'}")
    with engine.connect() as connection:
        shots = connection.execute(select(schema.snapshot)).all()
    engine.dispose()
    archived = {
        (one.url, one.offset): one
        for path in (tmp_path / "valuenet.archive").iterdir()
        for one in read_warc(path)
    }
    for shot in shots:
        assert shot.url.startswith("https://api.ror.org/")
        assert json.loads(archived[shot.url, shot.offset].body)
        assert shot.archive == archived[shot.url, shot.offset].file.name


def test_what_was_crawled_replays_to_the_same_facts_without_a_socket(
    sample_web: SampleWeb, tmp_path: Path
) -> None:
    run("crawl", "ror", "cac", "--web", sample_web.base, cwd=tmp_path)
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    sockets = tmp_path / "sockets.txt"
    env = {"PYTHONPATH": f"{tmp_path / 'path'}:{Path(__file__).parents[2]}", "SOCKETS": str(sockets)}
    replayed = f"sqlite:///{tmp_path / 'again.db'}"
    run(
        "--store",
        replayed,
        "crawl",
        "ror",
        "cac",
        "--replay",
        tmp_path / "valuenet.archive",
        cwd=tmp_path,
        env=env,
    )
    assert not sockets.exists(), sockets.read_text()
    assert content(replayed) == content(f"sqlite:///{tmp_path / 'valuenet.db'}")
    run("crawl", "ror", "--web", sample_web.base, cwd=tmp_path, env=env)
    assert "127.0.0.1" in sockets.read_text()  # the watch does see what is opened


def test_a_limit_stops_early_and_says_so(sample_web: SampleWeb, tmp_path: Path) -> None:
    found = data("crawl", "news", "--web", sample_web.base, "--limit", "5", cwd=tmp_path)[0]
    assert found["outcome"] == "partial"
    assert 5 <= found["snapshots"] <= 25
    assert "limit" in found["notes"][0]


def test_the_live_web_wants_a_contact(tmp_path: Path) -> None:
    done = run("crawl", "ror", cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert "VALUENET_CONTACT" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["rorr"], 2, "did you mean ror"),
        (["cac", "--replay", "absent"], 1, "no such file"),
        (["ror", "--replay", "here"], 1, "nothing here that ror can read"),
    ],
)
def test_slips_are_explained(arguments: list[str], code: int, words: str, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "notes.txt").write_text("no archive", encoding="utf-8")
    done = run("crawl", *arguments, cwd=tmp_path, check=False)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_file_stops_nothing_else(tmp_path: Path) -> None:
    good = PAGES / "cac" / "algorithm.docx"
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "a-good.docx").write_bytes(good.read_bytes())
    (folder / "b-cut.docx").write_bytes(good.read_bytes()[:700])
    (folder / "c-page.docx").write_bytes("<html>防火墙</html>".encode())
    found = data("crawl", "cac", "--replay", folder, cwd=tmp_path)[0]
    assert found["snapshots"] == 3
    assert found["records"] > 0
    refused = {row["url"]: row["reason"] for row in data("status", "--rejected", cwd=tmp_path)}
    assert {"file:///lists/b-cut.docx", "file:///lists/c-page.docx"} <= set(refused)
    assert all(refused.values())


def test_an_unreachable_page_is_listed_and_leaves_the_run_partial(tmp_path: Path) -> None:
    with serve(
        lambda path: (404 if "robots" in path else 200, {"Content-Type": "application/json"}, b"{cut")
    ) as web:
        broken = data("crawl", "ror", "--web", web.base, cwd=tmp_path)[0]
    assert broken["rejected"] >= 1
    gone = data("crawl", "ror", "--web", web.base, cwd=tmp_path)[0]  # the server is closed by now
    assert gone["outcome"] == "partial"
    assert any("unreachable" in note for note in gone["notes"])


def test_of_several_sources_one_that_fails_stops_no_other(tmp_path: Path) -> None:
    run("init", cwd=tmp_path)
    engine = open_store(f"sqlite:///{tmp_path / 'valuenet.db'}")
    declare(engine, source_row(spider_of("ror").declaration))
    page = json.dumps({"number_of_results": 0, "time_taken": 1, "items": [], "meta": {}}).encode()
    names = ("ror", "wikidata", "epo_ops", "gov_cn_policy")
    with serve(lambda path: (404 if "robots" in path else 200, {}, page)) as web, turn(engine, "ror", "she"):
        done = run(
            "crawl", *names, "--set", "wikidata.ids=no", "--web", web.base, "--json", cwd=tmp_path, check=False
        )  # fmt: skip
    engine.dispose()
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    found = {one["source"]: one for one in json.loads(done.stdout)}
    assert {name: one["outcome"] == "failed" for name, one in found.items()} == {
        "ror": True, "wikidata": True, "epo_ops": True, "gov_cn_policy": False,
    }  # fmt: skip
    assert "visited by she" in found["ror"]["notes"][0]
    assert "ids of Wikidata" in found["wikidata"]["notes"][0]
    assert "VALUENET_EPO_KEY" in found["epo_ops"]["notes"][0]


def test_an_error_answer_is_kept_as_rejected(tmp_path: Path) -> None:
    with serve(lambda path: (404, {"Content-Type": "text/html"}, b"<p>gone")) as web:
        found = data("crawl", "ror", "--web", web.base, cwd=tmp_path)[0]
    assert (found["records"], found["rejected"]) == (0, 1)
    rows = data("status", "--rejected", cwd=tmp_path)
    assert rows[0]["reason"] == "the host answered 404"
    assert rows[0]["url"].startswith("https://api.ror.org/")


def test_sources_are_shown_with_and_without_a_store(tmp_path: Path, sample_web: SampleWeb) -> None:
    rows = {row["source"]: row for row in data("sources", cwd=tmp_path)}
    assert {"cac", "gleif", "news", "ror"} <= set(rows)
    assert rows["ror"]["last run"] == "never"
    assert rows["ror"]["licence"].startswith("CC0")
    run("crawl", "ror", "--web", sample_web.base, cwd=tmp_path)
    one = run("sources", "ror", cwd=tmp_path).stdout
    assert "complete" in one
    assert "robots" in one


def test_status_tells_what_each_source_holds(tmp_path: Path, sample_web: SampleWeb) -> None:
    assert "valuenet init" in run("status", cwd=tmp_path, check=False).stderr
    run("init", cwd=tmp_path)
    assert data("status", cwd=tmp_path) == []
    run("crawl", "ror", "--web", sample_web.base, cwd=tmp_path)
    row = data("status", cwd=tmp_path)[0]
    assert (row["source"], row["outcome"], row["rejected"]) == ("ror", "complete", 0)
    with closing(sqlite3.connect(tmp_path / "valuenet.db")) as store:
        assert row["facts"] == store.execute("SELECT count(*) FROM fact").fetchone()[0]
