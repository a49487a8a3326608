"""Groups of names."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from entity_resolution.matching.candidates import Pairs
from entity_resolution.matching.grouping import group, join
from entity_resolution.matching.model import Thresholds
from entity_resolution.matching.name import Name
from entity_resolution.names import exact_key

THRESHOLDS = Thresholds(0.9, 0.3)


def joined(names: list[str], scores: dict[tuple[int, int], float]) -> tuple[list[int], list[str]]:
    listed = [Name(str(at), name) for at, name in enumerate(names)]
    pairs = Pairs(
        np.array([one for one, _ in scores], dtype=np.int32),
        np.array([other for _, other in scores], dtype=np.int32),
    )
    found = join(
        listed, [exact_key(name) for name in names], pairs, np.array(list(scores.values())), THRESHOLDS
    )
    return found.cluster.tolist(), list(found.decision)


def test_equal_names_and_sure_pairs_are_joined() -> None:
    names = ["甲云科技有限公司", "甲云科技", "甲云", "乙海"]
    assert joined(names, {(0, 2): 0.95, (2, 3): 0.1}) == ([0, 0, 0, 3], ["accept"] * 4)


def test_two_legal_names_stay_apart_whatever_joins_them() -> None:
    names = ["甲云科技有限公司", "甲云", "甲云信息技术有限公司"]
    clusters, _ = joined(names, {(0, 1): 0.98, (1, 2): 0.97})
    assert clusters == [0, 0, 2]


def test_doubtful_pairs_wait() -> None:
    clusters, decisions = joined(["甲云科技有限公司", "甲云"], {(0, 1): 0.5})
    assert clusters == [0, 1]
    assert decisions == ["accept", "review"]


def test_the_curated_list_joins_names_without_a_common_letter() -> None:
    found = group([Name("1", "深圳市海思半导体有限公司"), Name("2", "HiSilicon"), Name("3", "某某牛奶厂")])
    assert found.cluster.tolist() == [0, 0, 2]


def test_of_nothing_nothing() -> None:
    assert len(group([]).cluster) == 0
    assert group([Name("1", "甲云")]).cluster.tolist() == [0]


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_groups_hang_on_no_order(data: st.DataObject) -> None:
    names = ["甲云科技有限公司", "甲云", "北航", "北京航空航天大学", "甲云信息", "乙海集团有限公司"]
    every = [(a, b) for a in range(len(names)) for b in range(a + 1, len(names))]
    scores = {
        pair: data.draw(st.sampled_from([0.05, 0.5, 0.91 + 0.005 * at]), label=str(pair))
        for at, pair in enumerate(every)
    }
    order = data.draw(st.permutations(every))
    one, _ = joined(names, scores)
    other, _ = joined(names, {pair: scores[pair] for pair in order})
    assert one == other
    for at, name in enumerate(names):
        for to in range(at):
            if one[at] == one[to]:
                assert not (name.endswith("有限公司") and names[to].endswith("有限公司"))
