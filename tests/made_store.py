"""Stores filled from a made world, and how well their networks are those of the world."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, delete, select, update

from analytics.facts import View, load
from analytics.networks import build_years
from crawlers.sample_web.model import World
from crawlers.sample_web.server import SampleWeb
from crawlers.sample_web.truth import YEARS, truth
from pipelines.store import schema
from pipelines.store.session import writing
from pipelines.store.types import now
from tests.program import run


def fill(world: World, folder: Path) -> None:
    """A store `valuenet.db` in the folder that has read the whole world, and is not resolved."""
    with SampleWeb(world=world) as web:
        web.write_files(folder / "files")
        for kind in ("companies", "financing", "people"):
            run("import", kind, folder / "files" / f"{kind}.csv", cwd=folder, timeout=900)
        sites = [word for host in world.press for word in ("--site", f"https://{host}/")]
        run("crawl", "ror", "gleif", "cac", "news", *sites, "--web", web.base, cwd=folder, timeout=900)


def silence(engine: Engine) -> None:
    """Let no source state further names or identifiers any more: then only the names themselves say who is who."""
    fact, evidence = schema.fact, schema.evidence
    names = select(fact.c.id).where(fact.c.kind == "name")
    with writing(engine) as connection:
        connection.execute(
            update(evidence)
            .where(evidence.c.fact_id.in_(names), evidence.c.ended_at.is_(None))
            .values(ended_at=now())
        )
        connection.execute(delete(schema.mention_identifier))


@dataclass(frozen=True, slots=True)
class Quality:
    """Edges of a year: true ones, those of the store, and those that are both."""

    year: int
    true: int
    held: int
    right: int

    @property
    def precision(self) -> float:
        return self.right / self.held if self.held else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.true if self.true else 1.0


def quality(engine: Engine, world: World) -> list[Quality]:
    """Edge by edge. An organisation is the entity that has most of its mentions; what other entities have of it is
    wrong, and so is what an entity has of other organisations than its own."""
    main = _main_entities(engine, world)
    facts = load(engine, View(level="entity"))
    told = truth(world)
    sample = set(told.organisations.loc[told.organisations["sample"], "organisation"])
    nodes = facts.entities.assign(sample=[main.get(one) in sample for one in facts.entities["entity"]])
    found = []
    for year, network in build_years(facts.relations, nodes, YEARS).items():
        who = [main.get(entity, entity) for entity in network.nodes["entity"]]
        rows = zip(network.edges["source"], network.edges["target"], network.edges["dimension"], strict=True)
        held = {(who[source], who[target], dimension) for source, target, dimension in rows}
        edges = told.edges(year, "entity")
        true = set(zip(edges["source"], edges["target"], edges["dimension"], strict=True))
        found.append(Quality(year, len(true), len(held), len(held & true)))
    return found


def _main_entities(engine: Engine, world: World) -> dict[str, str]:
    """Entity → the organisation whose main entity it is."""
    entity, mention, of_mention = schema.entity, schema.mention, schema.mention_entity
    query = (
        select(mention.c.name, entity.c.id, entity.c.redirect_to)
        .join(of_mention, of_mention.c.mention_id == mention.c.id)
        .join(entity, entity.c.id == of_mention.c.entity_id)
    )
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    with engine.connect() as connection:
        for row in connection.execute(query):
            if row.name in world.name_of:
                counts[world.name_of[row.name]][row.redirect_to or row.id] += 1
    found: dict[str, str] = {}
    for organisation, entities in sorted(counts.items(), key=lambda item: -item[1].total()):
        free = [(-count, one) for one, count in entities.items() if one not in found]
        if free:
            found[min(free)[1]] = organisation
    return found
