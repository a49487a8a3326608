"""The queue and its pairs: see, decide, skip, take back.

Every page works without its script: forms are sent, and answered with the way to the next page.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, abort, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, func, select
from werkzeug.wrappers import Response

from entity_resolution import queue, storage
from entity_resolution.clustering import exclusive
from entity_resolution.queue import Waiting
from entity_resolution.review import decisions
from entity_resolution.review.access import local_path
from entity_resolution.review.aligning import align
from entity_resolution.review.desk import desk, forget_skipped, skip, skipped, tell, tell_done, told, who
from entity_resolution.review.effects import Effect
from entity_resolution.review.roles import reaches
from entity_resolution.review.sides import Side, side
from entity_resolution.review.wording import LANGUAGES
from pipelines.errors import JudgementRefused, UsageError
from pipelines.store import schema
from pipelines.store.session import writing
from pipelines.store.types import now

pages = Blueprint("pages", __name__)

_FIRST: Final = 25
#: Ready reasons, by the keys 1 to 6.
PRESETS: Final = ("site", "registry", "former", "namesake", "branch", "general")
_NAMES_COMPARED: Final = 12


@dataclass(frozen=True, slots=True)
class Compared:
    """A line of what is known of both sides; `agrees` as in `PartRow`, empty where that says nothing."""

    row: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    agrees: str = ""


@pages.get("/")
def overview() -> ResponseReturnValue:
    """The queue's head, and how far one has come."""
    with desk().engine.connect() as connection:
        first = queue.listed(connection, most=_FIRST)
        names = storage.mentions(connection, {key for one in first for key in (one.left, one.right)})
        return render_template(
            "overview.html",
            told=told(),
            count=queue.count(connection),
            first=first,
            names={key: one.name for key, one in names.items()},
            today=_judged_since(connection, now().replace(hour=0, minute=0, second=0, microsecond=0)),
            recent=_judged_since(connection, now() - dt.timedelta(minutes=10)),
        )


@pages.get("/next")
def next_pair() -> ResponseReturnValue:
    """To the next pair, claimed."""
    return _onward()


@pages.post("/forget")
def forget() -> ResponseReturnValue:
    """Show skipped pairs again."""
    forget_skipped()
    return _onward()


@pages.get("/pair/<int:candidate>")
def pair(candidate: int) -> ResponseReturnValue:
    """A pair of the queue. Looking at it claims it, for who may decide."""
    engine = desk().engine
    if reaches(g.role, "reviewer"):
        with writing(engine) as connection:
            queue.claim(connection, candidate, who())
    with engine.connect() as connection:
        waiting = queue.find(connection, candidate)
        if waiting is None:
            abort(404)
        claim = decisions.claim_of(connection, candidate)
        left, right = side(connection, waiting.left), side(connection, waiting.right)
        if left is None or right is None:
            abort(404)
        around = {entity: len(queue.about(connection, entity)) for entity in (left.entity, right.entity)}
        return render_template(
            "pair.html",
            told=told(),
            pair=waiting,
            claim=claim,
            features=decisions.features(waiting),
            count=queue.count(connection),
            effects=_effects(connection, waiting, count=desk().counter.is_quick),
            can_count=desk().counter.can_count,
            around=around,
            action=url_for("pages.decide", candidate=candidate),
            **compared(left, right),
        )


@pages.get("/pair/<int:candidate>/effects")
def effects(candidate: int) -> ResponseReturnValue:
    """A piece of the pair's page: what deciding it changes, counted now."""
    with desk().engine.connect() as connection:
        waiting = queue.find(connection, candidate)
        if waiting is None:
            abort(404)
        found = _effects(connection, waiting, count=True)
    return render_template("effects.html", effects=found, can_count=desk().counter.can_count)


@pages.post("/pair/<int:candidate>")
def decide(candidate: int) -> ResponseReturnValue:
    """Write the decision; on to the next pair."""
    engine, choice = desk().engine, request.form.get("choice", "")
    if choice == "skip":
        with writing(engine) as connection:
            queue.release(connection, candidate, who())
        skip(candidate)
        return _onward()
    try:
        done = decisions.decide(
            engine, candidate, choice, reason=request.form.get("reason", "").strip(), who=who()
        )
    except decisions.TakenMeanwhile as error:
        tell("already_decided" if error.decided else "claimed_meanwhile")
        return _onward()
    except (JudgementRefused, UsageError) as error:
        tell("refused", str(error))
        return redirect(url_for("pages.pair", candidate=candidate), 303)
    with engine.connect() as connection:
        waiting = queue.find(connection, candidate)
        assert waiting is not None
        names = storage.mentions(connection, [waiting.left, waiting.right])
    verdict, turned = decisions.VERDICTS[choice]
    left, right = names[waiting.left].name, names[waiting.right].name
    tell_done(done, *((right, verdict, left) if turned else (left, verdict, right)))
    return _onward()


