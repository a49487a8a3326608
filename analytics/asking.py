"""What the commands of this room have in common: the sample, the level, the day it was known, the years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

import click
from sqlalchemy import Engine

from analytics.basis import Basis, basis
from analytics.facts import View
from pipelines.console import front
from pipelines.store.session import open_store

_Command = TypeVar("_Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Asked:
    """How a command was asked to look at the store. `known` is the last moment of the day that was named."""

    sample: str | None
    level: Literal["group", "entity"]
    subsidiaries: bool
    known: dt.datetime | None

    @property
    def view(self) -> View:
        return View(self.level, self.subsidiaries, self.known)


_OPTIONS: Final = (
    click.option(
        "--known",
        metavar="DATE",
        type=click.DateTime(["%Y-%m-%d"]),
        help="As it was known at the end of that day.",
    ),
    click.option(
        "--roll-up", type=click.Choice(["subsidiaries"]), help="Subsidiaries count as their parents, too."
    ),
    click.option(
        "--level",
        type=click.Choice(["group", "entity"]),
        default="group",
        show_default=True,
        help="group: units count as their organisation; entity: each by itself.",
    ),
    click.option("--sample", metavar="EDITION", help="The sample; the newest if not given."),
)


def asking(command: _Command) -> _Command:
    """Adds `--sample`, `--level`, `--roll-up` and `--known`; the command gets them as `asked`."""

    def gather(
        sample: str | None, level: Any, roll_up: str | None, known: dt.datetime | None, **rest: Any
    ) -> Any:
        end = None if known is None else known.replace(tzinfo=dt.UTC) + dt.timedelta(days=1, milliseconds=-1)
        return command(asked=Asked(sample, level, roll_up == "subsidiaries", end), **rest)

    gather.__name__, gather.__doc__ = command.__name__, command.__doc__
    gather.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]  # where click keeps options
    for option in _OPTIONS:
        option(gather)
    return gather  # type: ignore[return-value]  # the same command with other parameters


@contextmanager
def opened() -> Iterator[Engine]:
    """The store that was named before the sub-command."""
    engine = open_store(front().store)
    try:
        yield engine
    finally:
        engine.dispose()


def basis_of(engine: Engine, asked: Asked, years: tuple[int, ...] = (), top: int = 20) -> Basis:
    """The basis that was asked for."""
    return basis(engine, asked.sample, asked.view, years=years, top=top)
