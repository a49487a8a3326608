"""Resolving a store: what the rules join, what they leave to a person, and that it may be cut off anywhere."""

from __future__ import annotations

import csv
import os
import random
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select

from entity_resolution.curated import Curated
from entity_resolution.resolver import resolve
from pipelines.records import Link
from pipelines.store import schema
from pipelines.store.session import open_store
from tests.entity_resolution.world import (
    employed,
    mention,
    organisation,
    partition,
    rows,
    together,
    write,
)
from tests.shared import shared
from tests.steps import calls

NOBODY = Curated((), ())


def test_equal_names_of_two_sources_are_one(store: Engine) -> None:
    write(store, "one", organisation("深圳市云天励飞技术股份有限公司"))
    write(store, "two", organisation("深圳云天励飞技术有限公司"), organisation("云天畅想"))
    done = resolve(store)
    assert (done.mentions, done.entities, done.same) == (3, 2, 1)
    assert together(store, "深圳市云天励飞技术股份有限公司", "深圳云天励飞技术有限公司")


def test_an_identifier_joins_names_that_share_nothing(store: Engine) -> None:
    write(store, "one", organisation("上海羽扇智信息科技有限公司", ids={"uscc": "A"}))
    write(store, "two", organisation("出门问问", ids={"uscc": "A"}), organisation("出门问路"))
    resolve(store)
    assert together(store, "上海羽扇智信息科技有限公司", "出门问问")
    assert not together(store, "出门问问", "出门问路")


def test_two_identifiers_of_one_scheme_keep_an_equal_name_apart_and_the_name_alone_waits(
    store: Engine,
) -> None:
    write(store, "one", organisation("小米", ids={"uscc": "A"}))
    write(store, "two", organisation("小米", ids={"uscc": "B"}))
    write(store, "three", organisation("小米"))
    done = resolve(store, known=NOBODY)
    assert done.entities == 3
    assert (done.unsure, done.waiting) == (2, 2)
    assert not done.refusals


def test_a_place_or_country_that_differs_leaves_a_short_name_to_a_person(store: Engine) -> None:
    write(store, "one", organisation("小米", place="北京市"), organisation("星河科技有限公司", place="北京"))
    write(store, "two", organisation("小米", place="陕西省"), organisation("星河科技有限公司", place="陕西"))
    write(store, "three", organisation("东方大学", kind="university", country="KR"))
    write(store, "four", organisation("东方大学", kind="university", country="CN"))
    done = resolve(store, known=NOBODY)
    assert not together(store, "小米")
    assert not together(store, "东方大学")
    assert together(store, "星河科技有限公司")  # a full legal name is registered once
    assert done.waiting == 2


def test_a_later_namesake_takes_back_what_the_name_alone_had_joined(store: Engine) -> None:
    write(store, "one", organisation("小米", ids={"uscc": "A"}))
    write(store, "two", organisation("小米"))
    resolve(store, known=NOBODY)
    assert together(store, "小米")
    write(store, "three", organisation("小米", ids={"uscc": "B"}))
    done = resolve(store, known=NOBODY)
    assert done.undone == 1
    assert done.entities == 3


def test_persons_need_an_identifier_or_an_equal_scope(store: Engine) -> None:
    write(store, "one", employed("王伟", "甲公司", scope="甲科技有限公司"), employed("李娜", "乙公司"))
    write(
        store, "two", employed("王伟", "甲公司", scope="甲科技"), employed("王伟", "乙公司", scope="乙科技")
    )
    write(store, "three", employed("李娜", "乙公司"), employed("张敏", "丙公司", ids={"orcid": "1"}))
    write(store, "four", employed("张敏", "丁公司", ids={"orcid": "1"}))
    resolve(store, known=NOBODY)
    found = partition(store)
    assert frozenset({"two/王伟"}) in found
    assert frozenset({"one/王伟", "two/王伟"}) in found
    assert frozenset({"one/李娜"}) in found
    assert frozenset({"three/李娜"}) in found
    assert frozenset({"three/张敏", "four/张敏"}) in found


def test_a_person_and_an_organisation_of_one_name_are_two(store: Engine) -> None:
    write(store, "one", employed("雷军", "小米"), organisation("雷军"))
    resolve(store, known=NOBODY)
    assert not together(store, "雷军")


