"""Compressed bodies, whole or not at all, and never larger than `DOWNLOAD_MAXSIZE` when unpacked.

Scrapy 2.19 takes a gzip body that was cut short, or damaged, for what could be unpacked of it. Here such a body is
asked for again, and in the end is told; so is one that unpacks to more than the limit.
"""

from __future__ import annotations

import zlib

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response


class BrokenBody(Exception):
    """A compressed body that cannot be unpacked whole."""


class TooLarge(Exception):
    """A compressed body that unpacks to more than the limit."""


class WholeBodiesMiddleware(HttpCompressionMiddleware):
    """Scrapy's unpacking, with what it lets pass closed."""

    def __init__(self, *, crawler: Crawler) -> None:
        super().__init__(crawler=crawler)
        self._crawler = crawler

    def process_response(  # type: ignore[override] # Scrapy's last argument is gone
        self, request: Request, response: Response
    ) -> Request | Response:
        try:
            return super().process_response(request, response)
        except IgnoreRequest as error:
            wrong: Exception = TooLarge(str(error))
        except (BrokenBody, TooLarge) as error:
            wrong = error
        except (OSError, EOFError, zlib.error, ValueError) as error:
            wrong = BrokenBody(f"{type(error).__name__}: {error}")
        again = None
        if self._crawler.settings.getbool("RETRY_ENABLED") and self._crawler.spider is not None:
            again = get_retry_request(request, spider=self._crawler.spider, reason=type(wrong).__name__)
        if again is None:
            raise wrong
        return again

    @staticmethod
    def _decode(body: bytes, encoding: bytes, max_size: int) -> bytes:
        if encoding in (b"gzip", b"x-gzip"):
            return gunzip(body, max_size)
        return HttpCompressionMiddleware._decode(body, encoding, max_size)


def gunzip(data: bytes, most: int) -> bytes:
    """The bytes of a gzip file, of all its members; what follows the last one is padding.

    most: bytes, 0 for no limit. Raises `BrokenBody` for a cut or damaged one, `TooLarge` beyond the limit.
    """
    if not data:
        return b""
    found: list[bytes] = []
    size = 0
    while data.startswith(b"\x1f\x8b") or not found:
        unpacker = zlib.decompressobj(wbits=31)
        try:
            piece = unpacker.decompress(data, most - size + 1 if most else 0)
        except zlib.error as error:
            raise BrokenBody(f"a damaged gzip body: {error}") from error
        size += len(piece)
        if most and size > most:
            raise TooLarge(f"{len(data):,} bytes unpack to more than {most:,}")
        if not unpacker.eof:
            raise BrokenBody("a gzip body cut short")
        found.append(piece)
        data = unpacker.unused_data
    return b"".join(found)
