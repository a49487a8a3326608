"""Runs the command as its users do: another process, its own exit code."""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.forking import Order

ROOT = Path(__file__).resolve().parents[1]


def environment(**more: str) -> dict[str, str]:
    """The caller's environment without what would steer the program, and with `more`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VALUENET_")}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default", **more}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "valuenet", *arguments]


def run(
    *arguments: str | Path,
    cwd: Path,
    check: bool = True,
    timeout: float = 60,
    env: dict[str, str] | None = None,
    fresh: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run `valuenet ARGUMENTS` in `cwd`; with `check` a failure fails the test and shows what was said.

    fresh: by an interpreter of its own, which has another hash seed and imports all anew.
    """
    done = process("", *map(str, arguments), cwd=cwd, timeout=timeout, env=env, fresh=fresh)
    if check and done.returncode != 0:
        raise AssertionError(f"exit {done.returncode}: {arguments}\n{done.stdout}\n{done.stderr}")
    return done


def data(*arguments: str | Path, cwd: Path) -> Any:
    """What the command prints with --json."""
    return json.loads(run(*arguments, "--json", cwd=cwd).stdout)


def process(
    code: str,
    *words: str,
    cwd: Path,
    timeout: float = 60,
    env: dict[str, str] | None = None,
    fresh: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run `python -c CODE WORDS`, or `valuenet WORDS` where the code is empty. Raises TimeoutExpired.

    Forked from a server that has the libraries loaded, where that shows the same and has paid for the loading.
    """
    global _few
    _few += 1
    asked = [sys.executable, "-c", code, *words] if code else command(*words)
    # what is not the program's own variable may be for the interpreter: the locale, the zone, the hash seed
    own = all(name.startswith("VALUENET_") for name in env or ())
    few = _server is None and _few <= FEW
    if fresh or few or not own or not _turn.acquire(blocking=False):
        return subprocess.run(
            asked,
            cwd=cwd,
            env=environment(**(env or {})),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    try:
        return _forked(asked, code, words, cwd, timeout, environment(**(env or {})))
    finally:
        _turn.release()


#: So many commands do not pay for the start of a server. Those that were asked for so far are counted.
FEW = 3
_few = 0
#: One process at a time is forked; who comes meanwhile, in another thread, takes a fresh one.
_turn = threading.Lock()
_server: subprocess.Popen[bytes] | None = None


def _forked(
    asked: list[str], code: str, words: Sequence[str], cwd: Path, timeout: float, env: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    one = server()
    assert one.stdin is not None
    assert one.stdout is not None
    with tempfile.TemporaryDirectory(prefix="forked") as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        order = Order(code, tuple(words), str(cwd), env, str(out), str(err))
        one.stdin.write(order.line())
        one.stdin.flush()
        child = int(one.stdout.readline())
        late = threading.Event()

        def end() -> None:
            late.set()
            os.kill(child, signal.SIGKILL)

        watch = threading.Timer(timeout, end)
        try:
            watch.start()
            ended = int(one.stdout.readline())
        except BaseException:  # the test's own time is over: the next test begins with a new server
            os.kill(child, signal.SIGKILL)
            _stop()
            raise
        finally:
            watch.cancel()
        said = out.read_text("utf-8"), err.read_text("utf-8")
        if late.is_set():
            raise subprocess.TimeoutExpired(asked, timeout, *said)
        return subprocess.CompletedProcess(asked, ended, *said)


def server() -> subprocess.Popen[bytes]:
    """The server that forks, started where none runs."""
    global _server
    if _server is None:
        # what measures coverage begins in each process, not in the server
        env = {
            name: value for name, value in environment().items() if not name.startswith("COVERAGE_PROCESS")
        }
        _server = subprocess.Popen(
            [sys.executable, "-m", "tests.forking"],
            cwd=ROOT,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        atexit.register(_stop)
    return _server


def _stop() -> None:
    global _server
    if _server is not None:
        _server.kill()
        _server.communicate()
        _server = None
        atexit.unregister(_stop)
