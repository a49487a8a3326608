"""A visit as a process of its own, `valuenet crawl SOURCE`, and the reading of what visits brought, `valuenet
read`: with the same interpreter and store, their words in files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipelines.store.types import now

#: Logs kept of each source, the newest.
LOGS_MOST = 30
#: Of a log, so many characters say why a visit did not begin.
WORDS_MOST = 2000
#: The name of the reading among the logs; no source is called so.
READING = "reading.documents"


@dataclass(frozen=True, slots=True)
class Orders:
    """What every visit is told. store: SQLAlchemy URL, handed over by the environment, as it may hold a password;
    web: a stand-in for the live web; sites: for sources that read sites; archive: where responses are kept; folder:
    for the logs."""

    store: str
    folder: Path
    web: str | None = None
    sites: tuple[str, ...] = ()
    archive: str | None = None

    def command(self, source: str, reads_sites: bool) -> list[str]:
        """The words of the process. `-P`: no file of the current folder is taken for a module."""
        words = [sys.executable, "-P", "-m", "valuenet", "--quiet", "crawl", source, "--json"]
        words += ["--web", self.web] if self.web else []
        words += ["--archive", self.archive] if self.archive else []
        for site in self.sites if reads_sites else ():
            words += ["--site", site]
        return words


class Work:
    """A process under way, by its name; `ended` is called when it is over."""

    def __init__(
        self, name: str, words: Sequence[str], orders: Orders, ended: Callable[[Work], None]
    ) -> None:
        self.name = name
        folder = orders.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        for old in sorted(folder.glob("*.log"))[: -LOGS_MOST + 1]:
            old.unlink(missing_ok=True)
        self.log = folder / f"{now():%Y%m%d-%H%M%S-%f}.log"
        with self.log.open("wb") as out:
            self._process = subprocess.Popen(  # noqa: S603 - our own words
                words,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, "VALUENET_STORE": orders.store},
                start_new_session=True,  # Ctrl-C reaches the scheduler alone, which tells its children itself
            )
        threading.Thread(target=self._wait, args=(ended,), name=f"the end of {name}", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _wait(self, ended: Callable[[Work], None]) -> None:
        self._process.wait()
        ended(self)

    @property
    def failed(self) -> bool:
        """Whether it ended as failed; one that was interrupted did not."""
        return self._process.returncode not in (0, 130)

    def why(self) -> str:
        """Why it failed: the end of its log, or the signal that killed it."""
        code = self._process.returncode
        if code < 0:
            return f"the process was killed by signal {-code}"
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - WORDS_MOST))
            words = file.read().decode("utf-8", "replace").strip()
        return words[-WORDS_MOST:] or f"the process ended with {code}"

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal; one that has ended by now is left alone."""
        with suppress(ProcessLookupError):
            self._process.send_signal(number)


class Child(Work):
    """A visit under way. `last_run`: the source's newest run before it."""

    def __init__(
        self, source: str, last_run: int, orders: Orders, reads_sites: bool, ended: Callable[[Work], None]
    ) -> None:
        self.source, self.last_run = source, last_run
        super().__init__(source, orders.command(source, reads_sites), orders, ended)


class Reading(Work):
    """The documents of the store being read, those that no reader has seen among them."""

    def __init__(self, orders: Orders, ended: Callable[[Work], None]) -> None:
        words = [sys.executable, "-P", "-m", "valuenet", "--quiet", "read", "--json"]
        super().__init__(READING, words, orders, ended)
