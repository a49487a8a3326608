"""Records become facts: statements about mentions, each with the question (slot) that it answers.

A record may hold several facts: an organisation's names, attributes and links are one fact each, so that a
change of one is a change of one. Facts are plain values, still free of the store.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, assert_never

from pipelines.ai_patents import judge
from pipelines.records import (
    UNDATED,
    Amount,
    AnyRecord,
    Cooperation,
    Document,
    Financing,
    Mention,
    Organisation,
    Patent,
    Person,
    Policy,
    Product,
    Record,
    When,
)

Role = tuple[str, Mention]


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement. `slot` holds what makes the question (without the source, which the store adds);
    `roles` are who stands in it, in order; the rest are the columns of the store's `fact` table."""

    kind: str
    slot: tuple[Any, ...]
    roles: tuple[Role, ...]
    locator: str
    quote: str
    confidence: float
    value: str = ""
    as_written: str = ""
    number: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    when: When = UNDATED


def facts_of(record: AnyRecord) -> Iterator[Fact]:
    """The facts that a record states. A `Document` states none by itself: it is read."""
    match record:
        case Organisation():
            yield from _organisation(record)
        case Product():
            yield _product(record)
        case Financing():
            yield _financing(record)
        case Person():
            yield from _person(record)
        case Patent():
            yield _patent(record)
        case Cooperation():
            yield _cooperation(record)
        case Policy():
            yield _policy(record)
        case Document():
            return
        case _:
            assert_never(record)


def key_of(mention: Mention) -> list[Any]:
    """What tells a mention from others, as plain values."""
    ids = [[one.scheme, one.value] for one in mention.identifiers]
    return [mention.scope, mention.name, mention.kind, mention.country, mention.place, ids]


def _where(record: Record) -> dict[str, Any]:
    return {"locator": record.locator, "quote": record.quote, "confidence": record.confidence}


def _detail(**values: Any) -> dict[str, Any]:
    """Only what is said: an empty value is left out."""
    return {name: value for name, value in values.items() if value not in (None, "", (), [])}


def _money(amount: Amount | None) -> dict[str, Any]:
    if amount is None:
        return {}
    return {"as_written": amount.as_written, "low": amount.low, "high": amount.high, "unit": amount.currency}


def _day(when: When) -> str:
    return str(when.start or when.end or when.as_written)


def _organisation(record: Organisation) -> Iterator[Fact]:
    subject, where = record.subject, _where(record)
    yield Fact(
        "name", ("name", key_of(subject), "main"), (("subject", subject),), **where,
        value=subject.name, as_written=subject.name, detail={"type": "main"},
    )  # fmt: skip
    for also in record.names:
        yield Fact(
            "name", ("name", key_of(subject), also.type, also.name), (("subject", subject),), **where,
            value=also.name, as_written=also.name, when=also.when,
            detail=_detail(type=also.type, language=also.language),
        )  # fmt: skip
    times = Counter((one.name, _day(one.when)) for one in record.attributes)
    for one in record.attributes:
        # an attribute that is said several times (industries, say) is a set: each value its own question
        several = (one.value,) if times[one.name, _day(one.when)] > 1 else ()
        yield Fact(
            "attribute", ("attribute", key_of(subject), one.name, _day(one.when), *several),
            (("subject", subject),), **where,
            value=one.value, as_written=one.value, number=one.number, unit=one.unit,
            detail={"attribute": one.name}, when=one.when,
        )  # fmt: skip
    for link in record.links:
        yield Fact(
            "link", ("link", key_of(subject), link.relation, key_of(link.other)),
            (("subject", subject), ("other", link.other)), **where,
            value=link.relation, as_written=link.relation, when=link.when,
        )  # fmt: skip


def _product(record: Product) -> Fact:
    return Fact(
        "product",
        ("product", record.register_name, record.number or [key_of(record.bearer), record.name]),
        (("bearer", record.bearer),),
        **_where(record),
        value=record.name,
        as_written=record.name,
        detail=_detail(
            register=record.register_name,
            number=record.number,
            category=record.category,
            products=record.products,
            use=record.use,
            remark=record.remark,
            status=record.status,
        ),
        when=record.when,
    )


def _financing(record: Financing) -> Fact:
    roles: list[Role] = [("target", record.target)]
    roles += [("investor", one) for one in record.investors]
    roles += [("lead", one) for one in record.leads]
    question = record.event or [key_of(record.target), record.round, _day(record.when)]
    return Fact(
        "financing",
        ("financing", question),
        tuple(roles),
        **_where(record),
        **_money(record.amount),
        value=record.round,
        detail=_detail(event=record.event),
        when=record.when,
    )


def _person(record: Person) -> Iterator[Fact]:
    where = _where(record)
    for study in record.studies:
        yield Fact(
            "education",
            ("education", key_of(record.person), key_of(study.school), study.degree, study.field),
            (("person", record.person), ("school", study.school)), **where,
            value=study.degree, as_written=study.degree,
            detail=_detail(field=study.field, core=record.core or None), when=study.when,
        )  # fmt: skip
    for post in record.posts:
        yield Fact(
            "employment",
            ("employment", key_of(record.person), key_of(post.employer), post.post, _day(post.when)),
            (("person", record.person), ("employer", post.employer)), **where,
            value=post.post, as_written=post.post,
            detail=_detail(current=post.current, core=record.core or None), when=post.when,
        )  # fmt: skip


def _patent(record: Patent) -> Fact:
    return Fact(
        "patent",
        ("patent", record.number),
        tuple((party.role, party.party) for party in record.parties),
        **_where(record),
        value=record.number,
        as_written=record.title,
        detail=_detail(
            title=record.title,
            titles=[one.model_dump() for one in record.titles],
            classes=list(record.classes),
            published=_day(record.published),
            priority=_day(record.priority),
            application=record.application,
            family=record.family,
            stage=record.stage,
            ai=judge([record.title, *(one.text for one in record.titles)], record.classes).as_dict() or None,
        ),
        when=record.filed if record.filed.start else record.published,
    )


def _cooperation(record: Cooperation) -> Fact:
    roles: list[Role] = [("provider", one) for one in record.providers]
    roles += [("recipient", one) for one in record.recipients]
    roles += [("party", one) for one in record.parties]
    return Fact(
        "cooperation",
        ("cooperation", record.kind, [[role, key_of(one)] for role, one in roles], _day(record.when)),
        tuple(roles),
        **_where(record),
        **_money(record.amount),
        value=record.kind,
        detail=_detail(
            technologies=list(record.technologies),
            applications=list(record.applications),
            status=record.status,
        ),
        when=record.when,
    )


def _policy(record: Policy) -> Fact:
    return Fact(
        "policy",
        ("policy", record.number or record.title),
        tuple(("issuer", one) for one in record.issuers),
        **_where(record),
        value=record.number,
        as_written=record.title,
        detail=_detail(title=record.title, url=record.url),
        when=record.when,
    )
