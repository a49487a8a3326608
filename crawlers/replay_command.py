"""The command replay: what today's parser would change in what was archived, and, on demand, the change itself."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Engine

from crawlers.files import files_of
from crawlers.middlewares.replay import WARC_ENDINGS
from crawlers.options import archive_option
from crawlers.registry import spider_of
from crawlers.rereading import Rereading, own_archives
from crawlers.running import Plan, crawl
from crawlers.spider import SourceSpider
from crawlers.summary import show
from pipelines.console import front, harmless, json_option, note, plain, progress
from pipelines.errors import InputError
from pipelines.store.archive import archive_folder
from pipelines.store.comparing import KINDS, Difference, differences
from pipelines.store.session import open_store


@click.command(epilog="Example: valuenet replay ror, and then: valuenet replay ror --apply")
@click.argument("source")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE|DIR]...")
@click.option(
    "--apply", "apply_it", is_flag=True, help="Then read the files into the store, as a run of its own."
)
@click.option(
    "--sample",
    type=click.IntRange(0),
    default=20,
    show_default=True,
    metavar="N",
    help="Show the first N differences; with --json all are.",
)
@archive_option
@json_option
def replay_command(
    source: str, files: tuple[Path, ...], apply_it: bool, sample: int, archive: str | None, as_json: bool
) -> None:
    """Read what was archived of SOURCE again with today's parser, and show what that would change.

    Every visit is read, in order: all that the store's archive holds of the source, or the FILEs (WARC files, or
    documents of the source). At each visit, what is read now is held against what the store says that the page said
    then. Nothing is changed without --apply.

    \b
    new       read now, and not in the store
    changed   another answer to the same question
    gone      in the store, and not read any more
    rejected  cannot be used now, and could before
    mended    can be used now, and could not before
    """
    spider = spider_of(source)
    engine = open_store(front().store)
    folder = archive_folder(engine, archive)
    chosen = _files(engine, spider, files, folder)
    counts: Counter[str] = Counter()
    with Rereading(engine, spider, chosen) as again:
        found = _counted(_differences(engine, source, again, counts), counts)
        if as_json:
            _print_json(source, found, counts)
        else:
            _print_text(found, sample)
        if again.without:
            note(f"{again.without} visits found the bytes of a visit that is in none of the files; left out")
    if not as_json:
        told = ", ".join(f"{counts[name]} {name} ({counts[f'{name} now']} now)" for name in KINDS)
        click.echo(f"{source}: {counts['pages']} pages, {again.visits} visits: {told}")
    if apply_it:
        done = crawl(engine, folder, [source], Plan(replay=tuple(chosen)))
        if not as_json:
            show(done, False)
    elif counts["differences"]:
        note("Nothing is changed; --apply does it.")
    engine.dispose()


def _files(engine: Engine, spider: type[SourceSpider], given: tuple[Path, ...], folder: Path) -> list[Path]:
    name, endings = spider.declaration.name, (*WARC_ENDINGS, *spider.declaration.documents)
    listed = [one for path in given for one in files_of(path)]
    found = [one for one in listed if one.name.lower().endswith(endings)]
    if not given:
        found = own_archives(engine, folder, name)
    if not found:
        where = " ".join(map(str, given)) or str(folder)
        raise InputError(
            f"nothing here that {name} can read", where=where, hint=f"It reads {', '.join(endings)}."
        )
    return found


def _differences(engine: Engine, source: str, again: Rereading, counts: Counter[str]) -> Iterator[Difference]:
    with engine.connect() as connection, progress(None, "reading pages again") as advance:
        for page, readings in again.pages():
            yield from differences(connection, source, page, readings)
            counts["pages"] += 1
            advance(1)


def _counted(found: Iterable[Difference], counts: Counter[str]) -> Iterator[Difference]:
    for one in found:
        counts["differences"] += 1
        counts[one.change] += 1
        counts[f"{one.change} now"] += one.holds
        yield one


def _print_text(found: Iterable[Difference], sample: int) -> None:
    for number, one in enumerate(found):
        if number < sample:
            click.echo("\t".join(harmless(cell) for cell in _cells(one)))


def _cells(one: Difference) -> tuple[str, ...]:
    span = f"{one.first:%Y-%m-%d}" + (
        f" to {one.last:%Y-%m-%d}" if one.last.date() > one.first.date() else ""
    )
    if one.statement is not None:
        what = f"{one.statement.subject}: {one.statement.words()}"
    else:
        assert one.refused is not None
        what = f"{one.refused.locator}: {one.refused.field} {one.refused.reason} ({one.refused.value[:80]})"
    was = "; ".join(fact.words() for fact in one.replaced)
    return one.change, "now" if one.holds else "past", span, what, f"before: {was}" if was else "", one.page


def _print_json(source: str, found: Iterable[Difference], counts: Counter[str]) -> None:
    """One document: the differences as they come, and the counts after them."""
    click.echo(f'{{"source": {json.dumps(source)}, "differences": [', nl=False)
    between = "\n"
    for one in found:
        text = json.dumps(_as_dict(one), ensure_ascii=False, allow_nan=False)
        click.echo(between + text.encode("utf-8", "replace").decode(), nl=False)
        between = ",\n"
    told = {name: {"all": counts[name], "now": counts[f"{name} now"]} for name in KINDS}
    click.echo(f'\n], "pages": {counts["pages"]}, "counts": {json.dumps(told)}}}')


def _as_dict(one: Difference) -> dict[str, Any]:
    said: dict[str, Any] = plain(one)
    for fact in (said["statement"], *said["replaced"]):
        if fact is not None:
            fact["id"] = str(fact.pop("fact"))
            for who in fact["who"]:
                who["mention"] = str(who["mention"])
    return said
