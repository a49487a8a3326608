"""A made world, the whole way: imported, crawled, resolved. The store holds just what the world says."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from analytics.facts import View, load
from analytics.networks import build_years
from analytics.sample import nodes, show
from crawlers.sample_web.generator import make_world
from crawlers.sample_web.generator.growth import planned
from crawlers.sample_web.model import World
from crawlers.sample_web.pages.news import url_of
from crawlers.sample_web.server import SampleWeb
from crawlers.sample_web.truth import YEARS, truth
from pipelines.amounts import read_amount
from pipelines.rounds import read_round
from pipelines.store.session import open_store
from tests.program import run

SEED, SIZE = 3, 0.003
Rows = Counter[tuple[Any, ...]]


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(SEED, SIZE)


@pytest.fixture(scope="module")
def folder(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a store that has read the world and resolved it."""
    made = tmp_path_factory.mktemp("made")
    with SampleWeb(world=world) as web:
        web.write_files(made / "files")
        for kind in ("companies", "financing", "people"):
            run("import", kind, made / "files" / f"{kind}.csv", cwd=made)
        sites = [word for host in world.press for word in ("--site", f"https://{host}/")]
        run("crawl", "ror", "gleif", "cac", "news", *sites, "--web", web.base, cwd=made)
    run("resolve", cwd=made)
    run("sample", "propose", "2021", "--until", "2021", cwd=made)
    run("sample", "freeze", "2021", cwd=made)
    return made


@pytest.fixture
def store(folder: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(folder / "valuenet.db")) as connection:
        yield connection


def roles(store: sqlite3.Connection, world: World) -> dict[int, dict[str, list[str]]]:
    """Fact → role → the organisations that its names mean."""
    found: dict[int, dict[str, list[str]]] = {}
    for fact, role, name in store.execute(
        "SELECT fact_id, role, name FROM fact_mention JOIN mention ON id = mention_id "
        "WHERE kind IS NULL OR kind != 'person'"
    ):
        found.setdefault(fact, {}).setdefault(role, []).append(world.name_of.get(name, name))
    return found


def stated(store: sqlite3.Connection, kind: str, source: str) -> Iterator[tuple[Any, ...]]:
    """Fact, value, low, detail, first day, precision, address of each evidence."""
    return store.execute(
        "SELECT fact.id, value, low, detail, valid_from, valid_precision, url FROM fact "
        "JOIN evidence ON fact_id = fact.id JOIN page ON page.id = page_id "
        "WHERE fact.kind = ? AND fact.source = ? AND ended_at IS NULL",
        (kind, source),
    )


def bearers(world: World, *names: str) -> tuple[str, ...]:
    return tuple(sorted(world.name_of[name] for name in names if name))


def test_the_cooperations_are_those_of_the_world(store: sqlite3.Connection, world: World) -> None:
    who = roles(store, world)
    held: Rows = Counter()
    for fact, kind, _, words, day, precision, url in stated(store, "cooperation", "news"):
        detail = json.loads(words)
        if detail["status"] == "done":
            sides = (tuple(sorted(who[fact].get(role, []))) for role in ("provider", "recipient", "party"))
            topics = (tuple(sorted(detail[name])) for name in ("technologies", "applications"))
            held[(url, kind, day, precision, *sides, *topics)] += 1
    true: Rows = Counter(
        (
            url_of(world, one), one.kind, str(one.when.day), one.when.precision, bearers(world, one.provider),
            bearers(world, *one.recipients), bearers(world, *one.parties),
            tuple(sorted(one.technologies)), tuple(sorted(one.applications)),
        )
        for one in world.cooperation
    )  # fmt: skip
    assert held == true


def test_the_rounds_are_those_of_the_world(store: sqlite3.Connection, world: World) -> None:
    who = roles(store, world)
    held: Rows = Counter()
    for fact, name, low, _, day, precision, url in stated(store, "financing", "news"):
        (target,) = who[fact]["target"]
        held[(url, name, low, day, precision, target, tuple(sorted(who[fact]["investor"])))] += 1
    true: Rows = Counter(
        (
            url_of(world, one), read_round(one.round).name, read_amount(one.amount).low, str(one.when.day),
            one.when.precision, world.name_of[one.target], bearers(world, *one.investors),
        )
        for one in world.rounds
        if one.article
    )  # fmt: skip
    assert held == true


def test_nothing_is_rejected(store: sqlite3.Connection) -> None:
    assert store.execute("SELECT reason, locator FROM rejected").fetchall() == []


def meant(store: sqlite3.Connection, world: World) -> dict[str, set[str]]:
    """Entity → the organisations that its names mean."""
    found: dict[str, set[str]] = {}
    for name, entity in store.execute(
        "SELECT mention.name, coalesce(redirect_to, entity.id) FROM mention_entity "
        "JOIN mention ON mention.id = mention_entity.mention_id JOIN entity ON entity.id = entity_id"
    ):
        if name in world.name_of:
            found.setdefault(entity, set()).add(world.name_of[name])
    return found


def test_each_organisation_is_one_entity(store: sqlite3.Connection, world: World) -> None:
    found = meant(store, world)
    assert {entity: names for entity, names in found.items() if len(names) > 1} == {}
    entities = Counter(name for names in found.values() for name in names)
    assert [name for name, count in entities.items() if count > 1] == []
    assert len(entities) >= planned(SIZE)[1][2021][0]


def test_the_networks_are_those_of_the_world(folder: Path, store: sqlite3.Connection, world: World) -> None:
    """Edge by edge: precision and recall 1, and as many as were planned."""
    organisation = {entity: next(iter(names)) for entity, names in meant(store, world).items()}
    engine = open_store(f"sqlite:///{folder / 'valuenet.db'}")
    facts = load(engine, View(level="entity"))
    networks = build_years(facts.relations, nodes(facts, show(engine, "2021")), YEARS)
    engine.dispose()
    told = truth(world)
    for year, network in networks.items():
        who = [organisation[entity] for entity in network.nodes["entity"]]
        rows = zip(network.edges["source"], network.edges["target"], network.edges["dimension"], strict=True)
        held = {(who[source], who[target], dimension) for source, target, dimension in rows}
        true = told.edges(year, "entity")
        assert held == set(zip(true["source"], true["target"], true["dimension"], strict=True)), year
        assert len(network.edges) == planned(SIZE)[1][year][1]
