"""The demo goes the whole way; its numbers are counted another way, its pages looked at in a browser."""

from __future__ import annotations

import csv
import hashlib
import json
import random
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from lxml import html
from playwright.sync_api import Browser, Page

from analytics.supplements import SUPPLEMENTS
from crawlers.sample_web.truth import truth
from pipelines.store.archive import read_snapshot
from tests.browser import chromium
from tests.program import data, run

YEARS = range(2014, 2022)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The demo's folder, and what it printed."""
    folder = tmp_path_factory.mktemp("demo")
    done = run("demo", "--out", "demo", cwd=folder, timeout=600)
    return folder / "demo", done.stdout


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def ask(demo: Path, *arguments: str) -> Any:
    return data("--store", f"sqlite:///{demo / 'valuenet.db'}", *arguments, cwd=demo)


class Plain:
    """The relations of a store, counted with nothing but SQL and sets."""

    def __init__(self, demo: Path) -> None:
        store = sqlite3.connect(demo / "valuenet.db")
        head = dict(store.execute("SELECT id, coalesce(redirect_to, id) FROM entity"))
        above = dict(
            store.execute(
                "SELECT inner_id, outer_id FROM entity_relation WHERE relation = 'unit of' AND valid_to IS NULL"
            )
        )

        def top(entity: str) -> str:
            entity = head[entity]
            while entity in above:
                entity = above[entity]
            return entity

        self.top = top
        stands: dict[int, dict[str, list[str]]] = {}
        for fact, role, entity in store.execute(
            "SELECT fact_id, role, entity_id FROM fact_mention JOIN mention_entity USING (mention_id)"
        ):
            stands.setdefault(fact, {}).setdefault(role, []).append(top(entity))
        self.sample = {
            top(row[0]) for row in store.execute("SELECT entity_id FROM sample_member WHERE edition = '2021'")
        }
        self.edges: set[tuple[str, str, str, int]] = set()  # source, target, dimension, year
        people: dict[str, list[tuple[str, str, bool | None, int | None]]] = {}
        for fact, kind, detail, day in store.execute(
            "SELECT id, kind, detail, valid_from FROM fact WHERE EXISTS "
            "(SELECT 1 FROM evidence WHERE evidence.fact_id = fact.id AND ended_at IS NULL)"
        ):
            who, said = stands.get(fact, {}), json.loads(detail)
            year = int(day[:4]) if day else None
            if kind == "financing" and year:
                for investor in who.get("investor", []):
                    self.edges.add((investor, who["target"][0], "investment", year))
            elif kind == "cooperation" and year and said.get("status") == "done":
                sides = who.get("party", [])
                pairs = [(a, b) for a in who.get("provider", []) for b in who.get("recipient", [])]
                for a, b in [*pairs, *((a, b) for a in sides for b in sides)]:
                    self.edges.add((a, b, "technology", year))
            elif kind in ("education", "employment") and said.get("core"):
                place = who["school" if kind == "education" else "employer"][0]
                current = None if kind == "education" else said.get("current")
                people.setdefault(who["person"][0], []).append((kind, place, current, year))
        for facts in people.values():
            for _, now, current, year in facts:
                if current and year:
                    for kind, place, was, _ in facts:
                        if kind == "education" or was is False:
                            self.edges.add((place, now, "human_capital", year))
        store.close()

    def graph(self, year: int) -> nx.DiGraph:
        graph = nx.DiGraph()
        for source, target, _, since in self.edges:
            if since <= year and source != target and (source in self.sample or target in self.sample):
                graph.add_edge(source, target)
        return graph

    def until(self, year: int) -> set[tuple[str, str, str]]:
        """Edges, one for each dimension."""
        return {
            (source, target, dimension)
            for source, target, dimension, since in self.edges
            if since <= year and source != target and (source in self.sample or target in self.sample)
        }


def clustering(graph: nx.DiGraph) -> float:
    """Gephi's directed clustering, by definition: edges among a node's distinct neighbours over k(k-1)."""
    total = 0.0
    for node in graph:
        around = (set(graph.predecessors(node)) | set(graph.successors(node))) - {node}
        if len(around) > 1:
            among = sum(graph.has_edge(a, b) for a in around for b in around if a != b)
            total += among / (len(around) * (len(around) - 1))
    return total / len(graph)


