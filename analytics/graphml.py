"""GraphML, as Gephi, yEd, igraph and networkx read it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import IO

from analytics.csv_files import write_whole
from analytics.network_items import Value, ValueType, edge_items, node_items
from analytics.networks import Network
from analytics.xml_text import attribute, text


def write_graphml(network: Network, path: Path) -> None:
    """One network; every value is a typed `data` element, the label among them."""
    nodes, edges = node_items(network), edge_items(network)

    def fill(file: IO[str]) -> None:
        file.write(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"'
            ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
            ' xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns'
            ' http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">\n'
        )
        node_key = _keys(file, "node", {"label": "string", **nodes.columns})
        edge_key = _keys(file, "edge", {"weight": "double", **edges.columns})
        file.write(f'<graph id="network" edgedefault="{"" if network.directed else "un"}directed">\n')
        for node in nodes:
            file.write(f"<node id={attribute(node.id)}>")
            file.write(_data(node_key, {"label": node.label, **node.values}) + "</node>\n")
        for edge in edges:
            ends = f"source={attribute(edge.source)} target={attribute(edge.target)}"
            file.write(f"<edge id={attribute(edge.id)} {ends}>")
            file.write(_data(edge_key, {"weight": edge.weight, **edge.values}) + "</edge>\n")
        file.write("</graph>\n</graphml>\n")

    write_whole(path, fill)


def _keys(file: IO[str], kind: str, columns: Mapping[str, ValueType]) -> dict[str, str]:
    """Declare the columns of nodes or edges; their keys by name."""
    keys = {}
    for place, (name, value_type) in enumerate(columns.items()):
        keys[name] = f"{kind[0]}{place}"
        file.write(
            f'<key id="{keys[name]}" for="{kind}" attr.name={attribute(name)} attr.type="{value_type}"/>\n'
        )
    return keys


def _data(keys: Mapping[str, str], values: Mapping[str, Value]) -> str:
    return "".join(f'<data key="{keys[name]}">{text(value)}</data>' for name, value in values.items())
