"""A short run of every target, the same inputs each time; `tests/benchmarks/bench_fuzzing.py` looks longer."""

from __future__ import annotations

import random

import pytest

from tests.fuzzing.running import damages
from tests.fuzzing.targets import Target, tried
from tests.fuzzing.targets.every import TARGETS
from tests.fuzzing.targets.rooms import ROOMS

#: How many inputs of each target, a second or so; fifty of those not named.
TIMES = {"amounts": 1_500, "dates": 1_500, "identifiers": 1_500, "names": 300, "keys of addresses": 1_500,
         "places and rounds": 100, "tables handed in": 4, "networks written and read": 8, "archive": 6,
         "running text, all readers": 3, "decisions on samples": 12}  # fmt: skip


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_is_found_in_a_short_run(name: str) -> None:
    for number in range(TIMES.get(name, 50)):
        tried(TARGETS[name], number)


#: Found by running longer: each was an error once.
FOUND = [
    ("identifiers", 7010),  # a digit of another script in a code with a check
    ("identifiers", 821),  # the same in a code of shares
    ("keys of addresses", 276),  # half a character in a host
    ("decisions on samples", 23),  # half a character in a reason
    ("archive", 16),  # a record that lost its address
]


@pytest.mark.parametrize(("name", "number"), FOUND)
def test_what_was_found_is_mended(name: str, number: int) -> None:
    tried(TARGETS[name], number)


@pytest.mark.parametrize("name", [name for name in TARGETS if name != "decisions on samples"])
def test_the_same_number_is_the_same_input(name: str) -> None:
    target = TARGETS[name]
    made = [target.make(random.Random(3)) for _ in range(2)]
    if name == "networks written and read":
        assert made[0].edges.equals(made[1].edges)
    else:
        assert made[0] == made[1]


def test_a_finding_is_told_with_what_makes_it_again() -> None:
    def check(number: int) -> None:
        assert number % 7, "a seventh"

    tally = damages(Target("sevens", lambda dice: dice.randint(0, 99), check), 0.05, 0)
    assert tally.tried > 7
    assert sum(tally.kinds.values()) < tally.tried
    (kind,) = tally.kinds
    assert kind.startswith("AssertionError at test_targets.py:")
    number = int(tally.again[0].split(": ")[1])
    with pytest.raises(AssertionError, match="a seventh"):
        tried(Target("sevens", lambda dice: dice.randint(0, 99), check), number)


def test_what_the_other_engine_watches_is_there() -> None:
    assert ROOMS.keys() <= TARGETS.keys()