def test_table_3_is_right_against_another_count(demo: tuple[Path, str]) -> None:
    plain, rows = Plain(demo[0]), {row["year"]: row for row in ask(demo[0], "measure", *map(str, YEARS))}
    for year in YEARS:
        row, graph = rows[year], plain.graph(year)
        edges = len(plain.until(year))
        assert (row["nodes"], row["edges"]) == (len(graph), edges), year
        assert row["sample_nodes"] == sum(node in plain.sample for node in graph)
        assert row["sample_nodes"] + row["relation_nodes"] == row["nodes"]
        assert row["average_degree"] == pytest.approx(edges / len(graph))
        assert row["average_weighted_degree"] == pytest.approx(edges / len(graph))
        lengths = [d for _, reach in nx.all_pairs_shortest_path_length(graph) for d in reach.values() if d]
        assert row["diameter"] == max(lengths)
        assert row["average_path_length"] == pytest.approx(sum(lengths) / len(lengths))
        assert row["average_clustering"] == pytest.approx(clustering(graph), abs=1e-9)
        assert 0 < row["modularity"] < 1


def test_it_prints_table_3_the_leaders_and_where_the_report_lies(demo: tuple[Path, str]) -> None:
    printed = demo[1]
    for words in ("table 3", "2021\t", "华为", "红杉", "financing.csv"):
        assert words in printed
    assert (demo[0] / "report" / "index.html").exists()


def test_networks_are_there_for_gephi(demo: tuple[Path, str]) -> None:
    plain = Plain(demo[0])
    for year in YEARS:
        graph = nx.read_gexf(demo[0] / "networks" / f"network_{year}.gexf")
        assert len(graph) == len(plain.graph(year))
    assert (demo[0] / "networks" / "network_years.gexf").exists()


def test_every_table_and_figure_has_its_numbers(demo: tuple[Path, str]) -> None:
    report = demo[0] / "report"
    names = {path.stem for path in (report / "data").glob("*.csv")}
    supplements = {one for one in names if one.startswith("supplement_")}
    assert names - supplements == {f"table_{n}" for n in range(1, 8)} | {f"figure_{n}" for n in range(1, 65)}
    assert supplements == set(SUPPLEMENTS)
    silent = set()
    for path in (report / "data").glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            if len(list(csv.reader(file))) < 2:
                silent.add(path.stem)
    # nothing in the sample web tells of research spend, or of patents of whole provinces
    assert silent == {"table_2", "figure_16"}


def test_a_cell_leads_to_its_words(demo: tuple[Path, str]) -> None:
    found = ask(demo[0], "trace", "table_7/institutional/1")
    text = json.dumps(found, ensure_ascii=False)
    assert "investment-events" in text
    assert "sha256" in text
    missing = run(
        "--store",
        f"sqlite:///{demo[0] / 'valuenet.db'}",
        "trace",
        "table_3/2021/egdes",
        cwd=demo[0],
        check=False,
    )
    assert missing.returncode == 2
    assert "table_3/2021/edges" in missing.stderr


