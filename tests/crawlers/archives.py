"""Recorded responses out of WARC files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator


def responses(path: Path) -> Iterator[tuple[str, bytes]]:
    """The URL and body of each response in a WARC file."""
    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            if record.rec_type == "response":
                yield record.rec_headers.get_header("WARC-Target-URI"), record.content_stream().read()
