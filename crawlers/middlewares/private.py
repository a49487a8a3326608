"""On the live web no page leads us to an address that is not public: this computer, its network, metadata hosts.

Looked at twice: before a request is sent, for every address that its host has, and once more at the address that is
really connected to. A name that answers otherwise the second time (DNS rebinding) leads nowhere.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Request
from scrapy.resolver import CachingThreadedResolver
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

#: Set where a stand-in or an archive on this machine takes the place of the live web.
OWN_MACHINE = "VALUENET_OWN_MACHINE"
#: Addresses of IPv6 that a gateway turns into the address of IPv4 in their last 32 bits (RFC 6052), and the old
#: "compatible" ones (RFC 4291).
_CARRIES_IPV4: Final = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))


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
    return all(one.is_global and not one.is_multicast for one in (_carried(found) or found, found))


def _carried(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | None:
    """The address of IPv4 that one of IPv6 stands for; None where it stands for none."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if any(address in network for network in _CARRIES_IPV4):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


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


class PublicResolver(CachingThreadedResolver):
    """Names to addresses for the connections themselves, of whatever handler: no address but a public one.

    A proxy that the environment names may stand in our own network.
    """

    _guards = True
    _proxies: frozenset[str] = frozenset()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> PublicResolver:
        made = super().from_crawler(crawler, reactor)
        made._guards = not crawler.settings.getbool(OWN_MACHINE)
        made._proxies = frozenset(urlsplit(url).hostname or "" for url in getproxies().values())
        return made

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:
        found: Deferred[str] = super().getHostByName(name, timeout)
        return found.addCallback(self._public, name) if self._guards else found

    def _public(self, address: str, name: str) -> str:
        if is_public(address) or name.lower() in self._proxies:
            return address
        raise DNSLookupError(f"not a public address: {name}")
