"""Names of organisations and persons: their parts, and the key under which two of them are the same name.

Invariants kept here:
- words of legal form never carry a match: a name made of them alone has the empty key, which matches nothing;
- a place is never dropped; only its ways of being written are made one (深圳市X, 深圳X, 广东省深圳市X);
- 集团, 控股 and the names of parts (研究院, 分公司) stay: they name another body than the name without them.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import opencc

from entity_resolution.vocabulary import Place, Vocabulary, vocabulary

_simplified = opencc.OpenCC("t2s")

_BRACKETS = str.maketrans("【】〔〕〖〗[]{}〈〉《》「」『』", "()()()()()()()()()")
_MARKS = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−─－﹣", "-"),
        **dict.fromkeys("·・•‧∙⋅●﹒", "·"),
        **dict.fromkeys("‘’‛′`´＇", "'"),
        **dict.fromkeys("“”„‟″＂", '"'),
        **dict.fromkeys("、，﹐", ","),
    }
)
#: Signs that belong to a name's spelling; every other sign and all white space is left out of a key.
_SPELT = frozenset("+#&@")


@dataclass(frozen=True, slots=True)
class NameParts:
    """What a name is made of. Every field is folded; what is not there is empty.

    place: in its short form (深圳). core: what is left when the other parts are taken away.
    trade: the line of business at the core's end. legal_form: its class (company, partnership,
    sole_proprietor). unit: the part of an organisation that the name ends in (研究院, 分公司); head: the
    organisation it is a part of, where the name itself says so. brackets: what stands in brackets.
    """

    folded: str
    place: str
    brackets: tuple[str, ...]
    core: str
    trade: str
    legal_form: str
    unit: str
    head: str


@lru_cache(maxsize=200_000)
def fold(name: str) -> str:
    """One way of writing: compatibility forms, simplified characters, lower case, one kind of bracket, dash,
    quotation mark and space; no space beside a Chinese character. `fold(fold(x)) == fold(x)`."""
    folded = _fold_once(name)
    for _ in range(3):  # lower-casing can open what a second normalisation joins: settles at once in practice
        again = _fold_once(folded)
        if again == folded:
            break
        folded = again
    return folded


def exact_key(name: str, kind: str | None = None) -> str:
    """The key that two ways of writing one name share; the empty key matches nothing.

    `kind` is a record's kind of entity: persons keep their whole name, universities and governments have no
    legal form. A partnership's key differs from that of the company of the same name.
    """
    return _exact_key(name, kind)


def legal_form(name: str) -> str:
    """The class of legal form that the name bears (company, partnership, sole_proprietor), or nothing."""
    return _without_legal_form(fold(name), vocabulary())[1]


@lru_cache(maxsize=200_000)
def parts(name: str) -> NameParts:
    """The parts of an organisation's name, by the word lists in `data/`."""
    words = vocabulary()
    folded = fold(name)
    plain, form = _without_legal_form(folded, words)
    place, rest = _place_first(plain, words)
    brackets = tuple(_bracketed(plain))
    for inside in brackets:
        if inside in words.place_of:
            place = place or words.place_of[inside].name
        rest = rest.replace(f"({inside})", "")
    unit = next((word for word in words.units if rest.endswith(word) and len(rest) > len(word)), "")
    body = rest[: len(rest) - len(unit)]
    core, trade = _trade_last(body, words)
    return NameParts(folded, place, brackets, core, trade, form, unit, _head(folded, unit, words))


def is_han(char: str) -> bool:
    """Whether it is a Chinese character."""
    return "\u3400" <= char <= "\u4dbf" or "\u4e00" <= char <= "\u9fff" or char >= "\U00020000"


def _fold_once(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).translate(_BRACKETS).translate(_MARKS)
    if not text.isascii():
        text = "".join(char for char in text if unicodedata.category(char) not in ("Cf", "Cc", "Cs"))
        text = _simplified.convert(text)
    text = " ".join(unicodedata.normalize("NFKC", text.casefold()).split())
    if " " not in text:
        return text
    return "".join(
        char
        for at, char in enumerate(text)
        if char != " " or not (_closed(text[at - 1]) or _closed(text[at + 1]))
    )


def _closed(char: str) -> bool:
    """A character that needs no space beside it."""
    return is_han(char) or char in "()"


@lru_cache(maxsize=200_000)
def _exact_key(name: str, kind: str | None) -> str:
    folded = fold(name)
    if kind == "person":
        return " ".join(filter(None, map(_letters, folded.split())))
    words = vocabulary()
    if kind in ("university", "government"):
        bare, form = folded, ""
    else:
        bare, form = _without_legal_form(folded, words)
    if bare.endswith("人民政府"):
        bare = bare.removesuffix("人民政府") + "政府"
    place, rest = _place_first(bare, words)
    if "(" in rest:
        for inside in _bracketed(rest):
            known = words.place_of.get(inside)
            if known is not None:
                rest = rest.replace(f"({inside})", f"({known.name})")
    letters = _letters(rest)
    if form and _says_nothing(letters, place, words):
        return ""
    if form == "":
        letters = _without_listing_marks(letters, folded)
    key = place + letters
    return f"{key}|{form}" if key and form not in ("", "company") else key


