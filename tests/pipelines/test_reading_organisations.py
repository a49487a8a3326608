"""Organisations in running text: exact spans, names given, what a text explains itself, hostile text."""

from __future__ import annotations

import json
import re
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.reading.fact import Organisation
from pipelines.reading.gazetteer import Gazetteer
from pipelines.reading.organisations import Spotter, spot, spot_all
from pipelines.reading.organisations.boundaries import is_generic, mended
from pipelines.reading.organisations.chain import TAGS, Chain, spans_of
from pipelines.reading.organisations.labels import (
    Labelled,
    Piece,
    held_back,
    pieces_of,
    read_rows,
    tuned_on,
)
from pipelines.reading.organisations.lexer import shared_lexer
from pipelines.reading.organisations.lists import passed_over
from pipelines.reading.organisations.network import Network
from pipelines.reading.organisations.short_forms import Bearer, learnt, referring
from pipelines.reading.organisations.spotting import _TAGGED, MODEL, _agreeing, _Claim
from pipelines.reading.organisations.swapping import Names, own_sentences, swapped
from pipelines.reading.organisations.training import calibration, filled
from pipelines.reading.sentences import TEXT_LIMIT
from tests.shared import shared


def _names(found: list[Organisation]) -> list[str]:
    return [one.text for one in found]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "星河智能科技有限公司与云岭大学签署战略合作协议，共建联合实验室。",
            ["星河智能科技有限公司", "云岭大学"],
        ),
        ("腾讯、百度和华为参加了这次论坛。", ["腾讯", "百度", "华为"]),
        ("公告称，贷款由中国工商银行股份有限公司海棠支行发放。", ["中国工商银行股份有限公司海棠支行"]),
        (
            "领投方为宁波青禾创业投资合伙企业（有限合伙），澄明资本跟投。",
            ["宁波青禾创业投资合伙企业（有限合伙）", "澄明资本"],
        ),
        ("*ST北原昨日发布公告。", ["*ST北原"]),
        ("美国与中国的贸易额有所增长。", []),
        ("今天天气很好，我们去公园散步，吃了两个苹果。", []),
    ],
)
def test_names_are_found_whole(text: str, names: list[str]) -> None:
    assert _names(spot(text)) == names


def test_short_forms_mean_the_full_name() -> None:
    text = "青禾云图科技股份有限公司（以下简称“云图”）今日上市。分析师看好云图的前景。"
    found = [one for one in spot(text) if one.text == "云图"]
    assert len(found) == 2
    assert {one.means for one in found} == {"青禾云图科技股份有限公司"}


def test_words_that_point_back_are_resolved_only_where_the_text_leaves_no_doubt() -> None:
    announced = "青禾股份(300999)晚间公告，公司拟收购云岭科技有限公司全部股权。"
    (pointing,) = [one for one in spot(announced) if one.text == "公司"]
    assert pointing.means == "青禾股份"
    assert not [one for one in spot("青禾股份与云岭科技谈了很久，公司将继续。") if one.text == "公司"]


def test_names_given_are_found_as_written_wherever_they_stand_as_a_whole() -> None:
    (found,) = spot_all(["据了解，绿豆泡泡与XQ谈妥了，XQR没有参加，绿豆泡泡很高兴。"], [["绿豆泡泡", "XQ"]])
    assert [(one.text, one.start) for one in found if one.known] == [
        ("绿豆泡泡", 4),
        ("XQ", 9),
        ("绿豆泡泡", 23),
    ]


def test_a_given_name_only_inside_a_longer_one_is_given_beside_it() -> None:
    text = "本报讯，华为技术有限公司昨日发布新品。"
    assert [(one.text, one.known) for one in spot(text, ["华为"])] == [
        ("华为技术有限公司", False),
        ("华为", True),
    ]
    apart = text + "华为表示满意。"
    assert [(one.text, one.known) for one in spot(apart, ["华为"])] == [
        ("华为技术有限公司", False),
        ("华为", True),
    ]
    assert spot(apart, ["华为"])[1].start == len(text)


