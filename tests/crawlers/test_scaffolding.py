"""A new source of each kind works as it is written; its tests, its lint, its crawl; and the tutorial's commands run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crawlers.scaffolding import KINDS, project_root, scaffold
from pipelines.errors import UsageError
from tests.program import ROOT, environment, run

#: What the sources and their tests need of the project.
PARTS = ("crawlers", "pipelines", "migrations", "tests")
TUTORIAL = (ROOT / "docs/new-source.md").read_text("utf-8")


def checkout(folder: Path) -> Path:
    """A copy of the project, compiled as it is, for the sake of time."""
    for part in PARTS:
        left = shutil.ignore_patterns("analytics", "benchmarks", "end_to_end")
        shutil.copytree(ROOT / part, folder / part, ignore=left)
    for file in ("valuenet.py", "pyproject.toml"):
        shutil.copyfile(ROOT / file, folder / file)
    return folder


def called(*arguments: str | Path, cwd: Path, timeout: float = 150) -> str:
    """Run a program in a copy of the project; what it said. Fails the test where it fails."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        list(map(str, arguments)),
        cwd=cwd,
        env=environment(PYTHONPATH=str(cwd), PATH=path),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, f"{arguments}\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with a new source of each kind, each with a long name and address, too."""
    folder = checkout(tmp_path_factory.mktemp("project"))
    address = "https://long-subdomain.of-a-long-host.example.org/with/a/path/of-length"
    for kind in KINDS:
        scaffold(f"short_{kind}", kind).write(folder)
        scaffold(f"a_name_as_long_as_can_be_{kind}", kind, address, "一二三四五" * 5).write(folder)
    return folder


def shared_tests(chosen: str, copy: Path) -> str:
    """Run those tests that all sources share for some."""
    call = (sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider")
    return called(*call, "tests/crawlers/test_sources.py", "-k", chosen, cwd=copy)


def test_what_is_written_keeps_the_rules_of_all_sources(copy: Path) -> None:
    assert re.search(r"\d\d passed", shared_tests("short_ or a_name_as_long_as", copy))


def test_new_sources_need_no_mending(copy: Path) -> None:
    made = [
        str(path.relative_to(copy))
        for folder in ("crawlers/sources", "tests/crawlers")
        for path in sorted((copy / folder).glob("*.py"))
        if "short_" in path.name or "a_name_as_long" in path.name
    ]
    assert len(made) == 4 * len(KINDS)
    called("ruff", "check", "--no-cache", *made, cwd=copy)
    called("ruff", "format", "--no-cache", "--check", *made, cwd=copy)


def test_new_sources_are_typed(copy: Path) -> None:
    made = [f"crawlers/sources/short_{kind}.py" for kind in KINDS]
    made += [f"tests/crawlers/test_source_short_{kind}.py" for kind in KINDS]
    called("mypy", "--cache-dir", ROOT / ".mypy_cache", *made, cwd=copy)


def _blocks(heading: str) -> str:
    section = TUTORIAL.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return "\n".join(re.findall(r"```sh\n(.*?)```", section, re.DOTALL))


@pytest.mark.parametrize("heading", ["A JSON API with pages", "Listing and detail pages", "A feed"])
def test_the_tutorial_runs(heading: str, copy: Path) -> None:
    """Each section by itself, in order, by the shell that a reader would use: the new source's own tests as it is
    written, and those of all sources after it was fitted."""
    commands = _blocks(heading)
    assert commands.count("python -m pytest") == 2
    said = called("bash", "-euo", "pipefail", "-c", commands, cwd=copy)
    assert said.count(" passed") == 2
    assert "wrote crawlers/sources/city_" in said


def test_a_field_that_nobody_reads_fails_as_the_tutorial_says(copy: Path) -> None:
    page = copy / "tests/crawlers/pages/a_name_as_long_as_can_be_api/listing.json"
    before = page.read_text("utf-8")
    page.write_text(before.replace('"city": "杭州市",', '"city": "杭州市", "industry": "人工智能",'), "utf-8")
    with pytest.raises(AssertionError, match=r"neither read nor in LEFT: \['items.industry'\]"):
        shared_tests("a_name_as_long_as_can_be_api", copy)
    page.write_text(before, "utf-8")


def test_the_command_says_what_was_written_and_what_is_next(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "crawlers/sources/deeper").mkdir(parents=True)
    done = run("new-source", "city_news", "--kind", "feed", cwd=tmp_path / "crawlers/sources/deeper")
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    told = set(re.findall(r"^wrote (.+)$", done.stdout, re.MULTILINE))
    assert told == written - {"pyproject.toml"}
    assert "Next:" in done.stdout
    again = run("new-source", "city_news", "--kind", "api", "--into", tmp_path, cwd=tmp_path, check=False)
    assert again.returncode == 2
    assert "is there already: nothing was written" in again.stderr
    assert "RSS" not in (tmp_path / "tests/crawlers/pages/city_news/feed.xml").read_text("utf-8")
    assert not (tmp_path / "tests/crawlers/pages/city_news/listing.json").exists()


def test_what_a_killed_writing_left_out_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = scaffold("city_news", "feed")
    written = Path.replace
    calls: list[Path] = []

    def third_fails(part: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == 3:
            raise OSError("killed")
        return written(part, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", third_fails)
        with pytest.raises(OSError, match="killed"):
            made.write(tmp_path)
    assert not calls[2].exists()
    made.write(tmp_path)
    found = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    assert found == made.files.keys()
    calls[0].unlink()
    calls[1].write_text("somebody's own", "utf-8")
    with pytest.raises(UsageError, match="nothing was written"):
        made.write(tmp_path)
    assert not calls[0].exists()


def test_outside_of_a_checkout_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="lies in no checkout"):
        project_root(tmp_path)
    assert project_root(ROOT / "crawlers" / "sources") == ROOT


@pytest.mark.parametrize("name", ["News", "1st", "a", "a" * 31, "has space", "a-b", "class", "../up", "名"])
def test_names_that_no_module_can_have(name: str) -> None:
    with pytest.raises(UsageError, match="is no name of a source"):
        scaffold(name, "api")


@pytest.mark.parametrize(
    "home",
    [
        "ftp://x.example/",
        "x",
        "https://x.example/?a=b",
        'https://x.example/"',
        "https://" + "x" * 90 + ".example/",
    ],
)
def test_addresses_that_are_none(home: str) -> None:
    with pytest.raises(UsageError, match="is no address of a site"):
        scaffold("city", "api", home)


def test_titles_and_kinds_that_will_not_do() -> None:
    for title in ("x" * 51, "名" * 26, 'say "x"', "a\nb", "a\\b"):
        with pytest.raises(UsageError, match="title"):
            scaffold("city", "api", title=title)
    with pytest.raises(UsageError, match="there is no kind"):
        scaffold("city", "ftp")
