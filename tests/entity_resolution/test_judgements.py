"""A person's word: carried out at once, refused with the way in between, and taken back."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import Engine

from entity_resolution.curated import Curated
from entity_resolution.description import describe
from entity_resolution.judgements import history, judge, undo
from entity_resolution.resolver import resolve
from pipelines.errors import JudgementRefused, UsageError
from pipelines.store import schema
from tests.entity_resolution.world import employed, organisation, rows, together, write

NOBODY = Curated((), ())
WHY = "its own site says so"


@pytest.fixture
def four(store: Engine) -> Engine:
    """Four organisations that nothing joins."""
    write(store, "one", *(organisation(name) for name in ("甲牌", "乙牌", "丙牌", "丁牌")))
    resolve(store, known=NOBODY)
    return store


def entity(engine: Engine, name: str) -> str:
    return str(describe(engine, name)["id"])


def test_same_joins_and_undoing_brings_the_younger_id_back(four: Engine) -> None:
    ids = {name: entity(four, name) for name in ("甲牌", "乙牌")}
    done = judge(four, "甲牌", "乙牌", "same", reason=WHY, by="ann")
    assert done.left == done.right
    assert done.left in ids.values()
    younger = next(one for one in ids.values() if one != done.left)
    assert entity(four, younger) == done.left
    assert describe(four, done.left)["formerly"] == [younger]
    undo(four, done.judgement, reason="mistake", by="bo")
    assert {name: entity(four, name) for name in ids} == ids
    again = judge(four, "甲牌", "乙牌", "same", reason=WHY)
    assert again.left == done.left
    assert len(rows(four, schema.entity)) == 4


def test_a_chain_that_would_join_what_is_different_is_refused_with_its_names(four: Engine) -> None:
    judge(four, "甲牌", "丁牌", "different", reason=WHY)
    judge(four, "甲牌", "乙牌", "same", reason=WHY)
    judge(four, "乙牌", "丙牌", "same", reason=WHY)
    before = rows(four, schema.judgement)
    with pytest.raises(JudgementRefused) as caught:
        judge(four, "丙牌", "丁牌", "same", reason=WHY)
    assert caught.value.path in (("甲牌", "乙牌", "丙牌", "丁牌"), ("丁牌", "丙牌", "乙牌", "甲牌"))
    assert rows(four, schema.judgement) == before
    assert not together(four, "甲牌", "丁牌")


def test_two_identifiers_of_one_scheme_are_not_joined(store: Engine) -> None:
    write(
        store,
        "one",
        organisation("甲牌", ids={"lei": "1"}),
        organisation("乙牌"),
        organisation("丙牌", ids={"lei": "2"}),
    )
    resolve(store, known=NOBODY)
    judge(store, "甲牌", "乙牌", "same", reason=WHY)
    with pytest.raises(JudgementRefused, match="lei") as caught:
        judge(store, "乙牌", "丙牌", "same", reason=WHY)
    assert set(caught.value.path) == {"甲牌", "乙牌", "丙牌"}


def test_undoing_an_undo_is_refused_when_it_is_forbidden_by_then(four: Engine) -> None:
    first = judge(four, "甲牌", "乙牌", "same", reason=WHY)
    back = undo(four, first.judgement, reason="")
    judge(four, "甲牌", "丙牌", "different", reason=WHY)
    judge(four, "乙牌", "丙牌", "same", reason=WHY)
    with pytest.raises(JudgementRefused) as caught:
        undo(four, back.judgement, reason="")
    assert set(caught.value.path) == {"甲牌", "乙牌", "丙牌"}
    assert not together(four, "甲牌", "乙牌")


def test_undoing_an_undo_restores(four: Engine) -> None:
    first = judge(four, "甲牌", "乙牌", "same", reason=WHY)
    back = undo(four, first.judgement, reason="")
    undo(four, back.judgement, reason="")
    assert together(four, "甲牌", "乙牌")


def test_different_splits_what_rules_joined_and_says_what_gave_way(store: Engine) -> None:
    write(store, "one", organisation("东风汽车公司"))
    write(store, "two", organisation("东风汽车股份有限公司"))
    resolve(store, known=NOBODY)
    assert together(store, "东风汽车公司", "东风汽车股份有限公司")
    done = judge(store, "东风汽车公司", "东风汽车股份有限公司", "different", reason=WHY)
    assert done.left != done.right
    resolve(store, known=NOBODY)
    resolve(store, known=NOBODY, everything=True)
    assert not together(store, "东风汽车公司", "东风汽车股份有限公司")


def test_a_rules_row_that_a_person_took_back_does_not_return(store: Engine) -> None:
    for source in ("one", "two", "three"):
        write(store, source, organisation("星河"), day=len(source))
    resolve(store, known=NOBODY)
    rule = next(row for row in rows(store, schema.judgement) if row.verdict == "same")
    undo(store, rule.id, reason="another 星河")
    resolve(store, known=NOBODY, everything=True)
    write(store, "four", organisation("星河"), day=9)
    resolve(store, known=NOBODY)
    places = {row.mention_id: row.entity_id for row in rows(store, schema.mention_entity)}
    assert places[rule.left_id] != places[rule.right_id]
    assert sorted(list(places.values()).count(one) for one in set(places.values())) == [1, 3]


def test_units_with_days_and_no_rings(four: Engine) -> None:
    start = dt.date(2019, 1, 1)
    judge(four, "甲牌", "乙牌", "unit of", reason=WHY, valid_from=start)
    judge(four, "乙牌", "丙牌", "subsidiary of", reason=WHY)
    with pytest.raises(JudgementRefused) as caught:
        judge(four, "丙牌", "甲牌", "unit of", reason=WHY)
    assert caught.value.path == ("丙牌", "甲牌", "乙牌", "丙牌")
    (relation,) = describe(four, "甲牌")["relations"]
    assert (relation["relation"], relation["name"], relation["valid_from"]) == ("unit of", "乙牌", start)
    assert {one["relation"] for one in describe(four, "乙牌")["relations"]} == {"has unit", "subsidiary of"}


def test_a_unit_is_not_joined_with_its_whole(four: Engine) -> None:
    judge(four, "甲牌", "乙牌", "unit of", reason=WHY)
    judge(four, "乙牌", "丙牌", "same", reason=WHY)
    with pytest.raises(JudgementRefused, match="unit of"):
        judge(four, "丙牌", "甲牌", "same", reason=WHY)


def test_wrong_use_is_said_plainly(four: Engine) -> None:
    with pytest.raises(UsageError, match="no entity is named"):
        judge(four, "甲牌", "无此名", "same", reason=WHY)
    with pytest.raises(UsageError, match="reason"):
        judge(four, "甲牌", "乙牌", "same", reason=" ")
    with pytest.raises(UsageError, match="verdict"):
        judge(four, "甲牌", "乙牌", "equal", reason=WHY)
    with pytest.raises(UsageError, match="one mention"):
        judge(four, "甲牌", "甲牌", "same", reason=WHY)
    with pytest.raises(UsageError, match="no judgement 999"):
        undo(four, 999, reason="")
    done = judge(four, "甲牌", "乙牌", "same", reason=WHY)
    undo(four, done.judgement, reason="")
    with pytest.raises(UsageError, match="taken back"):
        undo(four, done.judgement, reason="")


def test_several_bearers_of_a_name_are_listed_with_their_ids(store: Engine) -> None:
    write(store, "one", organisation("小米", ids={"uscc": "A"}))
    write(store, "two", organisation("小米", ids={"uscc": "B"}), organisation("小米科技"))
    resolve(store, known=NOBODY)
    with pytest.raises(UsageError, match="2 entities") as caught:
        judge(store, "小米", "小米科技", "same", reason=WHY)
    for row in rows(store, schema.entity):
        assert (row.id in str(caught.value)) == (row.name == "小米")
    assert "(company, one)" in str(caught.value)
    assert "(company, two)" in str(caught.value)
    assert "more" not in str(caught.value)


def test_a_person_is_no_organisation(store: Engine) -> None:
    write(store, "one", employed("雷军", "小米"), organisation("雷军公司"))
    resolve(store, known=NOBODY)
    with pytest.raises(JudgementRefused, match="person"):
        judge(store, "雷军", "小米", "same", reason=WHY)


def test_history_tells_who_and_whether_it_counts(four: Engine) -> None:
    first = judge(four, "甲牌", "乙牌", "different", reason=WHY, by="ann")
    back = undo(four, first.judgement, reason="they merged", by="bo")
    second = judge(four, "甲牌", "乙牌", "same", reason="they merged", by="bo")
    third = judge(four, "甲牌", "乙牌", "same", reason="I think so too", by="ann")
    assert [(row["judgement"], row["state"], row["by"]) for row in history(four, "甲牌")] == [
        (first.judgement, "undone", "person:ann"),
        (back.judgement, "undo", "person:bo"),
        (second.judgement, "agrees", "person:bo"),
        (third.judgement, "decides", "person:ann"),
    ]
    judge(four, "甲牌", "乙牌", "unsure", reason="not yet", by="ann")
    states = [row["state"] for row in history(four, "甲牌")]
    assert states == ["undone", "undo", "outvoted", "outvoted", "decides"]
    assert {row["left_source"] for row in history(four, "甲牌")} == {"one"}
    judge(four, "甲牌", "丙牌", "different", reason=WHY)
    whole = history(four, "甲牌")
    for most in range(1, len(whole) + 2):  # the newest are worth what they are among all
        assert history(four, "甲牌", most) == whole[-most:]


@pytest.mark.parametrize("verdict", ["different", "unit of", "subsidiary of"])
def test_same_does_not_pass_over_a_word_about_the_very_pair(four: Engine, verdict: str) -> None:
    apart = judge(four, "甲牌", "乙牌", verdict, reason=WHY)
    for sides in (("甲牌", "乙牌"), ("乙牌", "甲牌")):
        with pytest.raises(JudgementRefused, match=f"valuenet undo {apart.judgement}") as caught:
            judge(four, *sides, "same", reason=WHY)
        assert caught.value.path == sides
    undo(four, apart.judgement, reason="")
    judge(four, "甲牌", "乙牌", "same", reason=WHY)
    assert together(four, "甲牌", "乙牌")


def test_the_curated_list_is_taken_back_before_it_is_passed_over(store: Engine) -> None:
    write(
        store,
        "one",
        organisation("天津大学", kind="university"),
        organisation("天津工业大学", kind="university"),
    )
    resolve(store)
    with pytest.raises(JudgementRefused, match="rule:curated") as caught:
        judge(store, "天津大学", "天津工业大学", "same", reason=WHY)
    assert caught.value.path == ("天津大学", "天津工业大学")
    assert not together(store, "天津大学", "天津工业大学")
