"""One visitor a host, whoever is thought dead."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from crawlers.workers.hosts import Away, host_turns
from pipelines.store.session import open_engine
from pipelines.store.turns import Taken
from tests.program import environment

HOLDER = """
import asyncio, sys
from crawlers.workers.hosts import host_turns
from pipelines.store.session import open_engine

async def hold():
    async with host_turns(open_engine(sys.argv[1]), 30) as hosts, hosts.turn("a.example"):
        print("held", flush=True)
        await asyncio.sleep(60)

asyncio.run(hold())
"""
DEAD = 30.0


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    engine = open_engine(postgres_url)
    yield engine
    engine.dispose()


def cut(engine: Engine) -> None:
    """End every other connection to this database."""
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )


def test_a_host_has_one_visitor(engine: Engine) -> None:
    async def visit() -> None:
        async with host_turns(engine, DEAD) as one, host_turns(engine, DEAD) as other:
            async with one.turn("a.example"), other.turn("b.example"):
                for asked in (one, other):  # nor may one worker make two visits of a host
                    with pytest.raises(Taken, match=r"a\.example has a visitor already"):
                        async with asked.turn("a.example"):
                            pass
            async with other.turn("a.example"):
                pass

    asyncio.run(visit())


def test_a_visitor_that_is_killed_lets_go(engine: Engine, postgres_url: str) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, postgres_url], env=environment(), stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"

    async def visit() -> None:
        async with host_turns(engine, DEAD) as hosts:
            with pytest.raises(Taken):
                async with hosts.turn("a.example"):
                    pass
            holder.kill()
            holder.wait()
            for _ in range(100):  # the database notices within moments
                try:
                    async with hosts.turn("a.example"):
                        return
                except Taken:
                    await asyncio.sleep(0.05)
        raise AssertionError("the lock outlived its holder")

    asyncio.run(visit())
    holder.stdout.close()


def test_a_visitor_whose_connection_ends_is_told_and_holds_nothing(engine: Engine) -> None:
    async def visit() -> None:
        async with host_turns(engine, DEAD) as one, one.turn("a.example"):
            assert await one.is_there()
            await asyncio.to_thread(cut, engine)
            with pytest.raises(Away):  # without a question of ours
                await asyncio.wait_for(asyncio.shield(one.lost), 20)
            assert not await one.is_there()
            with pytest.raises(Away):
                async with one.turn("b.example"):
                    pass
            async with host_turns(engine, DEAD) as other, other.turn("a.example"):
                pass

    asyncio.run(visit())


def test_a_database_that_is_not_there_is_said_to_be_away(engine: Engine) -> None:
    async def visit() -> None:
        async with host_turns(open_engine("postgresql+psycopg://postgres@127.0.0.1:1/none"), DEAD):
            pass

    with pytest.raises(Away):
        asyncio.run(visit())
