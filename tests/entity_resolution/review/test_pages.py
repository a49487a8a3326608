"""The queue and its pairs, as a browser without a script sees them."""

from __future__ import annotations

import datetime as dt
import re

from sqlalchemy import Engine

from entity_resolution import queue
from entity_resolution.description import describe
from entity_resolution.judgements import judge
from entity_resolution.review.effects import Effect
from pipelines.store import schema
from pipelines.store.session import writing
from tests.entity_resolution.review.world import Told, Visitor, app_on, candidate
from tests.entity_resolution.world import rows, together


def opened(engine: Engine) -> int:
    with engine.connect() as connection:
        return queue.count(connection)


def first(engine: Engine) -> int:
    with engine.connect() as connection:
        return queue.listed(connection)[0].id


def test_the_overview_lists_what_waits(ann: Visitor) -> None:
    page = ann.text("/")
    assert "3 pairs wait" in page
    assert "甲牌科技" in page
    assert "0 decided by you today" in page


def test_a_decision_leads_to_the_next_pair_and_can_be_taken_back(
    ann: Visitor, small: Engine, ids: dict[str, int]
) -> None:
    pair = candidate(ids, "甲牌科技", "甲牌")
    page = ann.text(f"/pair/{pair}")
    assert "<mark>甲牌</mark>" in page
    assert "most characters are shared" in page
    assert "a long common part" in page
    answer = ann.post(f"/pair/{pair}", {"choice": "same", "reason": "its own site"})
    assert answer.status_code == 303
    assert re.fullmatch(r"/pair/\d+", answer.location)
    assert answer.location != f"/pair/{pair}"
    assert together(small, "甲牌科技", "甲牌")
    (row,) = rows(small, schema.judgement)
    assert (row.by, row.verdict, row.reason) == ("person:ann", "same", "its own site")
    following = ann.text(answer.location)
    assert f"Judgement {row.id}:" in following
    assert f'action="/undo/{row.id}"' in following
    assert "2 pairs wait" in following
    back = ann.post(f"/undo/{row.id}", {})
    assert back.location == f"/pair/{pair}"
    assert not together(small, "甲牌科技", "甲牌")
    assert "is taken back" in ann.text(back.location)
    assert opened(small) == 3


def test_each_choice_judges_the_right_way_round(ann: Visitor, small: Engine, ids: dict[str, int]) -> None:
    ann.post(f"/pair/{candidate(ids, '乙云', '乙牌')}", {"choice": "left unit"})
    ann.post(f"/pair/{candidate(ids, '丙牌音乐', '丙牌')}", {"choice": "right subsidiary"})
    ann.post(f"/pair/{candidate(ids, '甲牌科技', '甲牌')}", {"choice": "unsure"})
    found = [(row.left_id, row.right_id, row.verdict) for row in rows(small, schema.judgement)]
    assert found == [
        (ids["乙云"], ids["乙牌"], "unit of"),
        (ids["丙牌"], ids["丙牌音乐"], "subsidiary of"),
        (ids["甲牌科技"], ids["甲牌"], "unsure"),
    ]
    assert opened(small) == 0
    assert "No pair waits" in ann.text("/")
    assert ann.get("/next").location == "/"


def test_without_a_reason_what_was_shown_is_cited(ann: Visitor, small: Engine, ids: dict[str, int]) -> None:
    ann.post(f"/pair/{candidate(ids, '甲牌科技', '甲牌')}", {"choice": "different"})
    (row,) = rows(small, schema.judgement)
    assert row.reason == (
        "as shown for review (suggested: same, 0.80; most characters are shared; a long common part)"
    )


def test_a_skipped_pair_is_not_shown_again_until_asked_for(ann: Visitor, small: Engine) -> None:
    seen = []
    where = ann.get("/next").location
    for _ in range(3):
        seen.append(where)
        where = ann.post(where, {"choice": "skip"}).location
    assert len(set(seen)) == 3
    assert where == "/"
    assert opened(small) == 3
    assert ann.post("/forget", {}).location == seen[0]


