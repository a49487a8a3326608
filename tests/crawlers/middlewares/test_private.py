"""No page leads the crawl to this computer or its network."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawlers.middlewares.private import OWN_MACHINE, is_public
from tests.crawlers.web import serve, visit

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


def test_on_our_own_machine_it_may(tmp_path: Path) -> None:
    with serve(lambda path: (200, {}, b"page")) as web:
        assert visit([f"{web.base}/a"], {**SETTINGS, OWN_MACHINE: True}, tmp_path)[0][0] == 200
