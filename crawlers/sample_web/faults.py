"""What goes wrong on the web, made to go wrong by a seed: for a share of the sample web's pages, each in one way.

A fault passes: the page answers rightly from its second or third ask on. For a stated share of the leaf pages
(articles, attachments) it stays. The same seed gives the same faults in whatever order the pages are asked for.

    with SampleWeb(faults=Faults(7, rate=0.5)) as web: ...
"""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import json
import re
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from crawlers.sample_web.pages.answers import Answer
from pipelines.errors import InputError

#: The ways, each with a line of what happens.
KINDS: Final[dict[str, str]] = {
    "slow": "the right answer, late",
    "reset": "the connection is reset in place of an answer",
    "truncated": "half of the body, then the connection ends",
    "cut": "half of a gzip body, with the length of that half",
    "busy": "429 with Retry-After",
    "unavailable": "503 with Retry-After",
    "error": "500",
    "loop": "a redirect to the page itself",
    "wall": "a firewall's page with status 200",
    "bomb": "a small gzip body that unpacks to 64 MB",
    "charset": "the right bytes under the name of another charset",
    "type": "the right bytes as application/octet-stream",
    "doubled": "a listing that shows an entry twice and hides another",
    "endless": "a listing that names a next page on its last one, for ever",
}
#: These answer with the page's own bytes: a reader must not mind.
HARMLESS: Final = frozenset({"slow", "charset", "type"})
#: These belong to listings in JSON.
OF_LISTINGS: Final = frozenset({"doubled", "endless"})
RATE: Final = 0.5
#: Asks that fail before one succeeds: fewer than a visitor's.
_TIMES: Final = 2
_LATE: Final = 0.3
_BOMB: Final = 64 * 1024 * 1024
_WALL: Final = (
    "<!DOCTYPE html><html><head><meta charset='utf-8'><title>网站防火墙</title></head>"
    "<body><p>您的请求已被拦截，请稍后再试。</p></body></html>"
)
_AGAIN = re.compile(r"[?&]again=\d{1,9}$")
_LEAVES: Final = ("text/html", "application/vnd.openxmlformats")


@dataclass(frozen=True, slots=True)
class Sent:
    """What goes out in place of the right answer. cut: only so many bytes of `body` are sent although the length
    of all is named. reset: nothing is sent. late: seconds."""

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    cut: int | None = None
    reset: bool = False
    late: float = 0.0


class Faults:
    """Which page fails how; safe to ask from many threads.

    rate: the share of pages with a fault. permanent: the share of the leaf pages that never answer. kinds: those
    that may happen.
    """

    def __init__(
        self, seed: int, rate: float = RATE, permanent: float = 0.0, kinds: tuple[str, ...] = tuple(KINDS)
    ) -> None:
        if not (0 <= rate <= 1 and 0 <= permanent <= 1):
            raise InputError("a share lies between 0 and 1", field="rate")
        if unknown := set(kinds) - set(KINDS):
            raise InputError(f"no such fault: {', '.join(sorted(unknown))}", field="kinds")
        self.seed, self.rate, self.permanent, self.kinds = seed, rate, permanent, kinds
        self._lock = threading.Lock()
        self._asks: Counter[str] = Counter()
        self._done: Counter[str] = Counter()

    @classmethod
    def read(cls, written: str) -> Faults:
        """Out of `SEED[:RATE[:PERMANENT]]`. Raises `InputError` naming the part."""
        found = re.fullmatch(r"(\d{1,9})(?::(\d?\.?\d{1,6}))?(?::(\d?\.?\d{1,6}))?", written.strip())
        if found is None:
            raise InputError(f"{written!r} is not SEED[:RATE[:PERMANENT]], such as 7:0.5", field="faults")
        return cls(int(found[1]), float(found[2] or RATE), float(found[3] or 0))

    @property
    def done(self) -> dict[str, int]:
        """How often each kind happened so far."""
        with self._lock:
            return dict(self._done)

    def stays(self, url: str, answer: Answer) -> bool:
        """Whether the page never answers."""
        leaf = answer.content_type.startswith(_LEAVES) and answer.status == 200
        return leaf and self._chance("leaf", url) < self.permanent

    def kind_of(self, url: str, answer: Answer) -> str | None:
        """How the page fails; None where it does not."""
        stays = self.stays(url, answer)
        if not stays and self._chance("page", url) >= self.rate:
            return None
        listing = _listing(answer)
        aside: set[str] = set(HARMLESS | OF_LISTINGS) if stays else set()
        if listing is None:
            aside |= OF_LISTINGS
        elif len(listing[0][listing[1]]) < 2:
            aside.add("doubled")
        fit = [kind for kind in self.kinds if kind not in aside]
        return fit[int(self._chance("kind", url) * len(fit))] if fit else None

    def next(self, url: str, answer: Answer) -> Sent | None:
        """What is sent at this ask in place of `answer`, the right one; None: it is sent as it is."""
        if answer.status != 200 or (kind := self.kind_of(url, answer)) is None:
            return None
        # a listing is read anew as a whole: each of its pages may slip once only
        times = 1 if kind in OF_LISTINGS else 1 + int(self._chance("times", url) * _TIMES)
        with self._lock:
            self._asks[url] += 1
            passes = kind not in HARMLESS | {"endless"} and not self.stays(url, answer)
            if passes and self._asks[url] > times:
                return None
            self._done[kind] += 1
        return _MADE[kind](url, answer)

    def _chance(self, what: str, url: str) -> float:
        url = _AGAIN.sub("", url)
        told = hashlib.blake2b(f"{self.seed}|{what}|{url}".encode(), digest_size=6).digest()
        return int.from_bytes(told, "big") / 2**48


