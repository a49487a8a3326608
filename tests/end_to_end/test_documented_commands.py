"""The commands that the README and the pages show run on the demo's store; which do not, and why, stands here."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from tests.documented import Shown, pages, shown
from tests.end_to_end.test_tutorial import demo
from valuenet import main

__all__ = ["demo"]

#: What is not run: how the command begins → why. A command with a placeholder is not run either.
LEFT = {
    "crawl": "visits the live web",
    "schedule run": "visits the live web",
    "queue": "needs PostgreSQL and workers that go on for ever",
    "demo": "the demo itself, run by its own test",
    "report": "the demo's test writes a report",
    "package": "the package's own test writes one",
    "explorer": "the explorer's own test writes one",
    "read": "its own tests read; loading the models takes long",
    "readings": "needs readings that wait, by number",
    "review": "serves until it is stopped, or speaks of numbers of another store",
    "metrics": "serves until it is stopped",
    "changes --webhook": "a receiver and a secret of the reader's own",
    "replay ror --json": "goes on into another program",
    "import": "files of the reader's own",
    "match": "files of the reader's own",
    "cluster": "files of the reader's own",
    "evaluate": "labelled names of the reader's own",
    "train-": "labelled data of the reader's own",
    "compare": "another edition, or printed numbers",
    "measure --edges": "an edge list of the reader's own",
    "schedule install": "writes into the system's folders",
    "backup /": "a folder of somebody's machine",
    "restore": "a backup of somebody's machine",
    "--store sqlite:///new.db restore": "a backup of somebody's machine",
    "new-source": "writes into the program's own folder; its own test does",
    "sources city_registry": "a source that the page writes",
    "network 2021 --out then.gexf": "the demo's store knows nothing before today",
    "sample": "of editions that are other than the demo's, or frozen",
    "judge 1234567890": "numbers of another store",
    "undo 77": "a number of another store",
    "archive prune": "what may go has an age that the demo's archive has not",
    "archive find": "an address of the reader's own",
    "doctor": "tells what is wrong with this machine, and ends with 1 where something is",
    "measure 2010": "years of the reader's own files",
    "network 2010": "years of the reader's own files",
    "--store sqlite:///new.db crawl": "an archive of the reader's own",
}
#: What is shown to be refused, by its exit code.
REFUSED = {"judge 滴滴出行 高德地图 same": 1}


def line(one: Shown) -> str:
    return " ".join(one.words)


def why_left(one: Shown) -> str:
    """Why the command is not run; empty where it is."""
    if one.has_placeholder and one.words != ("undo", "NUMBER"):
        return "a word that the reader fills in"
    return next((why for start, why in LEFT.items() if line(one).startswith(start)), "")


SHOWN = [one for page in pages() for one in shown(page)]
RUN = [one for one in SHOWN if not why_left(one)]


def test_nothing_is_left_that_is_not_shown() -> None:
    for start in LEFT:
        assert any(line(one).startswith(start) for one in SHOWN), f"no page shows {start} any more"


@pytest.mark.timeout(900)  # some fifty commands, one after another
def test_commands_run_on_the_demo_s_store(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of the pages; every failure is told at the end."""
    monkeypatch.chdir(demo)
    monkeypatch.setenv("VALUENET_STORE", "sqlite:///demo/valuenet.db")
    assert len(RUN) > 30
    failed, judged = [], "0"
    for one in dict.fromkeys(RUN):
        words = [judged if word == "NUMBER" else word for word in one.words]
        code, said = _run(words)
        if words[0] == "judge" and code == 0:
            judged = re.findall(r"\d+", said)[0]
        expected = next((wanted for start, wanted in REFUSED.items() if line(one).startswith(start)), 0)
        if code != expected:
            failed.append(f"{one}: exit {code}\n{said[-500:]}")
    assert failed == [], "\n".join(failed)


def _run(words: list[str]) -> tuple[int, str]:
    """The exit code of a command line, and all that it said."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said), pytest.raises(SystemExit) as end:
        main.main(words, prog_name="valuenet")
    code = end.value.code
    return (code if isinstance(code, int) else int(code is not None)), said.getvalue()
