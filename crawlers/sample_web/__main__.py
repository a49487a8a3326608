"""`python -m crawlers.sample_web` serves the sample web until interrupted."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from crawlers.sample_web.server import HOSTS, SampleWeb


@click.command(
    epilog="Example: python -m crawlers.sample_web --port 8801, then open "
    "http://127.0.0.1:8801/https/news.valuenet.example/"
)
@click.option(
    "--port", default=8801, show_default=True, type=click.IntRange(0, 65535), help="0 takes any free port."
)
@click.option(
    "--files",
    type=click.Path(file_okay=False, path_type=Path),
    help="Also write the CSV files into this directory.",
)
def main(port: int, files: Path | None) -> None:
    """Serve the sample web on this machine until interrupted (Ctrl-C)."""
    try:
        web = SampleWeb(port)
    except OSError as error:
        raise click.ClickException(f"cannot listen on port {port}: {error.strerror or error}") from error
    if files:
        for path in web.write_files(files):
            click.echo(f"wrote {path}", err=True)
    click.echo(f"serving at {web.base}/<scheme>/<host>/<path>")
    for host in HOSTS:
        click.echo(f"  https://{host}/  at  {web.url(f'https://{host}/')}")
    sys.stdout.flush()
    try:
        web.serve()
    except KeyboardInterrupt:
        click.echo("stopped", err=True)
    finally:
        web.close()


if __name__ == "__main__":
    main()
