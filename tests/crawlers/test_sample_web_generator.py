"""Worlds made from a seed: shaped as the printed networks are, sound in themselves, told as our parsers read."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from urllib.request import urlopen

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.sample_web.files import write_files
from crawlers.sample_web.generator import make_world, marginals, world_from
from crawlers.sample_web.generator.cooperating import labels
from crawlers.sample_web.generator.dice import Dice
from crawlers.sample_web.generator.growth import Growth, grow, planned
from crawlers.sample_web.generator.naming import CHARACTERS, brands, persons
from crawlers.sample_web.model import Quiet, Round, World
from crawlers.sample_web.pages import cac, gleif, news, ror, turns
from crawlers.sample_web.pages.answers import Asked
from crawlers.sample_web.pages.writing import Told, number_of, path_of, told_in
from crawlers.sample_web.truth import YEARS, truth
from crawlers.sources.news import NewsSpider
from pipelines.errors import UsageError
from pipelines.reading import Gazetteer, read_document
from pipelines.records import Cooperation, Document, Financing, Mention, Record
from pipelines.rounds import read_round
from pipelines.taxonomy import taxonomy
from tests.crawlers.saved_pages import respond
from tests.program import command, environment

SMALL = 0.004
SEEDS = st.integers(0, 10**9)


@lru_cache(maxsize=4)
def small(seed: int = 3) -> World:
    return make_world(seed, SMALL)


def edges_of(growth: Growth) -> dict[int, tuple[int, int, np.ndarray]]:
    """Year → nodes, edges and the degrees, by the plainest count."""
    both = growth.both == 1
    source = np.concatenate([growth.source, growth.target[both]])
    target = np.concatenate([growth.target, growth.source[both]])
    kind = np.concatenate([growth.dimension, growth.dimension[both]])
    year = np.concatenate([growth.year, growth.year[both]])
    assert (source != target).all()
    assert (np.minimum(source, target) < growth.sample).all(), "an edge without a sample company"
    found = {}
    for upto in marginals.YEARLY:
        now = year <= upto
        rows = set(zip(kind[now].tolist(), source[now].tolist(), target[now].tolist(), strict=True))
        degree = np.bincount(np.concatenate([source[now], target[now]]), minlength=growth.nodes)
        nodes = growth.sample + int((degree[growth.sample :] > 0).sum())
        found[upto] = (nodes, len(rows), degree)
    return found


@pytest.mark.parametrize("seed", [1, 2024])
def test_at_full_size_the_network_has_the_printed_nodes_and_edges(seed: int) -> None:
    found = edges_of(grow(seed, 1.0))
    assert {year: row[:2] for year, row in found.items()} == dict(marginals.YEARLY)
    degree = np.sort(found[2021][2])[::-1]
    assert degree[-1] >= 1, "in the last year every node has an edge"
    assert degree[: len(degree) // 10].sum() / degree.sum() == pytest.approx(0.70, abs=0.01)
    assert 3500 < degree[0] < 6500


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.floats(0.003, 0.06))
def test_a_network_of_any_size_grows_as_planned(seed: int, size: float) -> None:
    growth = grow(seed, size)
    assert {year: row[:2] for year, row in edges_of(growth).items()} == planned(size)[1]
    for side in (growth.source, growth.target):
        own = side < growth.sample
        assert (growth.happened[own] >= growth.founded[side[own]]).all()
    assert (growth.happened <= growth.year).all()
    assert (growth.happened[growth.year > 2014] == growth.year[growth.year > 2014]).all()


@settings(max_examples=8, deadline=None)
@given(SEEDS, st.sampled_from([0.003, 0.005, 0.01]))
def test_the_truth_of_a_small_world_has_the_planned_edges(seed: int, size: float) -> None:
    world = make_world(seed, size)
    told = truth(world)
    _, yearly = planned(size)
    assert {
        year: (len(told.nodes(year, "entity")), len(told.edges(year, "entity"))) for year in YEARS
    } == yearly


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_a_world_is_sound(seed: int) -> None:
    world = make_world(seed, SMALL)
    for fact in world.cooperation:
        names = [name for name in (fact.provider, *fact.recipients, *fact.parties) if name]
        bearers = [world.organisation(name) for name in names]
        assert len({one.id for one in bearers}) == len(bearers) >= 2
        assert all((one.founded or 0) <= fact.when.day.year for one in bearers)
        assert any(one.sample for one in bearers)
        assert set(fact.technologies) <= set(taxonomy("technology_categories").terms)
        assert set(fact.applications) <= set(taxonomy("application_areas").terms)
    assert len({one.event for one in world.rounds}) == len(world.rounds)
    for event in world.rounds:
        target = world.organisation(event.target)
        assert target.sample
        assert (target.founded or 0) <= event.when.day.year
    assert len({one.person for one in world.people}) == len(world.people)
    for person in world.people:
        assert any(mark in person.person for mark in ("示例", "样本", "虚构", "拟名", "演示", "假设"))
        past = [one.end for one in person.studies] + [one.end for one in person.former]
        assert past
        assert max(past) <= person.start
    numbers = [number_of(fact) for fact in told_in(world)]
    assert len(set(numbers)) == len(numbers)
    for one in world.organisations.values():
        assert not one.parent or one.parent in world.organisations
        assert one.sample == bool(one.layer)


def test_shares_are_those_of_the_figures() -> None:
    slots = np.repeat(list(marginals.YEARLY), 2500).tolist()
    given_labels = labels(marginals.TECHNOLOGIES, slots, Dice(5, "test"))
    assert all(1 <= len(one) == len(set(one)) <= 2 for one in given_labels)
    for year in marginals.YEARLY:
        counts = Counter(
            code for one, slot in zip(given_labels, slots, strict=True) if slot <= year for code in one
        )
        total = sum(counts.values())
        for code, share in zip(
            marginals.TECHNOLOGIES, marginals.cumulative(marginals.TECHNOLOGIES, year), strict=True
        ):
            # a share that falls faster than its articles come cannot be kept to at once
            assert counts[code] / total == pytest.approx(share, abs=0.01), (year, code)
    assert marginals.cumulative(marginals.TECHNOLOGIES, 2021)[0] == pytest.approx(0.4753, abs=0.0005)


def test_companies_are_spread_as_printed() -> None:
    world = make_world(9, 0.1)
    sample = [one for one in world.organisations.values() if one.sample]
    assert len(sample) == 220
    share = {name: Counter(getattr(one, name) for one in sample) for name in ("layer", "province", "founded")}
    assert share["layer"]["应用层"] / 220 == pytest.approx(0.8518, abs=0.01)
    assert share["province"]["北京市"] / 220 == pytest.approx(0.2832, abs=0.04)  # units follow their heads
    young = sum(count for year, count in share["founded"].items() if 2012 <= year <= 2018)
    assert young / 220 == pytest.approx(0.6336, abs=0.01)
    financed = {world.name_of[one.target] for one in world.rounds}
    assert len(financed) / 220 == pytest.approx(0.675, abs=0.01)


def test_names_can_begin_in_no_other_words_of_an_article() -> None:
    patterns = [*turns.DIRECTED.values(), *turns.MUTUAL.values(), turns.TENDER, turns.ROUND, turns.STRATEGIC]
    words = "".join(title + text for kind in patterns for title, text in kind)
    words += "".join(
        code for name in ("technology_categories", "application_areas") for code in taxonomy(name).terms
    )
    words += "".join(place for pair in marginals.PLACES for place in pair)
    assert not set(words) & set(CHARACTERS)
    listed = [next_one for next_one, _ in zip(brands(4), range(2000), strict=False)]
    assert len({brand for brand, _ in listed}) == len({sound for _, sound in listed}) == 2000
    people = [name for name, _ in zip(persons(4), range(2000), strict=False)]
    assert len(set(people)) == 2000


def pages(world: World) -> Iterator[tuple[Told, list[Record]]]:
    """Every third article's fact, and what is read on its page."""
    known = {
        Mention(name=name, kind=one.kind) for one in world.organisations.values() for name, _ in one.names()
    }
    ordered = sorted(known, key=lambda one: one.name)
    gazetteer, spider = Gazetteer(ordered), NewsSpider()
    for fact in list(told_in(world))[::3]:
        answer = news.answer(world, Asked(news.host_of(world, number_of(fact)), path_of(fact)))
        page = respond(
            news.url_of(world, fact), answer.body, {"headers": {"Content-Type": answer.content_type}}
        )
        (document,) = list(spider.read(page))
        assert isinstance(document, Document)
        yield fact, read_document(document, gazetteer)


