"""What changed against the edition before: for a page and a file of the report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Engine, select

from analytics.basis import Basis, basis
from analytics.compare_editions import EditionComparison, before, compare_editions
from analytics.sample import show
from pipelines.errors import UsageError
from pipelines.store import schema

#: The tables that are compared; the command `compare` takes any.
COMPARED: Final = ("table_1", "table_3", "table_4", "table_5", "table_6", "table_7")
#: Differences on the page; the file has all.
ROWS_MOST: Final = 500
#: Names of companies that entered or left the sample, on the page.
NAMES_MOST: Final = 200


@dataclass(frozen=True, eq=False)
class Changes:
    """`edition` is the one before; `known` is the moment that it is looked at as known on (None: now)."""

    edition: str
    known: dt.datetime | None
    found: EditionComparison


def changes(engine: Engine, ours: Basis, exhibits: Collection[str]) -> Changes | None:
    """The tables among the exhibits beside those of the edition before, as it was known when it was frozen; None
    where there is no such edition. One that had nothing to count then is looked at as known now."""
    wanted = [one for one in COMPARED if one in exhibits]
    with engine.connect() as connection:
        names = connection.execute(select(schema.sample_edition.c.edition)).scalars().all()
    earlier = before(names, ours.edition.name)
    if earlier is None or not wanted:
        return None
    known = show(engine, earlier).frozen_at
    view = ours.facts.view
    try:
        other = basis(engine, earlier, replace(view, known=known), top=ours.top)
    except UsageError:  # no relation was known on that day
        known = view.known
        other = basis(engine, earlier, view, top=ours.top)
    return Changes(earlier, known, compare_editions(engine, ours, other, wanted))
