"""Who may see the pages, and what every answer says to the browser.

Invariants kept here:
- nothing is answered to somebody whose role does not reach it, and what has no role is answered to nobody
  (`review/roles.py`); what is sent by a form needs its token; programs bring a key and no cookie counts for them;
- a page runs and loads nothing but what lies beside it, is framed by nobody, and is kept by no cache;
- a request under a host's name that is not ours is refused, whatever address it came to.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import SecurityError, TooManyRequests, Unauthorized

from entity_resolution.review.attempts import Attempts, Pace
from entity_resolution.review.desk import desk
from entity_resolution.review.roles import ROUTES, may
from entity_resolution.review.sessions import WHOLE, Sessions
from entity_resolution.review.users import Users
from pipelines.store import audit

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
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]", "::1")
_LARGEST: Final = 512 * 1024
#: Requests of a program: so many at once, and then so many a second.
API_BURST: Final = 120
API_PER_SECOND: Final = 10.0


@dataclass(frozen=True)
class Access:
    """Who gets in. With `users` everybody logs in; without, whoever has the address with the `token` is `who`, and
    may do everything.

    `hosts` are the names that the pages may be asked for under; `https`: a proxy before us speaks it.
    """

    who: str = "unknown"
    users: Users | None = None
    hosts: tuple[str, ...] = LOOPBACK
    https: bool = False
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    attempts: Attempts = field(default_factory=Attempts)
    pace: Pace = field(default_factory=lambda: Pace(API_PER_SECOND, API_BURST))
    sessions: Sessions = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sessions", Sessions(self.users))


def guard(app: Flask, access: Access) -> None:
    """Put the app behind the door."""
    app.config.update(
        SECRET_KEY=access.users.secret() if access.users else secrets.token_hex(32),
        # the prefix makes browsers refuse the cookie from any other host and over plain HTTP
        SESSION_COOKIE_NAME="__Host-valuenet_review" if access.https else "valuenet_review",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_SECURE=access.https,
        PERMANENT_SESSION_LIFETIME=WHOLE,
        TRUSTED_HOSTS=list(access.hosts),
        MAX_CONTENT_LENGTH=_LARGEST,
        MAX_FORM_MEMORY_SIZE=_LARGEST,
        WTF_CSRF_TIME_LIMIT=None,  # it ends with the session
    )
    app.extensions["access"] = access
    app.before_request(_who_is_it)
    app.extensions["services"] = {}
    app.extensions["csrf_protection"] = CSRFProtect(app)
    app.after_request(_told_to_the_log)
    app.after_request(_with_headers)


def mount(app: Flask, service: Blueprint) -> None:
    """Serve something beside the pages that keeps its own door: no login is asked for, no token looked at, and
    its answers have the headers that it gives them. Before the first request."""
    app.extensions["services"][service.name] = service
    app.extensions["csrf_protection"].exempt(service)
    app.register_blueprint(service)


def the_access() -> Access:
    """That of the running app."""
    found = current_app.extensions["access"]
    assert isinstance(found, Access)
    return found


def log(action: str, about: str = "", *, who: str | None = None, **details: object) -> None:
    """A line in the audit log about this request."""
    name = str(g.who) if who is None else who
    audit.write(desk().engine, name, action, about, origin=request.remote_addr or "", **details)


def is_for_programs() -> bool:
    """Whether the request is one of the API, or of a service by a method that the service does not know."""
    return request.blueprint == "api" or request.path.startswith("/api/") or _is_lost_in_a_service()


def _is_lost_in_a_service() -> bool:
    first = request.path.split("/")[1]
    return request.endpoint is None and first in current_app.extensions["services"]


def _is_service() -> bool:
    return request.blueprint in current_app.extensions["services"]


def _who_is_it() -> ResponseReturnValue | None:
    g.who = g.role = ""
    if isinstance(request.routing_exception, SecurityError):  # asked for under a name that is not ours
        return Response("This is not served under that name.\n", 400, mimetype="text/plain")
    if _is_service() or _is_lost_in_a_service():
        return None
    if _holds_nul():
        abort(400)
    if is_for_programs():
        _who_asks_by_program()
        return None
    g.who = the_access().sessions.who()
    g.role = _role_of(g.who)
    if may(g.role, request.endpoint) or (g.who and request.endpoint is None):  # what is nowhere is not found
        return None
    if g.who:
        log("refused", request.path, method=request.method)
        abort(403)
    if the_access().users is None:
        abort(403)
    if request.method != "GET":
        return redirect(url_for("door.login"), 303)
    return redirect(url_for("door.login", next=request.full_path.rstrip("?")), 303)


def _holds_nul() -> bool:
    """Whether a field or the address holds the sign that PostgreSQL keeps in no text."""
    given = (*request.args.values(), *request.form.values())
    return any("\x00" in one for one in (request.path, *given))


def _who_asks_by_program() -> None:
    access = the_access()
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    key = key.strip() if scheme.lower() == "bearer" else ""
    if access.users is not None:
        known = access.users.bearer(key) if key else None
        g.who, g.role = (known.name, known.role) if known else ("", "")
    elif key and hmac.compare_digest(key.encode(), access.token.encode()):
        g.who, g.role = access.who, _role_of(access.who)
    wait = access.pace.seconds_to_wait(f"user {g.who}" if g.who else f"address {request.remote_addr}")
    if wait:
        raise TooManyRequests(retry_after=wait)
    if may(g.role, request.endpoint) or (g.who and request.endpoint is None):
        return
    if not g.who:
        raise Unauthorized
    log("refused", request.path, method=request.method)
    abort(403)


def _role_of(who: str) -> str:
    users = the_access().users
    if users is None:
        return "admin" if who else ""
    known = users.find(who) if who else None
    return known.role if known else ""


def _told_to_the_log(response: Response) -> Response:
    """What was done and stands in no other log."""
    route = ROUTES.get(request.endpoint or "")
    if (
        route
        and route.action
        and request.method == "POST"
        and response.status_code < 400
        and not _is_service()
    ):
        sent = request.get_json(silent=True) if request.is_json else request.form
        choice = str(sent.get("choice", "")) if sent is not None and hasattr(sent, "get") else ""
        if choice != "skip":
            log(route.action, request.path, choice=choice)
    return response


def _with_headers(response: Response) -> Response:
    if _is_service():
        return response
    for name, value in HEADERS.items():
        response.headers[name] = value
    if the_access().https:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint == "static":
        response.headers["Cache-Control"] = "private, max-age=3600"
    else:
        response.headers["Cache-Control"] = "no-store"
    return response


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
