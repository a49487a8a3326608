"""Where the app may listen, and that it answers there."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from sqlalchemy import Engine

from entity_resolution.review.serving import Address, Server, access_for, users_file
from entity_resolution.review.users import Users
from pipelines.errors import UsageError


@pytest.fixture
def users(tmp_path: Path) -> Users:
    found = Users(tmp_path / "u.json")
    found.add("bo", "correct horse battery")
    return found


def test_on_this_computer_nobody_logs_in_unless_there_are_users(users: Users) -> None:
    for host in ("127.0.0.1", "::1", "localhost"):
        found = access_for(Address(host), None, "ann")
        assert (found.users, found.who) == (None, "ann")
    assert access_for(Address(), users, "ann").users is users


def test_beyond_it_everybody_logs_in_under_names_that_are_known(users: Users, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="logs in"):
        access_for(Address("192.0.2.1"), None, "ann")
    with pytest.raises(UsageError, match="--name"):
        access_for(Address("0.0.0.0"), users, "ann")
    with pytest.raises(UsageError, match="no users"):
        access_for(Address(), Users(tmp_path / "none.json"), "ann")
    assert "192.0.2.1" in access_for(Address("192.0.2.1"), users, "ann").hosts
    found = access_for(Address("::", names=("review.example",)), users, "ann").hosts
    assert "review.example" in found
    assert "::" not in found


def test_users_count_only_if_their_file_is_there(users: Users, tmp_path: Path) -> None:
    assert users_file(tmp_path / "none.json") is None
    assert users_file(users.path) == users


def test_it_listens_and_answers(small: Engine) -> None:
    server = Server(small, Address(port=0), users=None, who="ann")
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        with opener.open(server.url, timeout=20) as answer:
            assert answer.status == 200
            assert answer.headers["Server"] in (None, "")
            assert "valuenet" in answer.read().decode()
        stranger = urllib.request.Request(server.url, headers={"Host": "evil.example"})
        with pytest.raises(urllib.error.HTTPError) as caught:
            opener.open(stranger, timeout=20)
        assert caught.value.code == 400
        caught.value.close()
        taken = Address(port=int(server.url.split(":")[2].split("/")[0]))
        with pytest.raises(UsageError, match="cannot listen"):
            Server(small, taken, users=None, who="ann")
    finally:
        server.close()
        thread.join(timeout=10)
    assert not thread.is_alive()
