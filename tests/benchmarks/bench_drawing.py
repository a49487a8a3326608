"""Laying out, drawing and exploring the printed network's size: `python -m tests.benchmarks.bench_drawing`.

CPU seconds of the process. The peers lay out only what ours does by forces, the nodes with two neighbours or more. networkx
keeps a number for every pair, gigabytes here, so both lay out the largest nodes alone, networkx in some steps.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import igraph
import networkx
import numpy as np
import scipy.sparse
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure as Drawing
from playwright.sync_api import Page
from rich.console import Console
from rich.table import Table

from analytics import charts, network_chart
from analytics.basis import Basis
from analytics.exhibits import LANGUAGES
from analytics.explorer.page import write_explorer
from analytics.figure_networks import YEARS, network_figures
from analytics.forces import force_places
from analytics.layout import layout
from analytics.networks import Network
from pipelines.store.session import open_store
from tests.benchmarks.bench_measures import Board, timed
from tests.benchmarks.large_basis import large_basis
from tests.browser import chromium

#: Steps of ours, and those that networkx is timed for.
_STEPS = 300
_PEER_STEPS = 3
_LARGEST = 2000


_DOINGS = {
    "another year": "Valuenet.network.choose({year: 3})",
    "a category": "Valuenet.network.choose({technologies: 4})",
    "a search": "Valuenet.network.search('科技4', 30)",
}


def hubs(network: Network) -> tuple[scipy.sparse.csr_matrix, np.ndarray]:
    """The matrix of the nodes with two neighbours or more, and their degrees in the whole."""
    ends = network.edges[["source", "target"]].to_numpy()
    n = len(network.nodes)
    matrix = scipy.sparse.coo_matrix((np.ones(len(ends)), ends.T), shape=(n, n)).tocsr()
    matrix = ((matrix + matrix.T) > 0).astype(float)
    degrees = np.diff(matrix.indptr)
    chosen = np.flatnonzero(degrees > 1)
    return matrix[chosen][:, chosen].tocsr(), degrees[chosen]


def bench_layout(network: Network, *, slow: bool) -> Board:
    matrix, degrees = hubs(network)
    board = Board(f"Layout: {matrix.shape[0]:,} nodes with two neighbours or more, {matrix.nnz // 2:,} edges")
    _, seconds = timed(lambda: force_places(matrix, degrees + 1.0, _STEPS))
    board.ours("valuenet, ForceAtlas2 on a mesh", seconds, f"{_STEPS} steps")
    if slow:
        upper = scipy.sparse.triu(matrix).tocoo()
        drawn = igraph.Graph(n=matrix.shape[0], edges=np.column_stack([upper.row, upper.col]).tolist())
        _, drl = timed(lambda: drawn.layout_drl())
        board.peer("igraph layout_drl", drl)
    return board


def bench_some(network: Network) -> Board:
    """Beside networkx, which knows the same forces."""
    matrix, degrees = hubs(network)
    largest = np.sort(np.argsort(-degrees, kind="stable")[:_LARGEST])
    matrix = matrix[largest][:, largest]
    board = Board(f"Layout of the largest {_LARGEST:,} nodes, {matrix.nnz // 2:,} edges")
    _, seconds = timed(lambda: force_places(matrix, np.diff(matrix.indptr) + 1.0, _STEPS))
    board.ours("valuenet, ForceAtlas2 on a mesh", seconds, f"{_STEPS} steps")
    graph = networkx.from_scipy_sparse_array(matrix)
    _, few = timed(lambda: networkx.forceatlas2_layout(graph, max_iter=_PEER_STEPS, seed=1))
    board.peer("networkx forceatlas2_layout", few * _STEPS / _PEER_STEPS, f"scaled from {_PEER_STEPS} steps")
    return board


def bench_pictures(basis: Basis) -> Board:
    board = Board("Figures 18 to 21 in two languages, PNG and SVG, with one layout")
    start = time.process_time()
    sizes: dict[str, int] = {}
    for identity in YEARS:
        figure = network_figures()[identity][1](basis)
        for language in LANGUAGES:
            for ending, data in charts.pictures(figure, language).items():
                sizes[ending] = max(sizes.get(ending, 0), len(data))
    largest = ", ".join(f"{ending} at most {size / 1e6:.1f} MB" for ending, size in sizes.items())
    board.ours("valuenet", time.process_time() - start, largest)
    return board


def bench_edges(basis: Basis) -> Board:
    drawn = network_figures()["figure_21"][1](basis).drawn
    assert drawn is not None
    board = Board(f"A picture of {len(drawn.edges):,} edges")
    network_chart.edge_picture.cache_clear()
    _, seconds = timed(lambda: network_chart.edge_picture(drawn))
    board.ours("valuenet, a density", seconds)

    def lines() -> None:
        drawing = Drawing(figsize=(8.75, 8.75), dpi=160)
        FigureCanvasAgg(drawing)
        axes = drawing.add_axes((0, 0, 1, 1))
        axes.add_collection(LineCollection(list(drawn.places[drawn.edges]), linewidths=0.25, alpha=0.06))
        axes.autoscale_view()
        drawing.canvas.draw()

    _, peer = timed(lines)
    board.peer("matplotlib LineCollection", peer, "lines over each other")
    return board


def bench_explorer(basis: Basis) -> Table:
    """What the browser does is told by its own clocks: CPU seconds of the page's thread, or seconds by the clock."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_store(f"sqlite:///{Path(folder) / 'v.db'}", create=True)
        done, seconds = timed(lambda: write_explorer(engine, basis, Path(folder) / "explorer"))
        engine.dispose()
        title = f"The explorer of {done.nodes:,} nodes, {done.edges:,} edges (its facts not counted)"
        board = Table("what", "seconds", "remark", title=title, title_justify="left")
        board.add_row("written", f"{seconds:.1f}", f"CPU; {done.bytes / 1e6:.1f} MB, {done.files} files")
        with chromium() as browser:
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            client = page.context.new_cdp_session(page)
            client.send("Performance.setTimeDomain", {"timeDomain": "threadTicks"})
            client.send("Performance.enable")
            page.goto((Path(folder) / "explorer" / "index.html").as_uri())
            page.wait_for_selector("#stage.live")
            metrics = {one["name"]: one["value"] for one in client.send("Performance.getMetrics")["metrics"]}
            board.add_row("until it is drawn", f"{metrics['TaskDuration']:.1f}", "CPU of the page's thread")
            board.add_row("first picture", f"{first_paint(page):.1f}", "by the clock")
            for what, script in _DOINGS.items():
                spent = page.evaluate(
                    f"() => {{ const began = performance.now(); {script}; return performance.now() - began; }}"
                )
                board.add_row(what, f"{spent / 1000:.3f}", "by the clock")
    return board


def first_paint(page: Page) -> float:
    found = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime / 1000")
    return float(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slow", action="store_true", help="igraph's DrL, too, which takes minutes")
    asked = parser.parse_args()
    console = Console()
    basis = large_basis()
    network = basis.network(basis.last)
    bench_layout(network, slow=asked.slow).show(console)
    bench_some(network).show(console)
    _, seconds = timed(lambda: layout(network))
    console.print(f"Layout with leaves, {len(network.nodes):,} nodes: {seconds:.1f} s\n")
    bench_pictures(basis).show(console)
    bench_edges(basis).show(console)
    console.print(bench_explorer(basis))


if __name__ == "__main__":
    main()
