"""The reconciliation service over HTTP, to be mounted by any Flask app.

Invariants kept here:
- every answer but a preview is JSON, errors too;
- nothing is written, whatever is sent: no token of a session is needed or looked at.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine
from werkzeug.exceptions import HTTPException

from entity_resolution.curated import Curated, curated
from entity_resolution.reconcile import bearers, limits, preview, suggesting
from entity_resolution.reconcile.access import Reach
from entity_resolution.reconcile.answering import Answers, Candidate
from entity_resolution.reconcile.asked import Asked, Extension, clean, read_batch, read_extension, read_query
from entity_resolution.reconcile.likeness import Likeness, likeness
from entity_resolution.reconcile.limits import Refused
from entity_resolution.reconcile.manifest import manifest
from entity_resolution.reconcile.near import Near
from entity_resolution.reconcile.properties import ORGANISATION, TYPES, of_type
from entity_resolution.reconcile.reading import reading
from entity_resolution.reconcile.values import values
from entity_resolution.review.showing import shown
from pipelines.errors import ValuenetError


def blueprint(
    engine: Engine,
    *,
    reach: Reach | None = None,
    view: str = "",
    known: Curated | None = None,
    scores: Callable[[], Likeness] = likeness,
) -> Blueprint:
    """The service on a store, at /reconcile of the app that registers it. `reach`: whom it answers (by default this
    computer alone); `view`: the address of an entity's page in the app, with `{{id}}`."""
    service = _Service(engine, reach or Reach(), view, known, scores)
    made = Blueprint("reconcile", __name__, url_prefix="/reconcile")
    for rule in ("", "/"):
        made.add_url_rule(rule, "ask", service.ask, methods=["GET", "POST"])
    made.add_url_rule("/suggest/<what>", "suggest", service.suggest)
    made.add_url_rule("/properties", "propose", service.propose)
    made.add_url_rule("/preview/<entity>", "preview", service.preview)
    made.add_url_rule("/entity/<entity>", "entity", service.entity)
    made.add_url_rule("/<path:elsewhere>", "elsewhere", _elsewhere)
    made.before_request(service.check)
    made.after_request(lambda response: service.reach.with_headers(request, response))
    made.register_error_handler(ValuenetError, _problem)
    made.register_error_handler(HTTPException, _http_problem)
    return made


