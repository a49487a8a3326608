"""The AI-patent rule: what decides, what does not, and what its file may hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ai_patents import RULE, judge, load, read_group, rule
from pipelines.errors import InputError
from pipelines.facts import facts_of
from pipelines.records import Patent, PatentTitle


@pytest.mark.parametrize(
    "symbol",
    ["G06N3/08", "G06N 20/00", "g06v40/16", "G06F18/24", "G06F40/30", "G06F40/58", "G06F40/581", "G10L15/26", "G06N", "G06N3", "G06F18/"],
)  # fmt: skip
def test_a_class_decides(symbol: str) -> None:
    said = judge([], [symbol])
    assert said.ai is True
    assert said.classes == (symbol.replace(" ", "").upper(),)


@pytest.mark.parametrize(
    "symbol",
    ["G06F40/10", "G06F40/60", "G06F40/5", "G06N10/20", "G06T9/00", "G06F1/00", "G10L19/00", "G06T71/00", "H04L", "",
     "?", "G06", "G06N3/8"],
)  # fmt: skip
def test_another_class_does_not(symbol: str) -> None:
    said = judge(["A hinge"], [symbol])
    assert said.ai is False
    assert not said.classes


@pytest.mark.parametrize(
    ("title", "word"),
    [
        ("基于神经网络的铰链检测方法", "神经网络"),
        ("基於神經網絡的鉸鏈檢測方法", "神经网络"),
        ("Training a Neural  Network", "neural network"),
        ("ＤＥＥＰ ＬＥＡＲＮＩＮＧ hinges", "deep learning"),
        ("A self-driving cart", "self-driving"),
    ],
)
def test_a_word_of_a_title_decides(title: str, word: str) -> None:
    assert judge([title], ["E05D1/00"]).words == (word,)


@pytest.mark.parametrize(
    "title", ["Neural networking", "deeplearning", "铰链", "Expert systems", "A machine, learning"]
)
def test_parts_of_words_do_not(title: str) -> None:
    assert judge([title], []).ai is False


def test_without_class_and_title_nothing_is_judged() -> None:
    assert judge([], []).as_dict() == judge(["  "], []).as_dict() == {}


def test_the_fact_keeps_the_judgement() -> None:
    patent = Patent(
        locator="$", number="CN1A", title="Hinge", classes=("E05D1/00", "G06N3/08"),
        titles=(PatentTitle(text="神经网络铰链", language="zh"),),
    )  # fmt: skip
    (fact,) = facts_of(patent)
    assert fact.detail["ai"] == {
        "rule": f"ai_patents {rule().version}",
        "is": True,
        "classes": ["G06N3/08"],
        "words": ["神经网络"],
    }
    assert "ai" not in next(iter(facts_of(Patent(locator="$", number="CN1A", title="")))).detail
    assert next(iter(facts_of(Patent(locator="$", number="CN1A", title="Hinge")))).detail["ai"]["is"] is False


def _file(folder: Path, old: str, new: str) -> Path:
    text = RULE.read_text("utf-8")
    assert old in text
    path = folder / "ai_patents.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("{group: G06V,", "{group: G06N,", "given twice"),
        ("{group: G06V,", "{group: G06V40-G06V50,", "a subgroup on either side"),
        ("{group: G06V,", "{group: g06,", "no group"),
        ("{group: G06V,", "{group: G06V1/30-G06V1/20,", "ends before it begins"),
        ("{group: G06V,", "{group: G06V1/30-G06V2/40,", "no group"),
        ("{group: G06V, why:", "{group: G06V, who:", "missing"),
        ("zh: [人工智能", "fr: [x], zh: [人工智能", "YAML"),
        ("[人工智能,", "[人工智能, 人工智能,", "given twice"),
        ("version: 1", "version: one", "whole number"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        load(_file(tmp_path, old, new))


def test_the_page_of_the_rule_states_its_definition() -> None:
    page = (Path(__file__).parents[2] / "docs" / "ai-patents.md").read_text("utf-8")
    assert rule().definition_zh.rstrip("的专利文献。") in page.replace("\n", "")
    assert f'"ai_patents {rule().version}"' in page


@given(st.lists(st.text(max_size=40), max_size=4), st.lists(st.text(max_size=12), max_size=4))
def test_any_text_is_judged(titles: list[str], classes: list[str]) -> None:
    said = judge(titles, classes)
    assert said.ai is (None if not said.as_dict() else bool(said.classes or said.words))


@given(st.from_regex(r"[A-H][0-9]{2}[A-Z]([0-9]{1,4}/([0-9]{2,6})?)?", fullmatch=True))
def test_a_group_has_itself(text: str) -> None:
    group = read_group(text)
    assert group.has(text if group.low or group.main is None else text + "00")
