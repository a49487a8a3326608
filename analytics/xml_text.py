"""Text made fit for XML 1.0, whatever it holds."""

from __future__ import annotations

import re
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from analytics.network_items import Value

#: What XML 1.0 (section 2.2, Char) does not allow, not even escaped.
_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LOST: Final = "\N{REPLACEMENT CHARACTER}"


def attribute(value: Value) -> str:
    """The value as an attribute, with its quotation marks."""
    return quoteattr(_FORBIDDEN.sub(_LOST, written(value)))


def text(value: Value) -> str:
    """The value as the text of an element."""
    return escape(_FORBIDDEN.sub(_LOST, written(value)), {"\r": "&#13;"})


def written(value: Value) -> str:
    """Numbers so that they read back the same; true and false in XML Schema's words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value in (float("inf"), float("-inf")):
            return "INF" if value > 0 else "-INF"
        return repr(value)
    return str(value)
