"""The rules of the house that no tool checks: its rooms, its words, its documents, a test for every module."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path, PurePosixPath

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from valuenet import COMMANDS

ROOT = Path(__file__).resolve().parents[1]

ROOMS = ("crawlers", "pipelines", "entity_resolution", "analytics")
FOLDERS = {*ROOMS, "migrations", "tests"}
#: Beside the rooms: what is run from outside, what is pinned, what is read.
OUTSIDE = {"tools", "requirements", "docs", ".ci", "deploy"}
DOCUMENTS = ("README.md", "ARCHITECTURE.md", "DECISIONS.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE")

#: Parts that have no test of their own name, because they have no face of their own: the test of what they are
#: a part of, which alone runs over 85 % of their lines.
TESTED_ELSEWHERE: dict[str, str] = {
    "analytics/__init__.py": "tests/analytics/test_frames.py",
    "analytics/bit_rows.py": "tests/analytics/test_distances.py",
    "analytics/chart_style.py": "tests/analytics/test_charts.py",
    "analytics/csv_files.py": "tests/analytics/test_export.py",
    "analytics/doubt/finds.py": "tests/analytics/test_doubt_backed.py",
    "analytics/doubt/ground.py": "tests/analytics/test_doubt_counting.py",
    "analytics/datasette_metadata.py": "tests/analytics/test_datasette_command.py",
    "analytics/folding.py": "tests/analytics/test_distances.py",
    "analytics/gexf.py": "tests/analytics/test_export.py",
    "analytics/graphml.py": "tests/analytics/test_export.py",
    "analytics/network_items.py": "tests/analytics/test_export.py",
    "analytics/package_command.py": "tests/analytics/test_data_package.py",
    "analytics/package_readme.py": "tests/analytics/test_data_package.py",
    "analytics/package_rows.py": "tests/analytics/test_data_package.py",
    "analytics/package_schema.py": "tests/analytics/test_package_files.py",
    "analytics/simple_graph.py": "tests/analytics/test_distances.py",
    "analytics/xml_text.py": "tests/analytics/test_export.py",
    "crawlers/commands.py": "tests/crawlers/test_running.py",
    "crawlers/context.py": "tests/crawlers/test_running.py",
    "crawlers/declaration.py": "tests/crawlers/test_sources.py",
    "crawlers/doctor_command.py": "tests/pipelines/test_doctor.py",
    "crawlers/files.py": "tests/crawlers/test_running.py",
    "crawlers/import_command.py": "tests/crawlers/test_importing.py",
    "crawlers/middlewares/replay.py": "tests/crawlers/test_running.py",
    "crawlers/middlewares/snapshots.py": "tests/crawlers/test_running.py",
    "crawlers/new_source_command.py": "tests/crawlers/test_scaffolding.py",
    "crawlers/options.py": "tests/crawlers/test_running.py",
    "crawlers/registry.py": "tests/crawlers/test_sources.py",
    "crawlers/sample_web/__main__.py": "tests/test_valuenet.py",
    "crawlers/sample_web/files.py": "tests/crawlers/test_sample_web_truth.py",
    "crawlers/sample_web/model.py": "tests/crawlers/test_sample_web_world.py",
    "crawlers/sample_web/registries.py": "tests/crawlers/test_sample_web_pages.py",
    "crawlers/middlewares/web.py": "tests/crawlers/middlewares/test_bulk.py",
    "crawlers/rereading.py": "tests/crawlers/test_replay_command.py",
    "crawlers/schedule/children.py": "tests/crawlers/test_schedule_running.py",
    "crawlers/settings.py": "tests/crawlers/test_running.py",
    "crawlers/spider.py": "tests/crawlers/test_running.py",
    "crawlers/storing.py": "tests/crawlers/test_running.py",
    "crawlers/summary.py": "tests/crawlers/test_running.py",
    "entity_resolution/bodies.py": "tests/entity_resolution/test_modelled.py",
    "entity_resolution/deriving.py": "tests/entity_resolution/test_resolver.py",
    "entity_resolution/entities.py": "tests/entity_resolution/test_description.py",
    "entity_resolution/log.py": "tests/entity_resolution/test_clustering.py",
    "entity_resolution/matcher.py": "tests/entity_resolution/test_modelled.py",
    "entity_resolution/storage.py": "tests/entity_resolution/test_resolver.py",
    "entity_resolution/vocabulary.py": "tests/entity_resolution/test_names.py",
    "pipelines/commands.py": "tests/crawlers/test_running.py",
    "pipelines/errors.py": "tests/test_valuenet.py",
    "pipelines/operations/backup_commands.py": "tests/pipelines/test_operations_backup.py",
    "pipelines/operations/health_commands.py": "tests/pipelines/test_operations_health.py",
    "pipelines/operations/metrics.py": "tests/pipelines/test_operations_health.py",
    "pipelines/operations/stages.py": "tests/pipelines/test_doctor.py",
    "pipelines/records.py": "tests/pipelines/test_store_writing.py",
    "pipelines/store/bulk.py": "tests/pipelines/test_store_writing.py",
    "pipelines/store/deliveries.py": "tests/crawlers/test_telling.py",
    "pipelines/store/grow_only.py": "tests/pipelines/test_store_schema.py",
    "pipelines/store/runs.py": "tests/pipelines/test_store_writing.py",
    "pipelines/store/session.py": "tests/pipelines/test_store_schema.py",
    "pipelines/store/tables_of_audit.py": "tests/pipelines/test_store_audit.py",
    "pipelines/store/tables_of_samples.py": "tests/pipelines/test_store_schema.py",
    "pipelines/store/types.py": "tests/pipelines/test_store_schema.py",
    "pipelines/store/whose.py": "tests/pipelines/test_store_changes.py",
}

#: Code files over the limit, each with the reason.
LONG: dict[str, str] = {
    "migrations/versions/0001_the_first_schema.py": "a migration is one frozen step: the whole first schema",
}
LINES_MOST = 500

#: Made by tools, and so neither read for words nor counted in lines.
MADE = ("requirements/",)


@cache
def files() -> tuple[str, ...]:
    """The project's files, by git where it is there, as paths from the root."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.split("\0")
    else:  # an unpacked archive
        skipped = {".venv", "demo", "archive", "build", "__pycache__"}
        listed = [
            path.relative_to(ROOT).as_posix()
            for path in ROOT.rglob("*")
            if path.is_file()
            and not any(
                part in skipped or part.endswith(("_cache", ".egg-info"))
                for part in path.relative_to(ROOT).parts
            )
        ]
    return tuple(sorted(name for name in listed if name and (ROOT / name).is_file()))


