"""The measures against their peers, in one run on one generated graph: `python -m tests.benchmarks.bench_measures`.

CPU seconds of the process, the best of several calls where a call is short. Peers that would take minutes search from
some start nodes only; their time is then scaled to all nodes and says so. Results are compared before times are.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from typing import Final, TypeVar

import igraph
import networkit
import networkx
import numpy as np
import pandas as pd
import scipy.sparse
from rich.console import Console
from rich.table import Table

from analytics.centrality import PIVOTS, betweenness, estimated_betweenness, reach
from analytics.clustering import Floats, clustering_coefficients
from analytics.communities import CommunitySearch
from analytics.cores import cores
from analytics.distances import distances, sampled_distances
from analytics.measures import measure_table
from analytics.networks import DIMENSIONS, Network, build_years
from analytics.null_model import DRAWS, beside_chance
from analytics.power_law import fit_power_law
from analytics.reciprocity import reciprocity
from analytics.simple_graph import SimpleGraph
from tests.benchmarks.graphs import SHAPE_2014, SHAPE_2021, RandomGraph, mingled, value_network

Result = TypeVar("Result")

#: Edges of the printed networks of 2014 to 2021, as shares of the last (the 2022 edition's Table 3).
_EDGES: Final = (40513, 44222, 49672, 56588, 67607, 79857, 103468, 119044)
#: Start nodes of peers that are too slow to search from all.
_STARTS: Final = 64


def timed(call: Callable[[], Result], times: int = 1) -> tuple[Result, float]:
    """The result, and the least CPU seconds of so many calls."""
    least = float("inf")
    for _ in range(times):
        start = time.process_time()
        result = call()
        least = min(least, time.process_time() - start)
    return result, least


class Board:
    """A table of times, each with its ratio to ours."""

    def __init__(self, title: str) -> None:
        self._table = Table("what", "CPU s", "times ours", "remark", title=title, title_justify="left")
        self._ours = float("nan")

    def ours(self, what: str, seconds: float, remark: str = "") -> None:
        self._ours = seconds
        self._table.add_row(f"[bold]{what}", f"{seconds:.3f}", "1", remark)

    def peer(self, what: str, seconds: float, remark: str = "") -> None:
        self._table.add_row(what, f"{seconds:.3f}", f"{seconds / self._ours:.1f}", remark)

    def show(self, console: Console) -> None:
        console.print(self._table)


def bench_distances(drawn: RandomGraph, name: str) -> tuple[Board, float]:
    """Distance histogram; also gives igraph's seconds."""
    graph = SimpleGraph.of(drawn.nodes, drawn.source, drawn.target)
    board = Board(f"Path length and diameter, {name}: {graph.nodes:,} nodes, {graph.edges:,} edges")
    found, seconds = timed(lambda: distances(graph), 3)
    board.ours("valuenet", seconds, f"{found.average_path_length:.3f}, diameter {found.diameter}")

    whole = as_igraph(graph)
    histogram, plain = timed(lambda: whole.path_length_hist(directed=True))
    same(found.pairs.tolist(), [0, *(int(count) for _, _, count in histogram.bins())])
    board.peer("igraph path_length_hist", plain, "the same histogram")

    starts = np.random.default_rng(0).choice(graph.nodes, _STARTS, replace=False).tolist()
    factor, remark = graph.nodes / _STARTS, f"from {_STARTS} nodes, scaled to all"
    matrix = scipy.sparse.csr_array(
        (np.ones(graph.edges), (graph.source, graph.target)), shape=(graph.nodes, graph.nodes)
    )
    shortest = scipy.sparse.csgraph.dijkstra
    board.peer(
        "scipy dijkstra, unweighted",
        factor * timed(lambda: shortest(matrix, indices=starts, unweighted=True))[1],
        remark,
    )
    peer = as_networkx(graph)
    search = networkx.single_source_shortest_path_length
    board.peer("networkx", factor * timed(lambda: [search(peer, start) for start in starts])[1], remark)
    kit = as_networkit(graph)
    board.peer(
        "networkit BFS",
        factor * timed(lambda: [networkit.distance.BFS(kit, start, False).run() for start in starts])[1],
        remark,
    )
    sampled, seconds = timed(lambda: sampled_distances(graph))
    board.peer(
        "valuenet, sampled",
        seconds,
        f"{sampled.average_path_length:.3f} ± {sampled.half_width:.3f} from {sampled.sources}",
    )
    return board, plain


