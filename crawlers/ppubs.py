"""Results of the USPTO's public search of patents (Patent Public Search), as its pages get them: JSON.

A result is the front page's head: of several inventors only the first is named. Words that were searched for are
marked up inside titles, and some letters of names are lost.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from pydantic import ValidationError

from crawlers.parsing import at, checked, list_at, number_at, refused, reject, shown, text_at, texts_at, tidy
from crawlers.patents import (
    CLASSES_MOST,
    PARTIES_MOST,
    Parts,
    class_symbol,
    distinct,
    document_number,
    earliest,
    inventor_scope,
    party,
    read_day,
    stage_of,
)
from pipelines.errors import InputError
from pipelines.records import UNDATED, Patent, PatentParty, Rejected, When

_GUID = re.compile(r"([A-Z]{2})-([A-Z0-9]{1,15})-([A-Z][0-9]?)")
_TAG = re.compile(r"<[^<>]{0,300}>")
_MORE = re.compile(r"\s+et al\.?$", re.IGNORECASE)
#: The office's own numbers for patents whose family is not known begin here.
_NO_FAMILY: Final = 1_000_000_000


def read_results(answer: Any) -> Iterator[Patent | Rejected]:
    """The patents of an answer. Raises InputError where it is no answer of the search."""
    entries = list_at(answer, "patents")
    for index, entry in enumerate(entries):
        yield from read_result(entry, f"$.patents[{index}]")
    found = number_at(answer, "numFound")
    if found is not None and found > len(entries):
        reason = f"{len(entries)} of {found} results are here"
        yield reject("$.numFound", reason, kind="listing", field="numFound", value=found)


def read_result(entry: Any, where: str) -> Iterator[Patent | Rejected]:
    """The patent of one result; `where` is its JSON path."""
    parts = Parts(where)
    try:
        said = _GUID.fullmatch(text_at(entry, "guid"))
        if said is None:
            raise InputError(f"no id of a patent: {text_at(entry, 'guid')[:60]!r}", field="guid")
        number = document_number(*said.groups())
        title = tidy(html.unescape(_TAG.sub("", text_at(entry, "inventionTitle"))))
        parties = _parties(entry, number, parts)
        classes = _classes(entry, parts)
        priority = earliest(
            _day(one, name, parts)
            for name in ("priorityClaimsDate", "relatedApplFilingDate")
            for one in texts_at(entry, name)
        )
        filed = _day(next(texts_at(entry, "applicationFilingDate"), ""), "applicationFilingDate", parts)
        published = _day(text_at(entry, "datePublished"), "datePublished", parts)
        family = number_at(entry, "familyIdentifierCur")
        application = re.sub(r"[^0-9]", "", text_at(entry, "applicationNumber"))[:20]
    except (InputError, ValidationError) as error:
        yield refused(error, locator=where, kind="patent", raw=entry)
        return
    yield from parts.refused
    yield checked(
        lambda: Patent(
            locator=where,
            quote=shown({name: at(entry, name) for name in ("guid", "inventionTitle", "assigneeName")}),
            number=number,
            title=title,
            parties=parties,
            classes=classes,
            filed=filed,
            published=published,
            priority=priority,
            application=f"US{application}" if application else "",
            family=str(family) if family is not None and 0 < family < _NO_FAMILY else "",
            stage=stage_of(said[1], said[3]),
        ),
        locator=where,
        kind="patent",
        raw=entry,
    )


def _parties(entry: Any, number: str, parts: Parts) -> tuple[PatentParty, ...]:
    applicants, assignees = list(texts_at(entry, "applicantName")), list(texts_at(entry, "assigneeName"))
    inventor = _MORE.sub("", text_at(entry, "inventorsShort"))
    scope = inventor_scope([one for one in (*assignees, *applicants) if ";" not in one], number)
    found: list[PatentParty | None] = []
    for field, role, names in (
        ("applicantName", "applicant", applicants), ("assigneeName", "assignee", assignees),
    ):  # fmt: skip
        found += [_named(field, role, name, scope, parts) for name in names[:PARTIES_MOST]]
    if inventor:
        found.append(_named("inventorsShort", "inventor", inventor, scope, parts))
    return distinct(one for one in found if one is not None)


def _named(field: str, role: str, name: str, scope: str, parts: Parts) -> PatentParty | None:
    """A party by its name; persons are written `Last; First`."""
    if "?" in name or "\ufffd" in name:
        parts.refuse(field, "a name that lost a letter", name)
        return None
    last, semicolon, first = name.partition(";")
    if semicolon or role == "inventor":
        return parts.take(
            field, None, party, role, f"{first.strip()} {last.strip()}", kind="person", scope=scope
        )
    return parts.take(field, None, party, role, name)


def _classes(entry: Any, parts: Parts) -> tuple[str, ...]:
    written: list[tuple[str, str]] = []
    for name in ("ipcCodeFlattened", "cpcInventiveFlattened", "cpcAdditionalFlattened"):
        written += [(name, one) for one in _listed(text_at(entry, name))]
    found = [parts.take(name, "", class_symbol, one) for name, one in written[:CLASSES_MOST]]
    return tuple(dict.fromkeys(one for one in found if one))


def _listed(text: str) -> Sequence[str]:
    return [one for one in (piece.strip() for piece in text.split(";")) if one]


def _day(text: str, field: str, parts: Parts) -> When:
    return parts.take(field, UNDATED, read_day, text.removesuffix("T00:00:00Z")) if text else UNDATED
