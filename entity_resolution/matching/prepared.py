"""Names as arrays: what each letter is, how rare it is and to which part of the name it belongs.

Every name is prepared once; pairs then only look up rows. All letters of all names lie in one flat array each, a
name's letters from `start` on, `length` of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entity_resolution.matching.name import Name
from entity_resolution.matching.rarity import Rarity
from entity_resolution.names import BRACKET, BRAND, PLACE, TRADE, UNIT, exact_key, is_han, lettered
from entity_resolution.vocabulary import vocabulary

#: Letters beyond this many are not compared: longer names are lists or sentences.
LETTERS_MOST = 48

#: Parts of a name in which a place may stand.
_PLACED = frozenset((PLACE, BRACKET, BRAND))
_NUMERALS = str.maketrans("0123456789", "零一二三四五六七八九")

Texts = NDArray[np.object_]
Numbers = NDArray[np.int32]
Weights = NDArray[np.float32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Names, made ready. Arrays by name: text, core (the brand's letters), brand (core and trade), start, the
    lengths of these, and numbers for what is compared for equality alone (0: not there). Arrays by letter: code,
    other_code (a letter that stands for it: 粤 for the first of 广东; 0 for none), part, head, weight (rarity in
    nats) and pair_weight (that of the letter with the next one)."""

    text: Texts
    core: Texts
    brand: Texts
    start: Numbers
    length: Numbers
    core_length: Numbers
    brand_length: Numbers
    core_number: Numbers
    brand_number: Numbers
    key: Numbers
    place: Numbers
    stated_place: Numbers
    form: Numbers
    unit: Numbers
    kind: Numbers
    country: Numbers
    numerals: Numbers
    full: Flags
    by_shares: Flags
    listed: Flags
    latin: NDArray[np.float32]
    code: Numbers
    other_code: Numbers
    part: NDArray[np.uint8]
    head: Flags
    weight: Weights
    pair_weight: Weights

    def __len__(self) -> int:
        return len(self.text)


class Preparation:
    """Prepares names with one numbering, so that two lists can be compared."""

    def __init__(self, rarity: Rarity) -> None:
        self._rarity = rarity
        self._numbers: dict[tuple[str, str], int] = {}
        self._words = vocabulary()
        self._numeral = re.compile(f"[{''.join(sorted(self._words.numerals))}]")

    def of(self, names: Sequence[Name]) -> Prepared:
        """The names' arrays, in their order."""
        count = len(names)
        texts, cores, brands = (np.empty(count, dtype=object) for _ in range(3))
        columns = {
            field: np.zeros(count, dtype=np.int32)
            for field in (
                "length",
                "core_length",
                "brand_length",
                "core_number",
                "brand_number",
                "key",
                "place",
                "stated_place",
                "form",
                "unit",
                "kind",
                "country",
                "numerals",
            )
        }
        full, by_shares, listed = (np.zeros(count, dtype=bool) for _ in range(3))
        latin = np.zeros(count, dtype=np.float32)
        letters: list[str] = []
        others: list[str] = []
        parts: list[bytes] = []
        heads: list[bytes] = []
        for at, one in enumerate(names):
            found = lettered(one.name)
            text, codes = found.text[:LETTERS_MOST], found.parts[:LETTERS_MOST]
            texts[at] = text
            cores[at] = "".join([char for char, code in zip(text, codes, strict=True) if code == BRAND])
            brands[at] = "".join(
                char for char, code in zip(text, codes, strict=True) if code in (BRAND, TRADE)
            )
            unit = "".join(char for char, code in zip(text, codes, strict=True) if code == UNIT)
            numerals = "".join(self._numeral.findall(text)).translate(_NUMERALS)
            columns["length"][at] = len(text)
            columns["core_length"][at], columns["brand_length"][at] = len(cores[at]), len(brands[at])
            for field, value in (
                ("core_number", cores[at]),
                ("brand_number", brands[at]),
                ("key", exact_key(one.name, one.kind)),
                ("place", found.place),
                ("stated_place", lettered(one.place).place if one.place else ""),
                ("form", found.form),
                ("unit", unit),
                ("kind", one.kind or ""),
                ("country", one.country or ""),
                ("numerals", numerals),
            ):
                columns[field][at] = self._number(field, value)
            full[at] = bool(found.form) and len(text) >= 4
            by_shares[at], listed[at] = found.by_shares, found.listed
            latin[at] = sum([not is_han(char) for char in text]) / max(len(text), 1)
            letters.append(text)
            others.append(_other_letters(text, codes, self._words.one_letter))
            parts.append(codes)
            heads.append(found.heads[:LETTERS_MOST])
        letters.append("\0")  # padding points here
        others.append("\0")
        parts.append(b"\xff")
        heads.append(b"\0")
        flat = "".join(letters)
        start = np.zeros(count, dtype=np.int32)
        np.cumsum(columns["length"][:-1], out=start[1:])
        weight, pair_weight = self._rarity.of(flat, np.append(start, len(flat) - 1))
        return Prepared(
            text=texts,
            core=cores,
            brand=brands,
            start=start,
            full=full,
            by_shares=by_shares,
            listed=listed,
            latin=latin,
            code=np.frombuffer(flat.translate(_NUMERALS).encode("utf-32-le"), dtype=np.int32),
            other_code=np.frombuffer("".join(others).encode("utf-32-le"), dtype=np.int32),
            part=np.frombuffer(b"".join(parts), dtype=np.uint8),
            head=np.frombuffer(b"".join(heads), dtype=np.uint8).astype(bool),
            weight=weight,
            pair_weight=pair_weight,
            **columns,
        )

    def _number(self, field: str, value: str) -> int:
        if not value:
            return 0
        return self._numbers.setdefault((field, value), len(self._numbers) + 1)


def _other_letters(text: str, codes: bytes, one_letter: dict[str, str]) -> str:
    """For the first letter of each place in the text its one-letter name, for every other letter a zero."""
    found = ["\0"] * len(text)
    for at in range(len(text) - 1):
        letter = one_letter.get(text[at : at + 2])
        if letter and codes[at] in _PLACED:
            found[at] = letter
    return "".join(found)
