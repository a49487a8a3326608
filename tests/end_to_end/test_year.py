"""A year of daily visits: what was known on a day is what the world then said."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

from sqlalchemy import Engine, select

from pipelines.store import schema
from pipelines.store.session import open_store
from tests.crawlers.site import HOST
from tests.end_to_end.year import NAMES, START, WEEK
from tests.program import ROOT, environment, run

#: A whole year takes minutes: `python -m tests.end_to_end.year FOLDER 365 7` and the same checks.
DAYS = 40


def known_on(engine: Engine, moment: dt.datetime) -> dict[str, set[str]]:
    """Article → the organisations of the cooperation that it was known to report."""
    evidence, page, who, mention = schema.evidence, schema.page, schema.fact_mention, schema.mention
    query = (
        select(page.c.url, mention.c.name)
        .join(evidence, evidence.c.page_id == page.c.id)
        .join(schema.fact, schema.fact.c.id == evidence.c.fact_id)
        .join(who, who.c.fact_id == evidence.c.fact_id)
        .join(mention, mention.c.id == who.c.mention_id)
        .where(
            page.c.source == "news", schema.fact.c.kind == "cooperation", evidence.c.first_seen <= moment,
            evidence.c.ended_at.is_(None) | (evidence.c.ended_at > moment),
        )
    )  # fmt: skip
    found: dict[str, set[str]] = {}
    with engine.connect() as connection:
        for url, name in connection.execute(query):
            found.setdefault(url.removeprefix(f"https://{HOST}"), set()).add(name)
    return found


def test_what_was_known_on_a_day_is_what_the_site_said_then(tmp_path: Path) -> None:
    (tmp_path / "names.csv").write_text("公司名称\n" + "\n".join(NAMES) + "\n", encoding="utf-8")
    run("import", "companies", "names.csv", cwd=tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "tests.end_to_end.year", str(tmp_path), str(DAYS), "7"],
        cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=55, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    truth = json.loads(done.stdout.splitlines()[-1])
    assert len(truth) == DAYS
    engine = open_store(f"sqlite:///{tmp_path / 'valuenet.db'}")
    for day, said in enumerate(truth):
        at = START + dt.timedelta(days=day, hours=1)
        assert known_on(engine, at) == {url: set(names) for url, names in said.items()}, f"day {day}"
    with engine.connect() as connection:
        outcomes = connection.execute(
            select(schema.run.c.started_at, schema.run.c.outcome)
            .where(schema.run.c.kind == "crawl")
            .order_by(schema.run.c.id)
        ).all()
        spans = connection.execute(
            select(schema.evidence.c.id).where(schema.evidence.c.ended_at.is_not(None))
        ).all()
    engine.dispose()
    assert [row.outcome != "complete" for row in outcomes] == [day in WEEK for day in range(DAYS)]
    assert len(spans) > 5
