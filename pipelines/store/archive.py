"""The raw archive: every response as it came, in WARC files that any standard tool reads.

Invariant: a record is on disk (flushed) before anything in the store cites it. A killed process leaves at worst
one cut record at the end of its own file, which nothing cites.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import gzip
import hashlib
import io
import logging
import mmap
import os
import re
import shutil
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Engine, select
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordbuilder import RecordBuilder
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipelines.errors import InputError, StoreError
from pipelines.store import schema
from pipelines.store.types import content_id, now
from pipelines.store.warc_records import TooLongError, records_of
from pipelines.store.writing import SnapshotRef

_log = logging.getLogger(__name__)

#: A body longer than this is not read back into memory; nothing longer is ever fetched.
BODY_LIMIT = 64 * 1024 * 1024
#: A new file is begun when one has grown beyond this: what is copied, checked or lost at once stays small.
ROTATE = 512 * 1024 * 1024
#: WARC's names of why a response is not kept again (WARC 1.1, 6.7).
SAME_BYTES = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
#: A fifth of the time of the highest level, for a few percent more bytes.
GZIP_LEVEL = 4
#: Of the response's headers, those that say what the bytes are. Cookies and the like are not kept.
KEPT_HEADERS = frozenset(
    {
        "content-type",
        "etag",
        "last-modified",
        "date",
        "location",
        "retry-after",
        "content-language",
        "link",
        "x-valuenet-rendered",
    }
)
#: What reading a damaged file may raise.
_UNREADABLE = (OSError, EOFError, zlib.error, ArchiveLoadFailed)
#: How a compressed record begins (RFC 1952, 2.3.1), and a digest in the form that we write.
_MEMBER = b"\x1f\x8b\x08"
_HEX_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Stored:
    """A response out of an archive: `body` decoded from transfer and content encodings.

    digest: of the body, as the archive states it (`sha256:…`), empty where it does not. revisit: the visit found
    the bytes of an earlier response with this digest; its own `body` is empty.
    """

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    fetched_at: dt.datetime
    file: Path
    offset: int
    digest: str = ""
    revisit: bool = False


def archive_folder(engine: Engine, chosen: str | None = None) -> Path:
    """The archive of a store: as chosen, or VALUENET_ARCHIVE, or beside the SQLite file, or the current folder."""
    if chosen or os.environ.get("VALUENET_ARCHIVE"):
        return Path(chosen or os.environ["VALUENET_ARCHIVE"])
    database = engine.url.database
    if engine.dialect.name == "sqlite" and database and database != ":memory:":
        return Path(database).with_suffix(".archive")
    return Path(f"{database or 'valuenet'}.archive")


class _PlainWriter(WARCWriter):  # type: ignore[misc] # warcio ships no types
    """Writes one record, uncompressed. The payload's digest is ours; a digest of the block would cost a second
    pass through a temporary file."""

    def __init__(self, out: BinaryIO) -> None:
        super().__init__(out, gzip=False, warc_version="1.1")

    def ensure_digest(self, record: object, block: bool = True, payload: bool = True) -> None:
        return


class Archive:
    """One process's writer into the archive `folder`: files of at most about `rotate` bytes, the first opened with
    the first response."""

    def __init__(self, folder: Path, engine: Engine, label: str, *, rotate: int = ROTATE) -> None:
        self.folder, self._engine, self._label, self._rotate = folder, engine, label, rotate
        self._file: BinaryIO | None = None
        self._parts = 0
        self._lock = threading.RLock()  # the crawl adds while the store's thread flushes

    def add(
        self,
        url: str,
        body: bytes,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        fetched_at: dt.datetime,
        is_new: bool = False,
    ) -> SnapshotRef:
        """Keep a response; of one whose bytes this URL gave before only the visit is noted, and the bytes cited.

        is_new: the caller knows that the URL was never read, which spares a look into the store.
        """
        kept = _kept(headers)
        digest = hashlib.sha256(body).hexdigest()
        content_type = next((v for k, v in kept.items() if k.lower() == "content-type"), "")
        known = None if is_new else self._known(url, digest)
        if known is not None and self._is_there(*known[0]):
            place, first_seen = known
            found = SnapshotRef(digest, *place, status=status, content_type=content_type, size=len(body))
            if fetched_at > first_seen:
                self.revisit(url, found, first_seen, fetched_at, kept)
            return found
        place = self._write(url, body, status, kept, fetched_at, digest)
        return SnapshotRef(digest, *place, status=status, content_type=content_type, size=len(body))

    def holds(self, stored: Stored) -> bool:
        """Whether an archived response lies in this very archive, as a WARC record."""
        return stored.file.parent.resolve() == self.folder.resolve() and ".warc" in stored.file.name

    def cite(self, stored: Stored, body: bytes) -> SnapshotRef:
        """The reference to a response that this archive holds; `body` is its own."""
        return SnapshotRef(
            hashlib.sha256(body).hexdigest(),
            stored.file.name,
            stored.offset,
            status=stored.status,
            content_type=next((v for k, v in stored.headers if k.lower() == "content-type"), ""),
            size=len(body),
        )

    def keep_file(self, url: str, path: Path, *, fetched_at: dt.datetime) -> SnapshotRef:
        """Cite a file that is too large for a WARC record: one in the archive folder as it lies, one from elsewhere
        after copying it to `bulk/`, under its digest."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if not path.resolve().is_relative_to(self.folder.resolve()):
            kept = self.folder / "bulk" / f"{digest}{path.suffix}"
            if not kept.exists():
                kept.parent.mkdir(parents=True, exist_ok=True)
                part = kept.with_name(f"{kept.name}.{os.getpid()}.part")
                shutil.copyfile(path, part)
                part.replace(kept)
            path = kept
        name = str(path.resolve().relative_to(self.folder.resolve()))
        return SnapshotRef(digest, name, 0, content_type="application/octet-stream", size=path.stat().st_size)

    def revisit(
        self,
        url: str,
        known: SnapshotRef,
        first_seen: dt.datetime,
        fetched_at: dt.datetime,
        headers: Mapping[str, str] | None = None,
        *,
        not_modified: bool = False,
    ) -> None:
        """Note that a visit found the bytes kept at `known`, first seen then (a `revisit` record, WARC 1.1, 6.7).

        not_modified: the host said so (304); otherwise it sent the same bytes again.
        """
        kept = _kept(headers)
        status = "304 Not Modified" if not_modified else f"{known.status} "
        record = RecordBuilder(warc_version="1.1").create_revisit_record(
            _uri(url),
            f"sha256:{known.sha256}",
            _uri(url),
            _warc_date(first_seen),
            http_headers=StatusAndHeaders(status, [*kept.items()], protocol="HTTP/1.1"),
            warc_headers_dict={
                "WARC-Date": _warc_date(fetched_at),
                "WARC-Profile": NOT_MODIFIED if not_modified else SAME_BYTES,
            },
        )
        self._member(record)

    def _known(self, url: str, digest: str) -> tuple[tuple[str, int], dt.datetime] | None:
        table = schema.snapshot
        with self._engine.connect() as connection:
            row = connection.execute(
                select(table.c.archive, table.c.offset, table.c.first_seen).where(
                    table.c.id == content_id("snapshot", url, digest)
                )
            ).first()
        return None if row is None else ((row.archive, row.offset), row.first_seen)

    def _is_there(self, archive: str, offset: int) -> bool:
        """Whether what was kept can still be read: what is damaged is kept anew, and cited there."""
        if not archive.endswith((".warc.gz", ".warc")):
            return (self.folder / archive).is_file()
        try:
            read_snapshot(self.folder, archive, offset)
        except StoreError as error:
            _log.warning("kept anew: %s", error)
            return False
        return True

    def _write(
        self, url: str, body: bytes, status: int, headers: dict[str, str], at: dt.datetime, digest: str
    ) -> tuple[str, int]:
        warc_headers = {
            "WARC-Date": _warc_date(at),
            "WARC-Payload-Digest": f"sha256:{digest}",
        }
        content_type = next((v for k, v in headers.items() if k.lower() == "content-type"), "")
        # a file handed in was never an HTTP response: WARC calls it a resource
        is_response = url.startswith(("http://", "https://"))
        http = StatusAndHeaders(
            f"{status} ", [*headers.items(), ("Content-Length", str(len(body)))], protocol="HTTP/1.1"
        )
        record = RecordBuilder(warc_version="1.1").create_warc_record(
            _uri(url),
            "response" if is_response else "resource",
            payload=io.BytesIO(body),
            length=len(body),
            warc_content_type="" if is_response else content_type or "application/octet-stream",
            http_headers=http if is_response else None,
            warc_headers_dict=warc_headers,
        )
        return self._member(record)

    def _member(self, record: object) -> tuple[str, int]:
        """One record, one gzip member, so that each can be read from its offset: file and offset."""
        data = _zipped(record)
        with self._lock:
            file = self._open()
            offset = file.tell()
            file.write(data)
            return Path(file.name).name, offset

    def _open(self) -> BinaryIO:
        """The file to write into: a new one where there is none, or the last has grown too large."""
        if self._file is not None and self._file.tell() >= self._rotate:
            self.close()
        if self._file is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._parts += 1
            name = f"{self._label}-{now():%Y%m%d%H%M%S}-{os.getpid()}-{self._parts:03}.warc.gz"
            self._file = (self.folder / name).open("ab")
            builder = RecordBuilder(warc_version="1.1")
            info = builder.create_warcinfo_record(name, {"software": "valuenet", "format": "WARC/1.1"})
            self._file.write(_zipped(info))
        return self._file

    def flush(self, durable: bool = False) -> None:
        """Bring what was added to the file; with `durable` to the disk itself."""
        with self._lock:
            if self._file is not None:
                self._file.flush()
                if durable:
                    os.fsync(self._file.fileno())

    def close(self) -> None:
        with self._lock:
            if self._file is not None:
                self.flush(durable=True)
                self._file.close()
                self._file = None


