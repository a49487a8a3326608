"""Changes as lines, as JSON and as RSS 2.0; each is written as it comes, however many there are."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from email.utils import format_datetime
from typing import Any
from xml.sax.saxutils import escape

from pipelines.console import harmless, plain
from pipelines.store.changes import Change
from pipelines.store.said import Place, Stated

COLUMNS = ("when", "change", "source", "kind", "who", "now", "before", "page")
#: An RSS feed holds the newest so many: readers fetch it again and again.
RSS_MOST = 500
#: What XML 1.0 cannot hold.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_dict(change: Change) -> dict[str, Any]:
    """A change in the types of JSON. Ids of facts are texts: JavaScript's numbers would round them."""
    return {
        "id": change.id,
        "change": change.change,
        "at": change.at.isoformat(),
        "source": change.source,
        "kind": change.statement.kind,
        "subject": change.statement.subject,
        "words": change.statement.words(),
        "fact": _fact(change.statement),
        "replaced": [{**_fact(fact), "evidence": [_place(place)]} for fact, place in change.replaced],
        "beside": [_fact(fact) for fact in change.beside],
        "evidence": [_place(place) for place in change.evidence],
        "places": change.places,
    }


def _fact(fact: Stated) -> dict[str, Any]:
    said: dict[str, Any] = plain(fact)
    said["id"] = str(said.pop("fact"))
    for one in said["who"]:
        one["mention"] = str(one["mention"])
    return said


def _place(place: Place) -> dict[str, Any]:
    found: dict[str, Any] = plain(place)
    return found


def lines(changes: Iterable[Change], between: str = "\t") -> Iterator[str]:
    """A header, then a line a change, with one page each."""
    yield between.join(COLUMNS)
    for one in changes:
        said = one.statement.words()
        cells = (
            f"{one.at:%Y-%m-%d %H:%M}",
            one.change,
            one.source,
            one.statement.kind,
            one.statement.subject,
            "" if one.change == "gone" else said,
            said if one.change == "gone" else "; ".join(was.words() for was, _ in one.replaced),
            one.evidence[0].url,
        )
        yield between.join(harmless(cell) for cell in cells)


def json_pieces(changes: Iterable[Change], since: dt.datetime, until: dt.datetime) -> Iterator[str]:
    """One JSON document, in pieces: `since`, `until` and the list `changes`."""
    yield f'{{\n"since": "{since.isoformat()}",\n"until": "{until.isoformat()}",\n"changes": ['
    between = "\n"
    for one in changes:
        text = json.dumps(as_dict(one), ensure_ascii=False, allow_nan=False)
        yield between + text.encode("utf-8", "replace").decode()
        between = ",\n"
    yield "\n]\n}\n"


def rss_pieces(changes: Iterable[Change], until: dt.datetime, title: str, link: str) -> Iterator[str]:
    """An RSS 2.0 document in pieces: the newest `RSS_MOST` changes, newest first. A change keeps its guid."""
    newest = deque(changes, RSS_MOST)
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>\n'
        f"<title>{_xml(title)}</title>\n<link>{_xml(link)}</link>\n"
        "<description>What sources newly say, say otherwise, or no longer say.</description>\n"
        f"<generator>valuenet</generator>\n<lastBuildDate>{format_datetime(until)}</lastBuildDate>\n"
    )
    for one in reversed(newest):
        yield _item(one)
    yield "</channel></rss>\n"


def _item(one: Change) -> str:
    place, said = one.evidence[0], f"{one.statement.subject}: {one.statement.words()}"
    was = "; ".join(fact.words() for fact, _ in one.replaced)
    told = [
        f"<p>{html.escape(said)}</p>",
        f"<p>before: {html.escape(was)}</p>" if was else "",
        f"<blockquote>{html.escape(place.quote)}</blockquote>" if place.quote else "",
        f"<p>{html.escape(one.source)}, {html.escape(place.url)}, {html.escape(place.locator)}</p>",
    ]
    is_web = place.url.startswith(("http://", "https://"))
    return (
        f"<item>\n<title>{_xml(f'{one.change}: {said}')}</title>\n"
        + (f"<link>{_xml(place.url)}</link>\n" if is_web else "")
        + f"<description>{_xml(''.join(told))}</description>\n"
        + f"<category>{_xml(one.change)}</category>\n<category>{_xml(one.statement.kind)}</category>\n"
        + f'<guid isPermaLink="false">urn:valuenet:change:{one.id}</guid>\n'
        + f"<pubDate>{format_datetime(one.at)}</pubDate>\n</item>\n"
    )


def _xml(text: str) -> str:
    return escape(_NO_XML.sub("�", text))
