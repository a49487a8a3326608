"""`resolve`: decide new mentions by the rules, queue what they cannot decide, derive the entities.

Invariants kept here:
- one transaction: after a crash at whatever moment, either nothing of a resolution is in the store or all of it;
- resolving again without news writes no row; deciding mentions bit by bit comes to the entities that deciding all
  at once does (where two reasons join the same, the log may hold one that the other has made needless);
- rules read and write the log like everybody else: what a person decided stands.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata

from sqlalchemy import Connection, Engine, func, insert, select, update

from entity_resolution import kept_names, name_index, queue, storage
from entity_resolution.clustering import Refusal
from entity_resolution.compatibility import Mentioned, Stated
from entity_resolution.curated import Curated, curated
from entity_resolution.deriving import Derived, derive
from entity_resolution.matcher import Matcher
from entity_resolution.modelled import Modelled, decide
from entity_resolution.planning import MODEL, Case, Held, Row, plan
from entity_resolution.relations import Cycle
from entity_resolution.rules import LINK, NAME, by_identifier, by_link, by_list, by_name, key_of
from pipelines.store import schema
from pipelines.store.session import writing
from pipelines.store.types import now


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a resolution did: mentions decided, rows of the log written by verdict, entities in all and founded now,
    pairs that wait for a person, and judgements that could not be carried out."""

    mentions: int
    same: int
    related: int
    different: int
    unsure: int
    undone: int
    entities: int
    founded: int
    waiting: int
    refusals: tuple[Refusal, ...]
    cycles: tuple[Cycle, ...]


def resolve(
    engine: Engine,
    *,
    everything: bool = False,
    known: Curated | None = None,
    matcher: Matcher | None = None,
    before_commit: Callable[[Connection], None] = lambda _: None,
) -> Resolved:
    """Decide the mentions that are new (or all), in one transaction. `before_commit` runs last in it.

    Rules go first; `matcher` decides about names that they left apart (None: nobody does, and what a model decided
    before stands). All mentions are decided where this model has not seen them yet.
    """
    listed = curated() if known is None else known
    with writing(engine) as connection:
        storage.lock(connection)
        done = _resolve(connection, listed, everything, matcher)
        before_commit(connection)
    return done


def _resolve(connection: Connection, known: Curated, everything: bool, matcher: Matcher | None) -> Resolved:
    moment = now()  # before anything is read: what comes while this runs is news to the next
    last = connection.execute(
        select(schema.resolution).order_by(schema.resolution.c.id.desc()).limit(1)
    ).one_or_none()
    everything = everything or not _is_kept(connection, matcher)
    scope = _scope(connection, known, None if last is None or everything else last.made_at)
    log, cases = storage.log(connection, None if scope.whole else scope.mentions.keys())
    rows = plan(scope.held, log, cases, whole=scope.whole)
    storage.write_rows(connection, rows, moment)
    modelled = None
    if matcher is not None and (scope.whole or scope.new):
        modelled = decide(connection, matcher, scope.mentions, scope.new, whole=scope.whole)
        storage.write_rows(connection, modelled.rows, moment)
        rows = [*rows, *modelled.rows]
    _note_kept(connection, matcher, scope)
    seeds = set(scope.new) | {key for row in rows for key in (row.left, row.right)}
    known_judgement = 0 if last is None else last.last_judgement or 0
    seeds |= storage.touched_since(connection, known_judgement)
    if last is not None and not seeds and not scope.whole:
        queue.bring_back(connection, moment)
        return _summary(connection, scope, rows, None)
    resolution = begin(connection, moment, len(scope.mentions) if scope.whole else len(scope.new))
    derived = derive(connection, resolution, known, None if scope.whole else seeds, scope.mentions)
    finish(connection, resolution)
    _queue(connection, moment, derived.touched, modelled)
    return _summary(connection, scope, rows, derived)


def _is_kept(connection: Connection, matcher: Matcher | None) -> bool:
    """Whether what is kept is this program's, and this model has seen all that was resolved before."""
    kept = kept_names.is_current(connection, kept_names.STATED, kept_names.STATED_VERSION)
    if matcher is None:
        return kept
    index = kept_names.is_current(connection, name_index.INDEX, name_index.INDEX_VERSION)
    return kept and index and kept_names.is_current(connection, MODEL, matcher.version)


def _note_kept(connection: Connection, matcher: Matcher | None, scope: _Scope) -> None:
    if matcher is not None:
        kept_names.mark(connection, MODEL, matcher.version)
    elif scope.new:  # the next model finds names that none has compared
        kept_names.forget(connection, MODEL)


def _queue(
    connection: Connection, moment: dt.datetime, touched: frozenset[int] | None, modelled: Modelled | None
) -> None:
    """Put to people what rules and model leave open among the touched mentions (None: all); the model's older
    questions about them stand unless it has been asked again."""
    scope = (
        None if touched is None else touched | (modelled.scope or frozenset() if modelled else frozenset())
    )
    wanted = {}
    if modelled is None or modelled.scope is not None:
        asked = modelled.scope or frozenset() if modelled else frozenset()
        wanted = {
            key: one
            for key, one in queue.open_of(connection, scope).items()
            if str(one.why.get("by", "")).startswith("model:") and not {one.left, one.right} <= asked
        }
    for row in storage.waiting(connection, scope):
        left, right = storage.as_id(row.left), storage.as_id(row.right)
        doubt = queue.Raised(left, right, row.score, "same", {"by": row.by, "reason": row.reason})
        wanted[doubt.id] = doubt
    wanted |= {one.id: one for one in modelled.raised} if modelled else {}
    queue.sync(connection, wanted.values(), scope, moment)
    queue.bring_back(connection, moment)


