"""A matcher whose scores can be reckoned in the head: for tests of what is done with scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from entity_resolution.matcher import Floats, Looked, Reason
from entity_resolution.matching.candidates import Index, Pairs
from entity_resolution.matching.comparing import Compared
from entity_resolution.matching.name import Name
from entity_resolution.names import exact_key


class Letters:
    """The share of the shorter name's letters that the longer one has in their order, whatever lies between; less
    where the first letters differ. 1 for 信通院 and 中国信息通信研究院, .9 for 信通院 and 通信院校."""

    version = "letters"
    accept, review = 0.95, 0.6

    def __init__(self, version: str = "letters") -> None:
        self.version = version

    def look(self, names: Sequence[Name], pairs: Pairs) -> Looked:
        scores = self.score(names, pairs)
        return Looked(
            scores >= 0.5, Compared(scores, np.arange(len(scores)), np.zeros((len(scores), 1), np.float32))
        )

    def score(self, names: Sequence[Name], pairs: Pairs, looked: Looked | None = None) -> Floats:
        if looked is not None:
            return looked.compared.raw
        found = [
            _share(names[left], names[right])
            for left, right in zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)
        ]
        return np.array(found, dtype=np.float64)

    def explain(self, names: Sequence[Name], pairs: Pairs) -> list[list[Reason]]:
        return [[("letters", "letters in order", float(score))] for score in self.score(names, pairs)]

    def candidates(self, names: Sequence[str], top: int) -> Pairs:
        return Index(names).itself(top)


def _share(one: Name, other: Name) -> float:
    short, long = sorted((exact_key(one.name), exact_key(other.name)), key=lambda key: (len(key), key))
    if not short:
        return 0.0
    at = found = 0
    for letter in short:
        place = long.find(letter, at)
        if place >= 0:
            at, found = place + 1, found + 1
    return found / len(short) * (1.0 if short[0] in long[:3] else 0.9)
