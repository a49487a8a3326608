"""The site: complete, the same twice, every link leads somewhere, and nothing of the web breaks out."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urldefrag

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from sqlalchemy import Engine

from analytics.basis import Basis
from analytics.exhibits import LANGUAGES, Column, Words
from analytics.figures import FIGURES, figure
from analytics.report.chapters import chapters
from analytics.report.describing import cell_text, display, shown_fact
from analytics.report.entity_pages import EntityPages
from analytics.report.environment import environment
from analytics.report.fact_pages import FactPages, name_of
from analytics.report.figure_page import write_figure_page
from analytics.report.method import DEFINITIONS, rule, settings, sources
from analytics.report.pages import _file
from analytics.report.pdf import print_pdf
from analytics.report.shown import shown_exhibit
from analytics.report.site import write_report
from analytics.report.wording import called, say
from analytics.tables import TABLES, table
from analytics.trace import Quoted, TracedFact
from pipelines.browsers import BROWSERS
from pipelines.errors import UsageError
from tests.analytics.world import SEEN, entity_id

#: Drawing all figures takes its time.
BRIEF = [*TABLES, "figure_22"]


@pytest.fixture(scope="module")
def report(world_store: Engine, world_basis: Basis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report")
    write_report(world_store, world_basis, out)
    return out


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


#: Where a search box is, and so a script.
SEARCHING = {"index.html", "search.html", "en/index.html", "en/search.html"}


def chapter_of(identity: str) -> str:
    """The page on which an exhibit stands."""
    return next(one.page for one in chapters([*TABLES, *FIGURES]) if identity in one.exhibits)


def is_page(name: str) -> bool:
    """A page of the report; the explorer, which has tests of its own, is another thing."""
    return name.endswith(".html") and not name.startswith("explorer/")


def pages(folder: Path) -> dict[str, html.HtmlElement]:
    return {name: html.fromstring(data) for name, data in files(folder).items() if is_page(name)}


# ── the site ──────────────────────────────────────────────────────────────────────────────────────


def test_the_same_store_gives_the_same_bytes(
    world_store: Engine, world_basis: Basis, report: Path, tmp_path: Path
) -> None:
    """The same facts computed anew; over an earlier report, beside what others put there."""
    one, other = tmp_path / "one", tmp_path / "other"
    other.mkdir()
    (other / "index.html").write_text("old", encoding="utf-8")
    (other / "mine.txt").write_text("kept", encoding="utf-8")
    wanted = [*BRIEF, "figure_1", "figure_3", "figure_26", "figure_27", "figure_28"]  # each kind of chart
    write_report(world_store, world_basis, one, only=wanted)
    fresh = Basis(world_basis.facts, world_basis.edition, world_basis.years)
    write_report(world_store, fresh, other, only=wanted)
    assert files(other) == {**files(one), "mine.txt": b"kept"}
    whole = files(report)
    for name, data in files(one).items():
        if name.startswith(("pictures/", "data/")):
            assert whole[name] == data


def test_both_languages_have_the_same_pages(report: Path) -> None:
    names = {name for name in files(report) if is_page(name)}
    chinese = {name for name in names if not name.startswith("en/")}
    assert names == chinese | {f"en/{name}" for name in chinese}
    assert {f"chapters/{one}.html" for one in ("network", "investment")} <= chinese
    for name, page in pages(report).items():
        assert page.get("lang") == ("en" if name.startswith("en/") else "zh-Hans")


def test_every_link_leads_somewhere(report: Path) -> None:
    found = pages(report)
    anchors = {name: {one.get("id") for one in page.iter() if one.get("id")} for name, page in found.items()}
    seen = 0
    for name, page in found.items():
        for link in page.iter("a", "link", "img", "script"):
            target = link.get("href") or link.get("src")
            if target.startswith(("https://", "http://")):
                assert link.get("rel") == "noreferrer nofollow external"
                continue
            path, anchor = urldefrag(target)
            where = (report / name).parent / unquote(path) if path else report / name
            assert where.is_file(), f"{name} → {target}"
            if anchor and "explorer/" not in path:
                inside = where.resolve().relative_to(report.resolve()).as_posix()
                assert unquote(anchor) in anchors[inside], f"{name} → {target}"
            seen += 1
    assert seen > 500


def test_every_number_with_facts_is_a_link_to_them(report: Path, world_basis: Basis) -> None:
    found = pages(report)
    for identity in TABLES:
        shown = table(world_basis, identity)
        index = found[chapter_of(identity)]
        for row in range(len(shown.frame)):
            path = f"{shown.row_path(row)}/{shown.main}"
            (cell,) = index.xpath("//td[@id=$path]", path=path)
            facts = shown.behind(row, shown.main)
            links = cell.xpath("./a/@href")
            assert links == ([f"../facts/{name_of(facts)}.html"] if shown.value(row, shown.main) else [])


def test_a_page_of_facts_has_the_words_the_place_and_the_way_back(report: Path, world_basis: Basis) -> None:
    facts = table(world_basis, "7").behind(0, "companies")
    page = pages(report)[f"facts/{name_of(facts)}.html"]
    assert len(page.xpath("//article")) == 3
    assert page.xpath("//blockquote/text()")[0] == "百度完成融资"
    assert page.xpath("//a[@rel]/@href")[0].startswith("https://world.example/")
    assert "../chapters/investment.html#table_7/institutional/1/companies" in page.xpath("//a/@href")
    assert "红杉中国" in page.text_content()
    assert re.search(r"sha256:[0-9a-f]{64}", page.text_content())


def test_words_of_the_web_stay_words(report: Path) -> None:
    """One investor of the world bears a name with markup in it, and addresses have markup in their query."""
    assert any(b"&lt;b&gt;" in data for name, data in files(report).items() if name.startswith("facts/"))
    for name, data in files(report).items():
        if is_page(name):
            assert "<b>" not in data.decode(), name
            scripts = re.findall(rb"<script[^>]*>[^<]*", data)
            assert len(scripts) == (name in SEARCHING)
            assert all(one.endswith(b'search.js">') for one in scripts)
            assert b"javascript:" not in data


def test_nothing_runs_and_nothing_is_loaded_from_elsewhere(report: Path) -> None:
    for name, page in pages(report).items():
        (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        assert policy.startswith("default-src 'none'"), name
        assert ("script-src 'self'" in policy) == (name in SEARCHING)
        assert "unsafe" not in policy
        for one in page.iter():
            if isinstance(one.tag, str):
                assert not [key for key in one.attrib if key.startswith("on") or key == "style"], name
        assert not [one for one in page.xpath("//img/@src | //link/@href") if ":" in one]
    assert b"@import" not in (report / "style.css").read_bytes()
    assert b"url(" not in (report / "style.css").read_bytes()


def test_csv_of_every_table_and_pictures_of_every_figure(report: Path) -> None:
    names = set(files(report))
    assert {f"data/{identity}.csv" for identity in [*TABLES, *FIGURES]} <= names
    for identity in FIGURES:
        assert {f"pictures/{identity}_{one}{end}" for one in LANGUAGES for end in (".png", ".svg")} <= names
    lines = (report / "data" / "table_1.csv").read_text(encoding="utf-8").splitlines()
    assert "governments,政府机构,,Government bodies" in lines


def test_the_date_is_that_of_the_newest_snapshot(report: Path) -> None:
    for page in pages(report).values():
        assert "2022-03-31" in page.xpath("//footer")[0].text_content()


def test_the_page_of_an_entity(report: Path) -> None:
    page = pages(report)[f"en/entities/{entity_id('华为')}.html"]
    assert page.xpath("//h1/text()") == ["Huawei (华为)"]
    text = page.text_content()
    assert "华为公司" in text
    assert "Sample node" in text
    rows = [
        [cell.text_content() for cell in row.xpath("td")] for row in page.xpath("//table[last()]/tbody/tr")
    ]
    assert ["2019-05-01", "Technology", "← from", "Intel (英特尔)"] in rows
    assert ["undated", "Technology", "→ to", "Tsinghua University (清华大学)"] in rows


def test_a_file_is_refused(world_store: Engine, world_basis: Basis, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("kept", encoding="utf-8")
    with pytest.raises(UsageError, match="is a file"):
        write_report(world_store, world_basis, tmp_path / "mine.txt")


def test_a_part_of_the_report(world_store: Engine, world_basis: Basis, tmp_path: Path) -> None:
    write_report(world_store, world_basis, tmp_path, only=["table_4", "figure_22"])
    assert {path.name for path in (tmp_path / "data").iterdir()} == {"table_4.csv", "figure_22.csv"}
    test_every_link_leads_somewhere(tmp_path)
    with pytest.raises(UsageError, match="no table or figure table_99"):
        write_report(world_store, world_basis, tmp_path, only=["table_99"])


def test_long_sets_of_facts_become_pieces(
    world_store: Engine, world_basis: Basis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With two facts a page, every fact still has its page and every link leads somewhere."""
    monkeypatch.setattr(FactPages.__init__, "__defaults__", (2, 3))
    for module in ("pages", "parts"):
        monkeypatch.setattr(f"analytics.report.{module}.IN_FULL", 1)
    write_report(world_store, world_basis, tmp_path, only=BRIEF)
    test_every_link_leads_somewhere(tmp_path)
    found = {name: page for name, page in pages(tmp_path).items() if name.startswith("facts/")}
    assert max(len(page.xpath("//article")) for page in found.values()) == 2
    assert max(len(page.xpath("//ul[@class='lines']/li")) for page in found.values()) == 3
    facts = table(world_basis, "3").behind(3, "edges")
    contents = found[f"facts/{name_of(facts)}.html"]
    pieces = [f"facts/{href}" for href in contents.xpath("//ol[@class='pieces']//a/@href")]
    listed = [href for piece in pieces for href in found[piece].xpath("//ul[@class='lines']/li/a/@href")]
    assert sorted(urldefrag(href).fragment for href in listed) == sorted(f"f{fact}" for fact in facts)


