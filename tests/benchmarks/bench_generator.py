"""A made world at full size: how long it takes, what memory, whether it is the printed network, how fast it answers.

Fails where the world is not made within 60 s and 1 GB, a year's nodes or edges are not the printed ones, or a page
takes more than a millisecond.

    python -m tests.benchmarks.bench_generator [--seed N] [--size N]
"""

from __future__ import annotations

import argparse
import resource
import time

import click
import pandas as pd

from crawlers.sample_web.generator import make_world, marginals
from crawlers.sample_web.generator.growth import planned
from crawlers.sample_web.pages import news
from crawlers.sample_web.pages.answers import Asked
from crawlers.sample_web.pages.writing import number_of, path_of, told_in
from crawlers.sample_web.truth import YEARS, truth

SECONDS, MEGABYTES, MILLISECONDS = 60, 1000, 1.0
PAGES = 20_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=float, default=1.0)
    chosen = parser.parse_args()
    begun = time.perf_counter()
    world = make_world(chosen.seed, chosen.size)
    making, memory = time.perf_counter() - begun, _megabytes()
    facts = list(told_in(world))
    pages = len(facts) + len(world.ror) + len(world.lei) + len(world.batches)
    click.echo(
        f"made in {making:.1f} s, {memory:.0f} MB: {len(world.organisations):,} organisations, {pages:,} pages"
    )

    begun = time.perf_counter()
    news.sites(world)
    click.echo(f"indexed in {time.perf_counter() - begun:.1f} s")
    shown = facts[:: max(1, len(facts) // PAGES)]
    begun = time.perf_counter()
    for fact in shown:
        news.answer(world, Asked(news.host_of(world, number_of(fact)), path_of(fact)))
    page = (time.perf_counter() - begun) / len(shown) * 1000
    click.echo(f"a page in {page:.3f} ms")

    begun = time.perf_counter()
    told = truth(world)
    click.echo(f"truth in {time.perf_counter() - begun:.1f} s")
    right = True
    for year in YEARS:
        edges = told.edges(year, "entity")
        found = len(told.nodes(year, "entity")), len(edges)
        wanted = planned(chosen.size)[1][year]
        right &= found == wanted
        ends = pd.concat([edges["source"], edges["target"]])
        degrees = ends.value_counts()
        top = degrees.head(found[0] // 10).sum() / degrees.sum()
        click.echo(
            f"{year}: {found[0]:,} nodes ({ends.nunique():,} with an edge), {found[1]:,} edges, "
            f"planned {wanted[0]:,} and {wanted[1]:,}; the top tenth has {top:.1%} of the links"
        )
    for dimension, shares in (
        ("technologies", marginals.TECHNOLOGIES),
        ("applications", marginals.APPLICATIONS),
    ):
        rows = told.technology[["date", dimension]].explode(dimension)
        counted = rows.loc[rows["date"] < "2022", dimension].value_counts(normalize=True)
        due = dict(zip(shares, marginals.cumulative(shares, marginals.LAST), strict=True))
        worst = max(abs(counted.get(code, 0.0) - share) for code, share in due.items())
        click.echo(f"{dimension}: at most {worst:.2%} off")
    click.echo(f"{_megabytes():.0f} MB at most")
    slow = making > SECONDS or memory > MEGABYTES or page > MILLISECONDS
    raise SystemExit(0 if right and not (slow and chosen.size <= 1) else 1)


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