def test_an_unsure_name_is_cut_to_what_the_text_says_elsewhere() -> None:
    text = "青禾云图所长"
    claims = [_Claim(0, 5, _TAGGED, 0.4)]
    assert _agreeing("青禾云图所", claims) == claims
    again = text + "。青禾云图"
    (cut, other) = _agreeing(again, [_Claim(0, 5, _TAGGED, 0.4), _Claim(7, 11, _TAGGED, 0.9)])
    assert (cut.start, cut.end) == (0, 4)
    assert other.end == 11


def test_common_words_that_are_names_count_where_the_text_speaks_of_an_organisation() -> None:
    spotter = Spotter(Network.load(MODEL), Gazetteer(["苹果"]))
    (bought, eaten) = spotter.spot_all(
        ["苹果公司昨日起诉高通，苹果称高通垄断。", "他吃了一个苹果，又喝了一杯小米粥。"]
    )
    assert any(one.text.startswith("苹果") for one in bought)
    assert eaten == []


def test_confidences_are_chances_and_spans_are_exact() -> None:
    text = "澄明資本領投了星河智能的A輪融資，騰訊跟投。"
    found = spot(text)
    assert found
    for one in found:
        assert text[one.start : one.end] == one.text
        assert 0 < one.confidence <= 1


def test_texts_do_not_change_each_other() -> None:
    texts = [
        "星河智能获得腾讯投资。",
        "",
        "云岭科技与北原汽车签署合同，北原汽车采购机器人。",
        "蓝桥创投出资入股青禾医疗科技有限公司。",
    ]
    together = spot_all(texts)
    assert [_names(one) for one in together] == [_names(spot(text)) for text in texts]


def test_names_given_that_are_no_names_are_not_looked_for() -> None:
    text = "腾讯 投资、\ud800华为 37。"
    assert [one.text for one in spot(text, ["", " ", "、", "\ud800", "\ud800华为", "37"]) if one.known] == [
        "\ud800华为",
        "37",
    ]


def test_as_many_lists_of_names_as_texts_are_needed() -> None:
    with pytest.raises(ValueError, match="2 texts"):
        spot_all(["一", "二"], [["三"]])


@pytest.mark.parametrize(
    "text",
    [
        "（" * 100_000,
        "公司(" * 50_000,
        "有限" * 50_000,
        "腾讯（简称“" * 20_000,
        "a" * 300_000,
        "\u0000\ud800\n\t" * 1000,
    ],
    ids=["brackets", "bodies", "forms", "short forms", "letters", "odd characters"],
)
def test_hostile_text_ends(text: str) -> None:
    for one in spot(text[:15_000], ["公司", "腾讯", "a" * 50]):
        assert text[one.start : one.end] == one.text


def test_beyond_the_limit_nothing_is_read() -> None:
    text = "\n" * TEXT_LIMIT + "腾讯投资了星河智能。"
    assert spot(text) == []


@settings(max_examples=40, deadline=None)
@given(
    st.text(
        alphabet=st.sampled_from("腾讯华为公司（）()有限与、，。科技ST*“”简称以下A 银行支行集团的\n"),
        max_size=80,
    ),
    st.lists(st.sampled_from(["腾讯", "华为", "公司", "科技", "A", ""]), max_size=3),
)
def test_spans_are_sorted_and_nest_only_known_names(text: str, known: list[str]) -> None:
    found = spot(text, known)
    assert found == sorted(found, key=lambda one: (one.start, -one.end))
    for one, other in pairwise(found):
        if other.start < one.end:
            assert other.known
            assert other.end <= one.end
    for one in found:
        assert text[one.start : one.end] == one.text != ""


