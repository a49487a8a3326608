"""What `valuenet review` answers over HTTP: every address with its methods, from the app's own map."""

from __future__ import annotations

import inspect
import tempfile
from pathlib import Path

from flask import Flask

from entity_resolution.reconcile.service import blueprint
from entity_resolution.review.app import create_app
from pipelines.store.session import open_store
from tools.reference.markdown import MADE, code, plain, table

_START = """# HTTP

`valuenet review` serves these on one address: pages for people ([review](../review.md)), the reconciliation service
that OpenRefine speaks to ([reconciliation](../reconciliation.md)), and what is for programs. Pages want a login or
the token that the command prints; forms want a token against forgery.

"""


def http_page() -> str:
    """The page."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_store(f"sqlite:///{Path(folder) / 'web.db'}", create=True)
        try:
            app = create_app(engine)
            app.register_blueprint(blueprint(engine))
            return MADE + _START + _parts(app).rstrip() + "\n"
        finally:
            engine.dispose()


def _parts(app: Flask) -> str:
    found: dict[str, list[tuple[str, str, str]]] = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        part, _, own = rule.endpoint.rpartition(".")
        if own == "static":
            continue
        methods = ", ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        said = inspect.getdoc(app.view_functions[rule.endpoint]) or own.replace("_", " ")
        row = (code(rule.rule), methods, plain(said.partition("\n\n")[0].strip()))
        found.setdefault(part or "app", []).append(row)
    return "".join(
        f"## {part}\n\n" + table(("address", "methods", "what"), rows) for part, rows in sorted(found.items())
    )
