"""Numbers and units as filings print them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import InputError
from pipelines.reading.filings.figures import read_figure, read_unit, stated_unit


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1,223,068,402.75", "1223068402.75"),
        ("45250425", "45250425"),
        ("0.45", "0.45"),
        ("-347,642,998.50", "-347642998.50"),
        ("－12.5", "-12.5"),
        ("−12.5", "-12.5"),
        ("(1,500.00)", "-1500.00"),
        ("（1,500.00）", "-1500.00"),
        ("1，500", "1500"),
        ("１２３", "123"),
        ("18.14%", "18.14"),
        ("(5.2)%", "-5.2"),
        ("(5.2%)", "-5.2"),
        ("244,046(1)", "244046"),
        ("244,046[2]", "244046"),
        ("244,046注1", "244046"),
        ("244,046（注）", "244046"),
        ("244,046*", "244046"),
        # broken by a narrow column
        ("1,223,068,40\n2.75", "1223068402.75"),
        ("1,223,068,402\n.75", "1223068402.75"),
        ("1,223,\n068", "1223068"),
        ("-\n1,223.00", "-1223.00"),
    ],
)
def test_a_number_is_read(written: str, value: str) -> None:
    figure = read_figure(written)
    assert figure is not None
    assert str(figure.value) == value
    assert figure.percent == ("%" in written)
    assert figure.written == " ".join(written.split())


@pytest.mark.parametrize("written", ["", " ", "-", "—", "－－", "/", "不适用", "N/A", "无", "\n"])
def test_what_says_nothing_is_none(written: str) -> None:
    assert read_figure(written) is None


@pytest.mark.parametrize(
    "written",
    [
        "8,00.00", "1,2345", "1.2.3", "增加1.2个百分点", "1,234 1,235", "12\n34", "1,234.5\n6", "1,234\n567", "(-5)",
        "-(5)", "5-", "一百", "1e5", "0x10", "∞", "NaN", "1" * 61, "(5", "5)", "10~20", "٣", "1_000", "12(3,000)",
    ],
)  # fmt: skip
def test_what_may_be_something_else_is_refused(written: str) -> None:
    with pytest.raises(InputError) as caught:
        read_figure(written)
    assert caught.value.field == "number"


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=2), st.booleans())
def test_what_is_printed_is_read(value: Decimal, brackets: bool) -> None:
    written = f"({abs(value):,})" if brackets and value < 0 else f"{value:,}"
    figure = read_figure(written)
    assert figure is not None
    assert (figure.value, figure.place) == (value, Decimal("0.01"))


@given(st.integers(1000, 10**15), st.data())
def test_a_number_broken_anywhere_is_read_whole_or_refused(value: int, data: st.DataObject) -> None:
    written = f"{value:,}.00"
    at = data.draw(st.integers(1, len(written) - 1))
    try:
        figure = read_figure(f"{written[:at]}\n{written[at:]}")
    except InputError:
        return
    assert figure is not None
    assert figure.value == value


@given(st.text(max_size=80) | st.text(alphabet="0123456789,.-()%\n （）注", max_size=30))
def test_no_words_raise_anything_else(text: str) -> None:
    try:
        figure = read_figure(text)
    except InputError:
        return
    assert figure is None or figure.value.is_finite()


@pytest.mark.parametrize(
    ("written", "scale", "currency"),
    [
        ("元", 1, "CNY"),
        ("千元", 1000, "CNY"),
        ("人民币万元", 10**4, "CNY"),
        ("百万元", 10**6, "CNY"),
        ("亿元", 10**8, "CNY"),
        ("万美元", 10**4, "USD"),
        ("千港元", 1000, "HKD"),
    ],
)
def test_units_of_money(written: str, scale: int, currency: str) -> None:
    unit = read_unit(written)
    assert unit is not None
    assert (unit.measure, unit.scale, unit.currency) == ("money", Decimal(scale), currency)


@pytest.mark.parametrize(
    ("line", "scale", "currency"),
    [
        ("单位：元 币种：人民币", 1, "CNY"),
        ("单位:千元 币种:人民币 审计类型：未经审计", 1000, "CNY"),
        ("（单位：人民币百万元）", 10**6, "CNY"),
        ("单位：万元", 10**4, "CNY"),
        ("金额单位为人民币千元", 1000, "CNY"),
        ("单位：千元 币种：美元", 1000, "USD"),
        ("单位：万美元", 10**4, "USD"),
    ],
)
def test_the_line_above_a_table(line: str, scale: int, currency: str) -> None:
    unit = stated_unit(line)
    assert unit is not None
    assert (unit.scale, unit.currency) == (Decimal(scale), currency)


@pytest.mark.parametrize("line", ["单位：股", "编制单位：示例科技股份有限公司", "合并利润表", "单位", ""])
def test_lines_that_state_no_unit_of_money(line: str) -> None:
    assert stated_unit(line) is None


def test_persons_and_shares_have_units_of_their_own() -> None:
    assert [unit.measure for word in ("人", "名", "%") if (unit := read_unit(word))] == [
        "persons",
        "persons",
        "share",
    ]
    assert read_unit("股") is None


@pytest.mark.parametrize("line", ["单位：万美元 币种：人民币", "单位：人民币元 币种：美元"])
def test_two_currencies_are_an_error(line: str) -> None:
    with pytest.raises(InputError):
        stated_unit(line)


@given(st.text(max_size=120) | st.text(alphabet="单位：元千万币种人民美 ()", max_size=40))
def test_no_line_raises_anything_else(text: str) -> None:
    read_unit(text)
    try:
        stated_unit(text)
    except InputError:
        return
