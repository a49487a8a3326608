"""The reconciliation service as the API's description tells of it: its addresses, not its whole protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_PROBLEM: Final = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_OBJECT: Final = {"application/json": {"schema": {"type": "object"}}}
_RESULTS: Final = {
    "application/json": {
        "schema": {
            "type": "object",
            "required": ["result"],
            "properties": {
                "result": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["id", "name"],
                        "properties": {"id": {"type": "string"}, "name": {"type": "string"}},
                    },
                }
            },
        }
    }
}
_HTML: Final = {"text/html": {"schema": {"type": "string"}}}
_COUNT: Final = {"type": "integer", "minimum": 0, "maximum": 999_999_999, "default": 0}
_TEXT: Final = {"type": "string"}


def _operation(
    name: str, summary: str, answer: Mapping[str, Any], *parameters: Mapping[str, Any], **more: Any
) -> dict[str, Any]:
    refusals = {
        400: "What was sent has another form",
        403: "From here nobody may ask",
        404: "There is nothing here",
        413: "Too large",
        415: "A form is needed",
        429: "Too fast; see Retry-After",
        503: "The database took too long",
    }
    return {
        "operationId": name,
        "summary": summary,
        "security": [],
        "parameters": list(parameters),
        "responses": {
            "200": {"description": "Found", "content": answer},
            **{
                str(status): {"description": words, "content": _PROBLEM} for status, words in refusals.items()
            },
        },
        **more,
    }


def _in(where: str, name: str, schema: Mapping[str, Any], *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": where, "required": required, "schema": dict(schema)}


_ID: Final = _in("path", "id", {"type": "string", "pattern": "^[0-9A-Za-z]{1,40}$"}, required=True)
_FORM: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "queries": {"type": "string", "description": "JSON: a batch of queries"},
                        "extend": {"type": "string", "description": "JSON: entities and properties"},
                    },
                }
            }
        },
    }
}

#: Paths as OpenAPI has them. The protocol itself: https://www.w3.org/community/reports/reconciliation/
PATHS: Final[Mapping[str, Any]] = {
    "/reconcile": {
        "get": _operation("reconcile_manifest", "What the service is, in the protocol's form", _OBJECT),
        "post": _operation("reconcile", "Match names, or fetch properties of entities", _OBJECT, **_FORM),
    },
    **{
        f"/reconcile/suggest/{kind}": {
            "get": _operation(
                f"suggest_{kind}",
                f"By the beginning of a name: {kind}",
                _RESULTS,
                _in("query", "prefix", _TEXT),
                _in("query", "cursor", _COUNT),
            )
        }
        for kind in ("entity", "property", "type")
    },
    "/reconcile/properties": {
        "get": _operation(
            "propose_properties",
            "Properties of a type",
            _OBJECT,
            _in("query", "type", _TEXT),
            _in("query", "limit", _COUNT),
        )
    },
    "/reconcile/preview/{id}": {"get": _operation("preview", "A small page about an entity", _HTML, _ID)},
    "/reconcile/entity/{id}": {"get": _operation("view", "A page about an entity", _HTML, _ID)},
}
