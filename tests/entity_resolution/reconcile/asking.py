"""A filled store behind a small app, and answers held against the protocol."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from flask import Flask
from flask.testing import FlaskClient
from numpy.typing import NDArray
from sqlalchemy import Engine

from entity_resolution.curated import Curated, Name, Organisation
from entity_resolution.matching.candidates import Pairs
from entity_resolution.matching.name import Name as Compared
from entity_resolution.reconcile import Reach, blueprint
from entity_resolution.resolver import resolve
from pipelines.records import AnyRecord, Attribute, Link
from pipelines.records import Organisation as Stated
from tests.entity_resolution.world import employed, mention, organisation, write

#: Valid by its check characters, and invented.
USCC, OTHER_USCC = "91110000MA0000001L", "91110000MA0000002P"

LISTED = Curated(
    (
        Organisation(
            (
                Name("示例科技", "示例科技", "its own name"),
                Name("示科", "示科", "its short name"),
                Name("示大", "示大", "its short name, and another's", ambiguous=True),
            ),
            "company",
            "CN",
        ),
    ),
    (),
)


class Fixed:
    """A model that holds names alike as it is told: (one name, other name) → probability."""

    accept = 0.9

    def __init__(self, **probabilities: float) -> None:
        self.of = {frozenset(key.split("_")): value for key, value in probabilities.items()}

    def score(self, left: Sequence[Compared], right: Sequence[Compared], pairs: Pairs) -> NDArray[np.float64]:
        return np.array(
            [
                self.of.get(frozenset((left[at].name, right[to].name)), 0.1)
                for at, to in zip(pairs.left, pairs.right, strict=True)
            ],
            dtype=np.float64,
        )

    def bars(self, one: Compared, other: Compared) -> bool:
        return False


def records() -> list[AnyRecord]:
    """One source's page."""
    return [
        Stated(
            locator="$",
            subject=mention("北京示例科技有限公司", ids={"uscc": USCC}, country="CN", place="北京"),
            attributes=(
                Attribute(name="founded", value="2014-05-01"),
                Attribute(name="website", value="https://www.shili.example/about"),
                Attribute(name="staff", value="120", number=120.0, unit="persons"),
            ),
            links=(Link(relation="unit", other=mention("示例集团")),),
        ),
        organisation("示例科技", country="CN"),
        organisation("示例集团", ("Example Group", "translation"), country="CN"),
        organisation("星河智能科技有限公司", country="CN", place="上海"),
        organisation("星河大学", kind="university"),
        employed("王伟", "示例集团", scope="示例集团"),
    ]


def filled(engine: Engine, *more: AnyRecord) -> Engine:
    """The store, written and resolved."""
    write(engine, "one", *records(), *more)
    resolve(engine, known=Curated((), ()))
    return engine


def app(
    engine: Engine, *, reach: Reach | None = None, known: Curated | None = None, likeness: Any = None
) -> Flask:
    """An app with nothing but the service."""
    made = Flask(__name__)
    scores = likeness or Fixed()
    made.register_blueprint(
        blueprint(engine, reach=reach, known=known or Curated((), ()), scores=lambda: scores)
    )
    return made


def client(engine: Engine, **options: Any) -> FlaskClient:
    return app(engine, **options).test_client()


def ask(browser: FlaskClient, query: Any, **more: Any) -> list[dict[str, Any]]:
    """The candidates for one query (a name, or a whole query object), checked for their form."""
    one = {"query": query, **more} if isinstance(query, str) else query
    answer = browser.post("/reconcile", data={"queries": json.dumps({"q0": one})})
    assert answer.status_code == 200, answer.text
    found = answer.get_json()
    assert list(found) == ["q0"]
    check_result(found["q0"])
    result: list[dict[str, Any]] = found["q0"]["result"]
    return result


# ── the forms of the protocol ─────────────────────────────────────────────────────────────────────


def check_result(found: Any) -> None:
    """A reconciliation result: candidates by falling score, with ids, names, types and features."""
    assert set(found) == {"result"}
    for one in found["result"]:
        assert set(one) == {"id", "name", "description", "type", "score", "match", "features"}
        assert all(isinstance(one[key], str) and one[key] for key in ("id", "name"))
        assert isinstance(one["description"], str)
        assert isinstance(one["score"], int | float)
        assert 0 <= one["score"] <= 100
        assert isinstance(one["match"], bool)
        for kind in one["type"]:
            check_named(kind)
        names = [feature["id"] for feature in one["features"]]
        assert len(set(names)) == len(names)
        assert all(isinstance(feature["value"], bool | int | float) for feature in one["features"])
    scores = [one["score"] for one in found["result"]]
    assert scores == sorted(scores, reverse=True)
    assert sum(one["match"] for one in found["result"]) <= 1


def check_named(one: Any) -> None:
    """Something with an id and a name, both text that is not empty."""
    assert all(isinstance(one[key], str) and one[key] for key in ("id", "name"))
    assert all(isinstance(value, str) for key, value in one.items() if key not in ("broader", "notable"))


def check_extension(found: Any, ids: Sequence[str], properties: Sequence[str]) -> None:
    """Data extension: metadata of the properties, and for each entity and property a list of values."""
    assert set(found) == {"meta", "rows"}
    assert [one["id"] for one in found["meta"]] == list(properties)
    for one in found["meta"]:
        assert set(one) <= {"id", "name", "type"}
        assert one["name"]
    assert list(found["rows"]) == list(ids)
    for row in found["rows"].values():
        assert list(row) == list(properties)
        for value in (each for told in row.values() for each in told):
            assert set(value) in ({"str"}, {"float"}, {"id", "name"})
            assert all(isinstance(value[key], str) for key in value if key != "float")
