"""Bytes of a page to text. The bytes decide: pages declare charsets that they do not have."""

from __future__ import annotations

import re
from typing import Final

from charset_normalizer import from_bytes

#: As much of a page as the guess looks at, in bytes.
_SAMPLE: Final = 100_000
_DECLARED = re.compile(rb"charset\s{0,3}=\s{0,3}[\"']?([A-Za-z0-9_-]{2,20})", re.IGNORECASE)
#: Names that mean a subset of the charset that browsers, and pages, really use.
_WIDER: Final = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "ascii": "cp1252",
}
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def decode(body: bytes, header: str = "") -> tuple[str, str]:
    """The text of a page and the charset it turned out to have.

    In this order: a byte order mark; UTF-8, if the bytes are valid; the charset of the page or of `header`
    (the content type) that decodes every byte; the likeliest by statistics; UTF-8 with replacements.
    """
    for mark, charset in _MARKS:
        if body.startswith(mark):
            return body.decode(charset, "replace"), charset
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        # A page cut short in the middle of a character is still UTF-8.
        if error.start >= len(body) - 3 and error.start > 0:
            return body.decode("utf-8", "ignore"), "utf-8"
    declared = [found.decode("ascii") for found in _DECLARED.findall(body[:4096])[:4]]
    declared += [found.decode("ascii") for found in _DECLARED.findall(header.encode("ascii", "ignore"))[:1]]
    for name in dict.fromkeys(_WIDER.get(one.lower(), one.lower()) for one in declared):
        if name.replace("-", "").replace("_", "") == "utf8":
            continue
        try:
            return body.decode(name), name
        except (UnicodeDecodeError, LookupError):
            continue
    try:
        return body.decode("gb18030"), "gb18030"
    except UnicodeDecodeError:
        pass
    # A few broken bytes in an otherwise good page are no other charset.
    text = body.decode("utf-8", "replace")
    if text.count("�") * 200 <= len(text):
        return text, "utf-8"
    best = from_bytes(body[:_SAMPLE]).best()
    name = best.encoding if best is not None else "utf-8"
    return body.decode(name, "replace"), name
