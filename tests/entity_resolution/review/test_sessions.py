"""Sessions end by time, by logging out, with a password and with their user; copies end with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from entity_resolution.review.access import Access
from entity_resolution.review.app import create_app
from entity_resolution.review.sessions import IDLE, WHOLE, Sessions
from entity_resolution.review.users import Users
from tests.entity_resolution.review.world import Visitor

PASSWORD = "correct horse battery"
COOKIE = "valuenet_review"


class Clock:
    """Tells what it is set to."""

    def __init__(self) -> None:
        self.moment = 1_800_000_000.0

    def __call__(self) -> float:
        return self.moment


@pytest.fixture(params=["users", "alone"])
def visited(request: pytest.FixtureRequest, small: Engine, tmp_path: Path) -> tuple[Visitor, Clock]:
    """Somebody who got in: by a login, or by the printed address."""
    clock, users = Clock(), None
    if request.param == "users":
        users = Users(tmp_path / "u.json")
        users.add("ann", PASSWORD)
    access = Access(who="ann", users=users)
    object.__setattr__(access, "sessions", Sessions(users, clock))
    app = create_app(small, access=access)
    app.testing = True
    visitor = Visitor(app, enter=users is None)
    if users is not None:
        visitor.post("/login", {"name": "ann", "password": PASSWORD}, visitor.token("/login"))
    assert visitor.get("/").status_code == 200
    return visitor, clock


def _cookie(visitor: Visitor) -> str:
    held = visitor.client.get_cookie(COOKIE, domain="127.0.0.1")
    assert held is not None
    return held.value


def _is_in(visitor: Visitor) -> bool:
    return visitor.get("/").status_code == 200


def test_a_session_ends_when_nobody_asks(visited: tuple[Visitor, Clock]) -> None:
    visitor, clock = visited
    clock.moment += IDLE - 1
    assert _is_in(visitor)
    clock.moment += IDLE - 1  # the last request counts, not the first
    assert _is_in(visitor)
    clock.moment += IDLE + 1
    assert not _is_in(visitor)


def test_a_session_ends_after_half_a_day_whoever_asks(visited: tuple[Visitor, Clock]) -> None:
    visitor, clock = visited
    began = clock.moment
    while clock.moment + IDLE - 1 <= began + WHOLE:
        clock.moment += IDLE - 1
        assert _is_in(visitor)
    clock.moment = began + WHOLE + 1
    assert not _is_in(visitor)


def test_a_copied_cookie_ends_with_its_session(visited: tuple[Visitor, Clock]) -> None:
    visitor, _ = visited
    thief = Visitor(visitor.app, enter=False)
    thief.client.set_cookie(COOKIE, _cookie(visitor), domain="127.0.0.1")
    assert _is_in(thief)
    visitor.post("/logout", {})
    assert not _is_in(visitor)
    assert not _is_in(thief)


def test_an_older_copy_is_as_idle_as_it_was(visited: tuple[Visitor, Clock]) -> None:
    visitor, clock = visited
    older = _cookie(visitor)
    clock.moment += IDLE - 1
    assert _is_in(visitor)
    clock.moment += 10
    thief = Visitor(visitor.app, enter=False)
    thief.client.set_cookie(COOKIE, older, domain="127.0.0.1")
    assert not _is_in(thief)
    assert _is_in(visitor)


def test_what_was_there_before_a_login_does_not_go_on(visited: tuple[Visitor, Clock]) -> None:
    visitor, _ = visited
    with visitor.client.session_transaction(base_url="http://127.0.0.1:8000") as before:
        before["skipped"] = ["5"]
        first = before["id"]
    access: Access = visitor.app.extensions["access"]
    if access.users is None:
        visitor.get(f"/enter/{access.token}")
    else:
        visitor.post("/login", {"name": "ann", "password": PASSWORD}, visitor.token())
    with visitor.client.session_transaction(base_url="http://127.0.0.1:8000") as after:
        assert "skipped" not in after
        assert after["id"] != first


@pytest.mark.parametrize(
    "held",
    [
        {"who": "ann"},
        {"who": "ann", "id": "x", "began": 1_800_000_000},
        {"who": "ann", "id": "x", "began": "1", "seen": "1"},
        {"who": 1, "id": "x", "began": 1_800_000_000, "seen": 1_800_000_000},
        {"who": "ann", "id": 5, "began": 1_800_000_000, "seen": 1_800_000_000},
    ],
)
def test_a_session_of_another_form_is_nobodys(
    visited: tuple[Visitor, Clock], held: dict[str, object]
) -> None:
    visitor, _ = visited
    with visitor.client.session_transaction(base_url="http://127.0.0.1:8000") as session:
        session.clear()
        session.update(held)
    assert not _is_in(visitor)
