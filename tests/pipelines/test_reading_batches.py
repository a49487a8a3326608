"""Batches of texts read by several processes: the same facts, in the same order, as one process reads."""

from __future__ import annotations

import pytest

from pipelines.reading.batches import PAYS, read_batches
from pipelines.reading.gazetteer import Gazetteer
from pipelines.reading.reader import Asked, Read, read

SENTENCE = "甲木科技有限公司与乙水集团有限公司{}在北京签署战略合作协议，双方将在智能芯片方面开展合作。"
GAZETTEER = Gazetteer(["甲木科技有限公司", "丙山股份", "丁火"])


def _batches(count: int) -> list[tuple[int, list[Asked]]]:
    filling = "天气晴。\n" * (PAYS // 4 // 5)
    return [
        (number, [Asked(SENTENCE.format(f"第{number}次") + filling, gazetteer=GAZETTEER)])
        for number in range(count)
    ]


def test_several_processes_read_what_one_reads() -> None:
    batches = _batches(7)
    together = list(read_batches(iter(batches), processes=2))
    assert [key for key, _ in together] == list(range(7))
    assert [told for _, told in together] == [read(asked) for _, asked in batches]
    assert all(told[0].facts for _, told in together)


@pytest.mark.parametrize(("count", "processes"), [(0, 2), (1, 2), (2, 2), (7, 1)])
def test_little_is_read_by_this_process(count: int, processes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError("no process is worth it")

    monkeypatch.setattr("pipelines.reading.batches.spread", refuse)
    monkeypatch.setattr("pipelines.reading.batches.read", lambda asked, **options: [Read() for _ in asked])
    told = list(read_batches(_batches(count), processes=processes))
    assert [key for key, _ in told] == list(range(count))


def test_a_gazetteer_within_a_text_finds_there_what_the_whole_one_finds() -> None:
    text = "丁火与丙山股份、甲木科技有限公司合作，丁火大学没有。"
    part = GAZETTEER.within(text)
    assert part.find(text) == GAZETTEER.find(text) != []
    assert len(GAZETTEER.within("丁火", "")) == 1
    assert len(Gazetteer(()).within(text)) == 0