class _Service:
    """What the routes do."""

    def __init__(
        self,
        engine: Engine,
        reach: Reach,
        view: str,
        known: Curated | None,
        scores: Callable[[], Likeness],
    ) -> None:
        self.engine, self.reach, self.view, self.known, self.scores = engine, reach, view, known, scores
        self.near = Near()

    def check(self) -> ResponseReturnValue | None:
        """Before anything else is looked at."""
        self.reach.check(request)
        request.max_content_length = request.max_form_memory_size = limits.BODY_MOST
        if request.method == "OPTIONS":
            return Response(status=204)
        if "callback" in request.args:
            # a script tag obeys no rule about origins
            raise Refused("JSONP is not spoken here; CORS is", field="callback")
        return None

    def ask(self) -> ResponseReturnValue:
        """The manifest, a batch of queries, a single one, or a data extension."""
        if request.method == "POST" and request.mimetype != "application/x-www-form-urlencoded":
            raise Refused("a form is needed (application/x-www-form-urlencoded)", status=415)
        sent: Mapping[str, str] = request.form if request.method == "POST" else request.args
        if "queries" in sent:
            return _json(self._answers(read_batch(sent["queries"])))
        if "extend" in sent:
            return _json(self._extension(read_extension(sent["extend"])))
        if "query" in sent:
            return _json(self._answers({"only": read_query(sent["query"])})["only"])
        if request.method == "POST":
            raise Refused("queries or extend is needed")
        return _json(manifest(self._base(), self.view))

    def suggest(self, what: str) -> ResponseReturnValue:
        """Entities, properties or types by the beginning of their names."""
        prefix, cursor = request.args.get("prefix", ""), _count("cursor", limits.CURSOR_MOST)
        if what == "entity":
            with reading(self.engine) as connection:
                return _json({"result": suggesting.suggest_entities(connection, prefix, cursor)})
        if what == "property":
            return _json({"result": suggesting.suggest_properties(prefix, cursor)})
        if what == "type":
            return _json({"result": suggesting.suggest_types(prefix, cursor)})
        raise Refused("entity, property or type is suggested", status=404)

    def propose(self) -> ResponseReturnValue:
        """Properties that may be fetched for entities of a type."""
        given, limit = request.args.get("type", ""), _count("limit", 10_000)
        found = of_type(given)
        answer: dict[str, Any] = {"properties": [one.as_json() for one in found[: limit or None]]}
        if given:
            answer["type"] = given
        if limit:
            answer["limit"] = limit
        return _json(answer)

    def preview(self, entity: str) -> ResponseReturnValue:
        """A small page about an entity."""
        return self._page(entity, whole=False)

    def entity(self, entity: str) -> ResponseReturnValue:
        """A page about an entity."""
        return self._page(entity, whole=True)

    def _page(self, entity: str, *, whole: bool) -> ResponseReturnValue:
        with reading(self.engine) as connection:
            found = bearers.entities(connection, [clean(entity[: limits.ID_MOST]).lower()])
            if not found:
                raise Refused("no entity has this id", status=404)
            html = preview.page(connection, next(iter(found.values())), whole=whole)
        response = Response(html, mimetype="text/html")
        response.headers["Content-Security-Policy"] = self.reach.policy(preview.STYLE_DIGEST)
        return response

    def _answers(self, queries: Mapping[str, Asked]) -> dict[str, Any]:
        answers = Answers(self.near, self.scores(), curated() if self.known is None else self.known)
        with self.engine.connect() as connection:  # without a time limit: a later start would take as long
            self.near.prepare(connection)
        with reading(self.engine) as connection:
            found = answers.answer(connection, list(queries.values()))
        return {
            key: {"result": [_candidate(one) for one in some]}
            for key, some in zip(queries, found, strict=True)
        }

    def _extension(self, asked: Extension) -> dict[str, Any]:
        with reading(self.engine) as connection:
            known = bearers.entities(connection, [one.lower() for one in asked.ids])
            told = values(connection, {one.id: one for one in known.values()}, asked.wanted)
        nothing: dict[str, list[Any]] = {one.property.id: [] for one in asked.wanted}
        return {
            "meta": [_meta(one.property.id, one.property.name, one.property.holds) for one in asked.wanted],
            "rows": {
                one: told[known[one.lower()].id] if one.lower() in known else nothing for one in asked.ids
            },
        }

    def _base(self) -> str:
        return url_for(".ask", _external=True).rstrip("/")


def _candidate(one: Candidate) -> dict[str, Any]:
    return {
        "id": one.entity.id,
        "name": shown(one.entity.name),
        "description": suggesting.described(one.entity),
        "type": [TYPES[one.entity.kind].brief()],
        "score": one.score,
        "match": one.match,
        "features": [{"id": name, "value": value} for name, value in one.features.items()],
    }


def _meta(key: str, name: str, holds: str) -> dict[str, Any]:
    return {"id": key, "name": name} | ({"type": TYPES[ORGANISATION].brief()} if holds == "relation" else {})


def _count(name: str, most: int) -> int:
    text = request.args.get(name, "") or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Refused("a whole number is needed", field=name)
    return min(int(text), most)


def _elsewhere(elsewhere: str) -> ResponseReturnValue:
    raise Refused("there is nothing here", status=404)


def _problem(error: ValuenetError) -> ResponseReturnValue:
    status = error.status if isinstance(error, Refused) else 500
    answer = _json({"error": shown(error, 500)}, status)
    if isinstance(error, Refused) and error.wait:
        answer.headers["Retry-After"] = str(error.wait)
    return answer


def _http_problem(error: HTTPException) -> ResponseReturnValue:
    return _json({"error": error.name}, error.code or 500)


def _json(data: Any, status: int = 200) -> Response:
    return Response(json.dumps(data), status, mimetype="application/json")
