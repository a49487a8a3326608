"""The command queue: add, list, work, forget."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, TypeVar

import click
from sqlalchemy import Engine

from crawlers.arguments import chosen
from crawlers.options import archive_option
from crawlers.registry import declarations, spider_of
from crawlers.schedule.running import wants
from crawlers.summary import Summary, show
from crawlers.workers.connecting import patient
from crawlers.workers.dates import is_due
from crawlers.workers.jobs import DEAD, VisitQueue
from crawlers.workers.parts import Part, parts_of
from crawlers.workers.working import Orders, Worker
from pipelines.console import emit, front, json_option, note, progress, table
from pipelines.store.archive import archive_folder
from pipelines.store.session import open_store

Answer = TypeVar("Answer")


@click.group(epilog="Example: valuenet queue add news --site https://a.example/ --site https://b.example/")
def queue_command() -> None:
    """Share visits among workers on any number of machines. Needs a store in PostgreSQL.

    `add` asks for visits, `work` makes them. A source that reads sites is visited site by site, so that several
    workers share it; a host never has two visitors at a time, whatever the number of workers.
    """


@queue_command.command("add", epilog="Example: valuenet queue add --due")
@click.argument("source", nargs=-1)
@click.option("--due", is_flag=True, help="Only visits whose date has come, by the source's cadence.")
@click.option("--site", multiple=True, metavar="URL", help="For sources that read sites; repeatable.")
@click.option(
    "--set",
    "given",
    multiple=True,
    metavar="[SOURCE.]NAME=VALUE",
    help="What a source is asked for; repeatable.",
)
@json_option
def add_command(
    source: tuple[str, ...], due: bool, site: tuple[str, ...], given: tuple[str, ...], as_json: bool
) -> None:
    """Ask for visits of SOURCEs, or of all that can be visited. Those that wait already are not doubled.

    Sites and other arguments may stand in the file that VALUENET_SOURCES names (see: valuenet crawl --help).
    """
    names = source or tuple(one.name for one in declarations())
    arguments = chosen(names, given, site)
    parts: list[Part] = []
    for name in names:
        own = arguments[name]
        lacks = wants(
            spider_of(name).declaration, None, own.get("site", "").split(",") if own.get("site") else ()
        )
        if lacks and not source:
            note(f"{name} is left out: it wants {lacks}")
            continue
        parts += parts_of(name, own)
    with _store(create=True) as engine:
        if due:
            parts = [part for part in parts if is_due(engine, part)]
        new, there = _asked(engine, lambda queue: queue.add(parts))
    if as_json:
        emit({"added": [_row(one) for one in new], "waiting_already": [_row(one) for one in there]}, True)
        return
    table([_row(one) for one in new], ["source", "site", "lock"])
    note(f"{len(new)} visits added, {len(there)} wait already.")


@queue_command.command("list", epilog="Example: valuenet queue list --json")
@json_option
def list_command(as_json: bool) -> None:
    """What waits, what is being made, and what failed too often."""
    with _store() as engine:
        rows = [asdict(one) for one in _asked(engine, VisitQueue.waiting)]
    if as_json:
        emit(rows, True)
    else:
        table(rows, ["source", "site", "state", "attempts", "lock"])


@queue_command.command("work", epilog="Example: valuenet queue work --at-once 8")
@click.option(
    "--at-once",
    type=click.IntRange(1, 64),
    default=4,
    show_default=True,
    metavar="N",
    help="So many visits at a time, each of another host.",
)
@click.option("--once", is_flag=True, help="End when the queue is empty.")
@click.option("--web", metavar="URL", help="Visit this stand-in for the live web (see: valuenet serve).")
@click.option("--polite", is_flag=True, help="Keep the rates of the sources on a stand-in, too.")
@click.option(
    "--dead-after",
    type=click.FloatRange(5.0, 3600.0),
    default=DEAD,
    show_default=True,
    metavar="SECONDS",
    help="Without a sign of life for so long, another worker is taken for dead.",
)
@archive_option
@json_option
def work_command(
    at_once: int,
    once: bool,
    web: str | None,
    polite: bool,
    dead_after: float,
    archive: str | None,
    as_json: bool,
) -> None:
    """Make visits from the queue until stopped (SIGTERM, Ctrl-C). Start as many workers as there are cores.

    A worker that dies loses nothing: its visits wait again after half a minute, and go on where they were.
    """
    summaries: list[Summary] = []
    try:
        with _store(create=True) as engine, progress(None, "reading pages") as advance:
            orders = Orders(archive_folder(engine, archive), at_once, once, web, polite, dead_after)
            Worker(engine, orders, told=summaries.append, advance=lambda _name, pages: advance(pages)).run()
    finally:
        if summaries or as_json:
            show(summaries, as_json)
    if any(one.outcome == "failed" for one in summaries):
        raise SystemExit(1)


@queue_command.command("forget", epilog="Example: valuenet queue forget")
@json_option
def forget_command(as_json: bool) -> None:
    """Take visits out of the queue that failed too often; `add` asks for them anew."""
    with _store() as engine:
        forgotten = _asked(engine, VisitQueue.forget)
    emit({"forgotten": forgotten}, as_json)


@contextmanager
def _store(*, create: bool = False) -> Iterator[Engine]:
    engine = open_store(patient(front().store), create=create)
    try:
        yield engine
    finally:
        engine.dispose()


def _asked(engine: Engine, ask: Callable[[VisitQueue], Awaitable[Answer]]) -> Answer:
    """What the store's queue answers."""

    async def answer() -> Answer:
        queue = VisitQueue(engine)
        async with queue.opened():
            return await ask(queue)

    return asyncio.run(answer())


def _row(part: Part) -> dict[str, Any]:
    return {"source": part.source, "site": part.arguments.get("site", ""), "lock": part.lock}
