"""A small Open Patent Services on this machine: tokens that end, results by pages, and headers that slow us down."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PREFIX = "/https/ops.epo.org/3.2"
_NAMES = 'xmlns="http://www.epo.org/exchange" xmlns:ops="http://ops.epo.org"'
_NOTHING = (
    '<fault xmlns="http://ops.epo.org"><code>SERVER.EntityNotFound</code><message>none</message></fault>'
)
_STALE = "<error><code>400</code><message>invalid_access_token</message></error>"


@dataclass
class Service:
    """documents: number of documents by day (`20240301`). A token serves `token_lasts` requests. `headers` go with each
    answer to a search; `refuse` answers the next searches with (status, headers)."""

    documents: dict[str, int]
    token_lasts: int = 1_000
    headers: dict[str, str] = field(default_factory=dict)
    refuse: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    searches: list[tuple[str, str, str]] = field(default_factory=list)
    basic: list[str] = field(default_factory=list)
    left: int = 0
    port: int = 0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def search(self, url: str) -> tuple[int, str]:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        found = re.search(r'pd within "(\d{8}) (\d{8})"', asked["q"])
        assert found is not None
        begin, end = (int(one) for one in asked["Range"].split("-"))
        self.searches.append((found[1], found[2], asked["Range"]))
        numbers = [
            (day, f"{day}{one:04}")
            for day, count in sorted(self.documents.items()) if found[1] <= day <= found[2]
            for one in range(count)
        ]  # fmt: skip
        if not numbers:
            return 404, _NOTHING
        shown = numbers[begin - 1 : end]
        rows = "".join(
            f'<exchange-document country="CN" doc-number="{number}" kind="A" family-id="{number}"><bibliographic-data>'
            f'<publication-reference><document-id document-id-type="docdb"><country>CN</country><doc-number>{number}'
            f"</doc-number><kind>A</kind><date>{day}</date></document-id></publication-reference>"
            f'<invention-title lang="en">Hinge {number}</invention-title></bibliographic-data></exchange-document>'
            for day, number in shown
        )
        return 200, (
            f'<ops:world-patent-data {_NAMES}><ops:biblio-search total-result-count="{len(numbers)}"><ops:range '
            f'begin="{begin}" end="{begin + len(shown) - 1}"/><ops:search-result><exchange-documents>{rows}'
            "</exchange-documents></ops:search-result></ops:biblio-search></ops:world-patent-data>"
        )


@contextmanager
def serve_ops(service: Service) -> Iterator[Service]:
    """Serve it on a free loopback port, as a stand-in for https://ops.epo.org."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            assert (self.path, form) == (f"{PREFIX}/auth/accesstoken", "grant_type=client_credentials")
            service.basic.append(
                base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
            )
            service.tokens.append(f"token{len(service.tokens) + 1}")
            service.left = service.token_lasts
            self.reply(200, json.dumps({"access_token": service.tokens[-1], "expires_in": "1199"}))

        def do_GET(self) -> None:
            if self.path.endswith("/robots.txt"):
                self.reply(404, "")
                return
            newest = f"Bearer {service.tokens[-1]}" if service.tokens else ""
            if self.headers["Authorization"] != newest or not service.left:
                self.reply(400, _STALE)
                return
            service.left -= 1
            if service.refuse:
                status, headers = service.refuse.pop(0)
                self.reply(status, "<error>refused</error>", headers)
                return
            self.reply(*service.search(self.path), service.headers)

        def reply(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
            body = text.encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/xml", **(headers or {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
