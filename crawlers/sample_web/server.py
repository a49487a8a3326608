"""Serves the sample web over real HTTP on this machine.

Every URL of the web is found at `http://127.0.0.1:PORT/<scheme>/<host>/<path>?<query>`.

    with SampleWeb() as web:
        get(web.url("https://news.valuenet.example/robots.txt"))
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import socket
import struct
import threading
import time
from collections import Counter, deque
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from crawlers.sample_web.faults import Faults, Sent
from crawlers.sample_web.files import write_files
from crawlers.sample_web.model import World
from crawlers.sample_web.pages import cac, gleif, news, ror, scripted
from crawlers.sample_web.pages.answers import Answer, Asked, missing, text
from crawlers.sample_web.world import world as own_world

SITES: Final[tuple[ModuleType, ...]] = (cac, gleif, news, ror, scripted)
HOSTS: Final[dict[str, ModuleType]] = {host: site for site in SITES for host in site.HOSTS}
#: As many requests are remembered, the latest.
_REMEMBERED: Final = 10_000
_COMPRESSED_LEAST: Final = 200


class SampleWeb:
    """The server as a context manager: it answers inside the `with` block. Port 0 takes any free port.

    faults: what goes wrong on it; nothing where it is left out."""

    def __init__(
        self, port: int = 0, host: str = "127.0.0.1", world: World | None = None, faults: Faults | None = None
    ) -> None:
        self.world = world or own_world()
        self.hosts = HOSTS | dict.fromkeys(self.world.press, news)
        self.faults = faults
        self._server = _Server((host, port), self)
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._asked: deque[tuple[float, str]] = deque(maxlen=_REMEMBERED)
        self._faults: dict[str, list[int]] = {}

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def base(self) -> str:
        """Where the web begins: `http://127.0.0.1:PORT`."""
        return f"http://{self._server.server_address[0]!s}:{self.port}"

    def url(self, original: str) -> str:
        """Where the page of the original URL is found."""
        scheme, _, rest = original.partition("://")
        return f"{self.base}/{scheme}/{rest}"

    @property
    def counts(self) -> dict[str, int]:
        """Requests so far, by host."""
        with self._lock:
            return dict(self._counts)

    @property
    def asked(self) -> list[str]:
        """The original URLs asked for, in order."""
        return [original for _, original in self.asked_at]

    @property
    def asked_at(self) -> list[tuple[float, str]]:
        """The original URLs asked for, in order, each with its moment in seconds of a steady clock."""
        with self._lock:
            return list(self._asked)

    def fail(self, original: str, status: int = 503, times: int = 1) -> None:
        """Answer the next `times` requests for that URL with an error of that status."""
        with self._lock:
            self._faults.setdefault(original, []).extend([status] * times)

    def write_files(self, directory: Path) -> tuple[Path, ...]:
        """The files handed in, written into `directory`."""
        return write_files(directory, self.world)

    def answer(self, scheme: str, asked: Asked, original: str) -> Answer:
        """The answer to one request, counted."""
        with self._lock:
            self._counts[asked.host] += 1
            self._asked.append((time.monotonic(), original))
            if waiting := self._faults.get(original):
                return text("out of order, on demand\n", "text/plain", waiting.pop(0))
        site = self.hosts.get(asked.host)
        if site is None or scheme not in ("http", "https"):
            return missing(asked)
        found: Answer = site.answer(self.world, asked)
        return found

    def serve(self) -> None:
        """Answer until interrupted."""
        self._server.serve_forever(poll_interval=0.1)

    def close(self) -> None:
        self._server.server_close()

    def __enter__(self) -> SampleWeb:
        self._thread = threading.Thread(target=self.serve, name="sample-web", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        if self._thread is not None:
            self._thread.join()
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], web: SampleWeb) -> None:
        self.web = web
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "SampleWeb"
    sys_version = ""
    #: A client that says nothing for so many seconds is let go.
    timeout = 30
    # Head and body go out as two packets; waiting for the first one's receipt would cost 40 ms a page.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._respond(with_body=True)

    def do_HEAD(self) -> None:
        self._respond(with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Requests are counted, not printed."""

    def _respond(self, *, with_body: bool) -> None:
        parts = urlsplit(self.path)
        scheme, _, rest = parts.path.lstrip("/").partition("/")
        host, _, path = rest.partition("/")
        asked = Asked(
            host=host.lower(),
            path="/" + unquote(path),
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            referer=self.headers.get("Referer", ""),
        )
        original = f"{scheme}://{rest if '/' in rest else rest + '/'}" + (
            f"?{parts.query}" if parts.query else ""
        )
        found = self.server.web.answer(scheme, asked, original)
        faults = self.server.web.faults
        if faults is not None and (wrong := faults.next(original, found)) is not None:
            self._fail(wrong, with_body=with_body)
            return
        mark = f'"{hashlib.sha256(found.body).hexdigest()[:32]}"'
        if found.status == HTTPStatus.OK and self._unchanged(mark, found.modified):
            self._head(HTTPStatus.NOT_MODIFIED, found, mark)
            self.end_headers()
            return
        body = found.body
        compressed = len(body) >= _COMPRESSED_LEAST and "gzip" in self.headers.get("Accept-Encoding", "")
        if compressed:
            body = gzip.compress(body, mtime=0)
        self._head(found.status, found, mark)
        self.send_header("Content-Type", found.content_type)
        self.send_header("Content-Length", str(len(body)))
        if compressed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def _fail(self, sent: Sent, *, with_body: bool) -> None:
        time.sleep(sent.late)
        if sent.reset:  # closing without lingering sends a reset
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
            return
        self.send_response(sent.status)
        for name, value in sent.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(sent.body)))
        self.end_headers()
        if with_body:
            self.wfile.write(sent.body[: sent.cut])
        self.close_connection = self.close_connection or sent.cut is not None

    def _head(self, status: int, found: Answer, mark: str) -> None:
        self.send_response(status)
        self.send_header("Vary", "Accept-Encoding")
        if found.status == HTTPStatus.OK:
            self.send_header("ETag", mark)
            self.send_header("Last-Modified", format_datetime(found.modified.astimezone(dt.UTC), usegmt=True))

    def _unchanged(self, mark: str, modified: dt.datetime) -> bool:
        """Whether the client holds this very page (RFC 9110, 13.1: a tag goes before a date)."""
        if tags := self.headers.get("If-None-Match"):
            return mark in tags or tags.strip() == "*"
        since = self.headers.get("If-Modified-Since")
        if not since:
            return False
        try:
            return modified <= parsedate_to_datetime(since)
        except (ValueError, TypeError):
            return False