def test_articles_are_read_as_what_they_tell() -> None:
    """Who, to whom, when, what, which kind: all of it."""
    world = small()

    def who(mentions: Sequence[Mention | str]) -> set[str]:
        return {world.name_of[one if isinstance(one, str) else one.name] for one in mentions}

    def meant(*names: str) -> set[str]:
        return {world.name_of[name] for name in names if name}

    seen: Counter[str] = Counter()
    for fact, records in pages(world):
        seen[type(fact).__name__] += 1
        done = [one for one in records if getattr(one, "status", "done") == "done"]
        if isinstance(fact, Quiet):
            assert done == [], fact
            continue
        (read,) = records
        assert records == done
        if isinstance(fact, Round):
            assert isinstance(read, Financing)
            assert (who([read.target]), who(read.investors)) == (meant(fact.target), meant(*fact.investors))
            assert read_round(read.round).name == read_round(fact.round).name
        else:
            assert isinstance(read, Cooperation)
            assert who(read.providers) == meant(fact.provider)
            assert who(read.recipients) == meant(*fact.recipients)
            assert who(read.parties) == meant(*fact.parties)
            assert read.kind == fact.kind
            assert set(read.technologies) == set(fact.technologies)
            assert set(read.applications) == set(fact.applications)
        assert (read.when.start, read.when.precision) == (fact.when.day, fact.when.precision)
    assert min(seen[name] for name in ("Cooperation", "Round", "Quiet")) > 5


