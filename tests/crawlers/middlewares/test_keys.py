"""Keys reach the host, and nothing else."""

from __future__ import annotations

import dataclasses

import pytest
from scrapy.http import Request

from crawlers.declaration import Key
from crawlers.middlewares.keys import SECRET_HEADERS, check_keys, with_keys
from crawlers.sources.ror import DECLARATION
from pipelines.errors import UsageError

QUERY = Key("VALUENET_TEST_KEY", "from the test", "query:api_key")
HEADER = Key("VALUENET_TEST_KEY", "from the test", "header:X-Key", prefix="Key ")
URL = "https://api.ror.org/v2/organizations?page=2"


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VALUENET_TEST_KEY", "s3 cret&")


def test_a_key_joins_the_query_on_the_way_out() -> None:
    request = Request(URL)
    sent = with_keys(dataclasses.replace(DECLARATION, keys=(QUERY,)), request)
    assert sent.url == URL + "&api_key=s3+cret%26"
    assert request.url == URL


def test_a_key_joins_the_headers_of_what_is_sent_alone() -> None:
    request = Request(URL)
    sent = with_keys(dataclasses.replace(DECLARATION, keys=(HEADER,)), request)
    assert sent.headers["X-Key"] == b"Key s3 cret&"
    assert "X-Key" not in request.headers
    assert sent.url == URL


def test_other_hosts_and_robots_txt_see_no_key() -> None:
    keyed = dataclasses.replace(DECLARATION, keys=(QUERY, HEADER))
    for url in ("https://elsewhere.example/", "https://api.ror.org/robots.txt"):
        request = Request(url)
        assert with_keys(keyed, request) is request


def test_headers_made_of_secrets_are_added(monkeypatch: pytest.MonkeyPatch) -> None:
    request = Request(URL, meta={SECRET_HEADERS: {"Authorization": "Bearer t"}})
    assert with_keys(DECLARATION, request).headers["Authorization"] == b"Bearer t"
    assert "Authorization" not in request.headers


def test_a_required_key_that_is_not_set_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    keyed = dataclasses.replace(DECLARATION, keys=(dataclasses.replace(QUERY, required=True),))
    check_keys(keyed)
    monkeypatch.delenv("VALUENET_TEST_KEY")
    with pytest.raises(UsageError, match="set VALUENET_TEST_KEY"):
        check_keys(keyed)
    request = Request(URL)
    assert with_keys(keyed, request) is request
