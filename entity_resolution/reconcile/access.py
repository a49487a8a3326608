"""Who is answered, and what answers say to a browser.

Invariants kept here:
- a request that another site's page makes is answered only if that site is on this computer or was named;
- a request under a host's name that is not ours is refused, so that no name on the web leads in here by a detour;
- nothing of an answer runs, loads or is kept by a cache; a preview is framed by the same sites alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from flask import Request, Response

from entity_resolution.reconcile.limits import BURST, PER_SECOND, Refused
from entity_resolution.review.attempts import Pace
from pipelines.errors import UsageError

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_FRAMING: Final = ("http://localhost:*", "http://127.0.0.1:*", "https://localhost:*", "https://127.0.0.1:*")
_PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Max-Age": "600",
}


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the service reaches. `origins`: sites besides those of this computer whose pages may ask, such as
    https://refine.example; `hosts`: the names that the service may be asked for under; `elsewhere`: whether other
    computers are answered. Raises `UsageError` for an origin that is none."""

    origins: frozenset[str] = frozenset()
    hosts: tuple[str, ...] = LOOPBACK
    elsewhere: bool = False
    pace: Pace = field(default_factory=lambda: Pace(PER_SECOND, BURST), compare=False)

    def __post_init__(self) -> None:
        for origin in self.origins:
            parts = _split(origin)
            plain = parts is not None and origin == f"{parts[0]}://{parts[1]}" and origin.isascii()
            if not plain or not set(origin).isdisjoint("*;, '\""):
                raise UsageError(f"{origin!r} is no origin; one looks like https://refine.example")

    def check(self, request: Request) -> None:
        """Raises `Refused` for a request that is not to be answered (403), or not yet (429)."""
        if not self.elsewhere and not _is_loopback(request.remote_addr or ""):
            raise Refused("this service answers its own computer alone", status=403)
        host = _split(f"http://{request.host}")
        if host is None or host[2] not in {one.strip("[]").lower() for one in self.hosts}:
            raise Refused("this service has another name", status=403, field="Host")
        origin = request.headers.get("Origin")
        if origin is not None and not self.admits(origin):
            raise Refused("pages of this site may not ask here", status=403, field="Origin")
        wait = self.pace.seconds_to_wait(request.remote_addr or "")
        if wait:
            raise Refused("too fast", status=429, wait=wait)

    def admits(self, origin: str) -> bool:
        """Whether pages from there may ask."""
        parts = _split(origin)
        return origin in self.origins or (parts is not None and parts[2] in LOOPBACK)

    def with_headers(self, request: Request, response: Response) -> Response:
        """The answer with what a browser must know of it."""
        headers = response.headers
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "no-referrer"
        headers["Cache-Control"] = "no-store"
        headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        headers.add("Vary", "Origin")
        origin = request.headers.get("Origin")
        if origin is not None and self.admits(origin):
            headers["Access-Control-Allow-Origin"] = origin
            if request.method == "OPTIONS":
                headers.update(_PREFLIGHT)
        return response

    def policy(self, style: str) -> str:
        """The content policy of a page with one style sheet, whose digest is given: nothing else is loaded, and
        only the admitted sites may show the page in a frame."""
        framing = " ".join(("'self'", *_FRAMING, *sorted(self.origins)))
        return (
            f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; "
            f"frame-ancestors {framing}"
        )


def _split(address: str) -> tuple[str, str, str] | None:
    """Scheme, authority and host of an address that has nothing else; None where it is none."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return None
    rest = parts.path or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in ("http", "https") or not host or rest:
        return None
    return parts.scheme, parts.netloc, host


def _is_loopback(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback
