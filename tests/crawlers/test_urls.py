"""Cleaned URLs: one page, one name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.urls import absolute, clean_url, host_of, on_hosts


@pytest.mark.parametrize(
    ("url", "cleaned"),
    [
        ("HTTPS://News.Example:443/A?b=1#c", "https://news.example/A?b=1"),
        ("http://news.example:80", "http://news.example/"),
        ("http://news.example:8080/", "http://news.example:8080/"),
        ("https://news.example/?utm_source=x&id=2&spm=a.b", "https://news.example/?id=2"),
        ("https://news.example/%e6%b8%85?q=%E5%8D%95", "https://news.example/%E6%B8%85?q=%E5%8D%95"),
        ("https://news.example/清?q=单", "https://news.example/%E6%B8%85?q=%E5%8D%95"),
        ("https://news.example/a%7Eb%2Fc", "https://news.example/a~b%2Fc"),
        ("https://news.example/100%", "https://news.example/100%25"),
        ("https://news.example/a b", "https://news.example/a%20b"),
        ("https://新闻.example/", "https://xn--efvy88h.example/"),
        ("http://[2001:DB8::1]:81/", "http://[2001:db8::1]:81/"),
        ("http://127.0.0.1/", "http://127.0.0.1/"),
    ],
)
def test_cleaning(url: str, cleaned: str) -> None:
    assert clean_url(url) == cleaned
    assert clean_url(cleaned) == cleaned


@pytest.mark.parametrize(
    "url",
    [
        "", "news.example", "ftp://news.example/", "javascript:alert(1)", "http://", "http://[::1", "http://a:99999/",
        "http://user:pass@news.example/", "http://a..b/", "http://-a/", "https://news.example/" + "x" * 2000, "mailto:a@b",
        "data:text/html,x", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_what_is_no_web_address(url: str) -> None:
    assert clean_url(url) is None


@given(st.text(max_size=80), st.text(max_size=40), st.text(max_size=40))
def test_cleaning_twice_changes_nothing(host: str, path: str, query: str) -> None:
    once = clean_url(f"https://{host}/{path}?{query}")
    if once is not None:
        assert clean_url(once) == once
        assert once.isascii()
        assert "#" not in once


@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    clean_url(text)
    absolute("https://news.example/a/", text)
    absolute(text, "b")
    host_of(text)


def test_links_are_made_absolute() -> None:
    assert absolute("https://news.example/a/b", "../c?utm_term=1") == "https://news.example/c"
    assert absolute("https://news.example/a/b", "//other.example") == "https://other.example/"
    assert absolute("https://news.example/a/b", "") is None
    assert absolute("https://news.example/a/b", "tel:123") is None


def test_a_host_covers_those_below_it_alone() -> None:
    assert on_hosts("https://m.news.example/", ["news.example"])
    assert not on_hosts("https://badnews.example/", ["news.example"])
    assert not on_hosts("https://news.example.evil/", ["news.example"])
    assert not on_hosts("https://news.example/", [""])
