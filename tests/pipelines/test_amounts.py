"""Amounts: each stated convention, every amount of the real tables, and nothing but InputError for the rest."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.amounts import LENGTH_LIMIT, read_amount
from pipelines.errors import InputError
from pipelines.records import Amount
from tests.shared import shared

MILLION = 1e6


@pytest.mark.parametrize(
    ("text", "low", "high", "currency"),
    [
        ("数千万人民币", 10 * MILLION, 100 * MILLION, "CNY"),
        ("数十万美元", 1e5, 1e6, "USD"),
        ("几百万人民币", MILLION, 10 * MILLION, "CNY"),
        ("1.5亿美元", 150 * MILLION, 150 * MILLION, "USD"),
        ("未披露", None, None, None),
        ("未透露", None, None, None),
        ("未公开", None, None, None),
        ("未披露万", None, None, None),
        ("未披露万人民币", None, None, "CNY"),
        ("亿元及以上人民币", 100 * MILLION, None, "CNY"),
        ("亿元及以上其他", 100 * MILLION, None, None),
        ("近千万", 5 * MILLION, 10 * MILLION, None),
        ("近5亿元", 450 * MILLION, 500 * MILLION, "CNY"),
        ("超1.2亿", 120 * MILLION, None, None),
        ("千万级人民币", 10 * MILLION, 100 * MILLION, "CNY"),
        ("亿元人民币", 100 * MILLION, 1000 * MILLION, "CNY"),
        ("十万元", 1e5, 1e5, "CNY"),
        ("1,234万人民币", 12.34 * MILLION, 12.34 * MILLION, "CNY"),
        ("3.2亿港元", 320 * MILLION, 320 * MILLION, "HKD"),
        ("3.2亿港币", 320 * MILLION, 320 * MILLION, "HKD"),
        ("5万日元", 5e4, 5e4, "JPY"),
        ("数千万新台币", 10 * MILLION, 100 * MILLION, "TWD"),
        ("20万英镑", 2e5, 2e5, "GBP"),
        ("20万澳元", 2e5, 2e5, "AUD"),
        ("3534万欧元", 35.34 * MILLION, 35.34 * MILLION, "EUR"),
        ("$1.5 million", 1.5 * MILLION, 1.5 * MILLION, "USD"),
        ("RMB 3bn", 3000 * MILLION, 3000 * MILLION, "CNY"),
        ("HK$300 million", 300 * MILLION, 300 * MILLION, "HKD"),
        ("more than $20 million", 20 * MILLION, None, "USD"),
        ("5千元", 5000, 5000, "CNY"),
        ("2百万元", 2 * MILLION, 2 * MILLION, "CNY"),
        ("1.3万亿元", 1.3e12, 1.3e12, "CNY"),
        ("10万亿元", 1e13, 1e13, "CNY"),
        ("1亿2000万元", 120 * MILLION, 120 * MILLION, "CNY"),
        ("三千五百万元", 35 * MILLION, 35 * MILLION, "CNY"),
        ("一点五亿美元", 150 * MILLION, 150 * MILLION, "USD"),
        ("十几万元", 1.1e5, 2e5, "CNY"),
        ("30余万元", 3e5, 4e5, "CNY"),
        ("约5亿元", 450 * MILLION, 550 * MILLION, "CNY"),
        ("不少于5亿元", 500 * MILLION, None, "CNY"),
        ("不超过5亿元", None, 500 * MILLION, "CNY"),
        ("不超5亿元", None, 500 * MILLION, "CNY"),
        ("5000-10000万元", 50 * MILLION, 100 * MILLION, "CNY"),
        ("20亿至30亿元人民币", 2000 * MILLION, 3000 * MILLION, "CNY"),
        ("１．５亿　人民币", 150 * MILLION, 150 * MILLION, "CNY"),
        ("人民币1.5亿元（约2300万美元）", 150 * MILLION, 150 * MILLION, "CNY"),
        ("500亿", 5e10, 5e10, None),
        ("63.86（万元）", 638_600, 638_600, "CNY"),
        ("3000万（美元）", 30 * MILLION, 30 * MILLION, "USD"),
        ("1亿元（人民币）", 100 * MILLION, 100 * MILLION, "CNY"),
        ("5000万元（一期）", 50 * MILLION, 50 * MILLION, "CNY"),
    ],
)
def test_reads(text: str, low: float | None, high: float | None, currency: str | None) -> None:
    assert read_amount(text) == Amount(as_written=text.strip(), low=low, high=high, currency=currency)


@pytest.mark.parametrize(
    "text",
    ["", "  ", "abc", "-5万", "1e5", "9,9.9万元", "2.5.3万", "1亿2", "一二三", "万万", "美元", "5万美元人民币",
     "至少5万至6万", "9万-3万元", "约超5万", "9" * 200, "1万亿亿亿元", "点五亿", "1=1", "A轮"],
)  # fmt: skip
def test_refuses_naming_the_text(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_amount(text)
    assert caught.value.field == "amount"
    assert repr(text.strip()[:LENGTH_LIMIT]) in caught.value.message


def test_every_amount_of_the_real_tables() -> None:
    written = set()
    for path in sorted(shared("tables").glob("investment_events_20*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            written |= {row["amount"] for row in csv.DictReader(file)}
    assert len(written) > 1000
    unread: list[str] = []
    bounded = 0
    for text in written:
        try:
            amount = read_amount(text)
        except InputError:
            unread.append(text)
            continue
        assert (amount.low is None and amount.high is None) == text.startswith("未")
        bounded += amount.low is not None
    assert unread == []
    assert bounded == len(written) - sum(text.startswith("未") for text in written)


UNITS = {"": 1, "千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12}


@given(
    st.integers(0, 99_999),
    st.integers(0, 99),
    st.sampled_from(sorted(UNITS)),
    st.sampled_from(
        [
            ("元", "CNY"),
            ("人民币", "CNY"),
            ("元人民币", "CNY"),
            ("美元", "USD"),
            ("欧元", "EUR"),
            ("港元", "HKD"),
        ]
    ),
    st.booleans(),
)
def test_a_plain_amount_is_what_it_says(
    whole: int, hundredths: int, unit: str, money: tuple[str, str], grouped: bool
) -> None:
    number = f"{whole:,}" if grouped else str(whole)
    amount = read_amount(f"{number}.{hundredths:02}{unit}{money[0]}")
    assert amount.low == amount.high == pytest.approx((whole * 100 + hundredths) * UNITS[unit] / 100)
    assert amount.currency == money[1]


def _chinese(number: int) -> str:
    """An integer from 1 to 9999 as a Chinese numeral, by the rules of the language."""
    words, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            words += ("零" if zero and words else "") + "零一二三四五六七八九"[digit] + name
            zero = False
        else:
            zero = True
    return words


@given(st.integers(1, 9999))
def test_chinese_numerals(number: int) -> None:
    assert read_amount(_chinese(number) + "万元").low == number * 10**4


@given(
    st.text(
        alphabet="0123456789.,数几十百千万亿元级近约超以上至-~人民币美未披露余多 点两三()（）$kmbn",
        max_size=40,
    )
)
def test_either_reads_or_refuses(text: str) -> None:
    try:
        amount = read_amount(text)
    except InputError:
        return
    assert amount.as_written == text.strip()
    assert amount.low is None or amount.low >= 0


@given(st.text(max_size=100))
def test_any_text_either_reads_or_refuses(text: str) -> None:
    try:
        amount = read_amount(text)
    except InputError:
        return
    assert amount.as_written == text.strip()
