"""The API's description in OpenAPI 3.1, written from the models and the list of roles."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from entity_resolution.review import api_schema as schema
from entity_resolution.review.openapi_reconcile import PATHS as RECONCILE
from entity_resolution.review.roles import ROUTES

_REF: Final = "#/components/schemas/{model}"
_ID: Final = {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}
#: (method, path, endpoint, summary, parameters' model, body's model, answer's model)
_Operation = tuple[str, str, str, str, type[BaseModel] | None, type[BaseModel] | None, type[BaseModel]]
_OPERATIONS: Final[tuple[_Operation, ...]] = (
    ("get", "/api/queue", "queue", "Pairs that wait, the most telling first", schema.Limited, None, schema.Queue),
    ("get", "/api/pairs/{candidate}", "pair", "One pair", None, None, schema.PairState),
    ("post", "/api/pairs/{candidate}", "decide", "Decide a pair", None, schema.Verdict, schema.Done),
    ("post", "/api/judgements/{judgement}/undo", "take_back", "Take a judgement back", None, schema.Why,
     schema.Done),
    ("get", "/api/search", "search", "Entities by a name or an id", schema.Sought, None, schema.Found),
    ("get", "/api/entities/{entity}", "entity", "What is known of an entity", None, None, schema.Entity),
    ("get", "/api/readings", "readings", "Readings that wait, the surest first", schema.ReadingsAsked, None,
     schema.Readings),
    ("get", "/api/readings/{reading}", "reading", "One reading", None, None, schema.Reading),
    ("post", "/api/readings/{reading}", "decide_reading", "Accept or reject a reading", None,
     schema.ReadingVerdict, schema.ReadingDone),
    ("post", "/api/readings/{reading}/undo", "take_back_reading", "Let a reading wait again", None, schema.Why,
     schema.ReadingDone),
    ("get", "/api/audit", "audit_log", "The newest lines of the audit log", schema.LogLimited, None, schema.Log),
)  # fmt: skip
_REFUSALS: Final[Mapping[int, str]] = {
    400: "What was sent has another form",
    401: "No key, or none that is known",
    403: "The role does not reach this",
    404: "There is nothing here",
    405: "Not by this method; nor has anything so large a number",
    409: "Decided or claimed by somebody else, or forbidden by an earlier judgement",
    413: "Too large",
    415: "application/json is needed",
    429: "Too fast; see Retry-After",
}


def description(*, reconciles: bool) -> dict[str, Any]:
    """The whole document. `reconciles`: with the reconciliation service beside the API."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in _OPERATIONS:
        paths.setdefault(operation[1], {})[operation[0]] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "valuenet",
            "version": version("valuenet"),
            "description": "The queue of pairs, entities and readings, and the decisions on them.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": paths | (dict(RECONCILE) if reconciles else {}),
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(),
        },
    }


def _schemas() -> dict[str, Any]:
    given = [(one[5], "validation") for one in _OPERATIONS if one[5]]
    answered = [(one[6], "serialization") for one in _OPERATIONS]
    every = dict.fromkeys([*given, *answered, (schema.Problem, "serialization")])
    _, found = models_json_schema(list(every), ref_template=_REF)  # type: ignore[arg-type]  # literals, as words
    return dict(sorted(found["$defs"].items()))


def _operation(operation: _Operation) -> dict[str, Any]:
    method, path, name, summary, asked, sent, answered = operation
    role = ROUTES[f"api.{name}"].role
    refusals = [400, 401, 403, 404, 429] + ([405, 409, 413, 415] if method == "post" else [])
    found: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "description": f"For the role {role} and above.",
        "parameters": [*_in_path(path), *_in_query(asked)],
        "responses": {
            "200": {"description": "Done" if method == "post" else "Found", "content": _json(answered)},
            **{str(one): _refusal(_REFUSALS[one]) for one in sorted(refusals)},
        },
    }
    if sent is not None:
        found["requestBody"] = {"required": True, "content": _json(sent)}
    return found


def _refusal(words: str) -> dict[str, Any]:
    return {"description": words, "content": _json(schema.Problem)}


def _json(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(model=model.__name__)}}}


def _in_path(path: str) -> list[dict[str, Any]]:
    names = [piece[1:-1] for piece in path.split("/") if piece.startswith("{")]
    text = {"type": "string", "pattern": "^[0-9A-Za-z]{1,40}$"}
    return [
        {"name": name, "in": "path", "required": True, "schema": text if name == "entity" else _ID}
        for name in names
    ]


def _in_query(model: type[BaseModel] | None) -> list[dict[str, Any]]:
    if model is None:
        return []
    made = model.model_json_schema(ref_template=_REF)
    needed = made.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": _without_null(one)}
        for name, one in made["properties"].items()
    ]


def _without_null(one: Mapping[str, Any]) -> dict[str, Any]:
    """A parameter that is left out is not there; none is null."""
    kept = {key: value for key, value in one.items() if key not in ("anyOf", "default", "title")}
    for each in one.get("anyOf", ()):
        if each.get("type") != "null":
            kept |= each
    return kept | ({"default": one["default"]} if one.get("default") is not None else {})


if __name__ == "__main__":
    print(json.dumps(description(reconciles=True), indent=1, ensure_ascii=False))  # noqa: T201  the page of the API
