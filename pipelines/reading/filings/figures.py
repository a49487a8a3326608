"""Numbers and units as filings print them: `(1,234.50)`, `45,250.4` with 单位：千元, `18.14%`.

What may stand in a cell: a minus before the number, or brackets around it, make it negative; commas divide
thousands; footnote marks follow it; a number broken over lines is joined where the commas and decimals leave no
doubt. A dash or 不适用 says nothing. Anything else is refused: a wrong number is worse than none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from pipelines.errors import InputError
from pipelines.folding import fold

#: Longer than this is no number.
LENGTH_LIMIT: Final = 60
Measure = Literal["money", "share", "persons"]

_NOTHING: Final = frozenset(
    ("", "-", "--", "---", "/", "\\", "不适用", "无", "n/a", "na", "不涉及", "未披露", "-%", "*")
)
_NUMBER: Final = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_GROUPED: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d{2})?")
_MARKS: Final = re.compile(
    r"(?:\[[\da-z注]{1,3}\]|\((?:注)?[\d一二三四五六七八九]?注?\)|注\d{0,2}|(?<!\*)\*+)$"
)
_MINUS: Final = str.maketrans(dict.fromkeys("−－–—‐‑﹣ー", "-") | {"，": ","})

_SCALES: Final = {
    "": 1, "百": 10**2, "千": 10**3, "仟": 10**3, "万": 10**4, "萬": 10**4, "十万": 10**5, "百万": 10**6,
    "千万": 10**7, "亿": 10**8, "億": 10**8, "十亿": 10**9, "百亿": 10**10, "千亿": 10**11, "万亿": 10**12,
}  # fmt: skip
_SCALE: Final = "|".join(sorted(filter(None, _SCALES), key=len, reverse=True))
_MONEY: Final = {
    "元": "CNY", "人民币": "CNY", "人民币元": "CNY", "cny": "CNY", "rmb": "CNY", "美元": "USD", "usd": "USD",
    "港元": "HKD", "港币": "HKD", "hkd": "HKD", "欧元": "EUR", "日元": "JPY", "英镑": "GBP", "新台币": "TWD",
}  # fmt: skip
_COINS: Final = "美元|港元|港币|欧元|日元|英镑|元"
_UNIT: Final = re.compile(rf"(?P<before>人民币)?(?P<scale>{_SCALE})?(?P<coin>{_COINS})|(?P<other>人|名|%)")
#: 单位：千元 币种：人民币. After the words have lost their white space.
_STATED: Final = re.compile(
    rf"单位(?:均?[为以]|均)?:?(?P<unit>(?:人民币,?)?(?:{_SCALE})?(?:{_COINS})|[^\s:()]{{1,6}}?(?=币种|审计|$|\)))"
    r"(?:\W{0,3}币种:?(?P<coin>人民币|美元|港元|港币|欧元|日元|英镑|cny|rmb|usd|hkd))?"
)


#: (人民币百万元), alone above a table. 元 alone may be anything.
_ALONE: Final = re.compile(
    rf"[(\[]?(?:以)?((?:人民币(?:{_SCALE})?|{_SCALE})(?:{_COINS}))(?:列示|表示|计)?[)\]]?"
)
#: A number with its unit in the cell: 12.35亿元, ￥1,000.00.
_WITH_UNIT: Final = re.compile(rf"(?P<sign>[￥¥])?(?P<number>[^￥¥]*?)(?P<unit>(?:{_SCALE})?(?:{_COINS}))?")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as printed: `place` is the worth of its last digit, `percent` whether % stood beside it."""

    value: Decimal
    place: Decimal
    percent: bool
    written: str


@dataclass(frozen=True, slots=True)
class Unit:
    """What one of a number is: `scale` units of a currency (ISO 4217), of a percent, or of persons."""

    measure: Measure
    scale: Decimal
    currency: str = ""
    written: str = ""


def compact(text: str) -> str:
    """Half-width, without any white space: what a label or a unit is compared as."""
    return fold(text).replace(" ", "")


