"""Mappings are checked, and known headers recognised."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawlers.mappings import FIELDS, layouts, load_mapping, recognise
from pipelines.errors import InputError, UsageError

GOOD = """
kind: financing
source: {name: mine, title: Mine}
columns: {date: 日期, target: 企业, amount: 金额}
lists: {investors: "、"}
absent: [未披露]
left: {备注: internal}
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "m.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_mapping(tmp_path: Path) -> None:
    mapping = load_mapping(written(tmp_path, GOOD))
    assert mapping.columns == {"date": "日期", "target": "企业", "amount": "金额"}
    assert mapping.missing(("日期", "企业")) == ["金额"]
    assert mapping.unread(("日期", "企业", "金额", "备注", "其他")) == ["其他"]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (GOOD.replace("financing", "gossip"), "kind"),
        (GOOD.replace("target: 企业, ", ""), "columns.target"),
        (GOOD.replace("amount", "amuont"), "columns.amuont"),
        (GOOD.replace("金额", "12"), "columns.amount"),
        (GOOD + "colour: red\n", "colour"),
        ("- a list\n", ""),
    ],
)
def test_a_slip_is_named(tmp_path: Path, text: str, field: str) -> None:
    with pytest.raises(InputError) as caught:
        load_mapping(written(tmp_path, text))
    assert "m.yaml" in caught.value.where
    assert field in caught.value.field


def test_the_layouts_that_ship_are_sound() -> None:
    kinds = set()
    for layout in layouts():
        assert layout.header, layout.where
        assert layout.source["name"]
        read = {*layout.columns.values(), *layout.attributes.values(), *layout.left}
        assert set(layout.header) <= read, layout.where
        assert recognise(layout.kind, layout.header, "x.csv") is layout
        kinds.add(layout.kind)
    assert kinds == set(FIELDS)


def test_an_unknown_header_names_what_is_missing() -> None:
    with pytest.raises(InputError, match="investment_events") as caught:
        recognise("financing", ("event_id", "date", "investee_id", "investor_names"), "r.csv")
    assert "series" in caught.value.field
    assert "--mapping" in caught.value.hint
    with pytest.raises(UsageError, match="companies, financing, people"):
        recognise("gossip", ("a",), "r.csv")
