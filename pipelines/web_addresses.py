"""Which addresses a page may make links of: strangers wrote them, and a browser would follow any.

Invariant: an address becomes a link only if it is http or https.
"""

from __future__ import annotations

from urllib.parse import urlsplit


def web_address(url: str) -> str:
    """The address if a browser may follow it, else nothing."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""
