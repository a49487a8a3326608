"""All at once on one store: a crawl, an import, `resolve`, two who decide, one who counts, and a backup.

What is promised, on SQLite and on PostgreSQL, with each a process of its own:

- nobody gets an error, "database is locked" neither: who must wait waits;
- nothing is lost or doubled: in the end the store holds what the same steps one after another make of it, with every
  judgement that somebody was told of, once, and no other;
- what a reader is told is of one state of the store, and so is what a backup holds (for each statement of an answer:
  `test_concurrent_use.py`).
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from sqlalchemy import Engine, select

from crawlers.sample_web.server import SampleWeb
from entity_resolution import queue
from entity_resolution.judgements import judge, undo
from entity_resolution.review.users import Users
from pipelines.store import schema
from pipelines.store.session import open_store, writing
from pipelines.store.types import now
from tests.end_to_end.together import Command, told
from tests.store_content import content
from valuenet import PEOPLE

PASSWORD = "correct horse battery"
#: So many pairs are put to the reviewers at least, beside those that `resolve` leaves open.
PAIRS = 24
CHOICES = ("same", "different", "left unit", "unsure")


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleWeb]:
    with SampleWeb() as web:
        yield web


@pytest.fixture(scope="module")
def files(web: SampleWeb, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    web.write_files(folder)
    shutil.copyfile(PEOPLE, folder / PEOPLE.name)
    return folder


def begin(store: str, web: SampleWeb, files: Path, folder: Path) -> None:
    """The store as it is before all begin: some sources, resolved, and a sample."""
    for words in (
        ("init",),
        ("import", "companies", files / "companies.csv"),
        ("import", "financing", files / "financing.csv"),
        ("crawl", "cac", "--web", web.base),
        ("resolve",),
        ("sample", "propose", "2021", "--until", "2021"),
        ("sample", "freeze", "2021"),
    ):
        told(*words, folder=folder, store=store)


def later(web: SampleWeb, files: Path) -> tuple[tuple[str | Path, ...], ...]:
    """What then goes on beside the reviewers. No running text: what is read in it hangs on the names known by then."""
    return (
        ("crawl", "ror", "gleif", "--web", web.base),
        ("import", "people", files / "people.csv", "--mapping", files / PEOPLE.name),
    )


@pytest.fixture(scope="module")
def whole(web: SampleWeb, files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same steps one after another: a SQLite file, without a judgement of a person."""
    folder = tmp_path_factory.mktemp("whole")
    store = f"sqlite:///{folder / 'whole.db'}"
    begin(store, web, files, folder)
    for words in later(web, files):
        told(*words, folder=folder, store=store)
    told("resolve", folder=folder, store=store)
    with sqlite3.connect(folder / "whole.db") as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    file.close()
    return folder / "whole.db"


# ── those who decide ──────────────────────────────────────────────────────────────────────────


