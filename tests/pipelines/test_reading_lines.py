"""Lines of JSON, in and out: streamed, refused with reasons, whole or not at all."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.errors import InputError
from pipelines.reading import lines
from pipelines.reading.fact import Fact, Piece
from pipelines.reading.lines import Line, RefusedLine, fact_line, read_lines, whole_file, write_line
from pipelines.records import UNDATED, When


def read(path: Path, *content: object) -> list[Line | RefusedLine]:
    raw = [one if isinstance(one, bytes) else json.dumps(one, ensure_ascii=False).encode() for one in content]
    path.write_bytes(b"\n".join(raw) + b"\n")
    return list(read_lines(path))


def test_a_line_with_all_its_fields(tmp_path: Path) -> None:
    (one,) = read(
        tmp_path / "a",
        {
            "id": "x",
            "text": " 甲 ",
            "date": "2021-03-05T08:00:00Z",
            "url": "u",
            "names": ["乙 ", "乙", ""],
            "more": 1,
        },
    )
    day = When(start=dt.date(2021, 3, 5), precision="day")
    assert one == Line(1, "x", " 甲 ", day, "u", ("乙",), "")
    (bare,) = read(tmp_path / "a", {"id": 7, "text": "甲", "date": None, "names": None})
    assert bare == Line(1, 7, "甲", UNDATED, "", (), "")
    (coarse,) = read(tmp_path / "a", {"id": 7, "text": "甲", "date": "2021年3月"})
    assert isinstance(coarse, Line)
    assert coarse.published.precision == "month"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"text": "甲"}, "id"),
        ({"id": "", "text": "甲"}, "id"),
        ({"id": True, "text": "甲"}, "id"),
        ({"id": 1.5, "text": "甲"}, "id"),
        ({"id": 1}, "text"),
        ({"id": 1, "text": 5}, "text"),
        ({"id": 1, "text": " \n"}, "text"),
        ({"id": 1, "text": "甲", "date": "soon"}, "date"),
        ({"id": 1, "text": "甲", "date": 20210305}, "date"),
        ({"id": 1, "text": "甲", "names": "乙"}, "names"),
        ({"id": 1, "text": "甲", "names": [1]}, "names"),
        ({"id": 1, "text": "甲", "names": ["乙" * 400]}, "names"),
        ({"id": 1, "text": "甲", "url": 1}, "url"),
        (["id"], ""),
        (b"{", ""),
        (b'{"id": 1, "text": "\\ud800"}', "text"),
        (b"\xff\xfe", ""),
        (b"[" * 100_000, ""),
    ],
)
def test_a_line_that_cannot_be_read_says_why(tmp_path: Path, data: object, field: str) -> None:
    good = {"id": 1, "text": "甲"}
    first, refused, last = read(tmp_path / "a", good, data, good)
    assert isinstance(first, Line)
    assert isinstance(last, Line)
    assert isinstance(refused, RefusedLine)
    assert (refused.number, refused.field) == (2, field)
    assert refused.reason
    assert len(refused.raw) <= 2000


def test_blank_lines_marks_and_missing_ends(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b'\xef\xbb\xbf{"id": 1, "text": "a"}\r\n\r\n \n{"id": 2, "text": "b"}')
    assert [(one.number, one.id) for one in read_lines(path) if isinstance(one, Line)] == [(1, 1), (4, 2)]
    path.write_bytes(b"")
    assert list(read_lines(path)) == []
    with pytest.raises(InputError, match="No such file"):
        list(read_lines(tmp_path / "absent"))


def test_a_line_too_long_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "LINE_LIMIT", 1000)
    first, second = read(tmp_path / "a", {"id": 1, "text": "a" * 5000}, {"id": 2, "text": "b"})
    assert isinstance(first, RefusedLine)
    assert "longer" in first.reason
    assert isinstance(second, Line)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_are_lines_or_refusals(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(raw)
    assert all(isinstance(one, Line | RefusedLine) for one in read_lines(path))


def test_a_fact_as_a_line() -> None:
    text = "甲与乙合作"
    fact = Fact(
        "cooperation", {"party": (Piece("甲", 0, 1), Piece("乙", 2, 3))}, 0, 5, 0.71239, "r-1",
        when=When(start=dt.date(2021, 3, 1), precision="month"),
    )  # fmt: skip
    line = fact_line("x", text, fact)
    assert line["doc"] == "x"
    assert line["roles"] == {
        "party": [{"text": "甲", "start": 0, "end": 1}, {"text": "乙", "start": 2, "end": 3}]
    }
    assert (line["date"], line["confidence"], line["quote"]) == ("2021-03", 0.7124, text)


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("before")
    with pytest.raises(TypeError), whole_file(path) as file:
        write_line(file, {"a": object()})
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
    with whole_file(path) as file:
        write_line(file, {"名": "甲"})
    assert path.read_text(encoding="utf-8") == '{"名": "甲"}\n'
