"""The rules by themselves: what each holds of a case."""

from __future__ import annotations

import pytest

from entity_resolution.compatibility import Stated
from entity_resolution.curated import Curated, Name, Organisation, Tie
from entity_resolution.rules import (
    IDENTIFIER,
    LINK,
    NAME,
    NAMES_MOST,
    Link,
    by_identifier,
    by_link,
    by_list,
    by_name,
    key_of,
)
from tests.entity_resolution.mentions import mentioned


def test_an_identifier_joins_organisations_and_persons_apart() -> None:
    every = [mentioned(1, "甲", ("s:own", "7")), mentioned(2, "乙", ("s:own", "7")),
             mentioned(3, "丙", ("s:own", "7"), kind="person")]  # fmt: skip
    held = by_identifier({("s:own", "7"): every[::-1]})[IDENTIFIER, "s:own 7"]
    assert [[one.id for one in group.members] for group in held.groups] == [[1, 2], [3]]


def test_a_filler_is_no_identifier() -> None:
    many = [mentioned(at, f"第{at}号", ("uscc", "0")) for at in range(1, NAMES_MOST + 2)]
    assert not by_identifier({("uscc", "0"): many})[IDENTIFIER, "uscc 0"].groups
    assert by_identifier({("uscc", "0"): many[:-1]})[IDENTIFIER, "uscc 0"].groups


def test_an_acronym_waits_and_other_further_names_join() -> None:
    bearer, whole = mentioned(1, "SG"), mentioned(2, "国家电网")
    acronym = by_name({"sg": [bearer]}, {"sg": [(whole, Stated(2, "SG", "acronym"))]})[NAME, "sg"]
    assert [len(group.members) for group in acronym.groups] == [1]
    assert [(pair.verdict, pair.left[0].id) for pair in acronym.pairs] == [("unsure", 2)]
    brand = by_name({"sg": [bearer]}, {"sg": [(whole, Stated(2, "SG", "brand"))]})[NAME, "sg"]
    assert [len(group.members) for group in brand.groups] == [2]
    assert not by_name({"": [bearer, whole]}, {})


@pytest.mark.parametrize(
    ("relation", "verdict", "inner"),
    [("unit", "unit of", 1), ("subsidiary", "subsidiary of", 1), ("parent", "subsidiary of", 2),
     ("member", None, 0), ("related", None, 0), ("successor", None, 0)],
)  # fmt: skip
def test_links(relation: str, verdict: str | None, inner: int) -> None:
    every = {at: mentioned(at, f"第{at}号") for at in (1, 2)}
    held = by_link([Link(1, 2, relation), Link(1, 2, relation), Link(1, 1, relation)], every)
    pairs = [pair for case in held.values() for pair in case.pairs]
    assert [(pair.verdict, pair.left[0].id) for pair in pairs] == ([(verdict, inner)] if verdict else [])
    assert set(held) == ({(LINK, "1")} if verdict else set())


def test_the_list_takes_its_own_and_leaves_what_may_be_others() -> None:
    organisations = (
        Organisation((Name("甲牌", "甲牌", "x"), Name("甲", "甲", "x", ambiguous=True)), "company", "CN"),
        Organisation((Name("乙牌", "乙牌", "x"),), None, None),
    )
    known = Curated(organisations, (Tie(1, 0, "unit of", "x"),))
    bearers = {
        "甲牌": [mentioned(1, "甲牌"), mentioned(2, "甲牌", country="US"), mentioned(3, "甲牌", scope="x"),
                mentioned(4, "甲牌", kind="university"), mentioned(5, "甲牌", ("lei", "1")),
                mentioned(6, "甲牌", ("lei", "2"))],
        "甲": [mentioned(7, "甲")],
        "乙牌": [mentioned(8, "乙牌", kind=None)],
    }  # fmt: skip
    held = {case: one for (_, case), one in by_list(known, bearers).items()}
    assert [one.id for one in held["甲牌"].groups[0].members] == [1, 5]
    assert sorted((pair.left[0].id, pair.verdict) for pair in held["甲牌"].pairs) == [
        (6, "unsure"),
        (7, "unsure"),
    ]
    assert [(pair.left[0].id, pair.verdict, pair.right[0].id) for pair in held["乙牌"].pairs] == [
        (8, "unit of", 1)
    ]


def test_a_persons_key_is_no_organisations() -> None:
    assert key_of("雷军", "person") != key_of("雷军", None)
    assert key_of("", "person") == key_of("有限公司", "company") == ""
