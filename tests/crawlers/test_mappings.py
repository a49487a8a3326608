"""Mappings are checked, and known headers recognised."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawlers.kinds import kinds
from crawlers.mappings import Mapping, by_column_names, layouts, load_mapping, recognise
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
        (GOOD + "fixed: {amuont: 1亿}\n", "fixed.amuont"),
        (GOOD + "fixed: {date: 2014年}\n", "fixed.date"),
        (GOOD + "attributes: {revenue: 收入}\n", "attributes"),
        (GOOD + "values: {round: {A: B}}\n", "values.round"),
        ("- a list\n", ""),
    ],
)
def test_a_slip_is_named(tmp_path: Path, text: str, field: str) -> None:
    with pytest.raises(InputError) as caught:
        load_mapping(written(tmp_path, text))
    assert "m.yaml" in caught.value.where
    assert field in caught.value.field


def test_the_layouts_that_ship_are_sound() -> None:
    for layout in layouts():
        assert layout.header, layout.where
        assert layout.source["name"]
        read = {*layout.columns.values(), *layout.attributes.values(), *layout.left}
        assert set(layout.header) <= read, layout.where
        assert recognise(layout.kind, layout.header, "x.csv") is layout


def test_an_unknown_header_names_what_is_missing() -> None:
    with pytest.raises(InputError, match="investment_events") as caught:
        recognise("financing", ("event_id", "date", "investee_id", "investor_names"), "r.csv")
    assert "series" in caught.value.field
    assert "--mapping" in caught.value.hint
    with pytest.raises(UsageError, match="companies, universities, "):
        recognise("gossip", ("a",), "r.csv")


def test_words_of_a_file_mean_words_that_are_taken(tmp_path: Path) -> None:
    text = "kind: companies\nsource: {name: mine}\ncolumns: {name: 企业, kind: 性质}\nvalues: {kind: {民企: %s}}\n"
    mapping = load_mapping(written(tmp_path, text % "company"))
    assert mapping.values == {"kind": {"民企": "company"}}
    with pytest.raises(InputError, match="must mean one of: company, university") as caught:
        load_mapping(written(tmp_path, text % "firm"))
    assert caught.value.field == "values.kind.民企"


def by_names(kind: str, *header: str) -> Mapping:
    found = by_column_names(kinds()[kind], header)
    assert found is not None
    return found


def test_columns_are_known_by_their_names() -> None:
    found = recognise(
        "patents", ("序号", "公开（公告）号", "标题", "申请人", "申请号", "申请 日", "价值"), "p.csv"
    )
    assert found.columns == {
        "number": "公开（公告）号",
        "title": "标题",
        "applicants": "申请人",
        "application": "申请号",
        "filed": "申请 日",
    }
    assert set(found.left) == {"序号"}
    assert found.unread(("公开（公告）号", "价值", "申请号", "序号")) == ["价值"]


def test_the_first_of_several_names_is_read() -> None:
    assert by_names("patents", "申请号", "公开号").columns == {"number": "公开号", "application": "申请号"}
    assert by_names("patents", "申请号").columns == {"number": "申请号"}
    assert by_names("companies", "企业名称", "证券简称").columns == {
        "name": "企业名称",
        "short_name": "证券简称",
    }


def test_a_column_called_as_a_field_is_that_fields() -> None:
    assert by_names("names", "name", "alias", "type").columns == {
        "canonical": "name",
        "alias": "alias",
        "type": "type",
    }
    assert by_names("names", "canonical", "name", "简称").columns == {
        "canonical": "canonical",
        "alias": "简称",
    }


def test_every_kind_is_known_by_its_own_words_and_by_chinese_ones() -> None:
    for kind in kinds().values():
        fields = {**kind.fields, **kind.attributes}
        own = by_column_names(kind, tuple(fields))
        assert own is not None
        assert own.columns == {name: name for name in kind.fields}
        assert own.attributes == {name: name for name in kind.attributes}
        for one in kind.fields.values():
            if one.required and one.name != "other":
                assert any("一" <= name[0] <= "龥" for name in one.columns), (kind.name, one.name)


def test_a_header_of_another_kind_is_not_taken() -> None:
    with pytest.raises(InputError, match="valuenet import people FILE"):
        recognise("companies", ("name", "gender", "age", "code", "jobs"), "x.csv")
    with pytest.raises(InputError, match="half of the columns or more are unknown for companies: code"):
        recognise("companies", ("code", "name"), "x.csv")
    with pytest.raises(InputError, match=r"no column is known as alias \(别名") as caught:
        recognise("names", ("canonical", "x"), "x.csv")
    assert caught.value.field == "alias"
