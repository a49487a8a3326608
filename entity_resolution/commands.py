"""The commands of this room: resolve, judge, undo, history, entity."""

from __future__ import annotations

import datetime as dt

import click

from entity_resolution.description import describe
from entity_resolution.judgements import Judged, history, judge, undo
from entity_resolution.matcher import shipped
from entity_resolution.resolver import resolve
from pipelines.console import emit, front, json_option, note, table
from pipelines.store.session import open_store

_by_option = click.option("--by", metavar="NAME", default="", help="Who judges; your user name if not given.")
_day = click.DateTime(["%Y-%m-%d"])


@click.command(epilog="Example: valuenet resolve --all")
@click.option("--all", "everything", is_flag=True, help="Decide all mentions anew, not the new ones alone.")
@click.option("--rules-only", is_flag=True, help="Do not ask the model about names that rules leave apart.")
@json_option
def resolve_command(everything: bool, rules_only: bool, as_json: bool) -> None:
    """Decide which new names mean the same organisation, and queue what is ambiguous.

    Identifiers, equal names, the curated list and stated links decide first, then the model; what a person decided
    stands. What neither decides waits in the queue (valuenet review). A decision that an earlier one forbids is
    left out and listed with the names that it would have joined.
    """
    engine = open_store(front().store)
    try:
        done = resolve(engine, everything=everything, matcher=None if rules_only else shipped())
    finally:
        engine.dispose()
    counts = {
        "mentions": done.mentions,
        "entities": done.entities,
        "entities_new": done.founded,
        "judgements": {
            "same": done.same,
            "related": done.related,
            "different": done.different,
            "unsure": done.unsure,
            "undone": done.undone,
        },
        "waiting": done.waiting,
    }
    refused = [
        {
            "judgement": one.judgement.id,
            "by": one.judgement.by,
            "against": one.against,
            "path": list(one.path),
        }
        for one in done.refusals
    ]
    rings = [{"judgement": one.judgement.id, "path": list(one.path)} for one in done.cycles]
    if as_json:
        emit({**counts, "refused": refused, "rings": rings}, True)
        return
    emit(counts, False)
    for row in refused:
        against = row["against"] if isinstance(row["against"], str) else f"judgement {row['against']}"
        path = row["path"]
        assert isinstance(path, list)
        note(f"refused: judgement {row['judgement']} against {against}: {' = '.join(path)}")
    for ring in rings:
        note(f"refused: judgement {ring['judgement']} would close a ring")


@click.command(epilog="Example: valuenet judge 中国信通院 中国信息通信研究院 same --reason 'its own site'")
@click.argument("left")
@click.argument("right")
@click.argument("verdict", type=click.Choice(["same", "different", "unit-of", "subsidiary-of", "unsure"]))
@click.option("--reason", required=True, help="Why, in words that another person can check.")
@click.option("--from", "valid_from", type=_day, help="The first day that it holds (YYYY-MM-DD).")
@click.option("--until", "valid_to", type=_day, help="The last day that it holds.")
@_by_option
@json_option
def judge_command(
    left: str,
    right: str,
    verdict: str,
    reason: str,
    valid_from: dt.datetime | None,
    valid_to: dt.datetime | None,
    by: str,
    as_json: bool,
) -> None:
    """Decide one pair yourself: LEFT and RIGHT are names, or ids of entities or mentions.

    With unit-of and subsidiary-of, LEFT is the part and RIGHT the whole. What an earlier judgement forbids is
    refused, with the names in between.
    """
    engine = open_store(front().store)
    try:
        done = judge(
            engine,
            left,
            right,
            verdict.replace("-", " "),
            reason=reason,
            by=by,
            valid_from=valid_from.date() if valid_from else None,
            valid_to=valid_to.date() if valid_to else None,
        )
    finally:
        engine.dispose()
    _say(done, as_json)


@click.command(epilog="Example: valuenet undo 1234 --reason 'another company of the same name'")
@click.argument("judgement", type=click.IntRange(min=1))
@click.option("--reason", default="", help="Why it is taken back.")
@_by_option
@json_option
def undo_command(judgement: int, reason: str, by: str, as_json: bool) -> None:
    """Take a judgement back, by its number in `valuenet history`. The row stays; an undo row is added."""
    engine = open_store(front().store)
    try:
        done = undo(engine, judgement, reason=reason, by=by)
    finally:
        engine.dispose()
    _say(done, as_json)


@click.command(epilog="Example: valuenet history 华为云")
@click.argument("entity")
@json_option
def history_command(entity: str, as_json: bool) -> None:
    """All that was decided about ENTITY (a name or an id), the oldest first: by whom, why, and if it counts."""
    engine = open_store(front().store)
    try:
        rows = history(engine, entity)
    finally:
        engine.dispose()
    if as_json:
        emit(rows, True)
    elif rows:
        columns = ["judgement", "made_at", "by", "left", "left_source", "verdict", "right", "right_source"]
        table(rows, [*columns, "state", "undoes", "reason"])
    else:
        note("Nothing was decided: it is known by one mention alone.")


@click.command(epilog="Example: valuenet entity 红杉资本中国")
@click.argument("entity")
@json_option
def entity_command(entity: str, as_json: bool) -> None:
    """ENTITY (a name or an id) with its names, identifiers, and what it is a part of."""
    engine = open_store(front().store)
    try:
        found = describe(engine, entity)
    finally:
        engine.dispose()
    emit(found, as_json)


def _say(done: Judged, as_json: bool) -> None:
    data = {
        "judgement": done.judgement,
        "left": done.left,
        "right": done.right,
        "given_way": [{"judgement": one.judgement.id, "path": list(one.path)} for one in done.given_way],
    }
    emit(data, as_json)
