"""The commands review users and review audit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from entity_resolution.review.users import Users
from pipelines.store.session import open_store
from valuenet import main

SECRET = "correct horse battery\n"


@pytest.fixture
def url(tmp_path: Path) -> str:
    found = f"sqlite:///{tmp_path / 'v.db'}"
    open_store(found, create=True).dispose()
    return found


def run(url: str, *words: str, given: str = "") -> Result:
    return CliRunner().invoke(main, ["--store", url, "review", *words], input=given)


def test_users_come_change_and_go_and_the_log_tells_of_it(url: str, tmp_path: Path) -> None:
    path = tmp_path / "reviewers.json"
    where = ["--users", str(path)]
    assert "Nobody may log in" in run(url, "users", "list", *where).stderr
    added = run(url, "users", "add", "bo", *where, given=SECRET + SECRET)
    assert added.exit_code == 0
    assert "Nobody is admin yet" in added.stderr
    assert "correct horse" not in path.read_text() + added.output
    assert run(url, "users", "add", "bo", *where, given=SECRET + SECRET).exit_code == 2
    assert run(url, "users", "add", "cy", *where, given="short\nshort\n").exit_code == 2
    assert run(url, "users", "role", "bo", "admin", *where).exit_code == 0
    assert run(url, "users", "role", "bo", "king", *where).exit_code == 2
    key = run(url, "users", "key", "bo", *where).stdout.strip()
    known = Users(path).bearer(key)
    assert known is not None
    assert known.name == "bo"
    listed = json.loads(run(url, "users", "list", *where, "--json").stdout)
    assert listed == [{"name": "bo", "role": "admin", "key": True}]
    assert run(url, "users", "list", *where).stdout.splitlines()[1].split("\t") == ["bo", "admin", "yes"]
    assert run(url, "users", "key", "bo", "--end", *where).exit_code == 0
    assert Users(path).bearer(key) is None
    other = "another long one\n"
    assert run(url, "users", "passwd", "bo", *where, given=other + other).exit_code == 0
    assert Users(path).admits("bo", other.strip())
    assert run(url, "users", "remove", "bo", *where).exit_code == 0
    assert run(url, "users", "remove", "bo", *where).exit_code == 2
    log = json.loads(run(url, "audit", "--json").stdout)
    assert [(one["action"], one["about"], one["origin"]) for one in reversed(log)] == [
        (action, "bo", "command line")
        for action in (
            "user added", "role changed", "key made", "key ended", "password changed", "user removed",
        )
    ]  # fmt: skip
    assert "horse" not in str(log)
    assert key not in str(log)
    assert "role changed" in run(url, "audit", "--limit", "5").stdout


def test_without_a_store_it_is_said_that_nothing_was_logged(tmp_path: Path) -> None:
    nowhere = f"sqlite:///{tmp_path / 'none.db'}"
    done = run(nowhere, "users", "add", "bo", "--users", str(tmp_path / "u.json"), given=SECRET + SECRET)
    assert done.exit_code == 0
    assert "Not in an audit log" in done.stderr
    assert Users(tmp_path / "u.json").names() == ["bo"]
    assert run(nowhere, "audit").exit_code == 1
