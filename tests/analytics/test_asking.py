"""What all commands of this room ask for."""

from __future__ import annotations

import datetime as dt

import click
from click.testing import CliRunner

from analytics.asking import Asked, asking

SEEN: list[tuple[int, Asked]] = []


@click.command()
@click.argument("number", type=int)
@asking
def probe(number: int, asked: Asked) -> None:
    SEEN.append((number, asked))


def ask(*words: str) -> Asked:
    SEEN.clear()
    result = CliRunner().invoke(probe, [*words, "7"])
    assert result.exit_code == 0, result.output
    ((number, asked),) = SEEN
    assert number == 7
    return asked


def test_by_default_the_newest_sample_now_with_units_rolled_up() -> None:
    assert ask() == Asked(None, "group", False, None)
    assert ask().view.level == "group"


def test_a_day_means_its_end() -> None:
    known = ask("--known", "2022-03-31").known
    assert known == dt.datetime(2022, 3, 31, 23, 59, 59, 999000, dt.UTC)


def test_everything_is_handed_on() -> None:
    asked = ask("--sample", "2021", "--level", "entity", "--roll-up", "subsidiaries")
    assert asked == Asked("2021", "entity", True, None)
    assert (asked.view.level, asked.view.subsidiaries, asked.view.known) == ("entity", True, None)


def test_wrong_words_are_misuse() -> None:
    for words in (["--known", "yesterday"], ["--level", "planet"], ["--roll-up", "all"]):
        assert CliRunner().invoke(probe, [*words, "7"]).exit_code == 2
