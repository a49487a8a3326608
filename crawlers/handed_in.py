"""The rows of a file handed in become records, one function a kind.

A row whose required fields cannot be read is rejected; an optional field that cannot be read is left out of the
record and rejected by itself, with its line and column, so that nothing goes missing unseen.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any, get_args

from pydantic import ValidationError

from crawlers.mappings import LIST_SEPARATORS, Mapping
from crawlers.parsing import safe
from crawlers.tabular import Row
from pipelines.amounts import read_amount
from pipelines.dates import read_when
from pipelines.errors import InputError
from pipelines.identifiers import read_stock
from pipelines.records import (
    UNDATED,
    AlsoNamed,
    Amount,
    AnyRecord,
    Attribute,
    EntityKind,
    Financing,
    Identifier,
    Link,
    Mention,
    Organisation,
    Person,
    Post,
    Rejected,
    Study,
    When,
)

#: Words in a column of investors that name nobody.
NOBODY = frozenset(
    {"在册股东", "个人投资者", "其他投资者", "其他投资方", "投资者", "其他", "未知", "不详", "无", "N/A", "-"}
)
_ANGEL = "天使投资人"  # before a person's name
TRUE = frozenset({"1", "true", "yes", "y", "是", "核心"})
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,6})?")


class RowReader:
    """Reads rows by a mapping. `read` gives the records of a row and what had to be rejected of it."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._kinds: dict[str, Callable[[Cells], list[AnyRecord]]] = {
            "companies": _company,
            "financing": _financing,
            "people": _person,
        }

    def read(self, row: Row) -> tuple[list[AnyRecord], list[Rejected]]:
        cells = Cells(self._mapping, row)
        if row.fault:
            return [], [cells.reject("", "", row.fault)]
        try:
            return self._kinds[self._mapping.kind](cells), cells.rejected
        except InputError as error:
            return [], [*cells.rejected, cells.reject(error.field, cells.text(error.field), error.message)]
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"])
            return [], [*cells.rejected, cells.reject(field, str(first["input"]), first["msg"])]


class Cells:
    """The cells of one row by field; an absent value reads as empty."""

    def __init__(self, mapping: Mapping, row: Row) -> None:
        self.mapping, self._row = mapping, row
        self.locator = f"line:{row.line}"
        self.rejected: list[Rejected] = []

    @property
    def quote(self) -> str:
        return safe(" | ".join(value for value in self._row.cells.values() if value), 1000)

    def own(self, name: str) -> str:
        """The scheme of this source's own ids."""
        return f"{self.mapping.source['name'][:30]}:{name}"

    def text(self, field: str) -> str:
        column = self.mapping.columns.get(field) or self.mapping.attributes.get(field)
        value = self._row.cells.get(column, "") if column else ""
        return "" if value in self.mapping.absent else value

    def written(self, field: str) -> str:
        """The cell as it stands, also where it means "not said"."""
        return self._row.cells.get(self.mapping.columns.get(field, ""), "")

    def values(self, field: str) -> list[str]:
        separators = self.mapping.lists.get(field, LIST_SEPARATORS)
        text = self.text(field)
        for separator in separators[1:]:
            text = text.replace(separator, separators[0])
        parts = [part.strip() for part in text.split(separators[0])] if text else []
        return [part for part in parts if part and part not in self.mapping.absent]

    def required(self, field: str) -> str:
        value = self.text(field)
        if not value:
            raise InputError("the cell is empty", field=field)
        return value

    def when(self, start: str, end: str = "", *, required: bool = False) -> When:
        """Valid time from one or two columns; unreadable and not required: undated, and rejected by itself."""
        written = "至".join(filter(None, (self.text(start), self.text(end) if end else "")))
        if not written:
            if required:
                raise InputError("the cell is empty", field=start)
            return UNDATED
        try:
            first = read_when(self.text(start)) if self.text(start) else UNDATED
            last = read_when(self.text(end)) if end and self.text(end) else UNDATED
            if end:
                return When(
                    start=first.start,
                    end=last.end or _last_day(last),
                    precision=first.precision or last.precision,
                    as_written=written,
                )
            if required and first.start is None:
                raise InputError("no date", field=start)
            return first
        except (InputError, ValidationError) as error:
            message = error.message if isinstance(error, InputError) else error.errors()[0]["msg"]
            if required:
                raise InputError(message, field=start) from error
            self.rejected.append(self.reject(start, written, message, kind="field"))
            return UNDATED

    def amount(self, field: str) -> Amount | None:
        written = self.written(field)
        if not written:
            return None
        try:
            return read_amount(written)
        except InputError as error:
            self.rejected.append(self.reject(field, written, error.message, kind="field"))
            return Amount(as_written=safe(written, 300))

    def attribute(self, name: str, written: str, when: When = UNDATED) -> Attribute:
        number = float(written) if _NUMBER.fullmatch(written) else None
        return Attribute(
            name=name, value=written, number=number, unit=self.mapping.units.get(name), when=when
        )

    def reject(self, field: str, value: str, reason: str, kind: str = "") -> Rejected:
        column = self.mapping.columns.get(field) or self.mapping.attributes.get(field) or field
        return Rejected(
            locator=self.locator,
            kind=kind or self.mapping.kind,
            field=safe(column, 300),
            value=safe(value, 2000),
            reason=safe(reason, 2000) or "not accepted",
            raw=safe(repr(self._row.cells), 20_000),
        )


def _also(cells: Cells, subject: str) -> tuple[AlsoNamed, ...]:
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
        found += [AlsoNamed(name=name, type=kind) for name in cells.values(field) if name != subject]
    return tuple(dict.fromkeys(found))


def _company(cells: Cells) -> list[AnyRecord]:
    name = cells.required("name")
    identifiers = [
        ("uscc", cells.text("uscc")),
        ("lei", cells.text("lei")),
        (cells.own("id"), cells.text("id")),
    ]
    kind = cells.text("kind") or "company"
    if kind not in get_args(EntityKind):
        raise InputError(
            f"no kind of organisation; there are: {', '.join(get_args(EntityKind))}", field="kind"
        )
    subject = Mention(
        name=name,
        kind=kind,
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
        relation = cells.text("relation") or "subsidiary"
        links = (Link(relation=relation, other=Mention(name=cells.text("parent"))),)
    return [
        Organisation(
            locator=cells.locator,
            quote=cells.quote,
            subject=subject,
            names=_also(cells, name),
            attributes=tuple(attributes),
            links=links,
        )
    ]


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
            cells.rejected.append(
                cells.reject("investors", word, "this word names no investor", kind="field")
            )
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
        names=_also(cells, name),
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


def _last_day(when: When) -> dt.date | None:
    """The last day of a date stated to the year, month or day."""
    if when.start is None or when.precision == "day":
        return when.start
    if when.precision == "year":
        return when.start.replace(month=12, day=31)
    return when.start.replace(day=calendar.monthrange(when.start.year, when.start.month)[1])


def listing(written: str) -> Identifier:
    """A stock code with its exchange: a Chinese one in its one form, any other as a `ticker`, as written."""
    try:
        return Identifier(scheme="stock", value=read_stock(written))
    except InputError:
        return Identifier(scheme="ticker", value=written.strip().upper())


def records_of(
    mapping: Mapping, rows: Iterator[Row]
) -> Iterator[tuple[Any, list[AnyRecord], list[Rejected]]]:
    """Each row with its records and rejections."""
    reader = RowReader(mapping)
    for row in rows:
        records, rejected = reader.read(row)
        yield row, records, rejected
