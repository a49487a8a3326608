"""Records become facts, each with the question that it answers."""

from __future__ import annotations

import datetime as dt

import pytest
from pydantic import ValidationError

from pipelines.facts import Fact, facts_of, key_of
from pipelines.records import (
    AlsoNamed,
    Amount,
    AnyRecord,
    Attribute,
    Cooperation,
    Document,
    Financing,
    Identifier,
    Link,
    Mention,
    Organisation,
    Patent,
    PatentParty,
    Person,
    Policy,
    Post,
    Product,
    Study,
    When,
)

DAY = When(start=dt.date(2014, 5, 6), precision="day")
A, B, C = (Mention(name=name) for name in "甲乙丙")


def of(record: AnyRecord) -> list[Fact]:
    return list(facts_of(record))


def roles(fact: Fact) -> list[tuple[str, str]]:
    return [(role, mention.name) for role, mention in fact.roles]


def test_an_organisation_is_a_fact_a_name_attribute_and_link() -> None:
    record = Organisation(
        locator="$",
        quote="甲",
        subject=A,
        names=(AlsoNamed(name="Jia", type="translation", language="en"),),
        attributes=(Attribute(name="staff", value="802", number=802, unit="persons", when=DAY),),
        links=(Link(relation="unit", other=B),),
    )
    name, also, staff, link = of(record)
    assert (name.kind, name.value, name.detail) == ("name", "甲", {"type": "main"})
    assert (also.value, also.detail) == ("Jia", {"type": "translation", "language": "en"})
    assert (staff.number, staff.unit, staff.when) == (802, "persons", DAY)
    assert roles(link) == [("subject", "甲"), ("other", "乙")]
    assert len({fact.slot for fact in map(_hashable, (name, also, staff, link))}) == 4


def _hashable(fact: Fact) -> Fact:
    return Fact(fact.kind, tuple(map(repr, fact.slot)), fact.roles, "", "", 1.0)


def attribute(value: str, *more: str) -> list[Fact]:
    values = tuple(Attribute(name="tag", value=one) for one in (value, *more))
    return [
        fact
        for fact in of(Organisation(locator="$", subject=A, attributes=values))
        if fact.kind == "attribute"
    ]


def test_another_value_of_one_attribute_answers_the_same_question() -> None:
    assert attribute("x")[0].slot == attribute("y")[0].slot


def test_values_of_a_set_are_questions_of_their_own() -> None:
    one, other = attribute("x", "y")
    assert one.slot != other.slot


def test_a_round_names_everyone_in_it() -> None:
    amount = Amount(as_written="数千万人民币", low=1e7, high=1e8, currency="CNY")
    fact = of(
        Financing(
            locator="$",
            target=A,
            investors=(B, C),
            leads=(C,),
            round="A轮",
            amount=amount,
            event="7",
            when=DAY,
        )
    )[0]
    assert roles(fact) == [("target", "甲"), ("investor", "乙"), ("investor", "丙"), ("lead", "丙")]
    assert (fact.low, fact.high, fact.unit, fact.as_written, fact.value) == (
        1e7,
        1e8,
        "CNY",
        "数千万人民币",
        "A轮",
    )
    assert fact.slot == ("financing", "7")


def test_a_person_gives_a_fact_a_study_and_post() -> None:
    record = Person(
        locator="$", person=A, core=True,
        studies=(Study(school=B, degree="博士", field="数学", when=DAY),),
        posts=(Post(employer=C, post="董事", current=True),),
    )  # fmt: skip
    study, post = of(record)
    assert (study.kind, study.value, study.detail) == ("education", "博士", {"field": "数学", "core": True})
    assert (post.kind, post.value, post.detail) == ("employment", "董事", {"current": True, "core": True})


def test_other_kinds() -> None:
    product = of(
        Product(locator="$", bearer=A, name="某算法", register_name="算法备案", number="9", status="changed")
    )[0]
    assert (product.slot, product.detail["status"]) == (("product", "算法备案", "9"), "changed")
    patent = of(
        Patent(
            locator="$",
            number="CN1A",
            title="题",
            parties=(PatentParty(party=A, role="applicant"),),
            classes=("G06N",),
            filed=DAY,
        )
    )[0]
    assert (roles(patent), patent.when, patent.detail["classes"]) == ([("applicant", "甲")], DAY, ["G06N"])
    supply = of(
        Cooperation(
            locator="$", kind="supply", providers=(A,), recipients=(B,), technologies=("5G",), when=DAY
        )
    )[0]
    assert (roles(supply), supply.detail) == (
        [("provider", "甲"), ("recipient", "乙")],
        {"technologies": ["5G"], "status": "done"},
    )
    policy = of(Policy(locator="$", title="题", number="1号", issuers=(A,)))[0]
    assert (roles(policy), policy.as_written) == ([("issuer", "甲")], "题")
    assert of(Document(locator="$", url="u", title="题", text="文")) == []


def test_a_cooperation_has_two_sides_one_way_or_the_other() -> None:
    with pytest.raises(ValidationError, match="either providers"):
        Cooperation(locator="$", kind="supply", providers=(A,))
    with pytest.raises(ValidationError, match="either providers"):
        Cooperation(locator="$", kind="supply", providers=(A,), recipients=(B,), parties=(A, B))


def test_what_tells_a_mention_from_others() -> None:
    ids = (Identifier(scheme="ror", value="2"), Identifier(scheme="lei", value="1"))
    one, other = Mention(name="甲", identifiers=ids), Mention(name="甲", identifiers=ids[::-1])
    assert key_of(one) == key_of(other)
    assert key_of(one) != key_of(Mention(name="甲", scope="x", identifiers=ids))


@pytest.mark.parametrize("bad", ["", " ", "a\x00b", "x" * 301, "两\n行"])
def test_what_is_no_name(bad: str) -> None:
    with pytest.raises(ValidationError):
        Mention(name=bad)


def test_time_and_money_in_order() -> None:
    with pytest.raises(ValidationError, match="before it starts"):
        When(start=dt.date(2020, 1, 1), end=dt.date(2019, 1, 1), precision="day")
    with pytest.raises(ValidationError, match="precision"):
        When(start=dt.date(2020, 1, 1))
    with pytest.raises(ValidationError, match="upper bound"):
        Amount(as_written="x", low=2, high=1)