class Reviewer(threading.Thread):
    """Somebody who decides until `done` is set and nothing waits. `judged`: the rows that the server told of."""

    def __init__(self, address: str, name: str, key: str, done: threading.Event) -> None:
        super().__init__(daemon=True)
        self.judged: list[int] = []
        self.problem = ""
        self._where, self._name, self._key, self._done = urlsplit(address), name, key, done
        self._cookies: dict[str, str] = {}
        self._connection = HTTPConnection(self._where.hostname or "", self._where.port, timeout=100)

    def run(self) -> None:
        try:
            one = self.by_key if self._key else self.by_pages
            if not self._key:
                self._log_in()
            while one() or not self._done.is_set():
                time.sleep(0.1)
        except Exception as error:  # told by the test, in its own thread
            self.problem = f"{self._name}: {error!r}"
        finally:
            self._connection.close()

    def by_key(self) -> bool:
        """Decide a pair through the API; take some back. Whether there was one that nobody else holds."""
        for one in json.loads(self._ask("GET", "/api/queue?limit=9")[1])["pairs"]:
            sent = {"choice": choice_of(one["id"])}
            status, text = self._ask("POST", f"/api/pairs/{one['id']}", sent, ok=(409,))
            if status == 200:
                self.judged.append(json.loads(text)["judgement"])
                if len(self.judged) % 7 == 6:
                    where = f"/api/judgements/{self.judged[-1]}/undo"
                    back = self._ask("POST", where, {"reason": "a slip"})[1]
                    self.judged.append(json.loads(back)["judgement"])
                return True
        return False

    def by_pages(self) -> bool:
        """Decide the next pair on its page. Whether there was one."""
        where = self._ask("GET", "/next")[1]
        if "/pair/" not in where:
            return False
        page = self._ask("GET", where)[1]
        form = {"csrf_token": self._token(page), "choice": choice_of(int(where.rpartition("/")[2]))}
        after = self._ask("POST", where, form)[1]
        page = self._ask("GET", after)[1]
        if done := re.search(r'role="status".*?/undo/(\d+)', page, re.DOTALL):
            self.judged.append(int(done[1]))
        return True

    def _log_in(self) -> None:
        token = self._token(self._ask("GET", "/login")[1])
        self._ask("POST", "/login", {"csrf_token": token, "name": self._name, "password": PASSWORD})

    @staticmethod
    def _token(page: str) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found, page
        return found[1]

    def _ask(
        self, method: str, path: str, sent: dict[str, str] | None = None, ok: tuple[int, ...] = ()
    ) -> tuple[int, str]:
        """Status, and the body or where the answer leads to."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        body = None
        if self._key:
            headers |= {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
            body = None if sent is None else json.dumps(sent)
        elif sent is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
            body = urlencode(sent)
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        if answer.status >= 400 and answer.status not in ok:
            raise AssertionError(f"{method} {path}: {answer.status} {text[:300]}")
        return answer.status, answer.headers["Location"] or text


def choice_of(candidate: int) -> str:
    """What is said of a pair, whoever is asked; *different* of those that `resolve` put."""
    return _PUT.get(candidate, "different")


#: Pairs that the test put to the reviewers, and what is said of them.
_PUT: dict[int, str] = {}


def put_pairs(engine: Engine) -> None:
    """Pairs that wait, each of two that nothing else joins or keeps apart; two that bear a number are not the same."""
    of_it, number = schema.mention_entity, schema.mention_identifier
    members = defaultdict(list)
    with writing(engine) as connection:
        for row in connection.execute(select(of_it)):
            members[row.entity_id].append(row.mention_id)
        numbered = set(connection.execute(select(number.c.mention_id)).scalars())
        alone = sorted(keys[0] for keys in members.values() if len(keys) == 1)
        raised = []
        for some, choices in (
            ([key for key in alone if key not in numbered], CHOICES),
            ([key for key in alone if key in numbered], CHOICES[1:]),
        ):
            for at, (left, right) in enumerate(zip(some[::2], some[1::2], strict=False)):
                one = queue.Raised(left, right, 0.5, "same", {"by": "model:tests", "reason": "alike"})
                _PUT[one.id] = choices[at % len(choices)]
                raised.append(one)
        assert len(raised) > PAIRS
        queue.sync(connection, [*queue.open_of(connection, None).values(), *raised], None, now())


# ── what is compared ──────────────────────────────────────────────────────────────────────────


def meant(engine: Engine) -> tuple[set[frozenset[int]], set[tuple[int, int, str]]]:
    """Which mentions mean one entity, and the relations of entities, each shown by its smallest mention."""
    members = defaultdict(set)
    with engine.connect() as connection:
        for row in connection.execute(select(schema.mention_entity)):
            members[row.entity_id].add(row.mention_id)
        relations = connection.execute(select(schema.entity_relation)).all()
    face = {entity: min(keys) for entity, keys in members.items()}
    related = {(face[row.inner_id], face[row.outer_id], row.relation) for row in relations}
    return {frozenset(keys) for keys in members.values()}, related


def differences(left: dict[str, list[Any]], right: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Of each table that is not the same: rows that stand on one side alone."""
    return {
        name: sorted(set(map(str, left[name])) ^ set(map(str, right[name])))
        for name in left
        if left[name] != right[name]
    }


def judged(engine: Engine) -> list[Any]:
    """The rows that persons wrote, in their order."""
    table = schema.judgement
    with engine.connect() as connection:
        query = select(table).where(table.c.by.like("person:%")).order_by(table.c.id)
        return list(connection.execute(query).all())


