"""The commands around the sample of an edition: propose, freeze, show, people's decisions, audit."""

from __future__ import annotations

import getpass
from typing import Any, Final, Literal

import click
import pandas as pd
from sqlalchemy import Engine

from analytics import sample, sample_audit, sample_overrides
from analytics.asking import Asked, asking, basis_of, opened
from analytics.exhibits import Language, Table
from analytics.report.describing import cell_text
from pipelines import console
from pipelines.console import emit, json_option, note
from pipelines.errors import UsageError

_FIELDS: Final = ("name", "proposed_at", "frozen_at", "frozen_by", "rule")

_by_option = click.option(
    "--by", metavar="NAME", default="", help="Who decides; your user name if not given."
)
_reason_option = click.option("--reason", required=True, metavar="TEXT", help="Why; it is shown.")


@click.group(epilog="Example: valuenet sample propose 2021 --until 2021")
def sample_command() -> None:
    """Propose, freeze or show the sample of an edition; decide on single companies; audit it.

    \b
    Examples:
        valuenet sample propose 2021 --until 2021 --size 2200
        valuenet sample include 2021 某科技 --by Li --reason "its registration lags behind"
        valuenet sample freeze 2021
        valuenet sample show 2021 --json
        valuenet sample audit 2021
    """


@sample_command.command(
    epilog="Example: valuenet sample propose 2021 --tag 人工智能 --tag 机器人 --size 2200"
)
@click.argument("edition")
@click.option(
    "--tag", multiple=True, help="An industry tag that says: this is an AI company; repeat for several."
)
@click.option(
    "--least", type=click.FloatRange(0.5), default=1, show_default=True, help="Points of evidence needed."
)
@click.option("--until", type=int, metavar="YEAR", help="Count facts up to this year only.")
@click.option("--size", type=click.IntRange(1), help="At most so many, the best by score.")
@click.option("--recent", type=click.IntRange(1), default=3, show_default=True, metavar="YEARS",
              help="A fact of the last so many years makes a company active.")  # fmt: skip
@click.option("--after", metavar="EDITION", help="Carry on from it; the sample frozen last if not given.")
@click.option("--fresh", is_flag=True, help="Carry on from no edition.")
@click.option("--known-layer", is_flag=True, help="Only companies whose layer is known.")
@json_option
def propose(
    edition: str, tag: tuple[str, ...], least: float, until: int | None, size: int | None, recent: int,
    after: str | None, fresh: bool, known_layer: bool, as_json: bool,
) -> None:  # fmt: skip
    """Draw the sample of EDITION by rule, in place of an earlier proposal."""
    if fresh and after:
        raise UsageError("--fresh and --after exclude each other")
    with opened() as engine:
        before = None if fresh else after or sample.newest_frozen(engine, besides=edition)
        rule = sample.Rule(
            tags=tag or sample.AI_TAGS, least=least, until=until, size=size, recent=recent, after=before,
            known_layer=known_layer,
        )  # fmt: skip
        _show_sample(engine, sample.propose(engine, edition, rule), as_json)


@sample_command.command(epilog="Example: valuenet sample freeze 2021 --by Li")
@click.argument("edition")
@_by_option
@json_option
def freeze(edition: str, by: str, as_json: bool) -> None:
    """Close the sample of EDITION for good."""
    with opened() as engine:
        _show_sample(engine, sample.freeze(engine, edition, by or getpass.getuser()), as_json)


@sample_command.command(epilog="Example: valuenet sample show 2021 --json")
@click.argument("edition", required=False)
@json_option
def show(edition: str | None, as_json: bool) -> None:
    """The companies of EDITION (the newest if not given) with score and reason, and those that left."""
    with opened() as engine:
        _show_sample(engine, sample.show(engine, edition or sample.newest(engine)), as_json)


@sample_command.command(epilog='Example: valuenet sample include 2021 某科技 --by Li --reason "met them"')
@click.argument("edition")
@click.argument("entity")
@_by_option
@_reason_option
@json_option
def include(edition: str, entity: str, by: str, reason: str, as_json: bool) -> None:
    """Let ENTITY be in the sample of EDITION, whatever the rule says; `*` means every edition."""
    _decide(edition, entity, "include", by, reason, as_json)


