"""EDGAR's submissions: a filer under its present and former names, with numbers, industry and place.

Most filers are persons (insiders). An entry that nothing shows to be an organisation's is not read.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from pydantic import ValidationError

from crawlers.parsing import at, checked, list_at, object_at, refused, reject, shown, text_at, texts_at
from crawlers.sources.sec_entities import cik_of, country_at
from pipelines.errors import InputError
from pipelines.records import (
    AlsoNamed,
    Attribute,
    EntityKind,
    Identifier,
    Mention,
    Organisation,
    Rejected,
    When,
)

_KINDS: Final[dict[str, EntityKind | None]] = {
    "operating": "company",
    "investment": "investor",
    "other": None,
}
#: Midnight in Washington, written as an instant.
_INSTANT: Final = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)T0\d:00:00(?:\.000)?Z")


def read_filer(answer: Any) -> Iterator[Organisation | Rejected]:
    """The organisation of a filer's submissions. A person's entry, perhaps, is rejected; nothing of it is kept."""
    if not _is_organisation(answer):
        reason = "the entry of a filer that nothing shows to be an organisation: it may be a person's"
        yield reject("$", reason, kind="organisation", field="entityType", value="other")
        return
    try:
        kind = text_at(answer, "entityType")
        if kind not in _KINDS:
            raise InputError(f"an unknown type of filer: {kind[:60]!r}", field="entityType")
        tickers = _texts(answer, "tickers")
        lei = text_at(answer, "lei")
        subject = Mention(
            name=text_at(answer, "name"),
            kind=_KINDS[kind],
            country=_country(object_at(answer, "addresses.business")),
            place=text_at(answer, "addresses.business.city") or None,
            identifiers=(
                *identifiers(cik_of(at(answer, "cik")), tickers),
                *([Identifier(scheme="lei", value=lei)] if lei else ()),
            ),
        )
        parts = list(_former(answer, subject.name))
        attributes = list(_attributes(answer, tickers))
    except (InputError, ValidationError) as error:
        yield refused(error, locator="$", kind="organisation")
        return
    yield from (part for part in parts if isinstance(part, Rejected))
    yield checked(
        lambda: Organisation(
            locator="$",
            quote=shown({key: at(answer, key) for key in ("cik", "name", "sicDescription", "tickers")}),
            subject=subject,
            names=tuple(part for part in parts if isinstance(part, AlsoNamed)),
            attributes=tuple(attributes),
        ),
        locator="$",
        kind="organisation",
    )


def _texts(answer: Any, path: str) -> list[str]:
    """The texts of a list, in order, each once; entries that are null are passed over."""
    kept = [one for one in list_at(answer, path) if one is not None]
    return list(dict.fromkeys(texts_at({"list": kept}, "list")))


def identifiers(cik: str, tickers: Iterable[str]) -> tuple[Identifier, ...]:
    """The CIK, and the ticker where there is one alone: of several none can be said to be the company's."""
    every = list(dict.fromkeys(tickers))
    own = [Identifier(scheme="ticker", value=every[0])] if len(every) == 1 else []
    return (Identifier(scheme="cik", value=cik), *own)


def _country(address: Any) -> str | None:
    code = text_at(address, "stateOrCountry") or text_at(address, "countryCode")
    return country_at(code, text_at(address, "stateOrCountryDescription") or text_at(address, "country"))


def _former(answer: Any, name: str) -> Iterator[AlsoNamed | Rejected]:
    """Earlier names, from the first filing under one to the last."""
    for index, one in enumerate(list_at(answer, "formerNames")):
        where = f"$.formerNames[{index}]"
        former, days = text_at(one, "name"), [text_at(one, side) for side in ("from", "to")]
        if former == name:
            yield reject(
                where, "a former name that is the name still", kind="name", field="name", value=former
            )
            continue
        try:
            # Midnight in Washington, written as an instant: the day as it stands is meant.
            start, end = (_day(day) for day in days)
            when = When(
                start=start, end=end, precision="day" if start or end else None, as_written="/".join(days)
            )
            yield AlsoNamed(name=former, type="former", when=when)
        except (InputError, ValidationError) as error:
            yield refused(error, locator=where, kind="name", raw=one)


def _day(written: str) -> dt.date | None:
    if not written:
        return None
    match = _INSTANT.fullmatch(written)
    try:
        return dt.date.fromisoformat(match["day"] if match else written)
    except ValueError:
        raise InputError(f"no day: {written[:60]!r}", field="formerNames") from None


def _attributes(answer: Any, tickers: list[str]) -> Iterator[Attribute]:
    for name, path in (("sic", "sic"), ("industry", "sicDescription"), ("website", "website")):
        if written := text_at(answer, path):
            yield Attribute(name=name, value=written)
    state = text_at(answer, "stateOfIncorporation")
    if written := text_at(answer, "stateOfIncorporationDescription") or state:
        yield Attribute(name="incorporated_in", value=written)
    yield from (Attribute(name="ticker", value=one) for one in tickers)
    yield from (Attribute(name="exchange", value=one) for one in _texts(answer, "exchanges"))


def _is_organisation(answer: Any) -> bool:
    """Whether an entry has what a person's has not: an industry, a state of incorporation, a tax number, shares."""
    if at(answer, "entityType") != "other":
        return True
    said = [at(answer, one) for one in ("sic", "stateOfIncorporation", "tickers")]
    return any(said) or bool(str(at(answer, "ein") or "").strip("0"))
