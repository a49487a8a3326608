"""Runs sources: opens runs, lets the spiders work, closes the runs with an honest outcome."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import os
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.http import Request
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from crawlers.context import SETTING, RunContext
from crawlers.declaration import Declaration
from crawlers.files import files_of
from crawlers.middlewares.keys import check_keys
from crawlers.middlewares.replay import WARC_ENDINGS, read_archives, read_documents
from crawlers.middlewares.stand_in import STAND_IN
from crawlers.registry import spider_of
from crawlers.settings import settings_for, settings_for_own_machine
from crawlers.spider import SourceSpider
from crawlers.summary import Summary
from pipelines.errors import InputError, SourceError, UsageError
from pipelines.ingest import Ingest
from pipelines.reading import METHOD, Gazetteer
from pipelines.store.archive import Archive, Stored
from pipelines.store.names import known_names
from pipelines.store.pages import known_pages
from pipelines.store.runs import INTERRUPTED, broken_off, close_run, declare, open_run, usual_counts
from pipelines.store.trouble import trouble
from pipelines.store.turns import Taken, turn
from pipelines.store.writing import Counts, Method, StoreWriter

CONTACT = "VALUENET_CONTACT"
#: A run that gives less than this share of what is usual is not believed.
FAR_LESS = 0.5
#: How long the open run may take to be closed once the crawl was stopped.
CLOSING_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a crawl is to do: on the live web, on a stand-in (`web`, a base URL), or out of files (`replay`).

    arguments: of each source's spider. full: every page is fetched and read again, also what has not changed.
    believe: a run that gives far less than usual counts all the same. polite: a stand-in is visited at the rates of
    the live web.
    """

    replay: tuple[Path, ...] = ()
    web: str | None = None
    limit: int | None = None
    arguments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    full: bool = False
    believe: bool = False
    polite: bool = False

    @property
    def live(self) -> bool:
        """Whether hosts on the web are asked."""
        return not self.replay and self.web is None


def source_row(declaration: Declaration) -> dict[str, Any]:
    """A declaration as the columns of the store's `source` table."""
    own = ("name", "title", "title_zh", "publisher", "home", "licence", "terms", "robots", "cadence")
    row = {name: getattr(declaration, name) for name in (*own, "personal_data", "lists_all", "authority")}
    rest = {
        "hosts": list(declaration.hosts),
        "delay": declaration.delay,
        "concurrency": declaration.concurrency,
        "country": declaration.country,
        "documents": list(declaration.documents),
        "expected": dataclasses.asdict(declaration.expected),
    }
    return {**row, "declared": rest}


def crawl(
    engine: Engine,
    archive_folder: Path,
    names: Sequence[str],
    plan: Plan,
    advance: Callable[[str, int], None] = lambda source, pages: None,
    *,
    times: Iterable[object] = (None,),
) -> list[Summary]:
    """Visit the sources one after another. Each gets a run of its own; one that fails stops no other.

    A process can call this once: Twisted's reactor does not start twice. `times` asks for several rounds over all
    sources; it is drawn from before each. Raises `UsageError` for unknown sources, for the live web without a
    contact or a key, `InputError` for files that cannot be replayed, and, where one source alone is asked for,
    `Taken` if it is being visited and `SourceError` if its run failed; among several that one's summary says so.
    """
    spiders = [spider_of(name) for name in names]
    contact = os.environ.get(CONTACT, "").strip()
    if not plan.replay and not plan.web and not contact:
        raise UsageError(
            f"the live web is visited with a contact only: set {CONTACT} to a mail address or page at which "
            "the operators of the sites can reach you"
        )
    for spider in spiders if plan.live else ():
        check_keys(spider.declaration)
    stored = {spider.name: _stored(spider, plan.replay) for spider in spiders} if plan.replay else None
    summaries: list[Summary] = []
    interrupted: list[str] = []

    async def all_of_them(process: AsyncCrawlerProcess) -> None:
        visitor = Visitor(process, engine, archive_folder, contact)
        for spider in (one for _ in times for one in spiders):
            own = stored[spider.name] if stored is not None else None
            if interrupted:
                return
            try:
                done = await visitor.visit(spider, plan, own, advance=advance)
            except (SourceError, InputError, UsageError, Taken) as error:
                if len(spiders) == 1:
                    raise
                done = Summary(spider.declaration.name, "failed", notes=[str(error)])
            summaries.append(done)
            if INTERRUPTED in done.notes:
                interrupted.append(spider.name)

    if run_process(all_of_them, stopping=lambda: interrupted.append("")) or interrupted:
        raise KeyboardInterrupt
    return summaries