def test_several_processes_write_the_same(
    world_store: Engine, world_basis: Basis, report: Path, tmp_path: Path
) -> None:
    parts = ["table_7", "figure_22"]
    write_report(world_store, world_basis, tmp_path / "one", only=parts, workers=1)
    write_report(world_store, world_basis, tmp_path / "two", only=parts, workers=2)
    assert files(tmp_path / "two") == files(tmp_path / "one")


def test_a_report_as_it_was_known_bears_that_day(world_store: Engine, tmp_path: Path) -> None:
    from analytics.basis import basis
    from analytics.facts import View

    view = View(known=SEEN + dt.timedelta(days=1))
    write_report(world_store, basis(world_store, view=view), tmp_path, only=BRIEF)
    text = pages(tmp_path)["en/method.html"].text_content()
    assert "2022-04-01 12:00 UTC" in text
    assert "Newest snapshot 2022-03-31" in text


def test_entities_beyond_the_limit_have_no_page_but_those_in_tables_do(
    world_store: Engine, world_basis: Basis, tmp_path: Path
) -> None:
    write_report(world_store, world_basis, tmp_path, entities_most=0, only=BRIEF)
    names = {path.stem for path in (tmp_path / "entities").iterdir()}
    assert entity_id("华为") in names
    assert entity_id("李二") not in names
    test_every_link_leads_somewhere(tmp_path)