def read_figure(text: str) -> Figure | None:
    """The number in a cell; None where the cell says that there is none.

    Raises InputError for anything else, such as two numbers, or commas in odd places.
    """
    written = " ".join(text.split())
    lines = [compact(line).translate(_MINUS).lower() for line in text.split("\n") if line.strip()]
    plain = "".join(lines)
    if plain in _NOTHING or set(plain) <= {"-"}:
        return None
    if len(written) > LENGTH_LIMIT:
        raise _unreadable(written, f"longer than {LENGTH_LIMIT} characters")
    negative = False
    if plain.startswith("(") and plain.endswith((")", ")%")):
        negative, plain = True, plain[1:].replace(")", "", 1)
        lines = [line.replace("(", "").replace(")", "") for line in lines]
    percent = plain.endswith("%")
    plain = plain.removesuffix("%")
    if plain.startswith("-"):
        if negative:
            raise _unreadable(written, "a minus within brackets")
        negative, plain = True, plain[1:]
    plain = _MARKS.sub("", plain)
    if not plain.isascii() or not _NUMBER.fullmatch(plain):
        raise _unreadable(written, "no single number")
    if len(lines) > 1 and not _whole(lines, plain):
        raise _unreadable(written, "several lines that may be several numbers")
    value = Decimal(plain.replace(",", ""))
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int), "digits and a point alone make no infinity"
    return Figure(-value if negative else value, Decimal(1).scaleb(exponent), percent, written)


def split_unit(text: str) -> tuple[str, Unit | None]:
    """The number of a cell without the unit of money that stands beside it there, and that unit."""
    plain = compact(text)
    match = _WITH_UNIT.fullmatch(plain) if len(plain) <= LENGTH_LIMIT else None
    if match is None or not (match["unit"] or match["sign"]):
        return text, None
    return match["number"], read_unit(match["unit"]) if match["unit"] else None


def _whole(lines: list[str], plain: str) -> bool:
    """Whether the lines of a cell hold one number: one line alone has digits, or the lines make a number with
    commas in their places and are not each a number already."""
    parts = [line.strip("-%") for line in lines if any(char.isdigit() for char in line)]
    if len(parts) == 1:
        return True
    return bool(_GROUPED.fullmatch(plain)) and not all(_NUMBER.fullmatch(part) for part in parts)


def read_unit(text: str) -> Unit | None:
    """The unit that words such as 万元, 千元, 亿美元, 人 or % stand for; None for others."""
    plain = compact(text).lower()
    match = _UNIT.fullmatch(plain)
    if match is None:
        return None
    if other := match["other"]:
        return Unit("share" if other == "%" else "persons", Decimal(1), written=plain)
    scale = Decimal(_SCALES[match["scale"] or ""])
    return Unit("money", scale, _MONEY[match["coin"]], plain)


def stated_unit(line: str) -> Unit | None:
    """The unit that a line above a table states, as in 单位：千元 币种：人民币; None where it states none.

    Raises InputError where it states a currency twice, differently.
    """
    plain = compact(line).lower()
    match = _STATED.search(plain)
    if match is None:
        alone = _ALONE.fullmatch(plain)
        return read_unit(alone[1]) if alone else None
    unit = read_unit(match["unit"].replace(",", ""))
    if unit is None or unit.measure != "money":
        return unit
    said = _MONEY[match["coin"]] if match["coin"] else unit.currency
    # a bare 元 is the coin of whatever currency is named beside it
    bare = unit.written.endswith("元") and not unit.written.startswith("人民币") and unit.currency == "CNY"
    if said != unit.currency and not bare:
        raise InputError(f"two currencies: {line[:60]!r}", field="unit")
    written = unit.written if said == unit.currency else f"{unit.written} {said}"
    return Unit("money", unit.scale, said, written)


def _unreadable(written: str, why: str) -> InputError:
    return InputError(f"cannot read the number {written[:LENGTH_LIMIT]!r}: {why}", field="number")
