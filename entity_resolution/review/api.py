"""The API: what the pages show and do, as JSON, for programs that bring a key.

Invariants kept here:
- every answer is JSON, errors too;
- cookies count for nothing here, so that no page of another site can use somebody's session;
- what is sent is checked against its model before anything is looked up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final, TypeVar

from flask import Blueprint, Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from entity_resolution import queue, storage
from entity_resolution.lookup import find_entity, find_mention
from entity_resolution.review import api_schema as schema
from entity_resolution.review import decisions, openapi
from entity_resolution.review import readings_deciding as deciding
from entity_resolution.review.desk import desk, who
from entity_resolution.review.searching import search as found_by
from entity_resolution.review.showing import shown
from entity_resolution.review.sides import side
from pipelines.errors import JudgementRefused, UsageError
from pipelines.store import audit
from pipelines.store import readings as store

api = Blueprint("api", __name__)

_ID: Final = re.compile(r"[0-9A-Za-z]{1,40}")
Model = TypeVar("Model", bound=BaseModel)


@api.get("/openapi.json")
def description() -> ResponseReturnValue:
    """What can be asked, in OpenAPI's form."""
    return _json(openapi.description(reconciles="reconcile" in current_app.extensions["services"]))


@api.get("/api/queue", endpoint="queue")
def queue_head() -> ResponseReturnValue:
    """The head of the queue."""
    asked = _asked(schema.Limited)
    with desk().engine.connect() as connection:
        pairs = _pairs(connection, queue.listed(connection, most=asked.limit))
        return _json(schema.Queue(count=queue.count(connection), pairs=pairs))


@api.get("/api/pairs/<int:candidate>")
def pair(candidate: int) -> ResponseReturnValue:
    """A pair of the queue. Looking at it here claims it for nobody."""
    with desk().engine.connect() as connection:
        waiting = queue.find(connection, candidate) or abort(404)
        holds = decisions.claim_of(connection, candidate)
        told = _pairs(connection, [waiting])[0]
    return _json(schema.PairState(**told.model_dump(), closed=holds.closed, claimed_by=holds.by))


@api.post("/api/pairs/<int:candidate>")
def decide(candidate: int) -> ResponseReturnValue:
    """Decide a pair."""
    sent, engine = _sent(schema.Verdict), desk().engine
    with engine.connect() as connection:
        _ = queue.find(connection, candidate) or abort(404)
    try:
        done = decisions.decide(engine, candidate, sent.choice, reason=sent.reason.strip(), who=who())
    except (decisions.TakenMeanwhile, JudgementRefused, UsageError) as error:
        return problem(shown(error, 500), 409)
    return _json(schema.Done(judgement=done.judgement))


@api.post("/api/judgements/<int:judgement>/undo")
def take_back(judgement: int) -> ResponseReturnValue:
    """Take a judgement back."""
    sent = _sent(schema.Why)
    try:
        done = decisions.take_back(desk().engine, judgement, who=who(), reason=sent.reason.strip())
    except (JudgementRefused, UsageError) as error:
        return problem(shown(error, 500), 409)
    return _json(schema.Done(judgement=done.judgement))


@api.get("/api/search")
def search() -> ResponseReturnValue:
    """Entities by a name or an id."""
    asked = _asked(schema.Sought)
    with desk().engine.connect() as connection:
        found = found_by(connection, asked.q)
    return _json(
        schema.Found(
            found=[
                schema.Hit(
                    id=one.entity, name=one.name, name_en=one.name_en, kind=one.kind, country=one.country,
                    mentions=one.mentions,
                )
                for one in found
            ]
        )
    )  # fmt: skip


@api.get("/api/entities/<entity>")
def entity(entity: str) -> ResponseReturnValue:
    """What is known of an entity. An older id leads to the entity that it became part of."""
    if not _ID.fullmatch(entity):
        abort(404)
    with desk().engine.connect() as connection:
        try:
            found = find_entity(connection, entity)
            one = side(connection, find_mention(connection, found).id)
        except UsageError:
            abort(404)
    if one is None:
        abort(404)
    return _json(
        schema.Entity(
            id=one.entity,
            name=one.name,
            name_en=one.name_en,
            kind=one.kind,
            country=one.country,
            names=[schema.Name(name=name, sources=list(sources)) for name, sources in one.names],
            identifiers=[schema.Identifier(scheme=scheme, value=value) for scheme, value in one.identifiers],
            places=list(one.places),
            relations=[
                schema.Relation(relation=str(each["relation"]), id=str(each["id"]), name=str(each["name"]))
                for each in one.relations
            ],
            mentions=one.total,
            facts=one.facts_total,
        )
    )