def with_judgements(store: Path, rows: list[Any]) -> None:
    """Write the same judgements into another store."""
    engine = open_store(f"sqlite:///{store}")
    ids: dict[int, int] = {}
    for row in rows:
        by = row.by.removeprefix("person:")
        if row.undoes is not None:
            done = undo(engine, ids[row.undoes], reason=row.reason, by=by)
        else:
            done = judge(engine, str(row.left_id), str(row.right_id), row.verdict, reason=row.reason, by=by)
        ids[row.id] = done.judgement
    engine.dispose()


def check_states(rows: list[dict[str, Any]]) -> None:
    """In every state of the store a source that was visited once holds the facts that its run counted."""
    for row in rows:
        assert row["facts"] == row["new"] + row["changed"], row


def until(done: threading.Event, problems: list[str], work: Callable[[], object]) -> threading.Thread:
    """A thread that works again and again until `done` is set: twice at least, three times at most."""

    def again() -> None:
        try:
            for at in range(3):
                if at < 2 or not done.is_set():
                    work()
        except Exception as error:  # told by the test, in its own thread
            problems.append(repr(error))

    made = threading.Thread(target=again, daemon=True)
    made.start()
    return made


@pytest.mark.timeout(600)  # a busy machine makes all of these wait for each other
def test_all_work_at_once_and_nothing_is_lost_or_doubled(
    empty_url: str, web: SampleWeb, files: Path, whole: Path, tmp_path: Path
) -> None:
    begin(empty_url, web, files, tmp_path)
    engine = open_store(empty_url)
    put_pairs(engine)
    users = Users(tmp_path / "reviewers.json")
    for name in ("ann", "bo"):
        users.add(name, PASSWORD)
    key = users.new_key("bo")

    done = threading.Event()
    problems: list[str] = []
    states: list[list[dict[str, Any]]] = []
    tables: list[Any] = []

    def ask(*words: str) -> Any:
        return json.loads(told(*words, "--json", folder=tmp_path, store=empty_url))

    def count() -> None:
        states.append(ask("status"))
        tables.append(ask("table", "3"))
        ask("measure", "2021")

    serving = Command("review", "--port", "0", "--users", "reviewers.json", folder=tmp_path, store=empty_url)
    while not (found := re.search(r"http://\S+", serving.said)):
        assert serving.is_running, serving.said
        time.sleep(0.05)
    ends = threading.Event()
    reviewers = [Reviewer(found[0], "ann", "", ends), Reviewer(found[0], "bo", key, ends)]
    try:
        writers = [Command(*words, folder=tmp_path, store=empty_url) for words in later(web, files)]
        backup = Command("backup", "all.zip", folder=tmp_path, store=empty_url)
        others = [
            until(done, problems, partial(told, "resolve", folder=tmp_path, store=empty_url)),
            until(done, problems, count),
        ]
        for one in reviewers:
            one.start()
        for command in (*writers, backup):
            command.wait()
        done.set()
        for thread in others:
            thread.join(100)
        ends.set()
        for one in reviewers:
            one.join(100)
            assert not one.is_alive()
    finally:
        done.set()
        ends.set()
        serving.stop()
    assert problems == []
    assert [one.problem for one in reviewers] == ["", ""]
    assert "Traceback" not in serving.said

    told("resolve", folder=tmp_path, store=empty_url)
    rows = judged(engine)
    assert sorted(row.id for row in rows) == sorted([*reviewers[0].judged, *reviewers[1].judged])
    assert all(one.judged for one in reviewers), "one of them decided nothing: the test proves nothing"
    with engine.connect() as connection:
        waiting = {one.id for one in queue.listed(connection, most=1000)}
    assert not waiting & _PUT.keys()

    after = shutil.copyfile(whole, tmp_path / "after.db")
    with_judgements(after, rows)
    told("resolve", folder=tmp_path, store=f"sqlite:///{after}")
    reference = open_store(f"sqlite:///{after}")
    assert differences(content(engine), content(reference)) == {}
    assert meant(engine) == meant(reference)
    assert ask("table", "3") == json.loads(
        told("table", "3", "--json", folder=tmp_path, store=f"sqlite:///{after}")
    )
    reference.dispose()
    engine.dispose()
    for state in states:
        check_states(state)
    assert len(tables) > 1
    told("restore", "all.zip", "--check", folder=tmp_path, store=empty_url)
