"""The front door: the command `valuenet`. Its sub-commands live in the rooms and load only when called."""

from __future__ import annotations

import codecs
import importlib
import logging
import shutil
import sys
import traceback
from contextlib import nullcontext, redirect_stdout
from dataclasses import dataclass
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from pipelines.console import DEFAULT_STORE, Front, front, harmless, note
from pipelines.errors import StoreError, UsageError, ValuenetError
from pipelines.log_lines import log_line, said_line


@dataclass(frozen=True, slots=True)
class Door:
    """Where a sub-command lives, under which heading it is listed, and its line in the list."""

    module: str
    heading: str
    line: str


def _doors(module: str, heading: str, **lines: str) -> dict[str, Door]:
    return {name.rstrip("_").replace("_", "-"): Door(module, heading, line) for name, line in lines.items()}


#: Every sub-command, in the order of a user's way. The lines stand here: `valuenet --help` loads no room.
COMMANDS: dict[str, Door] = {
    **_doors(
        "pipelines.commands",
        "Collect",
        init="Create the store, or bring it to the newest schema.",
        status="Freshness, failures, counts against expectation.",
    ),
    **_doors(
        "crawlers.commands",
        "Collect",
        sources="The sources: publisher, licence, robots, cadence, last run.",
        crawl="Visit sources, or read their archived pages again.",
        serve="Serve the sample web on this computer.",
    ),
    **_doors("crawlers.import_command", "Collect", import_="Take in CSV or Excel files."),
    **_doors("crawlers.schedule.commands", "Collect", schedule="Visit sources when they are due."),
    **_doors("crawlers.workers.commands", "Collect", queue="Share visits among workers on many machines."),
    **_doors(
        "crawlers.replay_command", "Collect", replay="What today's parser would change in what is archived."
    ),
    **_doors("pipelines.archive_command", "Collect", archive="Index the archive, or check it."),
    **_doors("crawlers.ledger_command", "Collect", ledger="Rules, rate and last check of each source."),
    **_doors("crawlers.changes_command", "Collect", changes="What became new, different or gone."),
    **_doors("crawlers.new_source_command", "Collect", new_source="Write a new source, with its tests."),
    **_doors(
        "pipelines.reading_command",
        "Read",
        read="Facts out of running text: texts handed in, or the store's.",
    ),
    **_doors(
        "pipelines.readings_command", "Read", readings="Decide facts that readers are unsure of; export them."
    ),
    **_doors(
        "pipelines.train_reader_command", "Read", train_reader="Train a reader's model from labelled texts."
    ),
    **_doors(
        "entity_resolution.commands",
        "Who is who",
        resolve="Decide which names mean the same organisation.",
        judge="Decide one pair yourself.",
        undo="Take a judgement back.",
        history="All that was decided about an entity.",
        entity="An entity with its names and identifiers.",
    ),
    **_doors(
        "entity_resolution.match_commands",
        "Who is who",
        match="Link names to known names, without a store.",
        cluster="Group names by organisation, without a store.",
        evaluate="Score the matcher on labelled names.",
        train_resolver="Train the matcher's model from labelled names.",
    ),
    **_doors(
        "pipelines.operations.backup_commands",
        "Keep",
        backup="Write the store into one file, with a manifest.",
        restore="Bring a store back from a backup, and check it.",
    ),
    **_doors(
        "pipelines.operations.health_commands",
        "Keep",
        health="How the store is, in one word and numbers.",
        metrics="Serve numbers for Prometheus, and /healthz.",
    ),
    **_doors(
        "crawlers.doctor_command", "Keep", doctor="What is missing, stale or wrong, and how to mend it."
    ),
    **_doors("analytics.review_command", "Who is who", review="Decide what waits, in a browser."),
    **_doors(
        "analytics.sample_commands", "Ask", sample="Propose, freeze, show or audit the sample of an edition."
    ),
    **_doors(
        "analytics.commands",
        "Ask",
        network="The value network of a year, as a file.",
        measure="The measures of networks, or of any edge list.",
        table="A table of the report.",
        figure="A figure of the report.",
        report="Every table and figure, as pages, CSV and pictures.",
        trace="From a published cell down to the quoted words.",
        compare="Our numbers beside printed ones, or another edition's.",
    ),
    **_doors(
        "analytics.explorer.command", "Ask", explorer="A page to look around in the networks of all years."
    ),
    **_doors(
        "analytics.package_command", "Ask", package="An edition as a data package: CSV, Parquet, licences."
    ),
    **_doors(
        "analytics.datasette_command",
        "Ask",
        datasette="Views in the store, and what Datasette needs to show it.",
    ),
    **_doors("valuenet", "Ask", demo="The whole way on the bundled sample web."),
}


