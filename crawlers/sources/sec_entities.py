"""What EDGAR's answers have in common: the filer's number, codes of states and countries, names of persons or not.

EDGAR codes states and countries in a list of its own: two letters are a state of the US, a letter and a digit (or
the reverse) anything else. `CA` is California there and `DE` Delaware, so its codes are never read as ISO's.
"""

from __future__ import annotations

import re
from typing import Any, Final

from crawlers.parsing import tidy
from pipelines.errors import InputError
from pipelines.places import country_of

#: Provinces of Canada, and Canada.
_CANADA: Final = re.compile(r"A\d|B0|Z4")
_STATE: Final = re.compile(r"[A-Z]{2}")
#: `XX` says that it is not known; `X1` is the United States as a whole.
_UNKNOWN: Final = frozenset(("", "XX"))
#: Names of EDGAR's list that are written in no other.
_WRITTEN: Final = {"taiwan, province of china": "TW", "korea, republic of": "KR"}

_CIK: Final = re.compile(r"(?:CIK)?0*([1-9]\d{0,9})")
_ACCESSION: Final = re.compile(r"\d{10}-?\d{2}-?\d{6}")
#: A legal form: a name that ends or begins with it is no person's.
_FORM: Final = re.compile(
    r"(?:l\.?\s?l\.?\s?[cp]|p\.?l\.?l\.?c|ltd|limited|inc|incorporated|corp|corporation|l\.?p|plc|gmbh|llp|pte)\.?",
    re.IGNORECASE,
)
#: Words of firms' names, each of which some person bears too.
_WORD: Final = re.compile(
    r"\b(?:co|company|g\.?p|trust|funds?|partners|partnership|holdings?|capital|ventures?|management|advisors?|"
    r"investments?|group|associates)\b",
    re.IGNORECASE,
)
_NOTHING: Final = frozenset(("", "-", "--", ".", "n/a", "na", "none", "null", "not applicable"))


def cik_of(written: Any) -> str:
    """The filer's number (CIK) as EDGAR writes it, ten digits. Raises InputError for what is none."""
    text = str(written).strip() if isinstance(written, str | int) and not isinstance(written, bool) else ""
    match = _CIK.fullmatch(text[:40])
    if match is None or not text.isascii():
        raise InputError(f"no CIK: {str(written)[:60]!r}", field="cik")
    return match[1].zfill(10)


def filing_url(cik: str, accession: str) -> str:
    """The address of a filing's main document as data. Raises InputError for what is no accession number."""
    if not _ACCESSION.fullmatch(accession) or not accession.isascii():
        raise InputError(f"no accession number: {accession[:60]!r}", field="accessionNumber")
    folder = f"https://www.sec.gov/Archives/edgar/data/{int(cik)}/{accession.replace('-', '')}"
    return f"{folder}/primary_doc.xml"


def country_at(code: str, description: str) -> str | None:
    """ISO 3166-1 alpha-2 of an EDGAR code with the name beside it; None where the two tell no known country."""
    code, description = code.strip().upper(), tidy(description)
    if _CANADA.fullmatch(code):
        return "CA"
    if code == "X1" or (_STATE.fullmatch(code) and code not in _UNKNOWN):
        return "US"
    if code in _UNKNOWN and len(description) < 4:  # a code of the US once more, or nothing
        return None
    if known := _WRITTEN.get(description.lower()):
        return known
    first, _, second = description.partition(", ")
    return country_of(description) or (country_of(f"{second} {first}") if second else None)


def is_nothing(written: str) -> bool:
    """Whether a field was filled with a word for nothing."""
    return written.strip().lower() in _NOTHING


def bearer_name(first: str, middle: str, last: str) -> tuple[str, bool]:
    """The name in the three fields for a person, and whether it is a person's.

    A firm that stands there has its name in the field for last names and its legal form, or nothing, in the first:
    (`Ltd.`, `Mist Fund Group`) is Mist Fund Group Ltd.
    """
    one, two, three = ("" if is_nothing(part) else tidy(part) for part in (first, middle, last))
    name = " ".join(filter(None, (one, two, three)))
    if not one or not three:
        return name, False
    if _FORM.fullmatch(one.strip(" ,")):
        return " ".join(filter(None, (three.rstrip(", "), two, one))), False
    ends_in_form = any(_FORM.fullmatch(word.strip(" ,")) for word in (three, name.split()[-1]))
    return name, not (ends_in_form or len(_WORD.findall(name)) > 1)
