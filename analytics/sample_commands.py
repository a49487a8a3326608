"""The commands around the sample of an edition: propose, freeze, show."""

from __future__ import annotations

import getpass
from typing import Final

import click

from analytics import sample
from analytics.asking import opened
from pipelines import console
from pipelines.console import emit, json_option, note

_FIELDS: Final = ("name", "proposed_at", "frozen_at", "frozen_by", "rule")


@click.group(epilog="Example: valuenet sample propose 2021 --until 2021")
def sample_command() -> None:
    """Propose, freeze or show the sample of an edition.

    \b
    Examples:
        valuenet sample propose 2021 --until 2021
        valuenet sample freeze 2021
        valuenet sample show 2021 --json
    """


@sample_command.command(epilog="Example: valuenet sample propose 2021 --tag 人工智能 --tag 机器人")
@click.argument("edition")
@click.option(
    "--tag", multiple=True, help="An industry tag that says: this is an AI company; repeat for several."
)
@click.option(
    "--least", type=click.IntRange(1), default=1, show_default=True, help="Kinds of evidence needed."
)
@click.option("--until", type=int, metavar="YEAR", help="Count facts up to this year only.")
@json_option
def propose(edition: str, tag: tuple[str, ...], least: int, until: int | None, as_json: bool) -> None:
    """Draw the sample of EDITION by rule, in place of an earlier proposal."""
    rule = sample.Rule(tags=tag or sample.AI_TAGS, least=least, until=until)
    with opened() as engine:
        _show_sample(sample.propose(engine, edition, rule), as_json)


@sample_command.command(epilog="Example: valuenet sample freeze 2021 --by Li")
@click.argument("edition")
@click.option("--by", metavar="NAME", default="", help="Who decides; your user name if not given.")
@json_option
def freeze(edition: str, by: str, as_json: bool) -> None:
    """Close the sample of EDITION for good."""
    with opened() as engine:
        _show_sample(sample.freeze(engine, edition, by or getpass.getuser()), as_json)


@sample_command.command(epilog="Example: valuenet sample show 2021 --json")
@click.argument("edition", required=False)
@json_option
def show(edition: str | None, as_json: bool) -> None:
    """The companies of EDITION (the newest if not given) with score and reason."""
    with opened() as engine:
        _show_sample(sample.show(engine, edition or sample.newest(engine)), as_json)


def _show_sample(edition: sample.Edition, as_json: bool) -> None:
    members = [
        {str(name): value for name, value in row.items()} for row in edition.members.to_dict("records")
    ]
    if as_json:
        emit({**{name: getattr(edition, name) for name in _FIELDS}, "members": members}, True)
        return
    console.table(members, list(edition.members.columns), title=f"Sample {edition.name}")
    state = (
        f"frozen on {edition.frozen_at:%Y-%m-%d} by {edition.frozen_by}"
        if edition.frozen_at
        else "not frozen yet"
    )
    note(f"{len(members)} companies; {state}.")
