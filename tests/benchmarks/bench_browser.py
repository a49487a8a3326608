"""Memory of the browser over many pages, with contexts recycled and without.

    python -m tests.benchmarks.bench_browser [--pages 1000] [--per-context 50 100000]

A page loads a script and data, and leaves some memory behind on purpose. Printed is the resident memory, in MB, of the
whole tree of processes below this one (Chromium and Playwright's driver), and of this one. It counts what processes
share once for each of them: compare columns, not programs.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from pathlib import Path

import click
from playwright.async_api import Route

from crawlers.browsing.pool import BrowserPool

PAGE = """<!DOCTYPE html><html><body><ul id="list"></ul><script>
window.kept = Array.from({length: 20000}, (_, n) => ({n, words: "示例" + n}));
fetch("/data").then(answer => answer.json()).then(rows => {
  for (const row of rows) { const item = document.createElement("li"); item.textContent = row; list.append(item); }
  document.body.dataset.done = "1";
});
</script></body></html>"""
DATA = "[" + ",".join(f'"行{number}"' for number in range(500)) + "]"
SHOWN = (1, 50, 100, 250, 500, 1000, 2000)


async def answer(route: Route) -> None:
    if route.request.url.endswith("/data"):
        await route.fulfill(status=200, content_type="application/json; charset=utf-8", body=DATA)
    else:
        await route.fulfill(status=200, content_type="text/html; charset=utf-8", body=PAGE)


def memory() -> tuple[float, float]:
    """Resident MB of the processes below this one, and of this one."""
    parents: dict[int, int] = {}
    resident: dict[int, float] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(folder.name)] = int(fields[1])
        resident[int(folder.name)] = int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    own = os.getpid()
    tree = {own}
    while more := {child for child, parent in parents.items() if parent in tree} - tree:
        tree |= more
    return sum(resident[one] for one in tree - {own}), resident[own]


async def measure(pages: int, per_context: int) -> None:
    pool = BrowserPool("bench", pages_per_context=per_context, pages_per_browser=10**9)
    began = time.perf_counter()
    for number in range(1, pages + 1):
        async with pool.page() as page:
            await page.route("**/*", answer)
            await page.goto(f"https://bench.example/{number}")
            await page.wait_for_selector("[data-done]", state="attached")
            await page.content()
        if number in SHOWN:
            below, own = memory()
            took = (time.perf_counter() - began) / number * 1000
            click.echo(f"{per_context:>12}{number:>8}{below:>12.0f}{own:>8.0f}{took:>10.0f}")
    await pool.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--per-context", type=int, nargs="+", default=[1, 50, 10**6])
    chosen = parser.parse_args()
    click.echo(f"{'per context':>12}{'pages':>8}{'browser MB':>12}{'own MB':>8}{'ms/page':>10}")
    for per_context in chosen.per_context:
        asyncio.run(measure(chosen.pages, per_context))


if __name__ == "__main__":
    main()
