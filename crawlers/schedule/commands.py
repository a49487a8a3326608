"""The command schedule: run, list, report, pause, resume, install."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Sequence
from pathlib import Path

import click
from sqlalchemy import Engine

from crawlers.declaration import Declaration
from crawlers.options import archive_option
from crawlers.registry import declarations, spider_of
from crawlers.running import CONTACT
from crawlers.schedule.agenda import count_visits, entries, pause, prepare
from crawlers.schedule.children import Orders
from crawlers.schedule.install import absolute_store, environment_file, for_cron, for_systemd
from crawlers.schedule.report import report_of, send_reports, write_reports
from crawlers.schedule.running import Scheduler, wants
from crawlers.webhook import Webhook
from pipelines.console import emit, front, json_option, note, table
from pipelines.errors import UsageError
from pipelines.store.archive import archive_folder
from pipelines.store.session import open_store
from pipelines.store.types import now

#: A receiver that did not take a report is asked again after so many seconds.
HOOK_AGAIN = 600.0


@click.group(epilog="Example: valuenet schedule run")
def schedule_command() -> None:
    """Visit sources when they are due; see what is due, what ran, what failed."""


def _chosen(names: Sequence[str]) -> list[Declaration]:
    return [spider_of(name).declaration for name in names] if names else declarations()


def _lacking(chosen: Sequence[Declaration], web: str | None, sites: Sequence[str]) -> dict[str, str]:
    """What sources want before they can be visited, by name; those that want nothing are left out."""
    return {one.name: f"wants {lacks}" for one in chosen if (lacks := wants(one, web, sites))}


def _folder(engine: Engine, chosen: Path | None) -> Path:
    """Where logs and reports lie: as chosen, or beside the archive."""
    if chosen is not None:
        return chosen.resolve()
    return archive_folder(engine).resolve().with_suffix(".schedule")


@schedule_command.command("run", epilog="Example: valuenet schedule run --parallel 4")
@click.argument("source", nargs=-1)
@click.option("--once", is_flag=True, help="Visit what is due now, then end; exit code 1 if a visit failed.")
@click.option(
    "--parallel",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    metavar="N",
    help="At most N sources at once.",
)
@click.option(
    "--site",
    multiple=True,
    metavar="URL",
    help="For sources that read sites (news, site): the sites; repeatable.",
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="For logs and reports; default: beside the archive.",
)
@click.option(
    "--webhook", metavar="URL", help="Send the report of each day to this receiver (https, or this computer)."
)
@click.option("--web", metavar="URL", help="Visit this stand-in for the live web (see: valuenet serve).")
@click.option(
    "--read/--no-read",
    "reads",
    default=True,
    show_default=True,
    help="Read the documents that a visit brought (valuenet read).",
)
@archive_option
def run_command(
    source: tuple[str, ...],
    once: bool,
    parallel: int,
    site: tuple[str, ...],
    folder: Path | None,
    webhook: str | None,
    web: str | None,
    reads: bool,
    archive: str | None,
) -> None:
    """Visit all sources, or SOURCEs, whenever they are due, until stopped (SIGTERM, Ctrl-C).

    Each visit is a process of its own, with a log; what was missed while nothing ran is made up by one visit. Any
    number of schedulers may work on one store: each visit is made once. After midnight (UTC) the report of the day
    is written.
    """
    chosen = _chosen(source)
    if not web and not os.environ.get(CONTACT, "").strip():
        raise UsageError(f"the live web is visited with a contact only: set {CONTACT}")
    hook = Webhook(webhook, ()) if webhook else None
    engine = open_store(front().store, create=True)
    place = _folder(engine, folder)
    kept = str(archive_folder(engine, archive).resolve())
    orders = Orders(absolute_store(front().store), place / "logs", web, site, kept)
    asked_again = [0.0]

    lacking = _lacking(chosen, web, site)

    def daily() -> None:
        write_reports(engine, chosen, place / "reports", lacking)
        if hook is not None and time.monotonic() >= asked_again[0]:
            asked_again[0] = time.monotonic() + HOOK_AGAIN
            send_reports(engine, chosen, hook, lacking)

    try:
        scheduler = Scheduler(engine, chosen, orders, parallel=parallel, once=once, reads=reads, daily=daily)
        tally = scheduler.run()
    finally:
        engine.dispose()
    note(f"{len(tally.begun)} visits, {len(tally.failed)} failed; logs: {place / 'logs'}")
    if once and tally.failed:
        raise SystemExit(1)


@schedule_command.command("list", epilog="Example: valuenet schedule list --json")
@click.option("--site", multiple=True, metavar="URL", hidden=True)
@json_option
def list_command(site: tuple[str, ...], as_json: bool) -> None:
    """Each source: its cadence, when it is due, how its last visit ended, who visits it now."""
    engine = open_store(front().store, create=True)
    chosen = declarations()
    prepare(engine, chosen)
    for one in chosen:
        count_visits(engine, one)
    lacking = _lacking(chosen, None, site)
    rows = []
    for one, entry in zip(chosen, entries(engine, chosen), strict=True):
        lacks = lacking.get(one.name)
        if entry.holder:
            state = "running"
        elif entry.paused:
            state = "paused"
        elif lacks:
            state = lacks
        else:
            state = "done" if entry.due_at is None else "due" if entry.is_due else "waiting"
        rows.append(
            {
                "source": entry.source,
                "cadence": entry.cadence,
                "state": state,
                "due": entry.due_at,
                "last run": entry.last_started,
                "outcome": entry.last_outcome,
                "failures": entry.failures,
                "holder": entry.holder,
                "alarm": entry.alarm,
            }
        )
    engine.dispose()
    if as_json:
        emit(rows, True)
        return
    for row in rows:
        row |= {name: f"{row[name]:%Y-%m-%d %H:%M}" for name in ("due", "last run") if row[name]}
    table(rows, list(rows[0]))


@schedule_command.command("report", epilog="Example: valuenet schedule report --day 2026-01-31")
@click.option("--day", metavar="DATE", help="The day (UTC); default: today, as far as it has come.")
@json_option
def report_command(day: str | None, as_json: bool) -> None:
    """What ran on a day, what failed, what came up short, and what did not run though it was due."""
    try:
        asked = dt.date.fromisoformat(day) if day else now().date()
    except ValueError as error:
        raise UsageError(f"--day wants a day such as 2026-01-31, not {day!r}") from error
    engine = open_store(front().store)
    report = report_of(engine, declarations(), asked, _lacking(declarations(), None, ()))
    engine.dispose()
    if as_json:
        emit(report.as_dict(), True)
    else:
        click.echo(report.as_text(), nl=False)


@schedule_command.command("pause", epilog="Example: valuenet schedule pause gleif")
@click.argument("source")
def pause_command(source: str) -> None:
    """Leave SOURCE alone until it is resumed; a visit under way goes on."""
    _set_paused(source, True)


@schedule_command.command("resume", epilog="Example: valuenet schedule resume gleif")
@click.argument("source")
def resume_command(source: str) -> None:
    """Visit SOURCE again when it is due."""
    _set_paused(source, False)


def _set_paused(source: str, paused: bool) -> None:
    declaration = spider_of(source).declaration
    engine = open_store(front().store, create=True)
    prepare(engine, [declaration])
    pause(engine, source, paused)
    engine.dispose()
    note(f"{source} is {'paused' if paused else 'on the agenda'}")


@schedule_command.command(
    "install", epilog="Example: valuenet schedule install --systemd ~/.config/systemd/user --user"
)
@click.option(
    "--systemd",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write valuenet.service and valuenet.timer into DIR.",
)
@click.option("--cron", is_flag=True, help="Print a line for crontab.")
@click.option("--user", is_flag=True, help="With --systemd: for your own systemd, not the system's.")
@click.option(
    "--env-file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("valuenet.env"),
    show_default=True,
    metavar="FILE",
    help="With --cron: where the environment is written.",
)
@click.option(
    "--parallel",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    metavar="N",
    help="At most N sources at once.",
)
@click.option(
    "--site", multiple=True, metavar="URL", help="For sources that read sites (news, site); repeatable."
)
@click.option("--no-read", is_flag=True, help="Leave the documents that visits bring unread.")
@click.option("--force", is_flag=True, help="Write over files that are there.")
def install_command(
    systemd: Path | None,
    cron: bool,
    user: bool,
    env_file: Path,
    parallel: int,
    site: tuple[str, ...],
    no_read: bool,
    force: bool,
) -> None:
    """Write what systemd or cron needs to look every few minutes which sources are due; nothing is started."""
    if (systemd is None) == (not cron):
        raise UsageError("say either --systemd DIR or --cron")
    keys = {key.env: f"{one.name}: {key.why}" for one in declarations() for key in one.keys}
    environment = environment_file(absolute_store(front().store), keys)
    words = ["--parallel", str(parallel)]
    for one in site:
        words += ["--site", one]
    words += ["--no-read"] if no_read else []
    if systemd is not None:
        made, line = for_systemd(systemd.expanduser(), environment, words, user=user), ""
    else:
        made, line = for_cron(env_file, environment, words)
    made.write(force)
    for path in made.files:
        note(f"wrote {path}")
    for number, step in enumerate(made.steps, 1):
        note(f"{number}. {step}")
    if line:
        click.echo(line)
