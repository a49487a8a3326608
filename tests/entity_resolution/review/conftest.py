"""A store with three pairs that wait, and a visitor."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from pipelines.store.session import open_store
from tests.entity_resolution.review.world import Visitor, app_on, waiting_world

PAIRS = (("甲牌科技", "甲牌", "same"), ("乙云", "乙牌", "unit of"), ("丙牌音乐", "丙牌", "subsidiary of"))


@pytest.fixture
def small(sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    """An empty store on SQLite."""
    path = tmp_path / "store.db"
    shutil.copyfile(sqlite_template, path)
    engine = open_store(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture
def ids(small: Engine) -> dict[str, int]:
    """Three pairs wait, and 丁牌 stands by. Name → mention."""
    return waiting_world(small, *PAIRS, extra=("丁牌",))


@pytest.fixture
def ann(small: Engine, ids: dict[str, int]) -> Visitor:
    """A visitor who got in."""
    return Visitor(app_on(small))
