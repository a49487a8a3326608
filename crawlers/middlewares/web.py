"""The download from the live web."""

from __future__ import annotations

from crawlers.middlewares.bulk import BulkDownload
from crawlers.middlewares.keys import KeyedDownload


class WebHandler(KeyedDownload, BulkDownload):
    """Scrapy's own handler, with the source's keys, and with files that go to the disk."""
