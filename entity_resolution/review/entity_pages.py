"""Entities: search, one entity with its history, any two compared, several pairs decided, one taken apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from entity_resolution import queue, storage
from entity_resolution.judgements import history
from entity_resolution.lookup import find_entity, find_mention
from entity_resolution.review import decisions, splitting
from entity_resolution.review.desk import desk, tell, tell_done, told, who
from entity_resolution.review.pages import PRESETS, compared
from entity_resolution.review.searching import search
from entity_resolution.review.sides import MENTIONS_MOST, side
from pipelines.errors import JudgementRefused, UsageError

entities = Blueprint("entities", __name__)

#: Rows of the history on a page, the newest.
_HISTORY_MOST: Final = 200
_GROUPS: Final = "ABCDEF"


@entities.get("/search")
def find() -> ResponseReturnValue:
    """Entities by a name or an id; with `with`, to compare the one found with that entity."""
    asked, beside = request.args.get("q", "").strip()[:200], request.args.get("with", "")[:40]
    with desk().engine.connect() as connection:
        found = search(connection, asked) if asked else []
    return render_template("search.html", told=told(), asked=asked, beside=beside, found=found)


@entities.get("/entity/<entity>")
def show(entity: str) -> ResponseReturnValue:
    """An entity with its names, facts, open pairs and history."""
    engine = desk().engine
    with engine.connect() as connection:
        found = _found(connection, entity)
        shown = side(connection, find_mention(connection, found).id)
        if shown is None:
            abort(404)
        waiting = queue.about(connection, found)
        others = _others(connection, found, waiting)
        mentions = storage.mentions(connection, storage.members(connection, found, MENTIONS_MOST))
    return render_template(
        "entity.html",
        told=told(),
        entity=found,
        side=shown,
        waiting=waiting,
        others=others,
        history=list(reversed(history(engine, found, _HISTORY_MOST))),
        mentions=sorted(mentions.values(), key=lambda one: (one.name, one.age)),
        can_split=1 < shown.total <= splitting.MENTIONS_MOST,
        groups=_GROUPS,
    )


@entities.post("/entity/<entity>/split")
def split(entity: str) -> ResponseReturnValue:
    """Take an entity apart: a field `group MENTION` for each mention."""
    groups = {
        int(name.removeprefix("group ")): value
        for name, value in request.form.items()
        if name.startswith("group ") and name.removeprefix("group ").isdigit() and value in _GROUPS and value
    }
    try:
        found = splitting.split(
            desk().engine, entity, groups, reason=request.form.get("reason", ""), who=who()
        )
    except (UsageError, JudgementRefused) as error:
        tell("refused", str(error))
    else:
        tell("split_done", count=len(found))
        entity = found[0]
    return redirect(url_for("entities.show", entity=entity), 303)


@entities.get("/entity/<entity>/together")
def together(entity: str) -> ResponseReturnValue:
    """All open pairs of an entity, to be decided alike."""
    with desk().engine.connect() as connection:
        found = _found(connection, entity)
        shown = side(connection, find_mention(connection, found).id)
        waiting = queue.about(connection, found, most=decisions.BATCH_MOST)
        others = _others(connection, found, waiting)
    return render_template(
        "together.html",
        told=told(),
        entity=found,
        side=shown,
        waiting=waiting,
        others=others,
        presets=PRESETS,
    )


@entities.post("/entity/<entity>/together")
def decide_together(entity: str) -> ResponseReturnValue:
    """Decide those that are ticked."""
    ticked = {int(one) for one in request.form.getlist("candidate") if one.isdigit() and len(one) < 20}
    # The template asks for the other side: "the other is a unit of this one" is the right side's part.
    choice, reason = request.form.get("choice", ""), request.form.get("reason", "").strip()
    engine = desk().engine
    with engine.connect() as connection:
        names = {one.id: name for one, name in _named(connection, entity)}
    try:
        done = decisions.decide_together(engine, entity, ticked, choice, reason=reason, who=who())
    except UsageError as error:
        tell("refused", str(error))
    else:
        listed = "; ".join(f"{names.get(one, one)}: {why}" for one, why in done.refused)
        tell("together_done", f"{len(done.refused)} ✗ {listed}" if listed else "", count=len(done.judgements))
    return redirect(url_for("entities.show", entity=entity), 303)


@entities.get("/compare")
def compare() -> ResponseReturnValue:
    """Any two entities or mentions beside each other, to be decided without a queue."""
    engine = desk().engine
    with engine.connect() as connection:
        try:
            one = find_mention(connection, request.args.get("left", "")[:200])
            other = find_mention(connection, request.args.get("right", "")[:200])
        except UsageError as error:
            tell("refused", str(error))
            return redirect(url_for("entities.find", q=request.args.get("right", "")[:200]), 303)
        waiting = queue.find(connection, queue.candidate_id(one.id, other.id))
        if waiting is not None and not decisions.claim_of(connection, waiting.id).closed:
            return redirect(url_for("pages.pair", candidate=waiting.id), 303)
        left, right = side(connection, one.id), side(connection, other.id)
    if left is None or right is None or one.id == other.id:
        abort(404)
    return render_template(
        "pair.html", told=told(), pair=None, claim=None, features=[], count=0, effects=[], can_count=False,
        around={}, action=url_for("entities.decide_freely", left=one.id, right=other.id), **compared(left, right),
    )  # fmt: skip


@entities.post("/compare/<int:left>/<int:right>")
def decide_freely(left: int, right: int) -> ResponseReturnValue:
    """Write a decision about two that nobody queued."""
    engine, choice = desk().engine, request.form.get("choice", "")
    back = url_for("entities.compare", left=left, right=right)
    if choice == "skip":
        return redirect(url_for("pages.overview"), 303)
    try:
        done = decisions.decide_freely(
            engine, left, right, choice, reason=request.form.get("reason", "").strip(), who=who()
        )
    except (UsageError, JudgementRefused) as error:
        tell("refused", str(error))
        return redirect(back, 303)
    with engine.connect() as connection:
        names = storage.mentions(connection, [left, right])
    verdict, turned = decisions.VERDICTS[choice]
    sides = (names[left].name, names[right].name)
    one, other = sides[::-1] if turned else sides
    tell_done(done, one, verdict, other)
    return redirect(url_for("entities.show", entity=done.left), 303)


def _found(connection: Connection, entity: str) -> str:
    try:
        return find_entity(connection, entity)
    except UsageError:
        abort(404)


def _others(
    connection: Connection, entity: str, waiting: list[queue.Waiting]
) -> Mapping[int, Mapping[str, Any]]:
    """Candidate → the name and the entity of the side that is not this one."""
    other = {one.id: _other(entity, one) for one in waiting}
    names = storage.mentions(connection, {mention for mention, _ in other.values()})
    return {
        key: {"name": names[mention].name, "entity": of_it, "mention": mention}
        for key, (mention, of_it) in other.items()
    }


def _other(entity: str, pair: queue.Waiting) -> tuple[int, str]:
    if pair.left_entity == entity:
        return pair.right, pair.right_entity
    return pair.left, pair.left_entity


def _named(connection: Connection, entity: str) -> list[tuple[queue.Waiting, str]]:
    waiting = queue.about(connection, entity, most=decisions.BATCH_MOST)
    others = _others(connection, entity, waiting)
    return [(one, str(others[one.id]["name"])) for one in waiting]
