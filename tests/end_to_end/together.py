"""Commands begun at once, each in a process of its own."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from tests.program import command, environment


class Command:
    """`valuenet WORDS`, which works in `folder`; what it says on both streams stands in `said`."""

    def __init__(self, *words: str | Path, folder: Path, store: str = "") -> None:
        self.words = [*(["--store", store] if store else []), *map(str, words)]
        self._out = folder / f"said-{time.monotonic_ns()}"
        with self._out.open("wb") as out:
            self.process = subprocess.Popen(
                command(*self.words), cwd=folder, env=environment(), stdout=out, stderr=subprocess.STDOUT
            )

    @property
    def said(self) -> str:
        """So far."""
        return self._out.read_text(encoding="utf-8")

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def wait(self, seconds: float = 200) -> str:
        """What it said in all; a failure of the test where it failed, or did not end."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.stop()
            raise AssertionError(f"{self.words} did not end within {seconds} s\n{self.said}") from None
        if code or "Traceback" in self.said:
            raise AssertionError(f"exit {code}: {self.words}\n{self.said}")
        return self.said

    def stop(self) -> None:
        """As the system stops a service."""
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def told(*words: str | Path, folder: Path, store: str) -> str:
    """What a command says, run to its end."""
    return Command(*words, folder=folder, store=store).wait()
