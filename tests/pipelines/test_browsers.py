"""Which browser is taken."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipelines.browsers import BROWSERS, CHOSEN, find_browser, sandbox_flags


def _program(folder: Path, name: str) -> str:
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


def test_the_first_on_the_path_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(CHOSEN, raising=False)
    assert find_browser() is None
    last, first = (_program(tmp_path, name) for name in (BROWSERS[-1], BROWSERS[0]))
    assert find_browser() == first
    monkeypatch.setenv(CHOSEN, last)
    assert find_browser() == last
    monkeypatch.setenv(CHOSEN, str(tmp_path / "gone"))
    assert find_browser() == first


def test_only_root_goes_without_a_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert sandbox_flags() == []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert sandbox_flags() == ["--no-sandbox"]
