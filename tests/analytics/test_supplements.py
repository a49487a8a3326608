"""The tables beyond the printed report's."""

from __future__ import annotations

from analytics.supplements import SUPPLEMENTS


def test_supplements_are_listed_in_their_order() -> None:
    numbers = [int(one.rpartition("_")[2]) for one in SUPPLEMENTS]
    assert numbers == sorted(numbers)
    assert all(one == f"supplement_{number}" for one, number in zip(SUPPLEMENTS, numbers, strict=True))
