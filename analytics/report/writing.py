"""Puts the text of a page into its file."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from analytics.csv_files import write_whole
from pipelines.unseen import visible


def write_text(path: Path, text: str) -> None:
    """Write the text as UTF-8; the file appears whole, in a folder made for it where there is none. Of a page, no
    sign is left that would hide or turn the words around it."""
    path.parent.mkdir(parents=True, exist_ok=True)

    def fill(file: IO[str]) -> None:
        file.write(visible(text) if path.suffix in (".html", ".js") else text)

    write_whole(path, fill)
