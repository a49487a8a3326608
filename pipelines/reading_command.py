"""The command read: texts handed in, or the store's documents, to facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import chain
from pathlib import Path
from typing import Any

import click

from pipelines.console import emit, front, harmless, json_option, note, progress
from pipelines.errors import InputError, UsageError
from pipelines.reading.lines import Line, RefusedLine, fact_line, read_lines, whole_file, write_line

_file = click.Path(exists=True, dir_okay=False, path_type=Path)
_out = click.Path(dir_okay=False, path_type=Path)
#: So many refusals are shown at once; all are kept.
SHOWN = 10


@click.command(epilog="Example: valuenet read news.jsonl --out facts.jsonl")
@click.argument("file", type=_file, required=False)
@click.option("--out", type=_out, metavar="FILE", help="Where the facts of FILE are written, a line each.")
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    metavar="X",
    help="Give out facts from this confidence on, and not from those that ship for each type.",
)
@click.option(
    "--language-model",
    is_flag=True,
    help="Ask the language model at VALUENET_LLM_URL, too; its words are checked.",
)
@click.option(
    "--limit", type=click.IntRange(1), metavar="N", help="At most so many of the store's documents."
)
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    metavar="N",
    help="So many processes read at once; as many as there are cores, at most 4.",
)
@json_option
def read_command(
    file: Path | None,
    out: Path | None,
    min_confidence: float | None,
    language_model: bool,
    limit: int | None,
    processes: int | None,
    as_json: bool,
) -> None:
    """Read who cooperates with, invests in, buys, owns or employs whom, out of running text.

    FILE has a text a line: {"id", "text", "date"?, "url"?, "names"?, "title"?}; names are organisations known to
    stand in the text. Each fact becomes a line of --out. A line that cannot be read is kept, with field and reason,
    in OUT.rejected.jsonl beside it, and the exit code is then 1. No store is needed.

    Without FILE the documents of the store are read that today's readers have not read yet. What is sure becomes
    facts, the rest waits: see valuenet readings.
    """
    if file is None:
        if out is not None or min_confidence is not None:
            raise UsageError("--out and --min-confidence go with a FILE")
        _read_the_store(limit, language_model, processes, as_json)
        return
    if out is None:
        raise UsageError("say with --out where the facts are to be written")
    if limit is not None:
        raise UsageError("--limit goes with the store's documents")
    if out.resolve() == file.resolve():
        raise UsageError("--out is the file that is read")
    result, refused = _read_file(file, out, min_confidence, language_model, processes)
    emit(result, as_json)
    if refused:
        raise SystemExit(1)


def _read_file(
    file: Path, out: Path, least: float | None, ask: bool, processes: int | None
) -> tuple[dict[str, Any], int]:
    from pipelines.reading.batches import read_batches
    from pipelines.reading.processes import cores
    from pipelines.reading.sentences import TEXT_LIMIT

    further = _language_model() if ask else None
    rejected = out.with_name(f"{out.name.removesuffix('.jsonl')}.rejected.jsonl")
    counts: Counter[str] = Counter()
    texts = refused = cut = 0
    with (
        whole_file(out) as facts,
        whole_file(rejected) as kept,
        progress(_lines_in(file), "reading texts") as advance,
        ExitStack() as stack,
    ):
        done = stack.enter_context(
            closing(
                read_batches(
                    _batches(read_lines(file)),
                    processes=processes or cores(),
                    least=least,
                    further=further,
                )
            )
        )
        for batch, told in done:
            good = [one for one in batch if isinstance(one, Line)]
            wrong = [one for one in batch if isinstance(one, RefusedLine)]
            wrong += [
                RefusedLine(line.number, "text", found.failed, line.text[:2000])
                for line, found in zip(good, told, strict=True)
                if found.failed
            ]
            for one in sorted(wrong, key=lambda each: each.number):
                refused += 1
                write_line(kept, one.as_dict())
                if refused <= SHOWN:
                    field = f" field {one.field}:" if one.field else ""
                    click.echo(harmless(f"rejected: {file.name}:{one.number}:{field} {one.reason}"), err=True)
            for line, found in zip(good, told, strict=True):
                texts += not found.failed
                cut += len(line.text) > TEXT_LIMIT
                for fact in found.facts:
                    counts[fact.type] += 1
                    write_line(facts, fact_line(line.id, line.text, fact))
            advance(len(batch))
    if not refused:
        rejected.unlink()
    if refused > SHOWN:
        note(f"all {refused} rejections: {rejected}")
    if cut:
        note(f"of {cut} texts only the first {TEXT_LIMIT} characters were read")
    result: dict[str, Any] = {
        "out": str(out),
        "texts": texts,
        "facts": counts.total(),
        **dict(sorted(counts.items())),
    }
    if refused:
        result |= {"rejected": refused, "rejections": str(rejected)}
    return result, refused


def _batches(
    lines: Iterator[Line | RefusedLine],
) -> Iterator[tuple[list[Line | RefusedLine], list[Any]]]:
    """The lines in parts that are read together, each with its texts as they are asked about."""
    from pipelines.reading.reader import BATCH_CHARACTERS, BATCH_TEXTS, Asked

    batch: list[Line | RefusedLine] = []
    size = 0
    for one in chain(lines, (None,)):
        if one is not None:
            batch.append(one)
            size += len(one.text) if isinstance(one, Line) else 0
        if batch and (one is None or size >= BATCH_CHARACTERS or len(batch) >= BATCH_TEXTS):
            good = [each for each in batch if isinstance(each, Line)]
            yield batch, [Asked(each.text, each.published, each.names, each.title) for each in good]
            batch, size = [], 0


def _lines_in(file: Path) -> int:
    try:
        with file.open("rb") as opened:
            return sum(block.count(b"\n") for block in iter(lambda: opened.read(1 << 20), b""))
    except OSError as error:
        raise InputError(error.strerror or "cannot be read", where=str(file)) from error


def _language_model() -> Any:
    from pipelines.reading.language_model import LanguageModel

    return LanguageModel.from_environment().read_all


def _read_the_store(limit: int | None, ask: bool, processes: int | None, as_json: bool) -> None:
    from pipelines.reading.processes import cores
    from pipelines.store.reading_documents import read_documents, unread
    from pipelines.store.session import open_store

    engine = open_store(front().store)
    try:
        with progress(unread(engine, limit), "reading documents") as advance:
            done = read_documents(
                engine,
                limit=limit,
                further=_language_model() if ask else None,
                processes=processes or cores(),
                advance=advance,
            )
    finally:
        engine.dispose()
    emit(done.as_dict(), as_json)
    if done.waiting and not as_json:
        note("What waits is decided with: valuenet review, or valuenet readings")
