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
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Engine, select
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordbuilder import RecordBuilder
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipelines.errors import InputError, StoreError
from pipelines.store import schema
from pipelines.store.types import content_id, now
from pipelines.store.writing import SnapshotRef

#: A body longer than this is not read back into memory; nothing longer is ever fetched.
BODY_LIMIT = 64 * 1024 * 1024
#: A fifth of the time of the highest level, for a few percent more bytes.
GZIP_LEVEL = 4
#: Of the response's headers, those that say what the bytes are. Cookies and the like are not kept.
KEPT_HEADERS = frozenset(
    {"content-type", "etag", "last-modified", "date", "location", "retry-after", "content-language", "link"}
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A response out of an archive: `body` decoded from transfer and content encodings."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    fetched_at: dt.datetime
    file: Path
    offset: int


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
    """One process's writer into the archive `folder`: one file a run, opened with the first response."""

    def __init__(self, folder: Path, engine: Engine, label: str) -> None:
        self.folder, self._engine, self._label = folder, engine, label
        self._file: BinaryIO | None = None

    def add(
        self,
        url: str,
        body: bytes,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        fetched_at: dt.datetime,
    ) -> SnapshotRef:
        """Keep a response; one whose bytes this URL gave before is not written again, but cited."""
        kept = {name: value for name, value in (headers or {}).items() if name.lower() in KEPT_HEADERS}
        digest = hashlib.sha256(body).hexdigest()
        content_type = next((v for k, v in kept.items() if k.lower() == "content-type"), "")
        known = self._known(url, digest)
        if known is None:
            known = self._write(url, body, status, kept, fetched_at, digest)
        return SnapshotRef(digest, *known, status=status, content_type=content_type, size=len(body))

    def _known(self, url: str, digest: str) -> tuple[str, int] | None:
        table = schema.snapshot
        with self._engine.connect() as connection:
            row = connection.execute(
                select(table.c.archive, table.c.offset).where(
                    table.c.id == content_id("snapshot", url, digest)
                )
            ).first()
        return None if row is None else (row.archive, row.offset)

    def _write(
        self, url: str, body: bytes, status: int, headers: dict[str, str], at: dt.datetime, digest: str
    ) -> tuple[str, int]:
        if self._file is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            name = f"{self._label}-{now():%Y%m%d%H%M%S}-{os.getpid()}.warc.gz"
            self._file = (self.folder / name).open("ab")
            builder = RecordBuilder(warc_version="1.1")
            self._member(builder.create_warcinfo_record(name, {"software": "valuenet", "format": "WARC/1.1"}))
        offset = self._file.tell()
        warc_headers = {
            "WARC-Date": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
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
        self._member(record)
        return Path(self._file.name).name, offset

    def _member(self, record: object) -> None:
        """One record, one gzip member, so that each can be read from its offset."""
        assert self._file is not None
        plain = io.BytesIO()
        _PlainWriter(plain).write_record(record)
        self._file.write(gzip.compress(plain.getvalue(), GZIP_LEVEL, mtime=0))

    def flush(self, durable: bool = False) -> None:
        """Bring what was added to the file; with `durable` to the disk itself."""
        if self._file is not None:
            self._file.flush()
            if durable:
                os.fsync(self._file.fileno())

    def close(self) -> None:
        if self._file is not None:
            self.flush(durable=True)
            self._file.close()
            self._file = None


def read_snapshot(folder: Path, archive: str, offset: int) -> Stored:
    """The response that a snapshot row cites. Raises `StoreError` if the file or record is not there."""
    path = folder / archive
    if not path.resolve().is_relative_to(folder.resolve()):
        raise StoreError(f"the snapshot's archive lies outside the archive folder: {archive}")
    try:
        with path.open("rb") as file:
            file.seek(offset)
            for record in ArchiveIterator(file):
                stored = _stored(record, path, offset)
                if stored is not None:
                    return stored
                break
    except (OSError, ArchiveLoadFailed) as error:
        raise StoreError(f"cannot read the snapshot at {path}:{offset}: {error}") from error
    raise StoreError(f"no response at {path}:{offset}")


def read_warc(path: Path) -> Iterator[Stored]:
    """All responses of a WARC file, in the order of the file; a cut end ends the reading.

    Raises `InputError` for a file that is no WARC file.
    """
    seen = 0
    try:
        with path.open("rb") as file:
            iterator = ArchiveIterator(file, arc2warc=True)
            for record in iterator:
                seen += 1
                stored = _stored(record, path, 0)
                # warcio finds the offset by reading to the record's end: the body comes first
                if stored is not None:
                    yield dataclasses.replace(stored, offset=iterator.get_record_offset())
    except (ArchiveLoadFailed, EOFError, OSError) as error:
        if not seen:
            raise InputError(f"this is no WARC file ({error})", where=str(path)) from error


def _stored(record: object, path: Path, offset: int) -> Stored | None:
    kind = getattr(record, "rec_type", "")
    if kind not in ("response", "resource"):
        return None
    headers = record.rec_headers  # type: ignore[attr-defined] # warcio ships no types
    http = record.http_headers  # type: ignore[attr-defined]
    body = record.content_stream().read(BODY_LIMIT)  # type: ignore[attr-defined]
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
    )


def _date(text: str | None) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text or "")
    except ValueError:
        return now()
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _uri(url: str) -> str:
    return url.replace(" ", "%20").replace("\r", "").replace("\n", "")