def test_a_stated_further_name_joins_unless_two_state_it(store: Engine) -> None:
    write(
        store,
        "one",
        organisation("云从科技集团股份有限公司", ("云从", "short"), ("CloudWalk", "translation")),
    )
    write(store, "two", organisation("云从"), organisation("CloudWalk"))
    write(store, "three", organisation("甲东方科技有限公司", ("东方", "short")))
    write(store, "four", organisation("乙东方科技有限公司", ("东方", "short")), organisation("东方"))
    write(store, "five", organisation("国家电网有限公司", ("SG", "acronym")), organisation("SG"))
    done = resolve(store, known=NOBODY)
    assert together(store, "云从科技集团股份有限公司", "云从", "CloudWalk")
    assert not together(store, "甲东方科技有限公司", "乙东方科技有限公司")
    assert not together(store, "东方", "甲东方科技有限公司")
    assert not together(store, "国家电网有限公司", "SG")
    assert done.waiting >= 3


def test_a_doubt_of_one_name_does_not_outvote_what_another_name_says(store: Engine) -> None:
    """Two sources state a brand of two names, which leaves it open; the full name that both state settles it."""
    write(store, "one", organisation("甲东方", ("甲东方科技有限公司", "legal"), ("东方", "short")))
    write(
        store, "two", organisation("Jia Dongfang", ("甲东方科技有限公司", "translation"), ("东方", "alias"))
    )
    write(store, "three", organisation("东方"))
    done = resolve(store, known=NOBODY)
    assert together(store, "甲东方", "Jia Dongfang", "东方")
    assert (done.entities, done.waiting) == (1, 0)


def test_the_country_that_a_registry_adds_is_no_part_of_the_name(store: Engine) -> None:
    write(
        store,
        "registry",
        organisation("Dongfang (China)", ("东方牌", "alias"), country="CN", ids={"ror": "1"}),
        organisation("Dongfang (Canada)", ("东方牌", "alias"), country="CA", ids={"ror": "2"}),
    )
    write(
        store, "files", organisation("甲东方", ("Dongfang", "translation"), ("东方牌", "brand"), country="CN")
    )
    write(store, "news", organisation("东方牌"), organisation("Dongfang", country="CN"))
    resolve(store, known=NOBODY)
    assert together(store, "Dongfang (China)", "甲东方")
    assert not together(store, "Dongfang (China)", "Dongfang (Canada)")
    assert not together(store, "东方牌", "Dongfang (Canada)")
    assert together(store, "Dongfang", "甲东方")


def test_a_subsidiary_does_not_go_by_its_parents_name(store: Engine) -> None:
    parent = Link(relation="subsidiary", other=mention("Boss (Germany)", kind=None))
    write(store, "registry", organisation("Boss (China)", country="CN", links=(parent,)))
    write(store, "news", organisation("Boss"))
    resolve(store, known=NOBODY)
    assert not together(store, "Boss (China)", "Boss")


def test_a_university_is_a_unit_of_none_but_a_university(store: Engine) -> None:
    def within(name: str) -> Link:
        return Link(relation="unit", other=mention(name, kind=None))

    write(
        store,
        "registry",
        organisation("甲大学", kind="university", links=(within("乙科学院"),)),
        organisation("甲大学丙分校", kind="university", links=(within("甲大学"),)),
        organisation(
            "乙科学院", kind="government", links=(Link(relation="parent", other=mention("丁研究所")),)
        ),
        organisation("丁研究所", kind="research institute", links=(within("乙科学院"),)),
    )
    resolve(store, known=NOBODY)
    names = {row.id: row.name for row in rows(store, schema.entity)}
    found = {(names[row.inner_id], row.relation) for row in rows(store, schema.entity_relation)}
    assert found == {("甲大学", "subsidiary of"), ("甲大学丙分校", "unit of"), ("丁研究所", "unit of")}


def test_pairs_that_only_look_alike_stay_apart(store: Engine) -> None:
    with shared("names", "hard_negatives_dev.csv").open(encoding="utf-8", newline="") as lines:
        pairs = [(row["a"], row["b"]) for row in csv.DictReader(lines)]
    pairs += [("天津大学", "天津工业大学"), ("中国移动", "中国联通"), ("北京大学", "北京科技大学"),
              ("摩根大通", "摩根士丹利"), ("南京大学", "南京理工大学"), ("华为云", "华为")]  # fmt: skip
    for source in ("one", "two"):
        write(store, source, *(organisation(name, kind=None) for pair in pairs for name in pair))
    resolve(store)
    for left, right in pairs:
        assert together(store, left)
        assert together(store, right)
        assert not together(store, left, right)


