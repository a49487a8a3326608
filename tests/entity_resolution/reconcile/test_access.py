"""Who is answered, and what browsers are told."""

from __future__ import annotations

import pytest
from flask import Flask, Request
from hypothesis import given
from hypothesis import strategies as st

from entity_resolution.reconcile import Reach
from entity_resolution.reconcile.limits import Refused
from pipelines.errors import UsageError


def request(host: str = "127.0.0.1:8000", remote: str = "127.0.0.1", origin: str | None = None) -> Request:
    headers = {} if origin is None else {"Origin": origin}
    context = Flask(__name__).test_request_context(
        "/reconcile", headers={"Host": host, **headers}, environ_base={"REMOTE_ADDR": remote}
    )
    return context.request


def answered(reach: Reach, **given: str | None) -> bool:
    try:
        reach.check(request(**given))  # type: ignore[arg-type]
    except Refused as refused:
        return refused.status != 403
    return True


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:8000", "LOCALHOST", "[::1]:8000"])
def test_our_own_names_are_answered(host: str) -> None:
    assert answered(Reach(), host=host)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "x@y", "a:b:c", ""]
)
def test_other_names_are_not(host: str) -> None:
    assert not answered(Reach(), host=host)


def test_other_computers_are_answered_only_where_that_was_said() -> None:
    assert not answered(Reach(), remote="192.0.2.7")
    assert not answered(Reach(), remote="")
    assert answered(Reach(elsewhere=True, hosts=("names.example",)), remote="192.0.2.7", host="names.example")
    assert answered(Reach(), remote="::1")
    assert answered(Reach(), remote="::ffff:127.0.0.1")


@pytest.mark.parametrize(
    "origin", ["http://127.0.0.1:3333", "http://localhost", "https://localhost:1", "http://[::1]:3333"]
)
def test_pages_of_this_computer_may_ask(origin: str) -> None:
    assert answered(Reach(), origin=origin)


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "", "file://", "http://localhost.evil.example", "http://127.0.0.1@evil.example",
     "http://127.0.0.1:3333/path", "http://[::1", "javascript:1", "http://127.0.0.1:port"],
)  # fmt: skip
def test_pages_of_other_sites_may_not(origin: str) -> None:
    assert not answered(Reach(), origin=origin)


def test_a_named_site_may_ask() -> None:
    reach = Reach(origins=frozenset({"https://refine.example"}))
    assert answered(reach, origin="https://refine.example")
    assert not answered(reach, origin="http://refine.example")
    assert not answered(reach, origin="https://refine.example:8443")
    assert "frame-ancestors 'self' http://localhost:* " in reach.policy("x")
    assert reach.policy("x").endswith(" https://refine.example")


@pytest.mark.parametrize(
    "origin",
    ["*", "refine.example", "https://refine.example/", "https://*.example", "https://a;b", "ftp://x"],
)
def test_what_is_no_origin_cannot_be_named(origin: str) -> None:
    with pytest.raises(UsageError, match="no origin"):
        Reach(origins=frozenset({origin}))


@given(st.text())
def test_no_origin_breaks_the_check(origin: str) -> None:
    assert Reach().admits(origin) in (True, False)
