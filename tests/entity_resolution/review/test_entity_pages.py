"""Search, entities, comparisons, batches and splits, as a browser without a script sees them."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Engine

from entity_resolution.description import describe
from pipelines.store import schema
from tests.entity_resolution.review.world import Visitor, app_on, candidate, waiting_world
from tests.entity_resolution.world import organisation, rows, together, write

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>\u202egnp.exe{{7*7}}'


def test_search_leads_to_an_entity_with_its_open_pairs(ann: Visitor) -> None:
    page = ann.text("/search?q=甲牌")
    assert page.index(">甲牌<") < page.index(">甲牌科技<")
    entity = re.search(r'href="(/entity/\w+)"', page)
    assert entity
    shown = ann.text(entity[1])
    assert "1 pairs wait about 甲牌" in shown
    assert "北京市" in shown
    assert "Nothing was decided" in shown
    assert "No name is like this" in ann.text("/search?q=无此名")
    assert "2 found" in ann.text("/search?q=甲")


def test_any_two_can_be_compared_and_decided(ann: Visitor, small: Engine) -> None:
    ids = {name: str(describe(small, name)["id"]) for name in ("甲牌", "丁牌")}
    path = f"/compare?left={ids['甲牌']}&right={ids['丁牌']}"
    page = ann.text(path)
    action = re.search(r'action="(/compare/\d+/\d+)"', page)
    assert action
    assert "Refused" in ann.text(ann.post(action[1], {"choice": "same"}).location)
    answer = ann.post(action[1], {"choice": "right unit", "reason": "its own site"})
    (row,) = rows(small, schema.judgement)
    assert row.verdict == "unit of"
    shown = ann.text(answer.location)
    assert "<b>unit of</b>" in shown
    undone = ann.post(f"/undo/{row.id}", {"back": answer.location, "stay": "1"})
    assert undone.location == answer.location
    assert "taken back" in ann.text(answer.location)


def test_comparing_what_waits_leads_to_its_pair(ann: Visitor, ids: dict[str, int]) -> None:
    answer = ann.get("/compare?left=甲牌&right=甲牌科技")
    assert answer.location == f"/pair/{candidate(ids, '甲牌', '甲牌科技')}"
    assert ann.get("/compare?left=甲牌&right=无此名").location.startswith("/search")
    assert ann.get("/compare?left=甲牌&right=甲牌").status_code == 404


def test_all_that_wait_about_one_are_decided_together(small: Engine) -> None:
    ids = waiting_world(small, *((f"甲牌{number}号", "甲牌", "same") for number in "一二三四五六七"))
    visitor = Visitor(app_on(small))
    entity = describe(small, "甲牌")["id"]
    assert f"/entity/{entity}/together" in visitor.text(f"/pair/{candidate(ids, '甲牌一号', '甲牌')}")
    page = visitor.text(f"/entity/{entity}/together")
    ticked = re.findall(r'name="candidate" value="(\d+)"', page)
    assert len(ticked) == 7
    answer = visitor.post(f"/entity/{entity}/together", {"candidate": ticked[:6], "choice": "same"})
    assert "6 decided" in visitor.text(answer.location)
    assert len(rows(small, schema.judgement)) == 6
    assert sum(row.closed_at is None for row in rows(small, schema.candidate)) == 1
    assert "Refused" in visitor.text(visitor.post(f"/entity/{entity}/together", {"choice": "same"}).location)


def test_an_entity_is_split_by_its_form(small: Engine) -> None:
    waiting_world(small, ("甲牌科技", "甲牌", "same"))
    visitor = Visitor(app_on(small))
    write(small, "two", organisation("丁牌"))
    pair = f"/pair/{rows(small, schema.candidate)[0].id}"
    visitor.post(pair, {"choice": "same", "reason": "x"})
    entity = describe(small, "甲牌")["id"]
    page = visitor.text(f"/entity/{entity}")
    fields = re.findall(r'name="(group \d+)"', page)
    assert len(fields) == 2
    groups = dict(zip(fields, "AB", strict=True))
    answer = visitor.post(f"/entity/{entity}/split", {**groups, "reason": "a slip"})
    assert "Split into 2" in visitor.text(answer.location)
    assert not together(small, "甲牌科技", "甲牌")
    again = visitor.post(f"/entity/{entity}/split", {**groups, "reason": "a slip"})
    assert "changed meanwhile" in visitor.text(again.location)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_hostile_names_are_words_on_every_page(small: Engine, language: str) -> None:
    ids = waiting_world(small, (HOSTILE, "甲牌", "same"), ("甲牌", "乙{{config}}<b>", "unit of"))
    visitor = Visitor(app_on(small), language)
    entity = describe(small, "甲牌")["id"]
    pair = f"/pair/{candidate(ids, HOSTILE, '甲牌')}"
    seen = [visitor.text(path) for path in ("/", pair, "/search?q=<script>", f"/entity/{entity}/together")]
    visitor.post(pair, {"choice": "same", "reason": '"><script>x</script>'})
    seen += [visitor.text("/"), visitor.text(f"/entity/{entity}"), visitor.text(f"/search?q={HOSTILE}")]
    for page in seen:
        assert "<script>alert" not in page
        assert "<script>x" not in page
        assert "<img" not in page
        assert "\u202e" not in page
        assert " style=" not in page
        assert " on" + "click" not in page
        assert page.count("<script") == 1
    assert "{{7*7}}" in seen[0]
    assert "&lt;script&gt;" in seen[0]
