"""A basis of the printed network's size, with technologies, areas and years drawn by lot; it needs no store."""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import pandas as pd

from analytics.basis import Basis
from analytics.facts import Facts, View
from analytics.sample import Edition
from pipelines.taxonomy import taxonomy
from tests.benchmarks.graphs import SHAPE_2021, Shape, value_network

YEARS: Final = tuple(range(2014, 2022))
#: Edges at the end of each year, as shares of the last year's (the 2022 edition's Table 3).
_EDGES: Final = (40513, 44222, 49672, 56588, 67607, 79857, 103468, 119044)
_KINDS: Final = ("company", "university", "investor", "government", "other")
_FIRST: Final = "华中智云海星天远科数微思图灵讯达博瑞盛信"
_SECOND: Final = "能技术光电子机器人视觉语音芯片驾驶医疗金融"


def large_basis(shape: Shape = SHAPE_2021, seed: int = 0) -> Basis:
    """Facts, sample and networks of 2014 to 2021; edges are told by one fact each."""
    lots = np.random.default_rng(seed)
    graph = value_network(shape, seed=seed)
    ids = np.array([f"vn{at:08x}" for at in range(graph.nodes)])
    dimension = lots.choice(3, len(graph.source), p=[0.6, 0.1, 0.3])
    dimension[dimension == 1] = 0  # relations through people take two facts; two dimensions are enough here
    year = np.array(YEARS)[np.searchsorted(np.array(_EDGES) / _EDGES[-1], lots.random(len(graph.source)))]
    terms, areas = taxonomy("technology_categories").codes, taxonomy("application_areas").codes
    first, second = lots.integers(0, len(terms), len(year)), lots.integers(0, len(areas), len(year))
    technology = dimension == 0
    facts = pd.DataFrame(
        {
            "fact": np.arange(len(year)), "kind": np.where(technology, "cooperation", "financing"),
            "value": "", "as_written": "", "number": None, "low": None, "high": None, "unit": None,
            "detail": [
                {"technologies": [terms[a]], "applications": [areas[b]]} if known else {}
                for a, b, known in zip(first, second, technology, strict=True)
            ],
            "date": pd.to_datetime([f"{one}-06-30" for one in year]), "end": pd.NaT, "precision": "day",
            "source": "lots",
        }
    )  # fmt: skip
    parts = [
        pd.DataFrame(
            {
                "fact": facts["fact"], "kind": facts["kind"], "role": np.where(technology, *roles), "position": 0,
                "entity": ids[ends], "own": ids[ends], "mention": ends,
            }
        )
        for roles, ends in ((("provider", "investor"), graph.source), (("recipient", "target"), graph.target))
    ]  # fmt: skip
    kinds = np.where(
        graph.sample, "company", np.array(_KINDS)[lots.choice(5, graph.nodes, p=[0.6, 0.1, 0.2, 0.05, 0.05])]
    )
    entities = pd.DataFrame(
        {
            "entity": ids, "name": [_name(at) for at in range(graph.nodes)],
            "name_en": [f"Company {at}" if at % 3 else None for at in range(graph.nodes)], "kind": kinds,
            "country": "CN",
        }
    )  # fmt: skip
    members = pd.DataFrame(
        {"entity": ids[graph.sample], "layer": "技术层", "core_technology": None, "score": 1.0, "name": ""}
    )
    day = dt.datetime(2022, 1, 1, tzinfo=dt.UTC)
    edition = Edition("2021", day, day, "lots", {"until": YEARS[-1]}, members)
    return Basis(Facts(View(), entities, facts, pd.concat(parts, ignore_index=True)), edition, YEARS)


def _name(at: int) -> str:
    letters = [_FIRST[at % len(_FIRST)], _SECOND[at // 7 % len(_SECOND)], _FIRST[at // 49 % len(_FIRST)]]
    return "".join(letters) + f"科技{at}"
