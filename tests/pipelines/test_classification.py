"""Classification: words decide with their offsets; tags place companies; nothing is decided without a word."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.classification import CODEBOOKS, classify, classify_tags, codebook, load
from pipelines.errors import InputError
from pipelines.taxonomy import taxonomy
from tests.shared import shared


def _codes(text: str) -> tuple[set[str], set[str]]:
    found = classify(text)
    return {label.code for label in found.technologies}, {label.code for label in found.applications}


@pytest.mark.parametrize(
    ("text", "technologies", "applications"),
    [
        ("为医院提供医学影像识别与语音转写服务", {"计算机视觉", "语音识别"}, {"智能医疗"}),
        ("在港口建成5G专网与无人驾驶集卡", {"5G", "自动驾驶"}, {"智能交通"}),
        ("以联邦学习保护数据安全", set(), {"网络安全"}),
        ("A blockchain for power grid operators", {"区块链"}, {"智能能源"}),
        ("发布ＡＲ眼镜", {"虚拟/增强现实"}, {"智能硬件"}),
        ("今天天气很好", set(), set()),
    ],
)
def test_words_decide(text: str, technologies: set[str], applications: set[str]) -> None:
    assert _codes(text) == (technologies, applications)


def test_words_are_whole_cased_and_neutral_phrases_decide_nothing() -> None:
    assert _codes("the car park and a bar chart")[0] == set()
    assert _codes("ar vr")[0] == set()
    assert _codes("去云南旅行，用支付宝") == (set(), set())
    assert _codes("LLMs")[0] == set()


@pytest.mark.parametrize(
    ("text", "applications"),
    [
        ("国家电网", {"智能能源"}),
        ("这家电商与专家电话沟通", {"智能营销与新零售"}),
        ("研发电动汽车", {"智能网联汽车"}),
        ("农业银行、农业大学", set()),
        ("以支付现金的方式", set()),
        ("多媒体", set()),
        ("众多媒体", {"新媒体和数字内容"}),
        ("家电、发电、支付", {"智能家居", "智能能源", "智能金融"}),
    ],
)
def test_words_across_words_decide_nothing(text: str, applications: set[str]) -> None:
    assert _codes(text)[1] == applications


def test_traditional_characters_are_read() -> None:
    text = "為醫院提供計算機視覺與語音識別"
    assert _codes(text) == ({"计算机视觉", "语音识别"}, {"智能医疗"})
    (word, *_) = classify(text).technologies[0].words
    assert text[word.start : word.end] == word.word == "計算機視覺"


@pytest.mark.parametrize("name", ["technology", "application"])
def test_every_class_is_found_by_its_own_name_alone(name: str) -> None:
    book = codebook(name)
    for code in taxonomy(book.taxonomy).codes:
        assert [label.code for label in book.read(code)] == [code]


def test_offsets_and_order() -> None:
    text = "机器人搭载芯片，机器人联网"
    labels = classify(text).technologies
    assert [label.code for label in labels] == ["智能机器人", "智能芯片"]
    assert [(word.start, word.end) for word in labels[0].words] == [(0, 3), (8, 11)]


@pytest.mark.parametrize("name", ["technology", "application"])
def test_every_class_has_words_and_every_word_finds_its_class(name: str) -> None:
    book = codebook(name)
    assert {code for codes in book.codes.values() for code in codes} == set(taxonomy(book.taxonomy).codes)
    for word, codes in book.codes.items():
        assert {label.code for label in book.read(word)} == set(codes), word


@given(st.text(max_size=300))
def test_offsets_point_at_the_words(text: str) -> None:
    found = classify(text)
    for label in (*found.technologies, *found.applications):
        for word in label.words:
            assert text[word.start : word.end] == word.word


def test_long_text_is_quick() -> None:
    found = classify("人脸识别" * 25_000)
    assert len(found.technologies[0].words) == 25_000


@pytest.mark.parametrize(
    ("tags", "layer", "industry"),
    [
        ("人工智能,基础层,数据", "基础层", "I"),
        ("人工智能,通用技术层,语音识别", "技术层", "65"),
        ("人工智能,消费级终端硬件,工业机器人", "应用层", "C"),
        ("企业服务,SAAS,管理系统", "应用层", "65"),
        ("医疗健康，移动医疗", "应用层", "84"),
        ("未透露", None, None),
        ("", None, None),
    ],
)
def test_tags(tags: str, layer: str | None, industry: str | None) -> None:
    found = classify_tags(tags)
    assert (found.layer, found.industry) == (layer, industry)


def test_ties_and_unknown_tags_are_told() -> None:
    tied = classify_tags(["银行", "医疗机构"])
    assert tied.industry is None
    assert tied.candidates == ("66", "84")
    section = classify_tags(["银行", "保险", "猜不透"])
    assert (section.industry, section.unknown) == ("J", ("猜不透",))


def test_most_companies_with_tags_get_an_industry_and_their_declared_layer() -> None:
    seen: Counter[str] = Counter()
    declared = {"基础层": "基础层", "通用技术层": "技术层", "基础技术层": "技术层", "场景应用层": "应用层"}
    for path in sorted(shared("tables").glob("investment_events_20*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                tags = row["industries"].split(",")
                if tags == ["未透露"]:
                    continue
                found = classify_tags(tags)
                seen["all"] += 1
                seen["industry"] += found.industry is not None
                layers = {declared[tag] for tag in tags if tag in declared}
                if "人工智能" in tags and len(layers) == 1:
                    seen["declared"] += 1
                    seen["agree"] += found.layer in layers
    assert seen["all"] > 9000
    assert seen["industry"] > 0.85 * seen["all"]
    assert seen["agree"] > 0.95 * seen["declared"] > 100


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("rules: [{code: 中间层, words: [a]}]", "'中间层' is no code of layers"),
        ("rules: [{code: 基础层, words: [a, a]}]", "'a' is given twice"),
        ("rules: [{code: 基础层, words: [a]}]\nneutral: [a]", "'a' decides something"),
        ("rules: [{code: 基础层, word: [a]}]", "field word: not known here"),
    ],
)
def test_faults_are_named(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "trial.yaml"
    path.write_text(f"version: 1\ntaxonomy: layers\nsource: own\n{text}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(path)
    assert complaint in str(caught.value)


def test_every_codebook_loads() -> None:
    assert {codebook(path.stem).name for path in CODEBOOKS.glob("*.yaml")} == {
        "technology", "application", "layer_tags", "industry_tags",
    }  # fmt: skip
    with pytest.raises(InputError):
        codebook("../provinces")
