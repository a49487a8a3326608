"""The API: what the pages show and do, as JSON, for programs with a key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from entity_resolution import queue
from entity_resolution.review.attempts import Pace
from entity_resolution.review.users import Users
from pipelines.store import schema
from tests.entity_resolution.review.world import app_on, candidate
from tests.entity_resolution.world import rows
from tests.read_store import waiting_store

PASSWORD = "correct horse battery"


class Program:
    """Asks with a key."""

    def __init__(self, engine: Engine, key: str | None = None, **access: Any) -> None:
        app = app_on(engine, **access)
        self.client = app.test_client()
        self.key = app.extensions["access"].token if key is None else key

    def ask(self, path: str, sent: Any = None, method: str = "", **more: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return self.client.open(
            path, method=method or ("GET" if sent is None else "POST"), headers=headers | more.pop("headers", {}),
            base_url="http://127.0.0.1:8000", **({} if sent is None else {"json": sent}), **more,
        )  # fmt: skip

    def data(self, path: str, sent: Any = None) -> Any:
        answer = self.ask(path, sent)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()


@pytest.fixture
def program(small: Engine, ids: dict[str, int]) -> Program:
    return Program(small)


def test_the_queue_is_read_and_a_pair_decided_and_taken_back(
    small: Engine, ids: dict[str, int], program: Program
) -> None:
    found = program.data("/api/queue?limit=2")
    assert (found["count"], len(found["pairs"])) == (3, 2)
    first = found["pairs"][0]
    assert {first["left"]["name"], first["right"]["name"]} == {"甲牌科技", "甲牌"}
    assert first["why"] == "most characters are shared"
    path = f"/api/pairs/{first['id']}"
    assert program.data(path) == first | {"closed": False, "claimed_by": ""}
    done = program.data(path, {"choice": "same", "reason": "its own site says so"})
    written = rows(small, schema.judgement)[-1]
    assert (written.id, written.by, written.reason) == (
        done["judgement"],
        "person:ann",
        "its own site says so",
    )
    assert program.data(path)["closed"] is True
    assert program.ask(path, {"choice": "same"}).status_code == 409
    back = program.data(f"/api/judgements/{done['judgement']}/undo", {"reason": "a slip"})
    assert back["judgement"] > done["judgement"]
    assert program.data(path)["closed"] is False
    assert program.ask("/api/judgements/999/undo", {}).status_code == 409


def test_a_pair_that_somebody_else_holds_is_left_alone(
    small: Engine, ids: dict[str, int], tmp_path: Path
) -> None:
    users = Users(tmp_path / "u.json")
    for name in ("bo", "cy"):
        users.add(name, PASSWORD)
    bo = Program(small, users.new_key("bo"), users=users)
    path = f"/api/pairs/{candidate(ids, '甲牌科技', '甲牌')}"
    with small.connect() as connection:
        queue.claim(connection, int(path.rsplit("/", 1)[1]), "cy")
        connection.commit()
    answer = bo.ask(path, {"choice": "same"})
    assert answer.status_code == 409
    assert "claimed" in answer.get_json()["error"]
    assert not [one for one in rows(small, schema.judgement) if one.by.startswith("person:")]


def test_entities_are_found_and_told(program: Program) -> None:
    found = program.data("/api/search?q=甲牌科技")["found"]
    assert found[0]["name"] == "甲牌科技"
    told = program.data(f"/api/entities/{found[0]['id']}")
    assert (told["name"], told["places"], told["mentions"]) == ("甲牌科技", ["北京市"], 1)
    assert told["names"] == [{"name": "甲牌科技", "sources": ["one"]}]
    for unknown in ("x", "vn1", "a b", "a%00", "x" * 60):
        assert program.ask(f"/api/entities/{unknown}").status_code in (400, 404)


def test_readings_are_read_decided_and_taken_back(small: Engine) -> None:
    waiting_store(small)
    program = Program(small)
    found = program.data("/api/readings")
    assert sum(found["waiting"].values()) == len(found["readings"]) > 0
    one = found["readings"][0]
    path = f"/api/readings/{one['id']}"
    assert program.data(path) == one
    assert (one["type"], one["quote"]) == ("cooperation", "甲木科技与乙水集团")
    assert one["roles"] == {"party": ["甲木科技", "乙水集团"]}
    assert program.data(path, {"choice": "reject", "reason": "x"}) == {"id": one["id"], "state": "rejected"}
    assert program.ask(path, {"choice": "accept"}).status_code == 409
    assert program.data(f"{path}/undo", {}) == {"id": one["id"], "state": "waiting"}
    assert [one.action for one in rows(small, schema.audit)] == ["reading decided", "reading taken back"]
    assert rows(small, schema.audit)[0].details == {"choice": "reject"}
    assert program.data(f"/api/readings?after={found['readings'][-1]['id']}")["readings"] == []
    assert program.ask("/api/readings?after=5").status_code == 404


@pytest.mark.parametrize(
    ("path", "sent", "status"),
    [
        ("/api/queue?limit=0", None, 400),
        ("/api/queue?limit=x", None, 400),
        ("/api/search", None, 400),
        ("/api/search?q=a%00", None, 400),
        ("/api/readings?type=gossip", None, 400),
        ("/api/readings?after=-1", None, 400),
        ("/api/pairs/1", {"choice": "same"}, 404),
        ("/api/readings/1", {"choice": "accept"}, 404),
        ("/api/pairs/1", {"choice": "perhaps"}, 400),
        ("/api/pairs/1", {"choice": "same", "more": 1}, 400),
        ("/api/pairs/1", {"choice": "same", "reason": "a\0"}, 400),
        ("/api/pairs/1", {"choice": "same", "reason": "x" * 2001}, 400),
        ("/api/pairs/1", [], 400),
        ("/api/pairs/99999999999999999999", None, 404),
        ("/api/nothing", None, 404),
        ("/api/audit?limit=100000", None, 400),
    ],
)
def test_what_has_another_form_is_refused_as_json(
    program: Program, path: str, sent: Any, status: int
) -> None:
    answer = program.ask(path, sent)
    assert answer.status_code == status
    assert set(answer.get_json()) == {"error"}


def test_other_content_and_other_methods_are_refused(program: Program) -> None:
    answer = program.ask("/api/pairs/1", method="POST", data="choice=same")
    assert answer.status_code == 415
    answer = program.ask("/api/queue", method="DELETE")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    big = program.ask("/api/pairs/1", {"choice": "same", "reason": "x" * 600_000})
    assert big.status_code == 413


@pytest.mark.parametrize("key", ["", "wrong", "vnk_wrong", "é"])
def test_without_a_key_nothing_is_told(small: Engine, key: str) -> None:
    program = Program(small, key)
    for path in ("/api/queue", "/api/nothing", "/api/audit"):
        answer = program.ask(path)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert set(answer.get_json()) == {"error"}


def test_a_key_reaches_as_far_as_its_user_and_ends_with_it(small: Engine, tmp_path: Path) -> None:
    users = Users(tmp_path / "u.json")
    users.add("bo", PASSWORD, "reader")
    program = Program(small, users.new_key("bo"), users=users)
    assert program.ask("/api/queue").status_code == 200
    assert program.ask("/api/pairs/1", {"choice": "same"}).status_code == 403
    assert program.ask("/api/audit").status_code == 403
    users.set_role("bo", "admin")
    lines = program.data("/api/audit")["lines"]
    assert [(one["who"], one["action"], one["about"]) for one in lines] == [
        ("bo", "refused", "/api/audit"), ("bo", "refused", "/api/pairs/1"),
    ]  # fmt: skip
    users.remove("bo")
    assert program.ask("/api/queue").status_code == 401


def test_who_asks_too_fast_is_told_how_long_to_wait(small: Engine) -> None:
    moment = [0.0]
    pace = Pace(0.5, 2, lambda: moment[0])
    program = Program(small, pace=pace)
    found = [program.ask("/api/queue") for _ in range(3)]
    assert [one.status_code for one in found] == [200, 200, 429]
    assert found[-1].headers["Retry-After"] == "2"
    moment[0] += 2
    assert program.ask("/api/queue").status_code == 200
    stranger = Program(small, "wrong", pace=pace)
    assert [stranger.ask("/api/queue").status_code for _ in range(3)] == [401, 401, 429]
