"""Round names: one way of writing each, and unknown ones flagged."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.rounds import read_round
from tests.shared import shared


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("A轮", "A轮", "venture"),
        ("a+轮", "A+轮", "venture"),
        ("Pre-A", "Pre-A轮", "venture"),
        ("PreA轮", "Pre-A轮", "venture"),
        ("Pre-A+轮", "Pre-A+轮", "venture"),
        ("C1轮", "C1轮", "venture"),
        ("Series B", "B轮", "venture"),
        ("Ａ轮融资", "A轮", "venture"),
        ("种子轮", "种子轮", "venture"),
        ("天使", "天使轮", "venture"),
        ("天使++轮", "天使++轮", "venture"),
        ("angel round", "天使轮", "venture"),
        ("战略融资", "战略投资", "strategic"),
        ("Pre-IPO", "Pre-IPO", "venture"),
        ("IPO上市", "IPO", "listing"),
        ("新三板", "新三板挂牌", "listing"),
        ("定向增发", "上市公司定增", "listed"),
        ("收购", "并购", "control"),
        ("股权转让", "股权转让", "control"),
    ],
)
def test_known(text: str, name: str, kind: str) -> None:
    found = read_round(text)
    assert (found.name, found.kind, found.known, found.as_written) == (name, kind, True, text)


@pytest.mark.parametrize("text", ["", "未披露", "不详"])
def test_undisclosed_is_known_to_be_so(text: str) -> None:
    assert read_round(text).name is None
    assert read_round(text).known


@pytest.mark.parametrize("text", ["Z轮", "A轮B轮", "新一轮", "猜测", "AA轮", "A++++轮"])
def test_unknown_is_flagged(text: str) -> None:
    found = read_round(text)
    assert found.name is None
    assert not found.known


def test_stages_are_in_order() -> None:
    order = [
        "种子轮",
        "天使轮",
        "天使+轮",
        "Pre-A",
        "A轮",
        "A+轮",
        "A++轮",
        "Pre-B",
        "B轮",
        "C1轮",
        "D轮",
        "Pre-IPO",
        "IPO",
    ]
    stages = [read_round(name).stage for name in order]
    assert None not in stages
    assert stages == sorted(stages, key=lambda stage: stage or 0)
    assert len(set(stages)) == len(stages)


def test_every_round_of_the_real_tables_is_known() -> None:
    for path in sorted(shared("tables").glob("investment_events_20*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for series in {row["series"] for row in csv.DictReader(file)}:
                found = read_round(series)
                assert found.known, series
                assert (found.name is None) == (series == "未披露")


@given(st.text(max_size=60))
def test_a_name_reads_as_itself(text: str) -> None:
    found = read_round(text)
    if found.name is not None:
        again = read_round(found.name)
        assert (again.name, again.kind, again.stage) == (found.name, found.kind, found.stage)
