"""Parts of the report: its summary, supplements, histories, changes, ranges, and the printed contents."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from lxml import html
from sqlalchemy import Engine, insert, select, update

from analytics.basis import Basis, basis
from analytics.cells import exhibit
from analytics.exhibits import table_of
from analytics.report.changes import changes
from analytics.report.chapters import chapters
from analytics.report.histories import DECISIONS_MOST, histories
from analytics.report.pdf import headings, with_page_numbers
from analytics.report.rank_ranges import NOTE, rank_ranges
from analytics.report.shown import shown_exhibit
from analytics.report.site import write_report
from analytics.report.summary import Summary
from analytics.supplements import SUPPLEMENTS
from analytics.tables import TABLES, table
from pipelines.store import schema
from pipelines.store.session import writing
from tests.analytics.made_supplement import MADE
from tests.analytics.world import SEEN, entity_id, world


@pytest.fixture
def own_world(tmp_path: Path) -> Engine:
    """A world to write into."""
    return world(f"sqlite:///{tmp_path / 'own.db'}", tmp_path / "archive")


# ── the summary ───────────────────────────────────────────────────────────────────────────────────


def test_sentences_are_made_of_cells(world_store: Engine, world_basis: Basis) -> None:
    exhibits = {one: exhibit(world_store, world_basis, one) for one in (*TABLES, "figure_23", "figure_27")}
    summary = Summary(world_basis, exhibits)
    said = ["".join(piece.text for piece in one) for one in summary.sentences("en")]
    assert (
        "At the end of 2021 the value network has 13 nodes (4 sample nodes and 9 relation nodes) and 16 edges; "
        "the average degree is 1.231."
    ) in said
    assert "The institutional investor in most sample companies is Sequoia China (红杉资本中国) (2)." in said
    assert not any("area" in one for one in said)  # Figure 40 is not there
    for sentence in summary.sentences("zh"):
        for piece in sentence:
            if piece.path:
                shown = table_of(exhibits[piece.path.partition("/")[0]])
                assert piece.path in {path for path, _, _ in shown.paths()}
    (check,) = summary.check()
    assert check.ok
    assert [one.text for one in summary.key_numbers()] == ["4", "13", "16", "1.231", "5"]


def test_what_nobody_knows_is_in_no_sentence(world_store: Engine, world_basis: Basis) -> None:
    shown = table(world_basis, "3")
    frame = shown.frame.assign(edges=pd.array([None] * len(shown.frame), dtype="Int64"))
    summary = Summary(world_basis, {"table_3": replace(shown, frame=frame)})
    assert summary.sentences("zh") == []
    assert summary.check() == []
    assert [one.path for one in summary.key_numbers()] == [
        "table_3/2021/nodes",
        "table_3/2021/average_degree",
    ]


# ── supplements, chapters ─────────────────────────────────────────────────────────────────────────


def test_every_exhibit_has_its_chapter_and_unknown_ones_the_last() -> None:
    every = [*TABLES, *SUPPLEMENTS, "supplement_99"]
    found = chapters(every)
    assert sorted(one for chapter in found for one in chapter.exhibits) == sorted(every)
    assert found[-1].id == "further"
    assert found[-1].exhibits == ("supplement_99",)
    assert [one.id for one in chapters(["table_7"])] == ["investment"]
    assert chapters([]) == []


def test_a_supplement_is_shown_with_its_facts(
    world_store: Engine, world_basis: Basis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one, entry in MADE.items():
        monkeypatch.setitem(SUPPLEMENTS, one, entry)
    write_report(world_store, world_basis, tmp_path, only=["supplement_99"])
    page = html.fromstring((tmp_path / "en" / "chapters" / "further.html").read_bytes())
    assert page.xpath("//h2/text()")[0] == "Supplement 99"
    (cell,) = page.xpath("//td[@id='supplement_99/2021/doubt']")
    assert cell.text_content() == "3"
    assert (tmp_path / "en" / "chapters" / cell.xpath("./a/@href")[0]).is_file()
    assert page.xpath("//td[@id='supplement_99/2020/doubt']/text()") == ["–"]
    assert (tmp_path / "data" / "supplement_99.csv").is_file()


# ── who is who ────────────────────────────────────────────────────────────────────────────────────


def test_decisions_of_persons_come_first_and_undone_ones_say_so(own_world: Engine) -> None:
    mention = schema.mention
    with writing(own_world) as connection:
        ids = {row.name: row.id for row in connection.execute(select(mention.c.name, mention.c.id))}
        row = {
            "left_id": ids["华为"], "right_id": ids["华为公司"], "verdict": "same", "reason": "one number", "made_at": SEEN,
        }  # fmt: skip
        for by in ("person:甲", *["rule:name"] * (DECISIONS_MOST + 1)):
            connection.execute(insert(schema.judgement).values(**row, by=by))
        connection.execute(
            insert(schema.judgement).values(**{**row, "verdict": "undo"}, by="person:乙", undoes=1)
        )
    found = histories(own_world, basis(own_world), [entity_id("华为"), entity_id("腾讯")])
    history = found[entity_id("华为")]
    assert [(one.by, one.verdict, one.undone) for one in history.decisions[:3]] == [
        ("person:乙", "undo", False),
        ("person:甲", "same", True),
        ("rule:name", "same", False),
    ]
    assert history.decisions[1].left == "华为"
    assert history.more == 3
    assert found[entity_id("腾讯")].decisions == ()
    own_world.dispose()


# ── the edition before ────────────────────────────────────────────────────────────────────────────


def test_changes_against_the_edition_before(own_world: Engine, tmp_path: Path) -> None:
    assert changes(own_world, basis(own_world), TABLES) is None
    with writing(own_world) as connection:
        connection.execute(
            insert(schema.sample_edition).values(
                edition="2020", proposed_at=SEEN, frozen_at=SEEN, frozen_by="tests", rule={"until": 2021}
            )
        )
        member = schema.sample_member
        rows = [row._asdict() for row in connection.execute(select(member).where(member.c.edition == "2021"))]
        for row in rows:
            if row["entity_id"] != entity_id("百度"):
                connection.execute(insert(member).values(**{**row, "edition": "2020"}))
    found = changes(own_world, basis(own_world, "2021"), TABLES)
    assert found is not None
    assert (found.edition, found.known, found.found.entered) == ("2020", SEEN, ["百度"])
    with writing(own_world) as connection:  # frozen before anything was known
        edition = schema.sample_edition
        early = SEEN - dt.timedelta(days=9)
        connection.execute(update(edition).where(edition.c.edition == "2020").values(frozen_at=early))
    again = changes(own_world, basis(own_world, "2021"), TABLES)
    assert again is not None
    assert again.known is None
    out = tmp_path / "report"
    write_report(own_world, basis(own_world, "2021"), out, only=["table_1", "table_3"])
    page = html.fromstring((out / "en" / "changes.html").read_bytes())
    assert "百度" in page.text_content()
    assert "another sample" in page.text_content()
    assert all((out / "en" / one.partition("#")[0]).is_file() for one in page.xpath("//tbody//a/@href"))
    assert (out / "data" / "changes.csv").read_text(encoding="utf-8").startswith("path,table,row,")
    own_world.dispose()


# ── ranges of ranks ───────────────────────────────────────────────────────────────────────────────


def test_ranges_stand_beside_ranks(world_basis: Basis) -> None:
    ranges = {"table_4/2021/1": "1–3"}
    shown = shown_exhibit(table(world_basis, "4"), "en", lambda _path: "", frozenset(), ranges)
    block = next(one for one in shown.blocks if one.title == "2021")
    assert [line[0].beside for line in block.rows[:2]] == ["1–3", ""]
    assert shown.notes[-1] == NOTE.en
    without = shown_exhibit(table(world_basis, "4"), "en", lambda _path: "", frozenset())
    assert NOTE.en not in without.notes
    other = shown_exhibit(table(world_basis, "5"), "en", lambda _path: "", frozenset(), ranges)
    assert NOTE.en not in other.notes


def test_ranges_hold_their_ranks(world_store: Engine, world_basis: Basis) -> None:
    assert rank_ranges(world_store, world_basis, ["table_1"]) == {}
    known = {table(world_basis, "4").row_path(row) for row in range(len(table(world_basis, "4").frame))}
    for path, text in rank_ranges(world_store, world_basis, ["table_4"]).items():
        low, high = map(int, text.split("–"))
        assert path in known
        assert 1 <= low < high


# ── the printed contents ──────────────────────────────────────────────────────────────────────────


def test_page_numbers_are_put_into_the_contents() -> None:
    text = '<span class="page" data-page="a"></span><span class="page" data-page="b"></span><h2 id="a">A</h2><h3>x</h3>'
    assert headings(text) == ["a", ""]
    assert with_page_numbers(text, {"a": 7}).startswith(
        '<span class="page" data-page="a">7</span><span class="page" data-page="b"></span>'
    )
