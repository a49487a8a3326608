"""The small store of `tests.analytics.world`, made once; nobody writes to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from analytics.basis import Basis, basis
from tests.analytics.world import world


@pytest.fixture(scope="session")
def world_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("world")
    engine = world(f"sqlite:///{folder / 'world.db'}", folder / "archive")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def world_basis(world_store: Engine) -> Basis:
    return basis(world_store)
