"""Datasette itself opens the store, shows the views, answers the questions, and keeps running text to itself."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import yaml
from click.testing import CliRunner
from datasette.app import Datasette
from sqlalchemy import Engine

from analytics.basis import Basis
from analytics.datasette_metadata import QUERIES, metadata
from analytics.table_investors import investors_table
from pipelines.store.session import open_store, writing
from pipelines.store.views import VIEWS, make_views
from tests.analytics.world import entity_id
from valuenet import main


def make(store: Path, *words: str) -> dict[str, Any]:
    out = str(store.with_suffix(".yml"))
    done = CliRunner().invoke(
        main,
        ["--store", f"sqlite:///{store}", "datasette", "--out", out, *words, "--json"],
        prog_name="valuenet",
    )
    assert done.exit_code == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def get(store: Path, path: str, **fields: str) -> httpx.Response:
    """What Datasette answers to a visitor."""

    async def ask() -> httpx.Response:
        described = yaml.safe_load(store.with_suffix(".yml").read_text(encoding="utf-8"))
        served = Datasette([str(store)], metadata=described)
        await served.invoke_startup()
        place = f"/{store.stem}/{path}.json" if path else f"/{store.stem}.json"
        found: httpx.Response = await served.client.get(f"{place}?{urlencode({'_shape': 'array', **fields})}")
        return found

    return asyncio.run(ask())


def rows(store: Path, path: str, **fields: str) -> list[dict[str, Any]]:
    answer = get(store, path, **fields)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


@pytest.fixture(scope="module")
def store(world_store: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("datasette") / "world.db"
    with (
        closing(sqlite3.connect(str(world_store.url.database))) as old,
        closing(sqlite3.connect(path)) as copy,
    ):
        old.backup(copy)  # with what is still in the write-ahead log
    made = make(path)
    assert made["next"].startswith("datasette serve ")
    return path


def test_views_can_be_looked_at_and_filtered(store: Path) -> None:
    found = rows(store, "v_entity", kind="university")
    assert {row["name"] for row in found} == {"清华大学", "斯坦福大学", "无名学院"}
    edges = rows(store, "v_edge", source=entity_id("华为"), dimension="technology")
    assert [(row["target_name"], row["facts"], row["since_year"]) for row in edges] == [("腾讯", 2, 2020)]


def test_questions_are_answered(store: Path, world_basis: Basis) -> None:
    investors = rows(store, "leading_investors", year="2021", edition="2021")
    table = investors_table(world_basis).frame
    expected = dict(zip(table["name"], table["companies"], strict=True))
    assert {row["name"]: row["companies"] for row in investors} == expected
    edges = rows(store, "network_of_a_year", year="2021", edition="2021")
    assert len(edges) == len(world_basis.network(2021).edges)
    told = rows(store, "behind_an_edge", source_name="华为", target_name="腾讯")
    assert {row["quote"] for row in told} >= {"华为公司向腾讯提供5G|大数据和云计算技术"}
    facts = rows(store, "all_of_an_entity", name="红杉中国")
    place = rows(store, "evidence_of_a_fact", fact=str(facts[-1]["fact"]))
    assert place[0]["url"].startswith("https://world.example/")
    assert rows(store, "leading_sample_companies", year="2021", edition="2021")[0]["degree"] == 2


def test_its_own_command_serves_the_store(store: Path) -> None:
    asked = f"/{store.stem}/v_entity.json?kind=investor&_shape=array"
    words = ["serve", str(store), "--metadata", str(store.with_suffix(".yml")), "--get", asked]
    done = subprocess.run(
        [sys.executable, "-m", "datasette", *words], capture_output=True, text=True, check=True
    )
    assert [row["name"] for row in json.loads(done.stdout)] == ["红杉资本中国"]


def test_running_text_is_not_shown(store: Path) -> None:
    assert get(store, "document").status_code == 403
    assert get(store, "mention").status_code == 200


def test_in_public_there_are_views_and_questions_only(store: Path, tmp_path: Path) -> None:
    public = tmp_path / "world.db"
    with closing(sqlite3.connect(store)) as old, closing(sqlite3.connect(public)) as copy:
        old.backup(copy)
    make(public, "--public")
    assert len(rows(public, "v_edge")) > 3
    assert rows(public, "leading_investors", year="2021", edition="2021")
    assert get(public, "mention").status_code == get(public, "judgement").status_code == 403
    assert get(public, "", sql="select 1").status_code == 403
    assert get(store, "", sql="select 1").status_code == 200


def test_metadata_speak_of_all_views_and_questions() -> None:
    columns = {name: ["fact", "since"] for name in VIEWS}
    tables = metadata("x", columns)["databases"]["x"]["tables"]
    assert set(VIEWS) <= set(tables)
    assert all(list(tables[name]["columns"]) == ["fact", "since"] for name in VIEWS)
    assert tables["document"] == {"hidden": True, "allow": False}
    assert set(QUERIES) == set(metadata("x", columns, public=True)["databases"]["x"]["queries"])


@pytest.mark.postgres
def test_a_store_on_postgresql_gets_the_views_alone(postgres_url: str, tmp_path: Path) -> None:
    engine = open_store(postgres_url, create=True)
    with writing(engine) as connection:
        make_views(connection)
    engine.dispose()
    words = ["--store", postgres_url, "datasette", "--out", str(tmp_path / "m.yml"), "--json"]
    done = CliRunner().invoke(main, words, prog_name="valuenet")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["metadata"] is None
    assert not (tmp_path / "m.yml").exists()
    assert CliRunner().invoke(main, ["datasette", "--out", "m.json"], prog_name="valuenet").exit_code == 2
