"""Whom the rules take an asked mention for."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from entity_resolution.curated import Curated
from entity_resolution.reconcile import bearers
from entity_resolution.reconcile.deciding import Decided, decide, mention
from entity_resolution.resolver import resolve
from pipelines.records import Organisation
from pipelines.store.session import open_store
from tests.entity_resolution.reconcile.asking import LISTED, OTHER_USCC, USCC, filled
from tests.entity_resolution.world import organisation, partition, write


def decided(engine: Engine, name: str, known: Curated = LISTED, **more: Any) -> Decided:
    ids = more.pop("ids", ())
    asked = mention(0, name, more.get("kind"), more.get("country"), more.get("place"), ids)
    with engine.connect() as connection:
        (found,) = decide(connection, [asked], known)
    return found


def named(engine: Engine, found: Decided) -> str:
    if found.entity is None:
        return ""
    with engine.connect() as connection:
        return bearers.entities(connection, [found.entity])[found.entity].name


def test_a_name_that_is_known_in_another_way_of_writing(store: Engine) -> None:
    filled(store)
    assert named(store, decided(store, "北京示例科技股份有限公司")) == "北京示例科技有限公司"
    assert named(store, decided(store, "EXAMPLE GROUP")) == "示例集团"
    assert named(store, decided(store, "无名")) == ""
    assert named(store, decided(store, "")) == ""


def test_an_identifier_decides_and_two_that_disagree_do_not(store: Engine) -> None:
    filled(store)
    assert named(store, decided(store, "无名", ids={("uscc", USCC)})) == "北京示例科技有限公司"
    assert decided(store, "星河大学", ids={("uscc", USCC)}).entity is None
    assert decided(store, "北京示例科技", ids={("uscc", OTHER_USCC)}).entity is None


def test_what_is_said_of_the_bearer_may_speak_against_it(store: Engine) -> None:
    filled(store)
    assert named(store, decided(store, "星河大学", kind="university")) == "星河大学"
    assert decided(store, "星河大学", kind="company").entity is None
    assert decided(store, "示例科技", country="JP").entity is None
    assert decided(store, "王伟", kind="person").entity is None


def test_the_list_knows_names_that_no_source_has(store: Engine) -> None:
    filled(store)
    found = decided(store, "示科")
    assert found.by_list
    assert named(store, found) == "示例科技"
    ambiguous = decided(store, "示大")
    assert ambiguous.ambiguous
    assert ambiguous.entity is None


def test_of_two_bearers_none_is_taken(store: Engine) -> None:
    filled(store, organisation("甲乙", place="北京"), organisation("甲乙", place="陕西"))
    assert decided(store, "甲乙").entity is None
    assert decided(store, "甲乙", place="陕西").entity is not None


def _said(one: dict[str, Any]) -> Organisation:
    return organisation(one["name"], kind=one["kind"], country=one["country"], place=one["place"])


@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_asking_tells_what_resolving_then_does(sqlite_template: Path, data: st.DataObject) -> None:
    """Whatever the rules accept for a name is what a new mention of it becomes one with."""
    say = st.fixed_dictionaries(
        {
            "name": st.sampled_from(["星河", "星河有限公司", "银河"]),
            "kind": st.sampled_from(["company", "university", None]),
            "country": st.sampled_from(["CN", "US", None]),
            "place": st.sampled_from(["北京", "陕西", None]),
        }
    )
    known = Curated((), ())
    with TemporaryDirectory() as folder:
        shutil.copyfile(sqlite_template, Path(folder) / "store.db")
        store = open_store(f"sqlite:///{folder}/store.db")
        try:
            for at, one in enumerate(data.draw(st.lists(say, min_size=1, max_size=4))):
                write(store, f"s{at}", _said(one), day=at)
            resolve(store, known=known)
            asked: dict[str, Any] = data.draw(say)
            found = decided(store, known=known, **asked)
            before = {name for group in partition(store) for name in group}
            write(store, "asked", _said(asked), day=9)
            resolve(store, known=known)
            (group,) = (one for one in partition(store) if any(name.startswith("asked/") for name in one))
        finally:
            store.dispose()
    assert bool(found.by_name) == bool(group & before)
