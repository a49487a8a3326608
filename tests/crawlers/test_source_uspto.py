"""USPTO: the recorded documents and results, a large file in little memory, and a visit to the bulk data."""

from __future__ import annotations

import gzip
import io
import json
import resource
import sqlite3
import tracemalloc
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from scrapy.http import Request, Response

from crawlers.sources.uspto import LEFT, UsptoSpider
from crawlers.spider import Page
from pipelines.errors import UsageError
from pipelines.records import Patent, Rejected
from tests.crawlers.saved_pages import PAGES, Case, _leaves, changes, read, respond
from tests.crawlers.test_sources import _covers, _told
from tests.crawlers.visiting import visit_source
from tests.crawlers.web import Answer, serve
from tests.program import run
from tests.shared import shared

FILES = "https://api.uspto.gov/api/v1/datasets/products/files/PTGRXML/2024/"
URL = FILES + "ipg240102.zip"
GRANT = (PAGES / "uspto" / "grant.xml").read_bytes()
KEY = {"VALUENET_USPTO_KEY": "our-own-key"}


def pages(file: Path, **arguments: str) -> list[Page]:
    spider = UsptoSpider(**arguments)
    spider._with_known = lambda requests: requests  # type: ignore[method-assign] # there is no run
    return [one for one in spider.parse(_of(file)) if isinstance(one, Page)]


def _of(file: Path) -> Response:
    return Response(URL, request=Request(URL, meta={"file": file}))


@pytest.mark.shared
def test_every_recorded_document_is_a_patent() -> None:
    found = {}
    for file in sorted(shared("web", "uspto").glob("*.xml")):
        patent_page, file_page = pages(file)
        assert not patent_page.rejected
        assert not file_page.rejected
        (found[file.name],) = patent_page.records
        assert patent_page.url.startswith(URL + "#US")
    said = {
        name: (one.number, one.stage, len(one.parties), len(one.classes), str(one.priority.start))
        for name, one in found.items()
        if isinstance(one, Patent)
    }
    assert said == {
        "US06859910.xml": ("US6859910B2", "grant", 3, 4, "2000-04-10"),
        "US08926509.xml": ("US8926509B2", "grant", 11, 28, "2007-08-24"),
        "US08930553.xml": ("US8930553B2", "grant", 5, 1, "None"),
        "US20050004437A1.xml": ("US20050004437A1", "application", 4, 1, "2001-10-26"),
    }


@pytest.mark.shared
def test_the_recorded_results_of_a_search() -> None:
    (page,) = pages(shared("web", "uspto", "ppubs_searchWithBeFamily.json.gz"))
    patents = [one for one in page.records if isinstance(one, Patent)]
    assert (len(patents), len(page.rejected)) == (500, 8)
    assert {one.reason for one in page.rejected} == {"a name that lost a letter"}
    owners = Counter(said.party.name for one in patents for said in one.parties if said.role == "assignee")
    assert owners["HUAWEI TECHNOLOGIES CO., LTD."] + owners["Huawei Technologies Co., Ltd."] == 6
    assert all(one.filed.start and one.published.start and one.classes for one in patents)


@dataclass(frozen=True)
class Held(Case):
    """A page that is no saved one."""

    text: bytes = b""

    @property
    def body(self) -> bytes:
        return self.text


@pytest.mark.shared
def test_every_field_of_the_recorded_material_is_read_or_left() -> None:
    told: dict[str, bool] = {}
    for file in sorted(shared("web", "uspto").glob("*.xml")):
        body = _without_texts(file.read_bytes())
        before = _told(read(UsptoSpider(), respond(URL, body)))
        seen: Counter[str] = Counter()
        for field, changed in changes(Held("uspto", Path("x.xml"), {}, body)):
            seen[field] += 1
            if seen[field] <= 2 and not any(_covers(key, field) for key in LEFT):
                now = _told(read(UsptoSpider(), respond(URL, changed)))
                told[field] = told.get(field, False) or now != before
    assert not {field for field, is_read in told.items() if not is_read}
    answer = json.loads(
        gzip.decompress(shared("web", "uspto", "ppubs_searchWithBeFamily.json.gz").read_bytes())
    )
    fields = {path for path, _ in _leaves({**answer, "patents": answer["patents"][:50]}, ())}
    taken = {
        path for path, _ in _leaves(json.loads((PAGES / "uspto" / "results.json").read_text("utf-8")), ())
    }
    # those of the saved page are tested one by one
    assert not {one for one in fields - taken if not any(_covers(key, one) for key in LEFT)}


