"""Second readings, checks of automatic merges, and what both come to."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from entity_resolution import storage
from entity_resolution.review import second_look
from entity_resolution.review.decisions import VERDICTS
from entity_resolution.review.desk import desk, tell, told, who
from entity_resolution.review.pages import compared
from entity_resolution.review.sides import side
from pipelines.errors import UsageError

checks = Blueprint("checks", __name__, url_prefix="/checks")


@checks.get("/")
def overview() -> ResponseReturnValue:
    """What was measured so far, and what waits."""
    with desk().engine.connect() as connection:
        readings, merges = second_look.counts(connection, who())
        differing = second_look.disagreements(connection)
        sides = {key for look, *_ in differing for key in (look.left, look.right)}
        names = {key: one.name for key, one in storage.mentions(connection, sides).items()}
        return render_template(
            "checks.html",
            told=told(),
            readings=readings,
            merges=merges,
            agreement=second_look.agreement(connection),
            precision=second_look.precision(connection),
            differing=differing,
            names=names,
        )


@checks.get("/reading")
def reading() -> ResponseReturnValue:
    """To the next pair for a second reading."""
    with desk().engine.connect() as connection:
        found = second_look.next_reading(connection, who())
    if found is None:
        tell("second_none")
        return redirect(url_for("checks.overview"), 303)
    return redirect(url_for("checks.look", look=found.id), 303)


@checks.get("/merge")
def merge() -> ResponseReturnValue:
    """To the next automatic merge of the sample."""
    with desk().engine.connect() as connection:
        found = second_look.next_check(connection)
    if found is None:
        tell("audit_none")
        return redirect(url_for("checks.overview"), 303)
    return redirect(url_for("checks.look", look=found.id), 303)


@checks.post("/draw")
def draw() -> ResponseReturnValue:
    """Draw automatic merges to be checked."""
    size = request.form.get("size", "")
    try:
        drawn = second_look.draw(desk().engine, int(size) if size.isdigit() and len(size) < 6 else 0)
    except UsageError as error:
        tell("refused", str(error))
    else:
        tell("audit_drawn", count=drawn)
    return redirect(url_for("checks.overview"), 303)


@checks.get("/<int:look>")
def look(look: int) -> ResponseReturnValue:
    """One pair, without what others said of it (for a second reading), or as joined by whom (for a check)."""
    with desk().engine.connect() as connection:
        found = second_look.find(connection, look)
        if found is None or found.by == f"person:{who()}":
            abort(404)
        left, right = (side(connection, key, alone=True) for key in (found.left, found.right))
        if left is None or right is None:
            abort(404)
    return render_template(
        "look.html",
        told=told(),
        look=found,
        is_audit=not found.by.startswith("person:"),
        **compared(left, right),
    )


@checks.post("/<int:look>")
def answer(look: int) -> ResponseReturnValue:
    """Keep what was said, and on to the next of the kind."""
    engine, choice = desk().engine, request.form.get("choice", "")
    with engine.connect() as connection:
        found = second_look.find(connection, look)
    if found is None:
        abort(404)
    onward = "checks.reading" if found.by.startswith("person:") else "checks.merge"
    if choice not in VERDICTS:
        return redirect(url_for("checks.overview"), 303)
    verdict, turned = VERDICTS[choice]
    try:
        # turned round, it is another statement than the first reader's
        said = f"has {verdict.removesuffix(' of')}" if turned else verdict
        kept = second_look.answer(
            engine, look, said, who=who(), reason=request.form.get("reason", "").strip()
        )
    except UsageError as error:
        tell("refused", str(error))
        return redirect(url_for("checks.overview"), 303)
    if not kept:
        tell("already_decided")
    return redirect(url_for(onward), 303)
