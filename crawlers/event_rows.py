"""Rows about what happens: rounds of financing, posts and studies, patents, cooperation, policies, products."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from crawlers.cells import TRUE, Cells
from crawlers.organisation_rows import also_named, entity_kind, listing
from pipelines.errors import InputError
from pipelines.records import (
    AnyRecord,
    Attribute,
    Cooperation,
    EntityKind,
    Financing,
    Identifier,
    Mention,
    Organisation,
    Patent,
    PatentParty,
    Person,
    Policy,
    Post,
    Product,
    Study,
)

#: Words in a column of investors that name nobody.
NOBODY = frozenset(
    {"在册股东", "个人投资者", "其他投资者", "其他投资方", "投资者", "其他", "未知", "不详", "无", "N/A", "-"}
)
_ANGEL = "天使投资人"  # before a person's name
#: Words in a column of issuers that name nobody, or somebody who did not issue.
_UNNAMED = re.compile(
    r".{0,40}相关(?:主管)?(?:部门|单位)|.{0,20}有关(?:部门|单位)|[一二三四五六七八九十0-9]{1,4}部门"
    r"|(?:\w{1,12} )?(?:other|participating) (?:departments|agencies|organi[sz]ations)"
    r"|(?:administered|implemented) by .{1,200}",
    re.IGNORECASE,
)
_AND_OTHERS = re.compile(r"等(?:[一二三四五六七八九十0-9]{1,4}?个?)?(?:部门|单位|机构)?$")
#: How the names of authorities end.
_OFFICE = re.compile(r"(?:政府|国务院|委员会|委|办公厅|办公室|[部厅局署])$")
_DIGIT = re.compile(r"\d")


def _financing(cells: Cells) -> list[AnyRecord]:
    name = cells.required("target")
    when = cells.when("date", required=True)
    key = cells.text("target_id")
    target = Mention(
        name=name,
        kind="company",
        identifiers=(Identifier(scheme=cells.own("company"), value=key),) if key else (),
    )
    names, keys = cells.values("investors"), cells.values("investor_ids")
    # ids are believed to stand beside the names only where there are as many
    paired = keys if len(keys) == len(names) else [""] * len(names)
    for word in names:
        if word in NOBODY:
            cells.flag("investors", word, "this word names no investor")
    investors = [
        Mention(
            name=investor,
            kind="person" if investor.startswith(_ANGEL) else None,
            identifiers=(Identifier(scheme=cells.own("investor"), value=own),) if own else (),
        )
        for investor, own in zip(names, paired, strict=True)
        if investor not in NOBODY
    ]
    lead_id, lead = cells.text("lead_id"), cells.text("lead")
    leads = [
        one
        for one in investors
        if (lead and one.name == lead) or any(lead_id == own.value for own in one.identifiers)
    ]
    event = Financing(
        locator=cells.locator,
        quote=cells.quote,
        target=target,
        investors=tuple(investors),
        leads=tuple(leads[:1]),
        round=cells.text("round"),
        amount=cells.amount("amount"),
        event=cells.text("event"),
        when=when,
    )
    company = Organisation(
        locator=cells.locator,
        quote=cells.quote,
        subject=target,
        names=also_named(cells, name),
        attributes=tuple(
            Attribute(name="industry_tag", value=tag) for tag in dict.fromkeys(cells.values("industries"))
        ),
    )
    return [event, company]


def _employer(cells: Cells) -> Mention | None:
    stock, name = cells.text("employer_stock"), cells.text("employer")
    if not stock and not name:
        return None
    return Mention(
        name=name or stock,
        kind="company",
        identifiers=(listing(stock),) if stock else (),
    )


def _person(cells: Cells) -> list[AnyRecord]:
    employer = _employer(cells)
    # two people of one name at two companies are two people until someone says otherwise
    scope = (employer.identifiers[0].value if employer.identifiers else employer.name) if employer else ""
    person = Mention(name=cells.required("person"), kind="person", scope=scope)
    posts: list[Post] = []
    if employer:
        when = cells.when("post_start", "post_end")
        current = not cells.text("post_end")
        posts = [
            Post(employer=employer, post=post, current=current, when=when)
            for post in cells.values("posts") or [""]
        ]
    if cells.text("former_employer"):
        posts.append(
            Post(
                employer=Mention(name=cells.text("former_employer")),
                post=cells.text("former_post"),
                current=False,
                when=cells.when("former_start", "former_end"),
            )
        )
    studies: tuple[Study, ...] = ()
    if cells.text("school"):
        studies = (
            Study(
                school=Mention(name=cells.text("school")),
                degree=cells.text("degree"),
                field=cells.text("field"),
                when=cells.when("study_start", "study_end"),
            ),
        )
    if not posts and not studies:
        raise InputError(
            "neither a post nor a study", field="posts" if "posts" in cells.mapping.columns else "school"
        )
    return [
        Person(
            locator=cells.locator,
            quote=cells.quote,
            person=person,
            core=cells.text("core").lower() in TRUE,
            studies=studies,
            posts=tuple(posts),
        )
    ]


def _patent(cells: Cells) -> list[AnyRecord]:
    """The document with its parties. An inventor is known by the first applicant, as staff by the employer."""
    number = cells.required("number")
    if not _DIGIT.search(number):
        raise InputError("a patent's number has digits", field="number")
    applicants, assignees = cells.values("applicants"), cells.values("assignees")
    scope = next(iter((*applicants, *assignees)), number)
    parties = [PatentParty(party=Mention(name=one), role="applicant") for one in applicants]
    parties += [PatentParty(party=Mention(name=one), role="assignee") for one in assignees]
    parties += [
        PatentParty(party=Mention(name=one, kind="person", scope=scope), role="inventor")
        for one in cells.values("inventors")
    ]
    stage: Any = cells.word("stage")
    if not parties:
        raise InputError("neither applicant, assignee nor inventor", field="applicants")
    return [
        Patent(
            locator=cells.locator,
            quote=cells.quote,
            number=number,
            title=cells.text("title"),
            parties=tuple(dict.fromkeys(parties)),
            classes=tuple(dict.fromkeys(cells.values("classes"))),
            filed=cells.when("filed"),
            published=cells.when("published"),
            priority=cells.when("priority"),
            application=cells.text("application"),
            family=cells.text("family"),
            stage=stage,
        )
    ]


def _cooperation(cells: Cells) -> list[AnyRecord]:
    """Directed where a row has providers and recipients; else between parties."""
    sides = {
        name: tuple(Mention(name=one) for one in dict.fromkeys(cells.values(name)))
        for name in ("providers", "recipients", "parties")
    }
    directed = bool(sides["providers"]) and bool(sides["recipients"])
    if sides["parties"] and (sides["providers"] or sides["recipients"]):
        raise InputError("either providers and recipients, or parties", field="parties")
    if not directed and len(sides["parties"]) < 2:
        lacking = "recipients" if sides["providers"] else "providers" if sides["recipients"] else "parties"
        raise InputError("either providers and recipients, or two parties or more", field=lacking)
    if both := [one.name for one in sides["providers"] if one in sides["recipients"]]:
        raise InputError(f"{both[0]} stands on both sides", field="recipients")
    kind: Any = cells.word("kind", "other")
    status: Any = cells.word("status", "done")
    return [
        Cooperation(
            locator=cells.locator,
            quote=cells.quote,
            kind=kind,
            **sides,
            technologies=tuple(dict.fromkeys(cells.values("technologies"))),
            applications=tuple(dict.fromkeys(cells.values("applications"))),
            amount=cells.amount("amount"),
            status=status,
            when=cells.when("date"),
        )
    ]


def _policy(cells: Cells) -> list[AnyRecord]:
    issuers = []
    for written in cells.values("issuers"):
        name = _AND_OTHERS.sub("", written)
        if _UNNAMED.fullmatch(name) or not name:
            cells.flag("issuers", written, "this names no issuer")
            continue
        if name != written:
            cells.flag("issuers", written, "further issuers are not named")
        kind: EntityKind | None = "government" if _OFFICE.search(name) else None
        issuers.append(Mention(name=name, kind=kind, place=cells.text("place") or None))
    first, *others = cells.text("url").split() or [""]
    for one in others:
        cells.flag("url", one, "only the first address is kept")
    return [
        Policy(
            locator=cells.locator,
            quote=cells.quote,
            title=cells.required("title"),
            number=cells.text("number"),
            issuers=tuple(dict.fromkeys(issuers)),
            url=first,
            when=cells.when("date"),
        )
    ]


def _product(cells: Cells) -> list[AnyRecord]:
    """A record for each product and bearer that a row names; several only where the mapping says what separates."""
    bearers, names = cells.values("bearer"), cells.values("name")
    source = cells.mapping.source
    register = cells.text("register") or source.get("title") or source["name"]
    when = cells.when("date")
    if not bearers or not names:
        raise InputError("the cell is empty", field="name" if bearers else "bearer")
    return [
        Product(
            locator=cells.locator,
            quote=cells.quote,
            bearer=Mention(name=bearer, kind=entity_kind(cells), place=cells.text("place") or None),
            name=name,
            register_name=register,
            number=cells.text("number"),
            category=cells.text("category"),
            use=cells.text("use"),
            remark=cells.text("remark"),
            when=when,
        )
        for bearer in dict.fromkeys(bearers)
        for name in dict.fromkeys(names)
    ]


#: What becomes of a row, by its kind.
READERS: dict[str, Callable[[Cells], list[AnyRecord]]] = {
    "financing": _financing,
    "people": _person,
    "patents": _patent,
    "cooperation": _cooperation,
    "policies": _policy,
    "products": _product,
}
