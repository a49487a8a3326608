"""Files handed in: good rows go in, bad ones are kept with line and column, bad files named; twice is once."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import Engine, func, select

from crawlers import importing
from crawlers.importing import import_file
from pipelines.errors import InputError, UsageError
from pipelines.store import schema
from pipelines.store.archive import read_warc
from tests.program import data, run
from tests.store_content import content

HEADER = (
    "event_id,date,investee_id,investee_shortname,investee_fullname,investor_number,investor_ids,"
    "investor_leader_id,investor_names,series,amount,industries\n"
)
GOOD = "1,2014-01-02,9,甲科技,北京甲科技有限公司,1,5,5,IDG资本,A轮,数千万人民币,人工智能\n"
BAD = "2,2021-13-40,9,甲科技,北京甲科技有限公司,1,5,5,IDG资本,A轮,数千万人民币,人工智能\n"
MAPPING = """
kind: financing
source: {name: mine, title: Mine, publisher: Me, licence: internal}
columns: {date: 日期, target: 企业, investors: 投资方, round: 轮次, amount: 金额}
lists: {investors: "、"}
absent: [未披露]
"""
OWN = "日期,企业,投资方,轮次,金额,备注\n2014-05-06,甲科技,真格基金、未披露,天使轮,未披露,x\n"


def written(tmp_path: Path, text: str, name: str = "rounds.csv", encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def rejected(engine: Engine) -> list[tuple[str, str, str, str]]:
    table = schema.rejected
    with engine.connect() as connection:
        rows = connection.execute(
            select(table.c.locator, table.c.field, table.c.value, table.c.reason)
            .where(table.c.ended_at.is_(None))
            .order_by(table.c.locator, table.c.field)
        )
        return [tuple(row) for row in rows]


def count(engine: Engine, kind: str) -> int:
    with engine.connect() as connection:
        query = select(func.count()).select_from(schema.fact).where(schema.fact.c.kind == kind)
        return int(connection.execute(query).scalar_one())


def test_good_rows_go_in_and_bad_ones_are_kept(store: Engine, tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + GOOD + BAD + GOOD.replace("1,", "3,", 1))
    done = import_file(store, tmp_path / "archive", "financing", path)
    assert (done.outcome, done.counts.records, done.counts.rejected) == ("complete", 2, 1)
    assert count(store, "financing") == 2
    assert [row[:3] for row in rejected(store)] == [("line:3", "date", "2021-13-40")]
    assert len(done.refused) == 1
    assert done.refused[0].startswith(f"{tmp_path.name}/rounds.csv line:3: field date: ")
    assert "2021-13-40" in done.refused[0]


def test_twice_is_once_and_a_mended_row_ends_its_rejection(store: Engine, tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + GOOD + BAD)
    import_file(store, tmp_path / "archive", "financing", path)
    before = content(store)
    again = import_file(store, tmp_path / "archive", "financing", path)
    assert (again.counts.facts_new, again.counts.facts_changed) == (0, 0)
    assert content(store) == before
    written(tmp_path, HEADER + GOOD + BAD.replace("2021-13-40", "2014-03-04"))
    mended = import_file(store, tmp_path / "archive", "financing", path)
    assert mended.counts.facts_new == 1
    assert rejected(store) == []


def test_a_row_taken_out_ends_its_facts(store: Engine, tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + GOOD + GOOD.replace("1,", "3,", 1).replace("IDG", "NEA"))
    import_file(store, tmp_path / "archive", "financing", path)
    written(tmp_path, HEADER + GOOD)
    done = import_file(store, tmp_path / "archive", "financing", path)
    assert done.counts.facts_ended >= 1
    evidence, fact = schema.evidence, schema.fact
    with store.connect() as connection:
        open_ones = connection.execute(
            select(func.count())
            .select_from(evidence.join(fact, fact.c.id == evidence.c.fact_id))
            .where(fact.c.kind == "financing", evidence.c.ended_at.is_(None))
        ).scalar_one()
    assert open_ones == 1


def test_gb18030_just_works(store: Engine, tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + GOOD, encoding="gb18030")
    assert import_file(store, tmp_path / "archive", "financing", path).counts.records == 1
    with store.connect() as connection:
        names = set(connection.execute(select(schema.mention.c.name)).scalars())
    assert {"甲科技", "IDG资本"} <= names
    kept = list(read_warc(next((tmp_path / "archive").iterdir())))
    assert kept[0].body == path.read_bytes()


def test_a_missing_column_is_named_and_the_file_kept(store: Engine, tmp_path: Path) -> None:
    path = written(tmp_path, (HEADER + GOOD).replace(",series", ",round_name"))
    with pytest.raises(InputError, match="series") as caught:
        import_file(store, tmp_path / "archive", "financing", path)
    assert caught.value.where == "rounds.csv:1"
    assert [row[0] for row in rejected(store)] == ["file"]
    assert "series" in rejected(store)[0][3]
    with store.connect() as connection:
        assert connection.execute(select(schema.run.c.outcome)).scalars().all() == ["failed"]


def test_a_file_that_breaks_later_takes_nothing_back(store: Engine, tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + GOOD)
    import_file(store, tmp_path / "archive", "financing", path)
    written(tmp_path, "nonsense\n1\n")
    with pytest.raises(InputError):
        import_file(store, tmp_path / "archive", "financing", path)
    with store.connect() as connection:
        ended = connection.execute(select(schema.evidence.c.ended_at)).scalars().all()
    assert set(ended) == {None}


def test_a_mapping_of_ones_own(store: Engine, tmp_path: Path) -> None:
    mapping = written(tmp_path, MAPPING, "m.yaml")
    done = import_file(store, tmp_path / "archive", "financing", written(tmp_path, OWN), mapping=mapping)
    assert (done.source, done.counts.records) == ("mine", 1)
    assert done.notes == ["rounds.csv: column not read: 备注"]
    with store.connect() as connection:
        row = connection.execute(select(schema.source).where(schema.source.c.name == "mine")).one()
        names = set(connection.execute(select(schema.mention.c.name)).scalars())
    assert (row.publisher, row.licence) == ("Me", "internal")
    assert names == {"甲科技", "真格基金"}


def test_a_mapping_whose_column_is_missing(store: Engine, tmp_path: Path) -> None:
    mapping = written(tmp_path, MAPPING.replace("轮次", "轮"), "m.yaml")
    with pytest.raises(InputError, match="no column 轮") as caught:
        import_file(store, tmp_path / "archive", "financing", written(tmp_path, OWN), mapping=mapping)
    assert "m.yaml" in caught.value.hint


def test_slips_of_the_caller(store: Engine, tmp_path: Path) -> None:
    path = written(tmp_path, HEADER)
    with pytest.raises(UsageError, match="no kind"):
        import_file(store, tmp_path, "gossip", path)
    with pytest.raises(InputError, match="cannot be read"):
        import_file(store, tmp_path, "financing", tmp_path / "absent.csv")
    with pytest.raises(InputError, match="for financing, not people"):
        import_file(store, tmp_path, "people", path, mapping=written(tmp_path, MAPPING, "m.yaml"))


def test_the_command_goes_on_after_a_bad_file(tmp_path: Path) -> None:
    bad = written(tmp_path, "nonsense\n1\n", "bad.csv")
    good = written(tmp_path, HEADER + GOOD, "good.csv")
    done = run("import", "financing", bad, good, "--json", cwd=tmp_path, check=False)
    assert done.returncode == 1
    assert "bad.csv:1" in done.stderr
    assert '"records": 1' in done.stdout
    found = data("import", "financing", good, cwd=tmp_path)
    assert [(one["source"], one["facts_unchanged"]) for one in found] == [("investment-events", 4)]


def test_one_file_read_as_two_kinds_keeps_both(store: Engine, tmp_path: Path) -> None:
    path = written(tmp_path, "人,公司,职务\n林某,甲科技,董事\n", "both.csv")
    companies = written(tmp_path, "kind: companies\nsource: {name: mine}\ncolumns: {name: 公司}\n", "c.yaml")
    people = written(
        tmp_path,
        "kind: people\nsource: {name: mine}\ncolumns: {person: 人, employer: 公司, posts: 职务}\n",
        "p.yaml",
    )
    import_file(store, tmp_path / "archive", "companies", path, mapping=companies)
    done = import_file(store, tmp_path / "archive", "people", path, mapping=people)
    assert done.counts.facts_ended == 0
    with store.connect() as connection:
        assert set(connection.execute(select(schema.evidence.c.ended_at)).scalars()) == {None}


def test_a_row_that_can_no_longer_be_read_takes_nothing_back(store: Engine, tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + GOOD)
    import_file(store, tmp_path / "archive", "financing", path)
    written(tmp_path, HEADER + BAD)
    spoilt = import_file(store, tmp_path / "archive", "financing", path)
    assert (spoilt.counts.rejected, spoilt.counts.facts_ended) == (1, 0)
    written(tmp_path, HEADER + GOOD)
    mended = import_file(store, tmp_path / "archive", "financing", path)
    assert (mended.counts.facts_new, mended.counts.facts_changed, mended.counts.facts_ended) == (0, 0, 0)
    assert rejected(store) == []


def test_a_name_for_one_import_is_not_kept_for_the_next(store: Engine, tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + GOOD)
    assert import_file(store, tmp_path / "archive", "financing", path, source="bought").source == "bought"
    assert import_file(store, tmp_path / "archive", "financing", path).source == "investment-events"


def test_each_kind_comes_in_from_excel_without_a_mapping(store: Engine, tmp_path: Path) -> None:
    rows = {
        "patents": ("patent", {"公开号": "CN1A", "标题": "一种方法", "申请人": "甲科技；乙大学"}),
        "cooperation": (
            "cooperation",
            {"合作方": "甲科技、乙大学", "合作类型": "战略合作", "日期": "2019-05"},
        ),
        "policies": ("policy", {"标题": "示例意见", "发文机关": "示例市人民政府", "发布日期": "2019-05-06"}),
        "products": ("product", {"企业名称": "甲科技", "产品名称": "示例"}),
        "names": ("name", {"标准名称": "甲科技有限公司", "简称": "甲科技"}),
        "alliances": ("link", {"联盟名称": "示例联盟", "成员单位": "甲科技、乙大学"}),
        "universities": ("attribute", {"高校": "乙大学", "专业": "人工智能"}),
        "institutes": ("attribute", {"机构名称": "示例实验室", "类型": "新型研发机构"}),
        "parks": ("attribute", {"园区名称": "示例产业园", "省份": "江苏省"}),
        "links": ("link", {"主体": "甲云", "关系": "事业部", "对方": "甲科技"}),
    }
    for kind, (fact, cells) in rows.items():
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append([*cells, "内部编码"])
        sheet.append([*cells.values(), "7"])
        book.save(tmp_path / f"{kind}.xlsx")
        before = count(store, fact)
        done = import_file(store, tmp_path / "archive", kind, tmp_path / f"{kind}.xlsx")
        assert (done.source, done.counts.records, done.counts.rejected) == (f"{kind}-files", 1, 0)
        assert done.notes == [f"{kind}.xlsx: column not read: 内部编码"]
        assert count(store, fact) > before, kind


def test_a_file_that_is_too_large_is_not_read(
    store: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "FILE_LIMIT", 10)
    with pytest.raises(InputError, match="larger than 10 bytes"):
        import_file(store, tmp_path, "financing", written(tmp_path, HEADER))
