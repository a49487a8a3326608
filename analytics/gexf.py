"""GEXF 1.3: one network, or the networks of several years in time.

In time, a node or edge has a spell for every run of years in which its network holds it, from 1 January of the
first to 31 December of the last; the number of facts behind an edge changes from year to year. Other values are
those of the last network that has the item. Parallel edges differ by `kind`: without it Gephi joins them.
A node has one place, size and colour for all years, in the namespace of GEXF's viz module, as its RELAX NG schema,
its primer, Gephi and networkx have it (the XML Schema beside these, made by a tool, leaves the namespace out).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Final

from analytics.csv_files import write_whole
from analytics.look import Look, look
from analytics.network_items import EdgeItem, NodeItem, Value, ValueType, edge_items, node_items
from analytics.networks import Network
from analytics.xml_text import attribute
from pipelines.errors import UsageError

_CHANGING: Final = "facts"


def write_gexf(network: Network, path: Path, seen: Look | None = None) -> None:
    """One network, without time. seen: how its nodes look; the network's own look if it is not given."""
    nodes, edges = node_items(network), edge_items(network)
    shown = look(network) if seen is None else seen
    what = "Value network" if network.year is None else f"Value network at the end of {network.year}"

    def fill(file: IO[str]) -> None:
        _open(file, what, f'mode="static" {_edge_type(network)}')
        node_ids = _attributes(file, "node", nodes.columns)
        edge_ids = _attributes(file, "edge", edges.columns)
        file.write(f'<nodes count="{len(nodes.items)}">\n')
        for node in nodes:
            _node(file, node, _static(node_ids, node.values) + _viz(shown, node.id))
        file.write(f'</nodes>\n<edges count="{len(edges.items)}">\n')
        for edge in edges:
            _edge(file, edge, _static(edge_ids, edge.values))
        file.write("</edges>\n</graph>\n</gexf>\n")

    write_whole(path, fill)


def write_dynamic_gexf(networks: Sequence[Network], path: Path, seen: Look | None = None) -> None:
    """Networks of rising, different years as one graph in time; UsageError if they are not.

    seen: how the nodes look; as in the last network if it is not given.
    """
    years = [network.year for network in networks if network.year is not None]
    if not networks or len(years) < len(networks) or years != sorted(set(years)):
        raise UsageError("a network in time takes one network or more, of rising years")
    node_columns: dict[str, ValueType] = {}
    edge_columns: dict[str, ValueType] = {}
    nodes: dict[str, NodeItem] = {}
    edges: dict[str, EdgeItem] = {}
    node_years: dict[str, list[int]] = {}
    edge_years: dict[str, list[int]] = {}
    facts: dict[str, list[tuple[int, Value]]] = {}
    for year, network in zip(years, networks, strict=True):
        these_nodes, these_edges = node_items(network), edge_items(network)
        node_columns |= these_nodes.columns
        edge_columns |= these_edges.columns
        for node in these_nodes:
            nodes[node.id] = node
            node_years.setdefault(node.id, []).append(year)
        for edge in these_edges:
            edges[edge.id] = edge
            edge_years.setdefault(edge.id, []).append(year)
            if _CHANGING in edge.values:
                facts.setdefault(edge.id, []).append((year, edge.values[_CHANGING]))
    shown = look(networks[-1]) if seen is None else seen
    changing = {name: kind for name, kind in edge_columns.items() if name == _CHANGING}
    lasting = {name: kind for name, kind in edge_columns.items() if name != _CHANGING}
    # A year that is missing from the list is no gap: the next one in the list follows.
    after = dict(itertools.pairwise(years))

    def fill(file: IO[str]) -> None:
        span = f'start="{years[0]}-01-01" end="{years[-1]}-12-31"'
        time = f'timeformat="date" timerepresentation="interval" {span}'
        _open(
            file,
            f"Value networks of {years[0]} to {years[-1]}",
            f'mode="dynamic" {time} {_edge_type(networks[-1])}',
        )
        node_ids = _attributes(file, "node", node_columns)
        edge_ids = _attributes(file, "edge", lasting)
        moving_ids = _attributes(file, "edge", changing, mode="dynamic", first=len(edge_ids))
        file.write(f'<nodes count="{len(nodes)}">\n')
        for name in sorted(nodes):
            inside = _spells(_runs(((year, True) for year in node_years[name]), after))
            _node(file, nodes[name], inside + _static(node_ids, nodes[name].values) + _viz(shown, name))
        file.write(f'</nodes>\n<edges count="{len(edges)}">\n')
        for name in sorted(edges):
            moving = [
                f'<attvalue for="{moving_ids[_CHANGING]}" value={attribute(value)} {_span(first, last)}/>'
                for first, last, value in _runs(facts.get(name, ()), after)
            ]
            kept = {key: value for key, value in edges[name].values.items() if key != _CHANGING}
            inside = _spells(_runs(((year, True) for year in edge_years[name]), after))
            _edge(file, edges[name], inside + _static(edge_ids, kept, moving))
        file.write("</edges>\n</graph>\n</gexf>\n")

    write_whole(path, fill)


