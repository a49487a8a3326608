"""Many XML documents one after the other in one file, plain or inside a zip, one at a time.

Offices put a week's patents into one file: each document begins with its own XML declaration, which XML allows
nowhere else. Only one document is in memory, and none that is too large.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from pipelines.errors import InputError

#: A document beyond this is skipped, in bytes. Patents with long sequences have some ten million.
DOCUMENT_MOST: Final = 40_000_000
#: What a file may unpack to, in bytes, and how many parts a zip may have.
UNPACKED_MOST: Final = 30_000_000_000
MEMBERS_MOST: Final = 1_000
_CHUNK: Final = 1 << 18
_BEGIN: Final = b"<?xml "


@dataclass(frozen=True, slots=True)
class Part:
    """One document: its place in the file, from 1, and its bytes; or why it is not read."""

    number: int
    body: bytes = b""
    refused: str = ""


def documents_of(path: Path) -> Iterator[Part]:
    """The documents of a file on the disk. Raises InputError where the file itself is broken."""
    with path.open("rb") as file:
        yield from documents_in(file)


def documents_in(file: BinaryIO) -> Iterator[Part]:
    """The documents of an open file, which can be sought in. Raises InputError where the file itself is broken."""
    is_zip = file.read(4) == b"PK\x03\x04"
    file.seek(0)
    if not is_zip:
        yield from _split(file, 0)
        return
    try:
        with zipfile.ZipFile(file) as packed:
            members = [one for one in packed.infolist() if one.filename.lower().endswith(".xml")]
            if not members:
                raise InputError("a zip file without an XML file")
            if len(members) > MEMBERS_MOST:
                raise InputError(f"a zip file with more than {MEMBERS_MOST} XML files")
            number = 0
            for member in members:
                with packed.open(member) as inner:
                    for part in _split(inner, number):  # type: ignore[arg-type] # it reads as a BinaryIO does
                        number = part.number
                        yield part
    except (  # a ValueError: a member that begins before the file does
        zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError, ValueError,
    ) as error:  # fmt: skip
        raise InputError(f"a broken zip file: {error}") from error


def _split(stream: BinaryIO, number: int) -> Iterator[Part]:
    buffer = bytearray()
    total, looked, skipping = 0, 1, False
    while chunk := stream.read(_CHUNK):
        total += len(chunk)
        if total > UNPACKED_MOST:
            raise InputError(f"more than {UNPACKED_MOST:,} bytes")
        buffer += chunk
        # a declaration at the very beginning is that of the document in hand
        while (at := buffer.find(_BEGIN, looked)) > 0:
            if skipping or buffer[:at].strip():
                number += 1
                yield _part(number, bytes(buffer[:at]), skipping)
            del buffer[:at]
            looked, skipping = 1, False
        looked = max(1, len(buffer) - len(_BEGIN))
        if len(buffer) > DOCUMENT_MOST:
            del buffer[: len(buffer) - len(_BEGIN)]
            looked, skipping = 1, True
    if skipping or buffer.strip():
        yield _part(number + 1, bytes(buffer), skipping)


def _part(number: int, body: bytes, skipped: bool) -> Part:
    if skipped:
        return Part(number, refused=f"a document of more than {DOCUMENT_MOST:,} bytes")
    return Part(number, body.strip())