def _letters(text: str) -> str:
    """The letters and digits, and the few signs that are spelling; a dot only between two digits."""
    return "".join(
        char
        for at, char in enumerate(text)
        if char.isalnum() or char in _SPELT or unicodedata.category(char)[0] == "M" or _is_decimal(text, at)
    )


def _is_decimal(text: str, at: int) -> bool:
    return text[at] == "." and text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit()


def _says_nothing(letters: str, place: str, words: Vocabulary) -> bool:
    """Whether, the legal form gone, a place alone is left, or words that any company may use (科技)."""
    if not letters or place:
        return not letters
    while letters:
        word = next((word for word in words.generic if letters.endswith(word)), "")
        if not word:
            return False
        letters = letters.removesuffix(word)
    return True


def _without_listing_marks(letters: str, folded: str) -> str:
    """A short name as an exchange shows it, without the marks of its listing (*ST, -U, -W)."""
    marked = folded.startswith(("*st", "st")) and 4 <= len(letters) <= 6
    if marked and all(is_han(char) for char in letters[2:]):
        letters = letters[2:]
    for mark in ("-uw", "-wd", "-u", "-w", "-d"):
        if folded.endswith(mark) and len(letters) > len(mark):
            before = letters[: 1 - len(mark)]
            return before if is_han(before[-1]) else letters
    return letters


def _without_legal_form(folded: str, words: Vocabulary) -> tuple[str, str]:
    """The name without its words of legal form, and the class of the last one."""
    text, form = folded, ""
    for _ in range(4):  # 合伙企业(有限合伙) has two
        shorter, found = _cut_legal_end(text, words)
        if not found:
            break
        text, form = shorter, form or found
    for word in words.inside_forms:
        at = text.find(word, 1)
        if at > 0:
            text = text[:at] + text[at + len(word) :]
            form = form or "company"
            break
    if text and not is_han(text[0]):
        text = text.removeprefix("the ") or text
    return text, form


def _cut_legal_end(text: str, words: Vocabulary) -> tuple[str, str]:
    text = text.rstrip(" .,-")
    open_at = text.rfind("(") if text.endswith(")") else -1
    if open_at >= 0 and text[open_at + 1 : -1] in words.chinese_forms:
        return text[:open_at], words.chinese_forms[text[open_at + 1 : -1]]
    for size in range(min(words.longest_form, len(text)), 1, -1):
        found = words.chinese_forms.get(text[-size:])
        if found:
            before = text[:-size]
            if size == 2 and before.endswith(words.not_before_company):
                return text, ""
            return before, found
    return _cut_english_end(text, words)


def _cut_english_end(text: str, words: Vocabulary) -> tuple[str, str]:
    """Cuts one last word such as `ltd.`; a first word goes only where nothing else is left."""
    at = max(text.rfind(" "), text.rfind(","))
    if at < 0:
        found = words.english_forms.get(text.replace(".", ""))
        return ("", found) if found else (text, "")
    if at == 0 or len(text) - at > 14:
        return text, ""
    found = words.english_forms.get(text[at + 1 :].replace(".", ""))
    before = text[:at].rstrip(" ,")
    return (before, found) if found and before else (text, "")


def _place_first(text: str, words: Vocabulary) -> tuple[str, str]:
    """The leading place in its short form, and what follows. A province written in full goes before its city."""
    place, size = _place_at(text, words)
    if place is None:
        return "", text
    rest = text[size:]
    if place.is_province and size > len(place.name):
        city, city_size = _place_at(rest, words)
        if city is not None and city.province == place.name:
            place, rest = city, rest[city_size:]
    district = next((one for one in words.districts.get(place.name, ()) if rest.startswith(one)), "")
    if not district:
        return place.name, rest
    rest = rest[len(district) :]
    if rest[:1] == "区" and rest[1:2] != "域":
        rest = rest[1:]
    return place.name + district, rest


def _place_at(text: str, words: Vocabulary) -> tuple[Place | None, int]:
    for size in range(min(words.longest_place, len(text)), 1, -1):
        place = words.place_of.get(text[:size])
        if place is None:
            continue
        if text[size - 1] == "市" and _belongs_to_next_word(text[size : size + 2]):
            continue  # 上海市场 is 上海 and 市场; the shorter form is tried next
        return place, size
    return None, 0


def _belongs_to_next_word(after: str) -> bool:
    """Whether a 市 before these characters begins the next word: 市场, 市容, 市政 (but not 市 + 政府)."""
    return after[:1] in ("场", "容") or (after[:1] == "政" and after[1:2] not in tuple("府协务策法"))


