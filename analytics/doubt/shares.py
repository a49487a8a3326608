"""Supplement 7: how the shares of the last year move over what is undecided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from analytics.basis import Basis
from analytics.doubt.ranks import Doubts, doubts, what_was_drawn
from analytics.doubt.simulation import DRAWS, interval, percent
from analytics.exhibits import Column, Figure, Table, Words
from analytics.figure_flows import empowerment_figure, input_figure
from analytics.figure_technology import areas_figure, categories_figure
from analytics.simple_graph import Ints
from pipelines.taxonomy import taxonomy

TITLE: Final = Words("占比的不确定性", "How sure the shares are")

_PERCENT: Final = Words("%", "%")
#: Of a bound of the middle 90 %.
_BOUND: Final = Words("%，90% 区间", "%, 90 % range")
#: List of shares → its words, and the figure that publishes them.
_LISTS: Final = {
    "technology_categories": (Words("技术类别", "Technology categories"), categories_figure),
    "application_areas": (Words("应用领域", "Application areas"), areas_figure),
    "input": (Words("技术输入：提供方所在", "Technology input: where the provider is"), input_figure),
    "empowerment": (
        Words("技术赋能：接受方所在", "Technology empowerment: where the recipient is"),
        empowerment_figure,
    ),
}
#: Codes of shares by country, in the order in which they are counted.
_PLACES: Final[Mapping[str, Words]] = {
    "foreign": Words("国外", "Foreign"),
    "domestic": Words("国内", "Domestic"),
}
_COLUMNS: Final = (
    Column("list", Words("占比类别", "Shares"), "key"),
    Column("code", Words("代码", "Code"), "key", shown=False),
    Column("label", Words("类别", "Category"), "text", english="label_en"),
    Column("share", Words("占比", "Share"), "share", _PERCENT, 2),
    Column("low", Words("下限", "Low"), "share", _BOUND, 2),
    Column("median", Words("中位数", "Median"), "share", _PERCENT, 2),
    Column("high", Words("上限", "High"), "share", _BOUND, 2),
    Column("identity_low", Words("仅主体判定：下限", "Identities alone: low"), "share", _PERCENT, 2),
    Column("identity_high", Words("仅主体判定：上限", "Identities alone: high"), "share", _PERCENT, 2),
)
_BOUNDS: Final = ("low", "median", "high", "identity_low", "identity_high")


def share_intervals(engine: Engine, basis: Basis, draws: int = DRAWS) -> pd.DataFrame:
    """A row for each share of the last year: `list` (a taxonomy, `input` or `empowerment`), `code`, `share`, and
    over the draws `low`, `median` and `high` (percent: the bounds of 90 %), and those over identities alone. NaN
    where there is nothing to share.

    All categories of a list add up to 100; domestic and foreign do, among the relations whose other side's country
    is known.
    """
    found = doubts(engine, basis, draws)
    parts = [_of_list(found, listed) for listed in _LISTS]
    return pd.concat(parts, ignore_index=True)


def _of_list(found: Doubts, listed: str) -> pd.DataFrame:
    low, middle, high = _bounds(found.both.shares[listed])
    first, _, last = _bounds(found.who.shares[listed])
    codes = found.ground.labels[listed].codes if listed in found.ground.labels else tuple(_PLACES)
    columns = dict(zip(_BOUNDS, (low, middle, high, first, last), strict=True))
    return pd.DataFrame(
        {"list": listed, "code": codes, "share": percent(found.both.base.shares[listed]), **columns}
    )


def _bounds(drawn: np.typing.NDArray[np.float64]) -> tuple[np.typing.NDArray[np.float64], ...]:
    """Of the draws that have anything to share."""
    some = drawn[~np.isnan(drawn).any(axis=1)]
    if not len(some):
        return (np.full(drawn.shape[1], np.nan),) * 3
    return tuple(np.asarray(one, dtype=np.float64) for one in interval(some))


def shares_table(engine: Engine, basis: Basis, draws: int = DRAWS) -> Table:
    """Supplement 7: rows by `list` and `code`; behind a share are the facts behind the figure's cell."""
    found = doubts(engine, basis, draws)
    frame = share_intervals(engine, basis, draws)
    words = [_label(listed, code) for listed, code in zip(frame["list"], frame["code"], strict=True)]
    frame = frame.assign(label=[one.zh for one in words], label_en=[one.en for one in words])
    figures: dict[str, Figure] = {}

    def behind(row: int, _column: str) -> Ints:
        listed, code = str(frame["list"].iloc[row]), str(frame["code"].iloc[row])
        if listed not in figures:
            figures[listed] = _LISTS[listed][1](basis)
        shown = figures[listed].table
        return shown.behind(len(shown.frame) - 1, code)

    notes = (
        Words(
            f"占比为 {basis.last} 年末累积的技术关系；类别占比以（关系，类别）对计，"
            "国内外占比只计对方国别已知的关系。",
            f"Shares of the technology relations by the end of {basis.last}: of (relation, category) pairs, or of "
            "the relations whose other side's country is known.",
        ),
        *what_was_drawn(found),
        Words(
            "类别本身的误判未计入；区间只反映谁是谁和事实是否读对。",
            "A wrong category is not drawn: the ranges are about who is who, and whether a fact was read rightly.",
        ),
    )
    blocks = {listed: said for listed, (said, _) in _LISTS.items()}
    return Table("supplement_7", TITLE, _COLUMNS, ("list", "code"), "share", frame, behind, notes, blocks)


def _label(listed: str, code: str) -> Words:
    if code in _PLACES:
        return _PLACES[code]
    term = taxonomy(listed)[code]
    return Words(term.zh, term.en or term.zh)
