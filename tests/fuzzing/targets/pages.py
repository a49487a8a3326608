"""Saved pages of every source, damaged."""

from __future__ import annotations

import random
from typing import Final

from tests.crawlers.saved_pages import Case
from tests.fuzzing.pages import CASES, read_damaged
from tests.fuzzing.targets import Target


def _page(dice: random.Random) -> tuple[Case, int]:
    case = dice.choice(CASES)
    while case.page.suffix == ".pdf" and dice.random() < 0.95:  # a process each
        case = dice.choice(CASES)
    return case, dice.randint(0, 2**40)


def check_page(given: tuple[Case, int]) -> None:
    """Records, or rejections that say where and why."""
    for one in read_damaged(*given)["rejected"]:
        assert one["locator"]
        assert one["reason"]


TARGETS: Final = (Target("pages of sources", _page, check_page),)
