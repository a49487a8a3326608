"""valuenet compare, with another edition: the words and the JSON; `tests/analytics/test_commands.py` has printed ones."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
from click.testing import Result
from sqlalchemy import Engine

from analytics.compare_command import _plain
from tests.analytics.test_commands import run


def said(result: Result) -> str:
    return " ".join(result.stderr.split())


def test_an_edition_beside_one_as_it_was_known(world_store: Engine) -> None:
    words = ["compare", "2021", "--with", "2021", "--only", "table_3"]
    done = run(world_store, *words, "--level", "entity")
    assert done.exit_code == 0, done.stderr
    assert "0 cells differ" in done.stderr
    known = [*words, "--with-known", "2022-04-01", "--json"]
    data = json.loads(run(world_store, *known).stdout)
    assert data["other_known"].startswith("2022-04-01T23:59:59")
    assert (data["rows"], data["entered"], data["left"]) == ([], [], [])
    assert data["alike"] == 40
    early = run(world_store, *words, "--with-known", "2022-03-01")
    assert early.exit_code == 2
    assert "no relation of the sample has a date" in said(early)


def test_gaps_are_nothing_and_no_numbers() -> None:
    rows = _plain(pd.DataFrame({"other": [None, 2.0], "ours": [float("nan"), 3.0]}))
    assert rows == [{"other": None, "ours": None}, {"other": 2.0, "ours": 3.0}]


def test_what_does_not_go_together_is_refused(world_store: Engine, tmp_path: Path) -> None:
    printed = str(tmp_path / "printed.yaml")
    for words, why in (
        (["compare", "2021"], "compare with a file"),
        (["compare", "2021", printed, "--with", "2021"], "compare with a file"),
        (["compare", "2021", printed, "--only", "table_3"], "go with --with"),
        (["compare", "2021", "--with", "2021", "--text", printed], "goes with printed numbers"),
        (["compare", "2021", "--with", "1999"], "1999"),
    ):
        done = run(world_store, *words)
        assert done.exit_code == 2, words
        assert why in said(done)