def begin(connection: Connection, moment: dt.datetime, mentions: int) -> int:
    """A row for a derivation; its id."""
    done = connection.execute(
        insert(schema.resolution)
        .values(made_at=moment, version=_version(), mentions=mentions, entities=0)
        .returning(schema.resolution.c.id)
    )
    return int(done.scalar_one())


def finish(connection: Connection, resolution: int) -> None:
    """Complete its row with what is there now."""
    connection.execute(
        update(schema.resolution)
        .where(schema.resolution.c.id == resolution)
        .values(entities=_entities(connection), last_judgement=storage.last_judgement(connection))
    )


@dataclass(frozen=True, slots=True)
class _Scope:
    """What is decided: all mentions of the cases in `held`; `new` are those that no resolution has seen."""

    mentions: dict[int, Mentioned]
    new: frozenset[int]
    held: dict[Case, Held]
    whole: bool


def _scope(connection: Connection, known: Curated, since: dt.datetime | None) -> _Scope:
    return _everything(connection, known) if since is None else _news(connection, known, since)


def _everything(connection: Connection, known: Curated) -> _Scope:
    naming = storage.stated_names(connection)
    kept_names.keep_stated(connection, naming, None)
    kept_names.mark(connection, kept_names.STATED, kept_names.STATED_VERSION)
    found = storage.with_further(storage.all_mentions(connection), naming)
    bearers = _by_key(found.values())
    by_value: dict[tuple[str, str], list[Mentioned]] = defaultdict(list)
    for one in found.values():
        for each in one.identifiers:
            by_value[each].append(one)
    held = by_identifier(by_value)
    held |= by_name(bearers, _stated_by_key(naming, found))
    held |= by_list(known, bearers)
    held |= by_link(storage.links(connection), found)
    return _Scope(found, frozenset(found), held, whole=True)


def _news(connection: Connection, known: Curated, since: dt.datetime) -> _Scope:
    """The cases that new mentions, or new statements about old ones, belong to, each with all its mentions."""
    new = storage.new_mentions(connection)
    found = dict(new)
    found |= storage.mentions(connection, storage.subjects_since(connection, since) - new.keys())
    told = frozenset(found)
    # a name that is stated no more is decided anew too: who bears it has changed
    keys = {one.key for one in found.values()}
    keys |= kept_names.keep_stated(connection, storage.stated_names(connection, told), told)
    # an old mention that states one of these names takes part, and so do all that bear it
    naming = kept_names.by_key(connection, keys - {""})
    # the curated relations tie organisations together: the list is decided as a whole, or not at all
    listed = set(known.by_key) if keys & known.by_key.keys() else set()
    by_value = storage.ids_by_identifier(
        connection, {each for one in new.values() for each in one.identifiers}
    )
    links = storage.links(connection, told)
    wanted = storage.ids_by_key(connection, (keys | listed) - {""})
    wanted |= {one.mention for one in naming} | {key for link in links for key in (link.subject, link.other)}
    wanted |= {key for bearers in by_value.values() for key in bearers}
    found |= storage.mentions(connection, wanted - found.keys())
    found = storage.with_further(found, kept_names.of_mentions(connection, found.keys()))
    bearers = _by_key(found.values())
    held = by_identifier({each: [found[key] for key in ids] for each, ids in by_value.items()})
    held |= by_name({key: bearers[key] for key in keys & bearers.keys()}, _stated_by_key(naming, found))
    # a key that nobody bears any more holds nothing, and what was written of it is taken back
    held |= {(NAME, key): Held() for key in keys if key and (NAME, key) not in held}
    if listed:
        held |= by_list(known, bearers)
    held |= {(LINK, str(key)): Held() for key in told} | by_link(links, found)
    return _Scope(found, frozenset(new), held, whole=False)


def _stated_by_key(
    naming: Iterable[Stated], found: Mapping[int, Mentioned]
) -> dict[str, list[tuple[Mentioned, Stated]]]:
    stated: dict[str, list[tuple[Mentioned, Stated]]] = defaultdict(list)
    for name in naming:
        stated[key_of(name.name, None)].append((found[name.mention], name))
    return stated


def _by_key(mentions: Iterable[Mentioned]) -> dict[str, list[Mentioned]]:
    found: dict[str, list[Mentioned]] = defaultdict(list)
    for one in mentions:
        found[one.key].append(one)
    return found


def _summary(connection: Connection, scope: _Scope, rows: list[Row], derived: Derived | None) -> Resolved:
    written = Counter(row.verdict for row in rows)
    return Resolved(
        mentions=len(scope.new),
        same=written["same"],
        related=written["unit of"] + written["subsidiary of"],
        different=written["different"],
        unsure=written["unsure"],
        undone=written["undo"],
        entities=_entities(connection),
        founded=derived.founded if derived else 0,
        waiting=queue.count(connection),
        refusals=derived.refusals if derived else (),
        cycles=derived.cycles if derived else (),
    )


def _entities(connection: Connection) -> int:
    table = schema.entity
    return connection.execute(
        select(func.count()).select_from(table).where(table.c.redirect_to.is_(None))
    ).scalar_one()


def _version() -> str:
    return metadata.version("valuenet")
