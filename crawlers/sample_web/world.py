"""Reads the facts files and checks them.

Invariant: every fact says where it was taken from, every name in it is borne by just one organisation, every
category is a word of its taxonomy, and every person is invented. What breaks this is an `InputError` naming file,
item and field.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final, cast, get_args

from crawlers.sample_web.model import (
    Batch,
    Cooperation,
    Filing,
    FormerPost,
    Moment,
    Organisation,
    Person,
    Quiet,
    Round,
    Study,
    World,
)
from crawlers.sample_web.registries import read_registries
from pipelines.checked_yaml import Fields, read_yaml
from pipelines.errors import InputError
from pipelines.identifiers import read_lei, read_ror, read_uscc
from pipelines.records import Cooperation as CooperationRecord
from pipelines.records import EntityKind
from pipelines.taxonomy import taxonomy

FACTS: Final = Path(__file__).parent / "facts"

#: The sections of organisations.yaml and the kind of what stands in each.
SECTIONS: Final[dict[str, EntityKind]] = {
    "companies": "company",
    "universities": "university",
    "institutes": "research institute",
    "investors": "investor",
    "government": "government",
    "others": "other",
}
KINDS: Final = frozenset(get_args(CooperationRecord.model_fields["kind"].annotation))
RELATIONS: Final = frozenset({"unit", "subsidiary", "related"})
REASONS: Final = frozenset({"denied", "planned", "general"})
#: Given names that say that a person is invented: example, sample, invented, made-up, demonstration, assumed.
INVENTED: Final = frozenset({"示例", "样本", "虚构", "拟名", "演示", "假设"})

_SOURCE = re.compile(
    r"ROR id 0[a-z0-9]{8}|LEI [A-Z0-9]{20}|CAC list 20\d\d-\d\d: 网信算备\d+号"
    r"|financing data: event \d{20,24}|common knowledge: [^\n]{8,200}"
)
_NUMBER = re.compile(r"网信算备\d{21,22}号")
#: Ids of the sample's own making for those a data publisher gave none.
_OWN_IDS: Final = 8_000_000
_NO_ID: Final = "9999999"


@cache
def world() -> World:
    """The facts that come with the program."""
    return load_world(FACTS)


def load_world(folder: Path) -> World:
    """The world in a folder of facts files. Raises `InputError`."""
    organisations, name_of = _organisations(read_yaml(folder / "organisations.yaml"))
    names = _Names(name_of, organisations)
    told = read_yaml(folder / "cooperation.yaml")
    cooperation = tuple(
        _cooperation(item, number, names) for number, item in enumerate(told.items("cooperation"), 1)
    )
    quiet = tuple(
        _quiet(item, number) for number, item in enumerate(told.items("quiet"), len(cooperation) + 1)
    )
    told.finish()
    rounds = _rounds(read_yaml(folder / "financing.yaml"), names, len(cooperation) + len(quiet) + 1)
    people, note = _people(read_yaml(folder / "people.yaml"), names)
    listed = read_yaml(folder / "products.yaml")
    batches = tuple(_batch(item, names) for item in listed.items("batches"))
    listed.finish()
    ror, lei = read_registries(read_yaml(folder / "registry.yaml"), organisations)
    return World(organisations, name_of, cooperation, quiet, rounds, people, note, batches, ror, lei)


class _Names:
    """Whose name a word is; unknown ones are errors of the field they stand in."""

    def __init__(self, name_of: dict[str, str], organisations: dict[str, Organisation]) -> None:
        self._name_of, self._organisations = name_of, organisations

    def of(self, item: Fields, field: str, name: str) -> Organisation:
        if name not in self._name_of:
            raise item.error(field, f"no organisation bears the name {name!r}")
        return self._organisations[self._name_of[name]]

    def known(self, item: Fields, field: str) -> tuple[str, ...]:
        found = tuple(item.words(field))
        for name in found:
            self.of(item, field, name)
        if len({self._name_of[name] for name in found}) != len(found):
            raise item.error(field, "names one organisation twice")
        return found


def _organisations(told: Fields) -> tuple[dict[str, Organisation], dict[str, str]]:
    organisations: dict[str, Organisation] = {}
    name_of: dict[str, str] = {}
    parents: list[tuple[Fields, Organisation]] = []
    identifiers: dict[str, str] = {}
    for section, kind in SECTIONS.items():
        for item in told.items(section):
            one = _organisation(item, kind)
            if one.id in organisations:
                raise item.error("id", f"{one.id!r} is given twice")
            for name, _ in one.names():
                if name in name_of:
                    raise item.error("name", f"{name!r} is also a name of {name_of[name]}")
                name_of[name] = one.id
            for code in filter(None, (one.uscc, one.lei, one.ror)):
                if identifiers.setdefault(code, one.id) != one.id:
                    raise item.error("uscc, lei or ror", f"{code} is also {identifiers[code]}'s")
            organisations[one.id] = one
            if one.parent:
                parents.append((item, one))
    told.finish()
    for item, one in parents:
        if one.parent not in name_of:
            raise item.error("parent", f"no organisation bears the name {one.parent!r}")
        # A parent is written by name and kept by id.
        organisations[one.id] = replace(one, parent=name_of[one.parent])
    return organisations, name_of


def _organisation(item: Fields, kind: EntityKind) -> Organisation:
    text = {
        field: cast(str, item.value(field, str, default=""))
        for field in (
            *("legal", "english", "traditional", "province", "city", "layer", "core", "industry"),
            *("code", "website", "uscc", "lei", "ror", "parent", "relation"),
        )
    }
    if text["layer"]:
        _class(item, "layer", "layers", text["layer"])
        _class(item, "core", "company_core_technologies", text["core"])
    for field, read in (("uscc", read_uscc), ("lei", read_lei), ("ror", read_ror)):
        if text[field]:
            try:
                text[field] = read(text[field])
            except InputError as error:
                raise item.error(field, error.message) from error
    if bool(text["parent"]) != bool(text["relation"]) or (
        text["relation"] and text["relation"] not in RELATIONS
    ):
        raise item.error("relation", f"goes with a parent, and is one of {', '.join(sorted(RELATIONS))}")
    founded = item.value("founded", int, default=None)
    if founded is not None and not 1000 <= founded <= 2026:
        raise item.error("founded", f"{founded} is no year")
    own_kind = item.value("kind", str, default=kind)
    if own_kind not in get_args(EntityKind):
        raise item.error("kind", f"{own_kind!r} is no kind")
    sample = item.value("sample", bool, default=False)
    if sample and not text["layer"]:
        raise item.error("layer", "missing for a company of the sample")
    one = Organisation(
        id=item.value("id", str),
        kind=cast(EntityKind, own_kind),
        name=item.value("name", str),
        source=_source(item),
        former=tuple(item.words("former")),
        aliases=tuple(item.words("aliases")),
        country=item.value("country", str, default="CN"),
        founded=founded,
        sample=sample,
        **text,
    )
    item.finish()
    return one


def _cooperation(item: Fields, number: int, names: _Names) -> Cooperation:
    kind = item.value("kind", str)
    if kind not in KINDS:
        raise item.error("kind", f"{kind!r} is none of {', '.join(sorted(KINDS))}")
    provider = item.value("from", str, default="")
    if provider:
        names.of(item, "from", provider)
    one = Cooperation(
        number=number,
        when=_moment(item, "date"),
        kind=kind,
        what=item.value("what", str),
        technologies=_classes(item, "tech", "technology_categories"),
        applications=_classes(item, "area", "application_areas"),
        source=_source(item),
        provider=provider,
        recipients=names.known(item, "to"),
        parties=names.known(item, "parties"),
        tender=item.value("tender", bool, default=False),
        script=item.value("script", str, default=""),
        charset=item.value("charset", str, default=""),
    )
    directed = bool(one.provider and one.recipients)
    if directed == (len(one.parties) >= 2) or directed != bool(one.provider or one.recipients):
        raise item.error("from, to, parties", "either a provider and recipients, or two or more parties")
    if one.script not in ("", "traditional") or one.charset not in ("", "gb18030"):
        raise item.error("script or charset", "not known here")
    item.finish()
    return one


def _quiet(item: Fields, number: int) -> Quiet:
    one = Quiet(
        number=number,
        when=_moment(item, "date"),
        reason=item.value("reason", str),
        title=item.value("title", str),
        text=item.value("text", str),
    )
    if one.reason not in REASONS:
        raise item.error("reason", f"{one.reason!r} is none of {', '.join(sorted(REASONS))}")
    item.finish()
    return one


def _rounds(told: Fields, names: _Names, article: int) -> tuple[Round, ...]:
    rounds = [_early(item, names) for item in told.items("early")]
    known = {name: own for one in rounds for name, own in zip(one.investors, one.investor_ids, strict=True)}
    known.update({one.target: one.target_id for one in rounds})
    ids: dict[str, str] = {}
    for name, own in known.items():
        ids.setdefault(names.of(told, "early", name).id, own)
    for item in told.items("later"):
        target = item.value("target", str)
        investors = names.known(item, "investors")
        bearers = [
            names.of(item, "target", target).id,
            *(names.of(item, "investors", one).id for one in investors),
        ]
        own_ids = [ids.setdefault(bearer, str(_OWN_IDS + len(ids))) for bearer in bearers]
        when = _moment(item, "date")
        lead = own_ids[1] if investors else _NO_ID
        rounds.append(
            Round(
                event=f"{when.day:%Y%m%d}{own_ids[0]}{lead}",
                when=when,
                target=target,
                full=names.of(item, "target", target).legal or target,
                target_id=own_ids[0],
                investors=investors,
                investor_ids=tuple(own_ids[1:]),
                lead_id=lead,
                round=item.value("round", str),
                amount=item.value("amount", str),
                industries="",
                source=_source(item),
                article=article if investors else 0,
            )
        )
        article += bool(investors)
        item.finish()
    told.finish()
    seen: set[str] = set()
    for one in rounds:
        if one.event in seen:
            raise told.error("event", f"{one.event} is given twice")
        seen.add(one.event)
    return tuple(rounds)


def _early(item: Fields, names: _Names) -> Round:
    target = item.value("target", str)
    names.of(item, "target", target)
    one = Round(
        event=item.value("event", str),
        when=_moment(item, "date"),
        target=target,
        full=item.value("full", str),
        target_id=item.value("target_id", str),
        investors=names.known(item, "investors"),
        investor_ids=tuple(item.words("investor_ids")),
        lead_id=item.value("lead_id", str),
        round=item.value("round", str),
        amount=item.value("amount", str),
        industries=item.value("industries", str),
        source=_source(item),
    )
    if len(one.investors) != len(one.investor_ids):
        raise item.error("investor_ids", "as many as investors are needed")
    item.finish()
    return one


def _people(told: Fields, names: _Names) -> tuple[tuple[Person, ...], str]:
    note = told.value("note", str)
    if told.value("source", str) != "invented" or "虚构" not in note:
        raise told.error("note", "must say that the persons are invented (虚构)")
    people: list[Person] = []
    for item in told.items("people"):
        person = item.value("person", str)
        if person[1:] not in INVENTED:
            raise item.error("person", f"{person!r} must have a given name that says it is invented")
        company = item.value("company", str)
        if not names.of(item, "company", company).sample:
            raise item.error("company", f"{company} is no company of the sample")
        start, end = item.value("start", int), item.value("end", int, default=None)
        studies = tuple(_study(one, names) for one in item.items("studies"))
        former = tuple(_former(one, names) for one in item.items("former"))
        past = [(one.start, one.end) for one in studies] + [(one.start, one.end) for one in former]
        for first, last in ((start, end or start), *past):
            if not 1980 <= first <= last <= 2021:
                raise item.error("start, end", f"{first} to {last} are no years of a life up to 2021")
        if any(last > start for _, last in past):
            raise item.error("start", "a study or former post ends after the post begins")
        people.append(Person(person, company, item.value("post", str), start, end, studies, former))
        item.finish()
    told.finish()
    if len({one.person for one in people}) != len(people):
        raise told.error("people", "a person is given twice")
    return tuple(people), note


def _study(item: Fields, names: _Names) -> Study:
    names.of(item, "school", item.value("school", str))
    one = Study(
        item.value("school", str),
        item.value("degree", str),
        item.value("field", str),
        item.value("start", int),
        item.value("end", int),
    )
    item.finish()
    return one


def _former(item: Fields, names: _Names) -> FormerPost:
    names.of(item, "employer", item.value("employer", str))
    one = FormerPost(
        item.value("employer", str), item.value("post", str), item.value("start", int), item.value("end", int)
    )
    item.finish()
    return one


def _batch(item: Fields, names: _Names) -> Batch:
    rows = []
    for row in item.items("rows"):
        bearer, number = row.value("bearer", str), row.value("number", str)
        names.of(row, "bearer", bearer)
        if not _NUMBER.fullmatch(number):
            raise row.error("number", f"{number!r} is no filing number")
        text = {field: cast(str, row.value(field, str)) for field in ("name", "kind", "products", "use")}
        rows.append(Filing(bearer=bearer, number=number, remark=row.value("remark", str, default=""), **text))
        row.finish()
    announced = _moment(item, "announced")
    one = Batch(
        month=_moment(item, "month"),
        announced=announced.day,
        page=item.value("page", str),
        register=item.value("register", str),
        rows=tuple(rows),
    )
    item.finish()
    return one


def _class(item: Fields, field: str, name: str, code: str) -> None:
    if code not in taxonomy(name):
        raise item.error(field, f"{code!r} is no word of the taxonomy {name}")


def _classes(item: Fields, field: str, name: str) -> tuple[str, ...]:
    codes = tuple(item.words(field))
    if not codes:
        raise item.error(field, "empty")
    for code in codes:
        _class(item, field, name, code)
    return codes


def _source(item: Fields) -> str:
    source = cast(str, item.value("source", str))
    if not _SOURCE.fullmatch(source):
        raise item.error("source", f"{source!r} does not say where the fact was taken from")
    return source


def _moment(item: Fields, field: str) -> Moment:
    """YAML gives a day as a date, a month as text (2014-03) and a year as a number."""
    value = item.value(field, object)
    try:
        if isinstance(value, dt.date):
            found = Moment(value, "day")
        elif isinstance(value, int):
            found = Moment(dt.date(value, 1, 1), "year")
        elif isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d", value):
            found = Moment(dt.date.fromisoformat(f"{value}-01"), "month")
        else:
            raise ValueError("no day, month or year")
    except ValueError as error:
        raise item.error(field, f"{value!r}: {error}") from error
    if not 2008 <= found.day.year <= 2025:
        raise item.error(field, f"{value!r} is outside the sample's time")
    return found
