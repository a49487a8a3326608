"""Who is spoken of: the name that opens a CV, and names in running text."""

from __future__ import annotations

import re
from typing import Final

from pipelines.reading.people.words import one_of, word_of, words_of

_SURNAME: Final = f"(?:{one_of(words_of('names', 'double_surnames'))}|[{word_of('names', 'surnames')}])"
_FOREIGN: Final = r"[一-龥a-z]{1,8}(?:[·•・][一-龥a-z.]{1,10}){1,3}"
_LATIN: Final = r"[a-z][a-z.'-]{0,15}(?: [a-z][a-z.'-]{0,15}){1,3}"
_NAME: Final = rf"(?:{_FOREIGN}|{_SURNAME}\s?[一-龥](?:\s?[一-龥])?|{_SURNAME}[一-龥]{{3}}|{_LATIN})"
_TITLE: Final = r"(?:先生|女士|小姐|博士|教授|同志|院士)"
#: What stands behind a name that opens a CV.
_OPENS: Final = re.compile(
    rf"[\s\d.、:()一二三四五六七八九十]{{0,12}}(?:姓名:?\s?)?(?P<name>{_NAME})"
    rf"(?=\s?(?:\x00{{1,40}})?(?:{_TITLE}|[,:;、\s]\s?(?:男|女|(?:曾用名|汉族|中国国籍|中国公民|(?:19|20)\d\d\s?[年.])"
    r"|(?:现任|曾任|历任|毕业于|博士|硕士|大学|本科|研究生|独立董事|董事|监事|职工|副?总))|:))"
)
#: A short name and a sign behind it open a CV where the paragraph speaks as CVs do.
_NAMED: Final = re.compile(
    rf"[\s\d.、:()一二三四五六七八九十]{{0,12}}(?:[^,。:;\n]{{0,14}}?[:\s])?(?P<name>{_NAME})\s?(?:{_TITLE})?(?=[,:、;\s(\x00])"
)
_SPEAKS: Final = re.compile(
    r"出生|生于|历任|曾任|现任|兼任|毕业|学历|学位|男[,;、\s]|女[,;、\s]|国籍|职称|简历|先后|担任|至今|硕士|博士|本科"
)
#: A paragraph that goes on with the person before it.
_GOES_ON: Final = re.compile(
    rf"[\s·•*-]{{0,8}}(?:\d{{4}}\s?[年.\-/]|自\d{{4}}|其|他|她|{_SURNAME}{_TITLE}|曾|现任|历任|兼任|目前|毕业|工作经历|教育|主要|先后)"
)
_NOT_NAMES: Final = frozenset(words_of("names", "not_names"))
#: In running text: a name that ends where a word for it begins.
_AFTER: Final = rf"[,。、;:\s()\"“”]|{one_of(words_of('names', 'after'))}|$"
_FOREIGN_IN_TEXT: Final = r"[一-龥a-z]{1,8}(?:[·•・][一-龥a-z.]{1,10}?){1,3}"
NAME_IN_TEXT: Final = rf"(?:{_FOREIGN_IN_TEXT}|{_SURNAME}[一-龥]{{1,2}}?)(?={_AFTER})"


def opening_name(plain: str, start: int, end: int) -> tuple[int, int] | None:
    """The name that opens a paragraph of a CV, by its offsets; None where it opens with none."""
    match = _OPENS.match(plain, start, min(end, start + 120))
    if match is not None and is_name(match["name"]):
        return match.span("name")
    match = _NAMED.match(plain, start, min(end, start + 120))
    if match is not None and is_name(match["name"]) and speaks_of_a_life(plain, start, end):
        return match.span("name")
    return None


def speaks_of_a_life(plain: str, start: int, end: int) -> bool:
    """Whether three words of a CV at least, not one alone three times, stand in the paragraph's beginning."""
    found = {match[0] for match in _SPEAKS.finditer(plain, start, min(end, start + 400))}
    return len(found) >= 3


def goes_on(plain: str, start: int, end: int) -> bool:
    return _GOES_ON.match(plain, start, end) is not None


def is_name(words: str) -> bool:
    return not any(words.startswith(one) for one in _NOT_NAMES)


#: 吴先生, 祝女士, 其: the person of the CV again, at the beginning of a clause.
AGAIN: Final = re.compile(
    rf"\s*(?:{_SURNAME}[一-龥]{{0,3}}{_TITLE}|{_FOREIGN}{_TITLE}|其本人|其(?=[19先曾现于自在历主])|他|她|本人)\s*"
)
