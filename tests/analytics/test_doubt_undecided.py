"""The pairs that nobody has decided, with what is known of their sides, on SQLite and PostgreSQL."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, insert, select

from analytics.doubt.undecided import EVEN, Pair, Undecided, undecided
from entity_resolution.curated import Curated
from entity_resolution.judgements import judge
from entity_resolution.resolver import resolve
from pipelines.store import schema
from pipelines.store.session import writing
from pipelines.store.types import now
from tests.entity_resolution.world import organisation, write

NOBODY = Curated((), ())


@pytest.fixture
def engine(store: Engine) -> Engine:
    """Four companies and a person, each an entity."""
    write(
        store, "one",
        organisation("甲木", ids={"lei": "A"}), organisation("乙水"), organisation("丙火", ids={"lei": "B"}),
        organisation("丁土"), organisation("王一", kind="person"), organisation("李二", kind="person"),
    )  # fmt: skip
    resolve(store, known=NOBODY)
    return store


def _ids(engine: Engine) -> dict[str, str]:
    mention, of_mention = schema.mention, schema.mention_entity
    query = select(mention.c.name, of_mention.c.entity_id).join(
        mention, mention.c.id == of_mention.c.mention_id
    )
    with engine.connect() as connection:
        return {row.name: row.entity_id for row in connection.execute(query)}


def _ask(
    engine: Engine, left: str, right: str, score: float, suggestion: str = "same", by: str = "model:1"
) -> None:
    mention, table = schema.mention, schema.candidate
    with writing(engine) as connection:
        ends = [
            connection.execute(select(mention.c.id).where(mention.c.name == name)).scalar_one()
            for name in (left, right)
        ]
        number = len(connection.execute(select(table.c.id)).all())
        connection.execute(
            insert(table).values(
                id=number, left_id=ends[0], right_id=ends[1], score=score, suggestion=suggestion, why={"by": by},
                effect=1.0, raised_at=now(), evidence_at=now(),
            )
        )  # fmt: skip


def _read(engine: Engine) -> Undecided:
    with engine.connect() as connection:
        return undecided(connection)


def test_a_model_has_a_chance_and_the_rest_is_even(engine: Engine) -> None:
    ids = _ids(engine)
    _ask(engine, "甲木", "乙水", 0.8)
    _ask(engine, "乙水", "丙火", 1.0, by="rule:name")
    _ask(engine, "丁土", "丙火", 0.5, "unit of")
    _ask(engine, "王一", "李二", 0.9)
    found = _read(engine)
    assert {*found.pairs} == {
        Pair(ids["甲木"], ids["乙水"], "same", 0.8),
        Pair(ids["乙水"], ids["丙火"], "same", EVEN, False),
        Pair(ids["丁土"], ids["丙火"], "unit of", EVEN, False),
    }
    assert found.persons == 1
    assert {str(node.key): node.identifiers for node in found.nodes} == {
        ids["甲木"]: (("lei", "A"),), ids["乙水"]: (), ids["丙火"]: (("lei", "B"),), ids["丁土"]: (),
    }  # fmt: skip


def test_what_keeps_them_apart_is_about_entities(engine: Engine) -> None:
    ids = _ids(engine)
    judge(engine, "甲木", "丁土", "different", reason="a trial", known=NOBODY)
    _ask(engine, "甲木", "乙水", 0.8)
    _ask(engine, "乙水", "丁土", 0.7)
    (row,) = _read(engine).apart
    assert (row.left, row.right, row.verdict) == (ids["甲木"], ids["丁土"], "different")


def test_one_question_for_two_entities_and_none_for_one(engine: Engine) -> None:
    judge(engine, "甲木", "乙水", "same", reason="a trial", known=NOBODY)
    _ask(engine, "甲木", "乙水", 0.8)
    _ask(engine, "甲木", "丁土", 0.3)
    _ask(engine, "丁土", "乙水", 0.6)
    _ask(engine, "丁土", "甲木", 0.5, "unit of")
    (pair,) = _read(engine).pairs
    assert (pair.suggestion, pair.chance, pair.calibrated) == ("same", 0.6, True)


def test_nothing_waits(engine: Engine) -> None:
    assert _read(engine) == Undecided()
