"""Two dictionaries, one set of words."""

from __future__ import annotations

import re
import string
from pathlib import Path
from typing import get_args

import pytest
from werkzeug.datastructures import LanguageAccept

from entity_resolution.review import wording
from entity_resolution.review.wording import EN, ZH, chosen, say, value_in
from pipelines.records import EntityKind
from pipelines.store import schema

TEMPLATES = Path(wording.__file__).parent / "templates"


def fields(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name}


def test_both_languages_have_every_key_with_the_same_blanks() -> None:
    assert EN.keys() == ZH.keys()
    for key in EN:
        assert fields(EN[key]) == fields(ZH[key]), key
        assert EN[key].strip()
        assert ZH[key].strip()


def test_every_word_of_a_template_is_there() -> None:
    used = set()
    for page in TEMPLATES.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        used |= set(re.findall(r"\bt\('([^']+)'[,)]", text))
        for prefix in re.findall(r"\bt\('([^']+_)' ~", text):
            assert any(key.startswith(prefix) for key in EN), prefix
    assert used - EN.keys() == set()


def test_kinds_of_the_store_have_words() -> None:
    for kind in get_args(EntityKind):
        assert f"kind_{kind}" in EN
    (check,) = [one for one in schema.fact.constraints if str(one.name).endswith("kind")]
    for kind in re.findall(r"'([^']+)'", str(check.sqltext)):  # type: ignore[attr-defined]
        assert f"fact_{kind}" in EN


@pytest.mark.parametrize(
    ("remembered", "accepted", "language"),
    [
        ("en", [("zh", 1)], "en"),
        ("zh", [("en", 1)], "zh"),
        (None, [("en-GB", 1)], "en"),
        ("x", [("fr", 1)], "zh"),
        (None, [], "zh"),
    ],
)
def test_the_language_is_remembered_else_the_browsers(
    remembered: str | None, accepted: list[tuple[str, float]], language: str
) -> None:
    assert chosen(remembered, LanguageAccept(accepted)) == language


def test_unknown_keys_are_errors_and_values_have_words() -> None:
    with pytest.raises(KeyError):
        say("nothing", "en")
    assert say("open_pairs", "zh", count=3) == "3 对待判"
    assert value_in("parent", "zh") == "母公司"
    assert value_in("parent", "en") == "parent"
    assert value_in("A轮", "zh") == "A轮"
