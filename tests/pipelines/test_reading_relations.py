"""Relations between two organisations of a sentence: pairs, features, the models that ship, facts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import InputError
from pipelines.reading.fact import ORGANISATION_ROLES, Fact, Organisation
from pipelines.reading.relations import LABELS, TYPES, Pair, probabilities, read_all, type_chances
from pipelines.reading.relations.calibration import fit
from pipelines.reading.relations.examples import NAME_LIMIT, WINDOW, example
from pipelines.reading.relations.features import FAMILIES, features
from pipelines.reading.relations.gold import read_labelled, targets
from pipelines.reading.relations.labels import COLUMNS, INDEX, REVERSED, reverse, roles, type_of
from pipelines.reading.relations.reading import _candidates
from pipelines.reading.relations.scoring import bar_for, best_f1, curve, f1_at, micro_f1
from pipelines.reading.relations.training import train
from pipelines.reading.relations.weighing import train_weights
from pipelines.reading.relations.weights import Weights
from tests.shared import shared

_BOUGHT = ("云帆科技宣布以3.5亿元收购蓝鲸软件60%股权。", "云帆科技", "蓝鲸软件")
_SIGNED = ("海天银行与云帆科技签署战略合作协议，双方将共建实验室。", "海天银行", "云帆科技")


def _span(text: str, name: str) -> tuple[int, int]:
    at = text.index(name)
    return at, at + len(name)


def _pair(text: str, first: str, second: str) -> Pair:
    return text, _span(text, first), _span(text, second)


def _named(text: str, *names: str) -> list[Organisation]:
    found = [Organisation(*_span(text, name), name, name, known=True) for name in names]
    return sorted(found, key=lambda one: one.start)


def _read(text: str, *names: str) -> list[Fact]:
    return read_all([text], [_named(text, *names)])[0]


def _words(fact: Fact) -> dict[str, list[str]]:
    return {role: [piece.text for piece in pieces] for role, pieces in fact.roles.items()}


# Labels


def test_every_relation_has_one_reverse_and_the_reverse_of_that_is_itself() -> None:
    assert len(LABELS) == len(set(LABELS)) == 44
    assert all(reverse(reverse(label)) == label for label in LABELS)
    assert (REVERSED[REVERSED] == np.arange(44)).all()
    assert reverse("收购") == "被收购"
    assert reverse("合作") == "合作"


def test_a_relation_and_its_reverse_are_of_one_type_with_turned_roles() -> None:
    for label in LABELS:
        assert type_of(label) == type_of(reverse(label))
        if type_of(label) is not None:
            assert roles(label) == roles(reverse(label))[::-1]
    assert type_of("unknown") is type_of("竞争") is type_of("减持") is None
    assert sorted(at for columns in COLUMNS.values() for at in columns) == sorted(
        INDEX[label] for label in LABELS if type_of(label)
    )


def test_roles_are_those_of_the_types() -> None:
    for label in LABELS:
        kind = type_of(label)
        if kind is not None:
            assert set(roles(label)) <= set(ORGANISATION_ROLES[kind])
    assert roles("持股") == ("investor", "target")
    assert roles("被拥有") == ("owned", "owner")
    assert roles("帮助") == ("provider", "recipient")
    assert roles("自己") == ("name", "name")


# Examples and features


def test_a_pair_asked_the_other_way_round_is_the_same_example_turned() -> None:
    text, buyer, bought = _BOUGHT
    one, other = example(*_pair(text, buyer, bought)), example(*_pair(text, bought, buyer))
    assert (one.text, one.a, one.b) == (other.text, other.a, other.b)
    assert (one.turned, other.turned) == (False, True)
    assert one.names == (buyer, bought)


def test_numbers_are_folded_and_later_mentions_found() -> None:
    text = "2021年3月，云帆科技以12,000.5万元入股蓝鲸软件，云帆科技持股8%。"
    one = example(text, _span(text, "云帆科技"), _span(text, "蓝鲸软件"))
    assert one.text == "0年0月,云帆科技以0万元入股蓝鲸软件,云帆科技持股0%。"
    assert [one.text[a:b] for a, b in one.a] == ["云帆科技"] * 2
    assert [one.text[a:b] for a, b in one.b] == ["蓝鲸软件"]
    hidden = "<N>年<N>月，云帆科技以<N>,<N>.<N>万元入股蓝鲸软件，云帆科技持股<N>%。"
    assert example(hidden, _span(hidden, "云帆科技"), _span(hidden, "蓝鲸软件")).text == one.text


@given(
    st.text(alphabet="云帆科技蓝鲸软件收购与，。<N>0１2.,（) aB", max_size=400),
    st.data(),
)
@settings(deadline=None, max_examples=60)
def test_any_two_places_of_any_text_make_a_bounded_example(text: str, data: st.DataObject) -> None:
    text = f"甲{text}乙"
    starts = st.integers(0, len(text) - 1)
    first, second = (
        (start, data.draw(st.integers(start + 1, len(text))))
        for start in (data.draw(starts), data.draw(starts))
    )
    if first == second:
        return
    one = example(text, first, second)
    assert len(one.text) <= WINDOW + 2 * NAME_LIMIT + 160
    assert one.a <= one.b
    for start, end in (*one.a, *one.b):
        assert 0 <= start < end <= len(one.text) + 1
    found = features(one)
    assert set(found) == set(FAMILIES)
    assert sum(map(len, found.values())) < 10_000


def test_names_far_apart_keep_their_surroundings() -> None:
    text = "云帆科技今日公告" + "，市场人士认为" * 100 + "收购蓝鲸软件的计划不变。"
    one = example(*_pair(text, "云帆科技", "蓝鲸软件"))
    assert one.names == ("云帆科技", "蓝鲸软件")
    assert "收购蓝鲸软件" in one.text
    assert len(one.text) < 300


# The models that ship


def test_chances_are_chances_and_turn_with_the_pair() -> None:
    pairs = [_pair(*_BOUGHT), _pair(_BOUGHT[0], *_BOUGHT[:0:-1]), _pair(*_SIGNED)]
    told = probabilities(pairs)
    assert told.shape == (3, 44)
    assert np.allclose(told.sum(axis=1), 1, atol=1e-4)
    assert np.allclose(told[1], told[0][REVERSED], atol=1e-6)
    assert LABELS[told[0].argmax()] in ("收购", "拟收购")
    assert LABELS[told[1].argmax()] in ("被收购", "被拟收购")
    kinds = type_chances(pairs)
    assert kinds.shape == (3, 5)
    assert TYPES[kinds[2].argmax()] == "cooperation"
    assert kinds[2].max() > 0.5


def test_a_pairs_chances_do_not_depend_on_the_others() -> None:
    alone = probabilities([_pair(*_SIGNED)])
    among = probabilities([_pair(*_BOUGHT), _pair(*_SIGNED), *[_pair(*_BOUGHT)] * 260])
    assert np.allclose(alone[0], among[1], atol=1e-4)


def test_no_pairs_have_no_chances() -> None:
    assert probabilities([]).shape == (0, 44)
    assert type_chances([]).shape == (0, 5)


@pytest.mark.parametrize(
    ("first", "second"), [((0, 0), (2, 3)), ((-1, 2), (2, 3)), ((0, 2), (3, 99)), ((0, 2), (0, 2))]
)
def test_places_that_are_none_are_refused(first: tuple[int, int], second: tuple[int, int]) -> None:
    with pytest.raises(InputError):
        probabilities([("云帆科技与蓝鲸软件", first, second)])


# Facts


def test_an_acquisition_has_its_direction_and_its_quote() -> None:
    text, buyer, bought = _BOUGHT
    fact = max(_read("今日要闻。" + text, buyer, bought), key=lambda one: one.confidence)
    assert fact.type == "acquisition"
    assert _words(fact) == {"investor": [buyer], "target": [bought]}
    assert ("今日要闻。" + text)[fact.start : fact.end] == text
    assert fact.details["relation"] in ("收购", "拟收购")
    assert fact.confidence > 0.7


def test_the_passive_turns_the_roles() -> None:
    text = "蓝鲸软件被云帆科技以3亿元收购。"
    fact = max(_read(text, "云帆科技", "蓝鲸软件"), key=lambda one: one.confidence)
    assert (fact.type, _words(fact)) == ("acquisition", {"target": ["蓝鲸软件"], "investor": ["云帆科技"]})


def test_both_sides_of_a_cooperation_are_parties() -> None:
    text, first, second = _SIGNED
    fact = max(_read(text, first, second), key=lambda one: one.confidence)
    assert (fact.type, _words(fact)) == ("cooperation", {"party": [first, second]})


def test_names_of_one_organisation_are_two_names() -> None:
    text = "云帆科技股份有限公司(以下简称“云帆科技”)今日发布公告。"
    short = text.rindex("云帆科技")
    named = [
        Organisation(0, 10, text[:10], text[:10]),
        Organisation(short, short + 4, "云帆科技", "云帆科技"),
    ]
    fact = max(read_all([text], [named])[0], key=lambda one: one.confidence)
    assert (fact.type, _words(fact)) == ("alias", {"name": ["云帆科技股份有限公司", "云帆科技"]})


def test_organisations_of_different_sentences_are_not_paired() -> None:
    assert _read("云帆科技今日上涨。蓝鲸软件被收购。", "云帆科技", "蓝鲸软件") == []


def test_an_unsure_name_makes_an_unsure_fact() -> None:
    text, buyer, bought = _BOUGHT
    unsure = [
        Organisation(*_span(text, buyer), buyer, buyer, confidence=0.5),
        Organisation(*_span(text, bought), bought, bought),
    ]
    fact = max(read_all([text], [unsure])[0], key=lambda one: one.confidence)
    assert fact.confidence <= 0.5


def test_every_text_has_its_own_facts() -> None:
    texts = [_BOUGHT[0], "", _SIGNED[0]]
    found = read_all(texts, [_named(*_BOUGHT), [], _named(*_SIGNED)])
    assert [len(one) > 0 for one in found] == [True, False, True]
    assert found[0] == _read(*_BOUGHT)


def test_a_long_list_of_guests_makes_pairs_of_neighbours_alone() -> None:
    names = [f"宾客{chr(0x4E00 + number)}公司" for number in range(300)]
    text = "、".join(names)[:390]
    named = [one for name in names if name in text for one in _named(text, name)]
    assert len(read_all([text], [named])[0]) <= 3 * len(named) * len(TYPES)


def test_known_names_are_paired_however_many_stand_between_them() -> None:
    first, last = "云帆科技有限公司", "蓝海集团有限公司"
    guests = "、".join(f"宾{chr(0x4E00 + number)}公司" for number in range(12))
    text = f"{first}、{guests}等应邀到场，前者宣布完成对{last}的收购。"
    asked = [replace(one, known=True) for name in (first, last) for one in _named(text, name)]
    others = [one for name in guests.split("、") for one in _named(text, name)]
    pairs = {frozenset((one.first.text, one.second.text)) for one in _candidates(0, text, [*asked, *others])}
    assert frozenset((first, last)) in pairs
    unasked = [replace(one, known=False) for one in asked]
    crowd = {
        frozenset((one.first.text, one.second.text)) for one in _candidates(0, text, [*unasked, *others])
    }
    assert frozenset((first, last)) not in crowd


@pytest.mark.parametrize("text", ["（" * 100_000, "云帆科技" * 25_000, "a," * 50_000])
def test_hostile_text_takes_bounded_work(text: str) -> None:
    size = len(text)
    named = [Organisation(at, at + 4, text[at : at + 4], "x") for at in range(0, size - 4, 97)]
    facts = read_all([text], [named])[0]
    assert len(facts) <= 400 * len(TYPES)
    assert all(0 <= fact.start < fact.end <= size for fact in facts)


# Labelled pairs, training, measures


def _rows(path: Path, *rows: tuple[str, str, str, str]) -> Path:
    path.write_text("\n\n".join("\t".join(row) for row in rows) + "\n", "utf-8")
    return path


def test_both_directions_of_a_labelled_pair_are_one_pair(tmp_path: Path) -> None:
    text = "蓝鲸软件被云帆科技收购，云帆科技股价上涨。"
    gold = read_labelled(
        _rows(
            tmp_path / "pairs.tsv",
            ("云帆科技", "蓝鲸软件", "收购", text),
            ("蓝鲸软件", "云帆科技", "被收购", text),
            ("云帆科技", "蓝鲸软件", "持股", text),
            ("云帆科技", "云帆科技", "自己", text),
        )
    )
    assert [(one.first, one.second, one.labels) for one in gold] == [
        ((5, 9), (0, 4), frozenset({"收购", "持股"}))
    ]
    assert gold[0].seen == {"被收购", "被持股"}
    table = targets([gold[0].seen])
    assert table.shape == (1, 49)
    assert table[0, 44:].tolist() == [0, 1, 1, 0, 0]


def test_a_short_name_is_looked_for_outside_the_long_one(tmp_path: Path) -> None:
    text = "云帆科技集团是云帆的母公司。"
    (one,) = read_labelled(_rows(tmp_path / "pairs.tsv", ("云帆", "云帆科技集团", "被拥有", text)))
    assert (one.first, one.second) == ((7, 9), (0, 6))


@pytest.mark.parametrize(
    "row",
    [
        ("云帆", "蓝鲸", "合作", "云帆独自前行"),
        ("云帆", "蓝鲸", "友谊", "云帆与蓝鲸"),
        ("云帆", "", "合作", "云帆"),
    ],
)
def test_labelled_rows_that_are_wrong_are_told_with_their_line(
    tmp_path: Path, row: tuple[str, str, str, str]
) -> None:
    with pytest.raises(InputError, match=r"pairs\.tsv:1"):
        read_labelled(_rows(tmp_path / "pairs.tsv", row))


def test_too_few_pairs_are_not_trained_on(tmp_path: Path) -> None:
    path = _rows(tmp_path / "pairs.tsv", ("云帆", "蓝鲸", "合作", "云帆与蓝鲸合作"))
    with pytest.raises(InputError, match="too few"):
        train([path], tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_weights_learn_what_pairs_show_and_are_the_same_when_read_back(tmp_path: Path) -> None:
    shown = [(f"甲{n}公司收购乙{n}公司。", "收购") for n in "东西南北中"]
    shown += [(f"甲{n}公司与乙{n}公司签约。", "签约") for n in "东西南北中"]
    pairs = [
        features(example(*_pair(text, text[:4], text[-8:-4] if "收购" in text else text[5:9])))
        for text, _ in shown
    ]
    wanted = targets([frozenset([label]) for _, label in shown])
    weights = train_weights(pairs, wanted)
    scores = weights.scores(pairs)
    assert (scores[:, :44].argmax(axis=1) == wanted[:, :44].argmax(axis=1)).all()
    weights.save(tmp_path)
    assert (Weights.load(tmp_path).scores(pairs) == scores).all()
    assert (train_weights(pairs, wanted).values == weights.values).all()


def test_mixing_brings_chances_to_what_holds() -> None:
    chance = np.random.default_rng(7)
    holds = (chance.random((3000, 49)) < 0.3).astype(np.float32)
    holds[:, 0] = 1
    loud = np.where(chance.random(holds.shape) < 0.8, holds * 10 - 5, 5 - holds * 10).astype(np.float32)
    mixing = fit([loud], holds)
    _, types = mixing([loud])
    for at in range(5):
        sure = types[:, at] >= 0.5
        assert abs(types[sure, at].mean() - holds[sure, 44 + at].mean()) < 0.06


def test_measures_on_a_case_counted_by_hand() -> None:
    chances = np.array([0.9, 0.8, 0.7, 0.1], np.float32)
    holds = np.array([1, 0, 1, 1], np.float32)
    assert np.allclose(best_f1(chances, holds), (6 / 7, 0.1))
    assert f1_at(chances, holds, 0.75) == pytest.approx(0.4)
    assert np.allclose(curve(chances, holds, [0.75]), [(0.75, 0.5, 1 / 3)])
    assert bar_for(chances, holds, 0.9) > 1
    labels = np.array([[0.1, 0.9, 0], [0.9, 0.1, 0]], np.float32)
    assert micro_f1(labels, np.array([[0, 1, 1], [0, 0, 1]], np.float32)) == pytest.approx(0.5)


def test_the_bar_of_right_chances_is_half_the_f1_that_it_brings() -> None:
    chance = np.random.default_rng(5)
    chances = chance.beta(0.5, 1.5, 20_000).astype(np.float32)
    holds = (chance.random(len(chances)) < chances).astype(np.float32)
    expected, bar = best_f1(chances, chances)
    assert bar == pytest.approx(expected / 2, abs=0.005)
    assert f1_at(chances, holds, bar) == pytest.approx(best_f1(chances, holds)[0], abs=0.005)


def test_the_model_that_ships_is_as_good_as_its_card_says() -> None:
    gold = read_labelled(shared("text", "finre_valid.tsv"))[:300]
    told = type_chances([(one.text, one.first, one.second) for one in gold])
    holds = targets([one.labels for one in gold])[:, 44:]
    assert best_f1(told, holds)[0] > 0.6