class LazyGroup(click.Group):
    """A group that imports a sub-command's module when it is looked up, as click's manual proposes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        door = COMMANDS.get(cmd_name)
        if door is None:
            return None
        # The module runs as __main__ under `python -m`: its own commands must not be loaded a second time.
        module = sys.modules[__name__] if door.module == "valuenet" else importlib.import_module(door.module)
        command = getattr(module, cmd_name.replace("-", "_") + "_command")
        assert isinstance(command, click.Command), f"{door.module} has no command {cmd_name}"
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for heading in dict.fromkeys(door.heading for door in COMMANDS.values()):
            with formatter.section(heading):
                formatter.write_dl(
                    [(name, door.line) for name, door in COMMANDS.items() if door.heading == heading]
                )

    def invoke(self, ctx: click.Context) -> Any:
        """Run the sub-command; what a user can mend becomes one message on stderr and an exit code."""
        try:
            return super().invoke(ctx)
        except UsageError as error:
            raise _Misuse(error) from error
        except ValuenetError as error:
            raise _Failure(error) from error
        except UnicodeEncodeError as error:
            if not any("\udc80" <= letter <= "\udcff" for letter in str(error.object)):
                raise
            # Python keeps bytes that it cannot decode in half characters, which no store and no file takes.
            text = "a word of the command line is not in the locale's charset; set LC_ALL=C.UTF-8"
            raise _Misuse(UsageError(text)) from error
        except OSError as error:
            if isinstance(error, BrokenPipeError):  # the reader left, as in `valuenet status | head`
                raise
            raise _Failure(error) from error
        except Exception as error:
            if not (said := _store_trouble(error)):
                raise
            raise _Failure(StoreError(said)) from error
        except KeyboardInterrupt:
            click.echo("\nStopped. What was finished before is kept.", err=True)
            ctx.exit(130)


def _store_trouble(error: Exception) -> str:
    """What a database said that gave up in the middle (busy too long, disk full, connection lost, file damaged).
    Without the statement and its values, which SQLAlchemy's own message has. Empty for any other error."""
    if "sqlalchemy.exc" not in sys.modules:  # no database was asked
        return ""
    from pipelines.store.trouble import damage, trouble

    said = trouble(error)
    return f"the store is {said}" if damage(error) else f"the store failed: {said}" if said else ""


class _Failure(click.ClickException):
    """An error that was foreseen: one message, and under `--verbose` the way to it in the code."""

    def __init__(self, error: Exception) -> None:
        super().__init__(harmless(error) or type(error).__name__)
        told = "".join(traceback.format_exception(error)) if front().verbosity > 0 else ""
        # the context is gone by the time that the message is shown
        self._as_json, self._more = front().log_format == "json", {"traceback": told} if told else {}
        if told and not self._as_json:
            click.echo(told, err=True)

    def show(self, file: Any = None) -> None:
        if self._as_json:
            click.echo(said_line("error", "valuenet", self.message, more=self._more), file=file, err=True)
        else:
            super().show(file)


class _Misuse(_Failure):
    exit_code = 2


class _Stderr(logging.Handler):
    """Log lines to whatever stderr is now, so that a progress bar or a test may stand in its place."""

    as_json = False

    def emit(self, record: logging.LogRecord) -> None:
        if self.as_json:
            click.echo(log_line(record), err=True)
            return
        line = f"{record.levelname.lower()}: {record.name}: {record.getMessage()}"
        click.echo(harmless(line), err=True)


def _speak_chinese() -> None:
    """Where the locale's charset has not all of Chinese, write its superset (for GBK) or UTF-8 (for any other).

    Invariant: no name that a source wrote can stop a command in the middle of its output.
    """
    for stream in (sys.stdout, sys.stderr):
        # a test or a notebook may have put something else in their place
        if isinstance(stream, TextIOWrapper) and not _writes_all(stream.encoding):
            chinese = codecs.lookup(stream.encoding).name in ("gbk", "gb2312")
            stream.reconfigure(encoding="gb18030" if chinese else "utf-8")


def _writes_all(charset: str) -> bool:
    try:
        "中é𠮷".encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def _log(verbosity: int, log_format: str) -> None:
    root = logging.getLogger()
    own = next((one for one in root.handlers if isinstance(one, _Stderr)), None)
    if own is None:
        root.addHandler(own := _Stderr())
    own.as_json = log_format == "json"
    root.setLevel({-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO}[verbosity])


