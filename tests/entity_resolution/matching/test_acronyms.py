"""Initials of institutions' English names."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entity_resolution.matching.acronyms import MOST, acronyms


@pytest.mark.parametrize(
    ("name", "guess"),
    [("广西大学", "gxu"), ("湖北工程大学", "hbeu"), ("洛阳理工学院", "lit"), ("哈尔滨理工大学", "hut")],
)
def test_guesses_hold_the_usual_form(name: str, guess: str) -> None:
    assert guess in acronyms(name)


def test_companies_choose_freely() -> None:
    assert acronyms("广西示例科技") == ()
    assert acronyms("大学") == ()


@settings(deadline=None)
@given(st.text(alphabet="北京示例科学技术大理工研究所院a", max_size=30))
def test_guesses_are_few_and_short(name: str) -> None:
    found = acronyms(name)
    assert len(found) <= MOST
    assert all(2 <= len(guess) <= 8 for guess in found)
