"""With --log-format json each line on stderr is one JSON object, whatever is said."""

from __future__ import annotations

import datetime as dt
import json
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipelines.log_lines import log_line, said_line
from tests.program import run


def record(message: str = "looked", **more: Any) -> logging.LogRecord:
    made = logging.makeLogRecord(
        {"name": "room", "levelname": "WARNING", "msg": message, "created": 1.5, **more}
    )
    assert isinstance(made, logging.LogRecord)
    return made


def test_a_record() -> None:
    assert json.loads(log_line(record())) == {
        "time": "1970-01-01T00:00:01.500+00:00", "level": "warning", "logger": "room", "message": "looked",
    }  # fmt: skip


def test_source_run_and_error_where_known() -> None:
    context = SimpleNamespace(writer=SimpleNamespace(run_id=7))
    spider = SimpleNamespace(name="ror", crawler=SimpleNamespace(settings={"VALUENET_RUN": context}))
    told = json.loads(log_line(record(spider=spider)))
    assert (told["source"], told["run"]) == ("ror", 7)
    told = json.loads(log_line(record(source="gleif", run=3)))
    assert (told["source"], told["run"]) == ("gleif", 3)
    fault = ValueError("bad")
    told = json.loads(log_line(record(exc_info=(ValueError, fault, None))))
    assert told["error"] == "ValueError: bad"


@given(st.text(st.characters(exclude_categories=[])))
def test_one_line_whatever_is_said(message: str) -> None:
    line = said_line("info", "valuenet", message, more={"source": message})
    assert len(line.splitlines()) == 1
    line.encode("utf-8")
    told = json.loads(line)
    assert dt.datetime.fromisoformat(told["time"]).tzinfo is not None


def test_as_the_front_door_writes_it(tmp_path: Path) -> None:
    done = run("--log-format", "json", "init", cwd=tmp_path)
    assert done.stdout.startswith("store:")
    (line,) = [json.loads(one) for one in done.stderr.splitlines()]
    assert (line["level"], line["message"]) == ("info", "The store is ready.")
    failed = run("history", "nobody", cwd=tmp_path, check=False, env={"VALUENET_LOG_FORMAT": "json"})
    assert failed.returncode != 0
    lines = [json.loads(one) for one in failed.stderr.splitlines()]
    assert lines[-1]["level"] == "error"
    told = run("--log-format", "json", "--verbose", "history", "nobody", cwd=tmp_path, check=False)
    assert "Traceback" in json.loads(told.stderr.splitlines()[-1])["traceback"]
