"""The commands around networks: network and measure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import click

from analytics.asking import Asked, asking, basis_of, opened
from analytics.centrality import PIVOTS, exact_is_affordable, write_centrality
from analytics.edge_files import read_network
from analytics.export import WRITERS, write_network, write_years
from analytics.measures import TABLE_COLUMNS, Measures, measure
from analytics.networks import DIMENSIONS, Network
from pipelines import console
from pipelines.console import emit, json_option, note
from pipelines.errors import UsageError

_PARALLEL: Final = ("keep", "merge", "pair")
_dimension_option = click.option(
    "--dimension",
    multiple=True,
    type=click.Choice(DIMENSIONS),
    help="Only these dimensions; repeat for several.",
)


def _parallel_option(default: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(
        "--parallel", type=click.Choice(_PARALLEL), default=default, show_default=True,
        help="Several dimensions between two nodes: an edge each, one edge weighing them, or one edge.",
    )  # fmt: skip


@click.command(epilog="Example: valuenet network 2021 --out network.gexf --dimension technology")
@click.argument("years", metavar="YEAR...", nargs=-1, required=True, type=int)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="A file, or a folder for several years."
)
@click.option(
    "--format",
    "ending",
    type=click.Choice([one[1:] for one in WRITERS]),
    default="gexf",
    show_default=True,
    help="Of the files in a folder.",
)
@_dimension_option
@_parallel_option("keep")
@json_option
@asking
def network_command(
    years: tuple[int, ...],
    out: Path,
    ending: str,
    dimension: tuple[str, ...],
    parallel: Any,
    as_json: bool,
    asked: Asked,
) -> None:
    """Write the value network of each YEAR: GEXF, GraphML, CSV or Parquet by the file's ending.

    A folder as --out gets one file a year, and one GEXF of all years in time.
    """
    folder = out.is_dir() or not out.suffix
    if not folder and len(years) > 1:
        raise UsageError(f"{out.name} is one file; several years go into a folder: --out DIR")
    with opened() as engine:
        basis = basis_of(engine, asked, years)
        networks = {year: basis.network(year, dimension or DIMENSIONS, parallel) for year in basis.years}
    written = write_years(networks, out, f".{ending}") if folder else write_network(networks[years[0]], out)
    rows = [_size(network) for network in networks.values()]
    if as_json:
        emit({"networks": rows, "files": written}, True)
        return
    console.table(rows, list(rows[0]))
    for path in written:
        note(f"Wrote {path}")


def _size(network: Network) -> dict[str, Any]:
    return {
        "year": network.year,
        "nodes": len(network.nodes),
        "edges": len(network.edges),
        **asdict(network.left_out),
    }


@click.command(epilog="Example: valuenet measure --edges coinvestment.csv --centrality centrality.csv")
@click.argument("years", metavar="[YEAR]...", nargs=-1, type=int)
@click.option("--edges", type=click.Path(path_type=Path), metavar="EDGES.csv", help="source,target[,weight].")
@click.option("--nodes", type=click.Path(path_type=Path), metavar="NODES.csv", help="id[,label][,sample].")
@click.option("--undirected", is_flag=True, help="The edges have no direction.")
@click.option(
    "--centrality", "out", type=click.Path(path_type=Path), metavar="OUT.csv", help="Write each node's."
)
@click.option(
    "--exact", is_flag=True, help="Betweenness of all nodes exactly, however long a large network takes."
)
@_dimension_option
@_parallel_option("keep")
@json_option
@asking
def measure_command(
    years: tuple[int, ...],
    edges: Path | None,
    nodes: Path | None,
    undirected: bool,
    out: Path | None,
    exact: bool,
    dimension: tuple[str, ...],
    parallel: Any,
    as_json: bool,
    asked: Asked,
) -> None:
    """The measures of Table 3: of the store's networks, or of any edge list (which needs no store).

    Each node's centrality is in the conventions of Gephi 0.9.2: docs/measures.md.
    """
    if exact and out is None:
        raise UsageError("--exact belongs to --centrality")
    if edges is not None:
        if years:
            raise UsageError("an edge list has no years: give --edges or years, not both")
        networks = [read_network(edges, nodes, undirected=undirected, loops=True)]
    elif nodes is not None or undirected:
        raise UsageError("--nodes and --undirected belong to --edges")
    else:
        with opened() as engine:
            basis = basis_of(engine, asked, years)
            networks = [basis.network(year, dimension or DIMENSIONS, parallel) for year in basis.years]
    if out is not None and len(networks) > 1:
        raise UsageError("--centrality takes one network: name one year")
    with console.progress(len(networks), "measuring") as advance:
        found: list[Measures] = []
        for one in networks:
            found.append(measure(one))
            advance(1)
    if out is not None:
        _centrality(networks[0], out, exact)
    rows = [asdict(one) for one in found]
    if as_json:
        emit(rows, True)
    else:
        console.table(rows, list(TABLE_COLUMNS))


def _centrality(network: Network, out: Path, exact: bool) -> None:
    pivots = None if exact or exact_is_affordable(network.graph()) else PIVOTS
    write_centrality(network, out, pivots=pivots)
    if pivots is not None:
        note(
            f"Betweenness is estimated from {pivots} start nodes, its standard error beside it "
            "(betweenness_error); --exact computes it in full"
        )
    note(f"Wrote {out}")
