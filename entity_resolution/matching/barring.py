"""Pairs that no score may join: what stands against them is said outright by the names or by what is stated."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from entity_resolution.compatibility import kinds_agree
from entity_resolution.matching.knowledge import OrganisationOf
from entity_resolution.matching.name import Name
from entity_resolution.names import UNIT, exact_key, lettered
from entity_resolution.vocabulary import vocabulary

#: Where Chinese companies register their holdings: such a country does not speak against CN.
_HOLDINGS = frozenset({"CN", "HK", "KY", "VG", "BM"})
#: A name that ends so is written out: another name that ends so is another body.
_WRITTEN_OUT = ("大学", "学院", "医院", "出版社", "中学", "小学", "银行", "研究院", "研究所", "实验室")
_WHOLE = (*_WRITTEN_OUT, "集团", "公司", "科学院", "委员会")
#: The last word says what sort of body it is; two that end in different ones are two bodies.
_BODIES = (
    ("人民政府", "政府"), ("医院",), ("大学",), ("中学",), ("小学",), ("银行",), ("法院",), ("检察院",),
    ("出版社",), ("电视台", "广播电台"), ("日报", "晚报"), ("图书馆",), ("博物馆",), ("基金会",),
    ("人民代表大会",), ("公安局",),
)  # fmt: skip
_NUMERALS = str.maketrans("0123456789", "零一二三四五六七八九")


def barred(one: Name, other: Name) -> str:
    """Why these two may not be joined without a person or a source that says so; empty where nothing bars."""
    if not kinds_agree(one.kind, other.kind):
        return f"kinds: {one.kind} / {other.kind}"
    countries = {one.country, other.country} - {None}
    if len(countries) == 2 and countries - _HOLDINGS:
        return f"countries: {one.country} / {other.country}"
    return _by_name(one.name, other.name)


def bars(
    left: Sequence[Name], right: Sequence[Name], pairs: tuple[NDArray[np.int32], NDArray[np.int32]]
) -> NDArray[np.bool_]:
    """For each pair of positions, whether it is barred."""
    rows, others = pairs
    return np.fromiter(
        (
            bool(barred(left[row], right[other]))
            for row, other in zip(rows.tolist(), others.tolist(), strict=True)
        ),
        dtype=bool,
        count=len(rows),
    )


def _by_name(one: str, other: str) -> str:
    keys = exact_key(one), exact_key(other)
    if keys[0] == keys[1] and keys[0]:
        return ""
    known = [OrganisationOf.shipped().of(key) for key in keys]
    if None not in known:
        return "" if known[0] == known[1] else "two organisations of the curated list"
    first, second = lettered(one), lettered(other)
    short, long = sorted((first, second), key=lambda found: (len(found.text), found.text))
    if short.form and long.form:
        return "two legal names"
    numbers = [_numerals(found.text) for found in (short, long)]
    if all(numbers) and numbers[0] != numbers[1]:
        return f"numbers: {numbers[0]} / {numbers[1]}"
    bodies = _body(first.text), _body(second.text)
    if None not in bodies and bodies[0] != bodies[1]:
        return "two sorts of body"
    written_out = len(short.text) >= 4 and all(found.text.endswith(_WRITTEN_OUT) for found in (short, long))
    if written_out and short.text != long.text:
        return "two names that are written out"
    if long.text.startswith(short.text) and short.text.endswith(_WHOLE) and UNIT in long.parts:
        return "an organisation and a part of it"
    return ""


def _body(text: str) -> tuple[str, ...] | None:
    return next((words for words in _BODIES if text.endswith(words)), None)


def _numerals(text: str) -> str:
    numerals = vocabulary().numerals
    return "".join(char for char in text.translate(_NUMERALS) if char in numerals)