def _bracketed(text: str) -> list[str]:
    """What stands in brackets, outermost only; a bracket without its other half counts for nothing."""
    found, depth, start = [], 0, 0
    for at, char in enumerate(text):
        if char == "(":
            depth += 1
            start = at if depth == 1 else start
        elif char == ")" and depth:
            depth -= 1
            if depth == 0 and at > start + 1:
                found.append(text[start + 1 : at])
    return found


def _trade_last(text: str, words: Vocabulary) -> tuple[str, str]:
    """The text without the trade words at its end, and these."""
    end = len(text)
    while end > 0:
        sizes = range(min(words.longest_trade, end), 1, -1)
        size = next((size for size in sizes if text[end - size : end] in words.trade), 0)
        if not size:
            break
        end -= size
    return text[:end], text[end:]


def _head(folded: str, unit: str, words: Vocabulary) -> str:
    """The organisation that the named part belongs to: up to its legal form, or up to 大学."""
    if not unit:
        return ""
    for word in words.inside_forms:
        at = folded.find(word, 1)
        if 0 < at < len(folded) - len(word):
            return folded[: at + len(word)]
    at = folded.find("大学", 1)
    return folded[: at + 2] if 0 < at < len(folded) - 2 else ""


#: How exchanges mark classes of shares behind a short name (深康佳Ａ).
_SHARE_CLASSES = ("Ａ", "Ｂ", "A", "B", "Ｈ")

#: What a character of `Lettered.text` belongs to, by its code in `Lettered.parts`.
PLACE, BRAND, TRADE, UNIT, BRACKET = range(5)


@dataclass(frozen=True, slots=True)
class Lettered:
    """A folded name without its legal form, signs and marks of listing, ready to be compared letter by letter.

    text: letters and digits alone. parts: what each letter belongs to (PLACE, BRAND, TRADE, UNIT, BRACKET), one
    code a letter. heads: whether a word begins at the letter. place, form: as in `NameParts`. by_shares: whether
    its form is that of a company limited by shares. listed: whether an exchange's mark stands at it (*ST, -U, Ａ).
    """

    text: str
    parts: bytes
    heads: bytes
    place: str
    form: str
    by_shares: bool
    listed: bool


@lru_cache(maxsize=200_000)
def lettered(name: str) -> Lettered:
    """The letters of an organisation's name with the part that each belongs to."""
    words = vocabulary()
    folded = fold(name)
    plain, form = _without_legal_form(folded, words)
    place, rest = _place_first(plain, words)
    lead = len(plain) - len(rest)
    codes = [BRAND] * len(plain)
    codes[:lead] = [PLACE] * lead
    depth = 0
    for at, char in enumerate(plain):
        depth += (char == "(") - (char == ")" and depth > 0)
        if depth:
            codes[at] = BRACKET
    for inside in _bracketed(plain):
        known = words.place_of.get(inside)
        place = place or (known.name if known else "")
    kept = [at for at, char in enumerate(plain) if char.isalnum()]
    text = "".join(plain[at] for at in kept)
    parts_of = bytearray(codes[at] for at in kept)
    _mark_end(text, parts_of, words)
    shown = _without_listing_marks(text, folded) if not form else text
    if 3 <= len(shown) <= 5 and name.rstrip()[-1:] in _SHARE_CLASSES and is_han(shown[-2]):
        shown = shown[:-1]
    listed = shown != text
    skipped = max(text.find(shown), 0)
    text, parts_of = shown, parts_of[skipped : skipped + len(shown)]
    by_shares = bool(form) and "股份" in folded
    return Lettered(text, bytes(parts_of), _heads(text, parts_of, words), place, form, by_shares, listed)


def _mark_end(text: str, codes: bytearray, words: Vocabulary) -> None:
    """Marks the unit and the trade at the end of the brand, as `parts` finds them. Brackets are looked past."""
    end = len(text)
    while end and codes[end - 1] == BRACKET:
        end -= 1
    start = end
    while start and codes[start - 1] == BRAND:
        start -= 1
    body = text[start:end]
    unit = next((word for word in words.units if body.endswith(word) and len(body) > len(word)), "")
    codes[end - len(unit) : end] = bytes([UNIT]) * len(unit)
    core, trade = _trade_last(body[: len(body) - len(unit)], words)
    at = start + len(core)
    codes[at : at + len(trade)] = bytes([TRADE]) * len(trade)


def _heads(text: str, codes: bytes | bytearray, words: Vocabulary) -> bytes:
    """Where words begin: the longest known word first; letters that no word covers make one word together."""
    heads = bytearray(len(text))
    at, known_before = 0, True
    while at < len(text):
        size = 0
        for length in range(min(4, len(text) - at), 1, -1):
            piece = text[at : at + length]
            if piece in words.common or piece in words.trade or piece in words.place_of:
                size = length
                break
        if size:
            heads[at] = 1
            at, known_before = at + size, True
            continue
        heads[at] = known_before or codes[at] != codes[at - 1]
        at, known_before = at + 1, False
    return bytes(heads)
