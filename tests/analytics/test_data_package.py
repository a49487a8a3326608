"""A data package is what it says: by its own rules, by the licences, to the byte."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import frictionless
import frictionless.formats.csv.parser
import pyarrow.parquet as pq
import pytest
import yaml
from click.testing import CliRunner
from sqlalchemy import Engine, insert, select, update

from analytics.basis import Basis, basis
from analytics.content_hash import content_hash
from analytics.data_package import DESCRIPTOR, MANIFEST, write_package
from crawlers.tabular import CELL_LIMIT
from pipelines.errors import UsageError
from pipelines.store import schema
from tests.analytics.test_content_hash import shuffled_copy
from tests.analytics.world import entity_id, world
from valuenet import main

# frictionless lets all readers of CSV in its process take cells without end
csv.field_size_limit(CELL_LIMIT)


def content(folder: Path) -> dict[str, str]:
    """Path → sha256 of every file."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def package(world_store: Engine, world_basis: Basis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packages") / "package"
    write_package(world_store, world_basis, folder)
    return folder


@pytest.fixture(scope="module")
def bare(world_store: Engine, world_basis: Basis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packages") / "bare"
    write_package(world_store, world_basis, folder, exhibits=False)
    return folder


def test_frictionless_finds_nothing_wrong(package: Path) -> None:
    report = frictionless.validate(str(package / DESCRIPTOR))
    assert report.valid, report.flatten(["taskNumber", "title", "message"])[:5]
    described = json.loads((package / DESCRIPTOR).read_text(encoding="utf-8"))
    assert len(described["resources"]) > 11 + 7 + 64


def test_frictionless_would_find_it(bare: Path, tmp_path: Path) -> None:
    for name in ("datapackage.json", *(f"data/{path.name}" for path in (bare / "data").iterdir())):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((bare / name).read_bytes())
    path = tmp_path / "data" / "relations.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(entity_id("华为"), "vnnobody"), encoding="utf-8")
    assert not frictionless.validate(str(tmp_path / DESCRIPTOR)).valid


def test_every_column_says_what_it_is_in_both_languages(package: Path) -> None:
    for resource in json.loads((package / DESCRIPTOR).read_text(encoding="utf-8"))["resources"]:
        assert resource["title"]
        assert resource["title_zh"]
        for field in resource["schema"]["fields"]:
            assert field["description"], (resource["name"], field["name"])
            assert field["description_zh"], (resource["name"], field["name"])


def test_the_manifest_holds(package: Path) -> None:
    done = subprocess.run(["sha256sum", "--check", "--quiet", MANIFEST], cwd=package, capture_output=True)
    assert done.returncode == 0, done.stderr
    listed = {line.split("  ")[1] for line in (package / MANIFEST).read_text(encoding="utf-8").splitlines()}
    assert listed == set(content(package)) - {MANIFEST}


def test_it_is_bound_to_the_content_of_the_store(world_store: Engine, bare: Path) -> None:
    described = json.loads((bare / DESCRIPTOR).read_text(encoding="utf-8"))
    store = content_hash(world_store).sha256
    assert described["id"] == f"sha256:{store}"
    assert described["created"] == "2022-03-31T00:00:00Z"
    cited = yaml.safe_load((bare / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["identifiers"][0]["value"] == f"sha256:{store}"
    assert store in (bare / "README.md").read_text(encoding="utf-8")


def test_rows_in_another_order_give_the_same_bytes(world_store: Engine, bare: Path, tmp_path: Path) -> None:
    copy = shuffled_copy(world_store, tmp_path / "copy.db", 3)
    write_package(copy, basis(copy), tmp_path / "again", exhibits=False)
    copy.dispose()
    assert content(tmp_path / "again") == content(bare)


def test_either_database_gives_the_same_bytes(empty_url: str, package: Path, tmp_path: Path) -> None:
    engine = world(empty_url, tmp_path / "archive")
    write_package(engine, basis(engine), tmp_path / "again")
    engine.dispose()
    assert content(tmp_path / "again") == content(package)


def test_csv_and_parquet_say_the_same(bare: Path) -> None:
    for path in sorted((bare / "data").glob("*.csv")):
        table = pq.read_table(path.with_suffix(".parquet"))
        told = rows(bare, path.stem)
        assert table.num_rows == len(told)
        for column in table.column_names:
            for kept, shown in zip(table[column].to_pylist(), told, strict=True):
                assert (kept is None or kept == "") == (shown[column] == ""), (path.name, column)
                if isinstance(kept, int) and not isinstance(kept, bool):
                    assert int(shown[column]) == kept


def test_edges_are_those_of_the_networks(world_basis: Basis, bare: Path) -> None:
    told = [row for row in rows(bare, "edges") if row["year"] == "2021"]
    network = world_basis.network(2021)
    names = list(network.nodes["entity"])
    assert {(row["source"], row["target"], row["dimension"]) for row in told} == {
        (names[source], names[target], dimension)
        for source, target, dimension in network.edges[["source", "target", "dimension"]].itertuples(
            index=False
        )
    }
    undated = [row for row in rows(bare, "relations") if not row["date"]]
    assert {row["source"] for row in undated} == {entity_id("华为")}


def test_words_on_the_lives_of_persons_are_not_quoted(bare: Path) -> None:
    kinds = {row["fact"]: row["kind"] for row in rows(bare, "facts")}
    evidence = rows(bare, "evidence")
    quoted = {kinds[row["fact"]] for row in evidence if row["quote"]}
    assert "cooperation" in quoted
    assert not quoted & {"education", "employment"}
    persons = {row["entity"] for row in rows(bare, "entities") if row["kind"] == "person"}
    of_persons = {row["fact"] for row in rows(bare, "roles") if row["entity"] in persons}
    assert not [
        row for row in evidence if row["fact"] in of_persons and kinds[row["fact"]] == "name" and row["quote"]
    ]
    assert all(row["url"] and row["sha256"] for row in evidence)


@pytest.fixture
def closed(world_store: Engine, tmp_path: Path) -> Engine:
    """The world from two sources, of which the one may not be passed on: all that is told of financing."""
    engine = shuffled_copy(world_store, tmp_path / "closed.db", 5)
    fact, source = schema.fact, schema.source
    with engine.begin() as connection:
        values: dict[str, Any] = dict(connection.execute(select(source)).mappings().one())
        values |= {"name": "closed", "terms": "for internal use"}
        connection.execute(insert(source).values(values))
        connection.execute(update(fact).where(fact.c.kind == "financing").values(source="closed"))
    return engine


def test_what_terms_forbid_is_not_packed(closed: Engine, tmp_path: Path) -> None:
    done = write_package(closed, basis(closed), tmp_path / "p", exhibits=False)
    assert done.withheld == {"closed": 4}
    assert "financing" not in {row["kind"] for row in rows(tmp_path / "p", "facts")}
    assert "investment" not in {row["dimension"] for row in rows(tmp_path / "p", "edges")}
    kept = {row["fact"] for row in rows(tmp_path / "p", "facts")}
    for name in ("roles", "evidence", "relations"):
        assert {row["fact"] for row in rows(tmp_path / "p", name)} <= kept
    assert "for: 4" not in (tmp_path / "p" / "README.md").read_text(encoding="utf-8")
    assert "facts held back: 4" in (tmp_path / "p" / "README.md").read_text(encoding="utf-8")
    assert frictionless.validate(str(tmp_path / "p" / DESCRIPTOR)).valid
    vouched = write_package(closed, basis(closed), tmp_path / "q", vouched=["closed"], exhibits=False)
    assert vouched.withheld == {}
    said = next(row for row in rows(tmp_path / "q", "sources") if row["source"] == "closed")
    assert (said["passed_on"], said["why"]) == ("facts", "vouched for by whoever made this package")
    closed.dispose()


def test_a_folder_of_other_things_is_left_alone(
    world_store: Engine, world_basis: Basis, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(UsageError, match="something else"):
        write_package(world_store, world_basis, tmp_path / "mine", exhibits=False)
    assert content(tmp_path / "mine").keys() == {"letter.txt"}
    for _ in range(2):  # a package may be written anew
        write_package(world_store, world_basis, tmp_path / "new", exhibits=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "new"]
    (tmp_path / "new" / "notes.txt").write_text("mine, too", encoding="utf-8")
    with pytest.raises(UsageError, match=r"notes\.txt"):
        write_package(world_store, world_basis, tmp_path / "new", exhibits=False)
    assert (tmp_path / "new" / "notes.txt").exists()
    with pytest.raises(UsageError, match="name a folder"):
        write_package(world_store, world_basis, tmp_path / "mine" / "letter.txt")


def test_the_command(world_store: Engine, bare: Path, tmp_path: Path) -> None:
    store = world_store.url.render_as_string()
    words = ["--store", store, "package", "2021", "--out", str(tmp_path / "p"), "--data-only", "--json"]
    done = CliRunner().invoke(main, words, prog_name="valuenet")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["rows"]["sample"] == 4
    assert content(tmp_path / "p") == content(bare)
    assert CliRunner().invoke(main, [*words, "--pass-on", "nowhere"], prog_name="valuenet").exit_code == 2
    assert CliRunner().invoke(main, [*words, "--sample", "2022"], prog_name="valuenet").exit_code == 2


def test_a_package_that_was_moved_aside_when_its_maker_was_killed_comes_back(tmp_path: Path) -> None:
    folder = tmp_path / "package"
    aside = tmp_path / "package.old"
    aside.mkdir()
    (aside / "kept.txt").write_text("whole", encoding="utf-8")
    with pytest.raises(UsageError):  # it comes back first, and is then refused for what is in it
        write_package(None, None, folder)  # type: ignore[arg-type]  # neither is reached
    assert (folder / "kept.txt").read_text("utf-8") == "whole"
    assert not aside.exists()
