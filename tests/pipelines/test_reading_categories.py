"""Categories: words decide by the rules, names never do; industries; quality on labelled sentences."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.classification import classify, classify_tags
from pipelines.errors import InputError
from pipelines.reading.categories import categorise, categorise_all, industries, industry_of, show, words
from pipelines.reading.categories.naming import BLOT, hidden
from pipelines.reading.fact import Organisation
from pipelines.taxonomy import taxonomy
from tests.pipelines import category_labels
from tests.pipelines.category_labels import Labelled
from tests.shared import shared


def _codes(text: str) -> tuple[set[str], set[str]]:
    technologies, applications = categorise(text).codes
    return set(technologies), set(applications)


@pytest.mark.parametrize(
    ("text", "technologies", "applications"),
    [
        ("双方将把语音合成用于连锁门店的智能导购。", {"语音识别"}, {"智能营销与新零售"}),
        ("该厂建成无人叉车与机器视觉质检线。", {"计算机视觉"}, {"智能制造"}),
        ("两家公司签约，共建铁路货场。", set(), set()),
        ("两家公司签约，共建铁路货场的调度算法。", set(), {"智能交通"}),
        ("他以现金支付对价，法院已受理此案的诉讼。", set(), set()),
        ("法院上线智能庭审系统。", set(), {"智能政务"}),
        ("发布面向人形机器人的大模型。", {"智能机器人"}, set()),
        ("发布面向客服的大模型。", {"自然语言处理"}, set()),
        ("为骨科手术提供导航系统。", set(), {"智能医疗"}),
        ("The lab trains robots with a language model.", {"智能机器人", "自然语言处理"}, set()),
    ],
)
def test_words_decide_in_company(text: str, technologies: set[str], applications: set[str]) -> None:
    assert _codes(text) == (technologies, applications)


def test_what_is_stated_outright_goes_first_and_needs_no_company() -> None:
    text = "该方案运用知识图谱、语音识别等技术，主要应用于铁路。芯片由他人供应。"
    found = categorise(text, (0, text.index("。")))
    assert found.codes == (("知识图谱", "语音识别"), ("智能交通",))
    assert {one.place for one in (*found.technologies, *found.applications)} == {"stated"}
    word = found.technologies[0].words[0]
    assert text[word.start : word.end] == "知识图谱"


def test_the_statement_goes_before_its_paragraph_and_that_before_the_opening() -> None:
    text = "一家做区块链的公司\n甲方与乙方签约。乙方做激光雷达。\n丙方与丁方签约。"
    first, second = text.index("甲方"), text.index("丙方")
    near = categorise(text, (first, first + 8))
    assert (near.codes[0], near.technologies[0].place) == (("自动驾驶",), "near")
    opening = categorise(text, (second, len(text)))
    assert (opening.codes[0], opening.technologies[0].place) == (("区块链",), "opening")
    here = categorise(text, (text.index("乙方做"), text.index("雷达")))
    assert (
        here.technologies[0].confidence > near.technologies[0].confidence > opening.technologies[0].confidence
    )


def test_names_of_organisations_decide_nothing() -> None:
    assert _codes("晴川光电股份有限公司向云溪机器人科技（苏州）有限公司、青岚农业大学采购。") == (
        set(),
        set(),
    )
    text = "云溪芯片与青岚医疗签约，共建区块链平台。"
    names = [Organisation(at, at + 4, text[at : at + 4], text[at : at + 4]) for at in (0, 5)]
    assert categorise_all([text], [(0, len(text))], [names])[0].codes == (("区块链",), ())
    # A description that was taken for a name still says what it is about.
    text = "芯片公司与甲方签约。"
    described = [Organisation(0, 4, "芯片公司", "芯片公司")]
    assert categorise_all([text], [(0, len(text))], [described])[0].codes[0] == ("智能芯片",)


@given(st.text(alphabet="甲乙与和收购人脸识别铁路系统有限公司大学。（）a ", max_size=80))
def test_blotting_keeps_every_offset(text: str) -> None:
    blotted = hidden(text, [(2, 4)])
    assert len(blotted) == len(text)
    assert all(after in (before, BLOT) for before, after in zip(text, blotted, strict=True))


@given(st.text(max_size=200), st.integers(-5, 250), st.integers(-5, 250))
def test_any_text_and_span_give_words_of_the_text(text: str, start: int, end: int) -> None:
    found = categorise_all([text], [(start, end)])[0]
    for one in (*found.technologies, *found.applications):
        assert 0 < one.confidence < 1
        assert all(text[word.start : word.end] == word.word for word in one.words)


@pytest.mark.parametrize("piece", ["（", "人工智能铁路激光", "a", "有限公司", "运用", "面向"])
def test_five_megabytes_take_no_longer_than_their_statement(piece: str) -> None:
    text = piece * (5_000_000 // len(piece))
    assert len(categorise_all([text] * 3, [(0, len(text)), (2_500_000, 2_500_050), (10, 5)])) == 3


def test_show_keeps_the_words_that_need_no_company() -> None:
    text = "云平台、人脸识别、门禁、冷链"
    plain, ruled = classify(text), show(text)
    assert ruled.technologies == plain.technologies
    assert {one.code for one in ruled.applications} <= {one.code for one in plain.applications}


def test_faults_in_the_rules_are_named(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    head = "version: 1\nsource: own\ndigital: [AI]\n"
    path.write_text(
        f"{head}technology: [{{code: 区块链, weak: [白菜]}}]\napplication: []\n", encoding="utf-8"
    )
    with pytest.raises(InputError, match="白菜"):
        words.load(path)
    path.write_text(f"{head}technology: [{{code: 白菜}}]\napplication: []\n", encoding="utf-8")
    with pytest.raises(InputError, match="no class of the codebook"):
        words.load(path)


# --- Industries ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind", "about", "code"),
    [
        ("云溪铁路电气化学校", None, "", "83"),
        ("云溪农业银行", None, "", "66"),
        ("青岚市公安局", None, "", "92"),
        ("青岚光电科技（深圳）有限公司", None, "", "39"),
        ("青岚电子商务有限公司", None, "", "F"),
        ("云溪科技", None, "国产CPU厂商", "39"),
        ("云溪科技", None, "", "65"),
        ("Yunxi Capital", None, "", "67"),
        ("云溪", "university", "", "83"),
        ("云溪", "investor", "", "67"),
        ("深圳市腾讯计算机系统有限公司", None, "", "64"),
        ("華為技術有限公司", None, "", "39"),
        ("英伟达", None, "", "39"),
    ],
)
def test_industries(name: str, kind: str | None, about: str, code: str) -> None:
    found = industry_of(name, kind, about)
    assert found is not None
    assert found.code == code
    assert found.why


def test_where_nothing_tells_no_industry_is_given() -> None:
    assert industry_of("云溪") is None
    assert industry_of("有限公司") is None
    with pytest.raises(InputError):
        industry_of("  ")


def test_agreement_makes_surer_and_a_vague_word_hardly_tells() -> None:
    alone, agreed = industry_of("云溪制药"), industry_of("云溪制药", None, "创新药企业")
    vague = industry_of("云溪科技")
    assert alone is not None
    assert agreed is not None
    assert vague is not None
    assert agreed.confidence > alone.confidence > 0.5 > vague.confidence


@given(st.text(min_size=1, max_size=60), st.text(max_size=60))
def test_any_name_gives_a_code_of_the_standard(name: str, about: str) -> None:
    try:
        found = industry_of(name, None, about)
    except InputError:
        assert not name.strip()
        return
    assert found is None or (found.code in taxonomy("industries") and 0 < found.confidence < 1)


def test_faults_in_the_words_of_industries_are_named(tmp_path: Path) -> None:
    path = tmp_path / "industries.yaml"
    path.write_text(
        "version: 1\nsource: own\nkinds: {}\nvague: []\nknown: []\n"
        'rules: [{code: "65", names: [软件]}, {code: "64", names: [软件]}]\n',
        encoding="utf-8",
    )
    with pytest.raises(InputError, match="given twice"):
        industries.load(path)


# --- Quality on what the codebooks were not tuned on -----------------------------------------------------------


def _given(sentences: list[Labelled], dimension: int) -> list[tuple[str, ...]]:
    return [categorise(one.text, organisations=one.organisations).codes[dimension] for one in sentences]


@pytest.mark.parametrize(
    ("split", "technology", "application"), [("report", 0.90, 0.85), ("unseen", 0.85, 0.75)]
)
def test_quality(split: str, technology: float, application: float) -> None:
    sentences = category_labels.part(split)
    for dimension, (kind, least) in enumerate((("technology", technology), ("application", application))):
        gold = [one.settled[kind] for one in sentences]
        ours = category_labels.score(gold, _given(sentences, dimension))
        plain = [
            (classify(one.text).technologies, classify(one.text).applications)[dimension] for one in sentences
        ]
        bare = category_labels.score(gold, [[label.code for label in labels] for labels in plain])
        assert ours.f1 >= least
        assert ours.precision > bare.precision
        assert ours.f1 > bare.f1


def test_labels_are_codes_and_two_passes_agree() -> None:
    for kind, name in (("technology", "technology_categories"), ("application", "application_areas")):
        known = taxonomy(name).codes
        table = category_labels.rows()
        twice = [row for row in table if row["split"] in ("tune", "report")]
        assert len(twice) == 150
        first, second = ([category_labels.codes(row[f"{kind}_{at}"]) for row in twice] for at in (1, 2))
        assert category_labels.kappa(first, second, known) > 0.8
        assert all(category_labels.codes(row[kind]) <= set(known) for row in table)


def test_industries_of_tagged_companies() -> None:
    """Of companies whose tags tell their section, the half by hash that no word was chosen on."""
    sure = right = 0
    for path in sorted(shared("tables").glob("investment_events_20*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                name, tagged = row["investee_fullname"], classify_tags(row["industries"]).industry
                if (
                    not tagged
                    or not name.endswith("公司")
                    or not int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2
                ):
                    continue
                found = industry_of(name)
                if found and found.confidence >= 0.8:
                    sure += 1
                    right += (taxonomy("industries")[found.code].parent or found.code) == (
                        taxonomy("industries")[tagged].parent or tagged
                    )
    assert sure > 800
    assert right / sure > 0.72
