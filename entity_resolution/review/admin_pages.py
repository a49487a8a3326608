"""What admins see: who may log in, and the audit log."""

from __future__ import annotations

import csv
import io
from typing import Final

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from entity_resolution.review.access import log, the_access
from entity_resolution.review.desk import desk, tell, told
from entity_resolution.review.roles import ROLES
from entity_resolution.review.showing import shown
from entity_resolution.review.users import SHORTEST, Users
from entity_resolution.review.wording import EN, say
from pipelines.errors import UsageError
from pipelines.spreadsheets import harmless_cell
from pipelines.store import audit

admin = Blueprint("admin", __name__, url_prefix="/admin")

_SHOWN: Final = 200


@admin.get("/users")
def users() -> ResponseReturnValue:
    """Everybody who may log in."""
    return render_template(
        "users.html", told=told(), listed=_users().listed(), roles=ROLES, shortest=SHORTEST
    )


@admin.post("/users")
def add() -> ResponseReturnValue:
    """Add somebody."""
    name, role = request.form.get("name", "").strip(), request.form.get("role", "")
    try:
        _users().add(name, request.form.get("password", ""), role)
    except UsageError as error:
        tell("refused", str(error))
    else:
        log("user added", name, role=role)
        tell("user_added", name=name)
    return redirect(url_for("admin.users"), 303)


@admin.post("/users/<name>")
def change(name: str) -> ResponseReturnValue:
    """Another role or password, or none: the field `do` says which. The last admin stays one."""
    found, what = _users(), request.form.get("do", "")
    try:
        if what in ("role", "remove"):
            _keep_an_admin(found, name, request.form.get("role", "") if what == "role" else "")
        if what == "role":
            role = request.form.get("role", "")
            before = found.set_role(name, role)
            log("role changed", name, role=role, before=before)
        elif what == "password":
            found.set_password(name, request.form.get("password", ""))
            log("password changed", name)
        elif what == "remove":
            found.remove(name)
            log("user removed", name)
        else:
            abort(400)
    except UsageError as error:
        tell("refused", str(error))
    else:
        tell("user_changed", name=name)
    return redirect(url_for("admin.users"), 303)


@admin.get("/audit", endpoint="log")
def log_pages() -> ResponseReturnValue:
    """The newest lines of the audit log."""
    with desk().engine.connect() as connection:
        lines = audit.listed(connection, _SHOWN)
    return render_template(
        "audit.html", told=told(), lines=lines, action_words=_action_words, detail_words=_detail_words
    )


@admin.post("/audit.csv")
def log_csv() -> ResponseReturnValue:
    """The newest thousand lines as CSV. Taking them away is a line of the log, too."""
    log("exported", "audit.csv")
    with desk().engine.connect() as connection:
        lines = audit.listed(connection, audit.LISTED_MOST)
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(("at", "who", "action", "about", "origin", "judgement", "details"))
    for one in lines:
        details = "; ".join(f"{key} {value}" for key, value in one.details.items())
        row = (one.at.isoformat(), one.who, one.action, one.about, one.origin, one.judgement or "", details)
        writer.writerow(harmless_cell(shown(cell, 500)) for cell in row)
    answer = Response("\ufeff" + made.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return answer


def _action_words(action: str) -> str:
    return say(f"action_{action}", g.language) if f"action_{action}" in EN else action


def _detail_words(key: str, value: object) -> str:
    """The value in the page's language where it has a word for it."""
    words = str(value)
    if key in ("role", "before") and f"role_{words}" in EN:
        words = say(f"role_{words}", g.language)
    elif key in ("verdict", "choice") and words in EN:
        words = say(words, g.language)
    return f"← {words}" if key == "before" else words


def _users() -> Users:
    found = the_access().users
    if found is None:
        abort(404)
    return found


def _keep_an_admin(found: Users, name: str, role: str) -> None:
    admins = [one.name for one in found.listed() if one.role == "admin"]
    if admins == [name] and role != "admin":
        raise UsageError(f"{g.who} is the last admin: make somebody else one first")
