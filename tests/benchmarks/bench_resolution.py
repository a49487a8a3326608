"""Made worlds, resolved with rules alone and with the model: precision and recall of the yearly edges.

In one store sources state further names and identifiers, which rules follow; in the other one they are silent, and
the names alone say who is who. What an organisation has under a name that was not joined counts as wrong. Fails
where the model makes the edges of a year less precise, or fewer of them right, than rules alone do.

    python -m tests.benchmarks.bench_resolution [--seed N] [--size N]
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

import click

from crawlers.sample_web.generator import make_world
from entity_resolution.matcher import shipped
from entity_resolution.resolver import resolve
from pipelines.store.session import open_store
from tests.made_store import Quality, fill, quality, silence


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--size", type=float, default=0.02)
    chosen = parser.parse_args()
    world = make_world(chosen.seed, chosen.size)
    worse = []
    click.echo(
        f"{'names':9}{'by':7}{'s':>6}{'entities':>9}{'asked':>7}{'year':>6}{'true':>7}{'held':>7}{'P':>8}{'R':>8}"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(world, folder)
        for title in ("stated", "silent"):
            alone: list[Quality] = []
            for by, matcher in (("rules", None), ("model", shipped())):
                copy = folder / f"{title}_{by}.db"
                shutil.copyfile(folder / "valuenet.db", copy)
                engine = open_store(f"sqlite:///{copy}")
                if title == "silent":
                    silence(engine)
                began = time.perf_counter()
                done = resolve(engine, matcher=matcher)
                took = time.perf_counter() - began
                found = quality(engine, world)
                alone = alone or found
                for one, before in zip(found, alone, strict=True):
                    if one.precision < before.precision or one.recall < before.recall:
                        worse.append(f"{title} {one.year}")
                    click.echo(
                        f"{title:9}{by:7}{took:6.1f}{done.entities:9}{done.waiting:7}{one.year:6}{one.true:7}"
                        f"{one.held:7}{one.precision:8.4f}{one.recall:8.4f}"
                    )
                engine.dispose()
    if worse:
        raise SystemExit(f"the model makes it worse: {', '.join(worse)}")


if __name__ == "__main__":
    main()
