"""The records of a WARC file that strangers may have made, with bounds on their headers.

warcio reads the lines of a header to their end, wherever that is, and adds them up piece by piece: a header of some
gigabytes, which packs into a few megabytes, would take all memory, and hours.
"""

from __future__ import annotations

import zlib
from typing import Any, BinaryIO, Final

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import DecompressingBufferedReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecordLoader

from pipelines.errors import StoreError

#: Bytes of a line, and of all lines that are read one after the other (a record's headers, with its response's).
LINE_MOST: Final = 256 * 1024
LINES_MOST: Final = 2 * 1024 * 1024


class TooLongError(StoreError):
    """The body of an archived response is longer than what is read into memory."""


class _BoundedReader(DecompressingBufferedReader):  # type: ignore[misc] # warcio ships no types
    _lines = 0

    def read(self, length: int | None = None) -> bytes:
        self._lines = 0
        found: bytes = super().read(length)
        return found

    def readline(self, length: int | None = None) -> bytes:
        most = LINE_MOST if length is None else min(length, LINE_MOST)
        line: bytes = super().readline(most)
        self._lines += len(line)
        if (len(line) == LINE_MOST and not line.endswith(b"\n")) or self._lines > LINES_MOST:
            raise ArchiveLoadFailed(f"headers of more than {LINES_MOST:,} bytes, or {LINE_MOST:,} in a line")
        return line


class _Loader(ArcWarcRecordLoader):  # type: ignore[misc] # warcio ships no types
    def parse_record_stream(self, *args: Any, **options: Any) -> Any:
        try:
            return super().parse_record_stream(*args, **options)
        except (OSError, EOFError, zlib.error, ArchiveLoadFailed):
            raise
        except (
            Exception
        ) as error:  # a record that lost its address or its status: warcio names no error for it
            raise ArchiveLoadFailed(f"a record that cannot be read: {error}") from error


def records_of(file: BinaryIO, *, arc2warc: bool = False) -> Any:
    """warcio's iterator over the records of an open file. It raises `ArchiveLoadFailed` for headers without end."""
    found = ArchiveIterator(file, arc2warc=arc2warc)
    found.reader = _BoundedReader(file)
    found.loader = _Loader(arc2warc=arc2warc)
    return found
