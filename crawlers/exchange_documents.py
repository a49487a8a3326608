"""The EPO's exchange documents: the bibliographic data of one publication, out of its XML.

Names come several times, as the office standardised them (`epodoc`, with the country in brackets) and as they stand
in the document (`original`). Each party is taken once, by its original name where there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from crawlers.parsing import checked, refused, reject, shown, tidy
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
    party,
    read_day,
    stage_of,
    words,
)
from pipelines.errors import InputError
from pipelines.records import UNDATED, Patent, PatentParty, PatentTitle, Rejected, When

#: Forms of a name, the one that the document itself has first.
_FORMS: Final = ("original", "intermediate", "docdba", "docdb", "epodoc")
_CPC: Final = frozenset({"CPC", "CPCI", "CPCNO"})
#: Schemes of single offices: not comparable, and left.
_NATIONAL: Final = frozenset({"UC", "FI", "FTERM", "EC", "ICO", "IDT", "DEKLA"})
#: The title that stands for the patent: in the language of our readers, else in English, else the first.
_LANGUAGES: Final = ("zh", "en")
_COUNTRY = re.compile(r"\[([A-Z]{2})\]$")


def read_document(document: Any, where: str) -> Iterator[Patent | Rejected]:
    """The patent of an `exchange-document`, after what of it could not be read."""
    parts = Parts(where)
    data = child(document, "bibliographic-data")
    try:
        country, kind = document.get("country", ""), document.get("kind", "")
        number = document_number(country, document.get("doc-number", ""), kind)
        if data is None:
            raise InputError("no bibliographic data", field="bibliographic-data")
    except InputError as error:
        yield refused(error, locator=where, kind="patent", raw=dict(document.attrib))
        return
    main, titles = _titles(data, parts)
    parties = _parties(data, number, parts)
    classes = _classes(data, parts)
    filed, application = _application(child(data, "application-reference"), parts)
    published = _date(child(data, "publication-reference"), "publication-reference", parts)
    priority = earliest(
        _date(one, "priority-claims", parts)
        for one in children(child(data, "priority-claims"), "priority-claim")
    )
    yield from parts.refused
    yield checked(
        lambda: Patent(
            locator=where,
            quote=shown(
                {"number": number, "title": main, "parties": [one.party.name for one in parties[:20]]}
            ),
            number=number,
            title=main,
            titles=titles,
            parties=parties,
            classes=classes,
            filed=filed,
            published=published,
            priority=priority,
            application=application,
            family=document.get("family-id", "").strip(),
            stage=stage_of(country, kind),
        ),
        locator=where,
        kind="patent",
        raw=number,
    )


def read_member(member: Any, where: str) -> Iterator[Patent | Rejected]:
    """A member of a family: its whole document where that was asked for, else its numbers and dates."""
    whole = child(member, "exchange-document")
    if whole is not None:
        yield from read_document(whole, f"{where}/exchange-document")
        return
    parts = Parts(where)
    try:
        reference = next(ids_of(child(member, "publication-reference")))
        number = document_number(*reference)
    except (StopIteration, InputError) as error:
        reason = error.message if isinstance(error, InputError) else "no number of a publication"
        yield reject(where, reason, kind="patent", field="publication-reference", raw=words(member))
        return
    filed, application = _application(child(member, "application-reference"), parts)
    published = _date(child(member, "publication-reference"), "publication-reference", parts)
    priority = earliest(_date(one, "priority-claim", parts) for one in children(member, "priority-claim"))
    yield from parts.refused
    yield checked(
        lambda: Patent(
            locator=where,
            quote=shown({"number": number, "application": application}),
            number=number,
            title="",
            filed=filed,
            published=published,
            priority=priority,
            application=application,
            family=member.get("family-id", "").strip(),
            stage=stage_of(reference[0], reference[2]),
        ),
        locator=where,
        kind="patent",
        raw=number,
    )


def ids_of(reference: Any) -> Iterator[tuple[str, str, str]]:
    """Office, number and kind of each `docdb` id in a reference."""
    for one in children(reference, "document-id"):
        if one.get("document-id-type") == "docdb":
            yield words(child(one, "country")), words(child(one, "doc-number")), words(child(one, "kind"))


def _titles(data: Any, parts: Parts) -> tuple[str, tuple[PatentTitle, ...]]:
    found: list[PatentTitle] = []
    for one in children(data, "invention-title"):
        text, language = words(one), (one.get("lang") or "").strip().lower()
        if text:
            title = parts.take("invention-title", None, _title, text, language)
            found += [title] if title is not None else []
    if not found:
        return "", ()
    ranks = {name: rank for rank, name in enumerate(_LANGUAGES)}
    main = min(found, key=lambda one: ranks.get(one.language, len(ranks)))
    return main.text, tuple(dict.fromkeys(found))


def _title(text: str, language: str) -> PatentTitle:
    return PatentTitle(text=text, language=language)


def _parties(data: Any, number: str, parts: Parts) -> tuple[PatentParty, ...]:
    applicants = list(_names(child(data, "parties", "applicants"), "applicant", parts))
    inventors = list(_names(child(data, "parties", "inventors"), "inventor", parts))
    persons = {_folded(name) for name, _ in inventors}
    organisations = [name for name, _ in applicants if _folded(name) not in persons]
    scope = inventor_scope(organisations, number)
    found: list[PatentParty | None] = []
    for name, country in applicants:
        about = {"kind": "person", "scope": scope} if _folded(name) in persons else {"country": country}
        found.append(parts.take("applicants", None, party, "applicant", name, **about))
    for name, _ in inventors:
        found.append(parts.take("inventors", None, party, "inventor", name, kind="person", scope=scope))
    if len(found) > PARTIES_MOST:
        parts.refuse("parties", f"more than {PARTIES_MOST} parties", str(len(found)))
    return distinct(one for one in found[:PARTIES_MOST] if one is not None)


def _names(listed: Any, role: str, parts: Parts) -> Iterator[tuple[str, str | None]]:
    """Each party's name and country, once: by its place in the order, in the best form that it has."""
    forms: dict[str, dict[str, list[str]]] = {}
    for one in children(listed, role):
        form, name = one.get("data-format", ""), words(child(one, f"{role}-name"))
        if form not in _FORMS:
            parts.refuse(f"{role}s", "an unknown form of a name", form)
        elif name:
            forms.setdefault(one.get("sequence", ""), {}).setdefault(form, []).append(name)
    for written in forms.values():
        country = next(
            (found[1] for names in written.values() for name in names if (found := _COUNTRY.search(name))),
            None,
        )
        best = next(form for form in _FORMS if form in written)
        for name in written[best]:
            yield tidy(_COUNTRY.sub("", name)).rstrip(" ,;"), country_code(country or "")


