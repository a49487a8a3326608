"""Events with their roles: labels, windows, spans, the model that ships, facts."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import InputError
from pipelines.reading.events import Reader, read_all
from pipelines.reading.events.assembling import _sums
from pipelines.reading.events.candidates import FIGURES, WEIGHED, Row, Seen, rows_of
from pipelines.reading.events.fewfc import read_labelled, windows_of
from pipelines.reading.events.hidden import WIDTH, shared_hidden
from pipelines.reading.events.labels import CHANNELS, FURTHER, ORGANISATION, TYPES, Channel
from pipelines.reading.events.network import Network, Tagger
from pipelines.reading.events.reading import MODEL, TAKEN, settled
from pipelines.reading.events.scoring import Score, said_by, scored
from pipelines.reading.events.spans import spans
from pipelines.reading.events.training import measured
from pipelines.reading.events.weighing import Weigher
from pipelines.reading.events.windows import half_width, mark, occurrences, windows
from pipelines.reading.fact import ORGANISATION_ROLES, Fact, Organisation
from pipelines.reading.organisations import spot_all
from tests.shared import shared

_BOUGHT = "6月3日晚间，海川股份公告，拟以3.2亿元收购南溪软件51%股权。"
_WON = "云岭科技公告，公司中标临江市交通局智慧路口项目，中标金额8000万元。"
_SIGNED = "云岭科技与北辰大学签署战略合作协议。"


def _named(text: str, *names: str) -> list[Organisation]:
    return [Organisation(a, b, text[a:b], text[a:b], known=True) for a, b in occurrences(text, names)]


def _read(text: str, *names: str) -> list[Fact]:
    return read_all([text], [_named(text, *names)])[0]


def _said(facts: list[Fact], kind: str) -> dict[str, set[str]]:
    said: dict[str, set[str]] = {}
    for fact in facts:
        if fact.type == kind:
            for role, pieces in fact.roles.items():
                said.setdefault(role, set()).update(piece.text for piece in pieces)
    return said


# Labels


def test_every_role_of_an_organisation_is_one_of_its_type() -> None:
    for channel, role in ORGANISATION.items():
        assert channel in CHANNELS
        assert role in ORGANISATION_ROLES[TYPES[channel.event]]
    assert set(FURTHER) <= set(CHANNELS)
    assert len(set(CHANNELS)) == len(CHANNELS)


def test_the_two_sides_of_an_event_stand_beside_each_other() -> None:
    assert all(WEIGHED[at].event == WEIGHED[at ^ 1].event for at in range(len(WEIGHED)))


# Windows and marks


@given(st.text(alphabet="甲乙丙，。；\n 1", max_size=600))
def test_windows_are_in_order_and_apart(text: str) -> None:
    cut = windows(text)
    assert all(0 <= start < end <= len(text) for start, end in cut)
    assert all(before[1] <= after[0] for before, after in pairwise(cut))
    left = set(range(len(text))) - {at for start, end in cut for at in range(start, end)}
    assert all(text[at].isspace() for at in left)


@given(st.text(max_size=200))
def test_half_width_moves_nothing(text: str) -> None:
    assert len(half_width(text)) == len(text)
    assert half_width(half_width(text)) == half_width(text)


def test_names_are_found_as_a_whole_longest_first() -> None:
    assert occurrences("海川股份与海川", ["海川", "海川股份", ""]) == [(0, 4), (5, 7)]
    assert mark(7, [(5, 7), (0, 4), (2, 6)]) == [1, 2, 2, 2, 0, 1, 2]


# Spans


@given(
    st.lists(st.lists(st.floats(-4, 4), min_size=3, max_size=3), min_size=1, max_size=7),
    st.sampled_from((0.0, 1.5)),
)
def test_the_path_is_the_best_of_all_paths(scores: list[list[float]], bias: float) -> None:
    raised = np.exp(np.array(scores))
    chances = np.zeros((len(scores), len(CHANNELS), 3), np.float32)
    chances[:, :, 0] = 1
    chances[:, 3] = raised / raised.sum(axis=1, keepdims=True)
    found = spans(chances, bias)
    if chances[:, 3, 1].max() < 0.03:
        assert found == []
        return
    logs = np.log(np.maximum(chances[:, 3].astype(float), 1e-9)) - np.array([bias, 0, 0])

    def worth(path: tuple[int, ...]) -> float:
        return float(sum(logs[at, tag] for at, tag in enumerate(path)))

    paths: list[tuple[int, ...]] = [()]
    for _ in scores:
        paths = [(*path, tag) for path in paths for tag in (0, 1, 2) if tag < 2 or (path and path[-1] > 0)]
    taken = [0] * len(scores)
    for one in found:
        assert one.channel == 3
        taken[one.start : one.end] = [1] + [2] * (one.end - one.start - 1)
    assert worth(tuple(taken)) == pytest.approx(max(map(worth, paths)), abs=1e-3)


def test_nothing_is_found_where_nothing_is_likely() -> None:
    chances = np.zeros((5, len(CHANNELS), 3), np.float32)
    chances[:, :, 0] = 1
    assert spans(chances) == []
    assert spans(chances[:0]) == []
    assert rows_of([Seen("五个字没有", chances, (), False)]) == []


# The networks


def test_states_do_not_depend_on_the_other_pieces() -> None:
    hidden = shared_hidden()
    alone = hidden.states([_BOUGHT])[0]
    beside = hidden.states([_WON, _BOUGHT, "", _SIGNED])
    assert alone.shape == (len(_BOUGHT), WIDTH)
    assert beside[2].shape == (0, WIDTH)
    np.testing.assert_allclose(alone, beside[1], atol=1e-4)


def test_chances_do_not_depend_on_the_other_pieces_and_sum_to_one() -> None:
    tagger, hidden = Tagger.load(MODEL), shared_hidden()
    pieces = [_BOUGHT, _WON, "", _SIGNED]
    marks = [[0] * len(piece) for piece in pieces]
    together = tagger.chances(pieces, hidden.states(pieces), marks)
    alone = tagger.chances(pieces[3:], hidden.states(pieces[3:]), marks[3:])[0]
    np.testing.assert_allclose(together[3], alone, atol=1e-4)
    np.testing.assert_allclose(together[0].sum(axis=2), 1, atol=1e-4)
    assert together[2].shape == (0, len(CHANNELS), 3)


def test_a_model_comes_back_as_it_was_written(tmp_path: Path) -> None:
    tagger = Tagger.load(MODEL)
    tagger.save(tmp_path)
    back = Tagger.load(tmp_path)
    assert len(back.networks) == len(tagger.networks)
    for one, other in zip(tagger.networks, back.networks, strict=True):
        assert one.characters == other.characters
        assert all(np.array_equal(one.weights[name], other.weights[name]) for name in one.weights)


def test_a_missing_or_foreign_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no model of events"):
        Tagger.load(tmp_path)
    with pytest.raises(InputError, match="no model of roles"):
        Weigher.load(tmp_path)
    weights = dict(Tagger.load(MODEL).networks[0].weights)
    weights["out.weight"] = weights["out.weight"][:-3]
    with pytest.raises(InputError, match="other labels"):
        Network(weights, "")


def test_the_model_is_small_and_has_its_card() -> None:
    assert sum(path.stat().st_size for path in MODEL.iterdir()) < 7_000_000
    assert json.loads((MODEL / "card.json").read_text("utf-8"))["licence"] == "CC BY-SA 4.0"
    assert "CC BY-SA 4.0" in (MODEL / "README.md").read_text("utf-8")


# Weighing


def test_trees_learn_what_they_are_shown() -> None:
    def row(soft: float) -> Row:
        return Row(0, 0, 2, 0, "甲乙", tuple(soft if name == "soft" else 0.0 for name in FIGURES))

    rows = [row(at % 10 / 10) for at in range(400)]
    weigher = Weigher.fit(rows, [at % 10 >= 5 for at in range(400)])
    low, high = weigher.chances([row(0.1), row(0.9)])
    assert low < 0.2
    assert high > 0.8
    assert len(weigher.chances([])) == 0


def test_of_two_that_overlap_the_likelier_stays() -> None:
    def row(start: int, end: int, channel: int) -> Row:
        return Row(0, start, end, channel, "甲" * (end - start), ())

    rows = [row(0, 4, 0), row(2, 6, 0), row(2, 6, 1), row(8, 9, 0)]
    kept = settled(rows, [0.5, 0.9, 0.6, 0.01], TAKEN)
    assert [(one.start, one.channel) for one, _ in kept] == [(2, 0), (2, 1)]


# Facts


def test_a_purchase_has_both_sides_and_its_sum() -> None:
    facts = _read(_BOUGHT, "海川股份", "南溪软件")
    assert len(facts) == 1
    (fact,) = facts
    assert fact.type in ("investment", "acquisition")
    assert [one.text for one in fact.roles["investor"]] == ["海川股份"]
    assert [one.text for one in fact.roles["target"]] == ["南溪软件"]
    assert [one.text for one in fact.roles["amount"]] == ["3.2亿元"]
    assert fact.status == "planned"
    assert fact.details["trigger"] == "收购"


def test_who_wins_a_tender_provides() -> None:
    said = _said(_read(_WON, "云岭科技", "临江市交通局"), "contract")
    assert said["provider"] == {"云岭科技"}
    assert said["recipient"] == {"临江市交通局"}


def test_who_signs_is_a_party() -> None:
    said = _said(_read(_SIGNED, "云岭科技", "北辰大学"), "contract")
    assert said["party"] == {"云岭科技", "北辰大学"}


def test_without_names_given_and_with_traditional_characters() -> None:
    facts = read_all(["雲嶺科技與北辰大學簽署戰略合作協議。"], [[]])[0]
    assert _said(facts, "contract")["party"] == {"雲嶺科技", "北辰大學"}


def test_texts_without_events_tell_nothing() -> None:
    assert read_all(["", "   ", "今天天气很好，我们去公园散步。"], [[], [], []]) == [[], [], []]


def test_texts_and_organisations_must_be_of_one_length() -> None:
    with pytest.raises(ValueError, match="2 texts"):
        read_all(["甲", "乙"], [[]])


def test_reading_is_the_same_alone_and_among_others() -> None:
    texts = [_BOUGHT, _WON, _SIGNED]
    named = [_named(_BOUGHT, "海川股份", "南溪软件"), _named(_WON, "云岭科技"), []]
    together = read_all(texts, named)
    assert [read_all([text], [some])[0] for text, some in zip(texts, named, strict=True)] == together
    assert Reader.load().read_all(texts, named) == together


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ("海川股份", "收购", "投资", "与", "签署", "协议", "中标", "，", "。", "3亿元", "\n", "A轮", "(")
        ),
        max_size=60,
    ),
    st.data(),
)
def test_every_piece_stands_where_it_says(words: list[str], data: st.DataObject) -> None:
    text = "".join(words)
    ends = st.integers(0, len(text))
    named = [
        Organisation(a, b, text[a:b], text[a:b], data.draw(st.booleans()), 0.8)
        for a, b in data.draw(st.lists(st.tuples(ends, ends), max_size=4))
        if a < b
    ]
    for fact in read_all([text], [named])[0]:
        assert 0 <= fact.start < fact.end <= len(text)
        assert 0 <= fact.confidence <= 1
        assert any(fact.roles.get(role) for role in ORGANISATION_ROLES[fact.type])
        for pieces in fact.roles.values():
            for piece in pieces:
                assert text[piece.start : piece.end] == piece.text
                assert fact.start <= piece.start < piece.end <= fact.end


@pytest.mark.parametrize(
    "text", ["(" * 8000, "收购" * 4000, "海川股份收购" * 1300], ids=["brackets", "verbs", "names"]
)
def test_hostile_text_is_read_to_the_end(text: str) -> None:
    for fact in read_all([text], [_named(text, "海川股份")])[0]:
        assert text[fact.start : fact.end]


# Labelled texts, and scores


def test_labelled_texts_are_read(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    mentions = [
        {"word": "云岭科技", "span": [0, 4], "role": "sub-org"},
        {"word": "北辰大学", "span": [5, 9], "role": "obj-org"},
        {"word": "签署", "span": [9, 11], "role": "trigger"},
    ]
    row = {"id": "1", "content": _SIGNED, "events": [{"type": "签署合同", "mentions": mentions}]}
    path.write_text(json.dumps(row, ensure_ascii=False) + "\n" + json.dumps(row, ensure_ascii=False), "utf-8")
    (one,) = read_labelled([path])
    assert one.said == {("contract", "party", "云岭科技"), ("contract", "party", "北辰大学")}
    (window,) = windows_of(one)
    assert (CHANNELS.index(Channel("签署合同", "trigger")), 9, 11) in window.spans
    path.write_text('{"content": 1}', "utf-8")
    with pytest.raises(InputError, match="line 1"):
        read_labelled([path])


def test_scores_count_each_saying_once() -> None:
    facts = _read(_SIGNED, "云岭科技", "北辰大学")
    said = said_by(facts)
    figures = scored([{("contract", "party", "云岭科技"), ("contract", "party", "丙")}], [said])
    assert figures["all"] == figures["contract"] == Score(1, 2, 2)
    assert figures["all"].f1 == 0.5


@pytest.mark.shared
def test_events_of_texts_held_back_are_found() -> None:
    paths = [shared("text", name) for name in ("fewfc_train_base.jsonl", "fewfc_train_trans.jsonl")]
    held_back = [one for one in read_labelled(paths) if one.held_back and one.said][::4]
    figures = measured(held_back, MODEL)
    assert figures["without names, all"].f1 > 0.65
    assert figures["with names, all"].f1 > 0.75


_TWO = (
    "云帆科技有限公司与蓝海集团有限公司签订供货合同，合同金额为3.2亿元。"
    "北辰电子有限公司和南岭机械有限公司签署了服务合同，合同金额不超1,200万元。"
)
_FOUR = ("云帆科技有限公司", "蓝海集团有限公司", "北辰电子有限公司", "南岭机械有限公司")


def test_two_contracts_of_one_window_keep_their_parties_and_their_sums() -> None:
    facts = [one for one in read_all([_TWO], spot_all([_TWO], [_FOUR]))[0] if one.type == "contract"]
    sides = {frozenset(one.text for one in fact.roles["party"]) for fact in facts if "party" in fact.roles}
    assert sides <= {frozenset(_FOUR[:2]), frozenset(_FOUR[2:])}
    sums = {
        (one.text, _FOUR[0] in {each.text for each in fact.roles.get("party", ())})
        for fact in facts
        for one in fact.roles.get("amount", ())
    }
    assert sums <= {("3.2亿元", True), ("不超1,200万元", False)}
    assert sides
    assert sums


def test_a_sum_is_told_in_whole_and_is_no_price_of_a_share() -> None:
    text = "蓝海集团以每股17.4元的价格、总计不超134.6亿元收购云帆科技，后者去年营业收入为8亿元。"
    at = text.index("134")
    assert _sums(text, [(at - 2, at - 1), (at, at + 3)]) == [(at - 2, at + 7)]
    assert _sums(text, [(text.index("17"), text.index("17") + 2)]) == []
    assert _sums(text, [(text.index("8亿"), text.index("8亿") + 2)]) == []
