"""American patents in XML since 2005 (the Red Book, WIPO ST.36, versions 4.0 to 4.7): grants and applications.

The versions differ in where they put names: assignees with and without an address book, applicants under `parties`
who are the inventors, or under `us-parties` beside them. The older formats (SGML, PATDOC) are refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from crawlers.parsing import checked, refused, shown
from crawlers.patents import (
    CLASSES_MOST,
    PARTIES_MOST,
    Parts,
    child,
    children,
    class_symbol,
    country_code,
    distinct,
    document_number,
    earliest,
    inventor_scope,
    local,
    party,
    read_day,
    words,
)
from pipelines.errors import InputError
from pipelines.records import UNDATED, EntityKind, Patent, PatentParty, Rejected, When

#: Kinds of assignees by the office's codes. The code of companies is used for universities too, and says nothing.
_KINDS: Final[dict[str, EntityKind]] = {
    "04": "person", "05": "person", "06": "government", "07": "government", "08": "government", "09": "government",
}  # fmt: skip
_ROOTS: Final = {
    "us-patent-grant": ("us-bibliographic-data-grant", "grant"),
    "us-patent-application": ("us-bibliographic-data-application", "application"),
}
_ROLE = re.compile(r"[01]?[0-9]")
_OLDER: Final = ("PATDOC", "patent-application-publication")
_SYMBOL: Final = ("section", "class", "subclass", "main-group", "subgroup")


def read_patent(root: Any, where: str) -> Iterator[Patent | Rejected]:
    """The patent of a document, after what of it could not be read; `where` names the document in its file."""
    parts = Parts(where)
    try:
        if local(root) in _OLDER:
            raise InputError("a format of before 2005, which is not read", field=local(root))
        if local(root) not in _ROOTS:
            raise InputError(f"no American patent, but <{local(root)[:60]}>")
        name, stage = _ROOTS[local(root)]
        data = child(root, name)
        reference = child(data, "publication-reference", "document-id")
        country, written, kind = (words(child(reference, one)) for one in ("country", "doc-number", "kind"))
        number = document_number(country, written, kind)
    except InputError as error:
        yield refused(error, locator=where, kind="patent", raw=dict(root.attrib))
        return
    title = words(child(data, "invention-title"))
    parties = _parties(data, number, parts)
    classes = _classes(data, parts)
    applied = child(data, "application-reference", "document-id")
    filed = _date(applied, "application-reference", parts)
    published = _date(reference, "publication-reference", parts)
    priority = earliest(_date(one, "priority-claims", parts) for one in _claimed(data))
    yield from parts.refused
    yield checked(
        lambda: Patent(
            locator=where,
            quote=shown(
                {"number": number, "title": title, "parties": [one.party.name for one in parties[:20]]}
            ),
            number=number,
            title=title,
            parties=parties,
            classes=classes,
            filed=filed,
            published=published,
            priority=priority,
            application=f"{words(child(applied, 'country'))}{words(child(applied, 'doc-number'))}",
            stage=stage,
        ),
        locator=where,
        kind="patent",
        raw=number,
    )


def _claimed(data: Any) -> Iterator[Any]:
    """What holds a date that the patent goes back to: foreign priorities, provisional and earlier applications."""
    yield from children(child(data, "priority-claims"), "priority-claim")
    related = child(data, "us-related-documents")
    for one in children(related, "us-provisional-application"):
        yield child(one, "document-id")
    if related is not None:
        for parent in related.iter("parent-doc"):
            yield child(parent, "document-id")


def _date(holder: Any, part: str, parts: Parts) -> When:
    text = words(child(holder, "date"))
    return parts.take(part, UNDATED, read_day, text) if text else UNDATED


def _parties(data: Any, number: str, parts: Parts) -> tuple[PatentParty, ...]:
    group = child(data, "us-parties")
    group = child(data, "parties") if group is None else group
    applicants = [
        one
        for listed, name in (("us-applicants", "us-applicant"), ("applicants", "applicant"))
        for one in children(child(group, listed), name)
    ]
    inventors = list(children(child(group, "inventors"), "inventor"))
    inventors += [one for one in applicants if one.get("app-type") == "applicant-inventor"]
    assignees = list(children(child(data, "assignees"), "assignee"))
    owners = [_name(one)[0] for one in (*assignees, *applicants) if not _name(one)[1]]
    scope = inventor_scope((one for one in owners if one), number)
    found = [
        _party(one, role, scope, parts)
        for role, listed in (("applicant", applicants), ("assignee", assignees), ("inventor", inventors))
        for one in listed[:PARTIES_MOST]
    ]
    return distinct(one for one in found if one is not None)


def _name(holder: Any) -> tuple[str, bool]:
    """The name of a party, and whether it is a person's."""
    book = child(holder, "addressbook")
    book = holder if book is None else book
    organisation = words(child(book, "orgname"))
    if organisation:
        return organisation, False
    person = f"{words(child(book, 'first-name'))} {words(child(book, 'last-name'))}".strip()
    return person or words(child(book, "name")), bool(person)


def _party(holder: Any, role: str, scope: str, parts: Parts) -> PatentParty | None:
    name, is_person = _name(holder)
    book = child(holder, "addressbook")
    book = holder if book is None else book
    written = words(child(book, "role")) or words(child(holder, "role"))
    if written and not _ROLE.fullmatch(written):
        parts.refuse(f"{role}s", "an unknown code of an assignee", written)
    # a one before the code says that the right is shared
    kind = _KINDS.get(f"0{written[-1:]}")
    if is_person or kind == "person" or role == "inventor":
        return parts.take(f"{role}s", None, party, role, name, kind="person", scope=scope)
    address = child(book, "address")
    country = country_code(words(child(address, "country")) or words(child(holder, "residence", "country")))
    # a state is known by two letters in America alone
    place = words(child(address, "city"))[:300]
    return parts.take(f"{role}s", None, party, role, name, kind=kind, country=country, place=place)


def _classes(data: Any, parts: Parts) -> tuple[str, ...]:
    written: list[tuple[str, str]] = []
    for one in children(child(data, "classifications-ipcr"), "classification-ipcr"):
        written.append(("classifications-ipcr", _symbol(one)))
    older = child(data, "classification-ipc")
    for name in ("main-classification", "further-classification"):
        written += [("classification-ipc", words(one)) for one in children(older, name)]
    listed = child(data, "classifications-cpc")
    if listed is not None:
        written += [("classifications-cpc", _symbol(one)) for one in listed.iter("classification-cpc")]
    if len(written) > CLASSES_MOST:
        parts.refuse("classes", f"more than {CLASSES_MOST} classes", str(len(written)))
    found = [parts.take(part, "", class_symbol, text) for part, text in written[:CLASSES_MOST] if text]
    return tuple(dict.fromkeys(one for one in found if one))


def _symbol(holder: Any) -> str:
    section, number, letter, group, subgroup = (words(child(holder, one)) for one in _SYMBOL)
    return f"{section}{number}{letter}{group}/{subgroup}" if subgroup else f"{section}{number}{letter}"
