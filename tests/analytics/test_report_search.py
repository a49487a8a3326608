"""The search: its index, and the page in a real browser, opened as a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from analytics.basis import Basis
from analytics.report.search_index import _call
from analytics.report.site import write_report
from tests.analytics.world import entity_id
from tests.browser import chromium


@pytest.fixture(scope="module")
def report(world_store: Engine, world_basis: Basis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("searched")
    write_report(world_store, world_basis, out, only=["table_3", "table_4", "table_7", "figure_23"])
    return out


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("dialog", lambda dialog: complaints.append(dialog.message))
    yield opened
    opened.close()
    assert complaints == []


def data(path: Path, name: str) -> object:
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"valuenetSearch.{name}(")
    return json.loads(text.removeprefix(f"valuenetSearch.{name}(").removesuffix(");\n"))


def test_the_index_has_every_node_and_every_row(report: Path, world_basis: Basis) -> None:
    contents = data(report / "search" / "contents.js", "contents")
    assert isinstance(contents, dict)
    assert [one["id"] for one in contents["exhibits"]] == ["table_3", "table_4", "table_7", "figure_23"]
    rows = {row[0]: row[1:] for one in contents["exhibits"] for row in one["rows"]}
    assert rows["table_7/institutional/1"] == [
        "投资机构 红杉资本中国",
        "Institutional investors Sequoia China",
    ]
    entities = data(report / "search" / "entities_0.js", "entities")
    assert isinstance(entities, list)
    known = {row[1]: row for row in entities}
    assert known["华为"][:4] == [entity_id("华为"), "华为", "Huawei", "华为公司"]
    last = set(world_basis.network(world_basis.last).nodes["entity"])
    assert len(entities) >= len(last)
    degrees = [row[5] for row in entities]
    assert degrees == sorted(degrees, reverse=True)


def test_no_name_can_end_the_script() -> None:
    text = _call("entities", ["</script><script>alert(1)</script>", "\u2028"])
    assert "<" not in text
    assert "\u2028" not in text


def search(page: Page, report: Path, words: str, name: str = "search.html") -> list[tuple[str, str | None]]:
    page.goto((report / name).as_uri())
    page.fill("#search-box", words)
    page.wait_for_selector(".results li, .said:has-text('Nothing'), .said:has-text('没有')")
    page.wait_for_timeout(300)
    found = page.locator(".results li:not(.kind)")
    return [
        (one.inner_text(), one.locator("a").get_attribute("href") if one.locator("a").count() else None)
        for one in found.all()
    ]


@pytest.mark.browser
def test_names_of_both_languages_and_other_names_are_found(page: Page, report: Path) -> None:
    where = f"entities/{entity_id('华为')}.html"
    for words in ("华为", "huawei", "ＨＵＡＷＥＩ", "华为公司", "hua"):
        found = search(page, report, words)
        assert where in [href for _, href in found], words
    assert search(page, report, "zzzz") == []


@pytest.mark.browser
def test_cells_and_tables_are_found(page: Page, report: Path) -> None:
    (first, *_) = [href for _, href in search(page, report, "table_3/2021/nodes") if href]
    assert first == "chapters/network.html#table_3/2021/nodes"
    english = search(page, report, "measures of the value", "en/search.html")
    assert ("Table 3 Measures of the value network", "chapters/network.html#table_3") in english
    assert any("2021 华为" in text.replace("年", "") for text, _ in search(page, report, "table_4 华为"))


@pytest.mark.browser
def test_the_search_is_used_by_keyboard(page: Page, report: Path) -> None:
    search(page, report, "华为")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.tagName") == "A"
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.id") == "search-box"
    page.keyboard.press("Enter")
    page.wait_for_url("**/entities/**")
    assert page.locator("h1").inner_text() == "华为"


@pytest.mark.browser
def test_hostile_names_are_words(page: Page, report: Path) -> None:
    """The page would say so if a script ran, or if the policy had to stop one."""
    found = search(page, report, "恶意")
    assert any("<b>恶意</b>" in text for text, _ in found)
    assert page.locator(".results b").count() == 0
    page.goto((report / "search.html").as_uri() + "#q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E%E0%A4%A")
    page.wait_for_timeout(300)
    assert page.locator(".search img").count() == 0
