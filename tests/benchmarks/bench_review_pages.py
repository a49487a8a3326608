"""The review pages with a full queue: how soon the next pair is there after a decision.

    python -m tests.benchmarks.bench_review_pages [--pairs 50000] [--decisions 60] [--postgres URL]

One visitor over HTTP on this computer, without the browser's own time: a decision is sent, its answer leads to the
next pair, and that page is read to its end. Milliseconds: the median, the 95th of a hundred, the longest.
"""

from __future__ import annotations

import argparse
import http.client
import re
import statistics
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, insert

from entity_resolution.names import exact_key
from entity_resolution.queue import candidate_id
from entity_resolution.review.serving import Address, Server
from pipelines.store import schema
from pipelines.store.session import open_store, writing
from pipelines.store.types import content_id, now
from tests.entity_resolution.world import organisation, write


def fill(engine: Engine, pairs: int) -> None:
    """A store in which so many pairs of names wait, each name an entity of its own."""
    write(engine, "one", organisation("示例"))
    moment = now()
    with writing(engine) as connection:
        resolution = connection.execute(
            insert(schema.resolution)
            .values(made_at=moment, version="bench", mentions=0, entities=0, last_judgement=0)
            .returning(schema.resolution.c.id)
        ).scalar_one()
        for start in range(0, pairs, 5000):
            numbers = range(start, min(start + 5000, pairs))
            sides = [(number, side, f"示例{number}{side}") for number in numbers for side in ("科技", "集团")]
            ids = {(number, side): content_id("bench", name) for number, side, name in sides}
            mentions = [
                {
                    "id": ids[number, side],
                    "source": "one",
                    "name": name,
                    "kind": "company",
                    "first_seen": moment,
                }
                for number, side, name in sides
            ]
            connection.execute(insert(schema.mention), mentions)
            entities = [
                {
                    "id": f"vn{ids[number, side]:x}", "mention_id": ids[number, side], "born": resolution,
                    "kind": "company", "name": name,
                }
                for number, side, name in sides
            ]  # fmt: skip
            connection.execute(insert(schema.entity), entities)
            belongs = [
                {
                    "mention_id": ids[number, side], "entity_id": f"vn{ids[number, side]:x}",
                    "exact_key": exact_key(name),
                }
                for number, side, name in sides
            ]  # fmt: skip
            connection.execute(insert(schema.mention_entity), belongs)
            waiting = [
                {
                    "id": candidate_id(ids[number, "科技"], ids[number, "集团"]), "left_id": ids[number, "科技"],
                    "right_id": ids[number, "集团"], "score": 0.7, "suggestion": "same",
                    "why": {"reason": "alike", "features": [["lcs", "a long common part", 1.0]]},
                    "effect": float(number % 97), "raised_at": moment, "evidence_at": moment,
                }
                for number in numbers
            ]  # fmt: skip
            connection.execute(insert(schema.candidate), waiting)


class Visitor:
    """One connection with its cookie."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
        self.cookie = ""
        self.get(parts.path)

    def get(self, path: str) -> tuple[str, str]:
        """Location and page."""
        return self._ask("GET", path, None)

    def post(self, path: str, form: dict[str, str]) -> tuple[str, str]:
        return self._ask("POST", path, urlencode(form))

    def _ask(self, method: str, path: str, body: str | None) -> tuple[str, str]:
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status}")
        if cookie := answer.headers["Set-Cookie"]:
            self.cookie = cookie.partition(";")[0]
        return answer.headers["Location"] or "", text


def decide(url: str, times: int) -> list[tuple[float, float]]:
    """Seconds of each decision, and of each page of the next pair."""
    visitor = Visitor(url)
    where, _ = visitor.get("/next")
    _, page = visitor.get(where)
    took = []
    for at in range(times):
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token
        form = {"csrf_token": token[1], "choice": ("same", "different", "left unit", "skip")[at % 4]}
        start = time.perf_counter()
        where, _ = visitor.post(where, form)
        decided = time.perf_counter()
        _, page = visitor.get(where)
        took.append((decided - start, time.perf_counter() - decided))
    return took


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=50_000)
    parser.add_argument("--decisions", type=int, default=60)
    parser.add_argument("--postgres", metavar="URL", help="an empty database, in place of a file")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_store(asked.postgres or f"sqlite:///{Path(folder) / 'v.db'}", create=True)
        fill(engine, asked.pairs)
        server = Server(engine, Address(port=0), users=None, who="bench")
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        took = decide(server.url, asked.decisions)
        server.close()
        thread.join()
        engine.dispose()
    table = Table("milliseconds", "median", "95 %", "longest", title=f"{asked.pairs:,} pairs wait")
    for name, at in (("a decision is written", 0), ("the next pair is shown", 1)):
        values = sorted(1000 * one[at] for one in took[4:])  # the first ones load the lists
        figures = (statistics.median(values), values[int(0.95 * len(values))], values[-1])
        table.add_row(name, *(f"{one:.0f}" for one in figures))
    Console().print(table)


if __name__ == "__main__":
    main()
