"""Places: provinces from addresses, cities and codes; metropolitan areas; countries by name.

A place that is not known gives None: never a guess. Where a text names several places the first decides, as an
address goes from the large to the small.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

import ahocorasick

from pipelines.errors import InputError
from pipelines.folding import fold
from pipelines.identifiers import read_uscc
from pipelines.taxonomy import Term, taxonomy

#: An address is short; what comes later is not looked at.
LENGTH_LIMIT: Final = 500
#: Filing numbers of the Cyberspace Administration begin with the six-digit code of the filer's place.
_FILING: Final = re.compile(r"网信算备(\d{6})\d+号?")
_CODE: Final = re.compile(r"\d{2}(?:\d{2})?(?:\d{2})?(?:0{6})?")
#: Short city names that are names of districts or provinces as well: they count only in full, with 市.
_AMBIGUOUS: Final = frozenset(
    ("朝阳", "中山", "海南", "吉林", "东方", "济源", "白山", "黄山", "鼓楼", "和田", "大理")
)
#: What follows a place's name in the name of a road elsewhere: 南京东路100号, but not 北京路玺科技.
_ROAD: Final = re.compile(r"[东南西北中]?(?:路|街|大道|大街|胡同)(?![一-龥])")
_PEOPLES: Final = (
    "藏族|羌族|土家族|苗族|彝族|布依族|侗族|哈尼族|壮族|傣族|白族|景颇族|"
    "傈僳族|回族|朝鲜族|蒙古族|蒙古|柯尔克孜|哈萨克"
)
_SUFFIXES: Final = re.compile(rf"(?:市|地区|盟|(?:{_PEOPLES}){{0,3}}自治州)$")


def province_of(text: str) -> Term | None:
    """The province (a term of the taxonomy `provinces`) that an address, place name or code lies in, or None.

    Codes: two, four or six digits of GB/T 2260, a valid unified social credit code, a filing number of the
    Cyberspace Administration. Nationwide registers (100000) name no province.
    """
    plain = fold(text[:LENGTH_LIMIT])
    if code := _code(plain):
        return taxonomy("provinces").terms.get(code[:2])
    place = next(_places(plain), None)
    return None if place is None else taxonomy("provinces")[place.code[:2]]


def city_of(text: str) -> Term | None:
    """The city (a term of the taxonomy `cities`, or a municipality of `provinces`) that a text names, or None."""
    for place in _places(fold(text[:LENGTH_LIMIT])):
        if len(place.code) > 2 or place.zh.endswith("市"):
            return place
    return None


def metropolitan_area(text: str) -> str | None:
    """京津冀, 长三角, 珠三角 or 川渝, whichever the province of `text` counts to; None for other or unknown places.

    Whole provinces count, as yearly figures are kept by province: 珠三角 is Guangdong, 长三角 Shanghai, Jiangsu,
    Zhejiang and Anhui.
    """
    province = province_of(text)
    return None if province is None else province.attributes.get("area")


def country_of(text: str) -> str | None:
    """ISO 3166-1 alpha-2 of a country's code or name, Chinese or English; a Chinese place's name alone is CN."""
    name = text[:LENGTH_LIMIT].strip()
    if term := taxonomy("countries").find(name):
        return term.code
    inside = taxonomy("provinces").find(name) or taxonomy("cities").find(name)
    return None if inside is None else "CN"


def _code(text: str) -> str | None:
    if match := _FILING.fullmatch(text):
        return match[1]
    if _CODE.fullmatch(text):
        return text
    try:
        return read_uscc(text)[2:8]
    except InputError:
        return None


def _places(text: str) -> Iterator[Term]:
    """The provinces and cities named in `text`, in order; where several names overlap, the first and longest."""
    lowered = text.casefold()
    found = []
    for last, (length, full, level, code) in _names().iter(lowered):
        start = last - length + 1
        if _stands(lowered, start, last + 1, full):
            found.append((start, -length, level, code))
    reached = 0
    for start, negative, level, code in sorted(found):
        if start >= reached:
            reached = start - negative
            yield taxonomy(level).terms[code]


def _stands(text: str, start: int, end: int, full: bool) -> bool:
    """Whether the name there is a place: not part of an English word, nor of a road's or another place's name."""
    if text[end - 1].isascii():
        return not (text[start - 1 : start].isalpha() and text[start - 1].isascii()) and not (
            text[end : end + 1].isalnum() and text[end].isascii()
        )
    if full:
        return True
    if _ROAD.match(text, end):
        return False
    # A short name counts near the beginning of a text or after another place (江苏苏州), not inside a word.
    return start <= 4 or not text[start - 1].isalnum() or text[start - 1] in "省市区国"


@cache
def _names() -> ahocorasick.Automaton:
    """All names of provinces and cities: (length, whether it is the full name, taxonomy, code)."""
    spellings: dict[str, tuple[int, bool, str, str]] = {}
    for level in ("provinces", "cities"):
        for term in taxonomy(level):
            spellings[term.zh] = (len(term.zh), True, level, term.code)
    for level in ("provinces", "cities"):
        for term in taxonomy(level):
            for name in _shorter(term, level):
                spellings.setdefault(name.casefold(), (len(name), False, level, term.code))
    automaton = ahocorasick.Automaton()
    for name, what in spellings.items():
        automaton.add_word(name, what)
    automaton.make_automaton()
    return automaton


def _shorter(term: Term, level: str) -> list[str]:
    english = [term.en] if term.en else []
    if level == "provinces":
        return [*term.also, *english]
    short = _SUFFIXES.sub("", term.zh)
    return [*([short] if len(short) >= 2 and short not in _AMBIGUOUS else []), *english]
