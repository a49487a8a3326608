"""The commands that work on plain files, without a store: match, cluster, evaluate, train-resolver."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path

import click

from entity_resolution.matching.curves import draw
from entity_resolution.matching.evaluation import evaluate_grouping, evaluate_linking, linking_curves
from entity_resolution.matching.files import read_names, write_rows
from entity_resolution.matching.gold import Part, read_gold
from entity_resolution.matching.grouping import group
from entity_resolution.matching.linking import link
from entity_resolution.matching.model import Scorer
from entity_resolution.matching.training import train
from pipelines.console import emit, json_option, note, table
from pipelines.errors import InputError

_file = click.Path(exists=True, dir_okay=False, path_type=Path)
_out = click.Path(dir_okay=False, path_type=Path)
_folder = click.Path(file_okay=False, path_type=Path)
_model = click.option("--model", type=_folder, metavar="DIR", help="Another model than the one that ships.")


@click.command(epilog="Example: valuenet match asked.csv --against known.csv --out links.csv")
@click.argument("queries", type=_file)
@click.option("--against", required=True, type=_file, metavar="NAMES", help="The known names.")
@click.option("--out", required=True, type=_out, metavar="FILE", help="Where the links are written, as CSV.")
@click.option("--top", type=click.IntRange(1, 20), default=5, show_default=True, help="Answers to each name.")
@_model
@json_option
def match_command(
    queries: Path, against: Path, out: Path, top: int, model: Path | None, as_json: bool
) -> None:
    """Say for each name in QUERIES which of the known names mean the same organisation.

    Both are CSV files with the columns id and name, and perhaps kind, country and place; several known names may
    share an id. The decision on each first answer: accept (decided), review (a person should look), reject.
    """
    asked, known = read_names(queries), read_names(against)
    decisions: Counter[str] = Counter()
    rows = []
    for found in link(asked, known, top, scorer=Scorer.load(model)):
        one, other = asked[found.query], known[found.known]
        rows.append([one.id, found.rank, other.id, other.name, float(found.score), found.decision or ""])
        decisions[found.decision or ""] += 1
    write_rows(out, ["query_id", "rank", "id", "name", "score", "decision"], rows)
    counts = {name: decisions[name] for name in ("accept", "review", "reject")}
    emit(
        {
            "queries": len(asked),
            "known": len(known),
            **counts,
            "unanswered": len(asked) - sum(counts.values()),
        },
        as_json,
    )


@click.command(epilog="Example: valuenet cluster names.csv --out clusters.csv")
@click.argument("names", type=_file)
@click.option(
    "--out", required=True, type=_out, metavar="FILE", help="Where the clusters are written, as CSV."
)
@_model
@json_option
def cluster_command(names: Path, out: Path, model: Path | None, as_json: bool) -> None:
    """Group the names in NAMES by the organisation that they mean.

    NAMES is a CSV file with the columns id and name, and perhaps kind, country and place. Each row's cluster is
    named by the id of its first row; review marks names at whose best partner a person should look.
    """
    listed = read_names(names)
    found = group(listed, scorer=Scorer.load(model))
    rows = [
        [one.id, listed[cluster].id, decision]
        for one, cluster, decision in zip(listed, found.cluster.tolist(), found.decision, strict=True)
    ]
    write_rows(out, ["id", "cluster", "decision"], rows)
    emit(
        {
            "names": len(listed),
            "clusters": len(set(found.cluster.tolist())),
            "review": found.decision.count("review"),
        },
        as_json,
    )


@click.command(epilog="Example: valuenet evaluate gold.csv --part test")
@click.argument("gold", type=_file)
@click.option(
    "--part",
    type=click.Choice(["train", "calibrate", "test", "all"]),
    default="all",
    show_default=True,
    help="The organisations of one part of the split alone.",
)
@click.option("--lone", is_flag=True, help="Take the partner from every second organisation.")
@click.option("--curve", type=_out, metavar="FILE", help="Draw precision against coverage, as PNG.")
@_model
@json_option
def evaluate_command(
    gold: Path, part: Part | str, lone: bool, curve: Path | None, model: Path | None, as_json: bool
) -> None:
    """Score linking and grouping on labelled names, by difficulty.

    GOLD is a CSV file with the columns entity_id, canonical, alias and difficulty. With --part, the names of that
    part alone are asked for, and grouped; they are linked against all canonical names.
    """
    rows = read_gold([gold])
    if not rows:
        raise InputError("no rows", where=str(gold))
    scorer = Scorer.load(model)
    linked = evaluate_linking(rows, part=part, lone=lone, scorer=scorer)
    grouped = evaluate_grouping(rows, part=part, lone=lone, scorer=scorer)
    if curve is not None:
        draw(linking_curves(rows, part=part, lone=lone, scorer=scorer), scorer.linking.accept, curve)
    if as_json:
        emit({"linking": linked, "grouping": grouped}, True)
        return
    table(
        [dataclasses.asdict(line) for line in linked],
        [field.name for field in dataclasses.fields(linked[0])],
        "Linking: each alias against all canonical names",
    )
    emit(dataclasses.asdict(grouped), False)


@click.command(epilog="Example: valuenet train-resolver --gold gold.csv --out model")
@click.option(
    "--gold",
    required=True,
    multiple=True,
    type=_file,
    metavar="FILE",
    help="Labelled names; may be given again.",
)
@click.option("--out", required=True, type=_folder, metavar="DIR", help="Where the model is written.")
@json_option
def train_resolver_command(gold: tuple[Path, ...], out: Path, as_json: bool) -> None:
    """Train the model that scores pairs of names, from labelled names as `valuenet evaluate` takes them.

    The same names give the same model. Use it with --model DIR of the other commands.
    """
    files = train(read_gold(gold), note)
    out.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (out / name).write_text(text, encoding="utf-8")
    emit({"out": str(out), **{name: len(text.encode()) for name, text in files.items()}}, as_json)
