"""Files that go straight to the disk: whole ones stay, under their digest; of all others nothing does."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.program import environment

MEGABYTE = bytes(range(256)) * 4096

SCRIPT = """
import json, resource, sys
from pathlib import Path
import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from crawlers.middlewares.bulk import BulkMiddleware

base, paths, timeout = json.loads(sys.argv[1])
seen = {}

class Here(BulkMiddleware):
    @classmethod
    def from_crawler(cls, crawler):
        return cls(Path("bulk"))

class Files(scrapy.Spider):
    name = "files"
    async def start(self):
        for path in paths:
            meta = {"bulk": True, "bulk_limit": 40_000_000, "path": path, "download_timeout": timeout}
            yield scrapy.Request(base + path, meta=meta, errback=self.failed, dont_filter=True)
    def parse(self, response):
        file = response.meta.get("file")
        seen[response.meta["path"]] = [response.status, file.name if file else None, len(response.body)]
    def failed(self, failure):
        seen[failure.request.meta["path"]] = [failure.type.__name__, str(failure.value)]

process = AsyncCrawlerProcess({
    "LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False, "RETRY_ENABLED": False, "HTTPERROR_ALLOW_ALL": True,
    "DOWNLOADER_MIDDLEWARES": {Here: 960}, "DOWNLOAD_MAXSIZE": 1000,
    "DOWNLOAD_HANDLERS": {"http": "crawlers.middlewares.bulk.BulkDownload"},
})
process.crawl(Files)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
process.start()
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(json.dumps({"seen": seen, "grown": grown}))
"""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    accepted: list[str | None] = []

    def do_GET(self) -> None:
        self.accepted.append(self.headers["Accept-Encoding"])
        getattr(self, "answer" + self.path.partition(".")[0].replace("/", "_"))()

    def head(self, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def answer_whole(self) -> None:
        self.head(Content_Length=str(len(MEGABYTE) * 30), ETag='"x"')
        for _ in range(30):
            self.wfile.write(MEGABYTE)

    def answer_chunked(self) -> None:
        self.head(Transfer_Encoding="chunked")
        for _ in range(3):
            self.wfile.write(b"%x\r\n" % len(MEGABYTE) + MEGABYTE + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def answer_large(self) -> None:
        self.head(Content_Length="50000000")

    def answer_endless(self) -> None:
        self.head(Transfer_Encoding="chunked")
        try:
            while True:
                self.wfile.write(b"%x\r\n" % len(MEGABYTE) + MEGABYTE + b"\r\n")
        except OSError:
            self.close_connection = True

    def answer_broken(self) -> None:
        self.head(Content_Length=str(len(MEGABYTE) * 2))
        self.wfile.write(MEGABYTE)
        self.close_connection = True

    def answer_until_the_end(self) -> None:
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(MEGABYTE)
        self.close_connection = True

    def answer_coded(self) -> None:
        self.head(Content_Length="10", Content_Encoding="gzip")
        self.wfile.write(b"x" * 10)

    def answer_gone(self) -> None:
        self.head(404, Content_Length="9")
        self.wfile.write(b"not here.")

    def answer_moved(self) -> None:
        self.head(302, Location="/whole.zip", Content_Length="0")

    def answer_silent(self) -> None:
        self.head(Content_Length="100")
        self.wfile.write(b"x")
        self.wfile.flush()
        time.sleep(3)
        self.close_connection = True

    def answer_mute(self) -> None:
        time.sleep(3)
        self.close_connection = True

    def answer_headers(self) -> None:
        self.send_response(200)
        self._forever(b"X-More: y\r\n")

    def answer_trickle(self) -> None:
        self.head(Content_Length="1000000")
        self._forever(b"x")

    def _forever(self, piece: bytes) -> None:
        self.flush_headers()
        try:
            while True:
                self.wfile.write(piece)
                time.sleep(0.05)
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def _fetch(base: str, folder: Path, *paths: str, timeout: float = 20) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps([base, paths, timeout])],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_file_lies_on_the_disk_under_its_digest_and_never_in_memory(base: str, tmp_path: Path) -> None:
    done = _fetch(base, tmp_path, "/whole.zip", "/chunked.xml", "/moved")
    digest = hashlib.sha256(MEGABYTE * 30).hexdigest()
    assert done["seen"]["/whole.zip"] == done["seen"]["/moved"] == [200, f"{digest}.zip", 0]
    status, name, body = done["seen"]["/chunked.xml"]
    assert (status, name, body) == (200, hashlib.sha256(MEGABYTE * 3).hexdigest() + ".xml", 0)
    assert {one.name for one in (tmp_path / "bulk").iterdir()} == {f"{digest}.zip", name}
    assert (tmp_path / "bulk" / name).read_bytes() == MEGABYTE * 3
    assert done["grown"] < 60_000  # kilobytes: start-up and a few pieces, not twice 30 MB
    assert set(_Handler.accepted) == {"identity"}


def test_of_what_is_no_whole_file_nothing_stays(base: str, tmp_path: Path) -> None:
    done = _fetch(
        base, tmp_path, "/large.zip", "/endless.zip", "/broken.zip", "/coded.zip", "/until_the_end"
    )["seen"]
    assert done["/large.zip"][0] == "DownloadCancelledError"
    assert done["/endless.zip"] == ["DownloadCancelledError", "more than the 40,000,000 bytes that are taken"]
    assert done["/broken.zip"][0] == "DownloadFailedError"
    assert done["/until_the_end"][0] == "DownloadFailedError"
    assert done["/coded.zip"] == ["DownloadFailedError", "a file that comes coded: gzip"]
    folder = tmp_path / "bulk"
    assert not folder.exists() or not list(folder.iterdir())


def test_an_error_is_no_file(base: str, tmp_path: Path) -> None:
    assert _fetch(base, tmp_path, "/gone.zip")["seen"] == {"/gone.zip": [404, None, 9]}


def test_a_host_that_falls_silent_is_given_up(base: str, tmp_path: Path) -> None:
    done = _fetch(base, tmp_path, "/silent.zip", timeout=0.5)["seen"]["/silent.zip"]
    assert done[0] == "DownloadTimeoutError"


def test_who_talks_without_end_or_hardly_at_all_is_given_up(base: str, tmp_path: Path) -> None:
    done = _fetch(base, tmp_path, "/mute.zip", "/headers.zip", "/trickle.zip", timeout=0.7)["seen"]
    assert done["/mute.zip"][0] == done["/headers.zip"][0] == "DownloadFailedError"
    assert done["/trickle.zip"][0] == "DownloadTimeoutError"
    assert "a trickle" in done["/trickle.zip"][1]
