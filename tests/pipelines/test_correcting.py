"""Corrections: applied where all matches, kept beside the words as written, reported when stale."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pipelines.amounts import read_amount
from pipelines.correcting import FOLDER, Correction, Corrector, load_corrections
from pipelines.dates import read_when
from pipelines.errors import InputError
from pipelines.records import Financing, Mention, Person, Post

TODAY = dt.date(2026, 6, 1)
ENTRY = "  - {id: %s, source: rounds, field: %s, written: %s, value: %s, reason: slip, status: %s%s}\n"


def _load(folder: Path, *entries: tuple[str, ...]) -> tuple[Correction, ...]:
    text = "version: 1\ncorrections:\n" + "".join(ENTRY % entry for entry in entries)
    (folder / "trial.yaml").write_text(text, encoding="utf-8")
    return load_corrections(folder)


def _event() -> Financing:
    return Financing(
        locator="1",
        target=Mention(name="甲公可"),
        investors=(Mention(name="乙资木"), Mention(name="丙")),
        round="A论",
        amount=read_amount("1亿人民币"),
        when=read_when("2014-12-31"),
    )


def test_mends_texts_lists_amounts_and_dates(tmp_path: Path) -> None:
    corrector = Corrector(
        "rounds",
        _load(
            tmp_path,
            ("a", "target.name", "甲公可", "甲公司", "active", ""),
            ("b", "investors.name", "乙资木", "乙资本", "active", ""),
            ("c", "round", "A论", "A轮", "active", ""),
            ("d", "amount", "1亿人民币", "1千万人民币", "active", ""),
            ("e", "when", "'2014-12-31'", "'2013'", "active", ", kind: financing"),
        ),
        TODAY,
    )
    found = corrector(_event())
    assert (found.target.name, [one.name for one in found.investors], found.round) == (
        "甲公司",
        ["乙资本", "丙"],
        "A轮",
    )
    assert found.amount is not None
    assert (found.amount.low, found.amount.as_written) == (1e7, "1亿人民币")
    assert (found.when.start, found.when.precision, found.when.as_written) == (
        dt.date(2013, 1, 1),
        "year",
        "2014-12-31",
    )
    assert corrector.used == dict.fromkeys("abcde", 1)
    assert corrector.notes(complete=True) == ()


def test_other_sources_fields_values_and_kinds_are_left_alone(tmp_path: Path) -> None:
    corrections = _load(
        tmp_path,
        ("a", "target.name", "甲", "乙", "active", ""),
        ("b", "posts.employer.name", "甲公可", "甲公司", "active", ", kind: person"),
        ("c", "round", "A论", "A轮", "retired", ""),
    )
    event = _event()
    assert Corrector("rounds", corrections, TODAY)(event) is event
    person = Person(
        locator="1", person=Mention(name="林示例"), posts=(Post(employer=Mention(name="甲公可")),)
    )
    assert Corrector("rounds", corrections, TODAY)(person).posts[0].employer.name == "甲公司"
    assert Corrector("elsewhere", corrections, TODAY)(person) is person


def test_stale_corrections_are_reported(tmp_path: Path) -> None:
    corrections = _load(
        tmp_path,
        ("old", "round", "A论", "A轮", "active", ", expires: 2026-05-31"),
        ("idle", "target.name", "无", "有", "active", ", expires: 2026-06-01"),
    )
    corrector = Corrector("rounds", corrections, TODAY)
    assert corrector(_event()).round == "A论"
    assert [(note.correction.id, note.why) for note in corrector.notes(complete=True)] == [
        ("old", "expired"), ("idle", "unused"),
    ]  # fmt: skip
    # A partial run proves nothing about what it did not meet.
    assert [note.correction.id for note in corrector.notes(complete=False)] == ["old"]


@pytest.mark.parametrize(
    ("entry", "field", "complaint"),
    [
        (("a", "target.colour", "x", "y", "active", ""), "field", "no record has"),
        (("a", "confidence", "x", "y", "active", ""), "field", "no record has"),
        (("a", "posts.employer.name", "x", "y", "active", ", kind: patent"), "field", "no record has"),
        (("a", "amount", "x", "much", "active", ""), "value", "cannot read the amount"),
        (("a", "when", "x", "'2021-13-40'", "active", ""), "value", "no month 13"),
        (("a", "round", "x", "x", "active", ""), "value", "says the same"),
        (("a", "round", "x", "y", "maybe", ""), "status", "active or retired"),
        (("a", "round", "x", "y", "active", ", kind: rumour"), "kind", "must be one of"),
        (("a", "round", "x", "y", "active", ", expires: soon"), "expires", "must be"),
        (("a", "round", "x", "y", "active", ", colour: red"), "colour", "not known here"),
    ],
)
def test_faults_are_named(tmp_path: Path, entry: tuple[str, ...], field: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint) as caught:
        _load(tmp_path, entry)
    assert caught.value.field == field
    assert "trial.yaml: corrections 1 (a)" in str(caught.value)


def test_ids_and_targets_are_unique(tmp_path: Path) -> None:
    one = ("a", "round", "x", "y", "active", "")
    with pytest.raises(InputError, match="given twice"):
        _load(tmp_path, one, ("a", "round", "z", "y", "active", ""))
    with pytest.raises(InputError, match="the same value"):
        _load(tmp_path, one, ("b", "round", "x", "z", "active", ""))


def test_a_value_that_does_not_fit_names_the_correction(tmp_path: Path) -> None:
    corrector = Corrector(
        "rounds", _load(tmp_path, ("a", "target.name", "甲公可", "长" * 400, "active", "")), TODAY
    )
    with pytest.raises(InputError, match="does not fit") as caught:
        corrector(_event())
    assert "trial.yaml" in caught.value.where


def test_the_projects_own_corrections_load() -> None:
    for one in load_corrections():
        assert one.reason
    assert list(FOLDER.glob("*.yaml"))
