"""Candidates and scores as Spark tasks: exactly those that one process finds."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pytest

from entity_resolution.matching.candidates import Index, Pairs

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [
    pytest.mark.timeout(240),  # starting Java and its Python workers takes most of the time
    pytest.mark.skipif(importlib.util.find_spec("pyspark") is None, reason="pyspark is not installed"),
    pytest.mark.skipif(shutil.which("java") is None, reason="there is no Java"),
    pytest.mark.filterwarnings("ignore"),  # Spark's own
]


@pytest.fixture(scope="module")
def session() -> Iterator[SparkSession]:
    from entity_resolution.matching.spark import local_session

    session = local_session()
    yield session
    session.stop()


def names(count: int) -> list[str]:
    rng = np.random.default_rng(5)
    places = ("北京", "上海", "深圳市", "", "")
    trades = ("科技有限公司", "银行", "大学", "信息技术股份有限公司", "")
    letters = "甲乙丙丁戊己庚辛壬癸子丑寅卯"
    found = [
        places[rng.integers(5)]
        + "".join(rng.choice(list(letters), rng.integers(2, 5)))
        + trades[rng.integers(5)]
        for _ in range(count)
    ]
    return [*found, "Jiayi Bank", "Bingding University", "Beijing Jiayibing Technology Co., Ltd."]


def test_the_pairs_are_those_of_the_index(session: SparkSession) -> None:
    from entity_resolution.matching.spark import itself

    given = names(300)
    found = itself(session, given, top=8, block=160).toPandas()
    expected: Pairs = Index(given).itself(top=8)
    mine = sorted(zip(found["left"].tolist(), found["right"].tolist(), strict=True))
    assert mine == list(zip(expected.left.tolist(), expected.right.tolist(), strict=True))


def test_the_scores_are_those_of_the_model(session: SparkSession) -> None:
    from entity_resolution.matching.features import matrix
    from entity_resolution.matching.model import Scorer
    from entity_resolution.matching.name import Name
    from entity_resolution.matching.spark import scored

    given = [Name(str(at), name) for at, name in enumerate(names(40))]
    pairs = Index([one.name for one in given]).itself(top=3)
    table = session.createDataFrame(
        list(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)), "left int, right int"
    )
    found = scored(session, given, table).toPandas().sort_values(["left", "right"])
    expected = Scorer.load().raw(matrix(given, given, pairs))
    assert found["score"].tolist() == pytest.approx(expected.tolist(), abs=1e-9)
