"""Every route states its role, and no role reaches further than it should. Walks the app's own map of addresses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine
from werkzeug.routing import Rule

from entity_resolution.reconcile import blueprint
from entity_resolution.review.access import mount
from entity_resolution.review.roles import ROLES, ROUTES, may, reaches
from entity_resolution.review.users import Users
from pipelines.store import schema
from tests.entity_resolution.review.world import Visitor, app_on
from tests.entity_resolution.world import rows

PASSWORD = "correct horse battery"
#: Addresses that are there for their own kind of visitor, and are tested in test_access.py.
WAYS_IN = {"static", "door.enter", "door.login", "door.logout", "pages.language", "api.description"}


@pytest.fixture
def users(tmp_path: Path) -> Users:
    found = Users(tmp_path / "reviewers.json")
    for role in ROLES:
        found.add(role, PASSWORD, role)
    return found


def _rules(app: Flask) -> list[Rule]:
    """Without those of the service that keeps its own door."""
    return [one for one in app.url_map.iter_rules() if not one.endpoint.startswith("reconcile.")]


def _address(rule: Rule) -> str:
    path = re.sub(r"<int:\w+>", "1", rule.rule)
    return re.sub(r"<(path:)?\w+>", "x", path)


def _asks(app: Flask) -> list[tuple[str, str, str]]:
    """(method, address, endpoint) of all that is served."""
    found = [
        (method, _address(rule), rule.endpoint)
        for rule in _rules(app)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]
    assert len(found) > 35
    return found


def _visitor(app: Flask, name: str) -> Visitor:
    visitor = Visitor(app, enter=False)
    answer = visitor.post("/login", {"name": name, "password": PASSWORD}, visitor.token("/login"))
    assert answer.status_code == 303
    return visitor


def test_every_route_states_its_role_and_every_role_is_of_a_route(small: Engine) -> None:
    app = app_on(small)
    mount(app, blueprint(small))
    assert {rule.endpoint for rule in _rules(app)} == set(ROUTES)


def test_a_route_that_nobody_listed_is_open_to_nobody(small: Engine, users: Users) -> None:
    for app in (app_on(small), app_on(small, users=users)):
        app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
        visitor = Visitor(app) if app.extensions["access"].users is None else _visitor(app, "admin")
        assert visitor.get("/").status_code == 200
        assert visitor.get("/forgotten").status_code == 403


def test_strangers_reach_the_ways_in_alone(small: Engine, users: Users) -> None:
    app = app_on(small, users=users)
    visitor = Visitor(app, enter=False)
    token = visitor.token("/login")
    for method, address, endpoint in _asks(app):
        if endpoint in WAYS_IN:
            assert may("", endpoint)
            continue
        assert not may("", endpoint), endpoint
        answer = visitor.client.open(
            address, method=method, data={"csrf_token": token}, base_url="http://127.0.0.1:8000"
        )
        if endpoint.startswith("api."):
            assert answer.status_code == 401, endpoint
        else:
            assert (answer.status_code, answer.location.split("?")[0]) == (303, "/login"), endpoint


@pytest.mark.parametrize("role", ROLES)
def test_a_role_reaches_what_it_may_and_nothing_else(small: Engine, users: Users, role: str) -> None:
    app = app_on(small, users=users)
    visitor = _visitor(app, role)
    token, key = visitor.token("/"), users.new_key(role)
    refused = 0
    for method, address, endpoint in _asks(app):
        if endpoint in (WAYS_IN | {"door.account"}):
            continue
        if endpoint.startswith("api."):
            answer = app.test_client().open(
                address, method=method, json={}, base_url="http://127.0.0.1:8000",
                headers={"Authorization": f"Bearer {key}"},
            )  # fmt: skip
        else:
            answer = visitor.client.open(
                address, method=method, data={"csrf_token": token}, base_url="http://127.0.0.1:8000"
            )
        route = ROUTES[endpoint]
        assert route.role != "anybody"
        assert (answer.status_code == 403) is not reaches(role, route.role), (endpoint, answer.status_code)
        refused += answer.status_code == 403
    logged = [one for one in rows(small, schema.audit) if one.action == "refused"]
    assert (
        len(logged)
        == refused
        == sum(not may(role, endpoint) for _, _, endpoint in _asks(app) if endpoint not in WAYS_IN)
    )
    assert {one.who for one in logged} <= {role}


def test_whatever_changes_something_needs_a_token_or_a_key(small: Engine, users: Users) -> None:
    app = app_on(small, users=users)
    visitor = _visitor(app, "admin")
    before = users.path.read_text()
    for method, address, endpoint in _asks(app):
        if method == "GET":
            continue
        for token in ("", "wrong"):
            answer = visitor.client.open(
                address, method=method, data={"csrf_token": token}, base_url="http://127.0.0.1:8000"
            )
            # a session's cookie counts for nothing where programs ask
            assert answer.status_code == (401 if endpoint.startswith("api.") else 400), endpoint
    assert users.path.read_text() == before
    assert {one.action for one in rows(small, schema.audit)} == {"login"}


def test_the_single_user_of_this_computer_may_everything(small: Engine) -> None:
    visitor = Visitor(app_on(small))
    assert visitor.get("/admin/audit").status_code == 200
    assert visitor.get("/admin/users").status_code == 404  # nobody logs in, and so there is nobody to manage


def test_a_role_changes_with_the_next_request(small: Engine, users: Users) -> None:
    visitor = _visitor(app_on(small, users=users), "admin")
    assert visitor.get("/admin/users").status_code == 200
    users.set_role("admin", "reader")
    answer = visitor.get("/admin/users")
    assert answer.status_code == 403
    assert "Your role does not reach this" in answer.get_data(as_text=True)
    assert visitor.get("/").status_code == 200


def test_readers_see_pairs_without_claiming_or_deciding(
    small: Engine, users: Users, ids: dict[str, int]
) -> None:
    app = app_on(small, users=users)
    reader, reviewer = _visitor(app, "reader"), _visitor(app, "reviewer")
    overview = reader.text("/")
    pair = re.findall(r'href="(/pair/\d+)"', overview)[0]
    assert "/next" not in overview
    assert 'name="choice"' not in reader.text(pair)
    page = reviewer.text(pair)
    assert 'name="choice"' in page
    assert "is deciding this pair" not in page
    assert all(one.claimed_by in (None, "reviewer") for one in rows(small, schema.candidate))
    for path in ("/readings/", "/checks/", "/search?q=甲牌", "/account"):
        assert "/next" not in reader.text(path)


def test_roles_go_upwards() -> None:
    assert [[reaches(one, other) for other in ROLES] for one in ("", *ROLES)] == [
        [False, False, False], [True, False, False], [True, True, False], [True, True, True],
    ]  # fmt: skip
    assert not may("admin", None)
    assert json.dumps(ROLES) == '["reader", "reviewer", "admin"]'
