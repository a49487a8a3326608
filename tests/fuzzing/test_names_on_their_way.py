"""Names made to harm, from a file handed in to the terminal and the pages for deciding: nothing of them runs."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page
from sqlalchemy import Engine

from pipelines.store.session import open_store
from tests.browser import chromium
from tests.entity_resolution.review.world import waiting_world
from tests.entity_resolution.test_review import served, visit
from tests.program import run

SCRIPT = "<script>window.broken=1;alert(1)</script>"
NAMES = [
    SCRIPT + "甲人工智能科技",
    "乙<img src=x onerror=window.broken=1>集团",
    "丙\u202egnp.exe\u202c人工智能公司",
    "丁\u2066\u200b\u200f人工智能公司",
    "=HYPERLINK(1)戊人工智能公司",
    "＠SUM(1)己人工智能公司",
    "庚\x1b[31m\x07人工智能公司",
    "辛\"'><svg onload=alert(1)>人工智能公司",
    "壬{{7*7}}{%x%}人工智能公司",
    "癸]]></data><x/>人工智能公司",
    "javascript:alert(1)//子人工智能公司",
    "丑\U000e0041\U000e0042人工智能公司",
    "寅" + "\u0301" * 80 + "人工智能公司",
    "[link=file:///etc/passwd]卯公司[/link]",
    "../../../辰人工智能公司",
]
TURNING = {"RLO", "LRO", "RLE", "LRE", "RLI", "LRI", "FSI"}


def turning(text: str) -> set[str]:
    """The signs in a text that turn the words around them."""
    return {char for char in text if unicodedata.bidirectional(char) in TURNING}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that has read and resolved the names, its report beside it."""
    folder = tmp_path_factory.mktemp("names")
    with (folder / "companies.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name"])
        writer.writerows([name] for name in [*NAMES, "M" * 1_000_000, "N" * 400, "O\x00人工智能公司"])
    with (folder / "rounds.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["日期", "被投企业", "投资方", "轮次", "金额"])
        for at, name in enumerate(NAMES):
            writer.writerow([f"20{10 + at % 9}-03-04", name, NAMES[at - 1], "A轮", "1亿元"])
    (folder / "mapping.yaml").write_text(
        "kind: financing\nsource: {name: mine, title: Mine, publisher: Me, licence: internal}\n"
        "columns: {date: 日期, target: 被投企业, investors: 投资方, round: 轮次, amount: 金额}\nlists: {investors: '|'}\n",
        encoding="utf-8",
    )
    run("import", "companies", folder / "companies.csv", cwd=folder, check=False)
    run(
        "import",
        "financing",
        folder / "rounds.csv",
        "--mapping",
        folder / "mapping.yaml",
        cwd=folder,
        check=False,
    )
    run("resolve", cwd=folder)
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def no_dialog(page: Page, wrong: list[str]) -> None:
    """Note each dialog of the page, and close it."""

    def opened(shown: Dialog) -> None:
        wrong.append(shown.message)
        shown.dismiss()

    page.on("dialog", opened)


def test_what_cannot_be_a_name_is_kept_with_its_reason(folder: Path) -> None:
    engine = open_store(f"sqlite:///{folder / 'valuenet.db'}")
    with engine.connect() as connection:
        reasons = connection.exec_driver_sql("SELECT reason, length(value), length(raw) FROM rejected").all()
        longest = connection.exec_driver_sql("SELECT max(length(name)) FROM mention").scalar_one()
    engine.dispose()
    assert len(reasons) >= 2
    assert all(len(reason) <= 2000 and value <= 2000 for reason, value, _ in reasons)
    assert longest <= 300


def test_a_terminal_gets_no_sign_that_it_would_obey(folder: Path) -> None:
    for name in (NAMES[2], NAMES[6], NAMES[13]):
        said = run("entity", name, cwd=folder, check=False)
        shown = said.stdout + said.stderr
        assert not {char for char in shown if unicodedata.category(char) == "Cc"} - {"\n", "\t"}
        assert not turning(shown)


@pytest.mark.browser
def test_no_page_for_deciding_runs_a_name(tmp_path: Path, browser: Browser) -> None:
    engine: Engine = open_store(f"sqlite:///{tmp_path / 'v.db'}", create=True)
    names = [name for name in NAMES if "\x1b" not in name]  # such a one is no name: it is rejected
    pairs = [(left, right, "same") for left, right in zip(names[::2], names[1::2], strict=True)]
    waiting_world(engine, *pairs)
    with served(engine) as url, visit(browser, url) as (page, base, complaints):
        dialogs = list[str]()
        no_dialog(page, dialogs)
        for path in (
            "/",
            "/queue",
            *(f"/pairs/{number}" for number in range(1, len(pairs) + 1)),
            "/search?q=人工智能公司",
        ):
            page.goto(base + path)
            assert page.evaluate("window.broken === undefined"), path
            assert not turning(page.content()), path
        missing = [one for one in complaints if "404" not in one]
    engine.dispose()
    assert dialogs == []
    assert missing == []
