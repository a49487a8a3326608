"""Posts JSON to a receiver, signed as the Standard Webhooks specification says, and again until it is taken.

Headers: `webhook-id` (the same when the same is sent again), `webhook-timestamp` (seconds since 1970) and
`webhook-signature`: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body` with VALUENET_WEBHOOK_SECRET.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import http.client
import ipaddress
import json
import os
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from email.message import Message
from http.client import HTTPException
from typing import IO, Any
from urllib.parse import urlsplit

from pipelines.console import plain
from pipelines.errors import UsageError, ValuenetError

SECRET = "VALUENET_WEBHOOK_SECRET"  # noqa: S105 - the name of the variable, not its value
TIMEOUT = 30.0
#: Seconds from the connection to the end of the answer's headers, whatever trickles in meanwhile.
WHOLE = 60.0
#: Seconds before the second try, the third, and so on.
WAITS = (1.0, 4.0, 15.0, 60.0)
#: A receiver that asks for more patience than this is asked again the next time.
PATIENCE = 120.0
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


class NotDeliveredError(ValuenetError):
    """The receiver did not take what was sent; it is sent again the next time."""


class Webhook:
    """A receiver at `url`. Raises `UsageError` for a URL that is neither https nor on this machine, and where no
    secret is set."""

    def __init__(self, url: str, waits: Sequence[float] = WAITS) -> None:
        self.url, self.host, self._waits = url, _host(url), waits
        secret = os.environ.get(SECRET, "").strip()
        if not secret:
            raise UsageError(f"what is sent is signed: set {SECRET} to a secret that the receiver knows")
        self._secret = _bytes(secret)
        handlers: list[urllib.request.BaseHandler] = [_NoRedirect(), _Http(), _Https()]
        if _is_own_machine(self.host):
            handlers.append(urllib.request.ProxyHandler({}))
        self._opener = urllib.request.build_opener(*handlers)

    def post(self, number: str, data: Mapping[str, Any]) -> None:
        """Send `data` under the delivery's number. Tries again when it may help; raises `NotDeliveredError`."""
        body = json.dumps(plain(data), ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
        for wait in (*self._waits, None):
            why, asked_wait, passing = self._once(number, body)
            if not why:
                return
            if not passing or wait is None or asked_wait > PATIENCE:
                break
            time.sleep(max(wait, asked_wait))
        raise NotDeliveredError(f"{self.host} did not take the delivery {number}: {why}")

    def _once(self, number: str, body: bytes) -> tuple[str, float, bool]:
        """What went wrong (empty: nothing), how long the receiver asks to wait, whether to try again."""
        moment = str(int(time.time()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "valuenet",
            "webhook-id": number,
            "webhook-timestamp": moment,
            "webhook-signature": signature(self._secret, number, moment, body),
        }
        request = urllib.request.Request(self.url, body, headers, method="POST")  # noqa: S310 - checked above
        try:
            with self._opener.open(request, timeout=TIMEOUT):  # what the answer says is not read
                return "", 0.0, False
        except urllib.error.HTTPError as error:
            asked_wait = _seconds(error.headers.get("Retry-After"))
            error.close()
            return f"it answered {error.code}", asked_wait, error.code in PASSING
        except (OSError, HTTPException) as error:
            return str(getattr(error, "reason", error)) or type(error).__name__, 0.0, True


def signature(secret: bytes, number: str, moment: str, body: bytes) -> str:
    """The value of `webhook-signature`, for a receiver to compare in constant time."""
    signed = b".".join((number.encode(), moment.encode(), body))
    return "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()


def _bytes(secret: str) -> bytes:
    """The secret's bytes: base64 after `whsec_`, as the specification spells them, else the characters' own."""
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise UsageError(f"{SECRET} begins with whsec_ and goes on with no base64") from error


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise UsageError(f"{url!r} is no address of a receiver: {error}") from error
    if not host or parts.scheme not in ("http", "https"):
        raise UsageError("a receiver is an address such as https://receiver.example/hook")
    if parts.scheme == "http" and not _is_own_machine(host):
        raise UsageError(
            f"{host} is told by https alone: over http, anyone on the way can read and change it"
        )
    return host


def _is_own_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _seconds(text: str | None) -> float:
    return float(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0.0


class _Hurried(http.client.HTTPConnection):
    """A connection that is cut after `WHOLE` seconds, however slowly the other side goes on talking."""

    def connect(self) -> None:
        super().connect()
        self._late = threading.Event()
        self._clock = threading.Timer(WHOLE, _cut, [self.sock, self._late])
        self._clock.daemon = True
        self._clock.start()

    def getresponse(self) -> http.client.HTTPResponse:
        try:
            found = super().getresponse()
        finally:
            self._clock.cancel()
        if self._late.is_set():  # a cut answer looks like a whole one
            raise TimeoutError(f"it did not come to an end in {WHOLE:g} seconds")
        return found


class _HurriedSafely(_Hurried, http.client.HTTPSConnection):
    """The same, by https."""


def _cut(connected: socket.socket, late: threading.Event) -> None:
    late.set()
    with suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)


class _Http(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Hurried, req)


class _Https(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_HurriedSafely, req)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """What is signed for one receiver goes to no other: a redirect is a refusal."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        return None
