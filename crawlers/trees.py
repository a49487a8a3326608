"""Trees of XML and HTML out of bytes that strangers made: how much a tree may hold is looked at before it is built.

Three bytes of mark-up make a node of more than a hundred, and the parser of HTML compares each attribute of an
element with all others of it: a page of some megabytes could take all memory, or hours. No entity is resolved and
nothing is loaded.
"""

from __future__ import annotations

import re
from typing import Any, Final

from lxml import etree, html

from pipelines.errors import InputError

#: Elements, attributes and references that an XML document may have together, at some 130 bytes each in memory.
NODES_MOST: Final = 4_000_000
#: Tags of a page, closing ones too, and attributes of one of them.
TAGS_MOST: Final = 400_000
ATTRIBUTES_MOST: Final = 1_000

#: An attribute as HTML's tokenizer takes it (HTML, 13.2.5.32 to 13.2.5.39); each part takes all it can, and gives
#: nothing back.
_ATTRIBUTE: Final = rb"[\s/]*+=?+[^\s/>=]++(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>]*+))?+"
_ATTRIBUTES: Final = re.compile(_ATTRIBUTE)
_TAG: Final = re.compile(rb"<[A-Za-z][^\s/>]*+((?:" + _ATTRIBUTE + rb")*+)")


def xml_tree(body: bytes, *, keep_comments: bool = True, most: int = NODES_MOST) -> Any:
    """The root of an XML document. Raises InputError for what is none, or holds more than `most` nodes."""
    count = body.count(b"<") - body.count(b"</") + body.count(b"=") + body.count(b"&")
    if count > most:
        raise InputError(f"more than the {most:,} elements and attributes that are read")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=not keep_comments, remove_pis=not keep_comments,
    )  # fmt: skip
    try:
        return etree.fromstring(body, parser)
    except (etree.LxmlError, ValueError) as error:
        raise InputError(f"not XML: {str(error)[:300]}") from error


def html_tree(body: bytes, charset: str = "utf-8", *, keep_comments: bool = False) -> Any:
    """The root of a page. Raises InputError for what is no HTML, or has too many tags or attributes."""
    if body.count(b"<") > TAGS_MOST:
        raise InputError(f"more than the {TAGS_MOST:,} tags that are read")
    if any(_is_overloaded(tag[1]) for tag in _TAG.finditer(body)):
        raise InputError(f"a tag with more than the {ATTRIBUTES_MOST:,} attributes that are read")
    parser = html.HTMLParser(
        encoding=charset, no_network=True, huge_tree=False, remove_comments=not keep_comments
    )
    try:
        return html.document_fromstring(body, parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise InputError(f"no HTML: {str(error)[:300]}") from error


def _is_overloaded(attributes: bytes) -> bool:
    if len(attributes) < 2 * ATTRIBUTES_MOST:
        return False
    return sum(1 for _ in _ATTRIBUTES.finditer(attributes)) > ATTRIBUTES_MOST
