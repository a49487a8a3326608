"""How long the doubt in the published numbers takes at full size: a network as large as that of 2021, some thousand
undecided pairs, a fifth of the technology read with a confidence below 1.

Prints seconds of processor for each step. Fails where 200 draws of both kinds take more than a minute.

    python -m tests.benchmarks.bench_doubt [--pairs N]
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import click
import numpy as np
from sqlalchemy import Engine, Table, insert

from analytics.basis import basis
from analytics.doubt import ranks
from analytics.doubt.circles import SMALL, Circles
from analytics.doubt.counting import Counter
from analytics.doubt.ground import Ground
from analytics.doubt.undecided import Pair, Undecided
from analytics.supplements import SUPPLEMENTS
from entity_resolution.clustering import Node
from pipelines.store import schema
from pipelines.store.session import open_store, writing
from pipelines.taxonomy import taxonomy
from tests.benchmarks.graphs import SHAPE_2021, Shape, value_network

SECONDS = 60.0
YEARS = range(2014, 2022)
_SEEN = dt.datetime(2022, 3, 31, tzinfo=dt.UTC)
_T = TypeVar("_T")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=4000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_store(f"sqlite:///{Path(folder) / 'store.db'}", create=True)
        _told("store made", lambda: fill(engine, SHAPE_2021, chosen.pairs))
        of = _told("basis", lambda: basis(engine))
        took = time.process_time()
        found = _told("draws, all of them", lambda: ranks.doubts(engine, of))
        took = time.process_time() - took
        large = Circles(found.ground.undecided)._large
        click.echo(
            f"{len(found.ground.ids):,} entities, {len(found.ground.source):,} relations, "
            f"{len(found.ground.undecided.pairs):,} pairs ({len(large)} circles of more than {SMALL}), "
            f"{int(np.count_nonzero(found.ground.sure < 1)):,} doubtful facts, 2 × {found.both.draws} draws"
        )
        for number in range(6, 12):
            make = SUPPLEMENTS[f"supplement_{number}"][1]
            _told(f"supplement {number}", lambda make=make: make(engine, of))  # type: ignore[misc]  # bound here
        for number in (300, 1000, 4000):
            _spread(found.ground, number)
        engine.dispose()
    click.echo(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GB")
    if took > SECONDS:
        raise SystemExit(f"the draws took {took:.0f} s > {SECONDS:.0f} s")


def _told(what: str, do: Callable[[], _T]) -> _T:
    began = time.process_time()
    found = do()
    click.echo(f"{what:24}{time.process_time() - began:8.1f} s")
    return found


def _spread(base: Ground, number: int) -> None:
    """Draws over pairs of entities anywhere, not the busiest: counted by differences, and as a whole."""
    random = np.random.default_rng(number)
    pairs = []
    for left, right in np.sort(random.permutation(len(base.ids))[: 2 * number].reshape(-1, 2)).tolist():
        pairs.append(Pair(base.ids[left], base.ids[right], "same", 0.5))
    nodes = tuple(
        Node(one, one) for one in sorted({one for pair in pairs for one in (pair.left, pair.right)})
    )
    counter = Counter(replace(base, undecided=Undecided(tuple(pairs), nodes)))
    circles, there = Circles(counter.ground.undecided), np.ones(len(base.facts), dtype=bool)
    states = [counter.joined(circles.draw(random), there) for _ in range(20)]
    whole = np.arange(len(base.source))
    counter.recounted(states[0])  # the base is counted once
    took = []
    for count in (counter.recounted, lambda state: counter._count(whole, state)):
        began = time.process_time()
        for state in states:
            count(state)
        took.append((time.process_time() - began) / len(states) * 1000)
    click.echo(
        f"{number:5} pairs anywhere: a draw counted by differences {took[0]:.0f} ms, as a whole {took[1]:.0f} ms"
    )


def fill(engine: Engine, shape: Shape, pairs: int) -> None:
    """A store of one resolved mention an entity and one fact an edge, by two sources; `pairs` of the queue are drawn
    among entities by their degree, with the chances that a calibrated model gives the doubtful."""
    random = np.random.default_rng(3)
    graph = value_network(shape, seed=1)
    degree = np.bincount(graph.source, minlength=graph.nodes) + np.bincount(
        graph.target, minlength=graph.nodes
    )
    with writing(engine) as connection:

        def put(table: Table, rows: Iterator[dict[str, Any]]) -> None:
            connection.execute(insert(table), list(rows))

        put(schema.source, (_source(name) for name in ("one", "two")))
        put(
            schema.run,
            (
                {
                    "id": at,
                    "source": name,
                    "kind": "crawl",
                    "started_at": _SEEN,
                    "outcome": "complete",
                    "version": "1",
                }
                for at, name in enumerate(("one", "two"), 1)
            ),
        )
        put(schema.snapshot, (_snapshot(at, name) for at, name in enumerate(("one", "two"), 1)))
        put(schema.page, (_page(at, name) for at, name in enumerate(("one", "two"), 1)))
        put(
            schema.resolution,
            iter([{"id": 1, "made_at": _SEEN, "version": "1", "mentions": 0, "entities": 0}]),
        )
        kinds = np.where(random.random(graph.nodes) < 0.2, "university", "company")
        kinds[graph.sample] = "company"
        home = random.random(graph.nodes)
        put(
            schema.mention,
            (
                {
                    "id": at,
                    "source": "one",
                    "scope": "",
                    "name": f"机构{at}",
                    "kind": kinds[at],
                    "first_seen": _SEEN,
                }
                for at in range(graph.nodes)
            ),
        )
        put(
            schema.entity,
            (
                {
                    "id": f"vn{at:08d}", "mention_id": at, "born": 1, "kind": str(kinds[at]), "name": f"机构{at}",
                    "country": "CN" if home[at] < 0.8 else "US" if home[at] < 0.95 else None,
                }
                for at in range(graph.nodes)
            ),
        )  # fmt: skip
        put(
            schema.mention_entity,
            (
                {"mention_id": at, "entity_id": f"vn{at:08d}", "exact_key": f"{at}"}
                for at in range(graph.nodes)
            ),
        )
        _facts(put, random, graph.source, graph.target)
        put(
            schema.sample_edition,
            iter([{
                "edition": "2021", "proposed_at": _SEEN, "frozen_at": _SEEN, "frozen_by": "bench",
                "rule": {"until": 2021},
            }]),
        )  # fmt: skip
        put(
            schema.sample_member,
            (
                {
                    "edition": "2021",
                    "entity_id": f"vn{at:08d}",
                    "score": 1.0,
                    "decided_by": "rule",
                    "reason": "a",
                }
                for at in np.flatnonzero(graph.sample).tolist()
            ),
        )
        put(schema.candidate, _questions(random, degree, pairs))


def _facts(
    put: Callable[[Table, Iterator[dict[str, Any]]], None],
    random: np.random.Generator,
    source: Any,
    target: Any,
) -> None:
    """Two thirds of the edges are technology, the rest investment; a year each, rising; some are told of twice."""
    count = len(source)
    is_technology = random.random(count) < 2 / 3
    year = random.choice(YEARS, count)
    technologies, areas = (taxonomy(one).codes for one in ("technology_categories", "application_areas"))
    codes = random.integers(0, len(technologies), count), random.integers(0, len(areas), count)
    sure = np.where(is_technology & (random.random(count) < 0.2), 0.85, 1.0)
    twice = np.flatnonzero(random.random(count) < 0.1)
    rows = [(at, "one") for at in range(count)] + [(int(at), "two") for at in twice]
    put(
        schema.fact,
        (
            {
                "id": number, "source": name, "kind": "cooperation" if is_technology[at] else "financing",
                "slot": number, "valid_from": dt.date(int(year[at]), 6, 1), "valid_precision": "day",
                "first_seen": _SEEN, "last_seen": _SEEN,
                "detail": {
                    "technologies": [technologies[codes[0][at]]], "applications": [areas[codes[1][at]]]
                } if is_technology[at] else {},
            }
            for number, (at, name) in enumerate(rows)
        ),
    )  # fmt: skip
    put(
        schema.fact_mention,
        (
            {"fact_id": number, "role": role, "position": 0, "mention_id": int(end[at])}
            for number, (at, _) in enumerate(rows)
            for role, end in (
                ("provider" if is_technology[at] else "investor", source),
                ("recipient" if is_technology[at] else "target", target),
            )
        ),
    )
    put(
        schema.evidence,
        (
            {
                "fact_id": number, "page_id": 1 + (name == "two"), "snapshot_id": 1 + (name == "two"),
                "run_id": 1 + (name == "two"), "locator": f"row {number}", "quote": "", "method": "bench",
                "method_version": "1", "confidence": float(sure[at]), "first_seen": _SEEN, "last_seen": _SEEN,
            }
            for number, (at, name) in enumerate(rows)
        ),
    )  # fmt: skip


def _questions(random: np.random.Generator, degree: Any, pairs: int) -> Iterator[dict[str, Any]]:
    """Pairs in circles of two to five entities, and one of thirty; the more relations the likelier to be asked of."""
    chance = degree / degree.sum()
    made: set[tuple[int, int]] = set()
    while len(made) < pairs:
        size = 30 if not made else int(random.integers(2, 6))
        group = random.choice(len(degree), size, replace=False, p=chance).tolist()
        made |= {(min(two), max(two)) for two in pairwise(group)}
        if size == 3:
            made.add((min(group[0], group[2]), max(group[0], group[2])))
    for at, (left, right) in enumerate(sorted(made)):
        yield {
            "id": at, "left_id": left, "right_id": right, "score": float(random.beta(2, 2)), "suggestion": "same",
            "why": {"by": "model:1"}, "effect": 1.0, "raised_at": _SEEN, "evidence_at": _SEEN,
        }  # fmt: skip


def _source(name: str) -> dict[str, Any]:
    words = dict.fromkeys(("title", "title_zh", "publisher", "home", "licence", "terms", "robots"), name)
    return {
        "name": name, **words, "cadence": "once", "personal_data": "none", "lists_all": False, "authority": False,
        "declared": {}, "declared_at": _SEEN,
    }  # fmt: skip


def _snapshot(at: int, name: str) -> dict[str, Any]:
    return {
        "id": at, "source": name, "url": f"https://{name}.example/", "sha256": f"{at:064x}", "status": 200,
        "content_type": "text/html", "size": 1, "archive": "a.warc.gz", "offset": 0, "first_seen": _SEEN,
        "last_seen": _SEEN,
    }  # fmt: skip


def _page(at: int, name: str) -> dict[str, Any]:
    return {
        "id": at, "source": name, "url": f"https://{name}.example/", "snapshot_id": at, "run_id": at,
        "first_seen": _SEEN, "last_seen": _SEEN,
    }  # fmt: skip


if __name__ == "__main__":
    main()
