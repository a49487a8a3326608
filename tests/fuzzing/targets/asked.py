"""What browsers and programs ask the web app and the reconciliation service for."""

from __future__ import annotations

import json
import random
import tempfile
from copy import deepcopy
from functools import cache
from typing import Any, Final

from flask.testing import FlaskClient

from analytics.sample_overrides import EVERY, counting, decide, overrides, undo
from entity_resolution.resolver import resolve
from pipelines.errors import UsageError
from pipelines.records import Mention, Organisation
from pipelines.store.session import open_store
from tests.entity_resolution.reconcile import asking
from tests.entity_resolution.review.world import app_on, waiting_world
from tests.filled_store import fill
from tests.fuzzing.pages import HOSTILE, VALUES
from tests.fuzzing.targets import Target
from tests.fuzzing.targets.texts import damaged_text

_KEEP: Final[list[Any]] = []
#: Parameters of all pages and of the service.
_PARAMETERS: Final = (
    "q", "query", "queries", "limit", "offset", "after", "before", "kind", "page", "sort", "state", "source", "year", "type", "id", "extend",
    "prefix", "cursor", "from", "to", "callback", "lang", "left", "right", "order", "who", "what", "since", "until", "properties", "text",
)  # fmt: skip
_PARTS: Final = (
    "1",
    "0",
    "99999999999999999999",
    "-1",
    "e1",
    "甲",
    "..",
    "%00",
    "a%2Fb",
    "zh",
    "en",
    "entity",
    "property",
    "type",
    "x" * 300,
)


@cache
def _folder() -> str:
    folder = tempfile.TemporaryDirectory()
    _KEEP.append(folder)
    return folder.name


@cache
def _review() -> tuple[FlaskClient, str, tuple[str, ...]]:
    engine = open_store(f"sqlite:///{_folder()}/review.db", create=True)
    waiting_world(
        engine, ("甲牌科技", "甲牌", "same"), ("乙智能", "乙智能公司", "different"), extra=("丙大学",)
    )
    app = app_on(engine)
    rules = tuple(sorted({rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}))
    return app.test_client(), str(app.extensions["access"].token), rules


@cache
def _service() -> FlaskClient:
    engine = asking.filled(open_store(f"sqlite:///{_folder()}/service.db", create=True))
    return asking.client(engine)


def _value(dice: random.Random) -> str:
    return dice.choice((*_PARTS, *HOSTILE, damaged_text("人工智能公司", dice)))


def _get(dice: random.Random) -> tuple[str, str, dict[str, str]]:
    rule = dice.choice(_review()[2])
    path = "/".join(dice.choice(_PARTS) if part.startswith("<") else part for part in rule.split("/"))
    asked = {dice.choice(_PARAMETERS): _value(dice) for _ in range(dice.randint(0, 3))}
    return rule, path, asked


def check_get(given: tuple[str, str, dict[str, str]]) -> None:
    """An answer or a refusal, never an error of the server; an address of the API answers in JSON."""
    _, path, asked = given
    client, token, _ = _review()
    asked = {name: value.encode("utf-8", "replace").decode() for name, value in asked.items()}
    answer = client.get(
        path,
        query_string=asked,
        base_url="http://127.0.0.1:8000",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code < 500, (answer.status_code, path, asked)
    if path.startswith("/api/") and answer.mimetype == "application/json":
        json.loads(answer.get_data())
    assert b"<script>alert(1)" not in answer.get_data()


_QUERY: Final[dict[str, Any]] = {
    "query": "北京示例科技", "type": "company", "limit": 3, "type_strict": "should",
    "properties": [{"pid": "uscc", "v": "91110108551385082Q"}, {"pid": "country", "v": ["CN", {"id": "e1", "name": "甲"}]}],
}  # fmt: skip
_EXTEND: Final[dict[str, Any]] = {
    "ids": ["1", "e2"],
    "properties": [{"id": "founded"}, {"id": "website", "settings": {"limit": 1}}],
}


def _batch(dice: random.Random) -> tuple[str, str]:
    kind = dice.choice(("queries", "query", "extend"))
    data: Any = (
        {"q0": json.loads(json.dumps(_QUERY))}
        if kind == "queries"
        else json.loads(json.dumps(_EXTEND if kind == "extend" else _QUERY))
    )
    for _ in range(dice.randint(0, 3)):
        here = data
        while isinstance(here, dict | list) and here:
            key = dice.choice(list(here) if isinstance(here, dict) else range(len(here)))
            inner = here[key]
            if not (isinstance(inner, dict | list) and inner) or dice.random() < 0.3:
                here[key] = deepcopy(dice.choice((*VALUES, *HOSTILE)))
                break
            here = inner
    text = json.dumps(data)
    return kind, damaged_text(text, dice) if dice.random() < 0.3 else text


def check_batch(given: tuple[str, str]) -> None:
    """Candidates, or a refusal that says what is wrong; never an error of the server."""
    kind, text = given
    answer = _service().post("/reconcile", data={kind: text.encode("utf-8", "replace").decode()})
    assert answer.status_code in (200, 400, 413), (answer.status_code, kind, text[:300])
    assert isinstance(json.loads(answer.get_data()), dict)


@cache
def _sample() -> Any:
    engine = open_store(f"sqlite:///{_folder()}/sample.db", create=True)
    fill(
        engine,
        *(
            Organisation(locator=name, subject=Mention(name=name, kind="company"))
            for name in ("甲科技", "乙智能", "丙农业")
        ),
    )
    resolve(engine)
    return engine


def _decisions(dice: random.Random) -> list[tuple[str, Any, str, str, str]]:
    return [
        (dice.choice(("include", "exclude", "undo")), dice.choice(("甲科技", "乙智能", "没有", damaged_text("丙农业", dice))),
         dice.choice(("2022", EVERY, _value(dice)[:40])), _value(dice)[:60], _value(dice)[:300])
        for _ in range(dice.randint(1, 5))
    ]  # fmt: skip


def check_decisions(given: list[tuple[str, Any, str, str, str]]) -> None:
    """Each is refused or stands in the log as it was made; what was taken back counts no more."""
    engine = _sample()
    for verdict, who, edition, by, reason in given:
        before = overrides(engine)
        try:
            if verdict == "undo":
                standing = [one for one in before if not one.undone]
                made = undo(engine, standing[-1].id if standing else 0, by, reason)
                assert made.undone
            else:
                made = decide(
                    engine, edition, who, "include" if verdict == "include" else "exclude", by, reason
                )
                assert (made.edition, made.by, made.reason) == (edition, by.strip(), reason.strip())
                with engine.connect() as connection:
                    assert counting(connection, edition)[made.entity] == made
        except UsageError:
            assert overrides(engine) == before


TARGETS: Final = (
    Target("parameters of the web app", _get, check_get),
    Target("queries of reconciliation", _batch, check_batch),
    Target("decisions on samples", _decisions, check_decisions),
)
