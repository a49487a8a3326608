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
#: Frequent characters of Chinese texts, both scripts: the right charset shows more of them than a wrong one.
_FREQUENT: Final = frozenset(
    "的一是不了在人有他这中来上大为和国地到以说时要就出会可对生能而子于下自年发后作里用行所家成方多经去法学如都同现动面起"
    "定分还进部其主理本前开因从实日意无与长机民第公已工使全关点业外将高间最重产合新制加月内信表化通提立及员名系市资金区"
    "社科司技术品企投融股亿万元北京上海"
    "這來為國說時會對發後裡經學現動還進開從實無與長機關點業將間產內員係資區術億萬"
)
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def decode(body: bytes, header: str = "") -> tuple[str, str]:
    """The text of a page and the charset it turned out to have.

    In this order: a byte order mark; UTF-8, if the bytes are valid but for a few; of the declared charset (by the
    page, or by `header`, the content type), GB 18030 and Big5 the one that decodes every byte and shows most
    frequent characters, the declared one if they show as many; the likeliest by statistics.
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
    best: tuple[int, str, str] | None = None
    for name in dict.fromkeys((*_declared(body, header), "gb18030", "big5")):
        try:
            text = body.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        shows = sum(char in _FREQUENT for char in text[:_SAMPLE])
        if best is None or shows > best[0]:
            best = (shows, text, name)
    # A few broken bytes in an otherwise good page are no other charset.
    mended = body.decode("utf-8", "replace")
    if (
        mended.count("�") * 200 <= len(mended)
        and sum(char in _FREQUENT for char in mended[:_SAMPLE]) >= (best or (0,))[0]
    ):
        return mended, "utf-8"
    if best is not None:
        return best[1], best[2]
    likeliest = from_bytes(body[:_SAMPLE]).best()
    name = likeliest.encoding if likeliest is not None else "utf-8"
    return body.decode(name, "replace"), name


def _declared(body: bytes, header: str) -> list[str]:
    found = [one.decode("ascii") for one in _DECLARED.findall(body[:4096])[:4]]
    found += [one.decode("ascii") for one in _DECLARED.findall(header.encode("ascii", "ignore"))[:1]]
    names = [_WIDER.get(one.lower(), one.lower()) for one in found]
    return [one for one in names if one.replace("-", "").replace("_", "") != "utf8"]
