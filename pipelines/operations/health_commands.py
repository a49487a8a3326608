"""The commands health and metrics."""

from __future__ import annotations

from dataclasses import asdict

import click
import waitress
from sqlalchemy import Engine

from pipelines.console import emit, front, json_option, note, table
from pipelines.errors import UsageError
from pipelines.operations.health import Health, health
from pipelines.operations.metrics import KEPT_SECONDS, app, asked_seldom
from pipelines.store.session import open_store


@click.command(epilog="Example: valuenet health --json")
@click.option("--strict", is_flag=True, help="Exit code 1 for a warning, too.")
@json_option
def health_command(strict: bool, as_json: bool) -> None:
    """How the store is, in one word and numbers. Exit code 1 if it is failing.

    failing: the store cannot be used, or a source had no complete visit for three times its cadence; warning:
    an alarm, a visit that failed, a source due for over a day.
    """
    engine = open_store(front().store)
    try:
        found = health(engine)
    finally:
        engine.dispose()
    if as_json:
        runs = [
            {"source": key[0], "outcome": key[1], "runs": count} for key, count in sorted(found.runs.items())
        ]
        emit({**asdict(found), "runs": runs}, True)
    else:
        click.echo(found.status)
        for trouble in found.troubles:
            note(trouble)
        if found.sources:
            rows = [asdict(one) for one in found.sources]
            table(rows, list(rows[0]))
        emit({f"waiting {name}": count for name, count in found.queues.items()}, False)
    if found.status == "failing" or (strict and found.status == "warning"):
        raise SystemExit(1)


@click.command(epilog="Example: valuenet metrics --port 9464")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=9464, show_default=True, help="0: any free one."
)
@click.option(
    "--every",
    type=click.FloatRange(0.0, 3600.0),
    default=KEPT_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="Ask the store at most so often.",
)
def metrics_command(host: str, port: int, every: float) -> None:
    """Serve /metrics for Prometheus and /healthz (200, or 503 while failing) until stopped.

    Only this computer may ask, unless --host says otherwise; it is told names of sources and numbers, and
    nothing that is secret. A store that is away makes valuenet_up 0; the server goes on.
    """
    url = front().store
    engines: list[Engine] = []

    def ask() -> Health:
        if not engines:
            engines.append(open_store(url))
        return health(engines[0])

    try:
        server = waitress.create_server(
            app(asked_seldom(ask, every)), host=host, port=port, threads=2, ident=None
        )
    except OSError as error:
        raise UsageError(f"cannot listen on {host}:{port}: {error.strerror or error}") from error
    note(f"http://{host}:{server.effective_port}/metrics and /healthz (Ctrl-C ends)")
    try:
        server.run()
    finally:
        server.close()
        for engine in engines:
            engine.dispose()
