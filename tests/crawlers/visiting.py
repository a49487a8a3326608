"""A source visited on a stand-in by a process of its own, with arguments for its spider."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.program import process

_SCRIPT = """
import json, sys
from pathlib import Path
from crawlers.running import Plan, crawl
from pipelines.store.session import open_store

source, web, limit, arguments = json.loads(sys.argv[1])
engine = open_store("sqlite:///valuenet.db", create=True)
plan = Plan(web=web, limit=limit, arguments={source: arguments})
(done,) = crawl(engine, Path("valuenet.archive"), [source], plan)
print(json.dumps(done.as_dict()))
"""


def visit_source(
    source: str,
    web: str,
    folder: Path,
    arguments: dict[str, str] | None = None,
    *,
    limit: int | None = None,
    env: dict[str, str] | None = None,
) -> dict[str, Any]:
    """What `valuenet crawl SOURCE --web WEB --json` would print, with `arguments`; `said` is what went to stderr."""
    done = process(_SCRIPT, json.dumps([source, web, limit, arguments or {}]), cwd=folder, env=env)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {**found, "said": done.stdout + done.stderr}
