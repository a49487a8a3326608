"""Only addresses of the web become links."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.web_addresses import web_address


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//x.example",
        "http://",
        "https:",
        "http://[",
        "x",
    ],
)
def test_others_do_not(url: str) -> None:
    assert web_address(url) == ""


def test_those_of_the_web_stay() -> None:
    assert web_address("https://x.example/a?b=1") == "https://x.example/a?b=1"


@given(st.text() | st.text().map("https://".__add__))
def test_no_text_is_taken_for_another_scheme(text: str) -> None:
    assert web_address(text) in ("", text)
    assert web_address(text) == "" or text.strip().lower().startswith(("http://", "https://"))
