"""The shipped model in the store, on names whose bearers are known and of which no source states a further name."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from crawlers.sample_web.generator import make_world
from crawlers.sample_web.model import World
from crawlers.sample_web.truth import truth
from crawlers.sample_web.world import world as own_world
from entity_resolution.curated import Curated
from entity_resolution.matcher import Matcher, shipped
from entity_resolution.resolver import Resolved, resolve
from pipelines.records import EntityKind
from pipelines.store import schema
from pipelines.store.session import open_store
from tests.entity_resolution.world import organisation, rows, write

KINDS = get_args(EntityKind)


@dataclass(frozen=True)
class Outcome:
    """What a resolution came to: pairs of names of one organisation, those that are one entity, and those pairs of
    the model that are two organisations."""

    done: Resolved
    names: int
    pairs: int
    found: int
    wrong: list[tuple[str, str]]

    @property
    def recall(self) -> float:
        return self.found / self.pairs


def _outcome(
    world: World, template: Path, path: Path, matcher: Matcher | None, kinds: Collection[str] = KINDS
) -> Outcome:
    shutil.copyfile(template, path)
    engine = open_store(f"sqlite:///{path}")
    told = truth(world)
    about = told.organisations.set_index("organisation")
    bearer: dict[str, str] = {}
    by_source: dict[str, list[str]] = defaultdict(list)
    for source, name, owner in told.mentions.itertuples(index=False):
        if about.loc[owner, "kind"] not in kinds:
            continue
        bearer[name] = owner
        by_source[source].append(name)
    for source, names in sorted(by_source.items()):
        kind = {name: about.loc[bearer[name], "kind"] for name in names}
        write(engine, source, *(organisation(name, kind=kind[name]) for name in names))
    done = resolve(engine, matcher=matcher, known=Curated((), ()))
    name_of = {row.id: row.name for row in rows(engine, schema.mention)}
    entity = {name_of[row.mention_id]: row.entity_id for row in rows(engine, schema.mention_entity)}
    wrong = [
        (name_of[row.left_id], name_of[row.right_id])
        for row in rows(engine, schema.judgement)
        if row.by.startswith("model:") and bearer[name_of[row.left_id]] != bearer[name_of[row.right_id]]
    ]
    engine.dispose()
    owned: dict[str, list[str]] = defaultdict(list)
    for name, owner in bearer.items():
        owned[owner].append(name)
    pairs = [(one, other) for names in owned.values() for at, one in enumerate(names) for other in names[:at]]
    found = sum(entity[one] == entity[other] for one, other in pairs)
    return Outcome(done, len(bearer), len(pairs), found, wrong)


def test_made_names_are_joined_rightly(sqlite_template: Path, tmp_path: Path) -> None:
    world = make_world(3, 0.003)
    rules = _outcome(world, sqlite_template, tmp_path / "rules.db", None)
    model = _outcome(world, sqlite_template, tmp_path / "model.db", shipped())
    assert model.wrong == []
    assert model.recall > 0.8 > rules.recall
    assert model.done.waiting < 0.05 * model.names


def test_names_of_real_organisations_are_joined_rightly(sqlite_template: Path, tmp_path: Path) -> None:
    """Hard ones: most are brands, English names and initials beside legal names."""
    kinds = ("university", "research institute", "investor", "government")
    model = _outcome(own_world(), sqlite_template, tmp_path / "model.db", shipped(), kinds)
    assert len(model.wrong) <= 0.02 * model.found
    assert model.recall > 0.3
