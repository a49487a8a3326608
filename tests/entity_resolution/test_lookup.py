"""What a person types, and whom it means."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select

from entity_resolution.curated import Curated
from entity_resolution.lookup import LISTED_MOST, find_entity, find_mention
from entity_resolution.resolver import resolve
from pipelines.errors import UsageError
from pipelines.store import schema
from tests.entity_resolution.world import employed, organisation, rows, write


@pytest.fixture
def filled(store: Engine) -> Engine:
    write(store, "one", organisation("星河科技有限公司", ("Xinghe", "translation")), organisation("甲牌"))
    write(store, "two", organisation("星河科技"), day=1)
    write(
        store, "three", *(employed("王伟", f"第{at}号", scope=f"第{at}号") for at in range(LISTED_MOST + 2))
    )
    resolve(store, known=Curated((), ()))
    return store


def test_by_name_by_another_way_of_writing_and_by_id(filled: Engine) -> None:
    with filled.connect() as connection:
        entity = find_entity(connection, "星河科技有限公司")
        for typed in ("星河科技", " 星河科技股份有限公司 ", entity, entity.upper(), "Xinghe"):
            assert find_entity(connection, typed) == entity
        (mention,) = connection.execute(
            select(schema.mention.c.id).where(schema.mention.c.name == "星河科技")
        ).scalars()
        assert find_entity(connection, str(mention)) == entity


def test_the_mention_is_the_one_named(filled: Engine) -> None:
    with filled.connect() as connection:
        assert find_mention(connection, "星河科技").source == "two"
        assert find_mention(connection, "星河科技有限公司").source == "one"
        assert find_mention(connection, "星河科技股份有限公司").source == "one"  # the oldest of its key
        founder = find_mention(connection, find_entity(connection, "星河科技"))
    assert founder.id in {row.mention_id for row in rows(filled, schema.entity)}


@pytest.mark.parametrize("typed", ["", "无名", "vn000000000000", "12345", "9" * 40, "星河"])
def test_nobody(filled: Engine, typed: str) -> None:
    with filled.connect() as connection, pytest.raises(UsageError, match="no entity is named"):
        find_entity(connection, typed)


def test_several_are_listed_up_to_a_number(filled: Engine) -> None:
    with filled.connect() as connection, pytest.raises(UsageError) as caught:
        find_mention(connection, "王伟")
    said = str(caught.value)
    assert f"{LISTED_MOST + 2} entities bear the name" in said
    assert said.count("(person, ") == LISTED_MOST
    assert said.endswith("and 2 more")
