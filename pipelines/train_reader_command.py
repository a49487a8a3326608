"""The command train-reader: a reader's model, from labelled texts."""

from __future__ import annotations

import importlib
from pathlib import Path

import click

from pipelines.console import emit, json_option, note
from pipelines.errors import UsageError

#: Reader → the module whose `train(paths, out, say)` makes its model.
READERS = {name: f"pipelines.reading.{name}.training" for name in ("organisations", "relations", "events")}


@click.command(epilog="Example: valuenet train-reader relations --data finre_train.tsv --out model")
@click.argument("reader", type=click.Choice(sorted(READERS)))
@click.option(
    "--data",
    required=True,
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Labelled texts, in the form that docs/reading.md names; may be given again.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where the model and its card are written.",
)
@json_option
def train_reader_command(reader: str, data: tuple[Path, ...], out: Path, as_json: bool) -> None:
    """Train the model of a READER: which words are organisations, how two of them are related, what happens.

    The same data give the same model. It is used once it lies where the one that ships lies.
    """
    try:
        training = importlib.import_module(READERS[reader])
        out.mkdir(parents=True, exist_ok=True)
        training.train(list(data), out, note)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("pipelines"):
            raise
        raise UsageError(
            f"training {reader} needs {error.name}; install it with: pip install '.[train]'"
        ) from error
    sizes = {path.name: path.stat().st_size for path in sorted(out.iterdir()) if path.is_file()}
    emit({"out": str(out), **sizes}, as_json)
