"""How long a silent connection is believed in."""

from __future__ import annotations

import psycopg
import pytest

from crawlers.workers.connecting import conninfo, patience, patient
from pipelines.store.session import open_engine


@pytest.mark.parametrize("dead", [5.0, 8.0, 30.0, 3600.0])
def test_the_worker_despairs_before_the_server(dead: float) -> None:
    """Both count from the last word; what the server calls dead, the worker gave up long before."""
    own = patience(dead / 3, of_server=dead)
    words = dict(word.split("=") for word in own["options"].split() if word != "-c")
    ours = own["keepalives_idle"] + own["keepalives_interval"] * own["keepalives_count"]
    assert own["tcp_user_timeout"] < int(words["tcp_user_timeout"])
    assert ours <= dead
    assert own["tcp_user_timeout"] <= 1000 * dead / 3 + 1


def test_the_server_takes_the_words(postgres_url: str) -> None:
    engine = open_engine(postgres_url)
    with psycopg.connect(conninfo(engine), **patience(4.0, of_server=12.0)) as connection:
        shown = [
            connection.execute(f"SHOW {name}").fetchone()
            for name in ("tcp_user_timeout", "tcp_keepalives_idle")
        ]
    engine.dispose()
    assert shown == [("12000",), ("6",)]


def test_a_store_s_own_words_stay() -> None:
    found = patient("postgresql://me:secret@db.example/valuenet?keepalives_idle=7&sslmode=require")
    assert "keepalives_idle=7&" in found
    assert "sslmode=require" in found
    assert "tcp_user_timeout=30000" in found
    assert "me:secret@" in found
    assert patient("sqlite:///own.db") == "sqlite:///own.db"
