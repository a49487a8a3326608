"""The numbers of a store for Prometheus, and a small server that hands them out, and says whether all is
well."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from sqlalchemy.exc import SQLAlchemyError

from pipelines.errors import ValuenetError
from pipelines.operations.health import Health
from pipelines.store.runs import VERSION
from pipelines.store.types import now

#: Looking at a large store takes seconds: whoever asks sooner is told the same again.
KEPT_SECONDS: Final = 30.0
#: An answer is kept for so many times as long as it took, too: looking is a small share of the database's work.
KEPT_TIMES: Final = 20

Ask = Callable[[], Health]


def asked_seldom(ask: Ask, seconds: float = KEPT_SECONDS) -> Ask:
    """Asks at most once in so many seconds, and in `KEPT_TIMES` what asking took, whoever calls; a store that
    cannot be used is `failing`, with why."""
    lock = threading.Lock()
    kept: list[tuple[float, Health]] = []

    def answer() -> Health:
        with lock:
            began = time.monotonic()
            if kept and began < kept[0][0]:
                return kept[0][1]
            try:
                found = ask()
            except (ValuenetError, SQLAlchemyError, OSError) as error:
                words = str(getattr(error, "orig", None) or error).splitlines() or [type(error).__name__]
                found = Health(now(), "failing", (words[0],))
            ended = time.monotonic()
            kept[:] = [(max(began + seconds, ended + KEPT_TIMES * (ended - began)), found)]
            return found

    return answer


class _Collector:
    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def collect(self) -> Iterator[Metric]:
        return families(self._ask())


def families(found: Health) -> Iterator[Metric]:
    """The metrics. Without rows the store could not be used: then `valuenet_up` is 0, and nothing else is
    told."""
    yield _gauge("valuenet_up", "1 if the store can be used.", [], [([], float(bool(found.rows)))])
    yield _gauge("valuenet_info", "The program's version.", ["version"], [([VERSION], 1.0)])
    if not found.rows:
        return
    states = [([one], float(found.status == one)) for one in ("ok", "warning", "failing")]
    yield _gauge("valuenet_status", "How the store is: 1 at one of the words.", ["status"], states)
    rows = (([name], float(count)) for name, count in found.rows.items())
    yield _gauge("valuenet_rows", "Rows of a table; large ones of PostgreSQL are estimated.", ["table"], rows)
    yield _gauge(
        "valuenet_runs", "Runs by how they ended.", ["source", "outcome"],
        (([*key], count) for key, count in sorted(found.runs.items())),
    )  # fmt: skip
    yield _gauge(
        "valuenet_queue_length", "What waits: for a person, and documents for the readers.", ["queue"],
        (([name], count) for name, count in found.queues.items()),
    )  # fmt: skip
    yield _gauge(
        "valuenet_visits", "Visits in the workers' queue.", ["state"],
        (([name], count) for name, count in sorted(found.visits.items())),
    )  # fmt: skip
    told = found.sources
    for name, words, values in (
        (
            "last_complete_age_seconds", "Since the last complete visit ended.",
            [(one.source, one.age) for one in told if one.age is not None],
        ),
        ("overdue_seconds", "Since the source was due; 0: it is not.", [(one.source, one.overdue) for one in told]),
        ("failures", "Visits in a row that failed.", [(one.source, float(one.failures)) for one in told]),
        ("alarm", "1 if the last visit raised an alarm.", [(one.source, float(bool(one.alarm))) for one in told]),
        ("paused", "1 if the source is left alone.", [(one.source, float(one.paused)) for one in told]),
    ):  # fmt: skip
        yield _gauge(
            f"valuenet_source_{name}", words, ["source"], (([source], value) for source, value in values)
        )


def _gauge(name: str, words: str, labels: list[str], values: Iterable[tuple[list[str], float]]) -> Metric:
    made = GaugeMetricFamily(name, words, labels=labels)
    for own, value in values:
        made.add_metric(own, float(value))
    return made


def exposition(ask: Ask) -> bytes:
    """The metrics in Prometheus' text format (version 0.0.4)."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(ask))
    return generate_latest(registry)


def app(ask: Ask) -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    """A WSGI app: `/metrics`, and `/healthz`, which answers 503 while the store is failing. It only reads."""

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if environ.get("REQUEST_METHOD") not in ("GET", "HEAD"):
            status, kind, body = "405 Method Not Allowed", "text/plain", b"GET only\n"
        elif path == "/metrics":
            status, kind, body = "200 OK", CONTENT_TYPE_PLAIN_0_0_4, exposition(ask)
        elif path == "/healthz":
            found = ask()
            status = "503 Service Unavailable" if found.status == "failing" else "200 OK"
            told = {"status": found.status, "troubles": found.troubles, "at": found.at.isoformat()}
            kind, body = "application/json", json.dumps(told, ensure_ascii=False).encode()
        else:
            status, kind, body = "404 Not Found", "text/plain", b"/metrics or /healthz\n"
        headers = [
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        start(status, headers)
        return [] if environ.get("REQUEST_METHOD") == "HEAD" else [body]

    return answer
