"""What admins do to users, and what they see of the audit log."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from sqlalchemy import Engine

from entity_resolution.review.users import Users
from pipelines.store import audit, schema
from tests.entity_resolution.review.world import Visitor, app_on
from tests.entity_resolution.world import rows

PASSWORD = "correct horse battery"


@pytest.fixture
def users(tmp_path: Path) -> Users:
    found = Users(tmp_path / "reviewers.json")
    found.add("ann", PASSWORD, "admin")
    found.add("bo", PASSWORD)
    return found


@pytest.fixture
def admin(small: Engine, users: Users) -> Visitor:
    visitor = Visitor(app_on(small, users=users), enter=False)
    visitor.post("/login", {"name": "ann", "password": PASSWORD}, visitor.token("/login"))
    return visitor


def test_users_are_added_changed_and_removed(small: Engine, users: Users, admin: Visitor) -> None:
    admin.post("/admin/users", {"name": "cy", "password": PASSWORD, "role": "reader"})
    page = admin.text("/admin/users")
    assert "cy may log in." in page
    assert PASSWORD not in page
    admin.post("/admin/users/cy", {"do": "role", "role": "reviewer"})
    admin.post("/admin/users/cy", {"do": "password", "password": "another long one"})
    assert users.admits("cy", "another long one")
    admin.post("/admin/users/cy", {"do": "remove"})
    assert users.names() == ["ann", "bo"]
    found = [(one.who, one.action, one.about, one.details) for one in rows(small, schema.audit)][1:]
    assert found == [
        ("ann", "user added", "cy", {"role": "reader"}),
        ("ann", "role changed", "cy", {"role": "reviewer", "before": "reader"}),
        ("ann", "password changed", "cy", {}),
        ("ann", "user removed", "cy", {}),
    ]


@pytest.mark.parametrize("form", [{"do": "remove"}, {"do": "role", "role": "reader"}])
def test_the_last_admin_stays(users: Users, admin: Visitor, form: dict[str, str]) -> None:
    admin.post("/admin/users/ann", form)
    assert "ann is the last admin" in admin.text("/admin/users")
    users.set_role("bo", "admin")
    admin.post("/admin/users/ann", form)
    ann = users.find("ann")
    assert ann is None or ann.role == "reader"


@pytest.mark.parametrize(
    "form",
    [{"name": "a b"}, {"name": "bo"}, {"name": "cy", "role": "king"}, {"name": "cy", "password": "short"}],
)
def test_what_is_unusable_changes_nothing(users: Users, admin: Visitor, form: dict[str, str]) -> None:
    before = users.path.read_text()
    admin.post("/admin/users", {"password": PASSWORD, "role": "reader", **form})
    assert users.path.read_text() == before
    assert 'role="status"' in admin.text("/admin/users")
    assert admin.post("/admin/users/bo", {"do": "dance"}).status_code == 400
    admin.post("/admin/users/nobody", {"do": "remove"})
    assert "no user is named" in admin.text("/admin/users")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_log_is_shown_in_both_languages_whatever_was_typed(
    small: Engine, users: Users, admin: Visitor, language: str
) -> None:
    audit.write(small, "<script>x</script>\u202e", "login failed", origin="192.0.2.1")
    audit.write(small, "ann", "an action without words")
    audit.write(small, "ann", "role changed", "bo", role="reader", before="admin")
    admin.client.set_cookie("language", language, domain="127.0.0.1")
    page = admin.text("/admin/audit")
    assert "<script>x" not in page
    assert "\u202e" not in page
    assert "an action without words" in page
    for words in {"en": ("login failed", "reader", "← admin"), "zh": ("登录失败", "读者", "← 管理员")}[
        language
    ]:
        assert words in page


def test_the_log_is_taken_away_as_csv_and_that_is_logged(small: Engine, admin: Visitor) -> None:
    audit.write(small, "=1+1", "login failed", origin="192.0.2.1")
    answer = admin.post("/admin/audit.csv", {})
    assert "attachment" in answer.headers["Content-Disposition"]
    found = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert [one["action"] for one in found] == ["exported", "login failed", "login"]
    assert found[1]["who"] == "'=1+1"
