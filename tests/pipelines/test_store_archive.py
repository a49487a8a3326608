"""The archive keeps what came, standard tools read it, and a cut file loses only its end."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import Engine
from warcio.archiveiterator import ArchiveIterator

from pipelines.errors import InputError, StoreError
from pipelines.store.archive import Archive, Stored, archive_folder, read_snapshot, read_warc
from pipelines.store.session import open_store
from pipelines.store.writing import SnapshotRef
from tests.pipelines.test_store_writing import company, reading, write

AT = dt.datetime(2024, 5, 6, 7, 8, 9, 123000, tzinfo=dt.UTC)
HEADERS = {"Content-Type": "text/html; charset=gb2312", "ETag": '"x"', "Set-Cookie": "secret=1"}


def fill(folder: Path, engine: Engine, count: int = 3) -> list[SnapshotRef]:
    archive = Archive(folder, engine, "test")
    found = [
        archive.add(f"https://a.example/{n}", f"正文{n}".encode("gb18030"), headers=HEADERS, fetched_at=AT)
        for n in range(count)
    ]
    archive.close()
    return found


def test_what_goes_in_comes_out(store: Engine, tmp_path: Path) -> None:
    references = fill(tmp_path, store)
    back = read_snapshot(tmp_path, references[1].archive, references[1].offset)
    assert (back.url, back.status, back.body.decode("gb18030"), back.fetched_at) == (
        "https://a.example/1", 200, "正文1", AT,
    )  # fmt: skip
    assert ("Content-Type", "text/html; charset=gb2312") in back.headers
    assert all(name != "Set-Cookie" for name, _ in back.headers)
    assert references[1].content_type == "text/html; charset=gb2312"


def test_standard_tools_read_it(store: Engine, tmp_path: Path) -> None:
    fill(tmp_path, store)
    with next(tmp_path.glob("*.warc.gz")).open("rb") as file:
        kinds = [record.rec_type for record in ArchiveIterator(file, check_digests=True)]
    assert kinds == ["warcinfo", "response", "response", "response"]


def test_a_cut_file_loses_only_its_end(store: Engine, tmp_path: Path) -> None:
    references = fill(tmp_path, store)
    path = tmp_path / references[0].archive
    path.write_bytes(path.read_bytes()[:-7])
    assert [one.url for one in read_warc(path)][:2] == ["https://a.example/0", "https://a.example/1"]
    assert read_snapshot(tmp_path, path.name, references[0].offset).url == "https://a.example/0"


def test_bytes_that_are_known_are_cited_not_kept_twice(store: Engine, tmp_path: Path) -> None:
    archive = Archive(tmp_path, store, "test")
    one = reading(company())
    first = archive.add(one.url, b"bytes", fetched_at=AT)
    one.snapshot = first
    archive.flush()
    write(store, one)
    assert archive.add(one.url, b"bytes", fetched_at=AT) == first
    assert archive.add(one.url, b"other", fetched_at=AT) != first
    archive.close()
    kept = list(read_warc(tmp_path / first.archive))
    assert [(visit.revisit, visit.body) for visit in kept] == [
        (False, b"bytes"),
        (True, b""),
        (False, b"other"),
    ]
    assert kept[1].digest == kept[0].digest


def test_a_file_handed_in_is_a_resource(store: Engine, tmp_path: Path) -> None:
    archive = Archive(tmp_path, store, "test")
    one = archive.add("file:///a/b.csv", b"a,b\n", headers={"Content-Type": "text/csv"}, fetched_at=AT)
    archive.close()
    back = read_snapshot(tmp_path, one.archive, one.offset)
    assert (back.body, back.status, back.headers) == (b"a,b\n", 200, (("Content-Type", "text/csv"),))


def test_missing_or_outside_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot read the snapshot"):
        read_snapshot(tmp_path, "none.warc.gz", 0)
    with pytest.raises(StoreError, match="outside"):
        read_snapshot(tmp_path, "../etc/passwd", 0)


@pytest.mark.parametrize("data", [b"no warc at all", b"\x1f\x8bbroken"])
def test_what_is_no_warc_file_says_so(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(data)
    with pytest.raises(InputError, match="no WARC file"):
        list(read_warc(path))


def test_where_the_archive_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VALUENET_ARCHIVE", raising=False)
    engine = open_store(f"sqlite:///{tmp_path / 'ai.db'}", create=True)
    assert archive_folder(engine) == tmp_path / "ai.archive"
    assert archive_folder(engine, "elsewhere") == Path("elsewhere")
    monkeypatch.setenv("VALUENET_ARCHIVE", "env")
    assert archive_folder(engine) == Path("env")
    engine.dispose()


def test_stored_names_its_place(store: Engine, tmp_path: Path) -> None:
    fill(tmp_path, store, 1)
    found = list(read_warc(next(tmp_path.glob("*.warc.gz"))))
    assert [type(one) for one in found] == [Stored]
    assert found[0].offset > 0
    assert found[0].body.decode("gb18030") == "正文0"
