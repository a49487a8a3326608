"""The attack on regular expressions finds what runs away, and lets pass what does not.

The attack on all of the project's takes minutes: `python -m tests.fuzzing.patterns`.
"""

from __future__ import annotations

import re

from tests.fuzzing.patterns import LARGE, Pattern, attacks, run_away


def test_the_attack_finds_what_it_should() -> None:
    for text in (r"(a+)+$", r"\s+x", r"(?:a|ab|b)*c!"):
        assert run_away(Pattern("here", text, 0)) is not None, text


def test_plain_patterns_pass() -> None:
    for text in (r"[a-z]{2,3}", r"^\s+", r"a[^b]{0,30}c"):
        assert run_away(Pattern("here", text, 0)) is None, text


def test_attacks_are_of_the_size_asked_for() -> None:
    made = list(attacks(Pattern("here", r"x(?:ab)+y", re.UNICODE.value), LARGE))
    assert made
    assert all(LARGE * 0.9 < len(one) < LARGE * 1.2 for one in made)
