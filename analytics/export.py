"""Networks as files: GEXF 1.3, GraphML, CSV, Parquet.

Invariants: the same network gives the same bytes; an id names the same node or edge in every year; no text of a
network can break out of its place in XML or run in a spreadsheet. Files appear whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from analytics.csv_files import write_csv
from analytics.gexf import write_dynamic_gexf, write_gexf
from analytics.graphml import write_graphml
from analytics.look import Look, look
from analytics.network_items import edge_items, node_items
from analytics.networks import Network
from analytics.out_folder import refuse_ways_out
from pipelines.errors import UsageError


def write_edges_and_nodes_csv(network: Network, path: Path) -> None:
    """Edges at `path` (`source,target,type,id,…`), nodes beside it at `nodes_path` (`id,label,…`), as Gephi's
    spreadsheet import takes them."""
    kind = "Directed" if network.directed else "Undirected"
    items = edge_items(network)
    write_csv(
        path,
        ["source", "target", "type", "id", "weight", *items.columns],
        (
            (edge.source, edge.target, kind, edge.id, edge.weight, *map(edge.values.get, items.columns))
            for edge in items
        ),
    )
    nodes = node_items(network)
    write_csv(
        nodes_path(path),
        ["id", "label", *nodes.columns],
        ((node.id, node.label, *(node.values.get(name) for name in nodes.columns)) for node in nodes),
    )


def write_parquet(network: Network, path: Path) -> None:
    """Edges at `path`, nodes at `nodes_path`, ids in place of positions, with the types of the frames."""
    entity = network.nodes["entity"]
    items = edge_items(network)
    edges = network.edges.assign(
        source=network.edges["source"].map(entity),
        target=network.edges["target"].map(entity),
        id=[edge.id for edge in items],
    )
    for frame, file in ((edges, path), (network.nodes, nodes_path(path))):
        # Without what pandas notes on itself: it would tie the bytes to its version.
        table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
        part = file.with_name(file.name + ".part")
        try:
            pq.write_table(table, part, compression="zstd")
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)


def nodes_path(path: Path) -> Path:
    """Where the nodes go that belong to the edges at `path`: `n.csv` → `n.nodes.csv`."""
    return path.with_name(f"{path.stem}.nodes{path.suffix}")


#: By ending of the file.
WRITERS: Final[Mapping[str, Callable[[Network, Path], None]]] = {
    ".gexf": write_gexf,
    ".graphml": write_graphml,
    ".csv": write_edges_and_nodes_csv,
    ".parquet": write_parquet,
}


def write_network(network: Network, path: Path, seen: Look | None = None) -> list[Path]:
    """Write the network in the format of the file's ending; the files written. UsageError for another ending.

    seen: how the nodes look, for formats that say so; the network's own look if it is not given.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise UsageError(f"{path.name}: the ending is none of {', '.join(WRITERS)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    if writer is write_gexf:
        write_gexf(network, path, seen)
    else:
        writer(network, path)
    return [path, nodes_path(path)] if path.suffix.lower() in (".csv", ".parquet") else [path]


def write_years(networks: Mapping[int, Network], folder: Path, suffix: str = ".gexf") -> list[Path]:
    """One file a year, `network_2021.gexf`, and one of all years in time, `network_years.gexf`; a node has one
    place in all of them."""
    if suffix not in WRITERS:
        raise UsageError(f"{suffix}: the ending is none of {', '.join(WRITERS)}")
    folder.mkdir(parents=True, exist_ok=True)
    refuse_ways_out(folder)
    seen = look(networks[max(networks)]) if networks else {}
    written = [
        path
        for year in sorted(networks)
        for path in write_network(networks[year], folder / f"network_{year}{suffix}", seen)
    ]
    together = folder / "network_years.gexf"
    write_dynamic_gexf([networks[year] for year in sorted(networks)], together, seen)
    return [*written, together]