def _open(file: IO[str], what: str, graph: str) -> None:
    file.write(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xsi:schemaLocation="http://gexf.net/1.3 http://gexf.net/1.3/gexf.xsd" version="1.3">\n'
        f"<meta><creator>valuenet</creator><description>{what}</description></meta>\n"
        f'<graph idtype="string" {graph}>\n'
    )


def _edge_type(network: Network) -> str:
    return f'defaultedgetype="{"" if network.directed else "un"}directed"'


def _attributes(
    file: IO[str], kind: str, columns: Mapping[str, ValueType], *, mode: str = "static", first: int = 0
) -> dict[str, str]:
    """Declare the columns of nodes or edges; their ids by name."""
    ids = {name: str(place) for place, name in enumerate(columns, start=first)}
    if columns:
        file.write(f'<attributes class="{kind}" mode="{mode}">\n')
        for name, value_type in columns.items():
            file.write(f'<attribute id="{ids[name]}" title={attribute(name)} type="{value_type}"/>\n')
        file.write("</attributes>\n")
    return ids


def _node(file: IO[str], node: NodeItem, inside: str) -> None:
    file.write(f"<node id={attribute(node.id)} label={attribute(node.label)}>{inside}</node>\n")


def _edge(file: IO[str], edge: EdgeItem, inside: str) -> None:
    kind = f" kind={attribute(edge.kind)}" if edge.kind else ""
    ends = f"source={attribute(edge.source)} target={attribute(edge.target)}"
    file.write(
        f"<edge id={attribute(edge.id)} {ends} weight={attribute(edge.weight)}{kind}>{inside}</edge>\n"
    )


def _viz(seen: Look, entity: str) -> str:
    """Nothing for a node that nobody has laid out."""
    one = seen.get(entity)
    if one is None:
        return ""
    red, green, blue = one.colour
    return (
        f'<viz:color r="{red}" g="{green}" b="{blue}"/><viz:position x="{one.x}" y="{one.y}" z="0.0"/>'
        f'<viz:size value="{one.size}"/>'
    )


def _static(ids: Mapping[str, str], values: Mapping[str, Value], more: Iterable[str] = ()) -> str:
    """The values, and `more` ready-made ones, in their element; nothing where there are none."""
    all_of_them = [
        *(f'<attvalue for="{ids[name]}" value={attribute(value)}/>' for name, value in values.items()),
        *more,
    ]
    return f"<attvalues>{''.join(all_of_them)}</attvalues>" if all_of_them else ""


def _runs(values: Iterable[tuple[int, Value]], after: Mapping[int, int]) -> list[tuple[int, int, Value]]:
    """Runs of years that follow each other with one value: first year, last year, value."""
    runs: list[tuple[int, int, Value]] = []
    for year, value in values:
        if runs and after.get(runs[-1][1]) == year and runs[-1][2] == value:
            runs[-1] = (runs[-1][0], year, value)
        else:
            runs.append((year, year, value))
    return runs


def _spells(runs: Iterable[tuple[int, int, Value]]) -> str:
    return "<spells>" + "".join(f"<spell {_span(first, last)}/>" for first, last, _ in runs) + "</spells>"


def _span(first: int, last: int) -> str:
    return f'start="{first}-01-01" end="{last}-12-31"'
