"""Every block of the tutorial runs on the demo's store, and prints what the page says.

`python -m tests.end_to_end.test_tutorial FOLDER` runs it on the demo's store in FOLDER and writes what it prints into
the page, for somebody to read before it is committed.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawlers.sample_web.server import SampleWeb
from tests.program import run
from valuenet import PEOPLE, _demo_steps

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tutorial.md"
#: A block of code, and the block of what it prints, where it prints anything.
BLOCK = re.compile(r"```python\n(?P<code>.*?)```\n(?:\n```text\n(?P<shown>.*?)```\n)?", re.DOTALL)


def printed(page: str) -> Iterator[tuple[str, str | None, str]]:
    """Each block with what the page shows, and what it prints when all are run one after another."""
    names: dict[str, object] = {}
    for block in BLOCK.finditer(page):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(compile(block["code"], str(PAGE), "exec"), names)  # the page's own code
        # frames end their lines with blanks, which editors take away
        yield block["code"], block["shown"], re.sub(r"[ \t]+$", "", out.getvalue(), flags=re.MULTILINE)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's store, as the demo's own steps make it, without networks and report."""
    folder = tmp_path_factory.mktemp("tutorial")
    out = folder / "demo"
    out.mkdir()
    with SampleWeb() as web:
        web.write_files(out / "files")
        (out / "files" / PEOPLE.name).write_bytes(PEOPLE.read_bytes())
        for step in _demo_steps(out, web.base, frozen=False):
            if step[0] in ("init", "import", "crawl", "resolve", "sample"):
                run("--store", f"sqlite:///{out / 'valuenet.db'}", *step, cwd=folder, timeout=180)
    return folder


def test_the_page_shows_what_its_code_prints(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(demo)
    blocks = list(printed(PAGE.read_text(encoding="utf-8")))
    assert len(blocks) > 10
    for code, shown, out in blocks:
        assert out == (shown or ""), code


def _write(folder: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    os.chdir(folder)
    for code, shown, out in printed(page):
        if shown is not None:
            page = page.replace(f"{code}```\n\n```text\n{shown}```", f"{code}```\n\n```text\n{out}```")
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    _write(Path(sys.argv[1]).resolve())
