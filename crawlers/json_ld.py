"""What a page states for programs: its JSON-LD, read within bounds and without fetching a context.

Nodes stand alone, in lists, in `@graph`, as `mainEntity`; one may stand for another by its `@id` alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from lxml import etree

from crawlers.parsing import tidy

SCRIPTS_MOST: Final = 20
NODES_MOST: Final = 2000
LENGTH_MOST: Final = 500_000
DEPTH_MOST: Final = 8
#: Where nodes of a page's own lie; what is named elsewhere in a node is part of it.
_INSIDE: Final = ("@graph", "mainEntity", "mainEntityOfPage")

_SCRIPTS = etree.XPath("//script[contains(@type,'ld+json')]")

Doubt = tuple[str, str, str]


def scripts(tree: Any) -> Iterator[tuple[Any, Doubt | None]]:
    """The value of each script of JSON-LD, or None and why it cannot be read, as (field, value, reason)."""
    for script in _SCRIPTS(tree)[:SCRIPTS_MOST]:
        written = script.text or ""
        if len(written) > LENGTH_MOST:
            yield None, ("ld+json", "", f"{len(written):,} characters of JSON-LD are too many")
            continue
        try:
            # Pages put raw line breaks into strings.
            yield json.loads(written, strict=False), None
        except (ValueError, RecursionError) as error:
            yield None, ("ld+json", written[:200], f"not JSON: {error}")


def nodes(value: Any, path: str = "$", depth: int = DEPTH_MOST) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The nodes of a page's own in a value, with their JSON paths, outer ones first."""
    if depth == 0:
        return
    if isinstance(value, list):
        for index, one in enumerate(value[:NODES_MOST]):
            yield from nodes(one, f"{path}[{index}]", depth - 1)
    elif isinstance(value, Mapping):
        if types_of(value):
            yield path, value
        for key in _INSIDE:
            if isinstance(inner := value.get(key), list | Mapping):
                yield from nodes(inner, f"{path}.{key}", depth - 1)


def types_of(node: Any) -> frozenset[str]:
    """The types of a node, without the address of the vocabulary."""
    if not isinstance(node, Mapping):
        return frozenset()
    kinds = node.get("@type")
    return frozenset(
        one.rpartition("/")[2].rpartition(":")[2]
        for one in (kinds[:20] if isinstance(kinds, list) else [kinds])
        if isinstance(one, str)
    )


def text_of(node: Any, *keys: str) -> str:
    """The first text among a node's values of `keys`: alone, the first of a list, or with its language."""
    for key in keys:
        value = node.get(key) if isinstance(node, Mapping) else None
        for one in value[:20] if isinstance(value, list) else [value]:
            if isinstance(one, Mapping):
                one = one.get("@value")
            if isinstance(one, str) and tidy(one):
                return tidy(one)
    return ""


def each(node: Mapping[str, Any], key: str, most: int = 200) -> Iterator[Any]:
    """The values of a key: those of its list, or the one that there is."""
    value = node.get(key)
    if isinstance(value, list):
        yield from value[:most]
    elif value is not None:
        yield value
