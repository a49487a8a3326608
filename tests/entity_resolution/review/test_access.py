"""Who gets in, and what the browser is told to refuse."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from entity_resolution.review.access import HEADERS, local_path
from entity_resolution.review.attempts import Attempts
from entity_resolution.review.users import Users
from pipelines.store import schema
from tests.entity_resolution.review.world import Visitor, app_on, candidate
from tests.entity_resolution.world import rows

PASSWORD = "correct horse battery"


@pytest.fixture
def users(tmp_path: Path) -> Users:
    found = Users(tmp_path / "reviewers.json")
    found.add("bo", PASSWORD)
    return found


def log_in(visitor: Visitor, name: str = "bo", password: str = PASSWORD, onward: str = "") -> int:
    token = visitor.token("/login")
    answer = visitor.post("/login", {"name": name, "password": password, "next": onward}, token)
    return answer.status_code


def test_nobody_gets_in_without_the_printed_address(small: Engine) -> None:
    visitor = Visitor(app_on(small), enter=False)
    for path in ("/", "/next", "/search", "/entity/x", "/enter/wrong", "/checks/"):
        answer = visitor.get(path)
        assert answer.status_code == 403, path
        assert "the address that the command printed" in answer.get_data(as_text=True)
    assert visitor.get("/login").status_code == 404
    assert visitor.get("/static/review.css").status_code == 200


def test_a_login_opens_the_page_that_was_asked_for(small: Engine, users: Users) -> None:
    visitor = Visitor(app_on(small, users=users), enter=False)
    answer = visitor.get("/search?q=x")
    assert answer.location == "/login?next=/search?q%3Dx"
    token = visitor.token("/login")
    form = {"name": "bo", "password": PASSWORD, "next": "/search?q=x"}
    answer = visitor.post("/login", form, token)
    assert answer.location == "/search?q=x"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "bo" in visitor.text("/")
    visitor.post("/logout", {})
    assert visitor.get("/").status_code == 303


def test_the_token_of_this_computer_does_not_replace_a_login(small: Engine, users: Users) -> None:
    app = app_on(small, users=users)
    visitor = Visitor(app, enter=False)
    assert visitor.get(f"/enter/{app.extensions['access'].token}").status_code == 403


def test_wrong_passwords_are_slowed_down(small: Engine, users: Users) -> None:
    moment = [0.0]
    attempts = Attempts(lambda: moment[0])
    visitor = Visitor(app_on(small, users=users, attempts=attempts), enter=False)
    assert [log_in(visitor, password="wrong word here") for _ in range(6)] == [401] * 5 + [429]
    assert log_in(visitor) == 429
    moment[0] += 901
    assert log_in(visitor) == 303


def test_a_new_password_or_none_ends_sessions(small: Engine, users: Users) -> None:
    visitor = Visitor(app_on(small, users=users), enter=False)
    assert log_in(visitor) == 303
    users.set_password("bo", "another long password")
    assert visitor.get("/").status_code == 303
    assert log_in(visitor, password="another long password") == 303
    assert visitor.get("/").status_code == 200
    users.remove("bo")
    assert visitor.get("/").status_code == 303


def test_a_restart_logs_nobody_out_and_another_key_everybody(small: Engine, users: Users) -> None:
    visitor = Visitor(app_on(small, users=users), enter=False)
    assert log_in(visitor) == 303
    cookie = visitor.client.get_cookie("valuenet_review", domain="127.0.0.1")
    assert cookie is not None
    again = Visitor(app_on(small, users=users), enter=False)
    again.client.set_cookie("valuenet_review", cookie.value, domain="127.0.0.1")
    assert again.get("/").status_code == 200
    other = Visitor(app_on(small), enter=False)
    other.client.set_cookie("valuenet_review", cookie.value, domain="127.0.0.1")
    assert other.get("/").status_code == 403


def test_forms_from_elsewhere_are_refused(small: Engine, ids: dict[str, int], ann: Visitor) -> None:
    pair = f"/pair/{candidate(ids, '甲牌科技', '甲牌')}"
    posts = [
        pair,
        "/undo/1",
        "/forget",
        "/logout",
        "/checks/draw",
        "/checks/1",
        "/entity/x/split",
        "/compare/1/2",
    ]
    for path in [*posts, "/entity/x/together"]:
        for token in ("", "wrong"):
            assert ann.post(path, {"choice": "same"}, token).status_code == 400, path
    assert rows(small, schema.judgement) == []


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil:8000", "10.0.0.1"]
)
def test_other_host_names_are_refused(small: Engine, ann: Visitor, host: str) -> None:
    answer = ann.client.get("/", base_url=f"http://{host}")
    assert answer.status_code == 400
    assert answer.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/search?q=x", "/static/review.js", "/nothing", "/enter/x"])
def test_every_answer_has_the_headers(ann: Visitor, path: str) -> None:
    answer = ann.get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert ("no-store" in answer.headers["Cache-Control"]) is not path.startswith("/static")


def test_large_forms_are_refused(ann: Visitor) -> None:
    assert ann.post("/undo/1", {"reason": "x" * 600_000}).status_code == 413


@pytest.mark.parametrize(
    "path",
    [
        "",
        "x",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "/a\nb",
        "/" + "x" * 2000,
        "/\\/e",
    ],
)
def test_ways_out_are_no_local_paths(path: str) -> None:
    assert local_path(path) == ""


def test_local_paths_stay() -> None:
    assert local_path("/search?q=x&with=vn1") == "/search?q=x&with=vn1"
