"""The edition of 2014 from real tables: what they support is there, and what they say nothing of is a gap, never zero."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import pytest

from analytics.basis import Basis, basis
from analytics.charts import is_empty
from analytics.exhibits import Figure, Table, table_of
from analytics.figures import FIGURES, figure
from analytics.tables import TABLES, table
from pipelines.store.session import open_store
from tests.program import run
from tests.shared import shared

pytestmark = pytest.mark.shared

#: Of the real events these are taken: those with this tag of the report's subject, and every tenth of the others.
TAG = "人工智能"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Basis]:
    folder = tmp_path_factory.mktemp("real")
    with shared("tables", "investment_events_2014.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    at = header.index("industries")
    chosen = [row for place, row in enumerate(rows) if TAG in row[at] or place % 10 == 0]
    with (folder / "events.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *chosen])
    run("import", "financing", folder / "events.csv", cwd=folder)
    run("resolve", cwd=folder)
    run("sample", "propose", "2014", "--until", "2014", cwd=folder)
    run("sample", "freeze", "2014", cwd=folder)
    engine = open_store(f"sqlite:///{folder / 'valuenet.db'}")
    yield basis(engine, "2014")
    engine.dispose()


def exhibits(made: Basis) -> Iterator[tuple[str, Table, Figure | None]]:
    for one in TABLES:
        yield one, table(made, one), None
    for one in FIGURES:
        drawn = figure(made, one)
        yield one, table_of(drawn), drawn


#: What rounds of financing and tags support.
TOLD = {"table_1", "table_3", "table_7", "figure_7", "figure_18", "figure_22"}
#: What they say nothing of: staff, revenue, research, patents, people, technology relations.
SILENT = {"table_2", *(f"figure_{number}" for number in (*range(4, 7), 13, 14, 15, 16, 17, *range(23, 60)))}


def test_what_the_tables_tell_is_there_and_the_rest_is_a_gap(made: Basis) -> None:
    assert len(made.sample) > 10
    for identity, shown, drawn in exhibits(made):
        numbers = [
            shown.value(row, column.name)
            for row in range(len(shown.frame))
            for column in shown.columns
            if column.numeric
        ]
        if identity in TOLD:
            assert any(numbers), identity
        if identity in SILENT:
            # none may be nought, but for the counts of what has no category or country
            left = [
                shown.value(row, column.name)
                for row in range(len(shown.frame))
                for column in shown.columns
                if column.numeric and column.name not in ("unlabelled", "unknown", "relations")
            ]
            assert not [one for one in left if one is not None], identity
            assert drawn is None or is_empty(drawn), identity


def test_layers_that_no_source_tells_of_are_gaps(made: Basis) -> None:
    counts = table(made, "1").frame.set_index("item")["count"]
    layers = counts[["foundation_layer", "technology_layer", "application_layer"]]
    assert layers.isna().all()
    assert counts["sample_companies"] == counts["no_layer"] == len(made.sample)


def test_every_investor_of_the_ranking_has_invested_in_the_sample(made: Basis) -> None:
    shown = table(made, "7")
    assert len(shown.frame)
    for row in range(len(shown.frame)):
        count = shown.value(row, "companies")
        assert len(shown.behind(row, "companies")) >= count > 0
