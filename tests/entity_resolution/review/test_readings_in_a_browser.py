"""The pages of readings in a real Chromium: by keyboard, words taken from the text by selecting them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine, select

from pipelines.store import schema
from pipelines.store.session import open_store, writing
from tests.browser import chromium
from tests.entity_resolution.test_review import served, visit
from tests.read_store import add_documents, add_reading, fact

pytestmark = pytest.mark.browser

TEXT = "𠮷日，甲木科技宣布，丙火资本投资了丁土智能（简称丁土）。\n戊石创投跟投，金额两亿元。"
HOSTILE = "<img src=x onerror=window.broken=1>甲木科技\u202e与乙水集团签约。"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_store(f"sqlite:///{tmp_path / 'v.db'}", create=True)
    one, other = add_documents(made, {"https://press.example/1": TEXT, "https://press.example/2": HOSTILE})
    with writing(made) as connection:
        add_reading(connection, one, fact(TEXT, "investment", 0.8, investor="丁土智能", target="丙火资本"))
        add_reading(connection, one, fact(TEXT, "cooperation", 0.7, party="甲木科技|丁土智能"))
        add_reading(connection, other, fact(HOSTILE, "cooperation", 0.6, party="甲木科技|乙水集团"))
    yield made
    made.dispose()


def rows(engine: Engine) -> list[Any]:
    table = schema.reading
    with engine.connect() as connection:
        return list(connection.execute(select(table).order_by(table.c.confidence.desc())).all())


def choose(page: Page, words: str) -> None:
    """Select words of the text, wherever segments end."""
    found = page.evaluate(
        """words => {
            const nodes = [...document.querySelectorAll('#passage [data-start]')].map(one => one.firstChild);
            const at = nodes.map(node => node.data).join('').indexOf(words);
            const point = place => {
                for (const node of nodes) {
                    if (place <= node.data.length) return [node, place];
                    place -= node.data.length;
                }
            };
            if (at < 0) return false;
            document.getSelection().setBaseAndExtent(...point(at), ...point(at + words.length));
            return true;
        }""",
        words,
    )
    assert found, words


def test_a_direction_is_turned_and_a_round_of_words_added_by_keyboard(
    browser: Browser, engine: Engine
) -> None:
    with served(engine) as url, visit(browser, url) as (page, base, complaints):
        page.goto(f"{base}/readings/")
        page.keyboard.press("Enter")
        page.wait_for_selector("#passage")
        page.keyboard.press("m")
        page.wait_for_selector("#mend[open]")
        page.keyboard.press("x")
        choose(page, "戊石创投")
        page.keyboard.press("1")
        choose(page, "两亿元")
        page.keyboard.press("4")
        page.keyboard.press("a")  # accepting is closed meanwhile
        page.click("button.save")
        page.wait_for_selector("text=Mended:")
        first = rows(engine)[0]
        assert first.state == "mended"
        roles = {role: [one["text"] for one in pieces] for role, pieces in first.mended["roles"].items()}
        assert roles == {"investor": ["丙火资本", "戊石创投"], "target": ["丁土智能"], "amount": ["两亿元"]}
        for pieces in first.mended["roles"].values():
            assert all(TEXT[one["start"] : one["end"]] == one["text"] for one in pieces)
        page.keyboard.press("u")
        page.wait_for_selector("text=waits again")
        assert {row.state for row in rows(engine)} == {"waiting"}
        assert complaints == []


def test_accept_reject_skip_and_undo_by_keyboard(browser: Browser, engine: Engine) -> None:
    with served(engine) as url, visit(browser, url) as (page, base, complaints):
        page.goto(f"{base}/readings/next")
        first = page.url
        page.keyboard.press("a")
        page.wait_for_selector("text=Accepted:")
        page.keyboard.press("3")
        page.keyboard.press("r")
        page.wait_for_selector("text=Rejected:")
        assert [(row.state, row.reason) for row in rows(engine)] == [
            ("accepted", ""), ("rejected", "wrong direction"), ("waiting", ""),
        ]  # fmt: skip
        page.keyboard.press("w")
        page.keyboard.type("sure ram")  # words, not keys
        page.keyboard.press("Enter")
        assert rows(engine)[2].state == "waiting"
        page.keyboard.press("s")
        page.wait_for_selector("text=Your last decisions")
        page.goto(first)
        page.keyboard.press("u")
        page.wait_for_selector("text=waits again")
        page.keyboard.press("u")
        page.wait_for_url(first)
        assert [row.state for row in rows(engine)] == ["waiting"] * 3
        page.keyboard.press("?")
        page.wait_for_selector("details.legend[open]")
        assert complaints == []


def test_typed_words_are_looked_for_and_refused_where_they_are_not(browser: Browser, engine: Engine) -> None:
    with served(engine) as url, visit(browser, url) as (page, base, complaints):
        page.goto(f"{base}/readings/next")
        page.keyboard.press("m")
        for kind, word in (("acquisition", "acquirer"), ("investment", "investor")):
            page.select_option("#type", kind)
            assert word in page.locator(".role-line:visible .role-word").all_inner_texts()
        page.select_option("#type", "cooperation")
        assert page.locator(".role-line:visible .role-word").all_inner_texts() == [
            "provider", "recipient", "party", "amount",
        ]  # fmt: skip
        page.fill("[name='words provider'] >> nth=0", "庚雷")
        page.fill("[name='words recipient'] >> nth=0", "丁土智能")
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=alert]")
        assert "庚雷" in page.locator("[role=alert]").inner_text()
        page.fill("[name='words provider'] >> nth=0", "甲木科技")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Mended:")
        assert rows(engine)[0].mended["type"] == "cooperation"
        assert [one for one in complaints if "422" not in one] == []


def test_all_of_it_works_without_a_script(browser: Browser, engine: Engine) -> None:
    with served(engine) as url, visit(browser, url, script=False) as (page, base, _):
        page.goto(f"{base}/readings/")
        page.click("text=Start deciding")
        page.click("#mend summary")
        page.fill("[name='words investor'] >> nth=0", "丙火资本")
        page.fill("[name='words target'] >> nth=0", "丁土智能")
        page.click("button.save")
        assert page.locator(".told").inner_text().startswith("Mended:")
        page.click("button[value=accept]")
        page.click("text=take your last decision back")
    assert [row.state for row in rows(engine)] == ["mended", "waiting", "waiting"]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [1280, 400])
def test_pages_fit_and_complain_of_nothing(
    browser: Browser, engine: Engine, width: int, language: str
) -> None:
    with served(engine) as url, visit(browser, url, width, language) as (page, base, complaints):
        hostile = rows(engine)[2].id
        for path in ("/readings/", "/readings/next", f"/readings/{hostile}"):
            page.goto(base + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        page.keyboard.press("m")
        page.wait_for_selector("#mend[open]")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("window.broken") is None
        assert complaints == []
