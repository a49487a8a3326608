"""Links of names to known names, and the decision on each first answer."""

from __future__ import annotations

import numpy as np
import pytest

from entity_resolution.matching.candidates import Index, Pairs
from entity_resolution.matching.linking import Scored, decide, link, numbered
from entity_resolution.matching.model import Thresholds
from entity_resolution.matching.name import Name

KNOWN = [
    Name("K1", "北京航空航天大学"),
    Name("K2", "深圳市云天励飞技术股份有限公司"),
    Name("K3", "羽扇智信息科技有限公司"),
    Name("K4", "中国信息通信研究院"),
    Name("K4", "工业和信息化部电信研究院"),
    Name("K5", "京东方科技集团股份有限公司"),
]


@pytest.mark.parametrize(
    ("query", "expected"), [("北航", "K1"), ("云天励飞", "K2"), ("中国信通院", "K4"), ("京东方", "K5")]
)
def test_the_likeliest_comes_first(query: str, expected: str) -> None:
    found = list(link([Name("q", query)], KNOWN))
    assert KNOWN[found[0].known].id == expected
    assert [one.rank for one in found] == list(range(1, len(found) + 1))
    assert found[0].decision is not None
    assert all(one.decision is None for one in found[1:])


def test_an_id_answers_once() -> None:
    found = list(link([Name("q", "中国信息通信研究院")], KNOWN))
    ids = [KNOWN[one.known].id for one in found]
    assert len(ids) == len(set(ids))
    assert (found[0].known, found[0].decision) == (3, "accept")


def test_no_query_hangs_on_another() -> None:
    queries = [Name("1", "北航"), Name("2", "云天励飞"), Name("3", "航天大学")]
    together = list(link(queries, KNOWN))
    for at, query in enumerate(queries):
        alone = list(link([query], KNOWN, index=Index([one.name for one in KNOWN])))
        mine = [one for one in together if one.query == at]
        assert [(one.known, one.rank, one.decision) for one in mine] == [
            (one.known, one.rank, one.decision) for one in alone
        ]
        assert [one.score for one in mine] == pytest.approx([one.score for one in alone])


def test_nothing_alike_nothing_answered_or_accepted() -> None:
    assert all(one.decision == "reject" for one in link([Name("q", "牛奶厂")], KNOWN) if one.rank == 1)
    assert list(link([], KNOWN)) == list(link([Name("q", "北航")], [])) == []


def _decided(chances: list[float], owners: list[int], barred: bool = False) -> list[tuple[int, str | None]]:
    count = len(chances)
    pairs = Pairs(np.zeros(count, np.int32), np.arange(count, dtype=np.int32))
    probability = np.array(chances)
    scored = Scored(pairs, np.log(probability), probability, np.full(count, barred))
    found = decide(scored, np.array(owners, dtype=np.int32), Thresholds(0.9, 0.3), 5)
    return [(one.known, one.decision) for one in found]


def test_decisions() -> None:
    assert _decided([0.95, 0.2], [0, 1]) == [(0, "accept"), (1, None)]
    assert _decided([0.5], [0]) == [(0, "review")]
    assert _decided([0.1], [0]) == [(0, "reject")]
    assert _decided([0.95], [0], barred=True) == [(0, "review")]


def test_two_fitting_bearers_are_a_persons_matter() -> None:
    assert _decided([0.95, 0.93], [0, 1])[0] == (0, "review")
    assert _decided([0.95, 0.93], [0, 0]) == [(0, "accept")]


def test_ids_become_numbers() -> None:
    assert numbered(["a", "b", "a"]).tolist() == [0, 1, 0]
