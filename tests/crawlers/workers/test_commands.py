"""The command queue: what it asks for, shows and refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from valuenet import main

SITES = ("--site", "https://a.example/", "--site", "https://b.example/")


def asked(url: str, *words: str, code: int = 0) -> Any:
    done = CliRunner().invoke(main, ["--store", url, "queue", *words, "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout) if code == 0 else done.output


def test_visits_are_added_once_and_listed(postgres_url: str) -> None:
    first = asked(postgres_url, "add", "news", "ror", *SITES)
    assert [(one["source"], one["site"]) for one in first["added"]] == [
        ("news", "https://a.example/"), ("news", "https://b.example/"), ("ror", ""),
    ]  # fmt: skip
    again = asked(postgres_url, "add", "news", *SITES)
    assert (again["added"], len(again["waiting_already"])) == ([], 2)
    assert [one["state"] for one in asked(postgres_url, "list")] == ["todo"] * 3
    assert asked(postgres_url, "forget") == {"forgotten": 0}


def test_what_was_never_visited_is_due(postgres_url: str) -> None:
    assert len(asked(postgres_url, "add", "--due", "news", *SITES)["added"]) == 2


def test_sources_that_want_something_are_left_out_unless_named(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VALUENET_SOURCES", raising=False)
    listed = {one["source"] for one in asked(postgres_url, "add")["added"]}
    assert "ror" in listed
    assert not listed & {"news", "site"}


def test_what_cannot_be_shared_says_so(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'own.db'}"
    assert "PostgreSQL, and this one is SQLite" in asked(url, "add", "ror", code=2)


def test_the_live_web_wants_a_contact(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VALUENET_CONTACT", raising=False)
    asked(postgres_url, "add", "ror")
    assert "VALUENET_CONTACT" in asked(postgres_url, "work", "--once", code=2)
