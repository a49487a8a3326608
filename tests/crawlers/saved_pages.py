"""Saved pages: what a source's folder of pages holds, how a page is read, and which of its fields are read.

`pages/<source>/<case>.<ending>` is a page in the source's real format, of our own writing;
`pages/<source>/<case>.expected.json` says from where it came (`url`, and `status`, `headers`, `meta` where they
matter), how the spider was called (`arguments`), and what reading it gives: `records`, `rejected` and `requests`.
A page that is `damaged` on purpose, or of no use, says nothing of which fields are read.
"""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from lxml import etree, html
from scrapy.http import Request, Response
from scrapy.responsetypes import responsetypes

from crawlers.spider import SourceSpider
from pipelines.records import Record, Rejected

PAGES = Path(__file__).parent / "pages"
EXPECTED = ".expected.json"

Found = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One saved page with what is expected of it."""

    source: str
    page: Path
    expected: Found

    @property
    def body(self) -> bytes:
        return self.page.read_bytes()


def cases(source: str) -> list[Case]:
    """The saved pages of a source, sorted. Raises AssertionError for a page without expectation, or the reverse."""
    folder = PAGES / source
    pages = sorted(one for one in folder.glob("*") if one.is_file() and not one.name.endswith(EXPECTED))
    stems = {page.stem for page in pages}
    written = {one.name.removesuffix(EXPECTED): one for one in folder.glob("*" + EXPECTED)}
    assert stems == set(written), f"{source}: pages and expectations differ: {stems ^ set(written)}"
    return [Case(source, one, json.loads(written[one.stem].read_text("utf-8"))) for one in pages]


def respond(url: str, body: bytes, expected: Found | None = None) -> Response:
    """The response that a page would come in."""
    asked = expected or {}
    request = Request(url, meta=asked.get("meta", {}))
    kind = responsetypes.from_args(url=url, body=body, headers=asked.get("headers", {}))
    return kind(
        url, status=asked.get("status", 200), headers=asked.get("headers"), body=body, request=request
    )


def read(spider: SourceSpider, response: Response) -> Found:
    """What reading a response gives, as plain values: defaults and the raw text of rejections left out."""
    found: Found = {"records": [], "rejected": [], "requests": []}
    for one in spider.read(response):
        if isinstance(one, Request):
            request: Found = {"url": one.url}
            if referer := one.headers.get("Referer"):
                request["referer"] = referer.decode("ascii")
            if one.meta:
                request["meta"] = {
                    key: str(said) if isinstance(said, dt.datetime) else said
                    for key, said in one.meta.items()
                }
            found["requests"].append(request)
        elif isinstance(one, Rejected):
            found["rejected"].append(one.model_dump(mode="json", exclude_defaults=True, exclude={"raw"}))
        else:
            assert isinstance(one, Record)
            found["records"].append(
                {"type": type(one).__name__, **one.model_dump(mode="json", exclude_defaults=True)}
            )
    return found


def changes(case: Case) -> Iterator[tuple[str, bytes]]:
    """For each field of the page that holds something: its path, and the page with that field alone changed.

    A path names objects by their keys, table columns by their heads, and elements by their names.
    """
    ending = case.page.suffix
    if ending == ".json":
        yield from _json_changes(json.loads(case.body))
    elif ending == ".xml":
        yield from _xml_changes(case.body)
    elif ending == ".html":
        yield from _html_changes(case.body)
    elif ending == ".docx":
        yield from _word_changes(case.body)


def _json_changes(value: Any) -> Iterator[tuple[str, bytes]]:
    for path, steps in _leaves(value, ()):
        for changed in _altered(value, steps):
            yield path, json.dumps(changed, ensure_ascii=False).encode()


def _leaves(value: Any, steps: tuple[Any, ...]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*steps, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves(inner, (*steps, index))
    elif value not in (None, ""):
        yield ".".join(step for step in steps if isinstance(step, str)), steps


def _altered(value: Any, steps: tuple[Any, ...]) -> Iterator[Any]:
    """The value with one leaf given another value, and with that leaf taken away."""
    for away in (False, True):
        copy = deepcopy(value)
        here = copy
        for step in steps[:-1]:
            here = here[step]
        last = steps[-1]
        if away:
            del here[last]
        else:
            old = here[last]
            here[last] = old + "改" if isinstance(old, str) else not old if isinstance(old, bool) else old + 1
        yield copy


def _xml_changes(body: bytes) -> Iterator[tuple[str, bytes]]:
    count = sum(1 for _ in etree.fromstring(body).iter())
    for index in range(count):
        tree = etree.fromstring(body)
        element = list(tree.iter())[index]
        name = ".".join(_local(one) for one in [*reversed(list(element.iterancestors())), element])
        if (element.text or "").strip() and not len(element):
            element.text += "改"
            yield name, etree.tostring(tree, encoding="utf-8")
        for key in element.attrib:
            old = element.get(key)
            element.set(key, old + "改")
            yield f"{name}.{key}", etree.tostring(tree, encoding="utf-8")
            element.set(key, old)


def _html_changes(body: bytes) -> Iterator[tuple[str, bytes]]:
    """The JSON-LD and the named meta elements: what pages state for programs."""
    text = body.decode("utf-8", "replace")
    tree = html.document_fromstring(text)
    for script in tree.xpath("//script[contains(@type,'ld+json')]"):
        try:
            value = json.loads(script.text)
        except ValueError:
            continue
        for path, changed in _json_changes(value):
            yield f"ld+json.{path}", text.replace(script.text, changed.decode()).encode()
    for meta in tree.xpath("//meta[@content and (@name or @property)]"):
        content, name = meta.get("content"), meta.get("property") or meta.get("name")
        yield f"meta.{name}", text.replace(f'content="{content}"', f'content="改{content}"').encode()


def _word_changes(body: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(BytesIO(body)) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    part = "word/document.xml"
    rows = _rows(etree.fromstring(parts[part]))
    for row in range(1, len(rows)):
        for column, cell in enumerate(rows[0]):
            tree = etree.fromstring(parts[part])
            texts = [one for one in _rows(tree)[row][column].iter() if _local(one) == "t"]
            if not texts:
                continue
            texts[-1].text += "改"
            out = BytesIO()
            with zipfile.ZipFile(out, "w") as archive:
                for name, data in parts.items():
                    archive.writestr(name, etree.tostring(tree) if name == part else data)
            yield "".join(one.text or "" for one in cell.iter() if _local(one) == "t"), out.getvalue()


def _rows(tree: Any) -> list[list[Any]]:
    rows = [one for one in tree.iter() if _local(one) == "tr"]
    return [[one for one in row if _local(one) == "tc"] for row in rows]


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
