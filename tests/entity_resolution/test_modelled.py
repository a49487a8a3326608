"""What is done with a model's scores: joins, questions, and what stands above the model."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from entity_resolution import queue
from entity_resolution.curated import Curated
from entity_resolution.judgements import judge, undo
from entity_resolution.matcher import Reason
from entity_resolution.matching.candidates import Pairs
from entity_resolution.matching.name import Name
from entity_resolution.resolver import Resolved, resolve
from pipelines.store import schema
from pipelines.store.session import open_store
from tests.entity_resolution.stub_matcher import Letters
from tests.entity_resolution.world import employed, organisation, partition, rows, together, write

NOBODY = Curated((), ())


def _resolve(engine: Engine, **more: Any) -> Resolved:
    return resolve(engine, known=NOBODY, **{"matcher": Letters(), **more})


def _asked(engine: Engine) -> set[tuple[frozenset[str], str]]:
    """Open pairs: names and suggestion."""
    name = {row.id: row.name for row in rows(engine, schema.mention)}
    with engine.connect() as connection:
        found = queue.listed(connection, most=1000)
    return {(frozenset({name[one.left], name[one.right]}), one.suggestion) for one in found}


def test_the_model_joins_what_rules_left_apart_and_says_why(store: Engine) -> None:
    write(store, "one", organisation("中国信息通信研究院", kind="research institute"), organisation("乙丙"))
    write(store, "two", organisation("中信通院", kind=None))
    done = _resolve(store)
    assert together(store, "中国信息通信研究院", "中信通院")
    assert (done.entities, done.same) == (2, 1)
    (row,) = rows(store, schema.judgement)
    assert (row.by, row.verdict, row.score) == ("model:letters", "same", 1.0)
    assert row.features["features"] == [["letters", "letters in order", 1.0]]


def test_what_stands_in_the_log_is_not_explained_again(store: Engine) -> None:
    class Counting(Letters):
        explained = 0

        def explain(self, names: Sequence[Name], pairs: Pairs) -> list[list[Reason]]:
            self.explained += len(pairs)
            return super().explain(names, pairs)

    matcher = Counting()
    write(store, "one", organisation("中国信息通信研究院"), organisation("中信通院"))
    for everything in (False, True):
        resolve(store, known=NOBODY, matcher=matcher, everything=everything)
        assert matcher.explained == 1


def test_without_a_model_nothing_is_joined_and_a_later_one_sees_all(store: Engine) -> None:
    write(store, "one", organisation("中国信息通信研究院"))
    resolve(store, known=NOBODY)
    write(store, "two", organisation("中信通院"))
    resolve(store, known=NOBODY)
    assert not together(store, "中国信息通信研究院", "中信通院")
    _resolve(store)
    assert together(store, "中国信息通信研究院", "中信通院")
    write(store, "three", organisation("信息研究院"))
    resolve(store, known=NOBODY)
    assert together(store, "中国信息通信研究院", "中信通院")
    _resolve(store)
    assert together(store, "中国信息通信研究院", "中信通院")


def test_what_is_less_sure_is_asked_and_not_joined(store: Engine) -> None:
    write(store, "one", organisation("中国信息通信研究院"), organisation("信通所"))
    _resolve(store)
    assert not together(store, "中国信息通信研究院", "信通所")
    assert _asked(store) == {(frozenset({"中国信息通信研究院", "信通所"}), "same")}
    assert not rows(store, schema.judgement)
    (row,) = rows(store, schema.candidate)
    assert row.why["by"] == "model:letters"
    assert row.score == pytest.approx(0.6, abs=0.07)


@pytest.mark.parametrize("later", [False, True])
def test_a_name_that_fits_two_is_joined_with_none(store: Engine, later: bool) -> None:
    write(store, "one", organisation("东方甲电科技有限公司"), organisation("东方科技"))
    if later:
        _resolve(store)
        assert together(store, "东方甲电科技有限公司", "东方科技")
    write(store, "two", organisation("东方乙机科技有限公司"))
    done = _resolve(store)
    assert not together(store, "东方甲电科技有限公司", "东方科技")
    assert not together(store, "东方乙机科技有限公司", "东方科技")
    assert done.waiting == 2
    assert done.undone == int(later)


def test_two_full_legal_names_are_not_joined_through_a_third(store: Engine) -> None:
    write(store, "one", organisation("东方甲电科技有限公司"), organisation("东方电科技"))
    write(store, "two", organisation("东方甲乙电科技有限公司"))
    _resolve(store)
    assert not together(store, "东方甲电科技有限公司", "东方甲乙电科技有限公司")


def test_a_persons_different_stands_and_so_does_an_undo(store: Engine) -> None:
    write(store, "one", organisation("中国信息通信研究院"), organisation("中信通院"))
    _resolve(store)
    (row,) = rows(store, schema.judgement)
    undo(store, row.id, reason="no", known=NOBODY)
    _resolve(store, everything=True)
    assert not together(store, "中国信息通信研究院", "中信通院")
    judge(store, "中国信息通信研究院", "中信通院", "different", reason="two", known=NOBODY)
    write(store, "two", organisation("中信通院"))
    for everything in (False, True):
        _resolve(store, everything=everything)
        assert not together(store, "中国信息通信研究院", "中信通院")
    assert not _asked(store)


def test_places_kinds_and_identifiers_stand_above_the_model(store: Engine) -> None:
    write(
        store,
        "one",
        organisation("东方智能科技", place="北京"),
        organisation("东智科", place="上海"),
        organisation("西方智能大学", kind="university"),
        organisation("西智大", kind="company"),
        organisation("南方智能科技", ids={"uscc": "A"}),
        organisation("南智科", ids={"uscc": "B"}),
    )
    write(store, "two", employed("北方智能科技", "甲"), organisation("北智科"))
    _resolve(store)
    for long, short in (
        ("东方智能科技", "东智科"),
        ("西方智能大学", "西智大"),
        ("南方智能科技", "南智科"),
        ("北方智能科技", "北智科"),
    ):
        assert not together(store, long, short)
    asked = {pair for pair, _ in _asked(store)}
    assert frozenset({"东方智能科技", "东智科"}) in asked  # a person may know better
    assert frozenset({"南方智能科技", "南智科"}) not in asked  # there is nothing to know
    assert frozenset({"北方智能科技", "北智科"}) not in asked


def test_namesakes_are_not_joined_by_a_third_name(store: Engine) -> None:
    write(store, "one", organisation("东方智能", ids={"uscc": "A"}))
    write(store, "two", organisation("东方智能", ids={"uscc": "B"}))
    write(store, "three", organisation("东方人工智能研究"))
    _resolve(store)
    assert len(partition(store)) == 3


def test_a_unit_is_proposed_and_not_joined(store: Engine) -> None:
    write(store, "one", organisation("示例"), organisation("示例大学", kind="university"))
    write(store, "two", organisation("示例云"), organisation("示例大学集成电路学院", kind="university"))
    _resolve(store)
    assert len(partition(store)) == 4
    pairs = {
        (frozenset({"示例", "示例云"}), "unit of"),
        (frozenset({"示例大学", "示例大学集成电路学院"}), "unit of"),
    }
    assert pairs <= _asked(store)
    by_name = {row.id: row.name for row in rows(store, schema.mention)}
    lefts = {by_name[row.left_id] for row in rows(store, schema.candidate) if row.suggestion == "unit of"}
    assert lefts == {"示例云", "示例大学集成电路学院"}
    judge(store, "示例云", "示例", "unit of", reason="its own site", known=NOBODY)
    _resolve(store, everything=True)
    assert len(_asked(store) & pairs) == 1
    assert len(rows(store, schema.entity_relation)) == 1


def test_resolving_again_without_news_writes_nothing(store: Engine) -> None:
    _write_pieces(store, range(len(_PIECES)))
    _resolve(store)
    tables = (
        schema.judgement, schema.entity, schema.mention_entity, schema.candidate, schema.known_name,
        schema.name_posting, schema.stated_name, schema.kept,
    )  # fmt: skip
    before = {table.name: rows(store, table) for table in tables}
    again = _resolve(store)
    assert (again.same, again.undone, again.founded) == (0, 0, 0)
    assert before == {table.name: rows(store, table) for table in tables}
    _resolve(store, everything=True)
    assert before == {table.name: rows(store, table) for table in tables}


def test_another_model_decides_anew_and_its_name_is_in_the_log(store: Engine) -> None:
    write(store, "one", organisation("中国信息通信研究院"), organisation("中信通院"))
    _resolve(store)

    class Strict(Letters):
        accept = 2.0

    done = _resolve(store, matcher=Strict("strict"))
    assert done.undone == 1
    assert not together(store, "中国信息通信研究院", "中信通院")
    assert [row.by for row in rows(store, schema.judgement)] == ["model:letters", "model:strict"]


_PIECES: list[list[Any]] = [
    [organisation("中国信息通信研究院", kind="research institute"), organisation("示例")],
    [organisation("中信通院"), organisation("示例云"), organisation("东方甲电科技有限公司")],
    [organisation("东方科技"), organisation("信通所", kind="research institute")],
    [organisation("东方乙机科技有限公司"), organisation("中信通院", kind="research institute")],
    [organisation("北京航空航天大学", kind="university"), organisation("北航", kind="university")],
    [organisation("北京航空航天大学出版社"), employed("王伟", "北航")],
    [organisation("南方智能科技", ids={"uscc": "A"}), organisation("南智科", ids={"uscc": "B"})],
    [organisation("南智科"), organisation("示例智能云", place="北京")],
]


def _write_pieces(engine: Engine, order: Any) -> None:
    for at in order:
        write(engine, f"s{at}", *_PIECES[at], day=at)


@pytest.mark.parametrize("seed", range(5))
def test_bit_by_bit_comes_to_what_all_at_once_comes_to(tmp_path: Path, seed: int) -> None:
    """As long as no name has more names like it than are compared."""
    order = list(range(len(_PIECES)))
    random.Random(seed).shuffle(order)
    whole = open_store(f"sqlite:///{tmp_path / 'whole.db'}", create=True)
    parts = open_store(f"sqlite:///{tmp_path / 'parts.db'}", create=True)
    _write_pieces(whole, range(len(_PIECES)))
    _resolve(whole)
    for at in order:
        _write_pieces(parts, [at])
        _resolve(parts)
    assert partition(parts) == partition(whole)
    assert _asked(parts) == _asked(whole)
    done = _resolve(parts, everything=True)
    assert (done.same, done.undone, done.unsure) == (0, 0, 0)
    assert _asked(parts) == _asked(whole)
    for engine in (whole, parts):
        engine.dispose()
