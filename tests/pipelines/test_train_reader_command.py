"""The command train-reader calls the training of each reader, and says what it cannot do."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.train_reader_command import READERS
from valuenet import main


@pytest.mark.parametrize("reader", sorted(READERS))
def test_every_reader_has_a_training_of_one_form(reader: str) -> None:
    training = importlib.import_module(READERS[reader])
    assert list(inspect.signature(training.train).parameters) == ["paths", "out", "say"]


def test_bad_data_are_told(tmp_path: Path) -> None:
    data = tmp_path / "pairs.tsv"
    data.write_text("甲\t乙\t合作\t甲和丙合作\n", encoding="utf-8")
    done = CliRunner().invoke(
        main, ["train-reader", "relations", "--data", str(data), "--out", str(tmp_path / "m")]
    )
    assert done.exit_code == 1
    assert "pairs.tsv:1" in done.stderr
    wrong = CliRunner().invoke(main, ["train-reader", "gossip", "--data", str(data), "--out", "m"])
    assert wrong.exit_code == 2