def test_an_id_that_is_no_id_names_no_file() -> None:
    with pytest.raises(ValueError, match="no entity's id"):
        _file("../../etc/passwd")


# ── its parts ─────────────────────────────────────────────────────────────────────────────────────


def traced(**values: object) -> TracedFact:
    place = Quoted(
        "javascript:alert(1)", "p", "“quote”", "m", "1", 0.5, SEEN, SEEN, None, "a.warc.gz", 7, "0" * 64
    )
    fact = TracedFact(
        1, "attribute", "<i>", "<i>", None, None, None, None, {"attribute": "layer"}, None, None, None, "s", "S", "源",
        (), (place,),
    )  # fmt: skip
    return replace(fact, **values)  # type: ignore[arg-type]  # fields by name


def test_only_web_addresses_become_links() -> None:
    assert shown_fact(traced(), "zh", frozenset()).evidence[0].href == ""


@pytest.mark.parametrize(
    ("start", "end", "precision", "said"),
    [
        (None, None, None, "undated"),
        (dt.date(2021, 1, 1), None, "year", "2021"),
        (dt.date(2021, 5, 1), None, "month", "2021-05"),
        (dt.date(2021, 5, 3), dt.date(2021, 5, 3), "day", "2021-05-03"),
        (dt.date(2019, 1, 1), dt.date(2021, 12, 31), "year", "2019 – 2021"),
        (None, dt.date(2021, 12, 31), "year", "… – 2021"),
    ],
)
def test_dates_are_as_fine_as_they_were_stated(
    start: dt.date | None, end: dt.date | None, precision: str | None, said: str
) -> None:
    fact = traced(valid_from=start, valid_to=end, precision=precision)
    assert shown_fact(fact, "en", frozenset()).when == said