# --- Parts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found", "whole"),
    [
        ("华为技术有限公司说", "华为", "华为技术有限公司"),
        ("交通银行苏州平江分行贷款", "交通银行", "交通银行苏州平江分行"),
        ("“星河智能”宣布", "“星河智能”", "星河智能"),
        ("*ST北原公告", "北原", "*ST北原"),
        ("视觉(中国)文化", "视觉(中国", "视觉(中国)"),
        ("星河(智能上市", "星河(智能", "星河"),
        ("青禾投资中心（有限合伙）", "青禾投资中心", "青禾投资中心（有限合伙）"),
        ("腾讯与华为技术有限公司", "腾讯", "腾讯"),
        ("腾讯投资了星河", "腾讯投资", "腾讯"),
        ("腾讯投资宣布", "腾讯投资", "腾讯投资"),
        ("工商银行建设银行上海分行", "工商银行", "工商银行"),
    ],
)
def test_names_are_completed_and_cut(text: str, found: str, whole: str) -> None:
    at = text.index(found)
    start, end = mended(text, at, at + len(found), len(text))
    assert text[start:end] == whole


@pytest.mark.parametrize(
    "words", ["公司", "该公司", "三家上市公司", "标的公司", "子公司", "本银行", "上市公司"]
)
def test_words_for_a_kind_of_body_name_nobody(words: str) -> None:
    assert is_generic(words)


@pytest.mark.parametrize("name", ["公司宝", "华为", "中国银行", "波音公司", "建设银行"])
def test_names_with_such_words_are_names(name: str) -> None:
    assert not is_generic(name)


def test_bare_brackets_explain_a_name_only_with_its_own_characters() -> None:
    text = "海棠农村商业银行（海农商行）与蓝桥创投（北京）"
    bearers = [Bearer(0, 8, "海棠农村商业银行"), Bearer(15, 19, "蓝桥创投")]
    assert learnt(text, bearers) == {"海农商行": "海棠农村商业银行"}


def test_a_text_may_say_whom_it_calls_the_company() -> None:
    text = "青禾股份有限公司（以下简称“公司”或“青禾”）近日获奖，公司将扩产。"
    bearers = [Bearer(0, 8, "青禾股份有限公司")]
    forms = learnt(text, bearers)
    assert forms == {"公司": "青禾股份有限公司", "青禾": "青禾股份有限公司"}
    ((start, end, name),) = referring(text, bearers, forms)
    assert (text[start:end], name) == ("公司", "青禾股份有限公司")
    assert text[start - 1] == "，"


def test_the_lexer_reads_a_piece_alike_alone_and_among_others() -> None:
    lexer = shared_lexer()
    pieces = ["腾讯投资星河", "今天天气很好", "", "华为"]
    together = lexer.scores(pieces)
    for piece, scores in zip(pieces, together, strict=True):
        assert scores.shape == (len(piece), 59)
        assert lexer.words(scores) == lexer.words(lexer.scores([piece])[0])
    assert [word[:2] for word in lexer.words(together[3])] == [(0, 2)]


def test_a_text_held_back_is_so_by_its_content_alone() -> None:
    texts = [f"第{number}句话。" for number in range(600)]
    back = [text for text in texts if held_back(text)]
    assert 60 < len(back) < 140
    assert {text for text in texts if tuned_on(text)} < set(back)


def test_the_card_says_data_and_licences() -> None:
    card = json.loads((MODEL / "card.json").read_text("utf-8"))
    assert {source["name"]: source["licence"] for source in card["data"]} == {
        "FewFC": "CC BY-SA 4.0",
        "FinRE": "MIT",
        "own sentences": "Apache-2.0",
    }
    assert sum(path.stat().st_size for path in MODEL.iterdir()) < 4_000_000


