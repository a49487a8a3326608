"""The command that makes a store ready for Datasette."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click
import yaml
from sqlalchemy import inspect

from analytics.asking import opened
from analytics.datasette_metadata import metadata
from pipelines.console import emit, json_option
from pipelines.errors import UsageError
from pipelines.store.session import writing
from pipelines.store.views import VIEWS, make_views

#: Datasette gives up after a second by itself; a network of a large store takes longer.
_PATIENCE: Final = "--setting sql_time_limit_ms 20000"


@click.command(epilog="Example: valuenet datasette --out datasette.yml")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.yml",
    help="Where Datasette's metadata go.",
)  # fmt: skip
@click.option("--public", is_flag=True, help="For others to look at: views and questions only, no free SQL.")
@json_option
def datasette_command(out: Path, public: bool, as_json: bool) -> None:
    """Make views in the store, and write what Datasette needs to show it: titles, columns, questions.

    On PostgreSQL the views alone are made: Datasette reads SQLite.
    """
    if out.suffix.lower() not in (".yml", ".yaml"):
        raise UsageError(f"{out.name}: Datasette takes metadata as .yml or .yaml")
    with opened() as engine:
        with writing(engine) as connection:
            make_views(connection)
            ask = inspect(connection)
            columns = {name: [one["name"] for one in ask.get_columns(name)] for name in VIEWS}
        database = engine.url.database if engine.dialect.name == "sqlite" else None
    done: dict[str, object] = {"views": list(VIEWS), "metadata": None, "next": "ask the views in SQL"}
    if database:
        out.parent.mkdir(parents=True, exist_ok=True)
        text = yaml.safe_dump(
            metadata(Path(database).stem, columns, public=public), allow_unicode=True, sort_keys=False
        )
        out.write_text(text, encoding="utf-8")
        done |= {"metadata": out, "next": f"datasette serve {database} --metadata {out} {_PATIENCE}"}
    emit(done, as_json)
