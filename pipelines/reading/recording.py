"""Facts as read become records, in the words of the store: cooperation, financing, people, organisations.

What the store has no kind of record for is no record: a planned investment, a merger without a direction, a post
whose holder the text does not name. Such facts are kept as they were read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, get_args

from pipelines.amounts import read_amount
from pipelines.errors import InputError
from pipelines.reading.fact import Fact, Piece, Role
from pipelines.records import (
    AlsoNamed,
    Amount,
    AnyRecord,
    Cooperation,
    Financing,
    Link,
    Mention,
    Organisation,
    Person,
    Post,
    Study,
)
from pipelines.rounds import read_round

#: Who bears the words of a role.
Bearer = Callable[[Piece, Role], Mention]

_KINDS: Final = frozenset(get_args(Cooperation.model_fields["kind"].annotation))
#: The kind of cooperation that a finer relation says.
_KIND_OF_RELATION: Final = {"订单": "supply", "签约": "contract"}
_QUOTE: Final = 1000


def records_of(fact: Fact, quote: str, bearer: Bearer, *, part: str = "text") -> list[AnyRecord]:
    """The records that `fact` states, none where the store has no kind for it. `quote` is its sentence, `part` the
    part of the document that its offsets count in."""
    where: dict[str, Any] = {
        "locator": f"{part}:{fact.start}-{fact.end}",
        "quote": quote[:_QUOTE],
        "confidence": round(min(max(fact.confidence, 0.0), 1.0), 3),
    }
    who = {
        role: tuple(dict.fromkeys(bearer(one, role) for one in pieces)) for role, pieces in fact.roles.items()
    }
    if fact.type in ("cooperation", "contract"):
        return _cooperation(fact, where, who)
    if fact.status != "done":
        return []
    if fact.type in ("investment", "acquisition"):
        return _financing(fact, where, who)
    if fact.type == "ownership":
        return [
            Organisation(
                **where, subject=owned, links=(Link(relation="subsidiary", other=owner, when=fact.when),)
            )
            for owner in who.get("owner", ())
            for owned in who.get("owned", ())
            if owner != owned
        ]
    if fact.type == "alias":
        first, *others = who.get("name", ()) or (None,)
        names = tuple(AlsoNamed(name=one.name, type="alias") for one in others if one is not None)
        return [Organisation(**where, subject=first, names=names)] if first is not None and names else []
    return _people(fact, where, who)


def _cooperation(fact: Fact, where: dict[str, Any], who: dict[Role, tuple[Mention, ...]]) -> list[AnyRecord]:
    givers, takers = who.get("provider", ()), who.get("recipient", ())
    takers = tuple(one for one in takers if one not in givers)
    everyone = tuple(dict.fromkeys((*givers, *takers, *who.get("party", ()))))
    if not (givers and takers) or who.get("party"):
        givers, takers = (), ()
        if len(everyone) < 2:
            return []
    stated = fact.details.get("kind", "")
    kind: Any = (
        stated if stated in _KINDS else _KIND_OF_RELATION.get(fact.details.get("relation", ""), "other")
    )
    if fact.type == "contract" and kind == "other":
        kind = "contract"
    return [
        Cooperation(
            **where,
            kind=kind,
            providers=givers,
            recipients=takers,
            parties=() if givers else everyone,
            technologies=fact.technology,
            applications=fact.application,
            amount=_amount(fact),
            status=fact.status,
            when=fact.when,
        )
    ]


def _financing(fact: Fact, where: dict[str, Any], who: dict[Role, tuple[Mention, ...]]) -> list[AnyRecord]:
    leads = who.get("lead", ())
    investors = tuple(dict.fromkeys((*who.get("investor", ()), *leads)))
    stated = next((one.text for one in fact.roles.get("round", ())), "")
    name = stated if stated and read_round(stated).known else ""
    found: list[AnyRecord] = []
    for target in who.get("target", ()):
        others = tuple(one for one in investors if one != target)
        if others or name or fact.roles.get("amount"):
            found.append(
                Financing(
                    **where,
                    target=target,
                    investors=others,
                    leads=tuple(one for one in leads if one != target),
                    round=name or ("并购" if fact.type == "acquisition" else ""),
                    amount=_amount(fact),
                    when=fact.when,
                )
            )
    return found


def _people(fact: Fact, where: dict[str, Any], who: dict[Role, tuple[Mention, ...]]) -> list[AnyRecord]:
    def words(role: Role) -> str:
        return next((one.text for one in fact.roles.get(role, ())), "")[:300]

    found: list[AnyRecord] = []
    for person in who.get("person", ()):
        if fact.type == "education":
            studies = tuple(
                Study(school=one, degree=words("degree"), field=words("field"), when=fact.when)
                for one in who.get("school", ())
            )
            if studies:
                found.append(Person(**where, person=person, studies=studies))
            continue
        current = {"true": True, "false": False}.get(fact.details.get("current", "").lower())
        titles: Iterable[str] = [one.text[:300] for one in fact.roles.get("post", ())] or [""]
        posts = tuple(
            Post(employer=one, post=title, current=current, when=fact.when)
            for one in who.get("employer", ())
            for title in titles
        )
        if posts:
            found.append(Person(**where, person=person, posts=posts))
    return found


def _amount(fact: Fact) -> Amount | None:
    """The sum, where exactly one is told: of several nobody knows which is the whole."""
    stated = {one.text for one in fact.roles.get("amount", ())}
    if len(stated) != 1:
        return None
    try:
        return read_amount(stated.pop())
    except InputError:
        return None
