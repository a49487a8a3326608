"""Networks with hostile names, written in each format and read back."""

from __future__ import annotations

import csv
import random
import tempfile
from pathlib import Path
from typing import Final

import networkx
import pandas as pd

from analytics.edge_files import read_network
from analytics.export import nodes_path, write_network
from analytics.networks import DIMENSIONS, Network, build
from tests.fuzzing.pages import HOSTILE
from tests.fuzzing.targets import Target
from tests.fuzzing.targets.texts import damaged_text

#: What a spreadsheet may take for a formula at the beginning of a cell.
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NAMES: Final = (
    "甲科技",
    "=cmd|' /C calc'!A0",
    "<b>&amp;",
    "]]>",
    "＝1+1",
    "-2+3",
    "@SUM(1)",
    "\x01\ufffe",
    "a\r\nb",
    '"',
    "'",
    "",
)


def _network(dice: random.Random) -> Network:
    entities = [f"e{number}" for number in range(dice.randint(2, 7))]
    names = [
        damaged_text(dice.choice(_NAMES), dice) if dice.random() < 0.6 else dice.choice(HOSTILE)
        for _ in entities
    ]
    nodes = pd.DataFrame(
        {
            "entity": pd.Series(entities, dtype=object),
            "sample": [True] + [dice.random() < 0.5 for _ in entities[1:]],
            "name": pd.Series([one.encode("utf-8", "replace").decode() for one in names], dtype=object),
            "founded": [dice.choice((2001.0, float("nan"), 1999.5)) for _ in entities],
        }
    )
    rows = [
        (dice.choice(entities), dice.choice(entities), dice.choice(DIMENSIONS), pd.Timestamp(2010 + dice.randint(0, 8), 1, 1), number)
        for number in range(dice.randint(1, 12))
    ]  # fmt: skip
    relations = pd.DataFrame(rows, columns=["source", "target", "dimension", "date", "fact"])
    return build(relations, nodes, 2020, parallel=dice.choice(("keep", "merge", "pair")))


def check_network(network: Network) -> None:
    """The same nodes and edges come back from each format, and no cell begins as a formula does."""
    entity = network.nodes["entity"].tolist()
    ends = sorted(
        (entity[source], entity[target])
        for source, target in zip(network.edges["source"], network.edges["target"], strict=True)
    )
    with tempfile.TemporaryDirectory() as place:
        for suffix in (".gexf", ".graphml", ".csv", ".parquet"):
            path = write_network(network, Path(place, f"n{suffix}"))[0]
            first = path.read_bytes()
            assert write_network(network, path)[0].read_bytes() == first
            if suffix in (".gexf", ".graphml"):
                graph = (
                    networkx.read_gexf(path, version="1.3")
                    if suffix == ".gexf"
                    else networkx.read_graphml(path, force_multigraph=True)
                )
                assert sorted(graph.nodes()) == entity
                assert sorted((one, other) for one, other, *_ in graph.edges()) == ends
            elif suffix == ".csv":
                with nodes_path(path).open(encoding="utf-8", newline="") as file:
                    rows = list(csv.reader(file))
                assert [row[0] for row in rows[1:]] == entity
                for text in (one for row in rows for one in row):
                    assert not text.startswith(_FORMULAS) or _number(text), text
                if len(network.edges):
                    back = read_network(path, nodes_path(path))
                    assert len(back.edges) == len({*ends})
            else:
                pd.testing.assert_frame_equal(
                    pd.read_parquet(nodes_path(path)), network.nodes.reset_index(drop=True), check_dtype=False
                )


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


TARGETS: Final = (Target("networks written and read", _network, check_network),)
