"""Forked commands show what fresh ones show: exit code, words, folder, environment, output, end."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path

import pytest

from tests import program
from tests.program import process, run


@pytest.fixture(autouse=True)
def forking() -> None:
    """A server runs: where none does, the first commands are fresh ones."""
    program.server()


TELLS = """
import atexit, os, sys, threading, warnings
atexit.register(print, "at the end")
print(__name__, sys.argv, os.getcwd(), sys.path[0], os.environ["VALUENET_CONTACT"], os.environ.get("LEFT"))
print(sys.stdin.read(), os.isatty(1), sys.stdout.encoding, threading.current_thread() is threading.main_thread())
os.write(1, b"")
print("said", file=sys.stderr)
warnings.warn("careful")
sys.exit(int(sys.argv[1]))
"""


@pytest.mark.parametrize("code", [0, 3])
def test_a_forked_process_is_as_a_fresh_one(code: int, tmp_path: Path) -> None:
    def told(fresh: bool) -> tuple[int, str, str]:
        done = process(TELLS, str(code), "字", cwd=tmp_path, env={"VALUENET_CONTACT": "yes"}, fresh=fresh)
        return done.returncode, done.stdout, done.stderr.partition("\n")[0]

    assert told(fresh=False) == told(fresh=True)
    assert "careful" in process(TELLS, "0", cwd=tmp_path, env={"VALUENET_CONTACT": ""}).stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [(("init",), 0), (("--help",), 0), (("status",), 1), (("nothing",), 2), (("crawl", "nothing"), 2)],
)
def test_commands_end_the_same_way(words: tuple[str, ...], code: int, tmp_path: Path) -> None:
    ways = {}
    for name in ("forked", "fresh"):
        folder = tmp_path / name / "place"
        folder.mkdir(parents=True)
        done = run(*words, cwd=folder, check=False, fresh=name == "fresh")
        ways[name] = done.returncode, done.stdout, done.stderr, sorted(one.name for one in folder.iterdir())
    assert ways["forked"] == ways["fresh"]
    assert ways["forked"][0] == code


def test_nothing_stays_from_one_process_to_the_next(tmp_path: Path) -> None:
    process("import os, pipelines.errors as e; e.left = 1; os.environ['LEFT'] = '1'", cwd=tmp_path)
    after = "import os, pipelines.errors as e; print(hasattr(e, 'left'), 'LEFT' in os.environ)"
    assert process(after, cwd=tmp_path).stdout == "False False\n"


def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        process(
            "import os, time; print(os.getpid(), file=open('id', 'w', 1)); time.sleep(99)",
            cwd=tmp_path,
            timeout=2,
        )
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "id").read_text()), 0)
    assert process("print(1)", cwd=tmp_path).stdout == "1\n", "and the next one comes"


def test_a_killed_process_tells_its_signal(tmp_path: Path) -> None:
    assert process("import os; os.kill(os.getpid(), 9)", cwd=tmp_path).returncode == -9


def test_two_at_once_do_not_wait_for_each_other(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "line")
    reader = threading.Thread(target=process, args=("open('line').read()",), kwargs={"cwd": tmp_path})
    reader.start()
    process("open('line', 'w').write('x')", cwd=tmp_path, timeout=50)
    reader.join(50)
    assert not reader.is_alive()


def test_an_interrupted_test_leaves_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a test's own time is over: the order is given up, and the next one is served by a new server."""
    process("", "--help", cwd=tmp_path)
    before = program.server()

    class Late(Exception):
        pass

    def interrupted(*_: object) -> None:
        raise Late

    monkeypatch.setattr(threading.Timer, "start", interrupted)
    with pytest.raises(Late):
        process("import time; time.sleep(99)", cwd=tmp_path)
    monkeypatch.undo()
    assert process("print(1)", cwd=tmp_path).stdout == "1\n"
    assert program.server() is not before
    assert before.poll() is not None
