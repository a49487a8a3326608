"""Runs sources: opens runs, lets the spiders work, closes the runs with an honest outcome."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.http import Request
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from crawlers.context import SETTING, RunContext
from crawlers.declaration import Declaration
from crawlers.files import files_of
from crawlers.middlewares.replay import WARC_ENDINGS, read_archives, read_documents
from crawlers.middlewares.stand_in import STAND_IN
from crawlers.registry import spider_of
from crawlers.settings import settings_for, settings_for_own_machine
from crawlers.spider import SourceSpider
from crawlers.summary import Summary
from pipelines.errors import InputError, SourceError, UsageError
from pipelines.ingest import Ingest
from pipelines.reading import Gazetteer
from pipelines.store.archive import Archive, Stored
from pipelines.store.names import known_names
from pipelines.store.runs import close_run, open_run
from pipelines.store.writing import Method, StoreWriter

CONTACT = "VALUENET_CONTACT"
INTERRUPTED = "stopped by Ctrl-C"
#: How long the open run may take to be closed once the crawl was stopped.
CLOSING_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a crawl is to do: on the live web, on a stand-in (`web`, a base URL), or out of files (`replay`)."""

    replay: tuple[Path, ...] = ()
    web: str | None = None
    limit: int | None = None
    arguments: tuple[tuple[str, str], ...] = ()


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
) -> list[Summary]:
    """Visit the sources one after another. Each gets a run of its own; one that fails stops no other.

    A process can call this once: Twisted's reactor does not start twice. Raises `UsageError` for unknown
    sources, for the live web without a contact, and `InputError` for files that cannot be replayed.
    """
    spiders = [spider_of(name) for name in names]
    contact = os.environ.get(CONTACT, "").strip()
    if not plan.replay and not plan.web and not contact:
        raise UsageError(
            f"the live web is visited with a contact only: set {CONTACT} to a mail address or page at which "
            "the operators of the sites can reach you"
        )
    stored = {spider.name: _stored(spider, plan.replay) for spider in spiders} if plan.replay else None
    level = logging.getLogger().level
    logging.disable(logging.WARNING)  # Scrapy tells its versions at a level that it sets itself
    process = AsyncCrawlerProcess(_common())
    logging.disable(logging.NOTSET)
    for name in ("", "scrapy", "twisted", "asyncio", "trafilatura"):  # Scrapy opens the root logger for all
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    summaries: list[Summary] = []
    interrupted: list[str] = []

    async def all_of_them() -> None:
        for spider in spiders:
            own = stored[spider.name] if stored is not None else None
            if interrupted:
                return
            done = await _one(process, engine, archive_folder, spider, plan, contact, own, advance)
            summaries.append(done)
            if INTERRUPTED in done.notes:
                interrupted.append(spider.name)

    # AsyncCrawlerProcess.join waits for this task as for its own crawls.
    loop = asyncio.get_event_loop_policy().get_event_loop()
    task = loop.create_task(all_of_them())
    process._active.add(task)
    task.add_done_callback(process._active.discard)
    process.start()
    if not task.done():  # Ctrl-C stops the reactor; the run is closed before we leave
        loop.run_until_complete(asyncio.wait({task}, timeout=CLOSING_SECONDS))
    if not task.done():
        task.cancel()
        loop.run_until_complete(asyncio.wait({task}))
    if task.cancelled() or interrupted:
        raise KeyboardInterrupt
    task.result()
    return summaries


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


