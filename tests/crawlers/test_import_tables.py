"""The real tables of the shared material: which kind each is, and what becomes of its rows."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from crawlers.handed_in import records_of
from crawlers.importing import import_file
from crawlers.mappings import recognise
from crawlers.tabular import read_sheet
from pipelines.errors import InputError
from pipelines.store import schema
from tests.shared import shared

#: File, kind, layout, rows, rows that gave records, and what was rejected: how often by column.
TABLES = [
    ("tables/ai_major_first_batch_35.csv", "universities", "majors", 35, 35, {}),
    ("tables/ashare_employees_by_education.csv", "companies", "employees_by_education", 11587, 11587, {}),
    ("tables/ashare_executives.csv", "people", "executives", 24775, 24775, {}),
    ("tables/coinvestment_edges.csv", "links", "coinvestors", 5911, 5371, {"Leader": 540}),
    (
        *("tables/national_ai_policies.csv", "policies", "policy_register", 36, 35),
        {"issuers": 11, "issued": 3, "official_url": 1, "title_zh": 1},
    ),
    ("tables/regional_ai_policies.csv", "policies", "regional_policies", 21, 21, {"issuer": 11}),
    ("tables/llms_in_china.csv", "products", "language_models", 247, 247, {}),
    ("tables/national_ai_open_platforms_15.csv", "products", "open_platforms", 15, 15, {}),
    ("names/alias_gold_dev.csv", "names", "aliases", 32982, 32982, {}),
    ("names/investor_aliases_dev.csv", "names", "investor_names", 54, 54, {}),
    ("tables/investment_events_2010.csv", "financing", "investment_events", 1862, 1862, {}),
    ("tables/investment_events_2014.csv", "financing", "investment_events", 4540, 4540, {}),
]

#: Tables that state no fact about an organisation, and why.
NO_FACTS = {
    "tables/cities.csv": "a list of places",
    "tables/provinces.csv": "a list of places",
    "tables/gbt4754_2017.csv": "a classification of industries",
    "tables/elf_legal_forms_cn_hk_tw.csv": "a list of legal forms",
    "tables/national_ai_pilot_zones_18.csv": "cities that were named; no organisation",
    "names/company_match_pairs.csv": "pairs to judge by, not what a source says",
    "names/hard_negatives_dev.csv": "pairs to judge by, not what a source says",
}


@pytest.mark.shared
@pytest.mark.parametrize(("file", "kind", "layout", "rows", "good", "rejected"), TABLES)
def test_a_real_table(
    file: str, kind: str, layout: str, rows: int, good: int, rejected: dict[str, int]
) -> None:
    path = shared(file)
    sheet = read_sheet(path, path.read_bytes())
    mapping = recognise(kind, sheet.header, path.name)
    assert mapping.where == f"{layout}.yaml"
    assert mapping.unread(sheet.header) == []
    read = used = 0
    found: Counter[str] = Counter()
    for _, records, slips in records_of(mapping, sheet.rows):
        read += 1
        used += bool(records)
        found.update(one.field for one in slips)
        assert records or slips
        assert all(one.reason and one.locator.startswith("line:") for one in slips)
    assert (read, used, dict(found)) == (rows, good, rejected)


@pytest.mark.shared
@pytest.mark.parametrize("file", NO_FACTS)
@pytest.mark.parametrize("kind", ["companies", "names", "products"])
def test_a_table_without_facts_is_taken_for_none(file: str, kind: str) -> None:
    path = shared(file)
    with pytest.raises(InputError):
        recognise(kind, read_sheet(path, path.read_bytes()).header, path.name)


@pytest.mark.shared
def test_policies_and_majors_reach_the_store(store: Engine, tmp_path: Path) -> None:
    folder = shared("tables")
    import_file(store, tmp_path / "archive", "policies", folder / "regional_ai_policies.csv")
    import_file(store, tmp_path / "archive", "universities", folder / "ai_major_first_batch_35.csv")
    with store.connect() as connection:
        kinds = Counter(connection.execute(select(schema.fact.c.kind)).scalars())
    assert kinds == {"policy": 21, "name": 35, "attribute": 35}
