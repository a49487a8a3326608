"""The queue of readings: facts that were read in running text and wait for a person.

Every page works without its script: forms are sent, and answered with the way to the next page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, abort, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from entity_resolution.review import readings_deciding as deciding
from entity_resolution.review.access import local_path
from entity_resolution.review.decisions import TakenMeanwhile
from entity_resolution.review.desk import desk, tell, told, who
from entity_resolution.review.readings_mending import (
    Draft,
    MendRefused,
    categories,
    draft_of,
    draft_sent,
    when_shown,
)
from entity_resolution.review.readings_text import Mark, Stretch, segments, stretches
from entity_resolution.review.roles import reaches
from entity_resolution.review.showing import shown
from entity_resolution.review.wording import EN, say
from pipelines.errors import InputError, UsageError
from pipelines.reading.fact import Fact
from pipelines.reading.fact_json import STATUSES, TYPES, roles_of
from pipelines.store import readings as store
from pipelines.store.readings import Waiting
from pipelines.store.session import writing
from pipelines.store.types import now
from pipelines.web_addresses import web_address

readings = Blueprint("readings", __name__, url_prefix="/readings")

_FIRST: Final = 15
_LATELY: Final = 8
#: So many skipped readings, and so many decisions that `u` takes back one by one, are remembered in the cookie.
_SKIPPED_MOST: Final = 30
_DONE_MOST: Final = 10
#: Ready reasons, by the keys 1 to 6.
PRESETS: Final = ("not_said", "names", "direction", "denied", "type", "general")
#: The roles of all types, as a form lists them: who, then how much.
_IN_ORDER: Final = sorted(
    dict.fromkeys(role for kind in TYPES for role in roles_of(kind)), key=("amount", "round").__contains__
)
#: Empty fields beside those that hold words, for who has no script.
_SPARE: Final = 1


@dataclass(frozen=True, slots=True)
class Progress:
    """How many wait (by type), and were decided since midnight UTC: by this person, and by all."""

    by_type: dict[str, int]
    mine: int
    everybodys: int

    @property
    def waiting(self) -> int:
        """All that wait."""
        return sum(self.by_type.values())


@readings.get("/")
def overview() -> ResponseReturnValue:
    """The queue's head, of all types or one, and how far one has come."""
    only = _only()
    with desk().engine.connect() as connection:
        return render_template(
            "readings.html",
            told=told(),
            only=only,
            progress=_progress(connection),
            first=store.waiting(connection, limit=_FIRST, type=only or None),
            lately=deciding.decided_by(connection, who(), _LATELY),
            **_words(),
        )


@readings.get("/next")
def next_reading() -> ResponseReturnValue:
    """To the next reading, claimed."""
    return _onward()


@readings.post("/forget")
def forget() -> ResponseReturnValue:
    """Show skipped readings again."""
    session.pop("readings_skipped", None)
    return _onward()


@readings.get("/<int:reading>")
def show(reading: int) -> ResponseReturnValue:
    """One reading in its text. Looking at it claims it, for who may decide."""
    if reaches(g.role, "reviewer"):
        with writing(desk().engine) as connection:
            store.claim(connection, reading, who())
    return _page(reading)


@readings.post("/<int:reading>")
def decide(reading: int) -> ResponseReturnValue:
    """Write the decision; on to the next reading."""
    engine, choice = desk().engine, request.form.get("choice", "")
    if choice == "skip":
        with writing(engine) as connection:
            store.release(connection, reading, who())
        _remember("readings_skipped", reading, _SKIPPED_MOST)
        return _onward()
    draft = draft_sent(request.form) if choice == "mend" else None
    reason = request.form.get("reason", "").strip()
    try:
        verdict = deciding.decide(engine, reading, choice, who=who(), reason=reason, draft=draft)
    except TakenMeanwhile as error:
        tell("reading_taken_meanwhile" if error.decided else "reading_claimed_meanwhile")
        return _onward()
    except (MendRefused, InputError) as error:
        if draft is None:
            raise
        return _page(reading, draft, error), 422
    except UsageError as error:
        tell("refused", str(error))
        return redirect(url_for("readings.show", reading=reading, type=_only() or None), 303)
    with engine.connect() as connection:
        one = store.find(connection, reading)
    _remember("readings_done", reading, _DONE_MOST)
    tell(f"reading_{verdict}", summary(one.mended or one.fact) if one else "")
    return _onward()