def text_of(name: str) -> str:
    """A file's text; nothing for a file that is not text."""
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def project() -> dict[str, dict[str, object]]:
    return tomllib.loads(text_of("pyproject.toml"))


# --- Rooms -----------------------------------------------------------------------------------------------------


def test_the_folders_at_the_top_are_fixed() -> None:
    found = {name.split("/")[0] for name in files() if "/" in name}
    assert found >= FOLDERS, f"missing: {sorted(FOLDERS - found)}"
    assert found <= FOLDERS | OUTSIDE, f"nobody knows: {sorted(found - FOLDERS - OUTSIDE)}"


def test_the_only_module_at_the_top_is_the_front_door() -> None:
    assert [name for name in files() if name.endswith(".py") and "/" not in name] == ["valuenet.py"]


def test_the_rooms_are_found_from_anywhere_and_are_ours(tmp_path: Path) -> None:
    """A plain name such as `pipelines` could be taken by a distribution in the environment."""
    names = [*ROOMS, "migrations", "valuenet"]
    code = f"import {', '.join(names)}\nfor module in ({', '.join(names)}):\n    print(module.__file__)"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout.split()
    expected = [ROOT / room / "__init__.py" for room in (*ROOMS, "migrations")] + [ROOT / "valuenet.py"]
    assert [Path(path) for path in found] == expected


