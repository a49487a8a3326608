"""Who may see the pages, and what every answer says to the browser.

Invariants kept here:
- nothing but the way in is answered to somebody who is not known; what is sent by a form needs its token;
- a page runs and loads nothing but what lies beside it, is framed by nobody, and is kept by no cache;
- a request under a host's name that is not ours is refused, whatever address it came to.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import SecurityError

from entity_resolution.review.attempts import Attempts
from entity_resolution.review.users import Users

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]", "::1")
_HOURS: Final = 12
_LARGEST: Final = 512 * 1024

door = Blueprint("door", __name__)


@dataclass(frozen=True)
class Access:
    """Who gets in. With `users` everybody logs in; without, whoever has the address with the `token` is `who`.

    `hosts` are the names that the pages may be asked for under; `https`: a proxy before us speaks it.
    """

    who: str = "unknown"
    users: Users | None = None
    hosts: tuple[str, ...] = LOOPBACK
    https: bool = False
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    attempts: Attempts = field(default_factory=Attempts)


def guard(app: Flask, access: Access) -> None:
    """Put the app behind the door."""
    app.config.update(
        SECRET_KEY=access.users.secret() if access.users else secrets.token_hex(32),
        SESSION_COOKIE_NAME="valuenet_review",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=access.https,
        PERMANENT_SESSION_LIFETIME=_HOURS * 3600,
        TRUSTED_HOSTS=list(access.hosts),
        MAX_CONTENT_LENGTH=_LARGEST,
        MAX_FORM_MEMORY_SIZE=_LARGEST,
        WTF_CSRF_TIME_LIMIT=None,  # it ends with the session
    )
    app.extensions["access"] = access
    app.before_request(_who_is_it)
    app.extensions["services"] = {}
    app.extensions["csrf_protection"] = CSRFProtect(app)
    app.after_request(_with_headers)
    app.register_blueprint(door)


def mount(app: Flask, service: Blueprint) -> None:
    """Serve something beside the pages that keeps its own door: no login is asked for, no token looked at, and
    its answers have the headers that it gives them. Before the first request."""
    app.extensions["services"][service.name] = service
    app.extensions["csrf_protection"].exempt(service)
    app.register_blueprint(service)


def _is_service() -> bool:
    return request.blueprint in current_app.extensions["services"]


def _access() -> Access:
    found = current_app.extensions["access"]
    assert isinstance(found, Access)
    return found


def _who_is_it() -> ResponseReturnValue | None:
    if isinstance(request.routing_exception, SecurityError):  # asked for under a name that is not ours
        return Response("This is not served under that name.\n", 400, mimetype="text/plain")
    g.who = _known()
    if g.who or _is_service() or request.endpoint in ("static", "door.enter", "door.login", "pages.language"):
        return None
    if _access().users is None:
        abort(403)
    if request.method != "GET":
        return redirect(url_for("door.login"), 303)
    return redirect(url_for("door.login", next=request.full_path.rstrip("?")), 303)


def _known() -> str:
    """Who the session is of; nobody where their password has changed since, or they are gone."""
    who = session.get("who")
    users = _access().users
    if not isinstance(who, str) or not who:
        return ""
    if users is not None and session.get("stamp") != (users.stamp(who) or None):
        return ""
    return who


def _with_headers(response: Response) -> Response:
    if _is_service():
        return response
    for name, value in HEADERS.items():
        response.headers[name] = value
    if request.endpoint == "static":
        response.headers["Cache-Control"] = "private, max-age=3600"
    else:
        response.headers["Cache-Control"] = "no-store"
    return response


@door.get("/enter/<token>")
def enter(token: str) -> ResponseReturnValue:
    """The way in on this computer: the address that the command printed."""
    access = _access()
    if access.users is not None or not hmac.compare_digest(token.encode(), access.token.encode()):
        abort(403)
    _begin_session(access.who)
    return redirect(url_for("pages.overview"), 303)


@door.route("/login", methods=["GET", "POST"])
def login() -> ResponseReturnValue:
    """The way in from elsewhere: name and password."""
    access = _access()
    if access.users is None:
        abort(404)
    onward = local_path(request.values.get("next", "")) or url_for("pages.overview")
    if request.method == "GET":
        return render_template("login.html", onward=onward, problem="", wait=0, name="")
    name, password = request.form.get("name", "")[:100], request.form.get("password", "")
    keys = (f"name {name}", f"address {request.remote_addr}")
    wait = access.attempts.seconds_to_wait(*keys)
    if wait:
        page = render_template("login.html", onward=onward, problem="wait", wait=wait, name=name)
        return page, 429, {"Retry-After": str(wait)}
    if not access.users.admits(name, password):
        access.attempts.failed(*keys)
        page = render_template("login.html", onward=onward, problem="wrong", wait=0, name=name)
        return page, 401
    access.attempts.succeeded(*keys)
    _begin_session(name, access.users.stamp(name))
    return redirect(onward, 303)


@door.post("/logout")
def logout() -> ResponseReturnValue:
    """End the session."""
    session.clear()
    if _access().users is None:
        abort(403)
    return redirect(url_for("door.login"), 303)


def _begin_session(who: str, stamp: str | None = None) -> None:
    session.clear()  # nothing that was there before somebody was known goes on
    session.permanent = True
    session["who"] = who
    session["stamp"] = stamp


def local_path(path: str) -> str:
    """The path if it leads nowhere but here, else nothing."""
    if not path.startswith("/") or path.startswith(("//", "/\\")) or len(path) > 1000:
        return ""
    try:
        parts = urlsplit(path)
    except ValueError:
        return ""
    harmless = not parts.scheme and not parts.netloc and path.isprintable() and "\\" not in path
    return path if harmless else ""
