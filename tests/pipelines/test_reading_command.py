"""The command read as its users call it: files in and out, refusals kept, and the store's documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipelines.reading import people
from pipelines.reading.fact import Fact
from pipelines.store.session import open_store
from tests.program import run
from tests.read_store import add_documents
from valuenet import main

TEXT = (
    "2021年4月2日，甲木科技有限公司与乙水集团有限公司在北京签署战略合作协议，双方将在智能芯片方面开展合作。"
)
NAMES = ["甲木科技有限公司", "乙水集团有限公司"]


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_file_is_read_without_a_store(tmp_path: Path) -> None:
    given, out = tmp_path / "news.jsonl", tmp_path / "facts.jsonl"
    rows = [{"id": number, "text": TEXT, "names": NAMES, "date": "2021-04-03"} for number in range(70)]
    given.write_text("".join(json.dumps(one) + "\n" for one in rows))
    done = run("read", given, "--out", out, "--json", cwd=tmp_path)
    said = json.loads(done.stdout)
    assert (said["texts"], said["out"]) == (70, str(out))
    facts = lines(out)
    assert said["facts"] == len(facts) >= 70
    first = facts[0]
    assert (first["doc"], first["type"], first["date"], first["status"]) == (
        0,
        "cooperation",
        "2021-04-02",
        "done",
    )
    assert sorted(one["text"] for pieces in first["roles"].values() for one in pieces) == sorted(NAMES)
    for fact in facts:
        for pieces in fact["roles"].values():
            assert all(TEXT[one["start"] : one["end"]] == one["text"] for one in pieces)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["facts.jsonl", "news.jsonl"]


def test_lines_that_cannot_be_read_are_kept_and_told(tmp_path: Path) -> None:
    given, out = tmp_path / "news.jsonl", tmp_path / "facts.jsonl"
    given.write_text('{"id": 1, "text": "无事"}\n{"id": 2}\nnonsense\x1b[31m\n', encoding="utf-8")
    done = call("read", given, "--out", out, "--json")
    assert done.exit_code == 1
    assert "rejected: news.jsonl:2: field text: missing" in done.stderr
    assert "\x1b" not in done.stderr
    said = json.loads(done.stdout)
    assert (said["texts"], said["rejected"]) == (1, 2)
    kept = lines(tmp_path / "facts.rejected.jsonl")
    assert [(one["line"], one["field"]) for one in kept] == [(2, "text"), (3, "")]
    assert lines(out) == []
    given.write_text('{"id": 1, "text": "无事"}\n', encoding="utf-8")
    assert call("read", given, "--out", out).exit_code == 0
    assert not (tmp_path / "facts.rejected.jsonl").exists()


def test_the_least_confidence_holds(tmp_path: Path) -> None:
    given = tmp_path / "news.jsonl"
    given.write_text(json.dumps({"id": 1, "text": TEXT}), encoding="utf-8")
    counts = []
    for least in ("0", "0.7", "1"):
        out = tmp_path / f"{least}.jsonl"
        assert call("read", given, "--out", out, "--min-confidence", least).exit_code == 0
        assert all(one["confidence"] >= float(least) for one in lines(out))
        counts.append(len(lines(out)))
    assert counts[0] >= counts[1] >= counts[2]
    assert counts[0] >= 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{given}"], "--out"),
        (["{given}", "--out", "{given}"], "is the file that is read"),
        (["{given}", "--out", "x", "--limit", "3"], "--limit"),
        (["--out", "x"], "go with a FILE"),
        (["--min-confidence", "0.5"], "go with a FILE"),
        (["absent.jsonl", "--out", "x"], "does not exist"),
        (["{given}", "--out", "x", "--min-confidence", "2"], "range"),
    ],
)
def test_wrong_use_is_told(tmp_path: Path, arguments: list[str], message: str) -> None:
    given = tmp_path / "news.jsonl"
    given.write_text("")
    done = call("read", *(one.replace("{given}", str(given)) for one in arguments))
    assert done.exit_code == 2
    assert message in done.stderr


def test_without_a_file_the_store_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'v.db'}"
    engine = open_store(url, create=True)
    add_documents(engine, {"https://a.example/1": TEXT})
    engine.dispose()
    done = call("--store", url, "read", "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert (said["documents"], said["copies"]) == (1, 0)
    assert said["facts"] >= 1
    assert json.loads(call("--store", url, "read", "--json").stdout)["documents"] == 0
    monkeypatch.delenv("VALUENET_LLM_URL", raising=False)
    asked = call("--store", url, "read", "--language-model")
    assert asked.exit_code == 2
    assert "VALUENET_LLM_URL" in asked.stderr


@pytest.mark.parametrize(
    "text", ["甲" * 30_000, "（" * 30_000, "甲木科技、" * 6_000, "a " * 15_000, "\u0000\u202e" * 15_000]
)
def test_hostile_texts_end(tmp_path: Path, text: str) -> None:
    given, out = tmp_path / "news.jsonl", tmp_path / "facts.jsonl"
    given.write_text(json.dumps({"id": 1, "text": text}) + "\n")
    done = call("read", given, "--out", out, "--json")
    assert done.exit_code == 0, done.output


def test_a_text_over_which_a_reader_breaks_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_all = people.read_all

    def fragile(texts: list[str]) -> list[list[Fact]]:
        if any("易碎" in text for text in texts):
            raise ZeroDivisionError("by a test")
        return read_all(texts)

    monkeypatch.setattr(people, "read_all", fragile)
    given, out = tmp_path / "news.jsonl", tmp_path / "facts.jsonl"
    rows = [{"id": number, "text": TEXT + ("易碎" if number == 5 else "")} for number in range(9)]
    given.write_text("".join(json.dumps(one) + "\n" for one in rows))
    done = call("read", given, "--out", out, "--json")
    assert done.exit_code == 1
    assert {one["doc"] for one in lines(out)} == {0, 1, 2, 3, 4, 6, 7, 8}
    (kept,) = lines(tmp_path / "facts.rejected.jsonl")
    assert kept["line"] == 6
    assert "ZeroDivisionError" in kept["reason"]
