"""The front door: sub-commands, options passed on, errors and exit codes; and every real command's help."""

from __future__ import annotations

import importlib.metadata
import json
import logging
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from valuenet import COMMANDS, Door, _demo_steps, main

#: A room of its own for these tests: real commands behind the real door.
ROOM = '''
import logging, os, signal
import click
from pipelines.console import emit, front, json_option
from pipelines.errors import InputError, JudgementRefused, UsageError

@click.command("show-front")
@json_option
def show_front_command(as_json):
    """Show what was said before."""
    logging.getLogger("room").info("looked")
    logging.getLogger("room").warning("careful\\x1b[2J")
    emit({"store": front().store, "verbosity": front().verbosity}, as_json)

@click.command()
@click.argument("how")
@json_option
def fail_command(how, as_json):
    if how == "input":
        raise InputError("no date\\x1b[2J", where="rounds.csv:17", field="date", hint="Write 2021-05-01")
    if how == "refused":
        raise JudgementRefused("would join two companies", ("A", "B", "C"))
    if how == "usage":
        raise UsageError("no such year: 1999")
    if how == "file":
        open("/nowhere/at/all.csv")
    if how == "stop":
        os.kill(os.getpid(), signal.SIGINT)
    if how == "store":
        from sqlalchemy import create_engine, text
        with create_engine("sqlite://").connect() as connection:
            connection.execute(text("select secret from missing"))
    if how == "bug":
        raise ZeroDivisionError("a fault of the program")
'''


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    name = "room_of_test_valuenet"
    (tmp_path / f"{name}.py").write_text(ROOM, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    for command in ("show-front", "fail"):
        monkeypatch.setitem(COMMANDS, command, Door(name, "Ask", "Of the test."))
    monkeypatch.delenv("VALUENET_STORE", raising=False)
    root = logging.getLogger()
    before = root.level, list(root.handlers)
    yield tmp_path
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    sys.modules.pop(name, None)


def run(*args: str) -> Result:
    return CliRunner().invoke(main, args, prog_name="valuenet")


def test_help_lists_every_command_and_loads_no_room() -> None:
    code = (
        "import sys, valuenet\n"
        "valuenet.main(['--help'], standalone_mode=False)\n"
        "heavy = {'crawlers', 'entity_resolution', 'analytics', 'pipelines.store'}\n"
        "heavy |= {'alembic', 'numpy', 'pandas', 'scrapy', 'sqlalchemy'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stderr == "[]\n"
    for name, door in COMMANDS.items():
        assert f"  {name} " in result.stdout
        assert door.line in result.stdout
    assert "Example:" in result.stdout


def test_the_version_is_the_installed_one() -> None:
    assert run("--version").stdout == f"valuenet {importlib.metadata.version('valuenet')}\n"


def test_the_command_is_installed_and_runs_as_a_module(tmp_path: Path) -> None:
    script = Path(sys.executable).with_name("valuenet")
    for command in ([str(script)], [sys.executable, "-m", "valuenet"]):
        result = subprocess.run(
            [*command, "--version"], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert result.stdout == run("--version").stdout


def test_unknown_commands_and_options_are_misuse() -> None:
    for args in (["nonsense"], ["--nonsense"], []):
        result = run(*args)
        assert result.exit_code == 2, args
        assert result.stdout == ""
        assert "Usage: valuenet" in result.stderr


def test_verbose_and_quiet_exclude_each_other(room: Path) -> None:
    result = run("--verbose", "--quiet", "show-front")
    assert result.exit_code == 2
    assert "exclude each other" in result.stderr


@pytest.mark.parametrize(
    ("said", "environment", "store"),
    [
        ([], None, "sqlite:///valuenet.db"),
        ([], "sqlite:///from-environment.db", "sqlite:///from-environment.db"),
        (["--store", "sqlite:///said.db"], "sqlite:///from-environment.db", "sqlite:///said.db"),
    ],
)
def test_the_store_reaches_the_command(
    room: Path, monkeypatch: pytest.MonkeyPatch, said: list[str], environment: str | None, store: str
) -> None:
    if environment:
        monkeypatch.setenv("VALUENET_STORE", environment)
    result = run(*said, "show-front", "--json")
    assert json.loads(result.stdout) == {"store": store, "verbosity": 0}


@pytest.mark.parametrize(
    ("said", "verbosity", "logged"),
    [
        (["--quiet"], -1, ""),
        ([], 0, "warning: room: careful\ufffd[2J\n"),
        (["--verbose"], 1, "info: room: looked\nwarning: room: careful\ufffd[2J\n"),
    ],
)
def test_how_much_is_said(room: Path, said: list[str], verbosity: int, logged: str) -> None:
    result = run(*said, "show-front", "--json")
    assert json.loads(result.stdout)["verbosity"] == verbosity
    assert result.stderr == logged


@pytest.mark.parametrize(
    ("how", "exit_code", "message"),
    [
        ("input", 1, "Error: rounds.csv:17: field date: no date\ufffd[2J. Write 2021-05-01\n"),
        ("refused", 1, "Error: would join two companies: A = B = C\n"),
        ("usage", 2, "Error: no such year: 1999\n"),
        ("store", 1, "Error: the store failed: no such table: missing\n"),
        ("file", 1, "Error: [Errno 2] No such file or directory: '/nowhere/at/all.csv'\n"),
    ],
)
def test_foreseen_errors_are_one_message_on_stderr(
    room: Path, how: str, exit_code: int, message: str
) -> None:
    for args in (["fail", how], ["fail", how, "--json"]):
        result = run(*args)
        assert (result.exit_code, result.stdout, result.stderr) == (exit_code, "", message)


def test_verbose_shows_the_way_to_an_error(room: Path) -> None:
    result = run("--verbose", "fail", "input")
    assert result.exit_code == 1
    assert "Traceback" in result.stderr
    assert result.stderr.endswith("Write 2021-05-01\n")


def test_faults_of_the_program_are_not_dressed_up(room: Path) -> None:
    result = run("fail", "bug")
    assert isinstance(result.exception, ZeroDivisionError)


def test_ctrl_c_ends_with_a_line_and_130(room: Path) -> None:
    code = (
        "import valuenet\n"
        "valuenet.COMMANDS['fail'] = valuenet.Door('room_of_test_valuenet', 'Ask', 'x')\n"
        "valuenet.main(['fail', 'stop'])\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(room)}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert result.returncode == 130
    assert result.stdout == ""
    assert result.stderr.strip() == "Stopped. What was finished before is kept."


# What holds for every real command.

#: Commands that print no data, each with the reason.
NO_DATA = {
    "metrics": "runs until it is stopped",
    "serve": "runs until it is stopped",
    "demo": "shows the other commands at work",
}
#: Sub-commands that do something and print nothing but that they did.
ACTS = {
    "schedule run", "schedule pause", "schedule resume", "schedule install", "archive index", "review answer",
    "review users", "review users add", "review users role", "review users passwd", "review users remove",
    "review users key", "review serve",
}  # fmt: skip


def _command(name: str) -> click.Command:
    context = click.Context(main)
    command = main.get_command(context, name)
    assert isinstance(command, click.Command)
    return command


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_has_help_with_an_example(name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(f"Usage: valuenet {name}")
    assert _command(name).help
    assert _examples(name, result.stdout), "the help shows no example of its own"


@pytest.mark.parametrize("name", list(COMMANDS))
def test_examples_use_options_that_exist(name: str) -> None:
    for words in _examples(name, run(name, "--help").stdout):
        _command(name).make_context(name, words, resilient_parsing=True)


def _examples(name: str, help_text: str) -> list[list[str]]:
    """The words after the command's name in each example of its help."""
    _, _, shown = help_text.partition("Example")
    found = re.split(rf"valuenet (?:--store \S+ )?{name}\b", " ".join(shown.split()))[1:]
    return [shlex.split(re.split(r" (?:[|>;]|valuenet\b)", words)[0]) for words in found]


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in NO_DATA])
def test_every_command_that_prints_data_prints_json(name: str) -> None:
    command = _command(name)
    inner = list(command.commands.values()) if isinstance(command, click.Group) else [command]
    for one in inner:
        if f"{name} {one.name}" in ACTS:
            continue
        assert any("--json" in parameter.opts for parameter in one.params), one.name


@pytest.mark.parametrize("name", list(COMMANDS))
def test_no_command_takes_unknown_options(name: str) -> None:
    assert run(name, "--no-such-option").exit_code == 2


@pytest.mark.parametrize("step", _demo_steps(Path("demo"), "http://127.0.0.1:1", frozen=False), ids=" ".join)
def test_the_demo_uses_options_that_exist(step: list[str]) -> None:
    _command(step[0]).make_context(step[0], step[1:], resilient_parsing=True)


def test_exceptions_from_the_list_exist() -> None:
    assert set(COMMANDS) >= set(NO_DATA)


def _in_locale(charset: str, *words: str | bytes) -> subprocess.CompletedProcess[bytes]:
    """Run the program where Python itself helps with nothing: neither UTF-8 mode nor a better locale."""
    surroundings = os.environ | {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    surroundings["PYTHONIOENCODING"] = charset
    program = [sys.executable, "-m", "valuenet", *words]
    return subprocess.run(program, capture_output=True, env=surroundings, check=False, timeout=60)


@pytest.mark.parametrize(
    ("charset", "written"), [("ascii", "utf-8"), ("latin-1", "utf-8"), ("gbk", "gb18030")]
)
def test_chinese_is_written_whatever_the_locale(charset: str, written: str, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 's.db'}"
    assert _in_locale(charset, "--store", store, "init").returncode == 0
    done = _in_locale(charset, "--store", store, "sources", "ror", "--json")
    assert done.returncode == 0, done.stderr
    (source,) = json.loads(done.stdout.decode(written))
    assert "研究机构" in source["title_zh"]


def test_a_word_that_the_locale_cannot_read_is_misuse(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 's.db'}"
    assert _in_locale("utf-8", "--store", store, "init").returncode == 0
    done = _in_locale("utf-8", "--store", store, "entity", "华为".encode())
    assert done.returncode == 2, done.stderr
    assert b"LC_ALL=C.UTF-8" in done.stderr
    assert b"Traceback" not in done.stderr
