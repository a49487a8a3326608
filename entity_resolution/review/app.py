"""The review app put together: pages, words, access."""

from __future__ import annotations

from typing import Any, Final

import click
from flask import Flask, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from jinja2 import StrictUndefined
from sqlalchemy import Engine
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, Map

from entity_resolution.review import admin_pages, api, check_pages, door, entity_pages, pages, readings
from entity_resolution.review.access import Access, guard, is_for_programs
from entity_resolution.review.counting import Counter
from entity_resolution.review.desk import Desk
from entity_resolution.review.effects import Effects
from entity_resolution.review.roles import reaches
from entity_resolution.review.showing import shown
from entity_resolution.review.wording import chosen, say, value_in
from pipelines.errors import ValuenetError

#: All that is served beside the services that are mounted.
_PARTS: Final = (
    door.door,
    pages.pages,
    entity_pages.entities,
    check_pages.checks,
    readings.readings,
    admin_pages.admin,
    api.api,
)


class _Id(IntegerConverter):
    """A number in an address, no larger than the store has them: what is larger is not found."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**63 - 1)


def create_app(engine: Engine, *, effects: Effects | None = None, access: Access | None = None) -> Flask:
    """The app on a store. Without `effects` pages do not say what a decision changes; without `access` whoever has
    the address with the token of the moment gets in (`app.extensions["access"].token`)."""
    app = Flask(__name__)
    app.url_map.converters["int"] = _Id
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["shown"] = shown
    app.extensions["desk"] = Desk(engine, Counter(effects))
    app.before_request(_choose_language)
    guard(app, access or Access())
    for part in _PARTS:
        app.register_blueprint(part)
    app.extensions["csrf_protection"].exempt(api.api)  # no cookie counts there, so that nothing can be forged
    app.context_processor(_words)
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(ValuenetError, _problem)
    return app


def _choose_language() -> None:
    g.language = chosen(request.cookies.get("language"), request.accept_languages)


def _words() -> dict[str, Any]:
    language = g.get("language", "zh")
    return {
        "t": lambda key, **values: say(key, language, **values),
        "value_of": lambda value: value_in(value, language),
        "language": language,
        "who": g.get("who", ""),
        "may_decide": reaches(g.get("role", ""), "reviewer"),
        "may_manage": reaches(g.get("role", ""), "admin"),
        "has_users": current_app.extensions["access"].users is not None,
        "here": request.full_path.rstrip("?"),
    }


def _http_problem(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if is_for_programs():
        return api.problem(error.name, status, error.get_headers())
    if isinstance(error, CSRFError):
        key = "expired"
    else:
        known = bool(g.get("who", ""))
        key = {403: "not_allowed" if known else "closed_door", 404: "not_found"}.get(status, "failed")
    if not hasattr(g, "language"):  # refused before anything else was looked at
        return say("failed", "en"), status
    return render_template("problem.html", key=key, message=""), status


def _problem(error: ValuenetError) -> ResponseReturnValue:
    click.echo(f"refused: {shown(error, 500)}", err=True)
    if is_for_programs():
        return api.problem(shown(error, 500), 400)
    return render_template("problem.html", key="failed", message=str(error)), 400
