"""The explorer as its reader has it: in a real Chromium, opened from a folder, drawn without a graphics card."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine

from analytics.basis import Basis
from analytics.explorer.contents import contents
from analytics.explorer.page import RootLinks, write_explorer
from analytics.network_chart import COLOURS
from analytics.networks import DIMENSIONS
from pipelines.store.session import open_store
from pipelines.taxonomy import taxonomy
from tests.analytics.world import entity_id
from tests.benchmarks.graphs import Shape
from tests.benchmarks.large_basis import large_basis
from tests.browser import chromium

pytestmark = pytest.mark.browser

HOSTILE = "</script><script>window.broken=1</script><img src=x onerror=window.broken=1>\u2028\u202e{entity}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def small(world_store: Engine, world_basis: Basis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("small")
    links = RootLinks(
        {"zh": "../index.html", "en": "../en/index.html"},
        {"zh": "../entities/{entity}.html", "en": "../en/entities/{entity}.html"},
        {entity_id("华为")},
    )
    write_explorer(world_store, world_basis, out, root_links=links)
    return out


@pytest.fixture(scope="module")
def generated() -> Basis:
    basis = large_basis(Shape(sample=60, relation=400, edges=1000, hub=120))
    basis.facts.entities.loc[:4, "name"] = [HOSTILE, "a\nb", "\u200b", "__proto__", "\x00"]
    return basis


@pytest.fixture(scope="module")
def larger(generated: Basis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("larger")
    engine = open_store(f"sqlite:///{out / 'v.db'}", create=True)
    write_explorer(engine, generated, out)
    engine.dispose()
    return out


@contextmanager
def visit(browser: Browser, address: str, width: int = 1200, height: int = 800) -> Iterator[Page]:
    """The page once it is drawn; nothing may go wrong on it."""
    page = browser.new_page(viewport={"width": width, "height": height})
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    try:
        page.goto(address)
        page.wait_for_selector("html[data-ready=webgl]", state="attached")
        page.wait_for_selector("#stage.live")
        yield page
        assert page.evaluate("window.broken") is None
        assert wrong == []
    finally:
        page.close()


def counts(page: Page) -> tuple[int, int]:
    found = page.locator("#counts")
    return int(found.get_attribute("data-nodes") or -1), int(found.get_attribute("data-edges") or -1)


def slide(page: Page, place: int) -> None:
    page.locator("#year").fill(str(place))


def test_the_picture_is_there_first_and_the_network_is_drawn(browser: Browser, small: Path) -> None:
    with visit(browser, (small / "index.html").as_uri()) as page:
        assert page.locator("#picture").evaluate("image => image.naturalWidth") > 500
        page.wait_for_selector("#names[data-names]")
        with Image.open(io.BytesIO(page.locator("#stage").screenshot())) as image:
            pixels = np.asarray(image.convert("RGB")).reshape(-1, 3)
        blue = [int(COLOURS[0][at : at + 2], 16) for at in (1, 3, 5)]
        assert (np.abs(pixels.astype(int) - blue).max(axis=1) < 4).sum() > 200
        assert (pixels.max(axis=1) < 200).sum() > 500


def test_the_slider_shows_the_network_of_a_year(browser: Browser, generated: Basis, larger: Path) -> None:
    with visit(browser, (larger / "index.html").as_uri()) as page:
        for at in (7, 0, 3):
            slide(page, at)
            network = generated.network(generated.years[at])
            assert counts(page) == (len(network.nodes), len(network.edges))
            expect(page.locator("#year-shown")).to_have_text(str(generated.years[at]))
            shown = page.locator("#counts").inner_text()
            assert f"{len(network.edges):,}" in shown
        assert page.url.endswith("#year=2017")


def filtered(basis: Basis, at: int, test: Callable[[int, int, str], bool]) -> tuple[int, int]:
    """Nodes and edges with a relation by that year whose technologies, areas and dimension pass."""
    seen = contents(basis)
    rows = seen.rows[seen.rows["year"] <= at]
    technologies, areas = (rows[name].to_numpy(dtype=np.int64) for name in ("technologies", "areas"))
    passing = list(map(test, technologies.tolist(), areas.tolist(), rows["dimension"].astype(str)))
    edges = np.unique(rows["edge"].to_numpy()[np.array(passing, dtype=bool)])
    ends = seen.network.edges.iloc[edges][["source", "target"]].to_numpy()
    return len(np.unique(ends)), len(edges)


def test_filters_count_what_the_facts_say(browser: Browser, generated: Basis, larger: Path) -> None:
    with visit(browser, (larger / "en.html").as_uri()) as page:
        page.locator("#dimensions input").nth(DIMENSIONS.index("investment")).uncheck()
        network = generated.network(2021, ("technology", "human_capital"))
        assert counts(page) == (len(network.nodes), len(network.edges))

        page.locator("#technologies-box summary").click()
        page.locator("#technologies input").nth(2).check()
        page.locator("#technologies input").nth(16).check()
        wanted = 1 << 2 | 1 << 16
        assert counts(page) == filtered(generated, 7, lambda tech, _areas, _of: bool(tech & wanted))
        expect(page.locator("#technologies-box .chosen")).to_have_text("(2)")

        page.locator("#areas-box summary").click()
        page.locator("#areas input").nth(0).check()
        both = filtered(generated, 7, lambda tech, areas, _of: bool(tech & wanted) and bool(areas & 1))
        assert counts(page) == both
        assert both[1] > 0
        slide(page, 4)
        assert counts(page) == filtered(
            generated, 4, lambda tech, areas, _of: bool(tech & wanted) and bool(areas & 1)
        )

        page.get_by_role("button", name="Clear all").click()
        network = generated.network(generated.years[4])
        assert counts(page) == (len(network.nodes), len(network.edges))
        assert page.locator("#technologies input:checked").count() == 0
        assert len(taxonomy("technology_categories")) == page.locator("#technologies input").count()


def test_a_name_leads_to_the_node_its_relations_and_their_facts(browser: Browser, small: Path) -> None:
    with visit(browser, (small / "index.html").as_uri()) as page:
        page.locator("#search").fill(" huaWEI ")
        expect(page.locator("#results button")).to_have_count(1)
        page.locator("#search").press("Enter")
        panel = page.locator("#details")
        expect(panel.locator("h2")).to_have_text("华为")
        expect(panel).to_contain_text("Huawei")
        expect(panel).to_contain_text("样本节点")
        assert panel.locator("a.entity-page").get_attribute("href") == f"../entities/{entity_id('华为')}.html"
        assert page.url.endswith(f"#node={entity_id('华为')}")

        relation = panel.locator("li", has_text="腾讯").first
        expect(relation).to_contain_text("5G")
        expect(relation).to_contain_text("2020年起")
        relation.locator("button.facts").click()
        fact = relation.locator(".fact-list > li").first
        expect(fact).to_contain_text("华为向腾讯提供5G技术")
        assert str(fact.locator("a").get_attribute("href")).startswith("https://world.example/")
        relation.locator("button.facts").click()
        expect(relation.locator(".fact-list")).to_have_count(0)

        relation.locator("button.partner").click()
        expect(panel.locator("h2")).to_have_text("腾讯")
        expect(panel.locator("a.entity-page")).to_have_count(0)
        panel.get_by_role("button", name="关闭").click()
        expect(panel).to_be_hidden()


def test_the_relations_of_a_node_are_those_of_the_year(
    browser: Browser, world_basis: Basis, small: Path
) -> None:
    with visit(browser, f"{(small / 'en.html').as_uri()}#node={entity_id('华为')}&year=2019") as page:
        network = world_basis.network(2019)
        at = network.nodes.index[network.nodes["entity"] == entity_id("华为")][0]
        mine = (network.edges["source"] == at) | (network.edges["target"] == at)
        expect(page.locator("#details .relations > li")).to_have_count(int(mine.sum()))
        expect(page.locator("#details h2")).to_have_text("Huawei")
        expect(page.locator("#year-shown")).to_have_text("2019")
        page.locator("#other-language").click()
        page.wait_for_selector("html[data-ready=webgl]", state="attached")
        expect(page.locator("#details h2")).to_have_text("华为")
        expect(page.locator("#year-shown")).to_have_text("2019")


def test_a_click_on_a_node_selects_it_and_one_beside_it_does_not(browser: Browser, small: Path) -> None:
    with visit(browser, (small / "index.html").as_uri()) as page:
        box = page.locator("#stage").bounding_box()
        assert box
        place = page.evaluate(
            """id => {
              const network = Valuenet.network, at = network.ids.indexOf(id), half = network.reach;
              return [network.x[at] / half, network.y[at] / half];
            }""",
            entity_id("阿里巴巴"),
        )
        half = min(box["width"], box["height"]) / 2
        left = box["x"] + box["width"] / 2 + place[0] * half
        top = box["y"] + box["height"] / 2 - place[1] * half
        page.mouse.click(left, top)
        expect(page.locator("#details h2")).to_have_text("阿里巴巴")
        page.mouse.click(box["x"] + 5, box["y"] + 5)
        expect(page.locator("#details")).to_be_hidden()


def test_keys_and_wheel_move_what_is_seen(browser: Browser, small: Path) -> None:
    with visit(browser, (small / "index.html").as_uri()) as page:
        stage = page.locator("#stage")
        stage.focus()
        first = page.locator("#edges").evaluate("canvas => canvas.style.transform")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("+")
        page.locator("#edges[data-drawn]").wait_for()
        page.wait_for_timeout(50)
        moved = page.locator("#edges").evaluate("canvas => canvas.style.transform + canvas.dataset.drawn")
        assert moved != first
        before = stage.screenshot()
        page.mouse.move(700, 400)
        page.mouse.wheel(0, -400)
        page.wait_for_timeout(400)
        assert stage.screenshot() != before


def test_hostile_names_stay_words(browser: Browser, generated: Basis, larger: Path) -> None:
    entity = str(generated.facts.entities["entity"].iloc[0])
    with visit(browser, f"{(larger / 'index.html').as_uri()}#node={entity}") as page:
        expect(page.locator("#details h2")).to_contain_text("</script><script>window.broken=1")
        assert page.locator("#details img, #results img").count() == 0
        page.locator("#search").fill("__proto__")
        expect(page.locator("#results button").first).to_contain_text("__proto__")
        page.locator("#search").fill("onerror")
        expect(page.locator("#results button")).to_have_count(1)


def test_a_narrow_screen_has_all_of_it_and_nothing_sideways(browser: Browser, small: Path) -> None:
    with visit(browser, f"{(small / 'en.html').as_uri()}#node={entity_id('华为')}", 360, 740) as page:
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 360
        for part in ("#stage", "#search", "#year", "#details"):
            expect(page.locator(part)).to_be_visible()


def test_without_webgl_the_picture_stays_and_the_search_works(browser: Browser, small: Path) -> None:
    page = browser.new_page()
    try:
        page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
        page.goto((small / "index.html").as_uri())
        page.wait_for_selector("html[data-ready=picture]", state="attached")
        expect(page.locator("#picture")).to_be_visible()
        expect(page.locator("#trouble")).to_contain_text("WebGL")
        page.locator("#search").fill("清华")
        page.locator("#results button").click()
        expect(page.locator("#details h2")).to_have_text("清华大学")
    finally:
        page.close()


def test_without_scripts_there_is_the_picture(browser: Browser, small: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto((small / "en.html").as_uri())
        expect(page.locator("#picture")).to_be_visible()
        expect(page.locator("#counts")).to_contain_text("JavaScript")
    finally:
        context.close()
