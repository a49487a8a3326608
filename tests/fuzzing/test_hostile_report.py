"""Names made to harm, from files handed in to the report, the explorer and the package: a browser runs nothing of
them, asks for nothing of theirs, and shows no word in reverse."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree
from playwright.sync_api import Browser, Page

from analytics.csv_files import cell
from pipelines.unseen import UNSEEN
from tests.browser import chromium
from tests.fuzzing.test_names_on_their_way import NAMES, no_dialog, turning
from tests.program import run

MORE = [
    "</script><script>window.broken=1</script>巳人工智能公司",
    "午\u2028window.broken=1//人工智能公司",
    "未\u0085\u009b31m人工智能公司",
    "@SUM(1+1)*cmd|' /C calc'!A0申人工智能公司",
    "酉{entity}${window.broken=1}`人工智能公司",
    "<!--戌人工智能公司",
]
ORGANISATIONS = [one for one in [*NAMES, *MORE] if "\x1b" not in one]
PERSONS = [one.replace("人工智能公司", "先生").replace("人工智能科技", "先生") for one in ORGANISATIONS]


def table(path: Path, header: list[str], rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that has read and resolved the names, with an edition, its report, package and network beside it."""
    folder = tmp_path_factory.mktemp("hostile")
    rounds = [
        [f"20{10 + at % 4}-03-04", name, ORGANISATIONS[at - 1], "A轮", "1亿元人民币"]
        for at, name in enumerate(ORGANISATIONS)
    ]
    table(folder / "rounds.csv", ["日期", "被投企业", "投资方", "轮次", "金额"], rounds)
    (folder / "rounds.yaml").write_text(
        "kind: financing\nsource: {name: mine, title: '<script>window.broken=1</script>', publisher: Me, "
        "licence: CC0-1.0}\ncolumns: {date: 日期, target: 被投企业, investors: 投资方, round: 轮次, amount: 金额}\n"
        "lists: {investors: '、'}\n",
        encoding="utf-8",
    )
    people = [[name, ORGANISATIONS[at], "董事长", "清华大学", "博士"] for at, name in enumerate(PERSONS)]
    table(folder / "people.csv", ["姓名", "公司", "职务", "毕业院校", "学历"], people)
    tagged = [[name, "人工智能", "CN", "北京市", "2005-01-01"] for name in ORGANISATIONS]
    table(folder / "companies.csv", ["name", "行业", "国家代码", "省份", "成立时间"], tagged)
    run("import", "companies", folder / "companies.csv", cwd=folder)
    run("import", "financing", folder / "rounds.csv", "--mapping", folder / "rounds.yaml", cwd=folder)
    run("import", "people", folder / "people.csv", cwd=folder)
    run("resolve", cwd=folder, timeout=200)
    run("sample", "propose", "2013", "--until", "2013", "--tag", "人工智能", cwd=folder)
    run("sample", "freeze", "2013", cwd=folder)
    only = ("--only", "figure_3", "--only", "table_7")
    run("report", "2013", "--out", folder / "report", *only, cwd=folder, timeout=300)
    run("package", "2013", "--out", folder / "package", "--data-only", "--pass-on", "companies-files",
        "--pass-on", "people-files", cwd=folder, timeout=300)  # fmt: skip
    run("network", "2013", "--out", folder / "n.gexf", cwd=folder, timeout=200)
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def pages_of(folder: Path) -> list[Path]:
    """The pages to begin with, the explorer, and each kind of page once in each language, hostile ones first."""
    report = folder / "report"
    found = [path for path in sorted(report.rglob("*.html")) if "entities" not in path.parts]
    entities = sorted((report / "entities").glob("*.html"))
    return [*found, *entities, *sorted((report / "en" / "entities").glob("*.html"))[:6]]


@pytest.mark.browser
def test_a_browser_runs_nothing_of_a_name(folder: Path, browser: Browser) -> None:
    wrong: list[str] = []
    page: Page = browser.new_page()
    no_dialog(page, wrong)
    root = folder.as_uri()
    page.on(
        "request",
        lambda asked: None if asked.url.startswith((root, "data:", "blob:")) else wrong.append(asked.url),
    )
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    seen = pages_of(folder)
    for path in seen:
        page.goto(path.as_uri())
        if page.evaluate("window.broken !== undefined"):
            wrong.append(f"{path}: a script ran")
        hidden = {one for one in page.inner_text("body") if ord(one) in UNSEEN} | turning(page.content())
        if hidden:
            wrong.append(f"{path}: {hidden}")
        unsafe = page.eval_on_selector_all(
            "a[href]", "all => all.map(one => new URL(one.getAttribute('href'), document.baseURI).protocol)"
        )
        wrong += [f"{path}: {one}" for one in {*unsafe} - {"file:", "https:", "http:"}]
    page.goto((folder / "report" / "index.html").as_uri())
    box = page.locator("input[type=search]").first
    for words in ("script", "onerror", "人工智能公司", "exe"):
        box.fill(words)
        page.wait_for_timeout(150)
    if page.evaluate("window.broken !== undefined") or turning(page.content()):
        wrong.append("the search")
    page.close()
    assert len(seen) > 15
    assert wrong == [], "\n".join(wrong[:10])


def test_every_name_that_was_taken_is_shown_as_words(folder: Path) -> None:
    said = "".join(
        path.read_text(encoding="utf-8") for path in (folder / "report" / "entities").glob("*.html")
    )
    for name in (
        "乙&lt;img src=x onerror",
        "午\ufffd" if 0x2028 in UNSEEN else "午",
        "丙\ufffdgnp.exe",
        "戌人工智能公司",
    ):
        assert name in said, name
    assert "<img src=x" not in said
    assert "<script>window.broken" not in said


def test_no_file_of_data_runs_or_breaks(folder: Path) -> None:
    files = [*(folder / "package").rglob("*.csv"), *(folder / "report").rglob("*.csv")]
    assert len(files) > 5
    for path in files:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                assert [one for one in row if cell(one) != one and not one.startswith("'")] == [], path
    for path in (folder / "report").rglob("*.svg"):
        root = etree.parse(str(path)).getroot()
        names = {str(one.tag).rpartition("}")[2] for one in root.iter() if isinstance(one.tag, str)}
        assert not names & {"script", "foreignObject", "iframe"}, path
        assert not [name for one in root.iter() for name in one.attrib if str(name).startswith("on")], path
    labels = etree.parse(str(folder / "n.gexf")).xpath("//*[local-name()='node']/@label")
    assert any("<img src=x" in one for one in labels)
    assert json.loads((folder / "package" / "datapackage.json").read_text(encoding="utf-8"))["resources"]


def test_no_file_bears_a_name_that_was_read(folder: Path) -> None:
    """Files are named after ids and kinds, so that any system takes them, whatever an organisation is called."""
    taken = {"con", "prn", "aux", "nul", *(f"{port}{at}" for port in ("com", "lpt") for at in range(10))}
    for place in (folder / "report", folder / "package"):
        paths = [path.relative_to(place) for path in place.rglob("*")]
        assert len(paths) > 5
        for path in paths:
            assert re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}", path.name), path
            assert path.name.partition(".")[0].lower() not in taken, path
        assert len({str(path).lower() for path in paths}) == len(paths)
