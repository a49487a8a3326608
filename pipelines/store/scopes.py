"""What a crawl was asked for, in words, and which pages that covers.

A run misses only pages that it could have met: those that a crawl with the same arguments met last. A limit,
written last, asks for fewer pages and not for others.
"""

from __future__ import annotations

import re

from sqlalchemy import ColumnElement, Table, and_, exists, or_

from pipelines.store import schema

_LIMIT = re.compile(r"(?:^| )limit=\d+$")


def met_in_scope(page: Table, scope: str) -> ColumnElement[bool]:
    """Whether the last run that met a page was a crawl that asked for the same as `scope`.

    What only a replay ever gave belongs to the crawls without arguments.
    """
    run = schema.run
    wide = _LIMIT.sub("", scope)
    limited = f"{wide} limit=" if wide else "limit="
    same = and_(
        run.c.kind == "crawl", or_(run.c.scope == wide, run.c.scope.startswith(limited, autoescape=True))
    )
    return exists().where(run.c.id == page.c.run_id, same if wide else or_(same, run.c.kind == "replay"))
