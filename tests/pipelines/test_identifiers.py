"""Identifiers: check digits catch slips; real ones pass."""

from __future__ import annotations

import gzip
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipelines.errors import InputError
from pipelines.identifiers import CHECKS, read_lei, read_ror, read_stock, read_uscc
from tests.shared import shared

USCC = ("91110000802100433B", "91440300708461136T", "914403001922038216")
LEI = ("529900T8BM49AURSDO55", "7LTWFZYICNSX8D621K86")
ROR = ("03cve4549", "02mhbdp94", "00f54p054")


def _accepted(scheme: str, text: str) -> bool:
    try:
        CHECKS[scheme](text)
    except InputError:
        return False
    return True


@pytest.mark.parametrize(
    ("scheme", "codes"), [("uscc", USCC), ("lei", LEI), ("ror", ROR)], ids=["uscc", "lei", "ror"]
)
def test_real_codes_pass_and_every_slip_of_one_character_fails(scheme: str, codes: tuple[str, ...]) -> None:
    for code in codes:
        assert CHECKS[scheme](f" {code} ") == code
        for place in range(len(code)):
            for char in "0123456789ABCDEFGHJKLMNPQRTUWXY":
                slip = code[:place] + (char if scheme != "ror" else char.lower()) + code[place + 1 :]
                # Modulo 97 promises to catch a slip only among digits or among letters.
                promised = scheme != "lei" or char.isdigit() == code[place].isdigit()
                assert slip == code or not promised or not _accepted(scheme, slip), slip


def test_forms() -> None:
    assert read_uscc("91110000802100433b") == USCC[0]
    assert read_ror("https://ror.org/03cve4549") == "03cve4549"
    assert read_lei(LEI[0].lower()) == LEI[0]


@pytest.mark.parametrize(
    ("text", "code"),
    [("600519", "600519.SH"), ("600519.SS", "600519.SH"), ("SH600519", "600519.SH"), ("sz000001", "000001.SZ"),
     ("300750.SZ", "300750.SZ"), ("688981", "688981.SH"), ("430047", "430047.BJ"), ("830799.NQ", "830799.BJ"),
     ("0700.HK", "00700.HK"), ("HK:9988", "09988.HK"), ("６００５１９", "600519.SH")],
)  # fmt: skip
def test_stock_codes(text: str, code: str) -> None:
    assert read_stock(text) == code
    assert read_stock(code) == code


def test_digits_of_another_script_are_refused() -> None:
    with pytest.raises(InputError):
        read_uscc("911٣10000802100433"[:8] + "0802100433")


@pytest.mark.parametrize(
    "text",
    ["", "AAPL", "600519.SZ", "12345", "700000", "SH600519.SH", "600519.US", "1" * 500, "HK:70٣", "NQ83079٣"],
)
def test_no_chinese_stock_codes(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_stock(text)
    assert caught.value.field == "stock"


def test_real_registers() -> None:
    """Identifiers in recorded answers of the registers themselves pass."""
    for name, pattern, read in (
        ("ror", rb"https://ror\.org/(0[a-z0-9]{8})\b", read_ror),
        ("gleif", rb'"lei":"([0-9A-Z]{20})"', read_lei),
    ):
        with gzip.open(shared("web", f"{name}.warc.gz")) as file:
            found = {code.decode() for code in re.findall(pattern, file.read())}
        assert found, name
        for code in found:
            assert read(code) == code


@given(st.sampled_from(sorted(CHECKS)), st.text(max_size=60))
def test_any_text_is_normal_or_refused(scheme: str, text: str) -> None:
    try:
        code = CHECKS[scheme](text)
    except InputError:
        return
    assert CHECKS[scheme](code) == code


@given(st.sampled_from(USCC), st.integers(0, 16), st.integers(0, 16))
def test_swapped_characters_fail(code: str, one: int, other: int) -> None:
    assume(code[one] != code[other])
    chars = list(code)
    chars[one], chars[other] = chars[other], chars[one]
    # Weights repeat only after 30 places, so every swap shows.
    assert not _accepted("uscc", "".join(chars))