def run_process(
    work: Callable[[AsyncCrawlerProcess], Coroutine[Any, Any, None]], *, stopping: Callable[[], None]
) -> bool:
    """Run `work` in Scrapy's process, which a process has once; whether it was stopped before its end.

    stopping: told of Ctrl-C; then whatever crawls is stopped, and its runs are closed before this returns.
    """
    level = logging.getLogger().level
    logging.disable(logging.WARNING)  # Scrapy tells its versions at a level that it sets itself
    process = AsyncCrawlerProcess(_common())
    logging.disable(logging.NOTSET)
    for name in ("", "scrapy", "twisted", "asyncio", "trafilatura"):  # Scrapy opens the root logger for all
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    # AsyncCrawlerProcess.join waits for this task as for its own crawls.
    loop = asyncio.get_event_loop_policy().get_event_loop()
    task = loop.create_task(work(process))
    process._active.add(task)
    task.add_done_callback(process._active.discard)
    process.start()
    stopped = not task.done()
    if stopped:  # Ctrl-C stops the reactor; the run is closed before we leave
        stopping()
        loop.run_until_complete(_stopped(process, task))
    if not task.done():
        task.cancel()
        loop.run_until_complete(asyncio.wait({task}))
    if not stopped:
        task.result()
    return stopped


async def _stopped(process: AsyncCrawlerProcess, task: asyncio.Task[None]) -> None:
    """Have whatever crawls stop, also what was only about to when the signal came."""
    deadline = time.monotonic() + CLOSING_SECONDS
    while not task.done() and time.monotonic() < deadline:
        for crawler in list(process.crawlers):
            if crawler.engine is not None and crawler.engine.running:
                await crawler.engine.stop_async()
        await asyncio.wait({task}, timeout=0.1)


def _common() -> dict[str, Any]:
    return {
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
        "LOG_INSTALL_ROOT_HANDLER": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
    }


