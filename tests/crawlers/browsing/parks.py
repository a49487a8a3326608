"""A source of scripted pages, and its visit in a process of its own.

python -m tests.crawlers.browsing.parks '{"web": URL, "paths": ["/list"], …}'
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scrapy.http import Request, Response

from crawlers.browsing.steps import STEPS, Click, ScrollOn, Step, WaitFor
from crawlers.declaration import Declaration
from crawlers.spider import Found, SourceSpider
from pipelines.records import Attribute, Mention, Organisation, Rejected
from tests.program import environment

DECLARATION = Declaration(
    name="parks",
    title="Science parks of the sample web",
    title_zh="示例园区",
    publisher="valuenet",
    home="https://parks.valuenet.example/",
    licence="own",
    terms="none",
    robots="obeyed",
    hosts=("parks.valuenet.example",),
    personal_data="none",
    cadence="once",
    delay=0.5,
    concurrency=2,
    browser=True,
)
WAYS: dict[str, tuple[Step, ...]] = {
    "/list": (WaitFor("li.park"),),
    "/scroll": (WaitFor("li.park"), ScrollOn("li.park", most=30, seconds=1.0)),
    "/click": (Click("#open", times=4, then="li.park"),),
}


class ParksSpider(SourceSpider):
    """`paths`: what it visits, with commas between."""

    name = DECLARATION.name
    declaration = DECLARATION

    def __init__(self, *args: Any, paths: str = "/list,/scroll,/click", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.paths = paths.split(",")

    def start_requests_live(self) -> Iterator[Request]:
        for path in self.paths:
            url = path if "://" in path else f"https://parks.valuenet.example{path}"
            yield Request(url, meta={STEPS: WAYS.get(path.partition("?")[0], ())})

    def owns(self, url: str) -> bool:
        return "valuenet.example" in url

    def read(self, response: Response) -> Iterator[Found]:
        parks = response.css("li.park")
        if not parks:
            yield Rejected(locator="$", kind="page", reason="no park", raw=response.text[:2000])
        for park in parks:
            name = park.css("::text").get() or ""
            yield Organisation(
                locator=f"li[{park.attrib['data-number']}]",
                quote=name,
                subject=Mention(name=name, kind="other"),
                names=(),
                attributes=(Attribute(name="status", value="open"),),
            )


def visit(folder: Path, **asked: Any) -> dict[str, Any]:
    """The run's summary, its pages (URL → names) and what was started."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.crawlers.browsing.parks", json.dumps(asked)],
        cwd=folder,
        env=environment(**asked.pop("env", {})),
        capture_output=True,
        text=True,
        timeout=55,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {**found, "stderr": done.stderr}


def _main(asked: dict[str, Any]) -> None:
    from crawlers import running
    from crawlers.browsing import middleware, pool, traffic
    from pipelines.store.session import open_store

    pools: list[pool.BrowserPool] = []

    class Watched(pool.BrowserPool):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{**kwargs, **asked.get("pool", {})})
            pools.append(self)

    for module, name, value in (
        (middleware, "BrowserPool", Watched),
        (middleware, "SECONDS", asked.get("seconds", middleware.SECONDS)),
        (traffic, "REQUESTS_MOST", asked.get("requests", traffic.REQUESTS_MOST)),
        (running, "spider_of", lambda name: ParksSpider),
    ):
        setattr(module, name, value)
    if asked.get("kill"):
        _kill_the_first(pool)
    engine = open_store("sqlite:///parks.db", create=True)
    plan = running.Plan(
        replay=tuple(map(Path, asked.get("replay", ()))),
        web=asked.get("web"),
        arguments={"parks": {"paths": ",".join(asked["paths"])}} if "paths" in asked else {},
    )
    (summary,) = running.crawl(engine, Path("archive"), ["parks"], plan)
    engine.dispose()
    print(json.dumps({**summary.as_dict(), "browsers": sum(one.started for one in pools)}))  # noqa: T201


def _kill_the_first(pool: Any) -> None:
    """Kill the browser's process as soon as its first page opens."""
    opened = pool.BrowserPool._new_context
    killed: list[bool] = []

    async def new_context(self: Any, browser: Any) -> Any:
        context = await opened(self, browser)
        if not killed:
            killed.append(True)
            for line in Path("/proc").glob("[0-9]*/stat"):
                fields = line.read_text().rpartition(")")[2].split()
                if int(fields[1]) in _own_tree() and "chrom" in line.with_name("cmdline").read_text():
                    os.kill(int(line.parent.name), signal.SIGKILL)
        return context

    pool.BrowserPool._new_context = new_context


def _own_tree() -> set[int]:
    """The ids of this process and of all that it started."""
    parents = {}
    for line in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(line.parent.name)] = int(line.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = {os.getpid()}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


if __name__ == "__main__":
    _main(json.loads(sys.argv[1]))
