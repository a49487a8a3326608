"""One visitor a host, whoever is thought dead."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from crawlers.workers.hosts import host_turn
from pipelines.store.session import open_engine
from pipelines.store.turns import Taken
from tests.program import environment

HOLDER = """
import sys, time
from crawlers.workers.hosts import host_turn
from pipelines.store.session import open_engine
with host_turn(open_engine(sys.argv[1]), "a.example"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    engine = open_engine(postgres_url)
    yield engine
    engine.dispose()


def test_a_host_has_one_visitor(engine: Engine) -> None:
    with (
        host_turn(engine, "a.example"),
        host_turn(engine, "b.example"),
        pytest.raises(Taken, match=r"a\.example has a visitor already"),
        host_turn(engine, "a.example"),
    ):
        pass
    with host_turn(engine, "a.example"):
        pass


def test_a_visitor_that_is_killed_lets_go(engine: Engine, postgres_url: str) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, postgres_url], env=environment(), stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(Taken), host_turn(engine, "a.example"):
        pass
    holder.kill()
    holder.wait()
    holder.stdout.close()
    for _ in range(100):  # the database notices within moments
        try:
            with host_turn(engine, "a.example"):
                return
        except Taken:
            continue
    raise AssertionError("the lock outlived its holder")
