"""Rows about organisations: companies, universities, institutes, alliances, parks; their names and their links."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, cast

from crawlers.cells import TRUE, Cells
from pipelines.errors import InputError
from pipelines.identifiers import read_stock
from pipelines.records import (
    UNDATED,
    AlsoNamed,
    AnyRecord,
    Attribute,
    EntityKind,
    Identifier,
    Link,
    Mention,
    Organisation,
    When,
)

Relation = Literal["unit", "subsidiary", "parent", "member", "predecessor", "successor", "related"]


def also_named(cells: Cells, subject: str) -> tuple[AlsoNamed, ...]:
    found: list[AlsoNamed] = []
    for field, kind in (
        ("full_name", "legal"),
        ("target_full_name", "legal"),
        ("short_name", "short"),
        ("english_name", "translation"),
    ):
        name = cells.text(field)
        if name and name != subject:
            language = "en" if kind == "translation" else None
            found.append(AlsoNamed(name=name, type=kind, language=language))
    for field, kind in (("former_names", "former"), ("aliases", "alias"), ("brands", "brand")):
        if field in cells.kind.fields:
            found += [AlsoNamed(name=name, type=kind) for name in cells.values(field) if name != subject]
    return tuple(dict.fromkeys(found))


def entity_kind(cells: Cells, field: str = "kind", default: EntityKind | None = None) -> EntityKind | None:
    """The kind of organisation that a row states. Raises `InputError` for an unknown one."""
    return cast(EntityKind | None, cells.word(field) or default)


def _organisation(cells: Cells, kind: EntityKind, relation: Relation) -> Organisation:
    """The organisation of a row with its names and attributes. `kind` and `relation`: where it says none."""
    name = cells.required("name")
    identifiers = [
        ("uscc", cells.text("uscc")),
        ("lei", cells.text("lei")),
        (cells.own("id"), cells.text("id")),
    ]
    subject = Mention(
        name=name,
        kind=entity_kind(cells, default=kind),
        country=cells.text("country") or None,
        place=cells.text("city") or cells.text("province") or None,
        identifiers=(
            *(Identifier(scheme=scheme, value=value) for scheme, value in identifiers if value),
            *(listing(one) for one in cells.values("stock")),
        ),
    )
    year = cells.when("year")
    attributes = [
        cells.attribute(one, cells.text(one)) for one in ("founded", "province", "city") if cells.text(one)
    ]
    attributes += [cells.attribute("industry_tag", tag) for tag in cells.values("industries")]
    attributes += [
        cells.attribute(one, cells.text(one), year) for one in cells.mapping.attributes if cells.text(one)
    ]
    links: tuple[Link, ...] = ()
    if cells.text("parent"):
        stands = cast(Relation, cells.word("relation", relation))
        links = (Link(relation=stands, other=Mention(name=cells.text("parent"))),)
    return Organisation(
        locator=cells.locator,
        quote=cells.quote,
        subject=subject,
        names=also_named(cells, name),
        attributes=tuple(attributes),
        links=links,
    )


def _company(cells: Cells) -> list[AnyRecord]:
    return [_organisation(cells, "company", "subsidiary")]


def _university(cells: Cells) -> list[AnyRecord]:
    """The university with its majors, and each of its schools as a unit of it."""
    made = _organisation(cells, "university", "unit")
    approved = cells.when("approved")
    majors = [
        Attribute(name="major", value=one, when=approved) for one in dict.fromkeys(cells.values("majors"))
    ]
    records: list[AnyRecord] = [made.model_copy(update={"attributes": (*made.attributes, *majors)})]
    for college in dict.fromkeys(cells.values("colleges")):
        # 人工智能学院 by itself is the name of many: the university keeps them apart
        scope = "" if made.subject.name in college else made.subject.name
        records.append(
            _linked(cells, Mention(name=college, scope=scope), "unit", Mention(name=made.subject.name))
        )
    return records


def _institute(cells: Cells) -> list[AnyRecord]:
    return [_organisation(cells, "research institute", "unit")]


def _alliance(cells: Cells) -> list[AnyRecord]:
    """The alliance, and each of its members as such."""
    made = _organisation(cells, "alliance", "unit")
    joined = cells.when("joined")
    records: list[AnyRecord] = [made]
    for member in dict.fromkeys(cells.values("members")):
        if member == made.subject.name:
            cells.flag("members", member, "an alliance is no member of itself")
            continue
        alliance = Mention(name=made.subject.name, kind="alliance")
        records.append(_linked(cells, Mention(name=member), "member", alliance, joined))
    return records


def _park(cells: Cells) -> list[AnyRecord]:
    return [_organisation(cells, "park", "unit")]


def _name(cells: Cells) -> list[AnyRecord]:
    """One further name. A name that others bear, too, is kept as an attribute: it may join nobody."""
    name, alias = cells.required("canonical"), cells.required("alias")
    key = cells.text("id")
    subject = Mention(
        name=name,
        kind=entity_kind(cells),
        country=cells.text("country") or None,
        place=cells.text("place") or None,
        identifiers=(Identifier(scheme=cells.own("id"), value=key),) if key else (),
    )
    names: tuple[AlsoNamed, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    kind: Any = cells.word("type", "alias")
    if cells.text("ambiguous").lower() in TRUE:
        attributes = (Attribute(name="ambiguous_name", value=alias),)
    elif alias != name:
        names = (AlsoNamed(name=alias, type=kind, language=cells.text("language").lower() or None),)
    return [
        Organisation(
            locator=cells.locator, quote=cells.quote, subject=subject, names=names, attributes=attributes
        )
    ]


def _link(cells: Cells) -> list[AnyRecord]:
    sides = []
    for field in ("name", "other"):
        key = cells.text(f"{field}_id")
        sides.append(
            Mention(
                name=cells.required(field),
                kind=entity_kind(cells, f"{field}_kind"),
                identifiers=(Identifier(scheme=cells.own("id"), value=key),) if key else (),
            )
        )
    if sides[0].name == sides[1].name:
        raise InputError("the same name stands on both sides", field="other")
    relation = cast(Relation, cells.word("relation"))
    if not relation:
        raise InputError("the cell is empty", field="relation")
    return [_linked(cells, sides[0], relation, sides[1], cells.when("start", "end"))]


def _linked(
    cells: Cells, subject: Mention, relation: Relation, other: Mention, when: When = UNDATED
) -> Organisation:
    return Organisation(
        locator=cells.locator,
        quote=cells.quote,
        subject=subject,
        links=(Link(relation=relation, other=other, when=when),),
    )


def listing(written: str) -> Identifier:
    """A stock code with its exchange: a Chinese one in its one form, any other as a `ticker`, as written."""
    try:
        return Identifier(scheme="stock", value=read_stock(written))
    except InputError:
        return Identifier(scheme="ticker", value=written.strip().upper())


#: What becomes of a row, by its kind.
READERS: dict[str, Callable[[Cells], list[AnyRecord]]] = {
    "companies": _company,
    "universities": _university,
    "institutes": _institute,
    "alliances": _alliance,
    "parks": _park,
    "names": _name,
    "links": _link,
}