def test_sites_lead_to_every_article(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "SITEMAP_MOST", 20)
    world = make_world(11, 0.003)
    listed: list[str] = []
    for host in world.press:
        assert (
            f"https://{host}/sitemap_index.xml"
            in news.answer(world, Asked(host, "/robots.txt")).body.decode()
        )
        for path, told in news.sites(world)[host].parts.items():
            page = news.answer(world, Asked(host, path))
            assert page.status == 200
            assert len(told) <= 20
            listed += page.body.decode().split("<loc>")[1:]
        for path in ("/", "/rss.xml", "/sitemap_index.xml", *news.sites(world)[host].months):
            assert news.answer(world, Asked(host, path)).status == 200
        assert news.answer(world, Asked(host, "/2019/01/01/99999.html")).status == 404
    assert len(listed) == len(list(told_in(world)))
    assert {one.partition("<")[0] for one in listed} == {news.url_of(world, fact) for fact in told_in(world)}


def test_registries_answer_for_every_entry() -> None:
    world = make_world(11, 0.02)
    for entry in world.lei:
        assert gleif.answer(world, Asked("api.gleif.org", f"/api/v1/lei-records/{entry.lei}")).status == 200
    for body in world.ror:
        assert ror.answer(world, Asked("api.ror.org", f"/v2/organizations/{body.id}")).status == 200
    for batch in world.batches:
        assert cac.answer(world, Asked("www.cac.gov.cn", batch.page)).status == 200
    assert world.lei
    assert world.ror
    assert world.batches
    assert any(one.parent for one in world.lei)


def test_a_seed_gives_one_world_on_every_machine(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from crawlers.sample_web.generator import make_world\n"
        "from crawlers.sample_web.truth import truth\n"
        "from crawlers.sample_web.files import write_files\n"
        "world = make_world(3, 0.004)\n"
        "write_files(Path(sys.argv[1]), world); truth(world).write(Path(sys.argv[1]))"
    )
    folder = Path(__file__).resolve().parents[2]
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "other")],
        cwd=folder, check=True, env={"PYTHONHASHSEED": "77", "PYTHONPATH": str(folder)},
    )  # fmt: skip
    write_files(tmp_path / "own", small())
    truth(small()).write(tmp_path / "own")
    for path in sorted((tmp_path / "own").iterdir()):
        assert path.read_bytes() == (tmp_path / "other" / path.name).read_bytes(), path.name
    assert make_world(4, SMALL).organisations.keys() == small().organisations.keys()
    assert make_world(4, SMALL).organisations != small().organisations


@pytest.mark.parametrize("words", ["", "x", "1:", "1:-1", "1:0", "1:0.0001", "1:999", "99999999999", "1:1e3"])
def test_what_names_no_world_is_refused(words: str) -> None:
    with pytest.raises(UsageError):
        world_from(words)


def test_a_world_is_named_by_seed_and_size() -> None:
    assert world_from("3:0.004").organisations == small().organisations


def test_a_made_world_is_served(tmp_path: Path) -> None:
    words = ["serve", "--world", "3:0.003", "--port", "0", "--files", "files", "--truth", "truth"]
    with subprocess.Popen(
        command(*words), cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:  # fmt: skip
        assert process.stdout is not None
        said = process.stdout.readline()
        base = said.split()[2].partition("/<")[0]
        with urlopen(f"{base}/https/wire.valuenet.example/robots.txt", timeout=10) as answer:
            assert b"https://wire.valuenet.example/sitemap_index.xml" in answer.read()
        process.terminate()
    rows = (tmp_path / "truth" / "edges_entity_2021.csv").read_text("utf-8").splitlines()
    assert len(rows) == planned(0.003)[1][2021][1] + 1
    assert (tmp_path / "files" / "people.csv").exists()