def opened(browser: Browser, path: Path, width: int) -> tuple[Page, list[str]]:
    """The page at this width, and what the browser complained of."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda request: said.append(request.url))
    page.goto(path.as_uri())
    return page, said


#: A page of every kind but those of facts and entities, which the tests find by links.
KINDS = (
    "index", "whole", "search", "entities", "method", "sources", "checks", "chapters/sample", "chapters/network",
    "chapters/technology", "chapters/people", "chapters/investment", "chapters/categories", "chapters/doubt",
)  # fmt: skip


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_report_in_a_browser(demo: tuple[Path, str], browser: Browser, language: str, width: int) -> None:
    root = demo[0] / "report" / ("" if language == "zh" else language)
    entity = sorted((root / "entities").iterdir())[0].stem
    page, said = opened(browser, root / "index.html", width)
    for kind in (*KINDS, f"entities/{entity}", f"facts/{sorted((root / 'facts').iterdir())[0].stem}"):
        page.goto((root / f"{kind}.html").as_uri())
        page.wait_for_load_state()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), kind
        broken = "all => all.filter(one => !one.naturalWidth || !one.alt).map(one => one.src)"
        assert page.eval_on_selector_all("img", broken) == [], kind
        levels = page.eval_on_selector_all("h1, h2, h3", "all => all.map(one => Number(one.tagName[1]))")
        assert levels.count(1) == 1, kind
        assert all(after - before <= 1 for before, after in pairwise(levels)), (kind, levels)
        assert page.locator("header, main, footer, nav[aria-label]").count() >= 4, kind
        assert page.locator("input").count() == page.locator("label[for]").count()
    assert said == []
    page.goto((root / "index.html").as_uri())
    title = page.locator("h1").inner_text()
    assert any("一" <= char <= "鿿" for char in title) == (language == "zh")
    assert page.locator(".key-numbers dd a").count() == 5
    page.close()


@pytest.mark.browser
def test_numbers_of_ten_pages_lead_to_quotes_of_the_snapshots(
    demo: tuple[Path, str], browser: Browser
) -> None:
    """Pages drawn by lot; every number on them, up to a few dozen, is followed down to words, and these are looked
    for in the bytes of the snapshot, whose hash is the one shown."""
    report, lot = demo[0] / "report", random.Random(2021)
    pages = [
        *sorted(report.glob("chapters/*.html")),
        *sorted(report.glob("en/chapters/*.html")),
        *sorted(report.glob("entities/*.html"))[:20],
    ]
    page, _ = opened(browser, report / "index.html", 1280)
    quoted = followed = 0
    for path in lot.sample(pages, 10):
        page.goto(path.as_uri())
        hrefs = "all => all.map(one => new URL(one.getAttribute('href'), location.href).href)"
        links = sorted(set(page.eval_on_selector_all("td.number a, .timeline td a, a.mark", hrefs)))
        for link in lot.sample(links, min(len(links), 6)):
            page.goto(link)
            while not page.locator(
                "article.fact:not(:has-text('无来源'))"
            ).count():  # a list of lines or of pieces
                page.locator("ul.lines a, ol.pieces a").first.click()
                page.wait_for_load_state()
            fact = page.locator("article.fact").first
            place = fact.locator(".evidence").first
            words = fact.inner_text()
            (digest,) = set(re.findall(r"sha256:([0-9a-f]{64})", place.inner_text()))
            archive, offset = re.findall(r"(\S+\.warc\.gz) @ (\d+)", words)[0]
            stored = read_snapshot(demo[0] / "valuenet.archive", archive, int(offset))
            assert hashlib.sha256(stored.body).hexdigest() == digest, link
            followed += 1
            quote = place.locator("blockquote")
            # the words of a packed document are not in its bytes, a record of JSON is quoted as written anew
            if quote.count() and not stored.body.lstrip().startswith((b"PK", b"{", b"[")):
                said = _bare(_text_of(stored.body))
                # of a row of a file, its cells are quoted one beside another
                parts = [_bare(one) for one in quote.inner_text().split(" | ")]
                assert all(one in said for one in parts), (link, parts, stored.url)
                quoted += 1
    assert followed >= 20
    assert quoted >= followed / 4
    page.close()


def _text_of(body: bytes) -> str:
    text = body.decode("utf-8")
    if not text.lstrip().startswith("<"):
        return text
    found = html.fromstring(body)
    return str(found.text_content())


def _bare(text: str) -> str:
    return "".join(text.split())


def test_the_networks_are_those_of_the_sample_webs_truth(demo: tuple[Path, str]) -> None:
    """All edges of all years, entities named by the organisation that the truth says their names mean."""
    known = truth()
    plain = Plain(demo[0])
    meant: dict[str, Counter[str]] = {}
    names = dict(zip(known.mentions["name"], known.mentions["organisation"], strict=True))
    heads = known.heads()
    listed = known.organisations
    # the demo's rule also takes in companies that only a tag calls AI companies
    sample = {heads.get(one, one) for one in listed.loc[listed["sample"], "organisation"]}
    with closing(sqlite3.connect(demo[0] / "valuenet.db")) as store:
        for name, entity in store.execute(
            "SELECT name, entity_id FROM mention JOIN mention_entity ON id = mention_id"
        ):
            if name in names:
                organisation = names[name]
                meant.setdefault(plain.top(entity), Counter())[
                    str(heads.get(organisation, organisation))
                ] += 1
    organisation_of = {entity: votes.most_common(1)[0][0] for entity, votes in meant.items()}
    for year in YEARS:
        ours = {
            (organisation_of.get(source, source), organisation_of.get(target, target), dimension)
            for source, target, dimension in plain.until(year)
        }
        ours = {edge for edge in ours if edge[0] in sample or edge[1] in sample}
        frame = known.edges(year, "group")
        true = set(zip(frame["source"], frame["target"], frame["dimension"], strict=True))
        assert len(ours & true) / len(true) > 0.99, (year, sorted(true - ours))
        assert len(ours & true) / len(ours) > 0.99, (year, sorted(ours - true))
