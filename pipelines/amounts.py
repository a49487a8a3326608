"""Amounts of money as written, in Chinese or English, to a range in units of a currency.

Conventions, where words are vaguer than numbers:

- 数 and 几 before a unit mean more than one and fewer than ten of it (Xiandai Hanyu Cidian, "几"):
  数千万 is 10,000,000 to 100,000,000. 若干 likewise.
- A unit without a number (千万, 亿元), or with 级, names an order of magnitude: the same range as with 数.
  十万 and 十亿 are plain numbers, as 十 needs no 一 before it.
- 近 is a number rounded up at its last stated digit: 近5亿 is 450 to 500 million, 近千万 is 5 to 10 million.
- 约 is a number rounded at its last stated digit, either way: 约5亿 is 450 to 550 million.
- 余 and 多 after a number add less than one of its last stated digit: 30余万 is 300,000 to 400,000.
- 超, 以上, 至少 give a lower bound alone; 不超过, 以下, 至多 an upper bound alone.
- 元 without another currency is CNY. `$` is USD, `¥` is CNY, as sources of this field write them.
  No currency stated: none given. 其他 ("other") likewise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pipelines.errors import InputError
from pipelines.folding import fold, is_text
from pipelines.records import Amount

#: Longer than this is no amount.
LENGTH_LIMIT: Final = 80
#: More money than there is: a slip or an attack.
VALUE_LIMIT: Final = Decimal(10) ** 18

_CURRENCIES: Final = {
    "CNY": "人民币元 人民币 元人民币 cny rmb 人民币rmb ¥ 圆 块钱 cn¥ rmb¥ yuan renminbi",
    "USD": "美元 美金 usd us$ $ dollars dollar us美元",
    "HKD": "港元 港币 hkd hk$ 港幣",
    "TWD": "新台币 台币 新台币元 twd nt$ ntd 新臺幣",
    "JPY": "日元 日圆 日币 jpy jp¥ yen",
    "EUR": "欧元 eur € euro euros",
    "GBP": "英镑 gbp £ pounds pound",
    "AUD": "澳元 澳大利亚元 澳币 aud a$ au$",
    "CAD": "加元 加拿大元 加币 cad c$ ca$",
    "SGD": "新加坡元 新加坡币 新元 新币 sgd s$",
    "KRW": "韩元 韩币 韩圆 krw ₩ won",
    "CHF": "瑞士法郎 瑞郎 chf",
    "INR": "印度卢比 卢比 inr ₹ rupees",
    "RUB": "卢布 rub",
    "MOP": "澳门元 澳门币 mop",
    "THB": "泰铢 thb",
    "VND": "越南盾 vnd",
    "MYR": "令吉 林吉特 马来西亚令吉 myr",
    "NZD": "新西兰元 纽币 nzd",
    "SEK": "瑞典克朗 sek",
    "ILS": "新谢克尔 以色列新谢克尔 谢克尔 ils",
}
_BIG: Final = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_SMALL: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_ENGLISH: Final = {
    **dict.fromkeys(("k", "thousand"), 10**3),
    **dict.fromkeys(("m", "mn", "mm", "mln", "million", "millions"), 10**6),
    **dict.fromkeys(("b", "bn", "bln", "billion", "billions"), 10**9),
    **dict.fromkeys(("tn", "trn", "trillion"), 10**12),
}
_DIGITS: Final = {
    **dict(zip("零〇一二三四五六七八九", (0, *range(10)), strict=True)),
    **dict(zip("壹贰叁肆伍陆柒捌玖", range(1, 10), strict=True)),
    "两": 2,
    "兩": 2,
}

_UNDISCLOSED: Final = (
    "未披露", "未透露", "未公开", "未公布", "未知", "不详", "保密", "不公开",
    "金额未披露", "金额未知", "暂未披露", "暂未透露", "未披露金额",
)  # fmt: skip
_NOTHING: Final = frozenset(
    (*_UNDISCLOSED, "-", "--", "—", "n/a", "na", "undisclosed", "unknown", "not disclosed")
)
_QUALIFIERS: Final = {
    "nearly": "近|将近|接近|nearly|almost",
    "about": "约|大约|约为|约合|大概|左右|上下|about|around|approximately|approx.|approx|circa",
    "least": "超|超过|突破|逾|至少|不少于|不低于|高达|上|以上|及以上|或以上|起|over|more than|at least|>|+|≥|>=",
    "most": (
        "不超过|不超|至多|最多|不足|不到|不高于|低于|少于|以下|及以下|以内|under|less than|up to|at most|<|≤|<="
    ),
    "order": "级|级别|量级|规模",
}
_RANGE: Final = ("-", "–", "—", "~", "至", "到", "to")
_SEVERAL: Final = ("数", "几", "若干", "several")
_MORE: Final = ("余", "多", "来")
_OTHER: Final = ("其他", "其他币种", "其它")


def _vocabulary() -> dict[str, tuple[str, str]]:
    """Every known word with its sort and what it stands for."""
    words: dict[str, tuple[str, str]] = {"元": ("yuan", "CNY")}
    for code, forms in _CURRENCIES.items():
        words |= dict.fromkeys(forms.split(), ("currency", code))
    words |= dict.fromkeys(_OTHER, ("currency", ""))
    for meaning, forms in _QUALIFIERS.items():
        words |= dict.fromkeys(forms.split("|"), ("qualifier", meaning))
    words |= {form: ("big", str(size)) for form, size in _BIG.items()}
    words |= {form: ("small", str(size)) for form, size in _SMALL.items()}
    words |= {form: ("english", str(size)) for form, size in _ENGLISH.items()}
    words |= {form: ("digit", str(size)) for form, size in _DIGITS.items()}
    words |= dict.fromkeys(_SEVERAL, ("several", ""))
    words |= dict.fromkeys(_MORE, ("more", ""))
    words["点"] = ("point", "")
    words |= dict.fromkeys(_UNDISCLOSED, ("undisclosed", ""))
    # "~" stands before one number or between two: `read` minds a leading one.
    words |= {form: ("range", form) for form in _RANGE}
    return words


_WORDS: Final = _vocabulary()
_TOKEN: Final = re.compile(
    r"(?P<number>\d[\d,]*(?:\.\d+)?)|(?P<word>"
    + "|".join(
        re.escape(word) + (r"(?![a-z])" if word[-1].isascii() and word[-1].isalpha() else "")
        for word in sorted(_WORDS, key=len, reverse=True)
    )
    + ")"
)
_GROUPED: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_REMARK: Final = re.compile(r"\(([^()]*)\)")
_UNIT_SORTS: Final = frozenset(("big", "yuan", "currency"))


@dataclass(frozen=True, slots=True)
class _Token:
    sort: str
    value: str


@dataclass(frozen=True, slots=True)
class _Quantity:
    """A number or an order of magnitude; `place` is the worth of its last stated digit."""

    low: Decimal
    high: Decimal
    place: Decimal
    scale: Decimal  # what its last unit multiplied by: 1 for a bare number


def read_amount(text: str) -> Amount:
    """`text` as an amount; words for "not disclosed" give one without bounds.

    Raises InputError naming the text, when it is empty or of no known form.
    """
    written = text.strip()
    plain = fold(written).lower()
    if not plain or len(written) > LENGTH_LIMIT:
        raise _unreadable(written, "empty" if not plain else f"longer than {LENGTH_LIMIT} characters")
    if plain in _NOTHING:
        return Amount(as_written=written)
    if not is_text(written):
        raise _unreadable(written, "it holds broken characters")
    bare = _REMARK.sub(_unit_of_remark, plain).strip() or plain
    low, high, currency = _Parser(_tokens(bare, written), written).read()
    if any(bound is not None and bound >= VALUE_LIMIT for bound in (low, high)):
        raise _unreadable(written, "larger than any sum of money")
    return Amount(
        as_written=written,
        low=None if low is None else float(low),
        high=None if high is None else float(high),
        currency=currency,
    )


def _unit_of_remark(match: re.Match[str]) -> str:
    """What a remark in brackets adds: its unit or currency, where it is nothing else."""
    inner, at = match[1].strip(), 0
    while at < len(inner):
        found = _TOKEN.match(inner, at)
        if found is None or found["number"] or _WORDS[found["word"]][0] not in _UNIT_SORTS:
            return ""
        at = found.end()
    return inner


def _unreadable(text: str, why: str) -> InputError:
    return InputError(
        f"cannot read the amount {text[:LENGTH_LIMIT]!r}: {why}",
        field="amount",
        hint="Write a number, a unit and a currency, such as 1.5亿美元, or 未披露.",
    )


def _tokens(text: str, written: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while at < len(text):
        if text[at] == " ":
            at += 1
            continue
        match = _TOKEN.match(text, at)
        if match is None:
            raise _unreadable(written, f"{text[at]!r} is not known here")
        if number := match["number"]:
            if not _GROUPED.fullmatch(number):
                raise _unreadable(written, f"{number!r} is not a number")
            tokens.append(_Token("number", number.replace(",", "")))
        else:
            tokens.append(_Token(*_WORDS[match["word"]]))
        at = match.end()
    return tokens


class _Parser:
    """currency* qualifier* quantity currency* qualifier* [range quantity currency* qualifier*], in one pass."""

    def __init__(self, tokens: list[_Token], written: str) -> None:
        self.tokens, self.written, self.at = tokens, written, 0
        self.currency: str | None = None
        self.yuan = self.other = False
        self.meanings: set[str] = set()

    def read(self) -> tuple[Decimal | None, Decimal | None, str | None]:
        if self._sort() == "undisclosed":
            self.at += 1
            while self._sort() in ("big", "small"):  # 未披露万人民币: a template with its number missing
                self.at += 1
            self._trimmings()
            self._end()
            return None, None, self._money()
        if self._sort() == "range" and self.tokens[0].value == "~":  # a leading "~" is "about"
            self.at += 1
            self.meanings.add("about")
        self._trimmings()
        first = self._quantity()
        self._trimmings()
        second = None
        if self._sort() == "range":
            self.at += 1
            self._trimmings()
            second = self._quantity()
            self._trimmings()
        self._end()
        low, high = self._bounds(first, second)
        return low, high, self._money()

    def _sort(self) -> str:
        return self.tokens[self.at].sort if self.at < len(self.tokens) else ""

    def _end(self) -> None:
        if self.at < len(self.tokens):
            raise _unreadable(self.written, "words in an unknown order")

    def _trimmings(self) -> None:
        """Currencies and qualifiers; two different currencies are an error."""
        while (sort := self._sort()) in ("currency", "yuan", "qualifier"):
            value = self.tokens[self.at].value
            self.at += 1
            if sort == "qualifier":
                self.meanings.add(value)
            elif sort == "yuan":
                self.yuan = True
            elif not value:
                self.other = True
            elif self.currency not in (None, value):
                raise _unreadable(self.written, f"two currencies, {self.currency} and {value}")
            else:
                self.currency = value

    def _money(self) -> str | None:
        if self.other:
            return None
        return self.currency or ("CNY" if self.yuan else None)

    def _bounds(self, first: _Quantity, second: _Quantity | None) -> tuple[Decimal | None, Decimal | None]:
        meanings = self.meanings - {"order"}
        if second is not None:
            if first.scale == 1 < second.scale:  # 5000-10000万: the unit is written once
                first = _Quantity(
                    first.low * second.scale, first.high * second.scale, first.place, second.scale
                )
            if meanings - {"about"}:
                raise _unreadable(self.written, "a range and a bound at once")
            if second.high < first.low:
                raise _unreadable(self.written, "the range runs backwards")
            return first.low, max(first.high, second.high)
        if len(meanings) > 1:
            raise _unreadable(self.written, "qualifiers that contradict each other")
        half = first.place / 2
        match next(iter(meanings), ""):
            case "nearly":
                top = first.low
                return max(top - half, type(top)(0)), top
            case "about" if first.low == first.high:
                return max(first.low - half, type(first.low)(0)), first.low + half
            case "least":
                return first.low, None
            case "most":
                return None, first.low if first.low == first.high else first.high
            case _:
                if "order" in self.meanings:
                    return first.low, max(first.high, first.low * 10)
                return first.low, first.high

    def _quantity(self) -> _Quantity:
        """A number with its units, Arabic or Chinese, `_Count` doing the sums."""
        count = _Count(self.written)
        start = self.at
        while True:
            sort = self._sort()
            if sort not in ("number", "digit", "several", "small", "big", "english", "more", "point"):
                break
            token = self.tokens[self.at]
            self.at += 1
            count.take(token)
        if self.at == start:
            raise _unreadable(self.written, "no number")
        return count.total()


class _Count:
    """Adds up a numeral written with units, keeping a lower and an upper sum for 数, 几 and 余."""

    def __init__(self, written: str) -> None:
        self.written = written
        zero = Decimal(0)
        self.sum = self.section = (zero, zero)
        self.current: tuple[Decimal, Decimal] | None = None
        self.place = self.scale = Decimal(1)
        self.biggest = self.smallest = Decimal(0)  # the last big and small unit
        self.started = self.zero = self.closed = False
        self.fraction = 0

    def take(self, token: _Token) -> None:
        if self.closed and token.sort not in ("big", "small"):
            raise self._wrong()
        match token.sort:
            case "number":
                self._figure(Decimal(token.value))
            case "digit":
                self._digit(int(token.value))
            case "several":
                if self.current is not None:
                    raise self._wrong()
                self.current = (Decimal(1), Decimal(10))
                self.place = Decimal(1)
            case "point":
                if self.current is None or self.fraction:
                    raise self._wrong()
                self.fraction = 1
            case "more":
                if not self.started:
                    raise self._wrong()
                self._more()
                self.closed = True
                return
            case "small":
                self._small(Decimal(token.value))
            case "big" | "english":
                self._big(Decimal(token.value))
        self.started = True

    def total(self) -> _Quantity:
        if not self.started:
            raise self._wrong()
        low, high = self.sum
        if (
            self.current is not None
            and (self.smallest > 10 or self.biggest)
            and not self.zero
            and not self.closed
        ):
            raise _unreadable(self.written, "its last digit has no unit")
        for part in (self.section, self.current or (Decimal(0), Decimal(0))):
            low, high = low + part[0], high + part[1]
        return _Quantity(low, high, self.place, self.scale)

    def _wrong(self) -> InputError:
        return _unreadable(self.written, "its numeral is malformed")

    def _figure(self, value: Decimal) -> None:
        if self.current is not None:
            raise self._wrong()
        self.current = (value, value)
        digits = value.as_tuple()
        exponent = digits.exponent
        assert isinstance(exponent, int), "the token holds digits and a point only"
        trailing = 0
        if exponent == 0 and value:
            trailing = len(digits.digits) - len("".join(map(str, digits.digits)).rstrip("0"))
        self.place = Decimal(10) ** (exponent + trailing)

    def _digit(self, value: int) -> None:
        if self.fraction:
            assert self.current is not None, "a point stands after a digit"
            self.place = Decimal(1).scaleb(-self.fraction)
            self.current = (self.current[0] + value * self.place, self.current[1] + value * self.place)
            self.fraction += 1
        elif value == 0 and self.current is None and self.started:
            self.zero = True  # 三百零五
        elif self.current is not None:
            raise self._wrong()
        else:
            self._figure(Decimal(value))

    def _unit(self, unit: Decimal) -> None:
        self.place *= unit
        self.scale *= unit
        self.fraction = 0
        self.zero = False

    def _small(self, unit: Decimal) -> None:
        if self.smallest and unit >= self.smallest:
            raise self._wrong()
        if self.current is None:
            if self.closed:
                self.section = (self.section[0] * unit, self.section[1] * unit)
                self._unit(unit)
                return
            plain = unit == 10  # 十万 is a number, 百万 an order of magnitude
            if self.zero or (self.started and not plain):
                raise self._wrong()
            self.current = (Decimal(1), Decimal(1) if plain else Decimal(10))
            self.place = Decimal(1)
        self.section = (
            self.section[0] + self.current[0] * unit,
            self.section[1] + self.current[1] * unit,
        )
        self.scale = Decimal(1)
        self._unit(unit)
        self.current, self.smallest = None, unit

    def _big(self, unit: Decimal) -> None:
        if not self.started:
            self.current = (Decimal(1), Decimal(10))
            self.place = Decimal(1)
        low, high = self.section
        if self.current is not None:
            low, high = low + self.current[0], high + self.current[1]
        elif low == high == 0 and unit <= self.biggest:
            raise self._wrong()
        if unit > self.biggest > 0:  # 10万亿
            self.sum = ((self.sum[0] + low) * unit, (self.sum[1] + high) * unit)
        elif unit == self.biggest:
            raise self._wrong()
        else:
            self.sum = (self.sum[0] + low * unit, self.sum[1] + high * unit)
            if self.biggest:
                self.scale = Decimal(1)
        self._unit(unit)
        self.section = (Decimal(0), Decimal(0))
        self.current, self.biggest, self.smallest = None, unit, Decimal(0)

    def _more(self) -> None:
        """Widen upwards by less than one of the last stated digit."""
        if self.current is not None:
            self.current = (self.current[0], self.current[1] + self.place)
        elif self.smallest:
            self.section = (self.section[0], self.section[1] + self.place)
        else:
            self.sum = (self.sum[0], self.sum[1] + self.place)