async def _one(
    process: AsyncCrawlerProcess,
    engine: Engine,
    archive_folder: Path,
    spider: type[SourceSpider],
    plan: Plan,
    contact: str,
    stored: list[Stored] | None,
    advance: Callable[[str, int], None],
) -> Summary:
    declaration = spider.declaration
    own_machine = plan.web or stored is not None
    settings = (
        settings_for_own_machine(declaration) if own_machine else settings_for(declaration, contact=contact)
    )
    if stored is not None:
        handler = "crawlers.middlewares.replay.ReplayHandler"
        settings |= {"ROBOTSTXT_OBEY": False, "RETRY_ENABLED": False, "REDIRECT_ENABLED": False}
        settings["DOWNLOAD_HANDLERS"] = {"http": handler, "https": handler, "file": handler}
    elif plan.web:
        handler = "crawlers.middlewares.stand_in.StandInHandler"
        settings["DOWNLOAD_HANDLERS"] = {"http": handler, "https": handler}
        settings[STAND_IN] = plan.web
    run = open_run(engine, source_row(declaration), "replay" if stored is not None else "crawl", _scope(plan))
    context = RunContext(
        declaration,
        engine,
        Archive(archive_folder, engine, declaration.name),
        StoreWriter(engine, declaration.name, run),
        ingest_for(engine, declaration),
        stored=stored,
        limit=plan.limit,
        advance=lambda pages: advance(declaration.name, pages),
    )
    crawler = process.create_crawler(spider)
    crawler.settings.setdict({**settings, SETTING: context}, priority="cmdline")
    arguments: dict[str, Any] = dict(plan.arguments)
    if stored is not None:
        arguments["replayed"] = _requests(stored, plan.limit)
    if plan.limit is not None:
        crawler.settings.set("CLOSESPIDER_PAGECOUNT", plan.limit, priority="cmdline")
    process.crawlers.add(crawler)  # Ctrl-C stops those that stand here
    try:
        await crawler.crawl_async(**arguments)
    except BaseException as error:
        close_run(engine, run, "failed", str(error)[:2000] or type(error).__name__)
        raise
    finally:
        process.crawlers.discard(crawler)
    return _closed(engine, run, context, crawler, plan)


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
    reason = crawler.stats.get_value("finish_reason") if crawler.stats else None
    outcome = "complete"
    if context.failure is not None:
        outcome = "failed"
        notes.append(f"the store refused: {context.failure}")
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
    if context.missing:
        notes.append(_listed("linked, but not in the archive", context.missing))
    short = counts.snapshots < expected.pages_least or counts.records < expected.records_least
    if short and outcome == "complete" and not plan.replay and not plan.web:  # counts are the live web's
        outcome = "partial"
        notes.append(
            f"alarm: {counts.snapshots} pages with {counts.records} records, expected at least "
            f"{expected.pages_least} with {expected.records_least}; what was known before stays"
        )
    read = counts.records + counts.rejected
    if read and counts.rejected / read > expected.rejected_share_most:
        notes.append(f"alarm: {counts.rejected} of {read} records rejected; see: valuenet status --rejected")
    for one in context.ingest.corrector.notes(complete=outcome == "complete" and plan.limit is None):
        notes.append(f"correction {one.correction.id} ({one.correction.where}): {one.why}")
    try:
        counts.facts_ended += close_run(engine, run, outcome, "\n".join(notes))
    except SQLAlchemyError:
        if context.failure is None:  # otherwise the first refusal is the one to tell
            raise
    if context.failure is not None:
        raise SourceError(f"{context.declaration.name}: {notes[0]}") from context.failure
    return Summary(context.declaration.name, outcome, counts, notes, context.writer.refused)


def _listed(title: str, urls: list[str]) -> str:
    more = f" and {len(urls) - 20} more" if len(urls) > 20 else ""
    return f"{title}: {len(urls)}: " + ", ".join(urls[:20]) + more


def _scope(plan: Plan) -> str:
    words = [f"{name}={value}" for name, value in plan.arguments]
    words += [path.name for path in plan.replay]
    words += [f"limit={plan.limit}"] if plan.limit is not None else []
    return " ".join(words)


def ingest_for(engine: Engine, declaration: Declaration) -> Ingest:
    """The steps for a source; running text is read with the names that other sources have told by now."""
    gazetteer = Gazetteer(known_names(engine, declaration.name)) if declaration.texts else None
    return Ingest(declaration.name, Method(f"{declaration.name} parser", declaration.version), gazetteer)
