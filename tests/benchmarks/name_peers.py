"""Other ways to compare names of organisations, each as a score of pairs. Those that are not installed say so.

Every way has its usual settings; what has a threshold gets the best one on other organisations than it is tried on.
"""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import rapidfuzz
import scipy.sparse
from sparse_dot_topn import sp_matmul_topn

Rows = npt.NDArray[np.int32]
Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Alike:
    """Scored pairs: positions among the queries and among the known names."""

    left: Rows
    right: Rows
    score: Scores


Way = Callable[[Sequence[str], Sequence[str]], Alike]


def ways() -> Iterator[tuple[str, Way | str]]:
    """(name, way), or (name, reason) for a peer that cannot be tried."""
    yield "rapidfuzz ratio", _of_all_pairs(rapidfuzz.fuzz.ratio, 20)
    yield "rapidfuzz Jaro-Winkler", _of_all_pairs(rapidfuzz.distance.JaroWinkler.normalized_similarity, 0.5)
    yield "TF-IDF of bigrams", bigrams
    for name, module, make in (
        ("companynameparser, equal brands", "companynameparser", _brands),
        ("nomenklatura NameMatcher", "nomenklatura.matching", _nomenklatura("NameMatcher")),
        ("nomenklatura LogicV2", "nomenklatura.matching", _nomenklatura("LogicV2")),
        ("Splink on DuckDB", "splink", _splink),
    ):
        try:
            yield name, make(importlib.import_module(module))
        except ImportError as error:
            yield name, f"not installed ({error.name or error})"
    yield "jionlp", "finds names in texts and has no comparison of two names"


def bigrams(queries: Sequence[str], known: Sequence[str], top: int = 20) -> Alike:
    """Cosines of letters and pairs of letters, weighted by rarity: what string_grouper does."""
    pieces = [[*name, *(name[at : at + 2] for at in range(len(name) - 1))] for name in (*queries, *known)]
    column: dict[str, int] = {}
    numbers = [[column.setdefault(piece, len(column)) for piece in set(one)] for one in pieces]
    bounds = np.concatenate([[0], np.cumsum([len(one) for one in numbers])])
    indices = np.fromiter((at for one in numbers for at in one), np.int32, int(bounds[-1]))
    rarity = np.log(len(pieces) / np.bincount(indices, minlength=len(column))) + 1
    rows = scipy.sparse.csr_matrix((rarity[indices], indices, bounds), (len(pieces), len(column)))
    rows = scipy.sparse.diags_array(1 / np.maximum(scipy.sparse.linalg.norm(rows, axis=1), 1e-9)) @ rows
    rows = scipy.sparse.csr_matrix(rows.astype(np.float32))
    found = sp_matmul_topn(rows[: len(queries)], rows[len(queries) :].T.tocsr(), top_n=top, n_threads=2)
    left = np.repeat(np.arange(len(queries), dtype=np.int32), np.diff(found.indptr))
    return Alike(left, found.indices.astype(np.int32), found.data)


def _of_all_pairs(scorer: Any, least: float, top: int = 20) -> Way:
    def way(queries: Sequence[str], known: Sequence[str]) -> Alike:
        found = []
        for start in range(0, len(queries), 500):
            table = rapidfuzz.process.cdist(
                queries[start : start + 500],
                known,
                scorer=scorer,
                score_cutoff=least,
                dtype=np.float32,
                workers=2,
            )
            best = np.argpartition(-table, min(top, table.shape[1] - 1), axis=1)[:, :top]
            left = np.repeat(np.arange(len(best)), best.shape[1])
            score = table[left, best.ravel()]
            kept = score > 0
            found.append(((left + start)[kept], best.ravel()[kept], score[kept]))
        left, right, score = (np.concatenate(column) for column in zip(*found, strict=True))
        return Alike(left.astype(np.int32), right.astype(np.int32), score)

    return way


def _brands(module: Any) -> Way:
    parser = module.Parser()

    def brand(name: str) -> str:
        return str(parser.parse(name)["brand"] or name)

    def way(queries: Sequence[str], known: Sequence[str]) -> Alike:
        bearers: dict[str, list[int]] = {}
        for at, name in enumerate(known):
            bearers.setdefault(brand(name), []).append(at)
        pairs = [
            (at, other, rapidfuzz.fuzz.ratio(name, known[other]) / 100)
            for at, name in enumerate(queries)
            for other in bearers.get(brand(name), ())[:50]
        ]
        left, right, score = zip(*pairs, strict=True) if pairs else ((), (), ())
        return Alike(np.array(left, np.int32), np.array(right, np.int32), np.array(score, np.float32))

    return way


def _nomenklatura(algorithm: str) -> Callable[[Any], Way]:
    def make(module: Any) -> Way:
        model = importlib.import_module("followthemoney").model
        config = importlib.import_module("nomenklatura.matching.types").ScoringConfig.defaults()
        matcher = getattr(module, algorithm)

        def entity(name: str) -> Any:
            made = model.make_entity("Company")
            made.id = name
            made.add("name", name)
            return made

        def way(queries: Sequence[str], known: Sequence[str]) -> Alike:
            near = bigrams(queries, known, 10)  # its own index is for Latin words; compare scores alone
            score = [
                matcher.compare(entity(queries[left]), entity(known[right]), config).score
                for left, right in zip(near.left.tolist(), near.right.tolist(), strict=True)
            ]
            return Alike(near.left, near.right, np.array(score, np.float32))

        return way

    return make


def _splink(module: Any) -> Way:
    library = importlib.import_module("splink.comparison_library")

    def way(queries: Sequence[str], known: Sequence[str]) -> Alike:
        api = module.DuckDBAPI()
        common = _common([*queries, *known])
        rule = module.block_on("pieces", arrays_to_explode=["pieces"])
        settings = module.SettingsCreator(
            link_type="link_only",
            comparisons=[
                library.JaroWinklerAtThresholds("name", [0.95, 0.88, 0.8, 0.7, 0.6]).configure(
                    term_frequency_adjustments=False
                )
            ],
            blocking_rules_to_generate_predictions=[rule],
        )
        tables = [api.register(_columns(names, common)) for names in (queries, known)]
        linker = module.Linker(tables, settings, log_level="ERROR")
        linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
        linker.training.estimate_parameters_using_expectation_maximisation(module.block_on("head"))
        found = linker.inference.predict().as_pandas_dataframe()
        return Alike(
            found["unique_id_l"].to_numpy(np.int32),
            found["unique_id_r"].to_numpy(np.int32),
            found["match_weight"].to_numpy(np.float32),
        )

    return way


def _pairs(name: str) -> set[str]:
    return {name[at : at + 2] for at in range(len(name) - 1)}


def _common(names: Sequence[str], most: int = 500) -> set[str]:
    """Pairs of letters that too many names have to block on them."""
    counts = Counter(pair for name in names for pair in _pairs(name))
    return {pair for pair, count in counts.items() if count > most}


def _columns(names: Sequence[str], common: set[str]) -> pd.DataFrame:
    pieces = [sorted(_pairs(name) - common) for name in names]
    heads = [name[:3] for name in names]  # a rule on the name itself would keep the name from being trained
    return pd.DataFrame({"unique_id": range(len(names)), "name": names, "head": heads, "pieces": pieces})
