"""On the live web no page leads us to an address that is not public: this computer, its network, metadata hosts."""

from __future__ import annotations

import asyncio
import ipaddress
import socket

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Request
from scrapy.utils.httpobj import urlparse_cached

#: Set where a stand-in or an archive on this machine takes the place of the live web.
OWN_MACHINE = "VALUENET_OWN_MACHINE"


class NotPublic(IgnoreRequest):
    """The `host` of a request has an address that is not public."""

    def __init__(self, reason: str, host: str = "") -> None:
        super().__init__(reason)
        self.host = host


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet; what is no address is not."""
    try:
        found = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_global and not found.is_multicast


class PublicHostsMiddleware:
    """Looks each host up once before it is asked, redirects and robots.txt included."""

    def __init__(self) -> None:
        self._known: dict[str, bool] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PublicHostsMiddleware:
        if crawler.settings.getbool(OWN_MACHINE):
            raise NotConfigured
        return cls()

    async def process_request(self, request: Request) -> None:
        parts = urlparse_cached(request)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise NotPublic(f"not of the web: {request.url}")
        host = parts.hostname
        if host not in self._known:
            self._known[host] = await self._look_up(host)
        if not self._known[host]:
            raise NotPublic(f"not a public address: {host}", host)

    async def _look_up(self, host: str) -> bool:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except OSError:
            return True  # it cannot be reached at all: the download says so better
        return all(is_public(str(address[4][0])) for address in found)
