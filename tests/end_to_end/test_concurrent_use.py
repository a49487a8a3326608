"""Answers while others write.

What is promised, on SQLite and on PostgreSQL: every answer is of one state of the store, as it was before or after what
somebody committed meanwhile. No page, table or number is half of one and half of the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert, select

from analytics.basis import basis
from analytics.cells import any_table
from entity_resolution import queue, storage
from entity_resolution.clustering import entity_id
from entity_resolution.judgements import judge
from entity_resolution.resolver import resolve
from pipelines.commands import sources
from pipelines.operations.health import health
from pipelines.records import Mention
from pipelines.store import schema
from pipelines.store.session import open_store, writing
from pipelines.store.types import now
from pipelines.store.writing import mention_id
from tests.entity_resolution.review.world import app_on
from tests.filled_store import SEEN, fill, financing

# ── one answer, one state ─────────────────────────────────────────────────────────────────────


def _status(engine: Engine) -> Any:
    return sources(engine)


def _health(engine: Engine) -> Any:
    found = health(engine)
    return found.rows, found.runs, found.queues, [(one.source, one.outcome) for one in found.sources]


def _table(engine: Engine) -> Any:
    found = any_table(engine, basis(engine, years=(2014, 2015)), "3")
    return found.rows(), [one.en for one in found.notes]


def _asked(path: str) -> Callable[[Engine], Any]:
    def ask(engine: Engine) -> Any:
        app = app_on(engine)
        answer = app.test_client().get(
            path,
            headers={"Authorization": f"Bearer {app.extensions['access'].token}"},
            base_url="http://127.0.0.1:8000",
        )
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()

    return ask


INVESTOR = Mention(name="投资甲", kind="investor")
#: So many places, about, in which a commit falls into an answer.
PLACES = 6

READERS: dict[str, Callable[[Engine], Any]] = {
    "status": _status,
    "health": _health,
    "table": _table,
    "queue": _asked("/api/queue"),
    "search": _asked("/api/search?q=投资甲"),
    "entity": _asked(f"/api/entities/{entity_id(mention_id('test', INVESTOR))}"),
}


def _more(engine: Engine, number: int) -> None:
    """What an import, `resolve` and a reviewer commit: facts, names, entities, a pair, a judgement."""
    fill(
        engine,
        financing(f"公司{number}", "投资甲", event=str(number)),
        source=f"file{number}",
        page=str(number),
    )
    resolve(engine)
    with engine.connect() as connection:
        keys = {one.name: key for key, one in storage.all_mentions(connection).items()}
    new, old, first = (keys.get(name, 0) for name in (f"公司{number}", f"公司{number - 1}", "公司甲"))
    with writing(engine) as connection:
        open_pairs = queue.open_of(connection, None)
        raised = queue.Raised(new, first, 0.5, "same", {"reason": "alike"})
        queue.sync(connection, [*open_pairs.values(), raised], None, now())
    if old:
        judge(engine, str(old), str(first), "different", reason="two firms", by="ann")


@pytest.mark.parametrize("reader", READERS)
def test_an_answer_is_of_one_state(reader: str, store: Engine, store_address: str) -> None:
    """Somebody commits before the first statement of an answer, the second, …; of many statements, before some."""
    fill(store, financing("公司甲", "投资甲"), company_named("公司乙"))
    resolve(store)
    with writing(store) as connection:
        entities = connection.execute(select(schema.entity.c.id, schema.entity.c.name)).all()
        edition = {"edition": "2015", "proposed_at": SEEN, "frozen_at": SEEN, "frozen_by": "ann", "rule": {}}
        connection.execute(insert(schema.sample_edition).values(**edition))
        connection.execute(
            insert(schema.sample_member),
            [
                {
                    "edition": "2015",
                    "entity_id": one.id,
                    "score": 1.0,
                    "decided_by": "rule",
                    "reason": "a trial",
                }
                for one in entities
                if one.name == "投资甲"
            ],
        )
    other, ask = open_store(store_address), READERS[reader]
    statements = commits = 0
    commit_at = -1

    def count(*_: Any) -> None:
        nonlocal statements, commits
        statements += 1
        if statements == commit_at:
            commits += 1
            _more(other, commits)

    event.listen(store, "before_cursor_execute", count)
    before, whole = ask(store), statements
    assert whole > 1
    seen_between = 0
    for commit_at in range(1, whole + 1, max(whole // PLACES, 1)):  # `count` looks at it
        statements = 0
        during = ask(store)
        assert statements >= commit_at
        statements = -(10**6)
        after = ask(store)
        assert after != before, "nothing was committed that this answer could show: the test proves nothing"
        assert during in (before, after), f"commit before statement {commit_at} of {whole}"
        seen_between += during == before
        before = after
    assert seen_between, "no commit fell into an answer"
    other.dispose()


def company_named(name: str) -> Any:
    """A record that says nothing but the name."""
    return financing(name, "投资乙", in_year=2015)