def test_most_marked_organisations_of_texts_not_learnt_from_are_found() -> None:
    rows = shared("text", "fewfc_train_trans.jsonl").read_text("utf-8").splitlines()
    marked = found = 0
    texts, wanted = [], []
    for row in map(json.loads, rows):
        if held_back(row["content"]) and not tuned_on(row["content"]):
            texts.append(row["content"])
            wanted.append(
                {
                    mention["word"]
                    for event in row["events"]
                    for mention in event["mentions"]
                    if mention["role"] in ("sub-org", "obj-org")
                }
            )
    for organisations, names in zip(spot_all(texts), wanted, strict=True):
        marked += len(names)
        found += len(names & {one.text for one in organisations})
    assert marked > 50
    assert found / marked > 0.65


@pytest.mark.parametrize(
    ("text", "spans", "items"),
    [
        ("腾讯、以纯、好时和华为参加", [(0, 2), (9, 11)], ["以纯", "好时"]),
        ("腾讯、他的朋友和华为参加", [(0, 2), (8, 10)], []),
        ("腾讯，好时和华为参加", [(0, 2), (6, 8)], []),
        ("腾讯、华为", [(0, 2), (3, 5)], []),
    ],
)
def test_what_stands_between_two_of_a_list_is_of_the_list(
    text: str, spans: list[tuple[int, int]], items: list[str]
) -> None:
    assert [text[start:end] for start, end in passed_over(text, spans)] == items


def _rows(folder: Path) -> list[Labelled]:
    event = {
        "id": "1",
        "content": "青禾股份拟收购云岭科技全部股权，资金来自张三。",
        "events": [
            {
                "type": "收购",
                "mentions": [
                    {"word": "青禾股份", "span": [0, 4], "role": "sub-org"},
                    {"word": "云岭科技", "span": [7, 11], "role": "obj-org"},
                    {"word": "张三", "span": [20, 22], "role": "sub-per"},
                    {"word": "收购", "span": [5, 7], "role": "trigger"},
                ],
            }
        ],
    }
    (folder / "events.jsonl").write_text(json.dumps(event, ensure_ascii=False) + "\n", "utf-8")
    (folder / "pairs.tsv").write_text("北原\t青禾\t合作\t*ST北原与青禾合作<N>年，青禾高兴。\n", "utf-8")
    return list(read_rows([folder / "events.jsonl", folder / "pairs.tsv"]))


def test_labelled_sets_are_read_and_what_nobody_marked_is_open(tmp_path: Path) -> None:
    events, pairs = _rows(tmp_path)
    assert events.organisations == ((0, 4), (7, 11))
    assert events.others == ((20, 22),)
    assert [pairs.text[a:b] for a, b in pairs.organisations] == ["*ST北原", "青禾", "青禾"]
    assert "<N>" not in pairs.text
    first, second = pieces_of([events, pairs], shared_lexer(), seed=1)
    assert first.marks[:11] == "BIIEOOOBIIE"
    assert first.marks[20:22] == "OO"
    assert spans_of(second.marks) == list(pairs.organisations)


def test_a_row_without_its_fields_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"content": 3, "events": []}\n', "utf-8")
    with pytest.raises(ValueError, match="content"):
        list(read_rows([tmp_path / "bad.jsonl"]))


def test_swapped_sentences_keep_their_words_and_mark_their_new_names(tmp_path: Path) -> None:
    pieces = pieces_of(_rows(tmp_path), shared_lexer(), seed=1)
    for old, new in zip(pieces, swapped(pieces, shared_lexer(), seed=5), strict=True):
        assert len(new.marks) == len(new.text) == len(new.scores)
        assert len(spans_of(new.marks)) == len(spans_of(old.marks))
        outside = [
            "".join(c for c, mark in zip(p.text, p.marks, strict=True) if mark in "O?") for p in (old, new)
        ]
        assert outside[0] == outside[1]
    again = swapped(pieces, shared_lexer(), seed=5)
    assert [piece.text for piece in again] == [
        piece.text for piece in swapped(pieces, shared_lexer(), seed=5)
    ]


