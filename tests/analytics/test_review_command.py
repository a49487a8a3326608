"""The command review, without a browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import insert

from entity_resolution.judgements import judge
from entity_resolution.review import serving
from pipelines.store import schema
from pipelines.store.session import open_store, writing
from pipelines.store.types import now
from tests.entity_resolution.review.world import mention_ids, waiting_world
from tests.entity_resolution.world import rows
from valuenet import main


@pytest.fixture
def url(tmp_path: Path) -> str:
    found = f"sqlite:///{tmp_path / 'v.db'}"
    engine = open_store(found, create=True)
    waiting_world(engine, ("甲牌科技", "甲牌", "same"), ("乙云", "乙牌", "unit of"))
    engine.dispose()
    return found


def run(url: str, *words: str, given: str = "") -> Result:
    return CliRunner().invoke(main, ["--store", url, "review", *words], input=given)


def data(url: str, *words: str) -> Any:
    result = run(url, *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    "words",
    [[], ["list"], ["together"], ["look"], ["checks"], ["answer"], ["users"], ["users", "add"], ["audit"]],
)
def test_help_has_an_example(words: list[str]) -> None:
    result = CliRunner().invoke(main, ["review", *words, "--help"])
    assert result.exit_code == 0
    assert "Example: valuenet review" in result.output


def test_the_queue_is_listed_and_decided_by_its_numbers(url: str) -> None:
    first, second = data(url, "list")
    assert {first["left_name"], second["left_name"]} == {"甲牌科技", "乙云"}
    assert first["why"]["reason"] == "most characters are shared"
    judged = ["judge", str(first["left"]), str(first["right"]), "same", "--reason", "x"]
    assert CliRunner().invoke(main, ["--store", url, *judged]).exit_code == 0
    assert len(data(url, "list")) == 1
    assert run(url, "list").stdout.splitlines()[0].split("\t")[:2] == ["left", "left_name"]
    assert len(data(url, "list", "--limit", "1")) == 1


@pytest.fixture
def many(tmp_path: Path) -> str:
    """A store in which four pairs wait about 甲牌."""
    found = f"sqlite:///{tmp_path / 'many.db'}"
    engine = open_store(found, create=True)
    waiting_world(
        engine,
        ("甲牌科技", "甲牌", "same"), ("甲牌", "甲云", "unit of"), ("甲牌音乐", "甲牌", "unit of"), ("甲牌", "甲图", "unit of"),
        extra=("丁牌",),
    )  # fmt: skip
    engine.dispose()
    return found


def verdicts(url: str) -> list[tuple[str, str, str, str]]:
    """(left, verdict, right, by) of what people judged."""
    engine = open_store(url)
    table, names = schema.judgement, {key: name for name, key in mention_ids(engine).items()}
    found = [
        (names[row.left_id], row.verdict, names[row.right_id], row.by)
        for row in rows(engine, table)
        if row.by.startswith("person:")
    ]
    engine.dispose()
    return found


def test_several_pairs_are_decided_together(many: str) -> None:
    listed = data(many, "together", "甲牌")
    assert [one["other"] for one in listed] != []
    of = {one["other"]: str(one["pair"]) for one in listed}
    assert set(of) == {"甲牌科技", "甲云", "甲牌音乐", "甲图"}
    some = ["--pair", of["甲云"], "--pair", of["甲牌音乐"]]
    done = data(many, "together", "甲牌", "unit-of", *some, "--by", "ann", "--reason", "its site")
    assert len(done["judgements"]) == 2
    assert done["refused"] == []
    assert sorted(verdicts(many)) == [
        ("甲云", "unit of", "甲牌", "person:ann"), ("甲牌音乐", "unit of", "甲牌", "person:ann"),
    ]  # fmt: skip
    result = run(many, "together", "甲牌", "same", "--all", "--by", "ann")
    assert result.exit_code == 0, result.output
    assert "2 decided" in result.stderr
    assert result.stdout.split() == [str(one) for one in range(3, 5)]
    assert "No pair waits about it." in run(many, "together", "甲牌").stderr
    assert run(many, "together", "甲牌", "same", "--all").exit_code == 2


def test_the_direction_of_together_is_that_of_the_others(many: str) -> None:
    run(many, "together", "甲牌", "has-subsidiary", "--all", "--by", "ann")
    assert {left for left, *_ in verdicts(many)} == {"甲牌"}
    assert {verdict for _, verdict, *_ in verdicts(many)} == {"subsidiary of"}


def test_what_is_refused_is_told_and_fails(many: str) -> None:
    engine = open_store(many)
    judge(engine, "甲云", "丁牌", "different", reason="x")
    judge(engine, "甲牌", "丁牌", "same", reason="x")
    engine.dispose()
    result = run(many, "together", "甲牌", "same", "--all", "--by", "ann")
    assert result.exit_code == 1
    assert "refused: 甲云" in result.stderr
    assert len(result.stdout.split()) == 3
    (left,) = data(many, "together", "甲牌")
    assert left["other"] == "甲云"


@pytest.mark.parametrize(
    "words",
    [
        ["甲牌", "same"],  # of which pairs?
        ["甲牌", "--all"],  # which verdict?
        ["甲牌", "same", "--all", "--pair", "1"],
        ["甲牌", "same", "--pair", "1"],
        ["甲牌", "perhaps", "--all"],
        ["戊牌"],
    ],
)
def test_what_is_not_clear_decides_nothing(many: str, words: list[str]) -> None:
    result = run(many, "together", *words)
    assert result.exit_code == 2, result.output
    assert verdicts(many) == []


def test_a_second_reading_is_shown_blind_and_answered(url: str) -> None:
    assert "None waits." in run(url, "look", "--by", "bo").stderr
    first, _ = data(url, "list")
    engine = open_store(url)
    done = judge(engine, str(first["left"]), str(first["right"]), "same", reason="secret", by="ann")
    with writing(engine) as connection:
        number = connection.execute(
            insert(schema.second_look)
            .values(judgement_id=done.judgement, kind="second reader", asked_at=now())
            .returning(schema.second_look.c.id)
        ).scalar_one()
    engine.dispose()
    assert "None waits." in run(url, "look", "--by", "ann").stderr
    assert run(url, "look", str(number), "--by", "ann").exit_code == 2
    assert run(url, "look", "99", "--by", "bo").exit_code == 2
    seen = data(url, "look", "--by", "bo")
    assert (seen["number"], seen["kind"]) == (number, "reading")
    assert {seen["left"]["name"], seen["right"]["name"]} == {"甲牌科技", "甲牌"}
    shown = run(url, "look", str(number), "--by", "bo").stdout
    assert "left places: 北京市" in shown
    assert "secret" not in shown
    assert "same" not in shown
    assert "Kept" in run(url, "answer", str(number), "has-unit", "--by", "bo").stderr
    found = data(url, "checks", "--by", "bo")
    assert (found["agreement"]["count"], found["agreement"]["agreed"]) == (1, 0)


def test_a_check_shows_who_joined_them_and_why(url: str) -> None:
    first, _ = data(url, "list")
    engine = open_store(url)
    with writing(engine) as connection:
        merged = connection.execute(
            insert(schema.judgement)
            .values(
                left_id=first["left"], right_id=first["right"], verdict="same", by="rule:alike", reason="one core",
                made_at=now(),
            )
            .returning(schema.judgement.c.id)
        ).scalar_one()  # fmt: skip
        connection.execute(
            insert(schema.second_look).values(judgement_id=merged, kind="audit", asked_at=now())
        )
    engine.dispose()
    assert "None waits." in run(url, "look", "--by", "bo").stderr
    seen = data(url, "look", "--merge", "--by", "bo")
    assert (seen["kind"], seen["joined_by"], seen["why"]) == ("merge", "rule:alike", "one core")
    assert "Kept" in run(url, "answer", str(seen["number"]), "same", "--by", "bo").stderr
    assert data(url, "look", "--merge", "--by", "bo") is None
    assert data(url, "checks", "--by", "bo")["precision"]["agreed"] == 1


def test_checks_are_drawn_and_answered(url: str) -> None:
    found = data(url, "checks", "--draw", "5")
    assert (found["drawn"], found["precision"]["count"], found["next_merge"]) == (0, 0, None)
    assert found["precision"]["share"] is None
    assert run(url, "answer", "1", "same").exit_code == 2


def test_it_serves_until_interrupted_and_says_where(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    closed = []
    monkeypatch.setattr(serving.Server, "run", lambda self: None)
    monkeypatch.setattr(serving.Server, "close", lambda self: closed.append(self._server.close()))
    monkeypatch.chdir(tmp_path)
    result = run(url, "--port", "0", "--by", "ann", "--no-effects")
    assert result.exit_code == 0, result.output
    assert "Open http://127.0.0.1:" in result.stderr
    assert "/enter/" in result.stderr
    assert closed == [None]
    assert run(url, "--host", "0.0.0.0").exit_code == 2
