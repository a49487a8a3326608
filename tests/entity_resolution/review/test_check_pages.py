"""Second readings and checks, as a browser without a script sees them."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from entity_resolution.resolver import resolve
from entity_resolution.review import second_look
from tests.entity_resolution.review.world import NOBODY, Visitor, app_on, candidate
from tests.entity_resolution.world import organisation, write


def test_another_person_reads_again_without_seeing_the_verdict(
    ann: Visitor, small: Engine, ids: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_look, "ONE_IN", 1)
    ann.post(f"/pair/{candidate(ids, '甲牌科技', '甲牌')}", {"choice": "same", "reason": "secret words"})
    assert ann.get("/checks/reading").location == "/checks/"
    assert ann.get("/checks/1").status_code == 404
    bo = Visitor(app_on(small, who="bo"))
    look = bo.get("/checks/reading").location
    page = bo.text(look)
    assert "secret words" not in page
    assert "person:ann" not in page
    assert "甲牌科技" in page
    bo.post(look, {"choice": "right unit", "reason": "a part"})
    page = bo.text("/checks/")
    assert "0 of 1 alike" in page
    assert "has the unit" in page
    assert "No pair waits for a second reading" in page


def test_a_sample_of_merges_is_drawn_and_measured(ann: Visitor, small: Engine) -> None:
    for number, source in enumerate(("two", "three")):
        write(small, source, *(organisation(f"星河{one}号") for one in "甲乙"), day=number)
    resolve(small, known=NOBODY)
    assert "2 drawn" in ann.text(ann.post("/checks/draw", {"size": "50"}).location)
    assert "Refused" in ann.text(ann.post("/checks/draw", {"size": "many"}).location)
    for choice in ("same", "different"):
        look = ann.get("/checks/merge").location
        assert "rule:name" in ann.text(look)
        ann.post(look, {"choice": choice})
    page = ann.text("/checks/")
    assert "1 of 2 right: 50.0 %" in page
    assert "No automatic merge waits" in page
    assert ann.get("/checks/merge").location == "/checks/"