def test_long_words_are_cut_and_labels_are_known() -> None:
    shown = shown_fact(traced(value="字" * 5000), "zh", frozenset())
    assert shown.details[0][0] == "技术层次"
    assert len(shown.details[0][1]) == 601


def test_cells_are_printed_as_their_kind_says() -> None:
    words = Words("数", "n")
    assert cell_text(1234567, Column("n", words, "count")) == "1,234,567"
    assert cell_text(1.23456, Column("n", words, "number", decimals=3)) == "1.235"
    assert cell_text(None, Column("n", words, "count")) == "–"
    assert cell_text(0, Column("n", words, "count")) == "0"


def test_names_in_both_languages() -> None:
    assert display("华为", "Huawei", "zh") == "华为"
    assert display("华为", "Huawei", "en") == "Huawei (华为)"
    assert display("IBM", "IBM", "en") == display("IBM", "", "en") == "IBM"


def test_words_of_the_pages_are_there_in_both_languages() -> None:
    for language in LANGUAGES:
        assert say("checks", language)
    with pytest.raises(KeyError):
        say("nothing", "zh")
    assert called("unheard_of", {}, "zh") == "unheard_of"
    used = set()
    loader = environment().loader
    assert loader is not None
    for name in environment().list_templates():
        used |= set(re.findall(r"\bt\('(\w+)'\)", loader.get_source(environment(), name)[0]))
    for key in used:
        assert say(key, "zh")
        assert say(key, "en")


def test_templates_escape_and_refuse_unknown_words() -> None:
    text = environment().from_string("{{ word }}")
    assert text.render(word="<b>") == "&lt;b&gt;"
    with pytest.raises(Exception, match="undefined"):
        text.render()


def days(*known: tuple[int, int | None]) -> pd.Series[pd.Timestamp]:
    """First days of facts, given as (fact, year)."""
    found = {fact: f"{year}-01-01" if year else None for fact, year in known}
    return pd.Series(
        pd.to_datetime(pd.Series([found[one] for one in sorted(found)])).values, index=sorted(found)
    )


def test_cells_with_the_same_facts_share_a_page() -> None:
    found = FactPages(days((1, 2020), (2, 2020), (12, None)))
    first = found.add(np.array([1, 2]), "a")
    assert found.add(np.array([1, 2]), "b") == first
    assert found.add(np.array([12]), "c") != first
    assert found.add(np.array([], dtype=np.int64), "d") == ""
    assert found.sets[first].cells == ["a", "b"]
    assert found.facts().tolist() == [1, 2, 12]


