"""Every table, figure and supplement of the report: its columns with their kinds and units.

Columns come to be when an exhibit is computed, so a small store is made in a temporary folder: the files of the
sample web, which need no network, resolved by rules alone.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from analytics.basis import basis
from analytics.cells import exhibit
from analytics.exhibits import Column, Exhibit, Figure, Table, table_of
from analytics.figures import FIGURES
from analytics.supplements import SUPPLEMENTS
from analytics.tables import TABLES
from crawlers.sample_web.server import SampleWeb
from pipelines.store.session import open_store
from tools.reference.markdown import MADE, code, plain, table
from valuenet import PEOPLE, main

EDITION: Final = "2021"

_START: Final = """# Tables, figures and supplements

What `valuenet table`, `valuenet figure`, `valuenet report` and `analytics.read` give. A cell's path is the
exhibit's id, the values of the key columns, and the column: `table_3/2021/edges`; `valuenet trace` takes it.
Columns that are **bold** name rows. An empty cell is not known, never zero. Frames have an `entity` column
besides, with the id, where a column is of the kind *entity*.

| kind of column | is |
|---|---|
| key | names the row |
| entity | a name that leads to an entity's page |
| text | words |
| count | a whole number |
| number | a number with decimals |
| share | percent |

Figures of categories, areas and industries have a column more for each of them that has relations, under its label
or its code.

"""


def exhibits_page() -> str:
    """The page; makes a store in a temporary folder (some ten seconds)."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'reference.db'}"
        _fill(url, Path(folder))
        engine = open_store(url)
        try:
            return MADE + _START + "".join(_groups(engine)).rstrip() + "\n"
        finally:
            engine.dispose()


def _fill(url: str, folder: Path) -> None:
    """A store with the sample web's files and a frozen sample."""
    with SampleWeb() as web:
        web.write_files(folder)
    steps = [
        ["init"],
        ["import", "companies", str(folder / "companies.csv")],
        ["import", "financing", str(folder / "financing.csv")],
        ["import", "people", str(folder / "people.csv"), "--mapping", str(PEOPLE)],
        ["resolve", "--rules-only"],
        ["sample", "propose", EDITION, "--until", EDITION],
        ["sample", "freeze", EDITION, "--by", "reference"],
    ]
    for step in steps:
        with contextlib.redirect_stdout(io.StringIO()):
            code_ = main.main(["--store", url, "--quiet", *step], standalone_mode=False)
        if code_:
            raise RuntimeError(f"valuenet {' '.join(step)} ended with {code_}")


def _groups(engine: Engine) -> Iterator[str]:
    shown = basis(engine, EDITION)
    for heading, exhibits in (("Tables", TABLES), ("Figures", FIGURES), ("Supplements", SUPPLEMENTS)):
        yield f"## {heading}\n\n"
        for identity in exhibits:
            yield _described(exhibit(engine, shown, identity))


def _described(one: Exhibit) -> str:
    shown = table_of(one)
    kind, number = shown.id.split("_")
    drawn = f" Drawn as: {one.chart}." if isinstance(one, Figure) else ""
    asked = f"s{number}" if kind == "supplement" else number
    command = f"valuenet {'figure' if kind == 'figure' else 'table'} {asked}"
    command += f" --out {shown.id}.svg" if kind == "figure" else ""
    rows = ((_name(shown, column), *_meaning(column)) for column in shown.columns)
    return (
        f"### {kind.title()} {number}: {plain(shown.title.en)}\n\n{plain(shown.title.zh)}. Id `{shown.id}`, "
        f"main column `{shown.main}`.{drawn} Example: `{command}`\n\n"
        + table(("column", "kind", "unit", "in English", "in Chinese"), rows)
    )


def _name(shown: Table, column: Column) -> str:
    return f"**{code(column.name)}**" if column.name in shown.keys else code(column.name)


def _meaning(column: Column) -> tuple[str, str, str, str]:
    unit = column.unit.en if column.unit else ("%" if column.kind == "share" else "")
    return column.kind, plain(unit), plain(column.words.en), plain(column.words.zh)
