"""How long a worker believes in a connection to the database that has become silent.

A server that is stopped says so, or its machine does. One whose network is cut says nothing, and the systems at
both ends would wait for a quarter of an hour, or for ever: so they are told how long to.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine

from pipelines.store.session import store_url

#: Silence after which the store's connections are given up. Seconds.
SILENCE = 30.0


def patience(seconds: float, *, of_server: float | None = None) -> dict[str, Any]:
    """libpq's words for giving a connection up after `seconds` of silence, which count whatever the server is busy
    with: its system answers meanwhile. of_server: after so many seconds the server gives it up from its side."""
    # a probe after half of the time, two more in the other half; sent bytes that nobody acknowledges count the same
    words: dict[str, Any] = {
        "connect_timeout": max(2, round(seconds)),
        "keepalives_idle": max(1, round(seconds / 2)),
        "keepalives_interval": max(1, round(seconds / 4)),
        "keepalives_count": 2,
        "tcp_user_timeout": round(1000 * seconds),
    }
    if of_server is not None:
        idle, between = max(1, round(of_server / 2)), max(1, round(of_server / 4))
        words["options"] = (
            f"-c tcp_keepalives_idle={idle} -c tcp_keepalives_interval={between} -c tcp_keepalives_count=2 "
            f"-c tcp_user_timeout={round(1000 * of_server)}"
        )
    return words


def patient(store: str) -> str:
    """The store's URL with this patience, unless it states its own; SQLite's as it is."""
    url = store_url(store)
    if url.get_backend_name() != "postgresql":
        return store
    own = {name: str(value) for name, value in patience(SILENCE).items() if name not in url.query}
    return url.update_query_dict(own).render_as_string(hide_password=False)


def conninfo(engine: Engine) -> str:
    """Where the store lies, in libpq's words. Holds the password: for connecting, not for showing."""
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
