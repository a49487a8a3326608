"""Charsets: the bytes decide, whatever a page declares."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.charset import decode

SIMPLIFIED = "公司与大学签署合作协议，双方将共建实验室，应用于国内的工业生产和社会管理"
TRADITIONAL = "公司與大學簽署合作協議，雙方將共建實驗室，應用於國內的工業生產和社會管理"


@pytest.mark.parametrize("declared", ["utf-8", "gb2312", "big5", "iso-8859-1", "no-such-charset"])
@pytest.mark.parametrize(
    ("charset", "words"),
    [
        ("utf-8", SIMPLIFIED),
        ("utf-8-sig", TRADITIONAL),
        ("utf-16", SIMPLIFIED),
        ("gb18030", SIMPLIFIED),
        ("gb18030", TRADITIONAL),
        ("big5", TRADITIONAL),
    ],
)
def test_the_bytes_decide_the_charset(charset: str, words: str, declared: str) -> None:
    head = f"<html><head><meta charset={declared}><title>{words}</title></head>"
    text = f"{head}<body><p>{(words + '。') * 3}</p></body></html>"
    assert decode(text.encode(charset))[0] == text


def test_a_page_in_a_western_charset() -> None:
    text = "<meta charset=iso-8859-1><title>Größe zählt</title>" + "Größere Übernahmen „heute“; " * 5
    assert decode(text.encode("cp1252")) == (text, "cp1252")


def test_the_content_type_tells_what_the_page_does_not() -> None:
    body = "Größe".encode("cp1252") + b" " * 20
    assert decode(body, "text/html; charset=ISO-8859-1")[0].startswith("Größe")


def test_a_few_broken_bytes_are_no_other_charset() -> None:
    body = (SIMPLIFIED * 40).encode().replace("工业".encode(), "工业".encode()[:-1], 1)
    text, charset = decode(body)
    assert charset == "utf-8"
    assert text.count("�") == 1


def test_a_page_cut_in_the_middle_of_a_character_is_still_utf8() -> None:
    assert decode(SIMPLIFIED.encode()[:-1]) == (SIMPLIFIED[:-1], "utf-8")


@given(st.text(min_size=5, max_size=200))
def test_utf8_comes_back_as_it_was(text: str) -> None:
    body = text.encode()
    if not body.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        assert decode(body) == (text, "utf-8")


@given(st.binary(max_size=300))
def test_no_bytes_raise(body: bytes) -> None:
    text, charset = decode(body)
    assert isinstance(text, str)
    assert charset