@pages.post("/undo/<int:judgement>")
def take_back(judgement: int) -> ResponseReturnValue:
    """Take a judgement back; to its pair, where it has one, else to where one was."""
    engine = desk().engine
    back = local_path(request.form.get("back", "")) or url_for("pages.overview")
    try:
        decisions.take_back(engine, judgement, who=who(), reason=request.form.get("reason", "").strip())
    except (JudgementRefused, UsageError) as error:
        tell("refused", str(error))
        return redirect(back, 303)
    tell("undone_line", judgement=judgement)
    with engine.connect() as connection:
        reopened = decisions.pair_of(connection, judgement)
    if reopened is not None and not request.form.get("stay"):
        return redirect(url_for("pages.pair", candidate=reopened), 303)
    return redirect(back, 303)


@pages.get("/language/<code>")
def language(code: str) -> ResponseReturnValue:
    """Remember a language, and back to the page."""
    if code not in LANGUAGES:
        abort(404)
    answer = redirect(local_path(request.args.get("back", "")) or url_for("pages.overview"), 303)
    answer.set_cookie(
        "language", code, max_age=31_536_000, httponly=True, samesite="Strict", secure=request.is_secure
    )
    return answer


def compared(left: Side, right: Side) -> dict[str, Any]:
    """What the template of a pair shows of two sides."""
    persons = left.is_person or right.is_person
    return {
        "left": left,
        "right": right,
        "aligned": align(left.written, right.written, persons=persons),
        "rows": _rows(left, right),
        "presets": PRESETS,
    }


def _rows(left: Side, right: Side) -> list[Compared]:
    rows = [
        Compared("kind", left.kinds or (left.kind,), right.kinds or (right.kind,)),
        Compared("country", _some(left.country), _some(right.country)),
        Compared("places", left.places, right.places),
        Compared(
            "identifiers",
            tuple(f"{scheme} {value}" for scheme, value in left.identifiers),
            tuple(f"{scheme} {value}" for scheme, value in right.identifiers),
        ),
        Compared("stated", tuple(dict.fromkeys(name for name, _ in left.stated)),
                 tuple(dict.fromkeys(name for name, _ in right.stated))),
    ]  # fmt: skip
    found = []
    for row in rows:
        if row.left or row.right:
            both = bool(row.left) and bool(row.right)
            agrees = "one" if not both else "same" if set(row.left) & set(row.right) else "differ"
            cut = (row.left[:_NAMES_COMPARED], row.right[:_NAMES_COMPARED])
            if row.row == "stated" and agrees != "same":
                agrees = ""  # further names that differ tell nothing: nobody states them all
            if row.row == "identifiers" and agrees == "differ" and not _exclude(left, right):
                agrees = ""  # numbers of two schemes go together
            found.append(Compared(row.row, *cut, agrees))
    return found


def _exclude(left: Side, right: Side) -> bool:
    """Whether the sides bear two identifiers of which a bearer has only one."""
    mine, theirs = (
        {within: value for scheme, value in one.identifiers if (within := exclusive(scheme, value))}
        for one in (left, right)
    )
    return any(mine[within] != theirs[within] for within in mine.keys() & theirs.keys())


def _some(value: str) -> tuple[str, ...]:
    return (value,) if value else ()


def _onward() -> Response:
    engine = desk().engine
    with writing(engine) as connection:
        found = queue.take(connection, who(), skip=skipped())
    where = url_for("pages.overview") if found is None else url_for("pages.pair", candidate=found.id)
    return make_response(redirect(where, 303))


def _effects(connection: Connection, waiting: Waiting, *, count: bool) -> list[tuple[str, Effect]] | None:
    """(verdict, effect) of those that the page shows; None where they would have to be counted first."""
    counter, state = desk().counter, storage.last_judgement(connection)
    found = []
    for verdict in dict.fromkeys(("same", waiting.suggestion)):
        asked = (waiting.left_entity, waiting.right_entity, verdict, state)
        effect = counter.of(*asked) if count else counter.known(*asked)
        if effect is None:
            return None
        found.append((verdict, effect))
    return found


def effect_lines(effect: Effect) -> tuple[str, ...]:
    """Its sentences in the language of the page."""
    lines: Mapping[str, tuple[str, ...]] = effect.lines
    return tuple(lines.get(g.language, ()) or lines.get("en", ()))[:6]


def _judged_since(connection: Connection, moment: dt.datetime) -> int:
    table = schema.judgement
    query = select(func.count()).select_from(table)
    mine = (table.c.by == f"person:{who()}") & (table.c.verdict != "undo")
    newest = storage.last_judgement(connection)
    # ids come in the order of time, and nobody's day reaches further back: old rows need not be read
    recent = table.c.id > newest - 20_000
    return connection.execute(query.where(mine, recent, table.c.made_at >= moment)).scalar_one()
