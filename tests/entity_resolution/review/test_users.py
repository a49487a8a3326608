"""The file of users."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from entity_resolution.review.users import Users
from pipelines.errors import InputError, UsageError

LONG = "correct horse battery"


@pytest.fixture
def users(tmp_path: Path) -> Users:
    return Users(tmp_path / "u.json")


def test_a_password_lets_its_user_in_alone(users: Users) -> None:
    users.add("bo", LONG)
    users.add("安", LONG)
    assert users.names() == ["bo", "安"]
    assert users.admits("bo", LONG)
    assert not users.admits("bo", LONG + "x")
    assert not users.admits("nobody", LONG)
    assert not users.admits("nobody", "")
    assert not users.admits("bo", "x" * 2000)
    users.remove("bo")
    assert not users.admits("bo", LONG)


def test_the_file_holds_no_password_and_is_for_its_owner_alone(users: Users) -> None:
    users.add("bo", LONG)
    users.add("cy", LONG)
    text = users.path.read_text()
    assert LONG not in text
    hashes = list(json.loads(text)["users"].values())
    assert hashes[0] != hashes[1]
    assert users.path.stat().st_mode & 0o077 == 0
    assert list(users.path.parent.iterdir()) == [users.path]


def test_secret_and_stamp_last_as_long_as_they_should(users: Users) -> None:
    users.add("bo", LONG)
    assert users.secret() == users.secret() == Users(users.path).secret()
    assert len(users.secret()) == 64
    stamp = users.stamp("bo")
    assert stamp == users.stamp("bo") != ""
    users.add("bo", LONG)
    assert users.stamp("bo") != stamp
    assert users.stamp("nobody") == ""


@pytest.mark.parametrize("name", ["", "a b", "../x", "x" * 41, "-x", "<b>"])
def test_unusable_names_are_refused(users: Users, name: str) -> None:
    with pytest.raises(UsageError, match="name"):
        users.add(name, LONG)


def test_short_passwords_and_unknown_users_are_refused(users: Users) -> None:
    with pytest.raises(UsageError, match="10"):
        users.add("bo", "short")
    with pytest.raises(UsageError, match="bo"):
        users.remove("bo")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"users": {"bo": "plain"}, "secret": ""}', '{"users": [1]}']
)
def test_another_file_is_refused_by_name(users: Users, text: str) -> None:
    users.path.write_text(text)
    with pytest.raises(InputError, match=r"u\.json"):
        users.names()