def _stored(spider: type[SourceSpider], paths: Iterable[Path]) -> list[Stored]:
    """The archived pages that are this source's, checked before anything is written."""
    files = [file for path in paths for file in files_of(path)]
    documents = [
        file for file in files if file.name.lower().endswith(spider.declaration.documents or ("\0",))
    ]
    archives = [file for file in files if file.name.lower().endswith(WARC_ENDINGS)]
    if not documents and not archives:
        kinds = ", ".join((*WARC_ENDINGS, *spider.declaration.documents))
        where = " ".join(str(path) for path in paths)
        raise InputError(f"nothing here that {spider.name} can read", where=where, hint=f"It reads {kinds}.")
    owns = spider().owns
    return [*(one for one in read_archives(archives) if owns(one.url)), *read_documents(documents)]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Visits sources out of one process, one or several at a time, each with its turn and a run of its own."""

    process: AsyncCrawlerProcess
    engine: Engine
    archive_folder: Path
    contact: str

    async def visit(
        self,
        spider: type[SourceSpider],
        plan: Plan,
        stored: list[Stored] | None = None,
        *,
        is_part: bool = False,
        advance: Callable[[str, int], None] = lambda source, pages: None,
        until: asyncio.Future[None] | None = None,
    ) -> Summary:
        """One visit, to its end. is_part: others may visit what the plan's arguments leave out meanwhile. until:
        should it end first, with an error, the visit is broken off. Raises `Taken` where it is another's turn,
        `SourceError` where the run failed."""
        name = spider.declaration.name
        declare(self.engine, source_row(spider.declaration))
        part = scope_of(plan, name) if is_part else ""
        with turn(self.engine, name, part=part) as lost:
            return await self._visit(spider, plan, stored, advance, lost, until)

    async def _visit(
        self,
        spider: type[SourceSpider],
        plan: Plan,
        stored: list[Stored] | None,
        advance: Callable[[str, int], None],
        lost: threading.Event,
        until: asyncio.Future[None] | None,
    ) -> Summary:
        declaration = spider.declaration
        own_machine = plan.web or stored is not None
        settings = (
            settings_for_own_machine(declaration, polite=plan.polite)
            if own_machine
            else settings_for(declaration, contact=self.contact)
        )
        if stored is not None:
            handler = "crawlers.middlewares.replay.ReplayHandler"
            settings |= {"ROBOTSTXT_OBEY": False, "RETRY_ENABLED": False, "REDIRECT_ENABLED": False}
            settings["DOWNLOAD_HANDLERS"] = {"http": handler, "https": handler, "file": handler}
        elif plan.web:
            handler = "crawlers.middlewares.stand_in.StandInHandler"
            settings["DOWNLOAD_HANDLERS"] = {"http": handler, "https": handler}
            settings[STAND_IN] = plan.web
        kind, scope = "replay" if stored is not None else "crawl", scope_of(plan, declaration.name)
        continues = (
            broken_off(self.engine, declaration.name, scope) if kind == "crawl" and not plan.full else ()
        )
        newest = continues[0] if continues else None
        run = open_run(self.engine, source_row(declaration), kind, scope, continues=newest)
        context = RunContext(
            declaration,
            self.engine,
            Archive(self.archive_folder, self.engine, declaration.name),
            StoreWriter(self.engine, declaration.name, run, judged=kind == "crawl", replay=kind == "replay"),
            ingest_for(self.engine, declaration),
            stored=stored,
            limit=plan.limit,
            advance=lambda pages: advance(declaration.name, pages),
            known=None
            if stored is not None or plan.full
            else partial(known_pages, self.engine, declaration.name),
            continues=frozenset(continues),
            parser=parser_version(declaration),
            lost=lost,
        )
        crawler = self.process.create_crawler(spider)
        crawler.settings.setdict({**settings, SETTING: context}, priority="cmdline")
        arguments: dict[str, Any] = dict(plan.arguments.get(declaration.name, {}))
        if stored is not None:
            arguments["replayed"] = _requests(stored, plan.limit)
        if plan.limit is not None:
            crawler.settings.set("CLOSESPIDER_PAGECOUNT", plan.limit, priority="cmdline")
        self.process.crawlers.add(crawler)  # Ctrl-C stops those that stand here

        def break_off(ended: asyncio.Future[None]) -> None:
            if not ended.cancelled() and (error := ended.exception()) is not None:
                context.fail(crawler, error)

        if until is not None:
            until.add_done_callback(break_off)
        try:
            await crawler.crawl_async(**arguments)
        except BaseException as error:
            close_run(self.engine, run, "failed", str(error)[:2000] or type(error).__name__)
            raise
        finally:
            if until is not None:
                until.remove_done_callback(break_off)
            self.process.crawlers.discard(crawler)
        return _closed(self.engine, run, context, crawler, plan)


def _requests(stored: list[Stored], limit: int | None) -> list[Request]:
    # one page may lie in the archive many times: each visit is read, oldest first
    pages = stored if limit is None else stored[:limit]
    return [
        Request(one.url, dont_filter=True, priority=-number, meta={"stored": one})
        for number, one in enumerate(pages)
    ]


def _closed(engine: Engine, run: int, context: RunContext, crawler: Crawler, plan: Plan) -> Summary:
    """Judge the run: complete only if everything asked for was read and the counts are as expected."""
    counts, expected = context.writer.counts, context.declaration.expected
    notes: list[str] = []
    alarms: list[str] = []
    reason = crawler.stats.get_value("finish_reason") if crawler.stats else None
    outcome = "complete"
    if context.failure is not None:
        outcome = "failed"
        notes.append(f"the store refused: {trouble(context.failure) or context.failure}")
    elif context.unbegun is not None:
        outcome = "failed"
        notes.append(f"could not begin: {context.unbegun}")
    elif reason != "finished":
        outcome = "partial"
        if reason == "shutdown":
            notes.append(INTERRUPTED)
        else:
            notes.append("stopped at the limit" if plan.limit is not None else f"stopped: {reason}")
    if context.unreachable:
        outcome = "partial" if outcome == "complete" else outcome
        notes.append(_listed("unreachable", context.unreachable))
    if context.unread:
        outcome = "partial" if outcome == "complete" else outcome
        notes.append(_listed("could not be read as a whole; what they said before stays", context.unread))
    if context.forbidden:
        if context.declaration.lists_all and outcome == "complete":  # what is not seen is not gone
            outcome = "partial"
        notes.append(_listed("left alone (robots.txt)", context.forbidden))
    if context.absent:
        notes.append(_listed("no longer there, or never", context.absent))
    if context.missing:
        notes.append(_listed("linked, but not in the archive", list(context.missing)))
    if context.continues:
        notes.append(f"continues run {max(context.continues)}, which was broken off")
    is_whole = plan.limit is None and not plan.replay and reason != "shutdown"
    short = _shortfalls(engine, run, counts, context, plan) if is_whole and not plan.believe else []
    if outcome == "complete" and short:
        outcome, alarms = "partial", short
    read = counts.records + counts.rejected
    if read and counts.rejected / read > expected.rejected_share_most:
        alarms.append(f"{counts.rejected} of {read} records rejected; see: valuenet status --rejected")
    notes += [f"alarm: {one}" for one in alarms]
    for one in context.ingest.corrector.notes(complete=outcome == "complete" and plan.limit is None):
        notes.append(f"correction {one.correction.id} ({one.correction.where}): {one.why}")
    try:
        ended = close_run(
            engine,
            run,
            outcome,
            "\n".join(notes),
            alarm="\n".join(alarms),
            gone=context.writer.gone,
            silent=context.writer.silent,
            believed=is_whole and not short,
        )
        counts.facts_ended += ended
    except SQLAlchemyError:
        if context.failure is None:  # otherwise the first refusal is the one to tell
            raise
    if context.failure is not None:
        raise SourceError(f"{context.declaration.name}: {notes[0]}") from context.failure
    return Summary(context.declaration.name, outcome, counts, notes, context.writer.refused)


def _shortfalls(engine: Engine, run: int, counts: Counts, context: RunContext, plan: Plan) -> list[str]:
    """Why a run that met no obstacle gave too little to be believed; empty where it did not.

    The declaration's counts hold for the live web; the source's own past runs of the same scope hold anywhere.
    """
    expected, found = context.declaration.expected, []
    if plan.live and counts.snapshots < expected.pages_least:
        found.append(f"{counts.snapshots} pages, expected at least {expected.pages_least}")
    # pages that did not change were not read: their records are not counted
    if plan.live and not counts.unchanged and counts.records < expected.records_least:
        found.append(f"{counts.records} records, expected at least {expected.records_least}")
    usual = usual_counts(
        engine, context.declaration.name, scope_of(plan, context.declaration.name), before=run
    )
    if usual is not None and counts.snapshots < FAR_LESS * usual.pages:
        found.append(f"{counts.snapshots} pages where {usual.pages} are usual")
    if usual is not None and counts.facts_seen < FAR_LESS * usual.facts:
        found.append(f"{counts.facts_seen} facts where {usual.facts} are usual")
    return [f"{', '.join(found)}; what was known before stays"] if found else []


def _listed(title: str, urls: list[str]) -> str:
    more = f" and {len(urls) - 20} more" if len(urls) > 20 else ""
    return f"{title}: {len(urls)}: " + ", ".join(urls[:20]) + more


def scope_of(plan: Plan, source: str) -> str:
    """What a visit is asked for, in words: runs of the same scope continue and judge each other."""
    words = [f"{name}={value}" for name, value in sorted(plan.arguments.get(source, {}).items())]
    words += [path.name for path in plan.replay]
    words += [f"limit={plan.limit}"] if plan.limit is not None else []
    return " ".join(words)


def ingest_for(engine: Engine, declaration: Declaration) -> Ingest:
    """The steps for a source; running text is read with the names that other sources have told by now."""
    gazetteer = Gazetteer(known_names(engine, declaration.name)) if declaration.texts else None
    return Ingest(declaration.name, Method(f"{declaration.name} parser", declaration.version), gazetteer)


def parser_version(declaration: Declaration) -> str:
    """What reads the source's pages, with its version: a page read by another is read again."""
    reading = f"/{METHOD[0]} {METHOD[1]}" if declaration.texts else ""
    return f"{declaration.version}{reading}"[:40]
