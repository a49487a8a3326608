"""Facts as read become records, where the store has a kind for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pipelines.reading.fact import Fact, Piece, Role, Type
from pipelines.reading.recording import records_of
from pipelines.records import AnyRecord, Cooperation, Financing, Mention, Organisation, Person


def fact(kind: Type, **roles: str) -> Fact:
    pieces: dict[Any, tuple[Piece, ...]] = {
        role: tuple(Piece(one, 0, len(one)) for one in words.split("|")) for role, words in roles.items()
    }
    return Fact(kind, pieces, 3, 9, 0.7777, "r-1")


def records(one: Fact) -> list[AnyRecord]:
    def bearer(piece: Piece, role: Role) -> Mention:
        return Mention(name=piece.text, kind="person" if role == "person" else None)

    return records_of(one, "the sentence", bearer)


def test_cooperation_with_and_without_direction() -> None:
    (one,) = records(fact("cooperation", party="甲|乙|甲"))
    assert isinstance(one, Cooperation)
    assert (one.kind, [each.name for each in one.parties]) == ("other", ["甲", "乙"])
    assert (one.locator, one.quote, one.confidence) == ("text:3-9", "the sentence", 0.778)
    (two,) = records(
        replace(fact("cooperation", provider="甲", recipient="乙"), details={"relation": "订单"})
    )
    assert isinstance(two, Cooperation)
    assert (two.kind, two.providers[0].name, two.recipients[0].name, two.parties) == (
        "supply",
        "甲",
        "乙",
        (),
    )
    (mixed,) = records(fact("contract", provider="甲", recipient="乙", party="丙", amount="2亿元"))
    assert isinstance(mixed, Cooperation)
    assert (mixed.kind, len(mixed.parties), mixed.providers) == ("contract", 3, ())
    assert mixed.amount is not None
    assert mixed.amount.low == 2e8
    (kind,) = records(replace(fact("cooperation", party="甲|乙"), details={"kind": "joint laboratory"}))
    assert isinstance(kind, Cooperation)
    assert kind.kind == "joint laboratory"


def test_financing_names_target_investors_leads_round_and_sum() -> None:
    (one,) = records(
        fact("investment", investor="甲", lead="乙", target="丙", round="B轮", amount="数千万元")
    )
    assert isinstance(one, Financing)
    assert [each.name for each in one.investors] == ["甲", "乙"]
    assert [each.name for each in one.leads] == ["乙"]
    assert one.round == "B轮"
    (two,) = records(fact("acquisition", investor="甲", target="乙", amount="1亿元|2亿元"))
    assert isinstance(two, Financing)
    assert (two.round, two.amount) == ("并购", None)
    assert len(records(fact("investment", investor="甲", target="乙|丙"))) == 2


def test_ownership_and_names_are_said_of_an_organisation() -> None:
    (one,) = records(fact("ownership", owner="甲", owned="乙"))
    assert isinstance(one, Organisation)
    assert (one.subject.name, one.links[0].relation, one.links[0].other.name) == ("乙", "subsidiary", "甲")
    (two,) = records(fact("alias", name="甲公司|甲"))
    assert isinstance(two, Organisation)
    assert (two.subject.name, two.names[0].name) == ("甲公司", "甲")


def test_people_with_schools_and_posts() -> None:
    (study,) = records(fact("education", person="某人", school="甲大学", degree="硕士", field="法律"))
    assert isinstance(study, Person)
    assert (study.studies[0].school.name, study.studies[0].degree, study.studies[0].field) == (
        "甲大学",
        "硕士",
        "法律",
    )
    (held,) = records(
        replace(
            fact("employment", person="某人", employer="乙", post="董事|经理"), details={"current": "true"}
        )
    )
    assert isinstance(held, Person)
    assert [(one.post, one.current) for one in held.posts] == [("董事", True), ("经理", True)]


@pytest.mark.parametrize(
    "one",
    [
        fact("cooperation", party="甲"),
        fact("cooperation", provider="甲", recipient="甲"),
        fact("contract", provider="甲"),
        fact("investment", investor="甲"),
        fact("investment", target="甲"),
        replace(fact("investment", investor="甲", target="乙"), status="planned"),
        replace(fact("ownership", owner="甲", owned="乙"), status="denied"),
        fact("acquisition", party="甲|乙"),
        fact("ownership", owner="甲", owned="甲"),
        fact("alias", name="甲|甲"),
        fact("education", school="甲大学"),
        fact("employment", person="某人", post="董事"),
    ],
)
def test_what_the_store_has_no_kind_for_is_no_record(one: Fact) -> None:
    assert records(one) == []