def test_nobody_calls_against_the_arrows() -> None:
    script = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([str(script), "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_folder_of_code_is_a_package() -> None:
    folders = {PurePosixPath(name).parent for name in files() if name.endswith(".py") and "/" in name}
    bare = [
        str(folder)
        for folder in folders
        if folder.parts[0] in FOLDERS
        and folder.parts[:2] != ("migrations", "versions")  # Alembic loads these by their path
        and not (ROOT / folder / "__init__.py").is_file()
    ]
    assert bare == []


# --- A test for every module -----------------------------------------------------------------------------------


def _tests_of(module: str) -> list[str]:
    """The names that a module's test may have: the same path under tests/, or with the sub-package in its name."""
    path = PurePosixPath(module)
    room, *inner = path.parent.parts
    stem = path.stem.strip("_")
    names = ["/".join(["tests", room, *inner, f"test_{stem}.py"]), f"tests/{room}/test_{stem}.py"]
    for at in range(len(inner)):
        for above in ("_".join(inner[at:]), "_".join([*inner[at:-1], inner[-1].removesuffix("s")])):
            names.append(f"tests/{room}/test_{above}_{stem}.py")
            names.append(f"tests/{room}/test_{above}.py")
    return names


def _has_code(module: str) -> bool:
    """Whether there is anything in the module but its docstring, imports and names handed on."""
    body = ast.parse(text_of(module)).body
    return any(isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef) for node in body)


MODULES = [
    name for name in files() if name.endswith(".py") and name.split("/")[0] in ROOMS and _has_code(name)
]


def test_every_module_has_its_test() -> None:
    known = set(files())
    without = [
        module
        for module in MODULES
        if module not in TESTED_ELSEWHERE and not any(test in known for test in _tests_of(module))
    ]
    assert without == []


def test_the_tests_elsewhere_exist_and_are_needed() -> None:
    known = set(files())
    for module, test in TESTED_ELSEWHERE.items():
        assert module in known, f"{module} is gone: take it off the list"
        assert test in known, f"{test} is gone: where is {module} tested?"
        assert not any(name in known for name in _tests_of(module)), f"{module} has its own test by now"


def test_every_test_module_tests() -> None:
    empty = [
        name
        for name in files()
        if PurePosixPath(name).name.startswith("test_")
        and name.endswith(".py")
        and not re.search(
            r"^\s*(async )?def test_|^\s*class Test|= .*\.TestCase$", text_of(name), re.MULTILINE
        )
    ]
    assert empty == []


def test_code_files_stay_short() -> None:
    long = {
        name: length
        for name in files()
        if name.endswith((".py", ".sh")) and not name.startswith(MADE)
        if (length := text_of(name).count("\n")) > LINES_MOST
    }
    assert {name: length for name, length in long.items() if name not in LONG} == {}, (
        "look for a second concept"
    )
    assert set(LONG) <= set(long), "take the short ones off the list"


def test_every_module_says_what_it_is() -> None:
    silent = [
        name
        for name in files()
        if name.endswith(".py") and text_of(name).strip() and not ast.get_docstring(ast.parse(text_of(name)))
    ]
    assert silent == []


# --- Dependencies ----------------------------------------------------------------------------------------------


def _declared() -> list[Requirement]:
    table = project()["project"]
    extras = table["optional-dependencies"]
    assert isinstance(table["dependencies"], list)
    assert isinstance(extras, dict)
    return [
        Requirement(one) for one in [*table["dependencies"], *(x for group in extras.values() for x in group)]
    ]


def _pinned(name: str) -> dict[str, list[Version]]:
    pins: dict[str, list[Version]] = {}
    for found in re.finditer(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", text_of(name), re.MULTILINE):
        pins.setdefault(canonicalize_name(found[1]), []).append(Version(found[2]))
    return pins


def test_every_dependency_says_why_it_is_here() -> None:
    lines = text_of("pyproject.toml").splitlines()
    for requirement in _declared():
        stated = [line for line in lines if re.match(rf'\s*"{re.escape(requirement.name)}["<>=~!;\[]', line)]
        assert stated, requirement.name
        assert all(re.search(r'",?\s*#\s*\w', line) for line in stated), (
            f"no reason beside {requirement.name}"
        )


def test_the_locks_answer_to_what_is_declared() -> None:
    table = project()["project"]
    assert isinstance(table["dependencies"], list)
    every, running = _pinned("requirements/dev.txt"), _pinned("requirements/run.txt")
    # pyspark and torch are larger than all else together: whoever has a cluster, or trains, brings them;
    # atheris is built for one kind of machine
    extras = table["optional-dependencies"]
    assert isinstance(extras, dict)
    by_hand = {Requirement(text).name for text in (*extras["spark"], *extras["train"], *extras["fuzz"])}
    for requirement in _declared():
        for version in every.get(canonicalize_name(requirement.name), []):
            assert version in requirement.specifier, f"make lock: {requirement} is pinned to {version}"
        is_pinned = canonicalize_name(requirement.name) in every
        assert is_pinned or requirement.name in by_hand, f"make lock: {requirement} is not pinned"
    for text in table["dependencies"]:
        assert canonicalize_name(Requirement(text).name) in running, f"make lock: {text} is not pinned"
    assert {name: pins for name, pins in every.items() if name in running} == running


@pytest.mark.parametrize("lock", [name for name in files() if re.match(r"requirements/\w+\.txt$", name)])
def test_every_pin_has_hashes_and_names_no_index(lock: str) -> None:
    text = text_of(lock)
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    for entry in re.split(r"\n(?=\S)", text.rstrip()):
        assert entry.startswith("#") or "--hash=sha256:" in entry, entry.splitlines()[0]


# --- Words -----------------------------------------------------------------------------------------------------

#: Places of one person's machine.
FORBIDDEN = re.compile(r"(?<![\w.*~-])/(?:root|home|Users)" + r"/\w")


@pytest.mark.parametrize("line", ["cd /home" + "/x", '"/root' + '/a"', "(/Users" + "/b)"])
def test_forbidden_words_are_seen(line: str) -> None:
    assert FORBIDDEN.search(line)


@pytest.mark.parametrize("line", ["https://x.example/home/1", "~/home/x", "the root/", "networks/home/x"])
def test_innocent_words_are_not(line: str) -> None:
    assert not FORBIDDEN.search(line)


def test_no_file_speaks_of_one_machine() -> None:
    found = [
        f"{name}:{at}: {line.strip()[:100]}"
        for name in files()
        if not name.startswith(MADE)
        for at, line in enumerate(text_of(name).splitlines(), 1)
        if FORBIDDEN.search(line)
    ]
    assert found == []


def test_nothing_made_or_secret_is_kept() -> None:
    kept = [
        name
        for name in files()
        if re.search(r"(^|/)(\.env|__pycache__|\.venv|valuenet\.db)|\.(pyc|db|sqlite3?|pem|key)$", name)
    ]
    assert kept == []


# --- Documents -------------------------------------------------------------------------------------------------

PAGES = [name for name in files() if name.endswith(".md")]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_documents_are_there(name: str) -> None:
    assert len(text_of(name)) > 300


@pytest.mark.parametrize("command", list(COMMANDS))
def test_the_documents_mention_every_command(command: str) -> None:
    assert any(re.search(rf"\bvaluenet (--\S+ \S+ )?{command}\b", text_of(page)) for page in PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_links_and_paths_in_documents_lead_somewhere(page: str) -> None:
    folder = (ROOT / page).parent
    text = text_of(page)
    for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", text):
        assert (folder / target).exists(), f"{page} links to {target}"
    # A path in code style, such as `pipelines/store/schema.py`; one with NAME in it is a pattern.
    for path in re.findall(r"`([\w./-]+/[\w./-]*)`", text):
        if path.split("/")[0] in FOLDERS | OUTSIDE and "NAME" not in path:
            assert (ROOT / path).exists(), f"{page} speaks of {path}"


def test_commands_in_documents_exist() -> None:
    call = re.compile(r"^\s*(?:\$ )?(?:\.venv/bin/)?valuenet (?:--\w+ \S+ )*([a-z-]+)", re.MULTILINE)
    for page in PAGES:
        for block in re.findall(r"```(?:sh|bash|console)?\n(.*?)```", text_of(page), re.DOTALL):
            for word in call.findall(block):
                assert word in COMMANDS, f"{page} speaks of valuenet {word}"


def test_the_changelog_has_this_version() -> None:
    version = project()["project"]["version"]
    assert f"## [{version}]" in text_of("CHANGELOG.md")


# --- The outside -----------------------------------------------------------------------------------------------

SCRIPTS = [name for name in files() if name.endswith(".sh") or name == ".ci/run"]


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_are_sound(script: str) -> None:
    text = text_of(script)
    subprocess.run(["bash", "-n", str(ROOT / script)], check=True, stdin=subprocess.DEVNULL)
    if text.startswith("#!"):
        assert "set -euo pipefail" in text
        assert (ROOT / script).stat().st_mode & 0o111, f"{script} is not executable"


def _outside(tmp_path: Path, tools: tuple[str, ...], **programs: str) -> tuple[Path, dict[str, str]]:
    """A copy of the scripts, and an environment whose PATH has these system tools and programs alone."""
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    (tmp_path / "pyproject.toml").touch()
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ("bash", "env", "dirname", "mktemp", "tail", "rm", "cat", *tools):
        found = shutil.which(tool)
        assert found, tool
        (folder / tool).symlink_to(found)
    for name, code in programs.items():
        (folder / name).write_text(f"#!{folder / 'bash'}\n{code}\n")
        (folder / name).chmod(0o755)
    return tmp_path / "tools", {"PATH": str(folder), "HOME": str(tmp_path)}


def test_set_up_says_plainly_that_python_is_too_old(tmp_path: Path) -> None:
    old = 'if [[ $1 == --version ]]; then echo "Python 3.9.2"; else exit 1; fi'
    tools, environment = _outside(tmp_path, (), python3=old)
    result = subprocess.run([str(tools / "setup.sh")], capture_output=True, text=True, env=environment)
    assert result.returncode == 1
    assert "Python 3.11 or newer is needed; found: Python 3.9.2." in result.stderr
    assert "Traceback" not in result.stderr


def test_set_up_says_plainly_that_nothing_can_be_made_without_venv(tmp_path: Path) -> None:
    bare = 'case "$2" in *ensurepip*) exit 1 ;; *version_info*) echo 3.11 ;; esac'
    tools, environment = _outside(tmp_path, (), python3=bare)
    result = subprocess.run([str(tools / "setup.sh")], capture_output=True, text=True, env=environment)
    assert result.returncode == 1
    assert result.stderr.endswith("Install it: apt-get install python3.11-venv\n")


def test_what_fails_quietly_is_shown(tmp_path: Path) -> None:
    tools, environment = _outside(tmp_path, ())
    code = (
        f"set -euo pipefail; source {tools / 'lib.sh'}; quietly echo fine; quietly bash -c 'echo why; exit 7'"
    )
    result = subprocess.run(["bash", "-c", code], capture_output=True, text=True, env=environment)
    assert result.returncode == 7
    assert result.stdout == ""
    assert "fine" not in result.stderr
    assert result.stderr.splitlines()[-1] == "why"


def test_set_up_refuses_unknown_profiles(tmp_path: Path) -> None:
    tools, environment = _outside(tmp_path, ())
    result = subprocess.run([str(tools / "setup.sh"), "all"], capture_output=True, text=True, env=environment)
    assert (result.returncode, result.stderr) == (2, "usage: tools/setup.sh [run|dev]\n")


@pytest.mark.parametrize("target", ["demo", "test", "bench", "lint", "format", "lock", "clean", "help"])
def test_make_has_what_is_promised(target: str) -> None:
    result = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.search(rf"^{target} ", listed, re.MULTILINE)
