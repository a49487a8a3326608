"""All that is known of an entity."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Engine

from entity_resolution.curated import Curated
from entity_resolution.description import describe
from entity_resolution.entities import read_relations
from entity_resolution.resolver import resolve
from pipelines.records import Link, When
from tests.entity_resolution.world import mention, organisation, write


def test_names_identifiers_relations_and_facts(store: Engine) -> None:
    sold = When(start=dt.date(2013, 1, 1), end=dt.date(2020, 1, 1), precision="day")
    write(
        store,
        "one",
        organisation(
            "甲云",
            ("Jia Cloud", "translation"),
            links=(Link(relation="unit", other=mention("甲"), when=sold),),
        ),
        organisation("乙有限公司", links=(Link(relation="subsidiary", other=mention("甲")),)),
    )
    write(store, "two", organisation("甲云", ids={"uscc": "1"}))
    resolve(store, known=Curated((), ()))
    found = describe(store, "甲云")
    assert found["names"] == [{"name": "甲云", "sources": ["one", "two"]}]
    assert (found["name"], found["name_en"], found["stated_names"]) == ("甲云", "Jia Cloud", ["Jia Cloud"])
    assert found["identifiers"] == [{"scheme": "uscc", "value": "1"}]
    assert (found["mentions"], found["facts"]) == (2, 4)  # two names of its own, a further one, a link
    (relation,) = found["relations"]
    assert (relation["relation"], relation["name"], relation["valid_to"]) == (
        "unit of",
        "甲",
        dt.date(2020, 1, 1),
    )
    assert {(one["relation"], one["name"]) for one in describe(store, "甲")["relations"]} == {
        ("has unit", "甲云"),
        ("has subsidiary", "乙有限公司"),
    }
    with store.connect() as connection:
        read = {(one.inner, one.verdict, one.judgement.valid_to) for one in read_relations(connection)}
    assert read == {
        (found["id"], "unit of", dt.date(2020, 1, 1)),
        (describe(store, "乙有限公司")["id"], "subsidiary of", None),
    }