@click.command(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: valuenet --store sqlite:///ai.db crawl cac",
)
@click.option(
    "--store",
    metavar="URL",
    envvar="VALUENET_STORE",
    default=DEFAULT_STORE,
    help=f"The store, as an SQLAlchemy URL; {DEFAULT_STORE} if not given, nor in VALUENET_STORE.",
)
@click.option("--verbose", is_flag=True, help="Say more of what happens, on stderr.")
@click.option("--quiet", is_flag=True, help="Say nothing but data and errors.")
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    envvar="VALUENET_LOG_FORMAT",
    default="text",
    show_default=True,
    help="How stderr is written: for people, or as one JSON object a line (or VALUENET_LOG_FORMAT).",
)
@click.version_option(package_name="valuenet", message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context, store: str, verbose: bool, quiet: bool, log_format: str) -> None:
    """Track an industry from the web: facts with their evidence, who is who, and yearly value networks."""
    if verbose and quiet:
        raise click.UsageError("--verbose and --quiet exclude each other", ctx)
    verbosity = int(verbose) - int(quiet)
    _speak_chinese()
    _log(verbosity, log_format)
    ctx.obj = Front(store, verbosity, log_format)


#: How the sample web's people are read.
PEOPLE = Path(__file__).parent / "crawlers" / "sample_web" / "people.yaml"
#: The edition that the demo draws up, and the years that its sample web tells of.
DEMO_EDITION = "2021"
DEMO_YEARS = tuple(str(year) for year in range(2014, 2022))


def _demo_steps(out: Path, web: str, frozen: bool) -> list[list[str]]:
    """The commands of the demo, in a user's order. Files come first: their names are known when news is read.

    `frozen`: an earlier demo froze the sample in this store, and it never changes again.
    """
    given = {kind: str(out / "files" / f"{kind}.csv") for kind in ("companies", "financing", "people")}
    files = [["import", kind, path] for kind, path in given.items()]
    files[-1] += ["--mapping", str(out / "files" / PEOPLE.name)]  # it says that they are invented
    propose = ["sample", "propose", DEMO_EDITION, "--until", DEMO_EDITION]
    return [
        ["init"],
        *files,
        ["crawl", "cac", "ror", "gleif", "news", "--web", web],
        ["resolve"],
        *([] if frozen else [propose, ["sample", "freeze", DEMO_EDITION]]),
        ["network", *DEMO_YEARS, "--out", str(out / "networks")],
        ["report", DEMO_EDITION, "--out", str(out / "report")],
        ["table", "3"],
        ["table", "4", "--year", DEMO_EDITION, "--top", "10"],
        ["table", "7", "--top", "10"],
        ["trace", "table_7/institutional/1", "--limit", "2"],
    ]


def _is_frozen(store: str, edition: str) -> bool:
    """Whether the store is there and has a frozen sample of that name."""
    from analytics.sample import show
    from pipelines.store.session import open_store

    try:
        engine = open_store(store)
    except StoreError:  # the first step makes it
        return False
    try:
        return show(engine, edition).frozen_at is not None
    except UsageError:
        return False
    finally:
        engine.dispose()


def _run(words: list[str]) -> int:
    """Run a command line in this process; its exit code. What it raises for the user to mend goes on up."""
    try:
        code = main.main(words, prog_name="valuenet", standalone_mode=False)
    except SystemExit as end:
        code = end.code
    return code if isinstance(code, int) else int(code is not None)


@click.command(epilog="Example: valuenet demo --out demo")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo"),
    show_default=True,
    metavar="DIR",
    help="Where the store, the networks and the report are written.",
)
@click.pass_context
def demo_command(ctx: click.Context, out: Path) -> None:
    """Go the whole way on the bundled sample web: crawl, import, resolve, sample, networks, report.

    Starts the sample web on this computer and runs the other commands, showing each. The store is
    valuenet.db in DIR unless --store says otherwise. A second run finds nothing new.
    """
    from crawlers.sample_web.server import SampleWeb

    said = ctx.parent is not None and ctx.parent.get_parameter_source("store") != ParameterSource.DEFAULT
    store = front().store if said else f"sqlite:///{out / 'valuenet.db'}"
    verbosity = {-1: ["--quiet"], 0: [], 1: ["--verbose"]}[front().verbosity]
    out.mkdir(parents=True, exist_ok=True)
    with SampleWeb() as web:
        web.write_files(out / "files")
        shutil.copyfile(PEOPLE, out / "files" / PEOPLE.name)
        for step in _demo_steps(out, web.base, _is_frozen(store, DEMO_EDITION)):
            click.secho(f"\n$ valuenet {' '.join(step)}", bold=True)
            # of the longer lists the demo shows only that they were made
            shown = nullcontext() if step[0] not in ("sample", "network") else redirect_stdout(StringIO())
            with shown:
                failed = _run(["--store", store, *verbosity, *step])
            if failed:
                raise click.ClickException(f"the demo stopped at: valuenet {' '.join(step)}")
    note(f"\nDone. Look at {out / 'report' / 'index.html'}")


if __name__ == "__main__":
    main(prog_name="valuenet")
