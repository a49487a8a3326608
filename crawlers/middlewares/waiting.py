"""A host that says 429 or 503 with `Retry-After` is left alone for that long before the page is asked again."""

from __future__ import annotations

import asyncio
import datetime as dt
from email.utils import parsedate_to_datetime
from typing import Any

from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.http import Request, Response

#: Longer than this we do not hold a run open: the page is given up and read in the next run.
LONGEST_WAIT = 120.0


def retry_after(value: str, at: dt.datetime) -> float | None:
    """Seconds to wait by a `Retry-After` header (seconds or an HTTP date; RFC 9110, 10.2.3); None: unreadable."""
    text = value.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return max(0.0, (moment - at).total_seconds())


class PatientRetryMiddleware(RetryMiddleware):
    """Scrapy's retries, with the host's own word on when."""

    async def process_response(  # type: ignore[override] # a middleware may be a coroutine
        self, request: Request, response: Response, spider: Any = None
    ) -> Request | Response:
        answer = super().process_response(request, response)
        header = response.headers.get("Retry-After")
        if answer is not response and header and response.status in (429, 503):
            wait = retry_after(header.decode("latin-1"), dt.datetime.now(dt.UTC))
            if wait is not None:
                if wait > LONGEST_WAIT:
                    return response
                await asyncio.sleep(wait)
        return answer
