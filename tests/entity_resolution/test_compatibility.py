"""What speaks against one bearer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from entity_resolution.compatibility import Mentioned, conflict, kinds_agree, profile
from tests.entity_resolution.mentions import mentioned, namesakes

KINDS = (
    "company",
    "university",
    "research institute",
    "investor",
    "government",
    "alliance",
    "park",
    "person",
    "other",
)


@given(namesakes())
def test_a_conflict_is_one_from_both_sides_and_nothing_conflicts_with_itself(found: list[Mentioned]) -> None:
    for one in found:
        for other in found:
            mine, theirs = profile([one]), profile([other])
            assert (conflict(mine, theirs) is None) == (conflict(theirs, mine) is None)
        own = [value for scheme, value in one.identifiers if scheme == "lei"]
        assert len(own) > 1 or conflict(profile([one]), profile([one])) is None


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ({"kind": "person"}, {}, "a person"),
        ({"kind": "university"}, {"kind": "company"}, "kinds"),
        ({"kind": "government"}, {"kind": "company"}, "kinds"),
        ({"country": "US"}, {"country": "CN"}, "countries"),
        ({"place": "北京"}, {"place": "陕西省"}, "places"),
        ({"country": "KY"}, {"country": "CN"}, None),
        ({"country": "US"}, {}, None),
        ({"kind": "investor"}, {"kind": "university"}, None),
        ({"place": "广州市"}, {"place": "广东省"}, None),
    ],
)
def test_reasons(one: dict[str, Any], other: dict[str, Any], reason: str | None) -> None:
    found = conflict(profile([mentioned(1, "星河", **one)]), profile([mentioned(2, "星河", **other)]))
    if reason is None:
        assert found is None
    else:
        assert found is not None
        assert found.reason.startswith(reason)


def test_two_identifiers_of_one_scheme_are_certain_and_a_sources_own_are_not() -> None:
    one, other = mentioned(1, "星河", ("uscc", "1"), ("s:own", "1")), mentioned(2, "星河", ("uscc", "2"))
    found = conflict(profile([one]), profile([other]))
    assert found is not None
    assert found.certain
    assert conflict(profile([one]), profile([mentioned(3, "星河", ("s:own", "2"))])) is None


def test_a_full_legal_name_may_have_two_addresses() -> None:
    one, other = mentioned(1, "星河有限公司", place="北京"), mentioned(2, "星河有限公司", place="陕西")
    assert conflict(profile([one]), profile([other])) is None


@pytest.mark.parametrize("kind", KINDS)
def test_kinds(kind: str) -> None:
    assert kinds_agree(kind, kind)
    assert kinds_agree(kind, None) == (kind != "person")
    assert all(kinds_agree(kind, other) == kinds_agree(other, kind) for other in KINDS)
