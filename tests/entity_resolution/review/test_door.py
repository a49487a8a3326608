"""The ways in and out write what happened, and tell strangers nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import Engine
from werkzeug.security import check_password_hash

from entity_resolution.review.users import Users
from pipelines.store import schema
from tests.entity_resolution.review.world import Visitor, app_on
from tests.entity_resolution.world import rows

PASSWORD = "correct horse battery"


@pytest.fixture
def users(tmp_path: Path) -> Users:
    found = Users(tmp_path / "reviewers.json")
    found.add("bo", PASSWORD)
    return found


def _log_in(visitor: Visitor, name: str, password: str, **more: str) -> tuple[int, str]:
    form = {"name": name, "password": password, **more}
    answer = visitor.post("/login", form, visitor.token("/login"))
    return answer.status_code, answer.get_data(as_text=True)


def test_logins_and_failures_are_logged_without_passwords(small: Engine, users: Users) -> None:
    visitor = Visitor(app_on(small, users=users), enter=False)
    _log_in(visitor, "bo", "some other words")
    _log_in(visitor, "bo", PASSWORD)
    visitor.post("/logout", {})
    found = rows(small, schema.audit)
    assert [(one.who, one.action, one.origin) for one in found] == [
        ("bo", "login failed", "127.0.0.1"), ("bo", "login", "127.0.0.1"), ("bo", "logout", "127.0.0.1"),
    ]  # fmt: skip
    assert "words" not in str(found)
    assert PASSWORD not in str(found)


def test_an_unknown_name_is_answered_like_a_known_one(
    small: Engine, users: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []

    def counted(hashed: str, password: str) -> bool:
        checked.append(hashed.split("$")[0])
        return check_password_hash(hashed, password)

    monkeypatch.setattr("entity_resolution.review.users.check_password_hash", counted)
    visitor = Visitor(app_on(small, users=users), enter=False)
    known, unknown = _log_in(visitor, "bo", "wrong words"), _log_in(visitor, "nobody", "wrong words")
    assert known[0] == unknown[0] == 401
    plain = [re.sub(r'csrf_token" value="[^"]+"', "", page) for _, page in (known, unknown)]
    assert plain[0].replace('value="bo"', "") == plain[1].replace('value="nobody"', "")
    assert len(checked) == 2
    assert len(set(checked)) == 1  # the same cost


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "/\\evil.example", ""])
def test_a_login_leads_nowhere_else(small: Engine, users: Users, onward: str) -> None:
    visitor = Visitor(app_on(small, users=users), enter=False)
    form = {"name": "bo", "password": PASSWORD, "next": onward}
    assert visitor.post("/login", form, visitor.token("/login")).location == "/"
    assert visitor.get("/language/en", query_string={"back": onward}).location == "/"


def test_behind_https_the_cookie_is_bound_to_it(small: Engine, users: Users) -> None:
    visitor = Visitor(app_on(small, users=users, https=True), enter=False)
    answer = visitor.client.get("/login", base_url="https://127.0.0.1")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-valuenet_review=")
    for said in ("Secure", "HttpOnly", "Path=/", "SameSite=Strict"):
        assert said in cookie
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_a_new_password_of_ones_own_ends_the_other_sessions(small: Engine, users: Users) -> None:
    app = app_on(small, users=users)
    here, there = Visitor(app, enter=False), Visitor(app, enter=False)
    for visitor in (here, there):
        assert _log_in(visitor, "bo", PASSWORD)[0] == 303
    token = here.token("/account")
    wrong = here.post("/account", {"password": "wrong words", "new": "another long one"}, token)
    assert wrong.status_code == 422
    assert here.post("/account", {"password": PASSWORD, "new": "short"}, token).status_code == 422
    assert users.admits("bo", PASSWORD)
    assert here.post("/account", {"password": PASSWORD, "new": "another long one"}, token).status_code == 303
    assert "bo has a new password" in here.text("/account")
    assert there.get("/").status_code == 303
    assert users.admits("bo", "another long one")
    assert rows(small, schema.audit)[-1].action == "password changed"


def test_the_present_password_cannot_be_tried_for_ever(small: Engine, users: Users) -> None:
    visitor = Visitor(app_on(small, users=users), enter=False)
    _log_in(visitor, "bo", PASSWORD)
    form = {"password": "wrong words", "new": "another long one"}
    token = visitor.token("/account")
    found = [visitor.post("/account", form, token) for _ in range(6)]
    assert [one.status_code for one in found] == [422] * 5 + [429]
    assert int(found[-1].headers["Retry-After"]) > 800


def test_without_users_there_is_no_password(small: Engine) -> None:
    visitor = Visitor(app_on(small))
    assert visitor.get("/account").status_code == 404
    assert visitor.get("/login").status_code == 404


def test_a_sign_that_no_text_holds_is_refused(small: Engine, users: Users) -> None:
    visitor = Visitor(app_on(small))
    for path in ("/search?q=a%00b", "/entity/a%00b", "/nothing/%00"):
        assert visitor.get(path).status_code == 400
    assert visitor.post("/undo/1", {"reason": "a\0b"}).status_code == 400


def test_looking_at_the_login_is_no_attempt(small: Engine, users: Users) -> None:
    visitor = Visitor(app_on(small, users=users), enter=False)
    assert visitor.client.head("/login", base_url="http://127.0.0.1:8000").status_code == 200
    assert rows(small, schema.audit) == []
