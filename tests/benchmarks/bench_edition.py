"""The edition of a made world: how long each step takes and what memory, at two sizes, from the files to the report.

The ratio says how the work grows: ten times the companies must not be a hundred times the work. The peer counts
Tables 4 and 7 and Figure 27 of the same world with pandas and measures its last network with networkx, as an analyst
would who has all names resolved beforehand; path lengths, which take networkx most of an hour, are left out of it.
`--real` compares the tables with the world's own truth, where names alone say who is who: no source states a further
name or a code, stock codes among them, so Figures 4 to 6, 13 and 14 are gaps then.

    python -m tests.benchmarks.bench_edition [--small 0.1] [--large 1.0] [--workers 2] [--real]
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click
import networkx
from sqlalchemy import Engine, select

from analytics.basis import basis
from analytics.exhibits import table_of
from analytics.figures import FIGURES, figure
from analytics.report.content import Content
from analytics.report.site import write_report
from analytics.tables import TABLES, table
from crawlers.sample_web.files import WHOLE, write_whole_world
from crawlers.sample_web.generator import make_world
from crawlers.sample_web.model import World
from crawlers.sample_web.truth import truth
from pipelines.store import schema
from pipelines.store.session import open_store
from tests.edition_reference import Reference
from tests.made_store import silence
from tests.program import environment

SEED, LAST = 1, 2021


@dataclass
class Steps:
    """Steps by name: seconds of the clock and of processors (children among them), and the peak of memory since the
    beginning, in MB, of the largest process."""

    found: dict[str, tuple[float, float, float]] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        clock, work = time.perf_counter(), _work()
        yield
        memory = max(resource.getrusage(who).ru_maxrss for who in _WHO) / 1e3
        self.found[name] = time.perf_counter() - clock, _work() - work, memory
        click.echo(
            f"  {name:28} {self.found[name][0]:8.1f} s {self.found[name][1]:8.1f} CPU s {memory:7.0f} MB"
        )


_WHO = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


def _work() -> float:
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, _WHO))


def _program(folder: Path, *words: str) -> None:
    command = [sys.executable, "-m", "valuenet", "--quiet", *words]
    subprocess.run(command, cwd=folder, env=environment(), check=True, stdout=subprocess.DEVNULL)


def fill(folder: Path, world: World, steps: Steps, *, silent: bool = False) -> None:
    """A store of the world with its sample frozen. silent: no source says which names are one organisation's."""
    with steps.step("files"):
        write_whole_world(folder / "files", world)
    with steps.step("import"):
        for name, kind in WHOLE.items():
            _program(folder, "import", kind, str(folder / "files" / f"{name}.csv"))
    if silent:
        engine = open_store(f"sqlite:///{folder / 'valuenet.db'}")
        silence(engine)
        engine.dispose()
    with steps.step("resolve"):
        _program(folder, "resolve")
    with steps.step("sample"):
        _program(folder, "sample", "propose", str(LAST), "--until", str(LAST))
        _program(folder, "sample", "freeze", str(LAST))


def report(folder: Path, steps: Steps, workers: int) -> None:
    """The report by steps of its own, then as a whole."""
    engine = open_store(f"sqlite:///{folder / 'valuenet.db'}")
    with steps.step("load facts, build networks"):
        based = basis(engine, str(LAST))
        based.network(LAST)
    with steps.step("tables, figures, cells"):
        content = Content(engine, based, 5000, [*TABLES, *FIGURES])
    del content
    with steps.step("whole report"):
        written = write_report(engine, basis(engine, str(LAST)), folder / "report", workers=workers)
    size = sum(path.stat().st_size for path in (folder / "report").rglob("*") if path.is_file())
    click.echo(f"  {written.pages:,} pages, {written.pictures} pictures, {size / 1e6:,.0f} MB")
    engine.dispose()


def peer(world: World, steps: Steps) -> None:
    """What pandas and networkx need for a part of the same."""
    with steps.step("peer: pandas, networkx"):
        told = truth(world)
        rows = told.relations("group")
        sample = set(told.organisations.loc[told.organisations["sample"], "organisation"].map(told.heads()))
        rows = rows[rows["source"].isin(sample) | rows["target"].isin(sample)]
        for year in range(LAST - 7, LAST + 1):
            edges = rows[rows["date"].dt.year <= year].drop_duplicates(["source", "target", "dimension"])
            edges[["source", "target"]].stack().value_counts().head(20)
        money = rows[(rows["dimension"] == "investment") & rows["target"].isin(sample)]
        money.groupby("source")["target"].nunique().nlargest(20)
        told.technology.explode("technologies").groupby("technologies").size()
        graph = networkx.DiGraph(list(zip(rows["source"], rows["target"], strict=True)))
        networkx.average_clustering(graph)
        networkx.community.louvain_communities(graph.to_undirected(), seed=1)


def compare(folder: Path, world: World) -> None:
    """By table and figure: how many cells are the world's."""
    engine = open_store(f"sqlite:///{folder / 'valuenet.db'}")
    based = basis(engine, str(LAST))
    organisation = _organisations(engine, world)
    shown = {organisation[one]: str(name) for one, name in based.known["name"].items() if one in organisation}
    for one, known in world.organisations.items():
        shown.setdefault(one, known.name)
    reference = Reference(world, LAST, shown)
    for identity in (*TABLES, *FIGURES):
        found = table_of(table(based, identity) if identity in TABLES else figure(based, identity))
        true = reference[identity]
        equal = every = 0
        for row in range(len(found.frame)):
            name = found.row_path(row).partition("/")[2]
            for column in (one.name for one in found.columns if one.numeric):
                if column in true.get(name, {}):
                    value, wanted = found.value(row, column), true[name][column]
                    every += 1
                    equal += value == wanted or (
                        value is not None and wanted is not None and abs(value - wanted) <= abs(wanted) * 0.02
                    )
        click.echo(f"  {identity:10} {equal:4} of {every:4} cells within 2 % of the world's")
    engine.dispose()


def _organisations(engine: Engine, world: World) -> dict[str, str]:
    """Entity → the organisation that most of its names mean."""
    counts: dict[str, Counter[str]] = {}
    mention, of_mention = schema.mention, schema.mention_entity
    query = select(mention.c.name, of_mention.c.entity_id).join(
        of_mention, of_mention.c.mention_id == mention.c.id
    )
    with engine.connect() as connection:
        for row in connection.execute(query):
            if row.name in world.name_of:
                counts.setdefault(row.entity_id, Counter())[world.name_of[row.name]] += 1
    return {one: found.most_common(1)[0][0] for one, found in counts.items()}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--small", type=float, default=0.1)
    parser.add_argument("--large", type=float, default=1.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--real", action="store_true")
    chosen = parser.parse_args()
    sizes = [chosen.small] if chosen.real else [chosen.small, chosen.large]
    every = []
    for size in sizes:
        click.echo(f"size {size:g}")
        steps = Steps()
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            world = make_world(SEED, size)
            fill(folder, world, steps, silent=chosen.real)
            if chosen.real:
                compare(folder, world)
                return
            report(folder, steps, chosen.workers)
            peer(world, steps)
        every.append(steps)
    small, large = every
    click.echo(f"CPU seconds at {chosen.large:g} by those at {chosen.small:g}:")
    for name, (_, work, _) in large.found.items():
        click.echo(f"  {name:28} {work / max(small.found[name][1], 0.01):6.1f}")


if __name__ == "__main__":
    main()