@sample_command.command(epilog='Example: valuenet sample exclude 2021 某科技 --by Li --reason "a trader"')
@click.argument("edition")
@click.argument("entity")
@_by_option
@_reason_option
@json_option
def exclude(edition: str, entity: str, by: str, reason: str, as_json: bool) -> None:
    """Keep ENTITY out of the sample of EDITION, whatever the rule says; `*` means every edition."""
    _decide(edition, entity, "exclude", by, reason, as_json)


@sample_command.command(epilog='Example: valuenet sample undo 3 --by Li --reason "wrong company"')
@click.argument("decision", type=int)
@_by_option
@_reason_option
@json_option
def undo(decision: int, by: str, reason: str, as_json: bool) -> None:
    """Take DECISION (its number) back."""
    with opened() as engine:
        emit(console.plain(sample_overrides.undo(engine, decision, by or getpass.getuser(), reason)), as_json)
    note("Propose the sample again for it to take effect.")


@sample_command.command(epilog="Example: valuenet sample overrides 2021")
@click.argument("edition", required=False)
@json_option
def overrides(edition: str | None, as_json: bool) -> None:
    """What people decided about samples, those decisions that were taken back among them."""
    with opened() as engine:
        found = console.plain(sample_overrides.overrides(engine, edition))
    if as_json:
        emit(found, True)
        return
    console.table(found, ["id", "edition", "verdict", "entity", "name", "by", "reason", "made_at", "undone"])


@sample_command.command(epilog="Example: valuenet sample audit 2021 --language en")
@click.argument("edition")
@click.option(
    "--language", type=click.Choice(["zh", "en"]), default="en", show_default=True, help="Of the labels."
)
@json_option
@asking
def audit(edition: str, language: Language, as_json: bool, asked: Asked) -> None:
    """How the sample of EDITION covers the base database, and which attributes are missing."""
    with opened() as engine:
        basis = basis_of(engine, Asked(edition, asked.level, asked.subsidiaries, asked.known))
        tables = [sample_audit.coverage(engine, basis), sample_audit.attributes(engine, basis)]
    if as_json:
        emit({table.id: table.rows() for table in tables}, True)
        return
    for table in tables:
        _print(table, language)


def _decide(
    edition: str, entity: str, verdict: Literal["include", "exclude"], by: str, reason: str, as_json: bool
) -> None:
    with opened() as engine:
        made = sample_overrides.decide(engine, edition, entity, verdict, by or getpass.getuser(), reason)
    emit(console.plain(made), as_json)
    note("Propose the sample again for it to take effect.")


def _print(table: Table, language: Language) -> None:
    columns = [column for column in table.columns if column.shown]
    rows = [
        [
            cell_text(
                (table.value(row, column.english) if language == "en" and column.english else None)
                or table.value(row, column.name),
                column,
            )
            for column in columns
        ]
        for row in range(len(table.frame))
    ]
    console.table(rows, [one.heading(language) for one in columns], title=table.title.of(language))
    for words in table.notes:
        note(words.of(language))


def _standing(engine: Engine, edition: sample.Edition) -> list[sample_overrides.Override]:
    """The decisions of people that the proposal knew and that are not taken back."""
    found = sample_overrides.overrides(engine, edition.name)
    return [one for one in found if not one.undone and one.made_at <= edition.proposed_at]


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _show_sample(engine: Engine, edition: sample.Edition, as_json: bool) -> None:
    members, left = _records(edition.members), _records(edition.left)
    decided = _standing(engine, edition)
    if as_json:
        fields = {name: getattr(edition, name) for name in _FIELDS}
        emit({**fields, "members": members, "left": left, "overrides": decided}, True)
        return
    console.table(members, list(edition.members.columns), title=f"Sample {edition.name}")
    state = (
        f"frozen on {edition.frozen_at:%Y-%m-%d} by {edition.frozen_by}"
        if edition.frozen_at
        else "not frozen yet"
    )
    note(f"{len(members)} companies; {state}.")
    for decision in decided:
        said = f"{decision.verdict} {decision.name}: {decision.reason} ({decision.by})"
        note(f"decision {decision.id}: {said}")
    for one in left:
        note(f"left: {one['name']} ({one['entity']}): {one['reason']}")
    if tied := edition.rule.get("outcome", {}).get("cut_with_equal_score"):
        note(
            f"{tied} companies with the score of the last one are beyond the size; the smaller id went first."
        )
