"""Plans bring the log to what the rules hold, add nothing twice, and bow to a person who took a row back."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from entity_resolution.clustering import Node, cluster
from entity_resolution.log import Judgement
from entity_resolution.planning import Case, Group, Held, Pair, Row, plan
from tests.entity_resolution.mentions import mentioned

MENTIONS = [mentioned(at, f"甲{at}") for at in range(8)]
CASE: Case = ("rule:name", "甲")


class Log:
    """A log that plans are written to."""

    def __init__(self) -> None:
        self.rows: list[Judgement] = []
        self.cases: dict[int, str] = {}

    def write(self, rows: Sequence[Row]) -> None:
        for row in rows:
            number = len(self.rows) + 1
            self.rows.append(
                Judgement(number, row.left, row.right, row.verdict, row.by, row.score or 1.0, row.reason,
                          row.valid_from, row.valid_to, row.undoes)
            )  # fmt: skip
            self.cases[number] = row.case

    def plan(self, held: dict[Case, Held], *, whole: bool = False) -> list[Row]:
        return plan(held, self.rows, self.cases, whole=whole)

    def entities(self) -> set[frozenset[object]]:
        made = cluster([Node(one.id, one.name) for one in MENTIONS], self.rows)
        return {frozenset(members) for members in made.members.values()}


def held(partition: list[int]) -> Held:
    """Mentions with an equal number are a group; number 0 belongs to none. Groups 1 and 2 are in doubt."""
    groups = {
        number: tuple(one for one, given in zip(MENTIONS, partition, strict=True) if given == number)
        for number in sorted(set(partition) - {0})
    }
    case = Held([Group(members, "x") for members in groups.values()])
    if 1 in groups and 2 in groups:
        case.pairs = [Pair(groups[1], groups[2], "unsure", "x", 0.5)]
    return case


PARTITIONS = st.lists(st.integers(0, 3), min_size=len(MENTIONS), max_size=len(MENTIONS))


@given(st.lists(PARTITIONS, min_size=1, max_size=5))
def test_after_each_plan_the_log_says_what_is_held_and_the_next_adds_nothing(
    history: list[list[int]],
) -> None:
    log = Log()
    for partition in history:
        wanted = held(partition)
        log.write(log.plan({CASE: wanted}))
        grouped = {frozenset(one.id for one in group.members) for group in wanted.groups}
        alone = {frozenset({one.id}) for one, number in zip(MENTIONS, partition, strict=True) if number == 0}
        assert log.entities() == grouped | alone
        assert log.plan({CASE: wanted}) == []
        assert log.plan({CASE: wanted}, whole=True) == []


@given(PARTITIONS, st.integers(0, 30))
def test_what_a_person_took_back_is_not_written_again(partition: list[int], which: int) -> None:
    log, wanted = Log(), held(partition)
    log.write(log.plan({CASE: wanted}))
    if not log.rows:
        return
    target = log.rows[which % len(log.rows)]
    log.rows.append(
        Judgement(len(log.rows) + 1, target.left, target.right, "undo", "person:ann", undoes=target.id)
    )
    log.write(log.plan({CASE: wanted}))
    said = [(row.left, row.right, row.verdict) for row in log.rows]
    assert said.count((target.left, target.right, target.verdict)) == 1
    assert log.plan({CASE: wanted}) == []


def test_a_whole_plan_undoes_what_no_rule_holds_any_more_and_a_part_does_not() -> None:
    log = Log()
    log.write(log.plan({CASE: held([1, 1, 0, 0, 0, 0, 0, 0])}))
    other: Case = ("rule:name", "乙")
    assert log.plan({other: Held()}) == []
    (row,) = log.plan({other: Held()}, whole=True)
    assert (row.verdict, row.undoes) == ("undo", 1)