def test_a_further_name_stated_later_of_an_old_mention_joins(store: Engine) -> None:
    write(store, "one", organisation("上海羽扇智信息科技有限公司"))
    write(store, "two", organisation("出门问问"))
    resolve(store)
    write(store, "one", organisation("上海羽扇智信息科技有限公司", ("出门问问", "brand")), day=1)
    done = resolve(store)
    assert (done.mentions, done.same) == (0, 1)
    assert together(store, "上海羽扇智信息科技有限公司", "出门问问")


def test_the_curated_list_joins_and_relates(store: Engine) -> None:
    write(
        store, "one", organisation("红杉资本中国", kind="investor"), organisation("红杉中国", kind="investor")
    )
    write(store, "two", organisation("阿里云"), organisation("阿里巴巴"), organisation("蚂蚁金服"))
    write(store, "three", organisation("蚂蚁科技集团股份有限公司"), organisation("阿里云计算有限公司"))
    done = resolve(store)
    assert together(store, "红杉资本中国", "红杉中国")
    assert together(store, "蚂蚁金服", "蚂蚁科技集团股份有限公司")
    assert not together(store, "阿里云", "阿里巴巴")
    names = {row.id: row.name for row in rows(store, schema.entity)}
    relations = {
        (names[row.inner_id], row.relation, names[row.outer_id])
        for row in rows(store, schema.entity_relation)
    }
    assert relations == {("阿里云", "unit of", "阿里巴巴")}
    assert done.related == 1
    english = {row.name: row.name_en for row in rows(store, schema.entity) if row.redirect_to is None}
    assert english["蚂蚁集团"] == "Ant Group"


def test_a_relation_appears_when_its_other_side_does(store: Engine) -> None:
    write(store, "one", organisation("腾讯云"))
    resolve(store)
    assert not rows(store, schema.entity_relation)
    write(store, "two", organisation("腾讯"))
    resolve(store)
    assert len(rows(store, schema.entity_relation)) == 1


def test_stated_links_become_relations_with_their_days(store: Engine) -> None:
    parent = Link(relation="parent", other=mention("子公司甲"))
    unit = Link(relation="unit", other=mention("母集团"))
    write(store, "one", organisation("母集团", links=(parent,)), organisation("甲研究院", links=(unit,)))
    resolve(store)
    found = {(row.relation,) for row in rows(store, schema.entity_relation)}
    assert found == {("unit of",), ("subsidiary of",)}


def test_resolving_again_without_news_writes_nothing(store: Engine) -> None:
    _two_worlds(store, range(8))
    resolve(store)
    before = {
        table.name: rows(store, table) for table in (schema.judgement, schema.entity, schema.mention_entity)
    }
    again = resolve(store)
    assert (again.same, again.undone, again.founded) == (0, 0, 0)
    resolve(store, everything=True)
    assert before == {
        table.name: rows(store, table) for table in (schema.judgement, schema.entity, schema.mention_entity)
    }


@pytest.mark.parametrize("everything", [False, True])
def test_a_source_that_takes_a_name_or_a_link_back_is_followed(store: Engine, everything: bool) -> None:
    unit = Link(relation="unit", other=mention("丁集团"))
    write(store, "one", organisation("甲科技有限公司", ("乙牌", "brand"), links=(unit,)))
    write(store, "two", organisation("乙牌"))
    write(store, "three", organisation("丙科技有限公司", ("乙牌", "brand")))
    resolve(store, known=NOBODY)
    assert not together(store, "甲科技有限公司", "丙科技有限公司")
    assert len(rows(store, schema.entity_relation)) == 1
    write(store, "one", organisation("甲科技有限公司"))  # the same page, without the name and the link
    resolve(store, everything=everything, known=NOBODY)
    assert not together(store, "甲科技有限公司", "乙牌")
    assert together(store, "丙科技有限公司", "乙牌")
    assert not rows(store, schema.entity_relation)
    before = partition(store)
    assert resolve(store, everything=True, known=NOBODY).undone == 0
    assert partition(store) == before


