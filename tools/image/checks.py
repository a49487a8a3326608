"""What the image must do, each as one function that takes it and raises `StepFailed` or `AssertionError`."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tools.image.containerfile import Settings, service_words
from tools.image.root import View, account, run, view

#: So long may a server take to answer, and a command told to stop to end (compose.yaml gives it 90 s).
PATIENCE_SECONDS: Final = 90.0


@dataclass(frozen=True, slots=True)
class Image:
    """A file system with its settings, a folder for /data, and the services that use it. store: the URL of an
    empty database in PostgreSQL, or nothing."""

    root: Path
    settings: Settings
    data: Path
    services: Mapping[str, dict[str, Any]]
    store: str = ""

    def valuenet(self, *words: str, store: str = "sqlite:////data/valuenet.db", network: bool = False) -> str:
        """The output of `valuenet WORDS…`, through the image's entry point."""
        return run(self.line([*self.settings.entrypoint, *words], store, network))

    def line(self, words: Sequence[str], store: str, network: bool) -> list[str]:
        """The command line of words in the image, with what compose.yaml lets its services write."""
        scratch = tuple(str(one).partition(":")[0] for one in self.services["worker"]["tmpfs"])
        environment = {"VALUENET_STORE": store, "VALUENET_CONTACT": "test@valuenet.example"}
        look = View({self.data: "/data"}, scratch, environment, network)
        return view(self.root, self.settings, look, words)


def makes_help(image: Image) -> None:
    """The usual command prints the help."""
    said = run(image.line([*image.settings.entrypoint, *image.settings.command], "", False))
    assert "crawl" in said
    assert "report" in said


def is_kept_in(image: Image) -> None:
    """The user has no right, writes nowhere but in /data and what is forgotten, and has no network of others."""
    script = (
        "id -u; grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status; "
        "for at in /app /usr/bin /etc /var/lib /data /tmp /var/lib/valuenet; do "
        "touch $at/probe 2>/dev/null && rm $at/probe && echo writes $at; done; cat /proc/net/route"
    )
    said = run(image.line(["/bin/sh", "-c", script], "", False)).split("\n")
    number, _ = account(image.root, image.settings.user)
    assert said[0] == str(number) != "0", said
    assert [line.split()[1] for line in said[1:4]] == ["0" * 16, "0" * 16, "1"], said
    assert [line for line in said if line.startswith("writes")] == [
        "writes /data",
        "writes /tmp",
        "writes /var/lib/valuenet",
    ], said
    assert len([line for line in said[4:] if "\t" in line]) == 1, (
        said
    )  # the heading of the routes, and no route


def goes_the_whole_way(image: Image) -> None:
    """Crawl, import, resolve, networks and report of the bundled web, without a network."""
    image.valuenet("demo", "--out", "/data/demo", store="sqlite:////data/demo/valuenet.db")
    assert (image.data / "demo/report/index.html").stat().st_size > 1000
    assert list((image.data / "demo/report").rglob("*.svg"))
    assert list((image.data / "archive").rglob("*.warc.gz"))


def finds_a_browser_and_a_font(image: Image) -> None:
    """Nothing is missing; the settings of the trial leave warnings, and no error. The browser opens a page."""
    said = image.valuenet("doctor", "--all", "--json")
    found = {(one["area"], one["level"]) for one in json.loads(said)}
    assert not [area for area, level in found if level == "error"], said
    for area in ("python", "libraries", "browser", "font", "models"):
        assert (area, "ok") in found, (area, said)
    script = (
        "from playwright.sync_api import sync_playwright as s\nfrom pipelines.browsers import find_browser\n"
        "with s() as p:\n b = p.chromium.launch(executable_path=find_browser(), chromium_sandbox=True)\n"
        " page = b.new_page(); page.set_content('<p>人工智能'); print(len(page.screenshot())); b.close()"
    )
    assert int(run(image.line(["python", "-c", script], "", False))) > 1000


def visits_the_bundled_web(image: Image) -> None:
    """init, and one visit by hand."""
    image.valuenet("init")
    entry = " ".join(image.settings.entrypoint)
    script = (
        "valuenet serve --port 8801 & until python -c 'import socket; "
        'socket.create_connection(("127.0.0.1", 8801))\' 2>/dev/null; do sleep 0.2; done; '
        f"{entry} crawl ror cac --web http://127.0.0.1:8801 --json"
    )
    said = run(image.line(["/bin/sh", "-c", script], "sqlite:////data/valuenet.db", False))
    assert said.count('"complete"') == 2, said