def bench_clustering(drawn: RandomGraph) -> Board:
    graph = SimpleGraph.of(drawn.nodes, drawn.source, drawn.target)
    board = Board("Clustering, directed, 2021's size")
    found, seconds = timed(lambda: clustering_coefficients(graph), 5)
    board.ours("valuenet", seconds, f"mean {found.mean():.6f}")
    peer, seconds = timed(lambda: products(graph), 3)
    same(True, bool(np.allclose(found, peer, atol=1e-6)))
    board.peer("scipy sparse products", seconds, "the same coefficients")
    both = as_networkx(graph)
    board.peer(
        "networkx", timed(lambda: networkx.average_clustering(both))[1], "counts mutual edges otherwise"
    )
    return board


def products(graph: SimpleGraph) -> Floats:
    """The coefficients by sparse matrix products."""
    arcs = scipy.sparse.csr_array(
        (np.ones(graph.edges), (graph.source, graph.target)), shape=(graph.nodes, graph.nodes)
    )
    near = ((arcs + arcs.T) > 0).astype(np.float64)
    degree = np.asarray(near.sum(axis=1)).ravel()
    among = np.asarray((near @ arcs).multiply(near).sum(axis=1)).ravel()
    possible = degree * (degree - 1)
    result: Floats = np.divide(among, possible, out=np.zeros(graph.nodes), where=degree > 1)
    return result


def bench_communities(drawn: RandomGraph) -> Board:
    graph = SimpleGraph.of(drawn.nodes, drawn.source, drawn.target)
    network = Network(
        None,
        pd.DataFrame({"entity": [str(node) for node in range(graph.nodes)]}),
        pd.DataFrame({"source": graph.source, "target": graph.target, "weight": 1.0}),
    )
    board = Board("Communities, Louvain, 2021's size")
    found, seconds = timed(lambda: CommunitySearch(network).partition(), 3)
    spread = CommunitySearch(network).spread()
    board.ours(
        "valuenet (igraph inside)",
        seconds,
        f"{found.modularity:.4f}; {spread.mean:.4f} ± {spread.deviation:.4f} over {spread.seeds} seeds",
    )
    peer = as_networkx(graph).to_undirected()
    sets, seconds = timed(lambda: networkx.community.louvain_communities(peer, seed=0))
    board.peer("networkx", seconds, f"{networkx.community.modularity(peer, sets):.4f}")
    return board


def bench_others(drawn: RandomGraph, whole: bool) -> Board:
    """The measures beyond Table 3; betweenness of all start nodes with `whole`."""
    graph = SimpleGraph.of(drawn.nodes, drawn.source, drawn.target)
    board = Board("Other measures, 2021's size")
    inside, seconds = timed(lambda: cores(graph), 3)
    board.ours("cores", seconds, f"the innermost: k {inside.degeneracy}, {len(inside.innermost)} nodes")
    peer = as_networkx(graph).to_undirected()
    number, seconds = timed(lambda: networkx.core_number(peer))
    same(inside.number.tolist(), [number[node] for node in range(graph.nodes)])
    board.peer("networkx", seconds, "the same numbers")
    answered, seconds = timed(lambda: reciprocity(graph), 3)
    board.ours("reciprocity", seconds, f"{answered:.4f}")
    board.peer(
        "networkx", timed(lambda: networkx.overall_reciprocity(as_networkx(graph)))[1], "with its graph"
    )
    fit, seconds = timed(lambda: fit_power_law(graph.in_degree() + graph.out_degree()))
    board.ours("power law with its test", seconds, "" if fit is None else f"exponent {fit.exponent:.2f}")
    board.ours("closeness, eccentricity", timed(lambda: reach(graph))[1], "exact, all nodes")
    (value, error), seconds = timed(lambda: estimated_betweenness(graph, PIVOTS))
    first = np.argsort(-value)[:20]
    typical = float((error[first] / value[first]).mean())
    board.ours(
        "betweenness, estimated", seconds, f"{PIVOTS} starts; the first 20: ± {typical:.1%} (one error)"
    )
    if whole:
        exact, seconds = timed(lambda: betweenness(graph))
        far = np.abs(value - exact)[first] / error[first]
        board.peer("betweenness, exact (igraph)", seconds, f"off by {far.max():.1f} errors at most")
    return board


