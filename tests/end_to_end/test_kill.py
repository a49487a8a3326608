"""SIGKILL at any moment, run again: the store is that of an undisturbed run, on both databases."""

from __future__ import annotations

import csv
import random
import signal
import subprocess
import time
from pathlib import Path

import docx
import pytest
from sqlalchemy import Engine, func, select

from pipelines.store import schema
from pipelines.store.session import open_store
from tests.program import command, environment, run
from tests.store_content import content

ROWS = 1500
HEADER = [
    "event_id",
    "date",
    "investee_id",
    "investee_shortname",
    "investee_fullname",
    "investor_number",
    "investor_ids",
    "investor_leader_id",
    "investor_names",
    "series",
    "amount",
    "industries",
]
CAC = ("序号", "算法名称", "算法类别", "主体名称", "应用产品", "主要用途", "备案编号", "备注")


def rounds(path: Path) -> list[str]:
    chance = random.Random(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(ROWS):
            company, investor = chance.randrange(400), chance.randrange(90)
            day = "2014-13-40" if number % 97 == 5 else f"2014-{number % 12 + 1:02}-11"
            writer.writerow(
                [number, day, company, f"公司{company}", f"北京公司{company}有限公司", 1, investor, investor,
                 f"投资机构{investor}", "A轮", "数千万人民币", "人工智能,数据"]
            )  # fmt: skip
    return ["import", "financing", str(path)]


def lists(folder: Path) -> list[str]:
    folder.mkdir()
    for month in range(1, 9):
        document = docx.Document()
        document.add_paragraph("附件")
        document.add_paragraph(f"境内互联网信息服务算法备案清单（2023年{month}月）")
        table = document.add_table(rows=1, cols=len(CAC))
        for cell, text in zip(table.rows[0].cells, CAC, strict=True):
            cell.text = text
        for number in range(12):
            row = table.add_row()
            own = f"1101080000{month:02}{number:02}230001"
            texts = (str(number + 1), f"算法{month}-{number}", "个性化推送类", f"北京甲{number}科技有限公司", "某某（APP）",
                     "应用于推荐", f"网信算备{own}号", "")  # fmt: skip
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
        document.save(str(folder / f"list-{month}.docx"))
    return ["crawl", "cac", "--replay", str(folder)]


MAKERS = {"import": rounds, "crawl": lists}


@pytest.fixture(scope="module", params=["import", "crawl"])
def undisturbed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[str], dict[str, list[tuple[str, ...]]], float]:
    """What is asked for, what the store then holds, and how long its run took."""
    folder = tmp_path_factory.mktemp(request.param)
    asked = MAKERS[request.param](folder / f"input{'.csv' if request.param == 'import' else ''}")
    url = f"sqlite:///{folder / 'whole.db'}"
    run("--store", url, *asked, cwd=folder)
    engine = open_store(url)
    with engine.connect() as connection:
        row = connection.execute(select(schema.run.c.started_at, schema.run.c.ended_at)).one()
    engine.dispose()
    return asked, content(url), (row.ended_at - row.started_at).total_seconds()


def runs(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(schema.run)).scalar_one())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_killed_and_run_again(
    undisturbed: tuple[list[str], dict[str, list[tuple[str, ...]]], float],
    seed: int,
    store_address: str,
    tmp_path: Path,
) -> None:
    asked, whole, took = undisturbed
    engine = open_store(store_address)
    archive = ["--archive", str(tmp_path / "archive")]
    chance = random.Random(f"{seed}{engine.dialect.name}{asked[0]}")
    killed = 0
    for _ in range(3):
        before = runs(engine)
        process = subprocess.Popen(
            command("--store", store_address, *asked, *archive),
            cwd=tmp_path,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while runs(engine) == before and process.poll() is None:
            time.sleep(0.01)
        time.sleep(took * chance.random())  # the run has begun: kill it anywhere in its time
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
    run("--store", store_address, *asked, *archive, cwd=tmp_path)
    assert content(store_address) == whole
    with engine.connect() as connection:
        outcomes = connection.execute(select(schema.run.c.outcome).order_by(schema.run.c.id)).scalars().all()
    engine.dispose()
    assert outcomes[-1] == "complete"
    assert "running" not in outcomes, "the runs of killed processes are closed by the next"
    assert killed, "every run ended before it was killed: the test proves nothing"
