"""A name to be matched."""

from __future__ import annotations

from entity_resolution.matching.name import Name


def test_what_is_not_said_is_none() -> None:
    one = Name("1", "甲云")
    assert (one.kind, one.country, one.place) == (None, None, None)
    assert one == Name("1", "甲云", None, None, None)