_PIECES: list[tuple[str, list[Any]]] = [
    ("s1", [organisation("小米", ids={"uscc": "A"}), organisation("腾讯云"), organisation("红杉资本")]),
    ("s2", [organisation("小米"), organisation("腾讯"), organisation("红杉中国", kind="investor")]),
    ("s3", [organisation("小米", ids={"uscc": "B"}), organisation("甲科技有限公司", ("甲牌", "brand"))]),
    (
        "s4",
        [
            organisation("甲牌"),
            organisation("天津大学", kind="university"),
            organisation("乙公司", ids={"lei": "1"}),
        ],
    ),
    (
        "s5",
        [organisation("天津大学", kind="university", country="CN"), organisation("丙公司", ids={"lei": "1"})],
    ),
    ("s6", [employed("王伟", "腾讯", scope="腾讯"), employed("王伟", "丙公司", scope="丙公司")]),
    ("s7", [organisation("丙公司", ids={"lei": "2"}), organisation("甲科技", place="北京")]),
    (
        "s8",
        [
            organisation("丁公司", ("甲牌", "brand")),
            organisation("阿里巴巴", kind=None),
            employed("王伟", "腾讯", scope="腾讯公司"),
        ],
    ),
]


def _two_worlds(engine: Engine, order: Any) -> None:
    for at in order:
        source, records = _PIECES[at]
        write(engine, source, *records, day=at)


@pytest.mark.parametrize("seed", range(4))
def test_bit_by_bit_comes_to_what_all_at_once_comes_to(tmp_path: Path, seed: int) -> None:
    order = list(range(len(_PIECES)))
    random.Random(seed).shuffle(order)
    whole = open_store(f"sqlite:///{tmp_path / 'whole.db'}", create=True)
    parts = open_store(f"sqlite:///{tmp_path / 'parts.db'}", create=True)
    _two_worlds(whole, range(len(_PIECES)))
    resolve(whole)
    for at in order:
        _two_worlds(parts, [at])
        resolve(parts)
    assert partition(parts) == partition(whole)
    before = partition(parts)
    done = resolve(parts, everything=True)
    assert partition(parts) == before
    assert (done.same, done.undone, done.unsure) == (0, 0, 0)
    for engine in (whole, parts):
        engine.dispose()


def test_an_error_at_the_end_leaves_nothing(store: Engine) -> None:
    _two_worlds(store, range(4))

    def fail(_: Connection) -> None:
        raise RuntimeError("cut off")

    with pytest.raises(RuntimeError, match="cut off"):
        resolve(store, before_commit=fail)
    assert not any(rows(store, table) for table in (schema.judgement, schema.entity, schema.resolution))
    resolve(store)
    assert rows(store, schema.entity)


def test_a_kill_neither_loses_nor_doubles(store: Engine) -> None:
    """A process is killed between its writes and its commit; a second run comes to what an undisturbed one does."""
    _two_worlds(store, range(len(_PIECES)))
    code = textwrap.dedent(
        """
        import os, signal, sys
        from entity_resolution.resolver import resolve
        from pipelines.store.session import open_store
        resolve(open_store(sys.argv[1]), before_commit=lambda _: os.kill(os.getpid(), signal.SIGKILL))
        """
    )
    root = Path(__file__).resolve().parents[2]
    url = store.url.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-c", code, url], cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert not rows(store, schema.judgement)
    resolve(store)
    once = rows(store, schema.mention_entity)
    assert len(once) == len(rows(store, schema.mention)) == len({row.mention_id for row in once})


def test_entities_point_at_their_founders(store: Engine) -> None:
    _two_worlds(store, range(len(_PIECES)))
    resolve(store)
    entity, of_mention = schema.entity, schema.mention_entity
    with store.connect() as connection:
        found = connection.execute(
            select(entity.c.id, of_mention.c.entity_id).join(
                of_mention, of_mention.c.mention_id == entity.c.mention_id
            )
        ).all()
    assert found
    assert all(row.id == row.entity_id for row in found)


def test_what_is_new_costs_little_more_beside_many(tmp_path: Path) -> None:
    """The cost of news is that of the news: six times the store does not make it three times as slow."""

    def work(count: int) -> int:
        engine = open_store(f"sqlite:///{tmp_path / str(count)}.db", create=True)
        write(engine, "old", *(organisation(f"第{at}号智能科技有限公司") for at in range(count)))
        resolve(engine)
        write(engine, "new", *(organisation(f"第{at}号智能科技股份有限公司") for at in range(200)))
        found = []
        spent = calls(lambda: found.append(resolve(engine)))
        assert found[0].same == 200
        engine.dispose()
        return spent

    small, large = work(500), work(3000)
    assert large < 2 * small
