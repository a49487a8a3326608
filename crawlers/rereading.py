"""Reads archived visits again with today's parser, page by page, each page's visits oldest first; writes nothing.

What is asked of a parser and done with its records is what a replay does. Memory holds one page; the order of the
visits lies in a temporary file.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
import re
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes
from sqlalchemy import Engine, select

from crawlers.context import SETTING, RunContext
from crawlers.middlewares.replay import WARC_ENDINGS, read_documents
from crawlers.running import ingest_for, parser_version
from crawlers.spider import Page, SourceSpider
from pipelines.errors import StoreError
from pipelines.store import schema
from pipelines.store.archive import Archive, Stored, read_snapshot, read_warc
from pipelines.store.writing import Reading, SnapshotRef, StoreWriter

_log = logging.getLogger(__name__)

#: Contents of one page whose reading is kept while its visits are gone through.
CONTENTS = 4


def own_archives(engine: Engine, folder: Path, source: str) -> list[Path]:
    """The WARC files of a source in the archive folder: those that it wrote, and those that its snapshots cite."""
    own = re.compile(re.escape(source) + r"-\d{14}-\d+-\d+\.warc(\.gz)?")
    found = {path for path in folder.glob("*.warc*") if own.fullmatch(path.name)}
    cited = select(schema.snapshot.c.archive).distinct().where(schema.snapshot.c.source == source)
    with engine.connect() as connection:
        names = [name for name in connection.execute(cited).scalars() if name.endswith(WARC_ENDINGS)]
    return sorted(found | {folder / name for name in names if (folder / name).is_file()})


@dataclasses.dataclass(slots=True)
class _Quiet(RunContext):
    """A run that notes nothing: pages are read, and no others are looked for."""

    def linked(self, url: str) -> None:
        pass


class Rereading:
    """The visits in some files of one source, read again. `visits`: how many there are; `without`: those whose
    bytes are damaged, or are those of an earlier visit that is in none of the files."""

    def __init__(self, engine: Engine, spider: type[SourceSpider], files: Sequence[Path]) -> None:
        declaration = spider.declaration
        archive = Archive(Path(tempfile.gettempdir()), engine, "none")  # opened with a first response: never
        self._context = _Quiet(
            declaration,
            engine,
            archive,
            StoreWriter(engine, declaration.name, 0),
            ingest_for(engine, declaration),
            stored=[],
            parser=parser_version(declaration),
        )
        self._spider: Any = spider(replayed=())
        stand_in: Any = SimpleNamespace(settings={SETTING: self._context})
        self._spider.crawler = stand_in
        self._files = list(files)
        self._visits = sqlite3.connect("")  # SQLite's own temporary file, gone when it is closed
        self._visits.execute(
            "CREATE TABLE visit (page TEXT, at TEXT, url TEXT, digest TEXT, file INT, place INT, again INT)"
        )
        self.visits = self.without = 0
        self._index()

    def close(self) -> None:
        self._visits.close()

    def __enter__(self) -> Rereading:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _index(self) -> None:
        for number, path in enumerate(self._files):
            is_archive = path.name.lower().endswith(WARC_ENDINGS)
            found = read_warc(path) if is_archive else iter(read_documents([path]))
            self._visits.executemany(
                "INSERT INTO visit VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    (self._spider.canonical(one.url), one.fetched_at.isoformat(timespec="microseconds"), one.url,
                     one.digest, number, one.offset, one.revisit)
                    for one in found if not is_archive or self._spider.owns(one.url)
                ),
            )  # fmt: skip
        self._visits.execute("CREATE INDEX visit_page ON visit (page, at)")
        self._visits.execute("CREATE INDEX visit_bytes ON visit (digest, url, again)")
        self.visits = self._visits.execute("SELECT count(*) FROM visit").fetchone()[0]

    def pages(self) -> Iterator[tuple[str, Iterator[Reading]]]:
        """Each page with the readings of its visits, oldest first; a page is to be gone through before the next."""
        rows = self._visits.execute("SELECT * FROM visit ORDER BY page, at, file, place")
        for page, visits in groupby(rows, key=lambda row: str(row[0])):
            yield page, self._readings(visits)

    def _readings(self, visits: Iterator[Any]) -> Iterator[Reading]:
        kept: dict[tuple[int, int], Reading] = {}
        for _page, at, url, digest, file, place, again in visits:
            where = (file, place)
            if again:
                first = self._visits.execute(
                    "SELECT file, place FROM visit WHERE digest = ? AND url = ? AND again = 0 LIMIT 1",
                    (digest, url),
                ).fetchone()
                if first is None:
                    self.without += 1
                    continue
                where = (first[0], first[1])
            moment = dt.datetime.fromisoformat(at)
            if where not in kept:
                if len(kept) >= CONTENTS:
                    kept.pop(next(iter(kept)))
                try:
                    kept[where] = self._read(self._stored(url, *where), moment)
                except StoreError as error:
                    _log.warning("left out: %s", error)
                    self.without += 1
                    continue
            yield dataclasses.replace(kept[where], seen_at=moment)

    def _stored(self, url: str, file: int, place: int) -> Stored:
        path = self._files[file]
        if path.name.lower().endswith(WARC_ENDINGS):
            return read_snapshot(path.parent, path.name, place)
        (stored,) = read_documents([path])
        return (
            stored if self._context.declaration.bulk else dataclasses.replace(stored, body=path.read_bytes())
        )

    def _read(self, stored: Stored, at: dt.datetime) -> Reading:
        pages = [one for one in self._spider.parse(_response(stored, self._context)) if isinstance(one, Page)]
        self._context.absent.clear()
        (page,) = pages
        done = self._context.ingest.run(page.records, at)
        return Reading(
            url=page.url,
            seen_at=at,
            snapshot=SnapshotRef(stored.digest.removeprefix("sha256:"), stored.file.name, stored.offset),
            facts=done.facts,
            rejected=[*page.rejected, *done.rejected],
            records=len(page.records),
            complete=page.whole and not page.gone,
            gone=page.gone,
        )


def _response(stored: Stored, context: RunContext) -> Response:
    """The archived response as a replay hands it to the parser."""
    request = Request(stored.url, dont_filter=True, meta={"stored": stored})
    if context.declaration.bulk and not stored.file.name.endswith(WARC_ENDINGS):
        request.meta["file"] = stored.file
    headers = Headers(dict(stored.headers))
    headers.pop("Content-Encoding", None)
    kind = responsetypes.from_args(headers=headers, url=stored.url, body=stored.body)
    return kind(
        stored.url, status=stored.status, headers=headers, body=stored.body, request=request, flags=["replay"]
    )