def _without_texts(body: bytes) -> bytes:
    """The document without its long parts, which would make changing it slow."""
    begin, end = body.index(b"<abstract"), body.rindex(b"</us-patent-")
    start = body.find(b"<us-references-cited>")
    if start > 0:
        stop = body.index(b"</us-references-cited>")
        return body[: start + 21] + body[stop:begin] + body[end:]
    return body[:begin] + body[end:]


def _week(path: Path, count: int, size: int) -> None:
    """A week's file of `count` patents of about `size` bytes, two of them broken."""
    filler = b"<p>" + b"The hinge turns round its pin, and the door turns with it. " * (size // 60) + b"</p>"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed,
        packed.open("w.xml", "w") as out,
    ):
        for number in range(count):
            text = GRANT.replace(b"09900001", b"%08d" % (9_000_000 + number)).replace(
                b"<heading", filler + b"<heading"
            )
            out.write(text.replace(b"</claims>", b"") if number in (3, 50) else text)


def test_a_large_file_is_read_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "week.zip"
    _week(path, 125, 500_000)
    with zipfile.ZipFile(path) as packed:
        assert packed.infolist()[0].file_size > 60_000_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tracemalloc.start()
    read_, rejected, file_page = 0, 0, None
    for page in UsptoSpider().parse(_of(path)):
        assert isinstance(page, Page)
        read_, rejected = read_ + len(page.records), rejected + len(page.rejected)
        file_page = page
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert peak < 10_000_000
    assert grown < 60_000  # kilobytes, with what the XML library holds besides
    assert (read_, rejected) == (123, 2)
    assert file_page is not None
    assert file_page.url == URL
    assert [one.locator for one in file_page.rejected] == ["document[4]", "document[51]"]


def test_patents_of_other_countries_can_be_left_out(tmp_path: Path) -> None:
    path = tmp_path / "week.xml"
    path.write_bytes(GRANT + GRANT.replace(b"09900001", b"09900002").replace(b">CN<", b">SE<"))
    assert [page.url.partition("#")[2] for page in pages(path, countries="cn, HK")] == ["US9900001B2", ""]
    assert len(pages(path)) == 3


