"""A package that was touched, or whose store has changed, is told from one that is sound."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, update

from analytics.basis import Basis, basis
from analytics.data_package import DESCRIPTOR, MANIFEST, write_package
from analytics.package_check import check_package
from pipelines.errors import InputError, UsageError
from pipelines.store import schema
from tests.analytics.test_content_hash import shuffled_copy
from valuenet import main


@pytest.fixture
def package(world_store: Engine, world_basis: Basis, tmp_path: Path) -> Path:
    write_package(world_store, world_basis, tmp_path / "p", exhibits=False)
    return tmp_path / "p"


def test_a_new_package_is_sound(world_store: Engine, package: Path) -> None:
    found = check_package(world_store, package)
    assert found.sound
    assert found.made_from == found.store
    assert found.changed == found.missing == found.unknown == []


def test_what_was_touched_is_named(world_store: Engine, package: Path) -> None:
    (package / "data" / "facts.csv").write_text("other", encoding="utf-8")
    (package / "data" / "names.csv").unlink()
    (package / "notes.txt").write_text("mine", encoding="utf-8")
    found = check_package(world_store, package)
    assert not found.sound
    assert (found.changed, found.missing, found.unknown) == (
        ["data/facts.csv"],
        ["data/names.csv"],
        ["notes.txt"],
    )


def test_a_store_that_changed_is_another(world_store: Engine, tmp_path: Path) -> None:
    engine = shuffled_copy(world_store, tmp_path / "c.db", 2)
    write_package(engine, basis(engine), tmp_path / "q", exhibits=False)
    assert check_package(engine, tmp_path / "q").sound
    with engine.begin() as connection:
        connection.execute(update(schema.fact).values(value="other"))
    found = check_package(engine, tmp_path / "q")
    assert not found.sound
    assert found.changed == []
    assert found.made_from != found.store
    engine.dispose()


def test_damage_is_told(world_store: Engine, package: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no data package"):
        check_package(world_store, tmp_path)
    for line in ("nonsense\n", f"{'0' * 64}  ../../elsewhere\n"):
        (package / MANIFEST).write_text(line, encoding="utf-8")
        with pytest.raises(InputError, match=f"{MANIFEST}:1"):
            check_package(world_store, package)
    (package / MANIFEST).write_text("", encoding="utf-8")
    (package / DESCRIPTOR).write_text("[]", encoding="utf-8")
    with pytest.raises(InputError, match=DESCRIPTOR):
        check_package(world_store, package)


def test_the_command_fails_where_it_is_not_sound(world_store: Engine, package: Path) -> None:
    store = world_store.url.render_as_string()
    words = ["--store", store, "package", "2021", "--out", str(package), "--check", "--json"]
    done = CliRunner().invoke(main, words, prog_name="valuenet")
    assert (done.exit_code, json.loads(done.stdout)["sound"]) == (0, True)
    (package / "README.md").write_text("other", encoding="utf-8")
    again = CliRunner().invoke(main, words, prog_name="valuenet")
    assert (again.exit_code, json.loads(again.stdout)["changed"]) == (1, ["README.md"])