def test_sentences_of_our_own_are_marked(tmp_path: Path) -> None:
    names = Names.of(pieces_of(_rows(tmp_path), shared_lexer(), seed=1))
    own = own_sentences(names, shared_lexer(), times=1, seed=1)
    assert len(own) > 90
    assert all(len(piece.text) == len(piece.marks) and "{" not in piece.text for piece in own)
    assert sum(bool(spans_of(piece.marks)) for piece in own) > 40


def test_a_teacher_fills_open_marks_only(tmp_path: Path) -> None:
    pieces = pieces_of(_rows(tmp_path), shared_lexer(), seed=1)
    open_ = [Piece(piece.text, piece.scores, "?" * len(piece.text)) for piece in pieces]
    network = Network.load(MODEL)
    for piece, before in zip(filled(open_, network), pieces, strict=True):
        assert set(piece.marks) <= set("OBIES?")
        assert "O" in piece.marks
        assert len(piece.marks) == len(before.marks)
    for piece, before in zip(filled(pieces, network), pieces, strict=True):
        assert set(spans_of(before.marks)) <= set(spans_of(piece.marks))


def test_calibration_is_learnt_from_marks(tmp_path: Path) -> None:
    rows = read_rows([shared("text", "fewfc_train_trans.jsonl")])
    pieces = pieces_of([row for row in rows if tuned_on(row.text)][:60], shared_lexer(), seed=1)
    slope, _ = calibration(Network.load(MODEL), pieces)
    assert slope > 0


def test_a_model_is_kept_and_loaded(tmp_path: Path) -> None:
    network = Network.load(MODEL)
    network.save(tmp_path, (0.5, 0.25))
    again = Network.load(tmp_path)
    text = ["腾讯投资了星河智能科技有限公司。"]
    scores = shared_lexer().scores(text)
    assert again.calibration == (0.5, 0.25)
    assert again.read(text, scores)[0].spans == network.read(text, scores)[0].spans
    assert again.confidence(0.9) > again.confidence(0.1)


@given(st.text(alphabet="OBIES?", max_size=30))
def test_spans_of_marks_are_closed_and_apart(marks: str) -> None:
    spans = spans_of(marks)
    for start, end in spans:
        assert marks[start:end] == "S" or (marks[start] == "B" and marks[end - 1] == "E")
        assert set(marks[start + 1 : end - 1]) <= {"I"}
    assert all(one[1] <= other[0] for one, other in pairwise(spans))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(-4, 4, width=32), min_size=15, max_size=15), st.integers(1, 3))
def test_the_chain_agrees_with_adding_up_all_paths(numbers: list[float], length: int) -> None:
    """On three characters: probabilities of spans and tags against all 125 paths."""
    scores = np.array(numbers, np.float32).reshape(1, 3, 5)[:, :length]
    rng = np.random.default_rng(7)
    moves, first, last = (rng.normal(size=shape).astype(np.float32) for shape in ((5, 5), 5, 5))
    ((spans,), chances) = Chain(moves, first, last).read(scores, np.array([length]))
    weights = {}
    for path in product(range(5), repeat=length):
        marks = "".join(TAGS[tag] for tag in path)
        if re.fullmatch(r"(?:O|S|BI*E)+", marks):
            score = float(
                first[path[0]] + last[path[-1]] + sum(scores[0, at, tag] for at, tag in enumerate(path))
            )
            weights[marks] = np.exp(score + sum(float(moves[a, b]) for a, b in pairwise(path)))
    total = sum(weights.values())
    assert spans_of(max(weights, key=lambda marks: weights[marks])) == [(s.start, s.end) for s in spans]
    for span in spans:
        share = sum(w for marks, w in weights.items() if (span.start, span.end) in spans_of(marks)) / total
        assert span.probability == pytest.approx(share, rel=1e-2, abs=1e-3)
    for at in range(length):
        share = sum(w for marks, w in weights.items() if marks[at] == "O") / total
        assert chances[0, at, 0] == pytest.approx(share, rel=1e-2, abs=1e-3)
