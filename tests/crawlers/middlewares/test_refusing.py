"""A visit that is broken off asks for nothing more, neither what waits for its turn nor what was not begun."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request

from crawlers.context import SETTING, RunContext
from crawlers.middlewares.refusing import RefusingMiddleware
from tests.program import environment

#: Visits a site at the rate of the live web, breaks the visit off after so many requests, and waits for some more.
CODE = """
import asyncio, json, sys
from dataclasses import replace
from pathlib import Path

from crawlers.registry import spider_of
from crawlers.running import Plan, Visitor, run_process
from crawlers.sample_web.generator import make_world
from crawlers.sample_web.server import SampleWeb
from pipelines.errors import SourceError
from pipelines.store.session import open_store

made = make_world(7, 0.003)
world = replace(made, cooperation=made.cooperation[:40], quiet=(), rounds=())
folder, least = Path(sys.argv[1]), int(sys.argv[2])
engine = open_store(f"sqlite:///{folder / 'own.db'}", create=True)
spider = spider_of("news")
said = {}

async def visit(process):
    until = asyncio.get_running_loop().create_future()
    plan = Plan(web=web.base, polite=True, arguments={"news": {"site": f"https://{web.world.press[0]}/"}})
    visitor = Visitor(process, engine, folder / "archive", "")
    if not least:
        until.set_exception(OSError("on demand"))
    task = asyncio.create_task(visitor.visit(spider, plan, until=until))
    while least and len(web.asked) < least and not task.done():
        await asyncio.sleep(0.02)
    if least:
        await asyncio.sleep(0.3)  # the last is answered by now, and has told what else there is to ask
        until.set_exception(OSError("on demand"))
    asked = len(web.asked)
    try:
        await task
    except SourceError as error:
        said["error"] = str(error)
    await asyncio.sleep(1.6 * spider.declaration.delay)
    said["before"], said["after"] = asked, len(web.asked) - asked

with SampleWeb(world=world) as web:
    run_process(visit, stopping=lambda: None)
engine.dispose()
print(json.dumps(said))
"""


@pytest.mark.parametrize("least", [0, 4])
def test_a_visit_that_is_broken_off_asks_for_nothing_more(least: int, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(tmp_path), str(least)],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert "on demand" in said["error"]
    assert said["before"] >= least
    assert said["after"] == 0
    assert "Traceback" not in done.stderr, done.stderr


def test_what_waited_in_a_middleware_meanwhile_is_refused() -> None:
    context = RunContext.__new__(RunContext)
    context.failure = None
    made = RefusingMiddleware.from_crawler(SimpleNamespace(settings={SETTING: context}))  # type: ignore[arg-type]
    request = Request("https://a.example/")
    made.process_request(request)
    context.failure = OSError("on demand")
    with pytest.raises(IgnoreRequest):
        made.process_request(request)
