"""What is given out and taken: the file that ships, and files with faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.errors import InputError
from pipelines.reading.fact_json import TYPES
from pipelines.reading.thresholds import NEVER, read_thresholds, thresholds

LINE = "{kind}: {{given: {{patterns: 0.5, people: 1}}, pair: {{patterns: 0.25}}, taken: 0.9, waits: 0.4}}\n"


def test_the_file_that_ships_has_every_type_in_order() -> None:
    shipped = thresholds()
    assert tuple(shipped) == TYPES
    for one in shipped.values():
        assert one.waits <= one.taken
        assert all(0 <= value <= NEVER for value in (*one.given.values(), *one.pair.values()))
        assert one.taken >= min(one.given.values())


def test_with_two_names_other_limits_hold_and_strangers_never_pass(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text("".join(LINE.format(kind=kind) for kind in TYPES))
    one = read_thresholds(path)["alias"]
    assert (one.least("patterns", pair=False), one.least("patterns", pair=True)) == (0.5, 0.25)
    assert (one.least("people", pair=True), one.least("events", pair=False)) == (1.0, NEVER)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("alias:", "gossip:", "alias"),
        ("0.9", "'high'", "taken"),
        ("0.9", "7", "taken"),
        ("people", "strangers", "not known"),
        ("waits: 0.4", "wait: 0.4", "waits"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, before: str, after: str, message: str) -> None:
    path = tmp_path / "t.yaml"
    path.write_text("".join(LINE.format(kind=kind) for kind in TYPES).replace(before, after, 1))
    with pytest.raises(InputError, match=message):
        read_thresholds(path)