def eight_years(drawn: RandomGraph) -> tuple[dict[int, Network], float]:
    """Eight growing networks from the frame of relations on, and the seconds that building them takes."""
    rng = np.random.default_rng(0)
    share = np.array(_EDGES) / _EDGES[-1]
    year = 2014 + np.searchsorted(share, rng.random(len(drawn.source)))
    name = np.array([f"{node:07d}" for node in range(drawn.nodes)], dtype=object)
    relations = pd.DataFrame(
        {
            "source": name[drawn.source],
            "target": name[drawn.target],
            "dimension": np.array(DIMENSIONS, dtype=object)[rng.integers(0, 3, len(drawn.source))],
            "date": pd.to_datetime(pd.Series(year).astype(str) + "-07-01"),
            "fact": np.arange(len(drawn.source)),
        }
    )
    nodes = pd.DataFrame({"entity": name, "sample": drawn.sample})
    return timed(lambda: build_years(relations, nodes, range(2014, 2022)), 3)


def bench_years(networks: dict[int, Network], building: float, plain: float) -> Board:
    """Table 3 of the eight years against igraph's distances of the last; and their null models."""
    board = Board("Eight years")
    table, measuring = timed(lambda: measure_table(networks.values()), 3)
    remark = f"{len(table)} rows; building them {building:.2f} s more"
    board.ours("valuenet, Table 3", measuring, remark)
    board.peer("igraph, distances of 2021 alone", plain)
    found, seconds = timed(lambda: [beside_chance(network) for network in networks.values()])
    last = found[-1]["modularity"]
    board.peer(
        "valuenet, null models",
        seconds,
        f"{DRAWS} draws a year; modularity of 2021: {last.observed:.3f} beside {last.mean:.3f} ± "
        f"{last.deviation:.3f}",
    )
    return board


def bench_large(factor: int, exact: bool) -> Board:
    """Ours alone on so many times the size of 2021."""
    drawn = value_network(SHAPE_2021.times(min(factor, 10)))
    if factor > 10:
        drawn = mingled(drawn, factor // 10)
    graph = SimpleGraph.of(drawn.nodes, drawn.source, drawn.target)
    board = Board(f"{factor} times 2021: {graph.nodes:,} nodes, {graph.edges:,} edges")
    if exact:
        found, seconds = timed(lambda: distances(graph))
        board.ours("distances, exact", seconds, f"{found.average_path_length:.3f}; {memory()}")
    sampled, seconds = timed(lambda: sampled_distances(graph))
    board.ours(
        "distances, sampled",
        seconds,
        f"{sampled.average_path_length:.3f} ± {sampled.half_width:.3f} (95 %); {memory()}",
    )
    mean, seconds = timed(lambda: clustering_coefficients(graph).mean())
    board.ours("clustering, exact", seconds, f"{mean:.4f}; {memory()}")
    return board


def memory() -> str:
    """The most that this process, making the graph and all, has held so far."""
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB at most"


def as_igraph(graph: SimpleGraph) -> igraph.Graph:
    return igraph.Graph(n=graph.nodes, edges=np.stack([graph.source, graph.target], axis=1), directed=True)


def as_networkx(graph: SimpleGraph) -> networkx.DiGraph:
    result = networkx.DiGraph()
    result.add_nodes_from(range(graph.nodes))
    result.add_edges_from(zip(graph.source.tolist(), graph.target.tolist(), strict=True))
    return result


def as_networkit(graph: SimpleGraph) -> networkit.Graph:
    result = networkit.Graph(graph.nodes, directed=True)
    for source, target in zip(graph.source.tolist(), graph.target.tolist(), strict=True):
        result.addEdge(source, target)
    return result


def same(ours: object, theirs: object) -> None:
    """A peer that disagrees ends the run: times of different results mean nothing."""
    if ours != theirs:
        raise SystemExit(f"the results differ: {ours!r:.200} and {theirs!r:.200}")


def main() -> None:
    """Run all on the printed sizes; larger graphs and exact betweenness where they are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="only ten times the size of 2021")
    parser.add_argument("--huge", action="store_true", help="only a hundred times the size of 2021")
    parser.add_argument("--whole", action="store_true", help="also exact betweenness: minutes")
    wanted = parser.parse_args()
    console = Console()
    if wanted.large or wanted.huge:
        bench_large(10 if wanted.large else 100, exact=wanted.large).show(console)
        return
    networkit.setNumberOfThreads(1)
    small, full = value_network(SHAPE_2014), value_network(SHAPE_2021)
    bench_distances(small, "2014's size")[0].show(console)
    board, plain = bench_distances(full, "2021's size")
    board.show(console)
    bench_clustering(full).show(console)
    bench_communities(full).show(console)
    bench_others(full, wanted.whole).show(console)
    bench_years(*eight_years(full), plain).show(console)


if __name__ == "__main__":
    main()
