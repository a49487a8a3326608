"""The attack on regular expressions finds what runs away, and lets pass what does not; and none of the project's own
runs away on a text that nothing bounds."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from itertools import islice

import pytest

from tests.fuzzing.attacks import attacks
from tests.fuzzing.pace import GROWS, LOOK, Pace, pace, paces
from tests.fuzzing.patterns import ACCEPTED, ROOT, Pattern, accepted

UNICODE = re.UNICODE.value


@pytest.mark.parametrize(
    "text", [r"(a+)+$", r"\s+x", r"(?:a|ab|b)*c!", r"(?:x[^y]{0,9}?[和与][^y]{0,9}?x){0,9}y"]
)
def test_the_attack_finds_what_it_should(text: str) -> None:
    found = pace(text, UNICODE)
    assert found is not None
    assert found.exponent > GROWS


@pytest.mark.parametrize("text", [r"[a-z]{2,3}", r"^\s+", r"a[^b]{0,30}c", r"\d{4}年"])
def test_plain_patterns_pass(text: str) -> None:
    assert pace(text, UNICODE) is None


def test_attacks_are_of_the_size_asked_for() -> None:
    made = list(islice(attacks(r"x(?:ab)+y", UNICODE, LOOK), 6))
    assert made
    assert all(LOOK * 0.9 < len(one) < LOOK * 1.2 for one in made)


def test_each_pattern_is_attacked_in_a_process_of_its_own() -> None:
    told = dict(paces([(r"[a-z]{2,3}", UNICODE), (r"(a+)+$", UNICODE)], 2))
    assert told[0] is None
    assert isinstance(told[1], Pace)


def test_what_is_accepted_says_why_and_stands_in_the_code() -> None:
    for (file, head), why in ACCEPTED.items():
        assert (ROOT / file).is_file(), file
        assert len(why) > 10
        assert accepted(Pattern(f"{file}:1", head + "x", 0)) == why
    assert accepted(Pattern("crawlers/cells.py:1", "another", 0)) == ""


@pytest.mark.timeout(900)
def test_no_pattern_of_the_project_grows_without_a_bound() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.fuzzing.patterns", "--jobs", "2", "--attacks", "24"],
        check=True, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    *told, last = [json.loads(line) for line in run.stdout.splitlines()]
    assert last["attacked"] > 400
    assert [one for one in told if not one["bound"]] == []
