"""Pages damaged as damage comes: bytes cut, doubled, changed, put in; and values of a page replaced by hostile ones.

Seeds are the saved pages, which are of the project's own writing, and what a damage makes depends on the numbers
alone that it is given.
"""

from __future__ import annotations

import importlib
import io
import json
import pkgutil
import random
import re
import zipfile
from copy import deepcopy
from typing import Any, Final

from crawlers import sources
from crawlers.spider import SourceSpider
from tests.crawlers.saved_pages import PAGES, Case, cases, read, respond

#: What a text may be replaced by, or get in its middle.
HOSTILE: Final = (
    "", " ", "\x00", "\ud800", "\u202egnp.exe", "\u2066x\u2069", "\u200b", "\ufeff", "A" * 70_000, "甲" * 3_000,
    "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{{7*7}}", "%s%n", "=1+1", "../../etc/passwd",
    "0" * 400, "1e999", "-1", "9" * 30, "2024-99-99", "１２３", "²", "٣", "http://[", "http://x:99999/", "javascript:1",
    "//", "http://" + "a" * 300, "data:text/html,x", "NaN", "null", "\x1b[31m", "a\tb\r\nc", "🏴\U000e0067", "e\u0301" * 500,
)  # fmt: skip
#: What a value of JSON may be replaced by.
VALUES: Final[tuple[Any, ...]] = (
    None, True, 0, -1, 10**25, 1.5, float("nan"), float("inf"), [], {}, [None], [[]], {"": None}, [{}], {"@type": []}, "x",
)  # fmt: skip
BYTES: Final = (
    b"\x00", b"\xff", b"\xff\xfe", b"<", b">", b'"', b"&#0;", b"&x;", b"<!--", b"]]>", b"<![CDATA[", b"{", b"[", b",",
    b"\\ud800", b"\n", b"<table><tr><td>", b"</td>", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"<?xml version='1.0'?>",
    b" colspan=99999999", b" rowspan=-1", b"\xe4\xb8", b"<p>" * 300, b"\xef\xbb\xbf",
)  # fmt: skip


def spiders() -> dict[str, type[SourceSpider]]:
    """The spider of each source that has saved pages."""
    found = {}
    for info in pkgutil.iter_modules(sources.__path__):
        module = importlib.import_module(f"crawlers.sources.{info.name}")
        for one in vars(module).values():
            if isinstance(one, type) and issubclass(one, SourceSpider) and one.__module__ == module.__name__:
                found[info.name] = one
    return {name: one for name, one in found.items() if (PAGES / name).is_dir()}


SPIDERS: Final = spiders()
CASES: Final = [case for name in SPIDERS for case in cases(name)]


def damaged(case: Case, number: int) -> bytes:
    """The page with one to three damages; the same page for the same number."""
    dice, body = random.Random(number), case.body
    for _ in range(dice.randint(1, 3)):
        body = dice.choice((_bytes, _bytes, _inside))(body, dice)
    return body


def read_damaged(case: Case, number: int) -> dict[str, Any]:
    """What the source reads in the damaged page. Raises what the parser raises: nothing, it promises."""
    spider = SPIDERS[case.source](**case.expected.get("arguments", {}))
    return read(spider, respond(case.expected["url"], damaged(case, number), case.expected))


def _bytes(body: bytes, dice: random.Random) -> bytes:
    at = dice.randint(0, len(body))
    to = min(len(body), at + dice.choice((1, 1, 3, 20, 200, 2_000)))
    match dice.randint(0, 4):
        case 0:
            return body[:at] + body[to:]
        case 1:
            return body[:to] + body[at:to] * dice.choice((1, 2, 50)) + body[to:]
        case 2:
            return body[:at] + dice.choice(BYTES) + body[at:]
        case 3:
            return body[:at] + dice.randbytes(to - at) + body[to:]
        case _:
            return body[:at]


def _inside(body: bytes, dice: random.Random) -> bytes:
    """A damage that keeps the format: a value of JSON, a text of XML or HTML, a part of an archive."""
    if body.startswith(b"PK\x03\x04"):
        return _archive(body, dice)
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return _text(body, dice)
    for _ in range(dice.randint(1, 4)):
        _change(value, dice)
    return json.dumps(value).encode()


def _change(value: Any, dice: random.Random) -> None:
    """One place of the value, at any depth, is replaced, taken away or doubled."""
    here = value
    while isinstance(here, dict | list) and here:
        key = dice.choice(list(here) if isinstance(here, dict) else range(len(here)))
        inner = here[key]
        if not (isinstance(inner, dict | list) and inner) or dice.random() < 0.15:
            old = inner
            choice = dice.randint(0, 3)
            if choice == 0:
                del here[key]
            elif choice == 1 and isinstance(old, str):
                at = dice.randint(0, len(old))
                here[key] = old[:at] + dice.choice(HOSTILE) + old[at:]
            else:
                here[key] = deepcopy(dice.choice((*VALUES, *HOSTILE)))
            return
        here = inner


_PLACES: Final = re.compile(rb">[^<>]{1,200}<|=\"[^\"]{0,200}\"")


def _text(body: bytes, dice: random.Random) -> bytes:
    places = list(_PLACES.finditer(body))
    if not places:
        return _bytes(body, dice)
    place = dice.choice(places)
    start = place.start() + (2 if place[0].startswith(b"=") else 1)
    new = dice.choice(HOSTILE).encode("utf-8", "replace")
    return body[:start] + new + body[place.end() - 1 :]


def _archive(body: bytes, dice: random.Random) -> bytes:
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w") as new:
            names = old.namelist()
            chosen = dice.choice(names)
            for name in names:
                data = old.read(name)
                if name == chosen:
                    data = dice.choice((_bytes, _text))(data, dice)
                new.writestr(name, data)
    except Exception:  # broken by an earlier damage
        return _bytes(body, dice)
    return out.getvalue()