@pytest.mark.parametrize(
    "body", [b"", b"PK\x03\x04" + b"x" * 50, b"\x1f\x8b" + b"x" * 50, b"{", b"rubbish", b"\x00" * 99]
)
def test_a_file_of_rubbish_is_rejected(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(body)
    found = pages(path)
    assert not any(page.records for page in found)
    assert body == b"" or any(page.rejected for page in found)


# ── visits ──────────────────────────────────────────────────────────────────────────────────────


def _zip(body: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("week.xml", body)
    return out.getvalue()


def _portal(files: dict[str, bytes], asked: list[str]) -> Any:
    listing = {
        "bulkDataProductBag": [
            {
                "productFileBag": {
                    "fileDataBag": [
                        {"fileName": name, "fileDataFromDate": "2024-01-02", "fileDownloadURI": FILES + name}
                        for name in files
                    ]
                }
            }
        ]
    }

    def answer(path: str) -> Answer:
        asked.append(path)
        if path.endswith("robots.txt"):
            return 404, {}, b""
        name = path.rpartition("/")[2]
        if name in files:
            return 200, {"Content-Type": "application/zip"}, files[name]
        if "/products/PTGRXML?" in path:
            return 200, {"Content-Type": "application/json"}, json.dumps(listing).encode()
        return 302, {"Location": f"https://data.uspto.gov/{name}"}, b""

    return answer


def _facts(folder: Path) -> Iterator[tuple[str, str]]:
    with closing(sqlite3.connect(folder / "valuenet.db")) as store:
        yield from store.execute(
            "SELECT fact.value, page.url FROM fact JOIN evidence ON evidence.fact_id = fact.id "
            "JOIN page ON page.id = evidence.page_id ORDER BY 1, 2"
        )


def test_a_visit_fetches_each_file_once_to_the_disk(tmp_path: Path) -> None:
    other = GRANT.replace(b"09900001", b"09900002")
    files = {
        "ipg240102.zip": _zip(b"<old/>"),
        "ipg240102_r1.zip": _zip(GRANT + b'<?xml version="1.0"?><x>' + other),
    }
    arguments = {"products": "PTGRXML", "since": "2024-01-01", "until": "2024-01-14"}
    asked: list[str] = []
    with serve(_portal(files, asked)) as web:
        done = visit_source("uspto", web.base, tmp_path, arguments, env=KEY)
    assert (done["outcome"], done["records"], done["rejected"]) == ("complete", 2, 1)
    assert not any(path.endswith("/ipg240102.zip") for path in asked)
    assert list(_facts(tmp_path)) == [
        ("US9900001B2", FILES + "ipg240102_r1.zip#US9900001B2"),
        ("US9900002B2", FILES + "ipg240102_r1.zip#US9900002B2"),
    ]
    (kept,) = (tmp_path / "valuenet.archive" / "bulk").iterdir()
    assert kept.read_bytes() == files["ipg240102_r1.zip"]
    with closing(sqlite3.connect(tmp_path / "valuenet.db")) as store:
        archives = {row[0] for row in store.execute("SELECT archive FROM snapshot WHERE url LIKE '%#US%'")}
    assert archives == {f"bulk/{kept.name}"}
    secret = KEY["VALUENET_USPTO_KEY"].encode()
    assert not any(secret in one.read_bytes() for one in tmp_path.rglob("*") if one.is_file())


def test_files_are_read_again_without_the_network(tmp_path: Path) -> None:
    folder = tmp_path / "PTGRXML"
    folder.mkdir()
    (folder / "ipg240102.zip").write_bytes(_zip(GRANT))
    (folder / "found.json.gz").write_bytes(gzip.compress((PAGES / "uspto" / "results.json").read_bytes()))
    run("init", cwd=tmp_path)
    run("crawl", "uspto", "--replay", folder, cwd=tmp_path)
    assert [(number, url.rpartition("/")[2]) for number, url in _facts(tmp_path)] == [
        ("US20230000123A1", "found.json.gz"),
        ("US9900001B2", "found.json.gz"),
        ("US9900001B2", "ipg240102.zip#US9900001B2"),
    ]


@pytest.mark.parametrize(
    "given",
    [
        {"products": ""},
        {"products": "../x"},
        {"since": "soon"},
        {"since": "2024-02-01", "until": "2024-01-01"},
    ],
)
def test_wrong_arguments_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        UsptoSpider(**given)


def test_a_list_of_files_asks_for_the_last_revision_of_each_day() -> None:
    body = (PAGES / "uspto" / "files.json").read_bytes()
    spider = UsptoSpider(since="2024-01-01", until="2024-01-05")
    found = list(spider.read(respond(FILES.replace("files/PTGRXML/2024/", "PTGRXML"), body)))
    (request,) = (one for one in found if isinstance(one, Request))
    assert request.url == FILES + "ipg240102_r1.zip"
    assert (request.meta["bulk"], request.meta["page_url"]) == (True, request.url)
    assert [one.field for one in found if isinstance(one, Rejected)] == ["fileDownloadURI"]
