"""The API's description is true: it tells of every route, lies in the documents, and holds under whatever it allows."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from entity_resolution.review.attempts import Pace
from entity_resolution.review.openapi import description
from entity_resolution.review.roles import ROUTES
from entity_resolution.review.serving import Address, Server
from tests.entity_resolution.review.world import Visitor, app_on, waiting_world
from tests.read_store import waiting_store

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "openapi.json"
#: What schemathesis looks for. That everything the schema allows is accepted is not promised: strings of the
#: reconciliation service hold JSON of their own.
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,negative_data_rejection,unsupported_method,ignored_auth"
)


def test_it_tells_of_every_route_with_its_role(small: Engine) -> None:
    app = app_on(small)
    served = {
        (method.lower(), re.sub(r"<(?:int:)?(\w+)>", r"{\1}", rule.rule), rule.endpoint)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint != "api.description"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    told = description(reconciles=False)
    assert {
        (method, path, f"api.{one['operationId']}")
        for path, methods in told["paths"].items()
        for method, one in methods.items()
    } == served
    for methods in told["paths"].values():
        for one in methods.values():
            assert str(ROUTES[f"api.{one['operationId']}"].role) in one["description"]


def test_it_is_served_to_anybody_and_lies_in_the_documents(small: Engine) -> None:
    visitor = Visitor(app_on(small), enter=False)
    answer = visitor.get("/openapi.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.get_json() == json.loads(json.dumps(description(reconciles=False)))
    written = json.dumps(description(reconciles=True), indent=1, ensure_ascii=False) + "\n"
    assert DOCUMENT.read_text(encoding="utf-8") == written, (
        "write it anew: python -m entity_resolution.review.openapi > docs/openapi.json"
    )


def test_every_name_it_refers_to_is_there() -> None:
    text = json.dumps(description(reconciles=True))
    names = set(re.findall(r'"#/components/schemas/(\w+)"', text))
    assert names == set(description(reconciles=True)["components"]["schemas"]) - {"Type"} | (names & {"Type"})
    ids = re.findall(r'"operationId": "(\w+)"', text)
    assert len(ids) == len(set(ids)) > 15


@pytest.fixture
def served(store: Engine) -> Iterator[Server]:
    """A live server on a store in which pairs and readings wait."""
    waiting_store(store)
    waiting_world(store, ("甲牌科技", "甲牌", "same"), ("乙云", "乙牌", "unit of"))
    server = Server(store, Address(port=0), users=None, who="ann")
    # how fast one may ask is not what is asked here
    object.__setattr__(server.app.extensions["access"], "pace", Pace(10_000, 10_000))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server
    server.close()
    thread.join(timeout=10)


def test_it_holds_under_whatever_it_allows(served: Server, tmp_path: Path) -> None:
    base, key = served.url.split("/enter/")
    result = subprocess.run(
        [
            str(Path(sys.executable).with_name("schemathesis")), "run", f"{base}/openapi.json",
            "--header", f"Authorization: Bearer {key}", "--checks", CHECKS, "--phases", "examples,coverage,fuzzing",
            "--max-examples", "3", "--seed", "1", "--workers", "1", "--no-color",
            "--generation-database", "none", "--request-timeout", "30",
        ],
        cwd=tmp_path, capture_output=True, text=True, timeout=220,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout[-8000:] + result.stderr[-2000:]
    told = description(reconciles=True)["paths"].values()
    assert f"Tested: {sum(len(methods) for methods in told)}" in result.stdout