def test_two_people_get_two_pairs_and_only_one_decides(
    ann: Visitor, small: Engine, ids: dict[str, int]
) -> None:
    bo = Visitor(app_on(small, who="bo"))
    mine, theirs = ann.get("/next").location, bo.get("/next").location
    assert mine != theirs
    assert "ann is deciding this pair now" in bo.text(mine)
    assert "Somebody else is deciding" in bo.text(bo.post(mine, {"choice": "same"}).location)
    assert rows(small, schema.judgement) == []
    ann.post(mine, {"choice": "different", "reason": "x"})
    assert "Somebody decided this pair" in bo.text(bo.post(mine, {"choice": "same"}).location)
    assert len(rows(small, schema.judgement)) == 1
    assert "This pair is decided" in bo.text(mine)


def test_what_is_refused_is_said_with_the_names_in_between(
    ann: Visitor, small: Engine, ids: dict[str, int]
) -> None:
    judge(small, "甲牌科技", "丁牌", "different", reason="x")
    judge(small, "甲牌", "丁牌", "same", reason="x")
    pair = f"/pair/{candidate(ids, '甲牌科技', '甲牌')}"
    answer = ann.post(pair, {"choice": "same"})
    assert answer.location == pair
    page = ann.text(pair)
    assert "Refused." in page
    assert "丁牌 = 甲牌" in page or "甲牌 = 丁牌" in page
    assert opened(small) == 3
    assert "Refused" in ann.text(ann.post(pair, {"choice": "perhaps"}).location)
    assert "Refused" in ann.text(ann.post("/undo/999", {}).location)


def test_effects_are_shown_once_they_are_counted(small: Engine, ids: dict[str, int]) -> None:
    told = Told()
    visitor = Visitor(app_on(small, told))
    pair = f"/pair/{candidate(ids, '乙云', '乙牌')}"
    assert f'data-load="{pair}/effects"' in visitor.text(pair)
    assert told.asked == []
    piece = visitor.text(f"{pair}/effects")
    assert "X moves from rank 23 to 17 if unit of" in piece
    assert [one[2] for one in told.asked] == ["same", "unit of"]
    page = visitor.text(pair)
    assert "X moves from rank 23 to 17 if same" in page
    assert "data-load" not in page
    assert len(told.asked) == 2
    other = visitor.text(f"/pair/{candidate(ids, '甲牌科技', '甲牌')}")  # who answers at once is waited for
    assert "X moves from rank 23 to 17 if same" in other
    assert "data-load" not in other


def test_an_effect_without_lines_tells_nodes_and_edges(small: Engine, ids: dict[str, int]) -> None:
    class Plain:
        def of(self, left_entity: str, right_entity: str, verdict: str) -> Effect:
            return Effect({}, -1, -4) if verdict == "same" else Effect()

    piece = Visitor(app_on(small, Plain())).text(f"/pair/{candidate(ids, '乙云', '乙牌')}/effects")
    assert "nodes −1, edges −4" in piece
    assert "Nothing that is published" in piece


def test_a_failing_count_breaks_no_page(small: Engine, ids: dict[str, int]) -> None:
    class Broken:
        def of(self, left_entity: str, right_entity: str, verdict: str) -> None:
            raise RuntimeError("no network")

    visitor = Visitor(app_on(small, Broken()))
    pair = f"/pair/{candidate(ids, '乙云', '乙牌')}"
    assert "relations at stake" in visitor.text(f"{pair}/effects")


def test_both_languages_are_whole_pages_and_remembered(ann: Visitor, ids: dict[str, int]) -> None:
    pair = f"/pair/{candidate(ids, '乙云', '乙牌')}"
    answer = ann.get(f"/language/zh?back={pair}")
    assert answer.location == pair
    page = ann.text(pair)
    assert 'lang="zh-Hans"' in page
    assert "内设部门" in page
    assert ">same<" not in page
    assert ann.get("/language/fr").status_code == 404
    assert ann.get("/language/en?back=//evil.example/").location == "/"


def test_unknown_pairs_are_not_found(ann: Visitor) -> None:
    for path in ("/pair/1", "/pair/1/effects", "/pair/x", "/entity/vn0", "/checks/1"):
        assert ann.get(path).status_code == 404, path


def test_an_expired_claim_holds_nobody_up(ann: Visitor, small: Engine, ids: dict[str, int]) -> None:
    pair = candidate(ids, "甲牌科技", "甲牌")
    with writing(small) as connection:
        assert queue.claim(connection, pair, "bo", lasting=-dt.timedelta(seconds=1))
    ann.post(f"/pair/{pair}", {"choice": "same", "reason": "x"})
    assert describe(small, "甲牌")["id"] == describe(small, "甲牌科技")["id"]