@given(
    st.dictionaries(st.integers(1, 10**6), st.integers(2018, 2021) | st.none(), min_size=1, max_size=40),
    st.integers(1, 7),
)
def test_every_fact_has_one_shelf_and_one_piece(known: dict[int, int | None], most: int) -> None:
    found = FactPages(days(*known.items()), most, most)
    facts = np.array(sorted(known))
    pieces = found.pieces(facts)
    found.shelve(facts)
    for listed in (pieces, found.shelves):
        assert sorted(fact for one in listed for fact in one.facts.tolist()) == sorted(known)
        assert all(0 < len(one.facts) <= most for one in listed)
        assert all(known[fact] == one.year for one in listed for fact in one.facts.tolist())
        assert len({one.name for one in listed}) == len(listed)
    years = [one.year or 9999 for one in pieces]
    assert years == sorted(years)
    for shelf in found.shelves:
        assert {found.shelf(fact) for fact in shelf.facts.tolist()} == {shelf.name}


def test_pieces_of_a_growing_set_are_shared() -> None:
    found = FactPages(days((1, 2018), (2, 2018), (3, 2019), (4, 2021)), 1, 1)
    early, every = (found.pieces(np.array(facts)) for facts in ([1, 2, 3], [1, 2, 3, 4]))
    assert {one.name for one in early} < {one.name for one in every}


def test_method_says_view_rule_and_sources(world_store: Engine, world_basis: Basis) -> None:
    said = dict(settings(world_basis, "en"))
    assert said["Edition"] == "2021 (frozen 2022-03-31)"
    assert said["Years"] == "2018–2021"
    assert rule(world_basis, "en") == ["only facts up to this year: 2021"]
    (source,) = sources(world_store, "zh")
    assert (source["title"], source["licence"], source["href"]) == (
        "测试世界",
        "CC0",
        "https://world.example",
    )
    assert all(name.zh and name.en and text.zh and text.en for name, text in DEFINITIONS)


def test_an_upright_table_has_a_column_a_year(world_basis: Basis) -> None:
    shown = shown_exhibit(figure(world_basis, "27"), "en", lambda path: path, frozenset())
    (block,) = shown.blocks
    assert [head.text for head in block.heads] == ["Year", "2018", "2019", "2020", "2021"]
    row = next(row for row in block.rows if row[0].text == "5G (%)")
    assert [cell.text for cell in row[1:]] == ["–", "0.00", "33.33", "20.00"]
    assert row[-1].facts == "figure_27/2021/5G"
    assert row[1].facts == ""


def test_entities_are_listed_by_degree(world_basis: Basis) -> None:
    found = EntityPages(world_basis, 3, frozenset({entity_id("王一")}))
    assert [found.row(one, "zh")["name"] for one in found.listed][-1] == "王一"
    assert len(found.listed) == 4
    degrees = [found.degree.get(one, 0) for one in found.listed]
    assert degrees == sorted(degrees, reverse=True)


def test_a_figure_as_one_file(world_basis: Basis, tmp_path: Path) -> None:
    out = tmp_path / "f.html"
    write_figure_page(figure(world_basis, "40"), out, "en")
    page = html.fromstring(out.read_bytes())
    assert page.xpath("//h1/text()") == ["Figure 40 Application areas"]
    assert all(one.startswith("data:image/svg+xml") for one in page.xpath("//img/@src"))
    assert len(page.xpath("//tbody/tr")) == 21


@pytest.mark.browser
def test_pdf(report: Path, tmp_path: Path) -> None:
    if not any(shutil.which(name) for name in BROWSERS):
        pytest.skip("no Chromium is installed")
    shutil.copytree(report, tmp_path / "r")
    out = print_pdf(tmp_path / "r", "en")
    assert out.name == "report_en.pdf"
    assert out.read_bytes().startswith(b"%PDF")


def test_pdf_without_browser_or_page_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="a PDF needs a Chromium"):
        print_pdf(tmp_path, "zh")
    browser = tmp_path / BROWSERS[0]
    browser.write_text("#!/bin/sh\nexit 3\n")
    browser.chmod(0o755)
    with pytest.raises(UsageError, match="there is no page"):
        print_pdf(tmp_path, "zh")
    (tmp_path / "whole.html").touch()
    with pytest.raises(Exception, match="could not print"):
        print_pdf(tmp_path, "zh")
