"""Decisions on single companies are kept for good, can be taken back, and follow a company that is merged."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, delete, insert, update
from sqlalchemy.exc import DBAPIError

from analytics import sample
from analytics.sample_overrides import EVERY, counting, decide, overrides, undo
from entity_resolution.resolver import resolve
from pipelines.errors import UsageError
from pipelines.records import Mention, Organisation
from pipelines.store import schema
from pipelines.store.session import writing
from tests.analytics.test_sample import tagged
from tests.filled_store import fill


@pytest.fixture
def filled(store: Engine) -> Engine:
    fill(
        store,
        tagged("甲科技", "人工智能"),
        tagged("乙智能", "人工智能"),
        tagged("丙农业", "农业"),
        Organisation(locator="u", subject=Mention(name="某大学", kind="university")),
    )
    resolve(store)
    return store


def members(edition: sample.Edition) -> set[str]:
    return set(edition.members["name"])


def test_decisions_go_before_the_rule_at_every_proposal(filled: Engine) -> None:
    decide(filled, "2022", "丙农业", "include", "Li", "sees to it")
    out = decide(filled, EVERY, "乙智能", "exclude", "Wu", "a trader")
    for _ in range(2):
        assert members(sample.propose(filled, "2022")) == {"甲科技", "丙农业"}
    assert members(sample.propose(filled, "other")) == {"甲科技"}
    decide(filled, "other", "乙智能", "include", "Wu", "here it may stay")
    assert members(sample.propose(filled, "other")) == {"甲科技", "乙智能"}
    assert undo(filled, out.id, "Wu", "a mistake").undone
    assert members(sample.propose(filled, "2022")) == {"甲科技", "乙智能", "丙农业"}
    assert [one.undone for one in overrides(filled, "2022")] == [False, True]
    assert len(overrides(filled)) == 3


def test_what_cannot_be_decided(filled: Engine) -> None:
    with pytest.raises(UsageError, match="university"):
        decide(filled, "2022", "某大学", "include", "Li", "r")
    with pytest.raises(UsageError, match="no entity"):
        decide(filled, "2022", "没有", "include", "Li", "r")
    with pytest.raises(UsageError, match="--reason"):
        decide(filled, "2022", "甲科技", "include", "Li", "  ")
    with pytest.raises(UsageError, match="no decision 99"):
        undo(filled, 99, "Li", "r")
    one = decide(filled, "2022", "甲科技", "include", "Li", "r")
    sample.propose(filled, "2022")
    sample.freeze(filled, "2022", "Li")
    with pytest.raises(UsageError, match="never changes"):
        decide(filled, "2022", "甲科技", "exclude", "Li", "r")
    with pytest.raises(UsageError, match="never changes"):
        undo(filled, one.id, "Li", "r")


def test_the_log_only_grows(filled: Engine) -> None:
    decide(filled, "2022", "甲科技", "include", "Li", "r")
    for change in (update(schema.sample_override).values(reason="x"), delete(schema.sample_override)):
        with pytest.raises(DBAPIError, match="only grow"), writing(filled) as connection:
            connection.execute(change)


def test_a_decision_follows_its_company(filled: Engine) -> None:
    made = decide(filled, "2022", "丙农业", "exclude", "Li", "r")
    entity = schema.entity
    with writing(filled) as connection:
        head = connection.execute(
            entity.select().where(entity.c.name == "甲科技")
        ).one()  # fmt: skip
        connection.execute(update(entity).where(entity.c.id == made.entity).values(redirect_to=head.id))
        assert set(counting(connection, "2022")) == {head.id}
    assert "甲科技" not in members(sample.propose(filled, "2022"))


def test_the_newest_of_several_counts(filled: Engine) -> None:
    first = decide(filled, "2022", "甲科技", "exclude", "Li", "r")
    decide(filled, "2022", "甲科技", "include", "Wu", "s")
    with filled.connect() as connection:
        assert counting(connection, "2022")[first.entity].by == "Wu"
    with pytest.raises(DBAPIError), writing(filled) as connection:
        connection.execute(
            insert(schema.sample_override).values(
                edition="2022",
                entity_id=first.entity,
                verdict="undo",
                by="x",
                reason="r",
                made_at=first.made_at,
            )
        )
