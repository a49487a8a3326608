"""Runs the command as its users do: another process, its own exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

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
) -> subprocess.CompletedProcess[str]:
    """Run `valuenet ARGUMENTS` in `cwd`; with `check` a failure fails the test and shows what was said."""
    done = subprocess.run(
        command(*map(str, arguments)),
        cwd=cwd,
        env=environment(**(env or {})),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    if check and done.returncode != 0:
        raise AssertionError(f"exit {done.returncode}: {arguments}\n{done.stdout}\n{done.stderr}")
    return done


def data(*arguments: str | Path, cwd: Path) -> Any:
    """What the command prints with --json."""
    return json.loads(run(*arguments, "--json", cwd=cwd).stdout)
