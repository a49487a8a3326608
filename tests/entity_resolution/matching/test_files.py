"""Tables of names, in and out."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from entity_resolution.matching.files import read_names, write_rows
from entity_resolution.matching.name import Name
from pipelines.errors import InputError


def test_names_with_and_without_further_columns(tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_bytes("id,name,kind,place,other\n1,甲云,company,北京,x\n2,乙海,,,\n".encode("gb18030"))
    assert read_names(file) == [Name("1", "甲云", "company", None, "北京"), Name("2", "乙海")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id\n1\n", "name: no such column"),
        ("id,name\n1,\n", "2: field name: empty"),
        ("id,name\n1,甲云,x\n", "3 cells under 2 columns"),
        ("id,name\n1," + "云" * 400 + "\n", "longer than"),
        ('id,name\n1,"甲云\n', "no CSV"),
        ("", "no such column"),
    ],
)
def test_faults_have_their_place(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "names.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_names(file)


def test_bytes_of_no_known_encoding(tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_bytes(b"id,name\n1,\xff\xff\xff\n")
    with pytest.raises(InputError, match="UTF-8"):
        read_names(file)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.csv"):
        read_names(tmp_path / "none.csv")


def test_written_cells_are_harmless(tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    write_rows(file, ["id", "name", "score"], [["1", "=1+1", 0.5], [2, None, 1.0], [3, "甲\r=1", 1.0]])
    with file.open(encoding="utf-8") as lines:
        assert list(csv.reader(lines)) == [
            ["id", "name", "score"],
            ["1", "'=1+1", "0.500000"],
            ["2", "", "1.000000"],
            ["3", "甲\n=1", "1.000000"],
        ]
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