@api.get("/api/readings")
def readings() -> ResponseReturnValue:
    """Readings that wait."""
    asked = _asked(schema.ReadingsAsked)
    with desk().engine.connect() as connection:
        try:
            found = store.waiting(connection, asked.after, asked.limit, type=asked.type)
        except UsageError as error:
            return problem(shown(error, 500), 404)
        return _json(
            schema.Readings(waiting=store.count(connection), readings=[_reading(one) for one in found])
        )


@api.get("/api/readings/<int:reading>")
def reading(reading: int) -> ResponseReturnValue:
    """One reading, in whatever state."""
    with desk().engine.connect() as connection:
        return _json(_reading(store.find(connection, reading) or abort(404)))


@api.post("/api/readings/<int:reading>")
def decide_reading(reading: int) -> ResponseReturnValue:
    """Accept or reject a reading."""
    sent, engine = _sent(schema.ReadingVerdict), desk().engine
    with engine.connect() as connection:
        _ = deciding.standing(connection, reading) or abort(404)
    try:
        state = deciding.decide(engine, reading, sent.choice, who=who(), reason=sent.reason.strip())
    except (decisions.TakenMeanwhile, UsageError) as error:
        return problem(shown(error, 500), 409)
    return _json(schema.ReadingDone(id=reading, state=state))


@api.post("/api/readings/<int:reading>/undo")
def take_back_reading(reading: int) -> ResponseReturnValue:
    """The reading waits again."""
    _sent(schema.Why)
    try:
        back = deciding.take_back(desk().engine, reading, who=who())
    except UsageError as error:
        return problem(shown(error, 500), 409)
    return _json(schema.ReadingDone(id=reading, state=back.state))


@api.get("/api/audit")
def audit_log() -> ResponseReturnValue:
    """The newest lines of the audit log."""
    asked = _asked(schema.LogLimited)
    with desk().engine.connect() as connection:
        lines = audit.listed(connection, asked.limit)
    return _json({"lines": [one.as_json() for one in lines]})


def problem(message: str, status: int, headers: Iterable[tuple[str, str]] = ()) -> Response:
    """A refusal as JSON, with those of an error's headers that say what to do."""
    answer = _json({"error": message}, status)
    for name, value in headers:
        if name in ("Allow", "Retry-After"):
            answer.headers[name] = value
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="valuenet"'
    return answer


def _asked(model: type[Model]) -> Model:
    try:
        return model.model_validate(request.args.to_dict())
    except ValidationError as error:
        raise BadRequest(_told(error)) from error


def _sent(model: type[Model]) -> Model:
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("application/json is needed")
    try:
        return model.model_validate_json(request.get_data())
    except ValidationError as error:
        raise BadRequest(_told(error)) from error


def _told(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(one) for one in first["loc"])
    return shown(f"{where}: {first['msg']}" if where else first["msg"], 300)


def _pairs(connection: Connection, waiting: list[queue.Waiting]) -> list[schema.Pair]:
    names = storage.mentions(connection, {key for one in waiting for key in (one.left, one.right)})
    return [
        schema.Pair(
            id=one.id,
            left=schema.PairSide(mention=one.left, name=names[one.left].name, entity=one.left_entity),
            right=schema.PairSide(mention=one.right, name=names[one.right].name, entity=one.right_entity),
            suggestion=one.suggestion,
            score=one.score,
            effect=one.effect,
            why=str(one.why.get("reason", "")),
            raised_at=one.raised_at,
        )
        for one in waiting
    ]


def _reading(one: store.Waiting) -> schema.Reading:
    return schema.Reading(
        id=one.id,
        type=one.type,
        roles={role: [piece.text for piece in pieces] for role, pieces in one.fact.roles.items()},
        quote=one.quote,
        url=one.url,
        source=one.source,
        published=one.published,
        confidence=one.confidence,
        method=one.method,
        state=one.state,
    )


def _json(data: BaseModel | dict[str, Any], status: int = 200) -> Response:
    text = data.model_dump_json() if isinstance(data, BaseModel) else current_app.json.dumps(data)
    return Response(text, status, mimetype="application/json")
