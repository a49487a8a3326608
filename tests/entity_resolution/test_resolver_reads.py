"""Resolving what is new reads the facts about it, and not all: by SQLite's own plans of the questions that are asked."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sqlalchemy import event, select

from entity_resolution.resolver import resolve
from pipelines.records import Link
from pipelines.store import schema
from pipelines.store.session import open_store
from tests.entity_resolution.stub_matcher import Letters
from tests.entity_resolution.world import employed, mention, organisation, write

#: Tables that grow with what is read, and are found by what they are about.
LARGE = {
    "fact",
    "fact_mention",
    "evidence",
    "page",
    "mention_identifier",
    "stated_name",
    "known_name",
    "name_posting",
}
#: An index whose every value stands in very many rows is no way to find few.
BROAD = re.compile(r"ix_fact_(?:kind|source) \(\w+=\?\)")


def whole_reads(path: Path, asked: list[tuple[str, Any]]) -> list[str]:
    """The steps of these questions that read one of the large tables as a whole, or a large part of it."""
    engine = open_store(f"sqlite:///{path}")
    found = []
    with engine.connect() as connection:
        for words, values in asked:
            names = dict(re.findall(r'"?(\w+)"? AS "?(\w+)"?', words))
            other = {alias: table for table, alias in names.items()}
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", values):
                step = str(row[3])
                scanned = re.match(r"SCAN (\w+)", step)
                if (scanned and other.get(scanned[1], scanned[1]) in LARGE) or BROAD.search(step):
                    found.append(f"{step}: {words}")
    engine.dispose()
    return found


def asked_by_resolving(path: Path) -> list[tuple[str, Any]]:
    """All that is asked of the store while its new mentions are resolved."""
    engine = open_store(f"sqlite:///{path}")
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, words: str, values: Any, _context: Any, many: bool) -> None:
        if words.lstrip().startswith("SELECT") and not many:
            asked.append((words, values))

    event.listen(engine, "before_cursor_execute", note)
    done = resolve(engine, matcher=Letters())
    assert done.mentions > 0
    engine.dispose()
    return asked


def test_new_names_are_resolved_without_a_look_at_all_facts(tmp_path: Path) -> None:
    path = tmp_path / "v.db"
    engine = open_store(f"sqlite:///{path}", create=True)
    write(engine, "one", organisation("中国信息通信研究院", ("信通院", "short"), ids={"uscc": "A"}))
    resolve(engine, matcher=Letters())
    part = Link(relation="unit", other=mention("云天励飞"))
    write(
        engine, "two", organisation("通信研究院", ("中国信通院", "alias"), links=(part,), ids={"uscc": "A"})
    )
    write(engine, "two", employed("李示例", "云天励飞"), day=1)
    engine.dispose()
    asked = asked_by_resolving(path)
    assert len(asked) > 20
    assert whole_reads(path, asked) == []


def test_a_question_about_all_is_seen(tmp_path: Path) -> None:
    """The test above can fail."""
    path = tmp_path / "v.db"
    engine = open_store(f"sqlite:///{path}", create=True)
    engine.dispose()
    said = schema.evidence.alias("said")
    for query in (
        select(schema.fact.c.value),
        select(said.c.quote),
        select(schema.fact.c.value).where(schema.fact.c.kind == "name"),
    ):
        words = str(query.compile(compile_kwargs={"literal_binds": True}))
        assert len(whole_reads(path, [(words, ())])) == 1
