"""Inline charts: every number is a mark with its words and its way to the facts; nothing of the web breaks out."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from analytics.basis import Basis
from analytics.exhibits import LANGUAGES
from analytics.figures import FIGURES, figure
from analytics.report.canvas import Canvas, Mark, decades, nice_ticks, shortened, width_of
from analytics.report.inline_charts import NARROW, WIDE, inline_chart

DRAWN = ["figure_10", "figure_22", "figure_23", "figure_26", "figure_27", "figure_28"]


@pytest.mark.parametrize("identity", DRAWN)
def test_marks_lead_to_the_facts_of_their_cells(world_basis: Basis, identity: str) -> None:
    shown = figure(world_basis, identity)
    for language in LANGUAGES:
        drawn = inline_chart(shown, language, lambda path: f"facts/{path}")
        assert drawn is not None
        page = html.fragment_fromstring(str(drawn), create_parent=True)
        wide, narrow = page.xpath("./svg")
        assert [float(one.get("viewbox").split()[2]) for one in (wide, narrow)] == [WIDE, NARROW]
        paths = {path for path, _, _ in shown.table.paths()}
        for one in (wide, narrow):
            links = one.xpath(".//a")
            assert links
            assert {link.get("href").removeprefix("facts/") for link in links} <= paths
            assert all(link.xpath("./title/text()") == [link.get("aria-label")] for link in links)


def test_a_point_says_its_value_and_gaps_are_not_joined(world_basis: Basis) -> None:
    shown = figure(world_basis, "23")
    drawn = str(inline_chart(shown, "en", lambda _path: ""))
    assert "2019 · Input: 1" in drawn
    frame = shown.table.frame.copy()
    frame["input"] = frame["input"].astype("Int64")
    frame.loc[2, "input"] = None
    broken = replace(shown, table=replace(shown.table, frame=frame), series=("input",))
    again = str(inline_chart(broken, "en", lambda _path: ""))
    assert again.count('stroke-width="2.2"') == 2 * 2  # two runs, wide and narrow
    assert "2020 · Input" not in again


def test_columns_lie_down_where_their_words_would_touch(world_basis: Basis) -> None:
    shown = replace(figure(world_basis, "23"), chart="columns", series=("input",))
    assert str(inline_chart(shown, "zh", str)).count('text-anchor="middle">2021</text>') == 2
    frame = shown.table.frame.assign(year=["很长的类别名称" * 4 + str(one) for one in range(4)])
    long = replace(shown, table=replace(shown.table, frame=frame))
    drawn = str(inline_chart(long, "zh", str))
    assert 'text-anchor="middle"' not in drawn
    assert "…" in drawn


def test_what_has_nothing_to_draw_is_not_drawn(world_basis: Basis) -> None:
    assert inline_chart(figure(world_basis, "18"), "zh", str) is None
    empty = figure(world_basis, "4")
    assert inline_chart(empty, "zh", str) is None


def test_every_figure_is_well_formed(world_basis: Basis) -> None:
    for identity in FIGURES:
        drawn = inline_chart(figure(world_basis, identity), "zh", str)
        if drawn is not None:
            etree.fromstring(f"<x>{drawn}</x>")
            assert "nan" not in drawn
            assert " style=" not in drawn
            assert " id=" not in drawn


@given(st.text(max_size=60), st.text(max_size=60))
def test_words_stay_words(title: str, words: str) -> None:
    canvas = Canvas(100, 100)
    canvas.text(1, 2, words)
    canvas.bar((0, 0, 1, 1), "#000000", Mark(title, "facts/a.html"))
    canvas.dot(0, 0, 2, "#000000", Mark(title, "", words))
    drawn = str(canvas.markup(title, "plot"))
    assert drawn.count("<") == drawn.count(">") == len(re.findall(r"</?[a-z]+[^<>]*>", drawn))
    assert "<script" not in drawn


@given(st.floats(1e-6, 1e12), st.integers(2, 9), st.booleans())
def test_ticks_reach_the_highest_value(high: float, wanted: int, whole: bool) -> None:
    ticks = nice_ticks(high, wanted, whole)
    assert ticks[0] == 0
    assert ticks[-1] >= high * (1 - 1e-6)
    assert ticks == sorted(set(ticks))
    assert len(ticks) <= 2 * wanted + 3
    if whole:
        assert all(tick == int(tick) for tick in ticks)


@given(st.floats(1e-6, 1.0), st.floats(1.0, 1e9))
def test_decades_lie_within(low: float, high: float) -> None:
    found = decades(low, high)
    assert all(low * 0.999 <= one <= high * 1.001 for one in found)
    assert found == sorted(found)
    assert any(math.isclose(one, 1.0) for one in found)


@given(st.text(max_size=80), st.floats(20, 400))
def test_shortened_words_fit(text: str, most: float) -> None:
    short = shortened(text, most)
    assert short == text or (short.endswith("…") and width_of(short) <= most)
