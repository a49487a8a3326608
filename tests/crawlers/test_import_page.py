"""docs/import.md: its kinds, fields and columns are those of the code, and its examples can be imported."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from crawlers.handed_in import records_of
from crawlers.kinds import Kind, kinds
from crawlers.mappings import load_mapping, recognise
from crawlers.tabular import read_sheet
from tests.program import ROOT

PAGE = (ROOT / "docs/import.md").read_text("utf-8")
KINDS = list(kinds().values())


def _section(kind: Kind) -> str:
    return PAGE.split(f"\n## {kind.name}\n")[1].split("\n## ")[0]


def _cells(text: str) -> list[list[str]]:
    lines = [line.replace("\\|", "\0") for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip().replace("\0", "|") for cell in line.strip("|").split("|")] for line in lines]


def test_all_kinds_stand_at_the_top() -> None:
    top = PAGE.split("\n## ")[0]
    listed = [(row[0], row[1]) for row in _cells(top)[1:]]
    assert listed == [(f"[{kind.name}](#{kind.name})", kind.row) for kind in KINDS]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_columns_of_a_kind(kind: Kind) -> None:
    told = {
        row[0].strip("*"): (row[0].startswith("**"), row[1], row[2], row[3].replace(" ", ""))
        for row in _cells(_section(kind))[1:]
    }
    true = {
        one.name: (one.required, one.means, "、".join(one.columns[1:]), one.separators)
        for one in kind.fields.values()
    }
    for one in kind.attributes.values():
        unit = f" (attribute, in {one.unit})" if one.unit else " (attribute)"
        true[one.name] = (False, one.means + unit, "、".join(one.columns[1:]), "")
    assert told == true


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_closed_words_of_a_kind(kind: Kind) -> None:
    section = _section(kind)
    for one in kind.fields.values():
        if not one.words:
            continue
        told = re.search(rf"^`{one.name}` takes.*$", section, re.MULTILINE)
        assert told, one.name
        if "the words of `kind`" not in told[0]:
            assert all(word in told[0] for word in (*one.words, *one.words.values()) if not word.isascii())
            assert all(word in told[0] for word in one.words.values())


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_example_of_a_kind_can_be_imported(kind: Kind) -> None:
    found = re.search(r"```csv\n(.*?)```", _section(kind), re.DOTALL)
    assert found
    sheet = read_sheet(Path("example.csv"), found[1].encode())
    mapping = recognise(kind.name, sheet.header, "example.csv")
    assert mapping.unread(sheet.header) == []
    rows = list(records_of(replace(mapping, source={"name": "page"}), sheet.rows))
    assert rows
    assert all(records and not rejected for _, records, rejected in rows)


def test_the_mapping_of_the_page_is_one(tmp_path: Path) -> None:
    found = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert found
    path = tmp_path / "m.yaml"
    path.write_text(found[1], "utf-8")
    assert load_mapping(path).values["kind"] == {"民企": "company", "高职": "university"}
