"""No page leads the crawl to this computer or its network."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from crawlers.middlewares.private import OWN_MACHINE, is_public
from crawlers.settings import BASE
from tests.crawlers.web import SPIDER, serve, visit
from tests.program import environment

SETTINGS = {
    "DOWNLOADER_MIDDLEWARES": {"crawlers.middlewares.private.PublicHostsMiddleware": 900},
    "RETRY_ENABLED": False,
}


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("::127.0.0.1", False),
        ("64:ff9b::10.0.0.1", False),
        ("64:ff9b::8.8.8.8", True),
        ("2002:7f00:1::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("224.0.0.1", False),
        ("localhost", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_a_loopback_page_is_never_asked_for(tmp_path: Path) -> None:
    with serve(lambda path: (200, {}, b"secret")) as web:
        port = web.base.rpartition(":")[2]
        urls = [f"{web.base}/a", f"http://localhost:{port}/b", f"http://[::1]:{port}/c", "file:///etc/passwd"]
        found = visit(urls, SETTINGS, tmp_path)
        assert web.paths == []
    assert [status for status, _ in found] == ["NotPublic"] * 4


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "0x7f.1", "017700000001", "127.1", "[::ffff:127.0.0.1]", "[::]", "0"]
)
def test_no_spelling_of_a_loopback_address_gets_through(host: str, tmp_path: Path) -> None:
    with serve(lambda path: (200, {}, b"secret")) as web:
        found = visit([f"http://{host}:{web.base.rpartition(':')[2]}/"], SETTINGS, tmp_path)
        assert web.paths == []
    assert [status for status, _ in found] == ["NotPublic"]


#: A name that has a public address when it is looked at, and a loopback one when it is connected to.
REBINDING = """
import socket
asked = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **given: asked("8.8.8.8" if host == "turns.example" else host, *rest, **given)
socket.gethostbyname = lambda host: "127.0.0.1" if host == "turns.example" else host
"""


def test_a_name_that_turns_to_our_own_machine_is_not_connected_to(tmp_path: Path) -> None:
    settings = {**SETTINGS, **{key: BASE[key] for key in ("DNS_RESOLVER", "TWISTED_REACTOR")}}
    with serve(lambda path: (200, {}, b"secret")) as web:
        url = f"http://turns.example:{web.base.rpartition(':')[2]}/"
        done = {}
        for name, more in (("guarded", {}), ("own machine", {OWN_MACHINE: True})):
            ran = subprocess.run(
                [sys.executable, "-c", REBINDING + SPIDER, json.dumps({**settings, **more}), json.dumps([url])],
                capture_output=True, text=True, cwd=tmp_path, env=environment(), timeout=100, check=True,
            )  # fmt: skip
            done[name] = json.loads(ran.stdout.splitlines()[-1])
    assert done["guarded"][0][0] != 200
    assert done["own machine"][0][0] == 200  # the name does lead there
    assert len(web.paths) == 1


def test_on_our_own_machine_it_may(tmp_path: Path) -> None:
    with serve(lambda path: (200, {}, b"page")) as web:
        assert visit([f"{web.base}/a"], {**SETTINGS, OWN_MACHINE: True}, tmp_path)[0][0] == 200
