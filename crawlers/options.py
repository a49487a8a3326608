"""Options that several commands of this room share."""

from __future__ import annotations

import click

archive_option = click.option(
    "--archive",
    metavar="DIR",
    help="Where responses are kept as WARC files; default: beside the store (or VALUENET_ARCHIVE).",
)
