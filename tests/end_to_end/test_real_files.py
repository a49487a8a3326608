"""The real recorded responses and tables: every row is stored or rejected with a reason."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.program import data
from tests.shared import shared

pytestmark = pytest.mark.shared

#: Rows of each list below its header, counted in Word.
CAC_ROWS = {
    "algorithm_2022-08": 30, "algorithm_2022-10": 70, "algorithm_2023-01": 123, "algorithm_2023-04": 39,
    "algorithm_2023-12": 41, "algorithm_2024-04": 69, "algorithm_2024-06": 32, "algorithm_2024-08": 44,
    "algorithm_2024-10": 32, "algorithm_2024-12": 40, "algorithm_2025-03": 45, "algorithm_2025-05": 10,
    "algorithm_2025-07": 51, "deep_synthesis_2023-06": 41, "deep_synthesis_2023-08": 110,
    "deep_synthesis_2024-01": 129, "deep_synthesis_2024-02": 266, "deep_synthesis_2024-04": 394,
    "deep_synthesis_2024-06": 492, "deep_synthesis_2024-08": 487, "deep_synthesis_2024-10": 509,
    "deep_synthesis_2024-12": 411, "deep_synthesis_2025-03": 395, "deep_synthesis_2025-05": 211,
    "deep_synthesis_2025-07": 389,
}  # fmt: skip


def query(folder: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "valuenet.db")) as store:
        return store.execute(sql).fetchall()


def _pairs(rows: list[tuple[object, ...]]) -> dict[object, object]:
    return {row[0]: row[1] for row in rows}


def test_every_row_of_the_25_cac_lists(tmp_path: Path) -> None:
    found = data("crawl", "cac", "--replay", shared("web", "cac"), cwd=tmp_path)[0]
    assert (found["snapshots"], found["records"] + found["rejected"]) == (25, sum(CAC_ROWS.values()))
    counted = _pairs(
        query(
            tmp_path,
            "SELECT replace(replace(page.url, 'file:///cac/', ''), '.docx', ''), count(*) FROM evidence "
            "JOIN page ON page.id = evidence.page_id GROUP BY page.id",
        )
    )
    refused = query(tmp_path, "SELECT count(*) FROM rejected")[0][0]
    assert refused == found["rejected"]
    assert counted == CAC_ROWS
    assert found["facts_new"] == found["records"]


@pytest.mark.parametrize(("source", "pages", "records"), [("ror", 64, 64), ("gleif", 85, 243)])
def test_registries(source: str, pages: int, records: int, tmp_path: Path) -> None:
    found = data("crawl", source, "--replay", shared("web", f"{source}.warc.gz"), cwd=tmp_path)[0]
    assert (found["snapshots"], found["records"]) == (pages, records)
    rows = data("status", "--rejected", cwd=tmp_path)
    assert len(rows) == found["rejected"]
    assert all("says nothing of organisations" in row["reason"] for row in rows)
    again = data("crawl", source, "--replay", shared("web", f"{source}.warc.gz"), cwd=tmp_path)[0]
    assert again["facts_new"] + again["facts_changed"] + again["facts_ended"] == 0


def test_news_pages(tmp_path: Path) -> None:
    found = data("crawl", "news", "--replay", shared("web", "cn_news.warc.gz"), cwd=tmp_path)[0]
    assert (found["snapshots"], found["records"], found["rejected"]) == (8, 8, 0)


def test_financing_events(tmp_path: Path) -> None:
    files = [shared("tables", f"investment_events_{year}.csv") for year in range(2010, 2015)]
    found = data("import", "financing", *files, cwd=tmp_path)[0]
    assert (found["snapshots"], found["records"], found["rejected"]) == (5, 10_831, 0)
    evidence = query(
        tmp_path,
        "SELECT count(*) FROM evidence JOIN fact ON fact.id = evidence.fact_id WHERE fact.kind = 'financing'",
    )
    assert evidence == [(10_831,)]
    assert query(tmp_path, "SELECT count(*) FROM mention WHERE name IN ('未透露', '未披露')") == [(0,)]
    amounts = query(
        tmp_path,
        "SELECT DISTINCT low, high, unit FROM fact WHERE kind = 'financing' AND as_written = '1.5亿美元'",
    )
    assert amounts == [(150_000_000.0, 150_000_000.0, "USD")]
    open_ended = (
        "SELECT count(*) FROM fact WHERE as_written IN ('未披露', '未透露') AND (low NOTNULL OR high NOTNULL)"
    )
    assert query(tmp_path, open_ended) == [(0,)]


def test_financing_events_twice(tmp_path: Path) -> None:
    path = shared("tables", "investment_events_2010.csv")
    first = data("import", "financing", path, cwd=tmp_path)[0]
    again = data("import", "financing", path, cwd=tmp_path)[0]
    assert again["facts_new"] + again["facts_changed"] + again["facts_ended"] == 0
    assert again["facts_unchanged"] == first["facts_new"]


def test_executives_without_private_facts(tmp_path: Path) -> None:
    found = data("import", "people", shared("tables", "ashare_executives.csv"), cwd=tmp_path)[0]
    assert (found["records"], found["rejected"]) == (24_775, 0)
    assert query(tmp_path, "SELECT count(*) FROM fact WHERE kind = 'employment'")[0][0] == found["facts_new"]
    private = "SELECT count(*) FROM fact WHERE detail LIKE '%gender%' OR detail LIKE '%age%'"
    assert query(tmp_path, private) == [(0,)]


def test_staff_of_listed_companies(tmp_path: Path) -> None:
    whole = shared("tables", "ashare_employees_by_education.csv").read_text(encoding="utf-8-sig")
    path = tmp_path / "employees.csv"
    path.write_text("".join(whole.splitlines(keepends=True)[:2001]), encoding="utf-8")
    found = data("import", "companies", path, cwd=tmp_path)[0]
    assert (found["records"], found["rejected"]) == (2000, 0)
    rows = query(
        tmp_path,
        "SELECT fact.number, fact.unit, fact.valid_from FROM fact JOIN fact_mention r ON r.fact_id = fact.id "
        "JOIN mention_identifier i ON i.mention_id = r.mention_id WHERE i.value = '300565.SZ' "
        "AND fact.detail LIKE '%\"staff\"%' AND fact.valid_from = '2019-01-01'",
    )
    assert rows == [(802.0, "persons", "2019-01-01")]