def _plain(answer: Answer, *, content_type: str | None = None, late: float = 0.0) -> Sent:
    return Sent(answer.body, headers=(("Content-Type", content_type or answer.content_type),), late=late)


def _other_charset(answer: Answer) -> str:
    kind = answer.content_type.partition(";")[0]
    return f"{kind}; charset={'big5' if len(answer.body) % 2 else 'iso-8859-1'}"


def _cut(answer: Answer) -> Sent:
    packed = gzip.compress(answer.body, mtime=0)
    head = (("Content-Type", answer.content_type), ("Content-Encoding", "gzip"))
    return Sent(packed[: len(packed) // 2], headers=head)


@cache
def _bomb() -> bytes:
    return gzip.compress(bytes(_BOMB), 9, mtime=0)


def _listing(answer: Answer) -> tuple[dict[str, Any], str] | None:
    """A JSON listing and the name of its entries; None for any other answer."""
    if "json" not in answer.content_type:
        return None
    told = json.loads(answer.body)
    for name in ("items", "data"):
        if isinstance(told, dict) and isinstance(told.get(name), list) and told[name]:
            return told, name
    return None


def _doubled(url: str, answer: Answer) -> Sent:
    told, name = _listing(answer) or ({}, "")
    told[name] = [*told[name][:-1], told[name][0]]
    return _plain(dataclasses.replace(answer, body=json.dumps(told, ensure_ascii=False).encode()))


def _endless(url: str, answer: Answer) -> Sent:
    told, _ = _listing(answer) or ({}, "")
    links = told.get("links")
    if isinstance(links, dict) and "next" not in links:
        page, count = _AGAIN.sub("", url), _AGAIN.search(url)
        number = int(count[0].rpartition("=")[2]) + 1 if count else 1
        links["next"] = f"{page}{'&' if '?' in page else '?'}again={number}"
    return _plain(dataclasses.replace(answer, body=json.dumps(told, ensure_ascii=False).encode()))


_MADE: Final[dict[str, Callable[[str, Answer], Sent]]] = {
    "slow": lambda url, answer: _plain(answer, late=_LATE),
    "reset": lambda url, answer: Sent(reset=True),
    "truncated": lambda url, answer: dataclasses.replace(_plain(answer), cut=len(answer.body) // 2),
    "cut": lambda url, answer: _cut(answer),
    "busy": lambda url, answer: Sent(b"", 429, (("Retry-After", "0"),)),
    "unavailable": lambda url, answer: Sent(b"", 503, (("Retry-After", "1"),)),
    "error": lambda url, answer: Sent(b"out of order\n", 500, (("Content-Type", "text/plain"),)),
    "loop": lambda url, answer: Sent(b"", 302, (("Location", url),)),
    "wall": lambda url, answer: Sent(_WALL.encode(), headers=(("Content-Type", "text/html; charset=utf-8"),)),
    "bomb": lambda url, answer: Sent(
        _bomb(), headers=(("Content-Type", answer.content_type), ("Content-Encoding", "gzip"))
    ),
    "charset": lambda url, answer: _plain(answer, content_type=_other_charset(answer)),
    "type": lambda url, answer: _plain(answer, content_type="application/octet-stream"),
    "doubled": _doubled,
    "endless": _endless,
}