@readings.post("/<int:reading>/undo")
def take_back(reading: int) -> ResponseReturnValue:
    """The reading waits again, and is shown."""
    try:
        deciding.take_back(desk().engine, reading, who=who())
    except UsageError as error:
        tell("refused", str(error))
        _forget_done(reading)
        back = local_path(request.form.get("back", "")) or url_for("readings.overview")
        return redirect(back, 303)
    _forget_done(reading)
    tell("reading_undone")
    return redirect(url_for("readings.show", reading=reading, type=_only() or None), 303)


def summary(fact: Fact) -> str:
    """The fact in a line: who stands in it, in the order of the roles."""
    pieces = [piece.text for role in roles_of(fact.type) for piece in fact.roles.get(role, ())]
    return shown(" – ".join(dict.fromkeys(pieces)), 200)


def role_key(kind: str, role: str) -> str:
    """The key of the words for a role: who invests in an acquisition acquires."""
    return "role_acquirer" if kind == "acquisition" and role == "investor" else f"role_{role}"


def category(name: str, code: str) -> str:
    """A technology or application in the language of the page; what no taxonomy knows stays as it is."""
    labels = {one.code: one.en for one in categories(name)} if g.language == "en" else {}
    return labels.get(code, "") or code


def _page(reading: int, draft: Draft | None = None, problem: MendRefused | InputError | None = None) -> str:
    with desk().engine.connect() as connection:
        one, holds = store.find(connection, reading), deciding.standing(connection, reading)
        if one is None or holds is None:
            abort(404)
        progress = _progress(connection)
    marks = [
        Mark(role, piece.start, piece.end) for role, pieces in one.fact.roles.items() for piece in pieces
    ]
    return render_template(
        "reading.html",
        told=told(),
        one=one,
        fact=one.fact,
        holds=holds,
        progress=progress,
        only=_only(),
        href=web_address(one.url),
        stretches=_stretches(one, marks),
        draft=draft or draft_of(one.fact),
        problem=_problem_words(problem),
        presets=PRESETS,
        undoable=_remembered("readings_done")[-1:],
        all_roles=_IN_ORDER,
        types_of={role: [kind for kind in TYPES if role in roles_of(kind)] for role in _IN_ORDER},
        types=TYPES,
        statuses=STATUSES,
        spare=_SPARE,
        **_words(),
    )


def _problem_words(problem: MendRefused | InputError | None) -> str:
    if isinstance(problem, MendRefused):
        values = {
            name: say(value, g.language) if value in EN else value for name, value in problem.values.items()
        }
        return shown(say(problem.key, g.language, **values), 400)
    return shown(problem, 400) if problem else ""


def _stretches(one: Waiting, marks: list[Mark]) -> list[Stretch]:
    quote = (one.fact.start, one.fact.end)
    return [
        Stretch(segments(one.text[start:end], start, quote, marks), start > 0, end < len(one.text))
        for start, end in stretches(quote, marks, len(one.text))
    ]


def _words() -> dict[str, Any]:
    return {
        "role_key": role_key,
        "roles_of": roles_of,
        "when_shown": when_shown,
        "summary": summary,
        "category": category,
        "classes": {name: categories(name) for name in ("technology", "application")},
    }


def _progress(connection: Connection) -> Progress:
    midnight = now().replace(hour=0, minute=0, second=0, microsecond=0)
    return Progress(
        store.count(connection),
        store.decided(connection, midnight, who()),
        store.decided(connection, midnight),
    )


def _only() -> str:
    """The type that this visitor goes through; empty: all."""
    asked = request.values.get("only", "") or request.args.get("type", "")
    return asked if asked in TYPES else ""


def _onward() -> Response:
    only = _only()
    with writing(desk().engine) as connection:
        found = store.take(connection, who(), skip=_remembered("readings_skipped"), type=only or None)
    if found is None:
        return redirect(url_for("readings.overview", type=only or None), 303)
    return redirect(url_for("readings.show", reading=found.id, type=only or None), 303)


def _remembered(name: str) -> list[int]:
    held = session.get(name, [])
    return [int(one) for one in held if str(one).isdigit()] if isinstance(held, list) else []


def _remember(name: str, reading: int, most: int) -> None:
    session[name] = [*(str(one) for one in _remembered(name) if one != reading), str(reading)][-most:]


def _forget_done(reading: int) -> None:
    session["readings_done"] = [str(one) for one in _remembered("readings_done") if one != reading]
