"""The file of users."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
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
    hashes = [one["password"] for one in json.loads(text)["users"].values()]
    assert hashes[0] != hashes[1]
    assert users.path.stat().st_mode & 0o077 == 0
    assert list(users.path.parent.iterdir()) == [users.path]


def test_secret_and_stamp_last_as_long_as_they_should(users: Users) -> None:
    users.add("bo", LONG)
    assert users.secret() == users.secret() == Users(users.path).secret()
    assert len(users.secret()) == 64
    first, again = users.find("bo"), users.find("bo")
    assert first is not None
    assert first == again
    users.set_role("bo", "admin")
    assert users.find("bo") == replace(first, role="admin")
    users.set_password("bo", LONG)
    after = users.find("bo")
    assert after is not None
    assert after.stamp != first.stamp
    assert users.find("nobody") is None


def test_a_name_is_added_once_and_has_a_role(users: Users) -> None:
    users.add("bo", LONG)
    with pytest.raises(UsageError, match="passwd"):
        users.add("bo", LONG + "x")
    assert users.admits("bo", LONG)
    assert [(one.name, one.role) for one in users.listed()] == [("bo", "reviewer")]
    assert users.set_role("bo", "admin") == "reviewer"
    for change in (lambda: users.set_role("bo", "king"), lambda: users.add("cy", LONG, "king")):
        with pytest.raises(UsageError, match="reader, reviewer, admin"):
            change()
    for unknown in (
        lambda: users.set_role("cy", "reader"), lambda: users.set_password("cy", LONG),
        lambda: users.new_key("cy"), lambda: users.end_key("cy"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match="'cy'"):
            unknown()


def test_a_key_is_of_one_user_until_the_next_or_a_new_password(users: Users) -> None:
    users.add("bo", LONG)
    users.add("cy", LONG)
    first = users.new_key("bo")
    assert first not in users.path.read_text()
    held = users.bearer(first)
    assert held is not None
    assert (held.name, held.has_key) == ("bo", True)
    second = users.new_key("bo")
    assert users.bearer(first) is None
    assert users.bearer("") is None
    users.set_password("bo", LONG)
    assert users.bearer(second) is None
    third = users.new_key("bo")
    users.end_key("bo")
    assert users.bearer(third) is None


def test_ended_sessions_are_kept_as_long_as_they_could_have_lasted(users: Users) -> None:
    users.add("bo", LONG)
    users.end_session("one", time.time() + 1000)
    users.end_session("two", time.time() - 1)
    assert users.has_ended("one")
    users.end_session("three", time.time() + 1000)
    assert Users(users.path).has_ended("one")
    assert not users.has_ended("two")
    assert not users.has_ended("four")


def test_two_who_change_the_file_at_once_lose_nothing(users: Users) -> None:
    users.add("bo", LONG)

    def end(number: int) -> None:
        Users(users.path).end_session(f"s{number}", time.time() + 1000)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(end, range(40)))
    assert all(users.has_ended(f"s{number}") for number in range(40))


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
