"""The industry of an organisation, as a division or section of GB/T 4754-2017, with what says so.

The legal form is taken off the name; then a name that everybody knows decides, else the last clear trade word of
the name, else words about it, else its kind, else a loose word of the name. The words: `industry_words.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal, NamedTuple

import ahocorasick

from pipelines.checked_yaml import Fields, read_yaml
from pipelines.errors import InputError
from pipelines.folding import fold
from pipelines.reading.gazetteer import stands_alone
from pipelines.simplifying import plain_in_place
from pipelines.taxonomy import FOLDER, taxonomy

RULES: Final = FOLDER / "rules" / "industry_words.yaml"
#: No name is longer; of words about an organisation no more is read.
NAME_LIMIT: Final = 120
WORDS_LIMIT: Final = 2_000

#: The chance that the section of an answer holds, by what says so (docs/categories.md says how it was measured).
_KNOWN, _BRAND, _BODY, _TRADE, _LOOSE, _ABOUT, _KIND, _VAGUE = 0.95, 0.8, 0.85, 0.8, 0.45, 0.6, 0.6, 0.35
#: Kinds that are a division of their own, whatever the name.
_TELLING: Final = frozenset(("university", "government"))
#: Two that say the same.
_AGREED: Final = 0.1
#: Divisions whose words name a sort of body, not what a company trades in: a school is a school.
_BODIES: Final = frozenset(
    ("53", "66", "67", "68", "73", "83", "84", "86", "88", "91", "92", "93", "94", "95", "96", "97")
)

_FORM: Final = re.compile(
    r"(?:集团)?(?:股份有限公司|有限责任公司|有限公司|股份公司|集团公司|总公司|分公司|子公司)$"
    r"|[(（]?(?:有限合伙|普通合伙|特殊普通合伙)[)）]?$"
    r"|[,， ]*(?:co\.?,? ?ltd\.?|inc\.?|corp\.?|llc|ltd\.?|limited|plc|gmbh)$"
)
#: The place that opens a company's registered name.
_PLACE: Final = re.compile(
    r"(?:[一-龥]{2,3}[省市]){1,2}|北京|上海|天津|重庆|深圳|广州|杭州|南京|浙江|广东|江苏|中国"
)
#: A place in brackets inside the name, as companies have it: (北京), (中国).
_BRACKETS: Final = re.compile(r"[(（][^()（）]{1,12}[)）]")


class Industry(NamedTuple):
    """`code` of the taxonomy `industries`, the chance that its section holds, and in words what says so."""

    code: str
    confidence: float
    why: str


@dataclass(frozen=True, slots=True)
class IndustryWords:
    """Words (plain) to codes: clear, loose and vague ones of names, those of descriptions, known names; kinds.

    `whole` has the known names that are common words, too: they count only as the whole name.
    """

    version: int
    names: Mapping[str, str]
    loose: Mapping[str, str]
    about: Mapping[str, str]
    vague: Mapping[str, str]
    known: Mapping[str, str]
    kinds: Mapping[str, str]
    whole: frozenset[str]


@cache
def industry_words() -> IndustryWords:
    """The words that ship."""
    return load(RULES)


def load(path: Path) -> IndustryWords:
    """Read and check one file: codes of the taxonomy, each word for one code."""
    head = read_yaml(path)
    version, _ = head.value("version", int), head.value("source", str)
    kinds = head.value("kinds", dict)
    whole = frozenset(plain_in_place(word) for word in head.words("whole"))
    names: dict[str, str] = {}
    loose: dict[str, str] = {}
    about: dict[str, str] = {}
    vague: dict[str, str] = {}
    known: dict[str, str] = {}
    for field, of_names, of_words in (("rules", names, about), ("vague", vague, {}), ("known", known, {})):
        for rule in head.items(field):
            code = _code(rule, rule.value("code", str))
            _take(rule, "names", code, of_names)
            _take(rule, "loose", code, loose)
            _take(rule, "words", code, of_words)
            rule.finish()
    for kind, code in kinds.items():
        _code(head, code)
        if not isinstance(kind, str):
            raise head.error("kinds", f"{kind!r} is no kind")
    if strange := sorted(whole - known.keys()):
        raise head.error("whole", f"no known names: {', '.join(strange)}")
    head.finish()
    return IndustryWords(version, names, loose, about, vague, known, kinds, whole)


def _code(rule: Fields, code: object) -> str:
    if not isinstance(code, str) or code not in taxonomy("industries"):
        raise rule.error("code", f"{code!r} is no code of industries")
    return code


def _take(rule: Fields, field: str, code: str, into: dict[str, str]) -> None:
    for word in rule.words(field):
        key = plain_in_place(word)
        if key in into:
            raise rule.error(field, f"{word!r} is given twice")
        into[key] = code


def industry_of(name: str, kind: str | None = None, words: str = "") -> Industry | None:
    """The industry of the organisation `name`; None where nothing tells.

    `kind` is one of `EntityKind`; `words` are words about the organisation: a description, tags, the clause it
    stands in, without other organisations' names. Divisions are given where the words are that fine, else
    sections. Raises InputError for an empty name.
    """
    plain = plain_in_place(fold(name)[:NAME_LIMIT])
    if not plain:
        raise InputError("the name is empty", field="name")
    rules = industry_words()
    body = _without_form(plain)
    if known := _known(body, rules.known):
        return Industry(rules.known[known], _KNOWN, f"the known name {known!r}")
    trade = _trade(body)
    by_words = _most(plain_in_place(words[:WORDS_LIMIT]))
    by_kind = rules.kinds.get(kind) if kind else None
    if (trade is None or trade[2] <= _LOOSE) and (brand := _brand(body)):
        return Industry(rules.known[brand], _BRAND, f"the known name {brand!r} opens it")
    if trade and trade[2] > _LOOSE:
        return _agreed(*trade, by_words, by_kind)
    if by_kind and kind in _TELLING:
        return Industry(by_kind, _BODY, f"the kind {kind!r}")
    if by_words:
        # A loose word of the name beside words about the same section makes them surer.
        more = _AGREED if trade and _section(trade[1]) == _section(by_words[1]) else 0
        return Industry(by_words[1], round(_ABOUT + more, 2), f"{by_words[0]!r} about it")
    if by_kind:
        return Industry(by_kind, _KIND, f"the kind {kind!r}")
    return _agreed(*trade, None, None) if trade else None


def _agreed(
    word: str, code: str, sure: float, by_words: tuple[str, str] | None, by_kind: str | None
) -> Industry:
    """What the name says; surer, and the finer of two, where words about it or its kind say the same section."""
    why = f"{word!r} in the name"
    if by_words and _section(by_words[1]) == _section(code):
        finer = code if len(code) == 2 else by_words[1]
        return Industry(finer, round(sure + _AGREED, 2), f"{why}, {by_words[0]!r} about it")
    if by_kind and _section(by_kind) == _section(code):
        return Industry(code, round(sure + _AGREED, 2), f"{why}, and its kind")
    return Industry(code, sure, why)


def _without_form(plain: str) -> str:
    """The name without brackets and legal form; 集团 stays where nothing else would be left."""
    body = _BRACKETS.sub("", plain) or plain
    while (match := _FORM.search(body)) and match.start() > 1:
        body = body[: match.start()].rstrip(" ,，")
    return body


def _known(body: str, known: Mapping[str, str]) -> str | None:
    """The known name that `body` is, with or without 集团 and a place around it."""
    short = body.removesuffix("集团").removesuffix("公司") or body
    for candidate in (
        body,
        short,
        short.removeprefix("中国"),
        short.removesuffix("中国"),
        short.removesuffix("科技"),
    ):
        if candidate in known:
            return candidate
    return None


def _brand(body: str) -> str | None:
    """The known name that opens `body`, at most a place before it (深圳市腾讯计算机系统): the longest."""
    rules = industry_words()
    at = _PLACE.match(body)
    starts = {0, at.end() if at else 0}
    openings = (body[start : start + length] for length in range(12, 1, -1) for start in starts)
    return next((name for name in openings if name in rules.known and name not in rules.whole), None)


def _trade(body: str) -> tuple[str, str, float] | None:
    """The trade word of a name, its code, how sure it is: the last of the surest sort, as 学校 in 铁路电气化学校.

    A word inside a longer one (电子 in 电子商务) is none.
    """
    rules = industry_words()
    best: tuple[float, int, str, str] | None = None
    for start, word in _longest(body, "trade"):
        if word in rules.names:
            code, sure = rules.names[word], _BODY if rules.names[word] in _BODIES else _TRADE
        elif word in rules.loose:
            code, sure = rules.loose[word], _LOOSE
        else:
            code, sure = rules.vague[word], _VAGUE
        # Bodies and trades are one sort: the last of them counts.
        if best is None or (min(sure, _TRADE), start) > (min(best[0], _TRADE), best[1]):
            best = (sure, start, word, code)
    return None if best is None else (best[2], best[3], best[0])


def _most(words: str) -> tuple[str, str] | None:
    """The description's word whose code has most words about it, the first of those; None where none is there."""
    if not words:
        return None
    found: dict[str, list[str]] = {}
    for _, word in _longest(words, "about"):
        found.setdefault(_about()[word], []).append(word)
    if not found:
        return None
    best = max(found, key=lambda code: len(found[code]))
    return found[best][0], best


def _longest(text: str, table: Literal["trade", "about"]) -> Iterator[tuple[int, str]]:
    """(start, word) of the words of a table in `text`, none inside another; Latin words only whole."""
    spans = sorted((end + 1 - len(word), -len(word), word) for end, word in _automaton(table).iter(text))
    reached = 0
    for start, length, word in spans:
        end = start - length
        # What reaches beyond the word before it may be the truer one: 学校 in 电气化学校.
        if end <= reached:
            continue
        if not stands_alone(text, start, end):
            continue
        reached = end
        yield start, word


@cache
def _about() -> Mapping[str, str]:
    """A description may carry the trade words of names as well as its own."""
    rules = industry_words()
    return {**rules.loose, **rules.names, **rules.about}


@cache
def _automaton(table: Literal["trade", "about"]) -> ahocorasick.Automaton:
    rules = industry_words()
    automaton = ahocorasick.Automaton()
    for word in _about() if table == "about" else (*rules.names, *rules.loose, *rules.vague):
        automaton.add_word(word, word)
    automaton.make_automaton()
    return automaton


def _section(code: str) -> str:
    return taxonomy("industries")[code].parent or code
