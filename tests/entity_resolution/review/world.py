"""A store with pairs that wait, and a visitor of the pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from entity_resolution import queue, storage
from entity_resolution.curated import Curated
from entity_resolution.resolver import resolve
from entity_resolution.review.access import Access
from entity_resolution.review.app import create_app
from entity_resolution.review.effects import Effect
from pipelines.store.session import writing
from pipelines.store.types import now
from tests.entity_resolution.world import organisation, write

NOBODY = Curated((), ())
WHY = {"reason": "most characters are shared", "features": [["lcs", "a long common part", 1.5]]}


class Told:
    """Effects that are made up, and remember what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []

    def of(self, left_entity: str, right_entity: str, verdict: str) -> Effect:
        self.asked.append((left_entity, right_entity, verdict))
        lines = {"en": (f"X moves from rank 23 to 17 if {verdict}",), "zh": ("X 由第 23 位升至第 17 位",)}
        return Effect(lines, -1, -4, 5.0)


def mention_ids(engine: Engine) -> dict[str, int]:
    """Name → mention, for names that stand once."""
    with engine.connect() as connection:
        return {one.name: one.id for one in storage.all_mentions(connection).values()}


def waiting_world(
    engine: Engine, *pairs: tuple[str, str, str], extra: tuple[str, ...] = ()
) -> dict[str, int]:
    """A store in which these (name, name, suggestion) wait, the first first. Name → mention."""
    names = dict.fromkeys([name for pair in pairs for name in pair[:2]] + list(extra))
    write(engine, "one", *(organisation(name, place="北京市") for name in names))
    resolve(engine, known=NOBODY)
    ids = mention_ids(engine)
    raised = [
        queue.Raised(ids[left], ids[right], 0.8 - at / 100, suggestion, WHY)
        for at, (left, right, suggestion) in enumerate(pairs)
    ]
    with writing(engine) as connection:
        queue.sync(connection, raised, None, now())
    return ids


def candidate(ids: Mapping[str, int], left: str, right: str) -> int:
    """The id of a pair in the queue."""
    return queue.candidate_id(ids[left], ids[right])


class Visitor:
    """A browser without a script, on the app."""

    def __init__(self, app: Flask, language: str = "en", enter: bool = True) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        self.client.set_cookie("language", language, domain="127.0.0.1")
        if enter:
            access: Access = app.extensions["access"]
            assert self.get(f"/enter/{access.token}").status_code == 303

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, base_url="http://127.0.0.1:8000", buffered=True, **more)

    def text(self, path: str) -> str:
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.get_data(as_text=True)

    def token(self, path: str = "/") -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(path).get_data(as_text=True))
        assert found, path
        return found[1]

    def post(self, path: str, data: Mapping[str, Any], token: str | None = None) -> TestResponse:
        form = {"csrf_token": self.token() if token is None else token, **data}
        return self.client.post(path, data=form, base_url="http://127.0.0.1:8000")


def app_on(engine: Engine, effects: Any = None, **access: Any) -> Flask:
    """The app on a store; `access` as `Access`."""
    app = create_app(engine, effects=effects, access=Access(**{"who": "ann", **access}))
    app.testing = True
    return app
