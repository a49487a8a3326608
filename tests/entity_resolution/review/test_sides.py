"""One side of a pair."""

from __future__ import annotations

from sqlalchemy import Engine

from entity_resolution.judgements import judge
from entity_resolution.resolver import resolve
from entity_resolution.review.sides import FACTS_MOST, side
from pipelines.records import Link
from tests.entity_resolution.review.world import NOBODY, mention_ids
from tests.entity_resolution.world import employed, mention, organisation, write


def test_a_side_has_names_identifiers_relations_and_quotes(store: Engine) -> None:
    link = Link(relation="parent", other=mention("示例集团"))
    write(
        store,
        "one",
        organisation(
            "示例科技", ("Example", "translation"), links=(link,), ids={"lei": "X1"}, place="北京市"
        ),
        employed("王示例", "示例科技"),
    )
    write(store, "two", organisation("示例软件"), day=1)
    resolve(store, known=NOBODY)
    judge(store, "示例软件", "示例科技", "same", reason="x")
    ids = mention_ids(store)
    with store.connect() as connection:
        found = side(connection, ids["示例软件"])
        alone = side(connection, ids["示例软件"], alone=True)
        assert side(connection, 1) is None
    assert found is not None
    assert found.written == "示例软件"
    assert found.names[0] == ("示例软件", ("two",))
    assert {name for name, _ in found.names} == {"示例软件", "示例科技"}
    assert found.identifiers == (("lei", "X1"),)
    assert ("Example", "translation") in found.stated
    assert found.places == ("北京市",)
    kinds = {one.kind for one in found.told}
    assert {"link", "employment"} <= kinds
    (post,) = [one for one in found.told if one.kind == "employment"]
    assert post.others == (("person", "王示例"),)
    assert found.facts_total >= len(found.told) > 0
    assert any(quote.href.startswith("https://one.example/") for one in found.told for quote in one.quotes)
    assert alone is not None
    assert (alone.total, alone.identifiers, alone.relations, alone.name) == (1, (), (), "示例软件")


def test_many_facts_are_shown_in_part(store: Engine) -> None:
    write(store, "one", *(employed(f"王示例{number}", "示例科技", scope=str(number)) for number in range(40)))
    resolve(store, known=NOBODY)
    with store.connect() as connection:
        found = side(connection, mention_ids(store)["示例科技"])
    assert found is not None
    assert len(found.told) == FACTS_MOST
    assert found.facts_total == 40