def _zipped(record: object) -> bytes:
    plain = io.BytesIO()
    _PlainWriter(plain).write_record(record)
    return gzip.compress(plain.getvalue(), GZIP_LEVEL, mtime=0)


def _kept(headers: Mapping[str, str] | None) -> dict[str, str]:
    return {name: value for name, value in (headers or {}).items() if name.lower() in KEPT_HEADERS}


def _warc_date(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_snapshot(folder: Path, archive: str, offset: int) -> Stored:
    """The response that a snapshot row cites. Raises `StoreError` if the file or record is not there, or its bytes
    are not those that were kept."""
    path = folder / archive
    if not path.resolve().is_relative_to(folder.resolve()):
        raise StoreError(f"the snapshot's archive lies outside the archive folder: {archive}")
    try:
        with path.open("rb") as file:
            file.seek(offset)
            for record in records_of(file):
                stored = _stored(record, path, offset)
                if stored is not None and not stored.revisit:
                    if _is_as_kept(stored, record):
                        return stored
                    raise StoreError(
                        f"the snapshot at {path}:{offset} is damaged: its bytes are not those of {stored.digest}"
                    )
                break
    except _UNREADABLE as error:
        raise StoreError(f"cannot read the snapshot at {path}:{offset}: {_short(error)}") from error
    raise StoreError(f"no response at {path}:{offset}")


def _is_as_kept(stored: Stored, record: object) -> bool:
    """Whether the bytes have the digest that is stated. Only our own form is compared: archives from elsewhere
    state digests of the bytes as they were sent, under encodings."""
    kind, _, stated = stored.digest.partition(":")
    http = record.http_headers  # type: ignore[attr-defined] # warcio ships no types
    encodings = ("Content-Encoding", "Transfer-Encoding")
    if kind != "sha256" or not _HEX_DIGEST.fullmatch(stated):
        return True
    if http is not None and any(http.get_header(name) for name in encodings):
        return True
    return hashlib.sha256(stored.body).hexdigest() == stated


def read_warc(path: Path) -> Iterator[Stored]:
    """All responses of a WARC file, in the order of the file. A cut one at the end is left out with a warning. One
    whose bytes are not those of its digest is given: `read_snapshot` refuses it, with the reason. After a record
    that cannot be read at all the reading goes on, with a warning, at the next one.

    Raises `InputError` for a file that is no WARC file.
    """
    position: int | None = 0
    while position is not None:
        last = position
        try:
            with path.open("rb") as file:
                file.seek(position)
                iterator, doubted = records_of(file, arc2warc=True), None
                for record in iterator:
                    if doubted is not None:
                        yield doubted
                    stored = doubted = None
                    try:
                        stored = _stored(record, path, 0)
                    except TooLongError as error:
                        _log.warning("%s: left out: %s", path, error)
                    # warcio finds the offset by reading to the record's end: the body comes first
                    last = iterator.get_record_offset()
                    if stored is not None:
                        stored = dataclasses.replace(stored, offset=last)
                        if stored.revisit or _is_as_kept(stored, record):
                            yield stored
                        else:
                            doubted = stored
            if doubted is not None:
                _log.warning("%s is cut: its last record, at %d, is left out", path, last)
            return
        except _UNREADABLE as error:
            position = _next_member(path, last + 1)
            if last == 0 and position is None and not _begins_well(path):
                raise InputError(f"this is no WARC file ({_short(error)})", where=str(path)) from error
            goes_on = "reading ends there" if position is None else f"reading goes on at {position}"
            _log.warning("%s is damaged or cut after byte %d; %s", path, last, goes_on)


def _begins_well(path: Path) -> bool:
    """Whether the first record of a file can be read: it is a WARC file, and was cut."""
    try:
        with path.open("rb") as file:
            return next(iter(records_of(file, arc2warc=True)), None) is not None
    except _UNREADABLE:
        return False


def _next_member(path: Path, start: int) -> int | None:
    """Where the next compressed record begins, from `start` on. In files that are not compressed nothing tells a
    record from a page that speaks of records."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            at = data.find(_MEMBER, start)
            while at >= 0:
                with suppress(zlib.error):
                    head = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data[at : at + 4096], 5)
                    if head == b"WARC/":
                        return at
                at = data.find(_MEMBER, at + 1)
    except (OSError, ValueError):  # not there, or empty: the caller tells
        return None
    return None


def _short(error: Exception) -> str:
    """An error's first words: warcio's quote the bytes that it could not read."""
    return "".join(letter for letter in str(error)[:80] if letter.isprintable()) or type(error).__name__


def _stored(record: object, path: Path, offset: int) -> Stored | None:
    kind = getattr(record, "rec_type", "")
    if kind not in ("response", "resource", "revisit"):
        return None
    headers = record.rec_headers  # type: ignore[attr-defined] # warcio ships no types
    http = record.http_headers  # type: ignore[attr-defined]
    is_revisit = kind == "revisit"
    body = b"" if is_revisit else record.content_stream().read(BODY_LIMIT + 1)  # type: ignore[attr-defined]
    if len(body) > BODY_LIMIT:
        raise TooLongError(f"a body of more than {BODY_LIMIT:,} bytes")
    code = str(http.get_statuscode() or "") if http is not None else "200"
    status = int(code) if code.isascii() and code.isdigit() else 0  # nonsense in archives from elsewhere
    pairs = tuple((str(name), str(value)) for name, value in http.headers) if http is not None else ()
    if http is None and headers.get_header("Content-Type"):
        pairs = (("Content-Type", headers.get_header("Content-Type")),)
    return Stored(
        url=str(headers.get_header("WARC-Target-URI") or "").strip("<>"),
        status=status,
        headers=tuple(pair for pair in pairs if pair[0].lower() in KEPT_HEADERS),
        body=body,
        fetched_at=_date(headers.get_header("WARC-Date")),
        file=path,
        offset=offset,
        digest=str(headers.get_header("WARC-Payload-Digest") or ""),
        revisit=is_revisit,
    )


def _date(text: str | None) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text or "")
    except ValueError:
        return now()
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _uri(url: str) -> str:
    return url.replace(" ", "%20").replace("\r", "").replace("\n", "")
