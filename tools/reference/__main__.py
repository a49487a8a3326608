"""`python -m tools.reference`: write the pages of the reference; with `--check`, say which are stale."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tools.reference.commands import commands_page
from tools.reference.exhibits import exhibits_page
from tools.reference.file_list import files_page
from tools.reference.index import index_page
from tools.reference.settings import environment_page
from tools.reference.source_list import sources_page
from tools.reference.store_tables import store_page
from tools.reference.web import http_page

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "reference"
#: File → what makes it.
PAGES: Final[dict[str, Callable[[], str]]] = {
    "index.md": index_page,
    "commands.md": commands_page,
    "store.md": store_page,
    "exhibits.md": exhibits_page,
    "files.md": files_page,
    "sources.md": sources_page,
    "environment.md": environment_page,
    "http.md": http_page,
}


def stale(name: str) -> bool:
    """Whether the page in the folder is another than the program makes."""
    path = FOLDER / name
    return not path.exists() or path.read_text(encoding="utf-8") != PAGES[name]()


def main() -> int:
    """Write all pages, or check them; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.reference", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 where a page is stale")
    if parser.parse_args().check:
        old = [name for name in PAGES if stale(name)]
        sys.stdout.write("".join(f"docs/reference/{name} is stale: make reference\n" for name in old))
        return int(bool(old))
    FOLDER.mkdir(exist_ok=True)
    for name, make in PAGES.items():
        (FOLDER / name).write_text(make(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
