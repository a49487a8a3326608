"""The same candidates and the same scores as tasks of Spark, for more names than one machine's memory holds.

Blocks of names meet each other in tasks, each with the kernel of `weighing.py`, and all with the same weights;
lists are then cut across blocks. Terms come in the same order everywhere, so that sums of floats, and with them
the pairs, are those of `candidates.Index`, whatever the number of blocks. Needs the optional dependency `spark`
and Java.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from entity_resolution.matching.candidates import LOOK_AT, MOST_BEARERS, Pairs
from entity_resolution.matching.latin import likeness
from entity_resolution.matching.letters import folded, letters
from entity_resolution.matching.name import Name
from entity_resolution.matching.telling import MOST_HEARD, is_latin, only, terms_of_latin, told_by_chinese
from entity_resolution.matching.terms import Terms, asked_for, asking
from entity_resolution.matching.weighing import Bearers, Weights

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

#: Names that meet in one task, on each side.
BLOCK: Final = 50_000
#: Ways of finding: by letters, by sound and meaning.
_ALIKE, _BY_SOUND = 0, 1
_MOST: Final = {_ALIKE: MOST_BEARERS, _BY_SOUND: MOST_HEARD}
_FOUND: Final = "way int, left int, right int, score float"


def local_session(cores: int = 2) -> SparkSession:
    """A session on this computer alone, its tasks run by the Python that runs now."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    settings: dict[str, bool | float | int | str | None] = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": cores,
        "spark.sql.execution.arrow.pyspark.enabled": True,
    }
    builder = SparkSession.builder.master(f"local[{cores}]").appName("valuenet")
    return builder.config(map=settings).getOrCreate()


def itself(session: SparkSession, names: Sequence[str], top: int = 20, block: int = BLOCK) -> DataFrame:
    """Pairs among the names: `left`, `right`, positions with left < right, each pair once."""
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    blocks = _blocks(session, names, block)
    weights = session.sparkContext.broadcast(_weights(blocks, len(names)))
    apart = blocks.select(f.col("first").alias("first_of_other"), f.col("names").alias("others"))
    met = blocks.crossJoin(apart).repartition(max(len(names) // block, 1) ** 2)
    wanted = top + 1

    def meet(frames: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for frame in frames:
            columns: list[list[Any]] = [
                frame[name].tolist() for name in ("names", "first", "others", "first_of_other")
            ]
            for here, first, others, first_of_other in zip(*columns, strict=True):
                yield _met(weights.value, list(here), first, list(others), first_of_other, wanted)

    found = met.mapInPandas(meet, _FOUND)
    most = f.when(f.col("way") == _BY_SOUND, LOOK_AT * wanted).otherwise(wanted)
    order = Window.partitionBy("way", "left").orderBy(f.desc("score"), "right")
    found = found.withColumn("rank", f.row_number().over(order)).where(f.col("rank") <= most).persist()
    alike = found.where(f.col("way") == _ALIKE).select("left", "right", "rank")
    heard = _looked_at(session, found.where(f.col("way") == _BY_SOUND).select("left", "right"), names)
    order = Window.partitionBy("left").orderBy(f.desc("score"), "right")
    heard = heard.withColumn("rank", f.row_number().over(order)).where(f.col("rank") <= wanted)
    both = alike.unionByName(heard.select("left", "right", "rank"))
    both = both.groupBy("left", "right").agg(f.min("rank").alias("rank"))
    order = Window.partitionBy("left").orderBy("rank", "right")
    kept = both.withColumn("place", f.row_number().over(order)).where(f.col("place") <= wanted)
    kept = kept.where(f.col("left") != f.col("right"))
    order = Window.partitionBy("left").orderBy("place")
    kept = kept.withColumn("place", f.row_number().over(order)).where(f.col("place") <= top)
    return kept.select(
        f.least("left", "right").alias("left"), f.greatest("left", "right").alias("right")
    ).distinct()


def scored(session: SparkSession, names: Sequence[Name], pairs: DataFrame) -> DataFrame:
    """`pairs` (left, right) with `score`, the shipped model's raw score: that of a pair by itself, in log odds."""
    shared = session.sparkContext.broadcast(list(names))

    def score(frames: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        from entity_resolution.matching.features import matrix
        from entity_resolution.matching.model import Scorer

        scorer = Scorer.load()
        for frame in frames:
            here = Pairs(frame["left"].to_numpy(np.int32), frame["right"].to_numpy(np.int32))
            yield frame.assign(score=scorer.raw(matrix(shared.value, shared.value, here)))

    return pairs.select("left", "right").mapInPandas(score, "left int, right int, score double")


def _looked_at(session: SparkSession, pairs: DataFrame, names: Sequence[str]) -> DataFrame:
    """Pairs of a Latin and a Chinese name with their likeness."""
    shared = session.sparkContext.broadcast(list(names))

    def look(frames: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for frame in frames:
            used, left = np.unique(frame["left"], return_inverse=True)
            chosen, right = np.unique(frame["right"], return_inverse=True)
            here = Pairs(left.astype(np.int32), right.astype(np.int32))
            texts = folded([shared.value[at] for at in used])
            yield frame.assign(
                score=likeness(texts, letters(folded([shared.value[at] for at in chosen])), here)
            )

    return pairs.mapInPandas(look, "left int, right int, score float")


def _blocks(session: SparkSession, names: Sequence[str], block: int) -> DataFrame:
    rows = [(start, list(names[start : start + block])) for start in range(0, len(names), block)]
    return session.createDataFrame(rows, "first int, names array<string>").repartition(len(rows) or 1)


def _asked(names: Sequence[str]) -> tuple[Terms, Terms]:
    """What names are found by, in both ways."""
    own = letters(folded(names))
    return asked_for(own), told_by_chinese(only(own, ~is_latin(own))).terms


def _weights(blocks: DataFrame, names: int) -> dict[int, Weights]:
    """For each way the weights by all names: counted in tasks, added up, collected."""
    from pyspark.sql import functions as f

    def count(frames: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for frame in frames:
            for here in frame["names"]:
                for way, terms in enumerate(_asked(list(here))):
                    codes, bearers = np.unique(terms.codes, return_counts=True)
                    yield pd.DataFrame({"way": way, "code": codes, "bearers": bearers})

    counted = blocks.mapInPandas(count, "way int, code long, bearers long")
    table = counted.groupBy("way", "code").agg(f.sum("bearers").alias("bearers")).toPandas()
    result = {}
    for way, most in _MOST.items():
        own = table[table["way"] == way].sort_values("code")
        codes, bearers = own["code"].to_numpy(np.int64), own["bearers"].to_numpy(np.int64)
        result[way] = Weights.by_count(codes, bearers, names, most)
    return result


def _met(
    weights: dict[int, Weights],
    names: list[str],
    first: int,
    others: list[str],
    first_of_other: int,
    top: int,
) -> pd.DataFrame:
    """What `others` find among `names`, in both ways."""
    texts = folded(others)
    own = letters(texts)
    says = asking(own), terms_of_latin(texts, is_latin(own))
    frames = []
    for way, terms in enumerate(_asked(names)):
        bearers = Bearers(terms, _MOST[way], weights[way], first)
        found = bearers.search(says[way], top * LOOK_AT if way == _BY_SOUND else top)
        frames.append(
            pd.DataFrame(
                {"way": way, "left": found.left + first_of_other, "right": found.right, "score": found.score}
            )
        )
    return pd.concat(frames).astype({"way": "int32", "left": "int32", "right": "int32", "score": "float32"})
