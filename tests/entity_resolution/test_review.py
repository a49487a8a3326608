"""The review pages in a real Chromium: by keyboard, on wide and narrow screens, in both languages."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from entity_resolution.review.serving import Address, Server
from pipelines.store import schema
from pipelines.store.session import open_store
from tests.browser import chromium
from tests.entity_resolution.review.world import Told, waiting_world
from tests.entity_resolution.world import rows

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=window.broken=1>\u202e公司"
PAIRS = (
    ("北京示例科技有限公司", "示例科技", "same"),
    ("示例云", "示例集团", "unit of"),
    ("另例音乐", "另例集团", "subsidiary of"),
    (HOSTILE, "丙牌", "same"),
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_store(f"sqlite:///{tmp_path / 'v.db'}", create=True)
    waiting_world(made, *PAIRS)
    yield made
    made.dispose()


@contextmanager
def served(engine: Engine) -> Iterator[str]:
    """The address that lets one in."""
    server = Server(engine, Address(port=0), users=None, who="ann", effects=Told())
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server.url
    finally:
        server.close()
        thread.join(timeout=10)


@contextmanager
def visit(
    browser: Browser, url: str, width: int = 1280, language: str = "en", script: bool = True
) -> Iterator[tuple[Page, str, list[str]]]:
    """A page inside, the address of the app, and what the browser complained of."""
    context = browser.new_context(
        viewport={"width": width, "height": 860}, locale=language, java_script_enabled=script
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(url)
    base = url.partition("/enter/")[0]
    page.goto(f"{base}/language/{language}")
    try:
        yield page, base, complaints
    finally:
        context.close()


def judged(engine: Engine) -> list[tuple[str, str]]:
    return [(row.verdict, row.reason) for row in rows(engine, schema.judgement)]


def test_pairs_are_decided_and_taken_back_by_keyboard_alone(browser: Browser, engine: Engine) -> None:
    with served(engine) as url, visit(browser, url) as (page, _, complaints):
        page.keyboard.press("Enter")
        page.wait_for_selector("form.decide")
        first = page.url
        page.wait_for_selector("text=X moves from rank 23 to 17 if same")
        page.keyboard.press("3")
        page.keyboard.press("s")
        page.wait_for_selector("text=Judgement 1:")
        assert page.url != first
        second = page.url
        page.keyboard.press("r")
        page.keyboard.type("sud")  # words, not keys
        page.keyboard.press("Escape")
        page.keyboard.press("Shift+U")
        page.wait_for_selector("text=Judgement 2:")
        page.keyboard.press("k")
        page.wait_for_function("count => !document.querySelector('.told p')", arg=0)
        page.go_back()
        page.goto(second)
        assert "This pair is decided" in page.content()
        assert judged(engine) == [("same", "former name"), ("unit of", "sud")]
        page.goto(first)
        assert complaints == []


def test_the_last_decision_is_taken_back_with_one_key(browser: Browser, engine: Engine) -> None:
    with served(engine) as url, visit(browser, url) as (page, base, complaints):
        page.goto(f"{base}/next")
        first = page.url
        page.keyboard.press("d")
        page.wait_for_selector("text=Judgement 1:")
        page.keyboard.press("z")
        page.wait_for_url(first)
        assert [verdict for verdict, _ in judged(engine)] == ["different", "undo"]
        page.wait_for_selector("form.decide")
        assert complaints == []


def test_everything_works_without_a_script(browser: Browser, engine: Engine) -> None:
    with served(engine) as url, visit(browser, url, script=False) as (page, _, _complaints):
        page.click("text=Start deciding")
        page.fill("#reason", "seen")
        page.click("button[value=same]")
        assert page.locator(".told").inner_text().startswith("Judgement 1:")
        page.click("text=Counting")
        assert "X moves from rank" in page.content()
    assert judged(engine) == [("same", "seen")]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [1280, 400])
def test_pages_fit_and_nothing_moves_or_complains(
    browser: Browser, engine: Engine, width: int, language: str
) -> None:
    shift = """() => new Promise(done => {
        let moved = 0;
        new PerformanceObserver(list => { for (const one of list.getEntries()) moved += one.value; })
            .observe({type: 'layout-shift', buffered: true});
        setTimeout(() => done(moved), 300);
    })"""
    with served(engine) as url, visit(browser, url, width, language) as (page, base, complaints):
        entity = {row.name: row.id for row in rows(engine, schema.entity)}["丙牌"]
        hostile = next(row.id for row in rows(engine, schema.candidate) if row.score < 0.775)
        for path in ("/", "/next", f"/pair/{hostile}", "/search?q=例", f"/entity/{entity}", "/checks/"):
            page.goto(base + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert page.evaluate(shift) < 0.02, path
        assert page.evaluate("window.broken") is None
        assert complaints == []


def test_names_are_dragged_apart(browser: Browser, engine: Engine) -> None:
    with served(engine) as url, visit(browser, url) as (page, base, complaints):
        page.goto(f"{base}/compare?left=示例科技&right=北京示例科技有限公司")
        page.keyboard.press("s")
        page.wait_for_selector("text=Judgement 1:")
        page.goto(f"{base}/search?q=示例科技")
        page.click("ul.hits a")
        page.click("details.split summary")
        assert page.locator("[data-group]:visible").count() == 2
        page.locator("[data-group=A] li").first.drag_to(page.locator("[data-group=B]"))
        assert page.locator("[data-group=B] li").count() == 1
        assert page.locator("[data-group]:visible").count() == 3
        page.fill("details.split input[name=reason]", "two companies")
        page.click("text=Split so")
        page.wait_for_selector("text=Split into 2")
        assert complaints == []


def test_the_focus_is_seen_and_dark_is_dark(browser: Browser, engine: Engine) -> None:
    with served(engine) as url, visit(browser, url) as (page, base, _):
        page.emulate_media(color_scheme="dark")
        page.goto(f"{base}/next")
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert sum(int(one) for one in colour.removeprefix("rgb(").removesuffix(")").split(",")) < 150
