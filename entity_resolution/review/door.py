"""The ways in and out: the printed address, login, logout, one's own password."""

from __future__ import annotations

import hmac
from typing import Final

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from entity_resolution.review.access import local_path, log, the_access
from entity_resolution.review.desk import tell, told
from entity_resolution.review.users import SHORTEST
from pipelines.errors import UsageError

door = Blueprint("door", __name__)

_NAME_MOST: Final = 100


@door.get("/enter/<token>")
def enter(token: str) -> ResponseReturnValue:
    """The way in on this computer: the address that the command printed."""
    access = the_access()
    if access.users is not None or not hmac.compare_digest(token.encode(), access.token.encode()):
        abort(403)
    access.sessions.begin(access.who)
    log("login", who=access.who)
    return redirect(url_for("pages.overview"), 303)


@door.route("/login", methods=["GET", "POST"])
def login() -> ResponseReturnValue:
    """The way in from elsewhere: name and password."""
    access = the_access()
    if access.users is None:
        abort(404)
    onward = local_path(request.values.get("next", "")) or url_for("pages.overview")
    if request.method != "POST":  # HEAD, too
        return render_template("login.html", onward=onward, problem="", wait=0, name="")
    name, password = request.form.get("name", "")[:_NAME_MOST], request.form.get("password", "")
    tried = (name, request.remote_addr or "")
    wait = access.attempts.seconds_to_wait(*tried)
    if wait:
        page = render_template("login.html", onward=onward, problem="wait", wait=wait, name=name)
        return page, 429, {"Retry-After": str(wait)}
    if not access.users.admits(name, password):
        access.attempts.failed(*tried)
        log("login failed", who=name)
        page = render_template("login.html", onward=onward, problem="wrong", wait=0, name=name)
        return page, 401
    access.attempts.succeeded(*tried)
    access.sessions.begin(name)
    log("login", who=name)
    return redirect(onward, 303)


@door.post("/logout")
def logout() -> ResponseReturnValue:
    """End the session, in every browser that holds its cookie."""
    access = the_access()
    if g.who:
        log("logout")
    access.sessions.end()
    if access.users is None:
        abort(403)
    return redirect(url_for("door.login"), 303)


@door.route("/account", methods=["GET", "POST"])
def account() -> ResponseReturnValue:
    """One's own password. All sessions under the name end but this one, which is begun anew."""
    access = the_access()
    if access.users is None:
        abort(404)
    if request.method != "POST":  # HEAD, too
        return render_template("account.html", told=told(), problem="", message="", wait=0, shortest=SHORTEST)
    tried = (str(g.who), request.remote_addr or "")
    problem, message, wait = "", "", access.attempts.seconds_to_wait(*tried)
    if wait:
        problem = "wait_login"
    elif not access.users.admits(g.who, request.form.get("password", "")):
        access.attempts.failed(*tried)
        problem = "wrong_password"
    else:
        try:
            access.users.set_password(g.who, request.form.get("new", ""))
        except UsageError as error:
            problem, message = "failed", str(error)
    if problem:
        page = render_template(
            "account.html", told=None, problem=problem, message=message, wait=wait, shortest=SHORTEST
        )
        return page, 429 if wait else 422, {"Retry-After": str(wait)} if wait else {}
    access.sessions.begin(g.who)
    log("password changed", g.who)
    tell("password_changed", name=g.who)
    return redirect(url_for("door.account"), 303)