def _folded(name: str) -> str:
    return re.sub(r"[\s,.]+", " ", name).strip().casefold()


def _classes(data: Any, parts: Parts) -> tuple[str, ...]:
    written: list[tuple[str, str]] = [
        ("classification-ipc", words(one)) for one in children(child(data, "classification-ipc"), "text")
    ]
    for one in children(child(data, "classifications-ipcr"), "classification-ipcr"):
        written.append(("classifications-ipcr", "".join(child(one, "text").itertext()) if len(one) else ""))
    written += [("patent-classifications", one) for one in _cpc(child(data, "patent-classifications"), parts)]
    if len(written) > CLASSES_MOST:
        parts.refuse("classes", f"more than {CLASSES_MOST} classes", str(len(written)))
    found = [parts.take(part, "", class_symbol, text) for part, text in written[:CLASSES_MOST]]
    return tuple(dict.fromkeys(one for one in found if one))


def _cpc(listed: Any, parts: Parts) -> Iterator[str]:
    if listed is None:
        return
    for one in listed.iter("{*}patent-classification"):
        scheme = child(one, "classification-scheme")
        name = "" if scheme is None else scheme.get("scheme", "")
        if name in _CPC:
            symbol = child(one, "classification-symbol")
            if symbol is not None:
                yield words(symbol)
                continue
            section, number, letter, group, subgroup = (
                words(child(one, part)) for part in ("section", "class", "subclass", "main-group", "subgroup")
            )
            yield f"{section}{number}{letter}{group}/{subgroup}"
        elif name not in _NATIONAL:
            parts.refuse("patent-classifications", "an unknown scheme of classes", name)


def _application(reference: Any, parts: Parts) -> tuple[When, str]:
    country, number, kind = next(ids_of(reference), ("", "", ""))
    # an international application is numbered by the office that took it in, and told apart by its W
    tail = kind if kind == "W" else ""
    return _date(reference, "application-reference", parts), f"{country}{number}{tail}"


def _date(reference: Any, part: str, parts: Parts) -> When:
    """The first date among the ids of a reference."""
    for one in children(reference, "document-id"):
        if text := words(child(one, "date")):
            return parts.take(part, UNDATED, read_day, text)
    return UNDATED
