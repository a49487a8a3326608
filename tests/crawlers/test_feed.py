"""Changes as lines, JSON and RSS: well-formed whatever strangers wrote, and lasting in their ids."""

from __future__ import annotations

import json
from email.utils import parsedate_to_datetime
from io import BytesIO

import feedparser
import pytest
from lxml import etree
from sqlalchemy import Engine

from crawlers import feed
from crawlers.feed import json_pieces, lines, rss_pieces
from pipelines.store.changes import Change
from tests.pipelines.test_store_changes import END, company, told, visit

ODD = '坏<b>&"]]>\ufffe科技'


def some(store: Engine) -> list[Change]:
    visit(store, 0, {"1": [company(ODD, quote="\u0007</p>")]})
    visit(store, 1, {"1": [company(ODD, "2012")]})
    visit(store, 2, {"2": [company()]})
    return told(store)


def test_rss_is_well_formed_and_complete(store: Engine) -> None:
    found = some(store)
    text = "".join(rss_pieces(found, END, "变更 <x>", "https://a.example/"))
    root = etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False))
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    (channel,) = root
    for name in ("title", "link", "description", "lastBuildDate"):
        assert channel.findtext(name), name
    assert len(channel.findall("item")) == len(found) == 7
    for item in channel.findall("item"):
        assert item.find("guid").get("isPermaLink") == "false"
        assert item.findtext("title")
    read = feedparser.parse(BytesIO(text.encode()))
    assert not read.bozo
    assert read.feed.title == "变更 <x>"
    assert [one.id for one in read.entries] == [f"urn:valuenet:change:{one.id}" for one in reversed(found)]
    assert read.entries[-1].link == "https://test.example/1"
    assert parsedate_to_datetime(read.entries[-1].published) == found[0].at
    changed = next(one for one in read.entries if one.title.startswith("changed"))
    assert "before: founded: 2011" in changed.summary
    assert "<b>" not in changed.summary


def test_rss_holds_the_newest(store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    found = some(store)
    monkeypatch.setattr(feed, "RSS_MOST", 2)
    text = "".join(rss_pieces(found, END, "t", "https://a.example/"))
    assert [f":{one.id}<" in text for one in found] == [False] * 5 + [True] * 2


def test_json_is_one_document(store: Engine) -> None:
    found = some(store)
    document = json.loads("".join(json_pieces(found, found[0].at, END)))
    assert [one["id"] for one in document["changes"]] == [one.id for one in found]
    changed = next(one for one in document["changes"] if one["change"] == "changed")
    assert changed["words"] == "founded: 2012"
    assert changed["replaced"][0]["value"] == "2011"
    assert changed["replaced"][0]["evidence"][0]["url"] == "https://test.example/1"
    assert changed["evidence"][0]["quote"].endswith("2012")
    assert changed["fact"]["who"][0]["name"].startswith("坏")
    assert isinstance(changed["fact"]["id"], str)
    assert json.loads("".join(json_pieces([], END, END)))["changes"] == []


def test_lines_hold_no_controls(store: Engine) -> None:
    found = list(lines(some(store)))
    assert found[0].split("\t") == list(feed.COLUMNS)
    assert len(found) == 8
    assert all(line.count("\t") == 7 and "\u0007" not in line for line in found)
    changed = next(line.split("\t") for line in found if "\tchanged\t" in line)
    assert changed[5:7] == ["founded: 2012", "founded: 2011"]
    gone = next(line.split("\t") for line in found if "\tgone\t" in line)
    assert gone[5] == ""
    assert gone[6]
