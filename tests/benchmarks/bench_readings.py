"""The pages of readings with a full queue: how soon the next reading is there after a decision.

    python -m tests.benchmarks.bench_readings [--readings 50000] [--decisions 60] [--postgres URL]

As `bench_review_pages` does for pairs: one visitor over HTTP on this computer, without the browser's own time. As many
readings again were taken without a person, and stand behind facts. Milliseconds: the median, the 95th of a hundred,
the longest; of all types, of the rarest type, and of the overview. Fails where the next reading takes more than
100 ms in the middle of many.
"""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, insert, text

from entity_resolution.review.serving import Address, Server
from pipelines.reading.fact import Type
from pipelines.reading.fact_json import fact_json
from pipelines.store import schema
from pipelines.store.session import open_store, writing
from pipelines.store.types import content_id, now
from tests.benchmarks.bench_review_pages import Visitor
from tests.read_store import add_documents, fact

MILLISECONDS = 100.0
#: Readings of a document; a document has about 1,500 characters.
EACH = 10
RARE = 100


def fill(engine: Engine, readings: int) -> None:
    """A store in which so many readings wait, and as many were taken."""
    for start in range(0, 2 * readings // EACH, 1000):
        numbers = range(start, min(start + 1000, 2 * readings // EACH))
        texts = {
            f"https://press.example/{number}": "。".join(
                f"示例{number}号科技{at}与样本集团{at}签署协议" + "其间还谈到了市场和产品" * 10
                for at in range(EACH)
            )
            for number in numbers
        }
        documents = add_documents(engine, texts)
        rows = []
        for document, words in zip(documents, texts.values(), strict=True):
            for at in range(EACH):
                number = document + at
                kind: Type = "acquisition" if number % RARE == 0 else "investment"
                one = fact(
                    words, kind, number % 997 / 1000, investor=f"号科技{at}", target=f"样本集团{at}"
                )  # fmt: skip
                one = replace(one, method="bench/1")
                key = content_id("bench", document, at)
                rows.append(
                    {
                        "id": key, "document_id": document, "type": kind, "fact": fact_json(one),
                        "start": one.start, "end": one.end, "confidence": one.confidence, "method": one.method,
                        "state": "waiting" if at % 2 else "taken", "said": key, "made_at": now(),
                    }
                )  # fmt: skip
        with writing(engine) as connection:
            connection.execute(insert(schema.reading), rows)
    if engine.dialect.name == "postgresql":
        with writing(engine) as connection:
            connection.execute(text("ANALYZE"))


def decide(url: str, times: int, only: str) -> list[tuple[float, float]]:
    """Seconds of each decision, and of each page of the next reading."""
    visitor = Visitor(url)
    query = f"?type={only}" if only else ""
    where, _ = visitor.get(f"/readings/next{query}")
    _, page = visitor.get(where)
    took = []
    for at in range(times):
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token
        form = {"csrf_token": token[1], "choice": ("accept", "reject", "skip")[at % 3], "only": only}
        start = time.perf_counter()
        where, _ = visitor.post(where.partition("?")[0], form)
        decided = time.perf_counter()
        _, page = visitor.get(where)
        took.append((decided - start, time.perf_counter() - decided))
    return took


def look(url: str, times: int) -> list[float]:
    """Seconds of the overview."""
    visitor = Visitor(url)
    took = []
    for _ in range(times):
        start = time.perf_counter()
        visitor.get("/readings/")
        took.append(time.perf_counter() - start)
    return took


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--readings", type=int, default=50_000)
    parser.add_argument("--decisions", type=int, default=60)
    parser.add_argument("--postgres", metavar="URL", help="an empty database, in place of a file")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_store(asked.postgres or f"sqlite:///{Path(folder) / 'v.db'}", create=True)
        fill(engine, asked.readings)
        server = Server(engine, Address(port=0), users=None, who="bench")
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        everything, rare = (decide(server.url, asked.decisions, only) for only in ("", "acquisition"))
        overview = look(server.url, 20)
        server.close()
        thread.join()
        name = engine.dialect.name
        engine.dispose()
    table = Table(
        "milliseconds", "median", "95 %", "longest", title=f"{name}: {asked.readings:,} readings wait"
    )
    shown = {
        "a decision is written": [one for one, _ in everything],
        "the next reading is shown": [other for _, other in everything],
        "of the rarest type: a decision": [one for one, _ in rare],
        "of the rarest type: the next": [other for _, other in rare],
        "the overview": overview,
    }
    worst = 0.0
    for title, seconds in shown.items():
        values = sorted(1000 * one for one in seconds[4:])  # the first ones load what is kept in memory
        figures = (statistics.median(values), values[int(0.95 * len(values))], values[-1])
        table.add_row(title, *(f"{one:.0f}" for one in figures))
        worst = max(worst, figures[0]) if "next" in title else worst
    Console().print(table)
    if worst > MILLISECONDS:
        raise SystemExit(f"the next reading took {worst:.0f} ms > {MILLISECONDS:.0f} ms")


if __name__ == "__main__":
    main()