def makes_a_backup(image: Image) -> None:
    """A backup with the archive, and what its own check says."""
    image.valuenet("backup", "/data/backup.zip", "--archive")
    image.valuenet("restore", "/data/backup.zip", "--check")


def answers_metrics(image: Image) -> None:
    """The service `metrics` answers, and ends when it is told to."""
    with served(image, "metrics", "sqlite:////data/valuenet.db") as port:
        assert "valuenet_up 1.0" in asked(f"http://127.0.0.1:{port}/metrics")
        assert json.loads(asked(f"http://127.0.0.1:{port}/healthz"))["status"] in ("ok", "warning")


def answers_review(image: Image) -> None:
    """The service `review` asks who it is, after a user was added as the page on deployment says."""
    words = [*image.settings.entrypoint, "review", "users", "add", "li", "--users", "/data/reviewers.json"]
    line = image.line(words, "sqlite:////data/valuenet.db", False)
    run(line, stdin="a long password of li\na long password of li\n")
    with served(image, "review", "sqlite:////data/valuenet.db") as port:
        assert 'type="password"' in asked(f"http://127.0.0.1:{port}/")


def serves_on_postgresql(image: Image) -> None:
    """init, scheduler, workers, reader and metrics of compose.yaml, as they are written, on one PostgreSQL."""
    run(image.line(service_words(image.services["init"], image.settings), image.store, True))
    names = ("scheduler", "worker", "worker", "reader")
    started = [
        Running(image, service_words(image.services[name], image.settings), image.store) for name in names
    ]
    try:
        with served(image, "metrics", image.store) as port:
            assert "valuenet_up 1.0" in asked(f"http://127.0.0.1:{port}/metrics")
            time.sleep(20)
        for name, one in zip(names, started, strict=True):
            assert one.process.poll() is None, f"{name} ended by itself: {one.said()}"
    finally:
        ends = [one.stop() for one in started]
    assert max(ends) < PATIENCE_SECONDS, ends
    for name, one in zip(names, started, strict=True):
        assert "Traceback" not in one.said(), f"{name}: {one.said()}"
    image.valuenet("backup", "/data/server.zip", store=image.store, network=True)
    image.valuenet("restore", "/data/server.zip", "--check", store=image.store, network=True)


#: In this order: the later ones use the store that the visit fills.
CHECKS: Final[tuple[Callable[[Image], None], ...]] = (
    makes_help,
    is_kept_in,
    visits_the_bundled_web,
    finds_a_browser_and_a_font,
    makes_a_backup,
    answers_metrics,
    answers_review,
    goes_the_whole_way,
)


class Running:
    """A process in the image that serves until it is stopped."""

    def __init__(self, image: Image, words: Sequence[str], store: str) -> None:
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process's end
        reader, writer = os.pipe()
        bwrap, *rest = image.line(words, store, True)
        self.process = subprocess.Popen(  # noqa: S603 - the words are the project's own
            [bwrap, "--info-fd", str(writer), *rest],
            pass_fds=(writer,),
            stdin=subprocess.DEVNULL,
            stdout=self._said,
            stderr=subprocess.STDOUT,
        )
        os.close(writer)
        with os.fdopen(reader) as told:
            self._first: int = json.loads(told.read())["child-pid"]

    def said(self) -> str:
        """All that it said so far."""
        self._said.seek(0)
        return self._said.read().decode(errors="replace")

    def stop(self) -> float:
        """Tell its first process to stop, as an engine does; the seconds that it took. It is ended where it
        does not."""
        began = time.monotonic()
        try:
            os.kill(self._first, signal.SIGTERM)
            self.process.wait(PATIENCE_SECONDS)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        return time.monotonic() - began


@contextmanager
def served(image: Image, name: str, store: str) -> Iterator[int]:
    """A service that listens, on a free port of this machine, until the end of the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = service_words(image.services[name], image.settings)
    words[words.index("--port") + 1] = str(port)
    words[words.index("--host") + 1] = "127.0.0.1"  # other machines are not to reach the trial
    one = Running(image, words, store)
    try:
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert one.process.poll() is None, one.said()
                assert time.monotonic() < until, one.said()
                time.sleep(0.2)
        yield port
    finally:
        took = one.stop()
    assert took < PATIENCE_SECONDS, one.said()


def asked(url: str) -> str:
    """The answer, whatever its code."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - an address of ours
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        return error.read().decode()
