"""Files too large for memory go from the network straight to the disk.

A request with `bulk` in its meta is answered with an empty body, and its file lies in the archive folder under
`bulk/`, named by its digest; `file` in the request's meta is its path. Robots, rates, redirects and retries hold as
for any request. A file that breaks off, grows beyond the limit or comes coded leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import uuid
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError, DownloadTimeoutError
from scrapy.http import Headers, Request, Response
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol, connectionDone
from twisted.web.client import Agent, ResponseDone
from twisted.web.http_headers import Headers as TxHeaders
from twisted.web.iweb import UNKNOWN_LENGTH

from crawlers.context import context_of

#: In a request's meta: it is for a file. Its size is bounded by `bulk_limit`, in bytes.
BULK, LIMIT = "bulk", "bulk_limit"
#: The bound where a request names none.
USUAL_LIMIT: Final = 2 * 1024**3
#: In a request's meta: where the file is to go, and then where it lies.
_TARGET: Final = "bulk_target"
#: Twisted ships few types.
_AGENT: Final[Any] = Agent
#: Answers that are no file (errors, redirects) are short.
_TALK_MOST: Final = 1024 * 1024
#: Bytes a second, on the whole, below which a file is given up once its timeout has passed: it would take weeks.
SLOWEST: Final = 1_000
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")


class Target:
    """Where a file goes: shared by all copies of its request. `path` is set once it is whole."""

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder, self.limit = folder, limit
        self.path: Path | None = None


class BulkMiddleware:
    """Next to the download: gives each request for a file its place, and takes the file's path from there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> BulkMiddleware:
        return cls(context_of(crawler).archive.folder / "bulk")

    def process_request(self, request: Request) -> None:
        if request.meta.get(BULK):
            request.meta[_TARGET] = Target(self._folder, int(request.meta.get(LIMIT, USUAL_LIMIT)))
            # what is packed already is not packed again on the way
            request.headers["Accept-Encoding"] = "identity"

    def process_response(self, request: Request, response: Response) -> Response:
        target: Target | None = request.meta.pop(_TARGET, None)
        if target is not None and target.path is not None:
            request.meta["file"] = target.path
        return response


class BulkDownload(HTTP11DownloadHandler):
    """Scrapy's own handler, but for files."""

    async def download_request(self, request: Request) -> Response:
        target: Target | None = request.meta.get(_TARGET)
        if target is None:
            return await super().download_request(request)
        from twisted.internet import reactor

        # our own handler's checks of certificates hold here too
        idle = float(request.meta.get("download_timeout") or 60)
        agent = _AGENT(reactor, contextFactory=self._contextFactory, connectTimeout=idle)
        try:
            asked = agent.request(
                request.method.encode("ascii"), request.url.encode("ascii"), TxHeaders(request.headers)
            )
            # until the headers have ended: a host may say nothing, or headers for ever
            answer = await maybe_deferred_to_future(asked.addTimeout(idle, reactor))
        except Exception as error:
            raise DownloadFailedError(str(error)) from error
        headers = Headers(answer.headers.getAllRawHeaders())
        is_file = answer.code == 200
        coding = headers.get("Content-Encoding", b"identity")
        if is_file and coding != b"identity":
            _abort(answer)
            raise DownloadFailedError(f"a file that comes coded: {(coding or b'').decode('latin-1')[:40]}")
        limit = target.limit if is_file else _TALK_MOST
        if answer.length is not UNKNOWN_LENGTH and int(answer.length) > limit:
            _abort(answer)
            raise DownloadCancelledError(f"{answer.length} bytes are more than the {limit:,} that are taken")
        sink = _File(target.folder, _suffix(request.url)) if is_file else _Memory()
        done: Deferred[None] = Deferred()
        answer.deliverBody(_Reader(done, sink, limit, idle))
        try:
            await maybe_deferred_to_future(done)
        except BaseException:
            sink.drop()
            raise
        body = sink.close()
        if isinstance(sink, _File):
            target.path = sink.path
        headers.pop("Content-Length", None)
        return Response(request.url, status=answer.code, headers=headers, body=body)


class _Memory:
    """A short answer."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> None:
        self._parts.append(data)

    def drop(self) -> None:
        self._parts.clear()

    def close(self) -> bytes:
        return b"".join(self._parts)


class _File:
    """A file on its way: under a name of its own until it is whole, then under its digest."""

    def __init__(self, folder: Path, suffix: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._suffix, self._digest = suffix, hashlib.sha256()
        self.path = folder / f"{uuid.uuid4().hex}.part"
        self._out = self.path.open("xb")

    def write(self, data: bytes) -> None:
        self._out.write(data)
        self._digest.update(data)

    def drop(self) -> None:
        self._out.close()
        self.path.unlink(missing_ok=True)

    def close(self) -> bytes:
        self._out.flush()
        os.fsync(self._out.fileno())
        self._out.close()
        whole = self.path.with_name(f"{self._digest.hexdigest()}{self._suffix}")
        self.path.replace(whole)
        self.path = whole
        return b""


class _Reader(Protocol):
    """Hands each piece of a body on, and gives up when none comes for `idle` seconds."""

    def __init__(self, done: Deferred[None], sink: _File | _Memory, limit: int, idle: float) -> None:
        self._done, self._sink, self._limit, self._idle = done, sink, limit, idle
        self._received = 0
        self._clock: asyncio.TimerHandle | None = None

    def connectionMade(self) -> None:
        self._began = asyncio.get_running_loop().time()
        self._wait()

    def _wait(self) -> None:
        self._stop()
        self._clock = asyncio.get_running_loop().call_later(self._idle, self._late)

    def _stop(self) -> None:
        if self._clock is not None:
            self._clock.cancel()

    def _late(self) -> None:
        self._fail(DownloadTimeoutError(f"nothing came for {self._idle:g} seconds"))

    def dataReceived(self, data: bytes) -> None:
        if self._done.called:
            return
        self._received += len(data)
        if self._received > self._limit:
            self._fail(DownloadCancelledError(f"more than the {self._limit:,} bytes that are taken"))
            return
        took = asyncio.get_running_loop().time() - self._began
        if took > self._idle and self._received < SLOWEST * took:
            self._fail(DownloadTimeoutError(f"{self._received:,} bytes in {took:.0f} seconds are a trickle"))
            return
        try:
            self._sink.write(data)
        except OSError as error:
            self._fail(error)
            return
        self._wait()

    def _fail(self, error: Exception) -> None:
        if not self._done.called:
            self._done.errback(error)
        _hang_up(self.transport)

    def connectionLost(self, reason: Any = connectionDone) -> None:
        self._stop()
        if self._done.called:
            return
        if reason.check(ResponseDone):
            self._done.callback(None)
        else:  # also where the host names no length and just ends: a whole file cannot be told from a part
            self._done.errback(DownloadFailedError(f"the file broke off after {self._received} bytes"))


class _Refuse(Protocol):
    """Hangs up on a body that is not wanted."""

    def connectionMade(self) -> None:
        _hang_up(self.transport)


def _hang_up(transport: Any) -> None:
    if transport is not None:
        transport.stopProducing()
        transport.loseConnection()


def _abort(answer: Any) -> None:
    answer.deliverBody(_Refuse())


def _suffix(url: str) -> str:
    ending = Path(urlsplit(url).path).suffix.lower()
    return ending if _SUFFIX.fullmatch(ending) else ""
