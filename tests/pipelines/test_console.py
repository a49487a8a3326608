"""What the commands print, on a pipe and on a real (pseudo) terminal."""

from __future__ import annotations

import datetime as dt
import json
import math
import os
import pty
import subprocess
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from pipelines.console import DEFAULT_STORE, Front, emit, front, harmless, json_option, note, plain, table
from pipelines.records import When

ANYTHING = st.characters()  # lone surrogates too: hostile text has them


def printed(data: Any, as_json: bool) -> str:
    @click.command()
    def show() -> None:
        emit(data, as_json)

    result = CliRunner().invoke(show, catch_exceptions=False)
    return result.stdout


@given(st.text(ANYTHING))
def test_harmless_text_is_one_line_that_no_terminal_obeys(text: str) -> None:
    shown = harmless(text)
    assert len(shown) == len(text)
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cs", "Zl", "Zp"}
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    shown.encode("utf-8")


def test_harmless_text_keeps_what_people_write() -> None:
    assert (
        harmless("深圳市腾讯计算机系统有限公司 (Tencent) — ½ é")
        == "深圳市腾讯计算机系统有限公司 (Tencent) — ½ é"
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(JSON)
def test_json_comes_back_as_it_went(data: Any) -> None:
    assert json.loads(printed(data, as_json=True)) == data


@given(st.text(ANYTHING))
def test_json_is_always_readable(text: str) -> None:
    json.loads(printed({"name": text}, as_json=True))


@dataclass
class Pair:
    left: str
    right: float


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (math.nan, None),
        (math.inf, None),
        (np.float64("nan"), None),
        (np.int64(7), 7),
        (np.bool_(True), True),
        (pd.NaT, None),
        (dt.date(2021, 12, 31), "2021-12-31"),
        (dt.datetime(2021, 12, 31, tzinfo=dt.UTC), "2021-12-31T00:00:00+00:00"),
        (Path("a/b"), "a/b"),
        (Pair("x", math.nan), {"left": "x", "right": None}),
        ({3: {"b", "a"}}, {"3": ["a", "b"]}),
        ((one for one in (1, 2)), [1, 2]),
        (
            When(start=dt.date(2020, 1, 1), precision="year"),
            {"start": "2020-01-01", "end": None, "precision": "year", "as_written": ""},
        ),
    ],
)
def test_values_in_json(value: Any, expected: Any) -> None:
    assert plain(value) == expected


@pytest.mark.parametrize("value", [b"bytes", object(), Pair], ids=["bytes", "object", "class"])
def test_values_without_a_form_in_json_are_named(value: Any) -> None:
    with pytest.raises(TypeError, match=r"no form in JSON for (bytes|object|type)"):
        plain(value)


ROWS = [{"name": "阿里云", "edges": 12}, {"name": "a\tb\x1b[31m", "edges": None, "share": 0.70901}]


def test_rows_on_a_pipe_are_tab_separated() -> None:
    assert printed(ROWS, as_json=False).splitlines() == [
        "name\tedges\tshare",
        "阿里云\t12\t",
        "a b\ufffd[31m\t\t0.709",
    ]


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        ({"edges": 3, "names": ["a", "b"], "sample": True}, ["edges: 3", "names: a; b", "sample: yes"]),
        ({"inner": {"a": 1, "b": None}}, ["inner: a: 1; b: "]),
        ("one line", ["one line"]),
        (["a", 2], ["a", "2"]),
        ([], []),
        (0.00001234, ["1.23e-05"]),
        (1.40, ["1.4"]),
    ],
)
def test_other_data_for_reading(data: Any, lines: list[str]) -> None:
    assert printed(data, as_json=False).splitlines() == lines


def test_rows_may_be_sequences() -> None:
    @click.command()
    def show() -> None:
        table([("x", 1), ("y", 2.5)], ["name", "value"], "Title")

    assert CliRunner().invoke(show).stdout == "name\tvalue\nx\t1\ny\t2.5\n"


def test_notes_never_go_to_stdout_and_are_silent_when_asked() -> None:
    @click.command()
    @json_option
    def show(as_json: bool) -> None:
        note("on the way\x07")
        emit([1], as_json)

    loud = CliRunner().invoke(show, ["--json"])
    assert json.loads(loud.stdout) == [1]
    assert loud.stderr == "on the way\ufffd\n"
    quiet = CliRunner().invoke(show, ["--json"], obj=Front(verbosity=-1))
    assert quiet.stderr == ""


def test_front_outside_of_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VALUENET_STORE", raising=False)
    assert front() == Front(DEFAULT_STORE, 0)
    monkeypatch.setenv("VALUENET_STORE", "sqlite:///elsewhere.db")
    assert front().store == "sqlite:///elsewhere.db"


def on_a_terminal(code: str) -> str:
    """All that the code writes when its stdout and stderr are a terminal of 100 columns."""
    leader, follower = pty.openpty()
    try:
        with subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=follower,
            stderr=follower,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "100", "NO_COLOR": "1", "PYTHONUTF8": "1"},
        ) as process:
            os.close(follower)
            follower = -1
            written = b""
            while True:
                try:
                    chunk = os.read(leader, 65536)
                except OSError:  # the other end was closed: how Linux says that all is read
                    break
                if not chunk:
                    break
                written += chunk
        assert process.returncode == 0, written.decode()
    finally:
        os.close(leader)
        if follower >= 0:
            os.close(follower)
    return written.decode()


def test_a_table_on_a_terminal_is_framed_and_obeys_nothing() -> None:
    shown = on_a_terminal(
        "from pipelines.console import table\n"
        "table([('[link=http://x.example]name[/link]', 5), ('a\\x1b]0;title\\x07', 12)], ['name', 'n'], '[b]T')"
    )
    assert "─" in shown or "━" in shown
    assert "[link=http://x.example]name[/link]" in shown
    assert "[b]T" in shown
    assert "\x1b]0;" not in shown
    assert "\x07" not in shown


def test_progress_is_shown_on_a_terminal_alone() -> None:
    code = (
        "import time\n"
        "from pipelines.console import progress\n"
        "with progress(3, 'reading [b]') as step:\n"
        "    for _ in range(3): step(1); time.sleep(0.15)\n"
    )
    assert "reading (b]" in on_a_terminal(code)
    piped = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (piped.stdout, piped.stderr) == ("", "")
