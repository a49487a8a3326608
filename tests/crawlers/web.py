"""A small real web server for tests, and a small spider run in a process of its own."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.program import process

Answer = tuple[int, dict[str, str], bytes]

SPIDER = """
import json, sys
import scrapy
from scrapy.crawler import AsyncCrawlerProcess

settings, urls = json.loads(sys.argv[1]), json.loads(sys.argv[2])
seen = []

class Pages(scrapy.Spider):
    name = "pages"
    async def start(self):
        for url in urls:
            yield scrapy.Request(url, dont_filter=True, errback=self.failed)
    def parse(self, response):
        seen.append([response.status, response.url])
    def failed(self, failure):
        seen.append([failure.type.__name__, failure.request.url])

process = AsyncCrawlerProcess({"LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False, **settings})
process.crawl(Pages)
process.start()
print(json.dumps(seen))
"""


class Web:
    """What was asked for, as (seconds since start, path)."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.asked: list[tuple[float, str]] = []

    @property
    def paths(self) -> list[str]:
        return [path for _, path in self.asked]


@contextmanager
def serve(answer: Callable[[str], Answer]) -> Iterator[Web]:
    """Serve `answer(path)` on a free loopback port."""
    began = time.monotonic()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            web.asked.append((time.monotonic() - began, self.path))
            status, headers, body = answer(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    web = Web(server.server_address[1])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()


def visit(urls: list[str], settings: dict[str, Any], folder: Path) -> list[tuple[int | str, str]]:
    """Visit `urls` with Scrapy under `settings`; what each gave: a status or the name of an error."""
    done = process(SPIDER, json.dumps(settings), json.dumps(urls), cwd=folder, timeout=50)
    assert done.returncode == 0, done.stderr
    return [(status, url) for status, url in json.loads(done.stdout.splitlines()[-1])]
