"""A site on this machine that changes under the crawler's eyes: articles, and a sitemap of them."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

HOST = "site.valuenet.example"


@dataclass
class Site:
    """Articles by path, and a sitemap of them. `asked`: path and status of each request. `fail` answers a path with
    a status. `hidden` ones are not in the sitemap. `tags` False sends no ETag."""

    pages: dict[str, str] = field(default_factory=dict)
    lastmod: dict[str, str] = field(default_factory=dict)
    fail: dict[str, int] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    tags: bool = True
    port: int = 0
    asked: list[tuple[str, int]] = field(default_factory=list)
    got: list[dict[str, str]] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def forget(self) -> None:
        self.asked.clear()
        self.got.clear()

    def statuses(self, path: str) -> list[int]:
        return [status for one, status in self.asked if one == path]

    def answer(self, path: str) -> tuple[int, str, bytes]:
        if path in self.fail:
            return self.fail[path], "text/html", b"no"
        if path == "/robots.txt":
            return 200, "text/plain", f"Sitemap: https://{HOST}/sitemap.xml\n".encode()
        if path == "/sitemap.xml":
            rows = "".join(
                f"<url><loc>https://{HOST}{escape(one)}</loc>"
                + (f"<lastmod>{self.lastmod[one]}</lastmod>" if one in self.lastmod else "")
                + "</url>"
                for one in sorted(self.pages.keys() - self.hidden)
            )
            return 200, "application/xml", f"<urlset>{rows}</urlset>".encode()
        if path in self.pages:
            return 200, "text/html; charset=utf-8", self.pages[path].encode()
        return 404, "text/html", b"not here"


def article(title: str, day: str, *sentences: str) -> str:
    """A page of running text."""
    head = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": title, "datePublished": day}
    body = "".join(f"<p>{one}</p>" for one in sentences)
    return (
        f"<!doctype html><html lang='zh'><head><meta charset='utf-8'><title>{title}</title>"
        f"<script type='application/ld+json'>{json.dumps(head, ensure_ascii=False)}</script></head>"
        f"<body><article><h1>{title}</h1>{body}</article></body></html>"
    )


@contextmanager
def running(site: Site) -> Iterator[Site]:
    """Serve the site as a stand-in for the web (`--web`)."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = "/" + self.path.split("/", 3)[3] if self.path.count("/") >= 3 else "/"
            plain = urlsplit(path).path
            status, kind, body = site.answer(plain)
            tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if status == 200 and site.tags and self.headers.get("If-None-Match") == tag:
                status, body = 304, b""
            site.asked.append((plain, status))
            site.got.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(status)
            if site.tags and status in (200, 304):
                self.send_header("ETag", tag)
            for name, value in site.headers.get(plain, {}).items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
