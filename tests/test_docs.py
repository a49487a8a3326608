"""The documentation: the site is built without a broken link, the reference is the program's, commands are real."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from playwright.sync_api import Request

from pipelines.store.schema import metadata
from tests.browser import chromium
from tests.documented import ROOT, Shown, pages, shown
from tools.docs import JOINED, turned
from tools.reference.__main__ import PAGES, stale
from tools.reference.commands import FAILS, walk
from tools.reference.file_list import files
from tools.reference.markdown import code, plain, table
from tools.reference.settings import environment, keys
from tools.reference.store_tables import described, meaning, view_columns
from valuenet import main

#: Names that only look like variables of the environment: settings of Scrapy, and names that tests make up.
NO_VARIABLES = {
    "VALUENET_RUN", "VALUENET_OWN_MACHINE", "VALUENET_STAND_IN", "VALUENET_WALL_PAUSE",
}  # fmt: skip
SHOWN = [one for page in pages() for one in shown(page)]


# --- The site --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(out)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return out


def test_every_page_is_in_the_site(site: Path) -> None:
    missing = [
        page.name
        for page in (ROOT / "docs").rglob("*.md")
        if not (site / page.relative_to(ROOT / "docs").with_suffix(".html")).exists()
    ]
    assert missing == []
    assert all((site / place).with_suffix(".html").exists() for place in JOINED.values())


def test_every_page_stands_in_the_order_of_the_site() -> None:
    listed = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:")[2]
    for page in (ROOT / "docs").rglob("*.md"):
        assert f" {page.relative_to(ROOT / 'docs').as_posix()}\n" in listed, f"mkdocs.yml, nav: {page.name}?"


def test_the_site_asks_nothing_of_the_network_and_is_searched_from_a_folder(site: Path) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    with chromium() as browser:
        page = browser.new_page(viewport={"width": 390, "height": 800})
        page.on("request", note)
        for name in ("index.html", "reference/store.html", "reference/commands.html", "glossary.html"):
            page.goto((site / name).as_uri())
            wide = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0, f"{name} is wider than the screen"
        page.locator("label[for=__search]").first.click()
        page.locator("[data-md-component=search-query]").press_sequentially("evidence", delay=20)
        page.locator(".md-search-result__item").first.wait_for(state="attached")
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:", "about:"))] == []


def test_links_are_turned_for_the_site() -> None:
    page = "[a](../README.md#x) [b](b.md) [c](../tools/lib.sh) ![d](pictures/d.png) [e](https://e.example/x.md) [f](#f)"
    found = turned(page, "docs/sub.md", "sub.md")
    assert found == (
        "[a](index.md#x) [b](b.md) c (`tools/lib.sh`) ![d](pictures/d.png) [e](https://e.example/x.md) [f](#f)"
    )
    assert turned("[a](docs/b.md)", "README.md", "index.md") == "[a](b.md)"


def test_nothing_is_turned_in_code() -> None:
    page = "```md\n[a](../README.md)\n```\n\n    [b](../README.md)\n"
    assert turned(page, "docs/sub.md", "sub.md") == page


# --- The reference ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_the_reference_is_the_program_s(name: str) -> None:
    assert not stale(name), f"docs/reference/{name} is stale: make reference"


def test_the_reference_has_no_page_that_nobody_makes() -> None:
    assert {path.name for path in (ROOT / "docs" / "reference").iterdir()} == set(PAGES)


def test_every_column_is_described_and_no_other() -> None:
    told = described()
    for one in metadata.sorted_tables:
        assert all(meaning(column, told) for column in one.columns)
    assert set(told["tables"]) == set(metadata.tables)
    for name, about in told["tables"].items():
        assert set(about["columns"]) <= set(metadata.tables[name].columns.keys()), name
    names = {column.name for one in metadata.sorted_tables for column in one.columns}
    assert set(told["shared"]) <= names
    columns = view_columns()
    known = {*(f"{view}.{one}" for view in columns for one in columns[view])}
    known |= {one for of_view in columns.values() for one in of_view}
    assert set(told["view_columns"]) <= known


def test_a_column_that_nobody_described_is_named() -> None:
    told: dict[str, dict[str, str]] = {"tables": {}, "shared": {}}
    with pytest.raises(KeyError, match=r"fact\.slot"):
        meaning(metadata.tables["fact"].columns["slot"], told)


def test_every_option_is_explained_and_every_command_has_an_example() -> None:
    for command, context in walk(main, click.Context(main, info_name="valuenet")):
        path = context.command_path
        assert command.help, path
        assert (command.epilog or "").startswith("Example: valuenet "), path
        for option in command.params:
            if isinstance(option, click.Option) and not option.hidden:
                assert option.help, f"{path} {option.opts[-1]}"


def test_commands_that_fail_softly_are_there() -> None:
    known = {context.command_path for _, context in walk(main, click.Context(main, info_name="valuenet"))}
    assert set(FAILS) <= known


def test_every_variable_of_the_environment_is_told() -> None:
    told = environment()
    known = {*told["program"], *told["tools"], *keys()}
    read: set[str] = set()
    for path in (
        *ROOT.glob("*.py"),
        *ROOT.glob("tools/**/*"),
        *ROOT.glob("tests/*.py"),
        ROOT / ".ci" / "run",
    ):
        if path.is_file() and path.suffix in {".py", ".sh", ""} and path != Path(__file__):
            read |= set(re.findall(r"\bVALUENET_[A-Z][A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8")))
    for room in ("crawlers", "pipelines", "entity_resolution", "analytics"):
        for path in (ROOT / room).rglob("*.py"):
            words = (node.value for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                     if isinstance(node, ast.Constant) and isinstance(node.value, str))  # fmt: skip
            read |= {word for word in words if re.fullmatch(r"VALUENET_[A-Z_]+", word)}
    assert read - NO_VARIABLES - known == set()
    assert known - read == set(), "nothing reads it any more"


def test_files_name_commands_that_are_there() -> None:
    known = {context.command_path for _, context in walk(main, click.Context(main, info_name="valuenet"))}
    for one in (*files()["taken"], *files()["written"]):
        assert " ".join(one["command"].split()[:2]) in known, one


def test_words_are_shown_as_they_are() -> None:
    assert plain("a*b_c|d <e> [f] `g_h`") == r"a\*b\_c\|d &lt;e> \[f\] `g_h`"
    assert code("") == ""
    assert table(("a",), []) == ""
    assert table(("a", "b"), [("1", "2")]) == "| a | b |\n|---|---|\n| 1 | 2 |\n\n"


# --- Commands in pages -----------------------------------------------------------------------------------------


def test_commands_are_found() -> None:
    assert len(SHOWN) > 60
    assert any(one.page == "README.md" and one.words[:2] == ("table", "7") for one in SHOWN)


@pytest.mark.parametrize("one", SHOWN, ids=str)
def test_a_command_in_a_page_has_the_options_that_it_shows(one: Shown) -> None:
    """Options are held against click's own; what files and values are is not looked at."""
    context = click.Context(main, info_name="valuenet")
    words = list(one.words)
    while words and words[0].startswith("--"):  # before the sub-command
        words = words[2:] if words[0] == "--store" else words[1:]
    command: click.Command = main
    while words and isinstance(command, click.Group):
        below = command.get_command(context, words[0])
        if below is None:  # a group that is run itself
            break
        command, words = below, words[1:]
    options = {name for param in command.params for name in (*param.opts, *param.secondary_opts)} | {"--help"}
    used = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert command is not main, f"{one}: there is no such command"
    assert used <= options, f"{one}: {sorted(used - options)}"
