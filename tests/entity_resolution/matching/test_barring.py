"""What no score may join."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from entity_resolution.matching.barring import barred, bars
from entity_resolution.matching.candidates import Index
from entity_resolution.matching.linking import link
from entity_resolution.matching.name import Name
from tests.shared import shared


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("甲云科技有限公司", "甲云信息技术有限公司"),
        ("北京大学", "北京大学出版社"),
        ("北京大学", "北京大学医学院"),
        ("天津大学", "天津工业大学"),
        ("北京大学", "北京科技大学"),
        ("南山市第一人民医院", "南山市第二人民医院"),
        ("腾讯", "腾讯音乐"),
        ("浙江政府", "浙江省人民医院"),
        ("南山市人民政府", "南山市人民法院"),
    ],
)
def test_barred_by_their_names(one: str, other: str) -> None:
    assert barred(Name("1", one), Name("2", other))
    assert barred(Name("1", other), Name("2", one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("甲云科技", "北京甲云科技有限公司"),
        ("北航", "北京航空航天大学"),
        ("甲云(北京)科技有限公司", "甲云（北京）科技有限责任公司"),
        ("中国信通院", "中国信息通信研究院"),
        ("南山政府", "南山市人民政府"),
    ],
)
def test_not_barred(one: str, other: str) -> None:
    assert barred(Name("1", one), Name("2", other)) == ""


def test_barred_by_what_is_stated() -> None:
    assert barred(Name("1", "甲云", "company"), Name("2", "甲云", "university"))
    assert barred(Name("1", "甲云", country="CN"), Name("2", "甲云", country="JP"))
    assert not barred(Name("1", "甲云", country="CN"), Name("2", "甲云", country="KY"))


def test_many_at_once() -> None:
    names = [Name("1", "北京大学"), Name("2", "北京大学出版社"), Name("3", "北大")]
    assert bars(names, names, (np.array([0, 0], np.int32), np.array([1, 2], np.int32))).tolist() == [
        True,
        False,
    ]


def test_the_known_hard_pairs_are_never_joined() -> None:
    with shared("names", "hard_negatives_dev.csv").open(encoding="utf-8") as lines:
        pairs = [(row["a"], row["b"]) for row in csv.DictReader(lines)]
    pairs += [("天津大学", "天津工业大学"), ("中国移动", "中国联通"), ("摩根大通", "摩根士丹利")]
    for one, other in pairs:
        known = [Name("1", other)]
        found = list(link([Name("1", one)], known, index=Index([other])))
        assert all(answer.decision != "accept" for answer in found), (one, other)
