"""Registered identifiers: forms and check digits. Each function gives the normal form or raises InputError."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from pipelines.errors import InputError
from pipelines.folding import fold

#: GB 32100-2015: digits and capitals without I, O, S, V, Z; a character's worth is its place in the row.
_USCC: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
#: Crockford's base 32, as in ROR ids: without i, l, o, u.
_CROCKFORD: Final = "0123456789abcdefghjkmnpqrstvwxyz"
#: Digits here are those of ASCII: a digit of another script has no worth in a check.
_USCC_FORM: Final = re.compile(rf"[{_USCC}]{{2}}[0-9]{{6}}[{_USCC}]{{10}}")
_LEI_FORM: Final = re.compile(r"[0-9A-Z]{18}[0-9]{2}")
_ROR_FORM: Final = re.compile(rf"(?:(?:https?://)?ror\.org/)?(0[{_CROCKFORD}]{{6}}[0-9]{{2}})")
_STOCK_FORM: Final = re.compile(
    r"(?:(?P<before>SH|SZ|BJ|HK|SSE|SZSE|BSE|HKEX|SEHK|NQ)[:.\s]?)?(?P<code>[0-9]{3,6})"
    r"(?:\.(?P<after>SH|SS|SZ|BJ|HK|NQ|OC))?"
)
_EXCHANGES: Final = {
    "SSE": "SH",
    "SS": "SH",
    "SZSE": "SZ",
    "BSE": "BJ",
    "NQ": "BJ",
    "OC": "BJ",
    "HKEX": "HK",
    "SEHK": "HK",
}
#: First digits of six-digit codes and their exchange. The two boards at Beijing (NEEQ, BSE) share a numbering.
_PREFIXES: Final = {
    "SH": ("60", "68", "900"),
    "SZ": ("00", "30", "200"),
    "BJ": ("4", "8", "92"),
}


def _refuse(text: str, field: str, why: str) -> InputError:
    return InputError(f"{text[:60]!r} is no {field}: {why}", field=field)


def _clean(text: str) -> str:
    return fold(text[:200]).replace(" ", "")


def read_uscc(text: str) -> str:
    """The unified social credit code, 18 capitals and digits (GB 32100-2015, check character by modulo 31)."""
    code = _clean(text).upper()
    if not _USCC_FORM.fullmatch(code):
        raise _refuse(text, "uscc", "18 digits and capitals other than I, O, S, V, Z are needed")
    total = sum(_USCC.index(char) * pow(3, place, 31) for place, char in enumerate(code[:17]))
    if _USCC[-total % 31] != code[17]:
        raise _refuse(text, "uscc", f"its check character should be {_USCC[-total % 31]}")
    return code


def read_lei(text: str) -> str:
    """The legal entity identifier, 20 characters (ISO 17442; check digits by ISO 7064 modulo 97-10)."""
    code = _clean(text).upper()
    if not _LEI_FORM.fullmatch(code):
        raise _refuse(text, "lei", "18 letters and digits, then two digits, are needed")
    if int("".join(str(int(char, 36)) for char in code)) % 97 != 1:
        raise _refuse(text, "lei", "its check digits are wrong")
    return code


def read_ror(text: str) -> str:
    """The ROR id without its address, such as 03cve4549 (check digits by ISO 7064 modulo 97-10)."""
    match = _ROR_FORM.fullmatch(_clean(text).lower())
    if match is None:
        raise _refuse(
            text, "ror", "0, six letters and digits other than i, l, o, u, and two digits are needed"
        )
    code = match[1]
    number = 0
    for char in code[1:7]:
        number = number * 32 + _CROCKFORD.index(char)
    if 98 - number * 100 % 97 != int(code[7:]):
        raise _refuse(text, "ror", "its check digits are wrong")
    return code


def read_stock(text: str) -> str:
    """A Chinese stock code with its exchange: 600519.SH, 000001.SZ, 430047.BJ, 00700.HK.

    Bare six digits take the exchange that their first digits belong to; a stated exchange must agree with them.
    BJ stands for both boards at Beijing. Codes of other exchanges are no Chinese stock codes.
    """
    match = _STOCK_FORM.fullmatch(fold(text[:200]).upper())
    if match is None or (match["before"] and match["after"]):
        raise _refuse(text, "stock", "six digits with .SH, .SZ or .BJ, or up to five with .HK, are needed")
    code, exchange = match["code"], match["before"] or match["after"]
    exchange = _EXCHANGES.get(exchange, exchange)
    if exchange == "HK":
        if len(code) > 5:
            raise _refuse(text, "stock", "Hong Kong codes have at most five digits")
        return f"{code.zfill(5)}.HK"
    if len(code) != 6:
        raise _refuse(text, "stock", "mainland codes have six digits")
    home = next((name for name, starts in _PREFIXES.items() if code.startswith(starts)), None)
    if home is None or exchange not in (None, home):
        raise _refuse(
            text, "stock", f"no such code at {exchange}" if exchange else "no exchange has such a code"
        )
    return f"{code}.{home}"


#: Checks by the scheme names of `records.Identifier`.
CHECKS: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType(
    {"uscc": read_uscc, "lei": read_lei, "ror": read_ror, "stock": read_stock}
)
