"""The explorer's files: its numbers are the networks', its facts the store's, and no name breaks out of the data."""

from __future__ import annotations

import base64
import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from sqlalchemy import Engine

from analytics.basis import Basis, fact_ids
from analytics.explorer import facts
from analytics.explorer.contents import contents
from analytics.explorer.facts import fact_files
from analytics.explorer.packing import lines, packed, script, text
from analytics.explorer.page import PAGES, POLICY, RootLinks, write_explorer
from analytics.explorer.words import WORDS, words
from analytics.figure_networks import network_figure
from analytics.figure_technology import areas_figure, categories_figure
from analytics.networks import DIMENSIONS
from analytics.trace import trace
from pipelines.errors import UsageError
from pipelines.taxonomy import taxonomy
from tests.analytics.world import entity_id
from tests.benchmarks.graphs import Shape
from tests.benchmarks.large_basis import large_basis
from valuenet import main


@pytest.fixture(scope="module")
def generated() -> Basis:
    return large_basis(Shape(sample=40, relation=260, edges=600, hub=80))


@pytest.fixture(scope="module")
def folder(world_store: Engine, world_basis: Basis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("explorer")
    write_explorer(world_store, world_basis, out)
    return out


def called_with(content: str) -> list[Any]:
    """The values that a script calls its function with."""
    found = re.fullmatch(r"[\w.]+\((.*)\);\n", content, re.DOTALL)
    assert found
    values: list[Any] = json.loads(f"[{found[1]}]")
    return values


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


# ── what it counts ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("which", ["world", "generated"])
def test_every_year_has_the_edges_of_its_network(which: str, world_basis: Basis, generated: Basis) -> None:
    basis = world_basis if which == "world" else generated
    seen = contents(basis)
    entity = seen.network.nodes["entity"].to_numpy()
    edges = seen.network.edges
    for at, year in enumerate(basis.years):
        for dimension in DIMENSIONS:
            network = basis.network(year, (dimension,))
            names = network.nodes["entity"].to_numpy()
            wanted = set(zip(names[network.edges["source"]], names[network.edges["target"]], strict=True))
            shown = edges[(seen.since <= at) & (edges["dimension"] == dimension).to_numpy()]
            assert set(zip(entity[shown["source"]], entity[shown["target"]], strict=True)) == wanted


def test_relations_with_a_category_are_those_of_the_figures(generated: Basis) -> None:
    """Figures 27 and 40 have the share of each among all (relation, category) pairs."""
    seen = contents(generated)
    for column, name, figure in (
        ("technologies", "technology_categories", categories_figure(generated)),
        ("areas", "application_areas", areas_figure(generated)),
    ):
        shares = figure.table.frame.set_index("year")
        for at, year in enumerate(generated.years):
            known = seen.labels[seen.labels["year"] <= at]
            sets = known[column].to_numpy(dtype=np.int64)
            counts = [
                known.loc[(sets >> bit & 1) == 1, "edge"].nunique() for bit in range(len(taxonomy(name)))
            ]
            wanted = shares.loc[year, list(taxonomy(name).codes)].to_numpy(dtype=float)
            assert np.array(counts) * 100 / sum(counts) == pytest.approx(wanted)


def test_an_edge_has_the_facts_of_its_relation(world_basis: Basis) -> None:
    seen = contents(world_basis)
    edges, entity = seen.network.edges, seen.network.nodes["entity"]
    rows = world_basis.until(world_basis.last)
    for at, found in enumerate(seen.facts()):
        source, target = entity[edges["source"][at]], entity[edges["target"][at]]
        mine = (rows["source"] == source) & (rows["target"] == target)
        assert found == fact_ids(rows[mine & (rows["dimension"] == edges["dimension"][at])]).tolist()


def test_a_taxonomy_that_is_too_large_is_no_silent_loss(
    world_basis: Basis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics.explorer.contents._BITS", 3)
    with pytest.raises(ValueError, match="more than 3 terms"):
        contents(world_basis)


# ── the facts behind ──────────────────────────────────────────────────────────────────────────────


def test_facts_stand_in_files_of_so_many_edges(
    world_store: Engine, world_basis: Basis, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind = contents(world_basis).facts()
    monkeypatch.setattr(facts, "EDGES_A_FILE", 3)
    written = list(fact_files(world_store, world_basis, behind))
    assert len(written) == -(-len(behind) // 3)
    told = [[file["facts"][at]["id"] for at in edge] for file in written for edge in file["edges"]]
    assert [sorted(map(int, one)) for one in told] == behind
    quotes = {one.fact: one.evidence[0].quote for one in trace(world_store, [f for b in behind for f in b])}
    for file in written:
        for fact in file["facts"]:
            assert fact["places"][0]["quote"] == quotes[int(fact["id"])]
            assert fact["places"][0]["href"].startswith("https://world.example/")


def test_the_newest_facts_of_an_edge_come_first_and_not_all_of_them(
    world_store: Engine, world_basis: Basis, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = sorted({fact for edge in contents(world_basis).facts() for fact in edge})
    [file] = fact_files(world_store, world_basis, [every])
    [edge] = file["edges"]
    days = [file["facts"][at]["when"] for at in edge]
    assert len(days) == len(every)
    dated = [day for day in days if day]
    assert dated == sorted(dated, reverse=True)
    assert days[: len(dated)] == dated
    monkeypatch.setattr(facts, "FACTS_MOST", 2)
    [few] = fact_files(world_store, world_basis, [every])
    assert [few["facts"][at]["when"] for at in few["edges"][0]] == days[:2]
    assert len(few["facts"]) == 2


# ── how it is packed ──────────────────────────────────────────────────────────────────────────────


@given(st.lists(st.integers(0, 2**32 - 1)))
def test_numbers_come_back(values: list[int]) -> None:
    assert np.frombuffer(base64.b64decode(packed(values, "u4")), "<u4").tolist() == values


def test_a_number_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(ValueError, match="does not fit into u1"):
        packed([255, 256], "u1")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_no_word_breaks_out_of_a_script(values: list[str]) -> None:
    written = script("f", values)
    assert called_with(written) == [values]
    assert not set(written) & set("<>&\u2028\u2029\x85\ufeff")
    assert written.count("\n") == 1


@given(st.lists(st.text(), min_size=1))
def test_words_come_a_line_each(values: list[str]) -> None:
    assert len(lines(values).split("\n")) == len(values)


def test_what_is_no_word_is_none() -> None:
    assert (text(None), text(pd.NA), text(float("nan"))) == ("", "", "")
    assert text("a\ud800b") == "a\ufffdb"


# ── the folder ────────────────────────────────────────────────────────────────────────────────────


def test_the_same_store_gives_the_same_bytes_over_an_older_explorer(
    world_store: Engine, world_basis: Basis, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "facts").mkdir()
    (tmp_path / "facts" / "7.js").write_text("old", encoding="utf-8")
    (tmp_path / "mine.txt").write_text("kept", encoding="utf-8")
    fresh = Basis(world_basis.facts, world_basis.edition, world_basis.years)
    done = write_explorer(world_store, fresh, tmp_path)
    assert files(tmp_path) == {**files(folder), "mine.txt": b"kept"}
    assert (done.files, done.bytes) == (len(files(folder)), sum(map(len, files(folder).values())))
    assert (done.nodes, done.edges) == (13, 16)


def test_pages_load_what_is_beside_them_and_run_nothing_of_their_own(folder: Path) -> None:
    for name in PAGES.values():
        page = html.parse(folder / name)
        [policy] = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        assert policy == POLICY
        assert "unsafe" not in policy
        for address in page.xpath("//@src | //@href"):
            assert (folder / address).is_file(), address
        assert page.xpath("//script[not(@src)] | //style | //@style") == []
        assert [one for one in page.xpath("//@*") if one.attrname.startswith("on")] == []
        fields = page.xpath("//input/@id")
        assert set(fields) <= set(page.xpath("//label/@for"))


def test_no_script_makes_code_or_markup_of_words(folder: Path) -> None:
    for name, data in files(folder).items():
        if name.endswith(".js") and name not in ("data.js", "words.js") and not name.startswith("facts/"):
            assert not re.search(
                rb"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function", data
            )


def test_both_languages_have_all_words(folder: Path) -> None:
    [said] = called_with((folder / "words.js").read_text(encoding="utf-8"))
    assert said == {"zh": words("zh"), "en": words("en")}
    for key, one in WORDS.items():
        assert set(re.findall(r"\{\w+\}", one.zh)) == set(re.findall(r"\{\w+\}", one.en)), key
    used = set()
    for data in files(folder).values():
        used |= set(re.findall(rb'Valuenet\.say\("(\w+)"', data))
    assert {key.decode() for key in used} <= WORDS.keys()


def test_entities_with_a_page_are_linked(world_store: Engine, world_basis: Basis, tmp_path: Path) -> None:
    links = RootLinks({"zh": "../index.html"}, {"zh": "../entities/{entity}.html"}, {entity_id("华为")})
    write_explorer(world_store, world_basis, tmp_path, root_links=links)
    [data] = called_with((tmp_path / "data.js").read_text(encoding="utf-8"))
    assert data["entityPages"] == {"zh": "../entities/{entity}.html", "en": ""}
    paged = np.frombuffer(base64.b64decode(data["paged"]), np.uint8)
    assert [data["ids"].split("\n")[at] for at in np.flatnonzero(paged)] == [entity_id("华为")]
    assert html.parse(tmp_path / "index.html").xpath("//nav/a/@href")[0] == "../index.html"
    assert html.parse(tmp_path / "en.html").xpath("//nav/a/@href") == ["index.html"]


def test_without_relations_there_is_a_page_all_the_same(
    world_store: Engine, world_basis: Basis, tmp_path: Path
) -> None:
    done = write_explorer(world_store, world_basis.with_years([1999]), tmp_path)
    assert (done.nodes, done.edges) == (0, 0)
    assert "尚无网络" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_a_file_is_no_folder(world_store: Engine, world_basis: Basis, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(UsageError, match="is a file"):
        write_explorer(world_store, world_basis, file)


def test_what_breaks_off_has_no_first_page(
    world_store: Engine, world_basis: Basis, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "explorer"
    shutil.copytree(folder, out)
    drawn = network_figure
    calls: list[str] = []

    def second_fails(*asked: Any) -> Any:
        calls.append("")
        if len(calls) == 2:
            raise OSError("no space left")
        return drawn(*asked)

    monkeypatch.setattr("analytics.explorer.page.network_figure", second_fails)
    with pytest.raises(OSError, match="no space left"):
        write_explorer(world_store, world_basis, out)
    assert (out / "en.html").exists()
    assert not (out / "index.html").exists()


def test_the_command_writes_it(world_store: Engine, folder: Path, tmp_path: Path) -> None:
    words_given = ["--store", str(world_store.url), "explorer", "2021", "--out", str(tmp_path), "--json"]
    done = CliRunner().invoke(main, words_given, prog_name="valuenet")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["edges"] == 16
    assert files(tmp_path) == files(folder)
    wrong = CliRunner().invoke(main, [*words_given, "--sample", "2020"], prog_name="valuenet")
    assert wrong.exit_code == 2
