"""Data files are read strictly: kinds, missing, unknown and repeated fields are errors that say where."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.checked_yaml import SIZE_LIMIT, Fields, read_yaml
from pipelines.errors import InputError


def _read(folder: Path, text: str) -> Fields:
    path = folder / "trial.yaml"
    path.write_text(text, encoding="utf-8")
    return read_yaml(path)


def test_values_of_their_kind(tmp_path: Path) -> None:
    head = _read(tmp_path, "a: x\nn: 1\nw: [p, q]\npart: {k: v}\nlist: [{id: one}]")
    assert (head.value("a", str), head.value("n", int), head.value("z", str, default="d")) == ("x", 1, "d")
    assert (head.words("w"), head.words("none")) == (["p", "q"], [])
    assert head.part("part", k=str) == {"k": "v"}
    (item,) = head.items("list")
    assert item.value("id", str) == "one"
    assert "list 1 (one)" in item.where
    item.finish()
    head.finish()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: 1", r"must be a word .*, not 1"),
        ("a: ''", "empty"),
        ("a: true", r"must be a word .*, not True"),
        ("b: 1", "missing"),
    ],
)
def test_wrong_values(tmp_path: Path, text: str, complaint: str) -> None:
    head = _read(tmp_path, text)
    with pytest.raises(InputError, match=complaint) as caught:
        head.value("a", str)
    assert caught.value.field == "a"
    assert "trial.yaml" in str(caught.value)


def test_a_truth_is_no_number(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="whole number"):
        _read(tmp_path, "a: true").value("a", int)


def test_what_was_never_asked_for_is_told(tmp_path: Path) -> None:
    head = _read(tmp_path, "a: x\nb: y\nc: z")
    head.value("b", str)
    with pytest.raises(InputError, match="not known here") as caught:
        head.finish()
    assert caught.value.field == "a, c"


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\na: 2",
        "[]",
        "",
        "a: [",
        "1: x",
        "a: !!python/name:os.system ",
        "? [a]\n: b",
        "a: 2021-13-40",
        "[" * 5000,
    ],
)
def test_unreadable_files(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"trial\.yaml"):
        _read(tmp_path, text)


def test_missing_huge_and_broken_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none"):
        read_yaml(tmp_path / "none.yaml")
    with pytest.raises(InputError, match="larger"):
        _read(tmp_path, "#" * (SIZE_LIMIT + 1))
    (tmp_path / "bytes.yaml").write_bytes(b"a: \xff")
    with pytest.raises(InputError, match="cannot be read"):
        read_yaml(tmp_path / "bytes.yaml")


@pytest.mark.parametrize("text", ["[" * 200_000, "a: " + "{a: " * 60 + "1" + "}" * 60, "- " * 500 + "x"])
def test_nesting_is_bounded(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="deeper than 50"):
        _read(tmp_path, text)
