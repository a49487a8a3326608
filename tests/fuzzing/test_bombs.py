"""Bombs through the doors of the program, in a process of its own that may take a bounded memory and time: each is
refused with its reason, and what stands beside it is read."""

from __future__ import annotations

import gzip
import io
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests.fuzzing.warc_bombs import write_warc
from tests.program import environment

#: Bytes that a process may take beyond what it has when its modules are loaded, and seconds of its processor.
MEMORY = 1_200_000_000
SECONDS = 60

_SCRIPT = """
import resource, sys
import crawlers.import_command, crawlers.commands, crawlers.replay_command, crawlers.running, valuenet
taken = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + int(sys.argv[1]),) * 2)
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[2]),) * 2)
sys.argv = ["valuenet", *sys.argv[3:]]
valuenet.main()
"""


def bounded(folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command within the bounds."""
    return subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(MEMORY), str(SECONDS), *map(str, words)],
        cwd=folder, env=environment(), capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip


def book(part: str = "", content: bytes = b"") -> bytes:
    """An Excel file of one company, with a part replaced or added."""
    plain, out = io.BytesIO(), io.BytesIO()
    made = openpyxl.Workbook()
    assert made.active is not None
    made.active.append(["name"])
    made.active.append(["示例人工智能公司"])
    made.save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        if part:
            new.writestr(part, content)
    return out.getvalue()


def sheet(rows: bytes) -> bytes:
    return (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/>'
        b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c></row>' + rows
        + b"</sheetData></worksheet>"
    )  # fmt: skip


def test_files_handed_in(tmp_path: Path) -> None:
    first = "xl/worksheets/sheet1.xml"
    bombs = {
        "strings.xlsx": (
            book("xl/sharedStrings.xml", b"<sst>" + b"<si/>" * 6_500_000 + b"</sst>"),
            "elements",
        ),
        "styles.xlsx": (book("xl/styles.xml", b"<a>" + b"<font/>" * 6_500_000 + b"</a>"), "elements"),
        "large.xlsx": (book("xl/media/a.png", bytes(220_000_000)), "unpacks to"),
        "column.xlsx": (book(first, sheet(b'<row r="2"><c r="ZZZZZZ2"><v>1</v></c></row>')), "broken Excel"),
        "row.xlsx": (book(first, sheet(b'<row r="999999999"><c r="A999999999"/></row>')), "more rows"),
        "columns.csv": (",".join(f"c{one}" for one in range(30_000)).encode(), "columns; at most"),
        "header.csv": (b"x," * 30_000_000, "no CSV"),
    }
    for name, (data, _) in bombs.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "cell.csv").write_bytes(b"name\n" + b"x" * 60_000_000 + "\n甲人工智能公司\n".encode())
    (tmp_path / "good.xlsx").write_bytes(book())
    done = bounded(tmp_path, "import", "companies", *bombs, "cell.csv", "good.xlsx")
    assert "Traceback" not in done.stderr, done.stderr[-2000:]
    assert done.returncode == 1, done.stderr[-2000:]
    with sqlite3.connect(tmp_path / "valuenet.db") as store:
        names = {row[0] for row in store.execute("SELECT name FROM mention")}
        reasons = [row[0] for row in store.execute("SELECT reason FROM rejected")]
    assert names == {"甲人工智能公司", "示例人工智能公司"}
    for name, (_, why) in bombs.items():
        # a sheet that breaks off in the middle is told, and its run has failed; the others are kept with the reason
        said = [*reasons, *done.stderr.splitlines()]
        assert any(name in one and why in one for one in said), (name, said)
    assert any("field larger than field limit" in one for one in reasons)


ARTICLE = (
    "<!doctype html><html lang='zh'><head><title>示例科技与样本大学合作</title></head><body><article><h1>示例科技与样本大学合作</h1>"
    + "<p>示例科技有限公司与样本大学签署战略合作协议，双方将共建人工智能联合实验室。</p>" * 8 + "</article></body></html>"
).encode()  # fmt: skip
LAUGHS = "<!DOCTYPE urlset [<!ENTITY l0 'lol'>{}]><urlset><url><loc>https://a.example/&l9;</loc></url></urlset>".format(
    "".join(f'<!ENTITY l{one} "{f"&l{one - 1};" * 10}">' for one in range(1, 10))
).encode()
STEAL = b"<!DOCTYPE urlset [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><urlset><url><loc>https://a.example/&x;</loc></url></urlset>"
PAGES = {
    "good.html": ARTICLE,
    "attributes.html": b"<html><body><p " + b" ".join(b"a%x" % one for one in range(500_000)) + b">x",
    "tags.html": b"<html><body>" + b"<p>" * 1_500_000,
    "deep.html": b"<html><body>" + b"<b>" * 390_000 + b"x",
    "sitemap.xml": b"<urlset>" + b"<a/>" * 12_000_000 + b"</urlset>",
    "sitemap.xml.gz": gzip.compress(b"<urlset>" + b"<a/>" * 14_000_000 + b"</urlset>", 1),
    "large.gz": gzip.compress(bytes(1_000_000_000), 1),
    "laughs.xml": LAUGHS,
    "steal.xml": STEAL,
    "items.rss": b"<rss><channel>" + b"<item/>" * 2_000_000 + b"</channel></rss>",
    "deep.json": b"[" * 10_000_000,
}


@pytest.mark.parametrize("source", ["news"])
def test_pages_of_an_archive_from_elsewhere(source: str, tmp_path: Path) -> None:
    write_warc(tmp_path / "bombs.warc.gz", PAGES)
    done = bounded(tmp_path, "crawl", source, "--replay", "bombs.warc.gz")
    assert done.returncode == 0, done.stderr[-2000:]
    with sqlite3.connect(tmp_path / "valuenet.db") as store:
        query = "SELECT page.url, rejected.reason FROM rejected JOIN page ON page.id = rejected.page_id"
        refused = dict(store.execute(query).fetchall())
        read = {row[0] for row in store.execute("SELECT url FROM page")}
    assert "https://a.example/good.html" in read - set(refused)
    said = "\n".join(refused.values())
    assert "root:" not in said
    assert "the parser broke" not in said, said[:3000]
    bombs = {f"https://a.example/{name}" for name in PAGES} - {"https://a.example/good.html"}
    assert bombs - {"https://a.example/steal.xml"} <= set(refused), set(refused)
