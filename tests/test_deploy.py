"""What deploy/ hands out: it can be read, its commands exist, and nothing listens beyond this computer."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path, PurePosixPath
from typing import Any

import click
import pytest
import yaml

from tests.conftest import unavailable
from tools.image.containerfile import Settings, Step, ignored, kept_out, service_words, steps
from valuenet import main

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
ROOT = DEPLOY.parent
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
CONTAINERFILE = (DEPLOY / "Containerfile").read_text("utf-8")
UNITS = sorted(DEPLOY.glob("*.service")) + sorted(DEPLOY.glob("*.timer"))


def understood(words: list[str]) -> None:
    """The words are a command line of the program: every sub-command and option exists."""
    command: click.Command = main
    context = click.Context(main)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words[0])
        assert found is not None, words
        command, words = found, words[1:]
    command.make_context("x", list(words), resilient_parsing=True)


def shell_commands(script: str) -> list[list[str]]:
    """The calls of the program in a line for a shell."""
    return [shlex.split(one) for one in re.findall(r"valuenet ([a-z][^;&|']*?)\s*(?:[;&|']|$)", script)]


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "postgres"])
def test_services_call_commands_that_exist(name: str) -> None:
    service = SERVICES[name]
    words = service["command"]
    if "entrypoint" in service:
        calls = shell_commands(words[0])
        assert calls, words
        for call in calls:
            understood(call)
    else:
        understood(words)


def test_services_are_kept_in() -> None:
    for name, service in SERVICES.items():
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:"), f"{name} listens to others: {port}"
        assert not service.get("privileged")
        if name != "postgres":
            assert service["read_only"]
            assert service["cap_drop"] == ["ALL"]
            assert service["security_opt"] == ["no-new-privileges:true"]
    assert COMPOSE["networks"]["inside"]["internal"]
    assert SERVICES["postgres"]["networks"] == ["inside"]
    assert SERVICES["worker"]["deploy"]["replicas"] == 2
    assert set(COMPOSE["volumes"]) == {"data", "database"}


def test_nothing_begins_before_the_store_is_there() -> None:
    for name, service in SERVICES.items():
        if name not in ("postgres", "init"):
            assert service["depends_on"] == {"init": {"condition": "service_completed_successfully"}}
    assert SERVICES["init"]["restart"] == "no"


def test_no_password_is_handed_out() -> None:
    for path in DEPLOY.iterdir():
        text = path.read_text("utf-8")
        assert not re.search(r"(?i)password[=:]\s*[a-z0-9]+$", text, re.MULTILINE), path
        for found in re.findall(r"://\w+:([^@\s]+)@", text):
            assert found == "PASSWORD", path


def test_the_image_is_of_the_lock_and_of_nobody() -> None:
    lines = CONTAINERFILE.splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users == ["valuenet"]
    assert lines.index("USER valuenet") < next(
        at for at, line in enumerate(lines) if line.startswith("ENTRYPOINT")
    )
    assert CONTAINERFILE.count("--require-hashes") == 2
    for line in lines:
        if line.startswith("COPY "):
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), line
    copied = {word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]}
    assert {"crawlers", "pipelines", "entity_resolution", "analytics", "migrations", "valuenet.py"} <= copied
    for package in ("chromium", "fonts-noto-cjk", "postgresql-client"):
        assert package in CONTAINERFILE


def test_the_environment_is_one_that_the_program_reads() -> None:
    text = (DEPLOY / "valuenet.env.example").read_text("utf-8")
    names = set(re.findall(r"^(?:# )?(VALUENET_\w+)=", text, re.MULTILINE))
    assert {"VALUENET_STORE", "VALUENET_CONTACT"} <= names
    code = "".join(
        path.read_text("utf-8")
        for path in (
            ROOT / "valuenet.py",
            *(ROOT / "crawlers").rglob("*.py"),
            *(ROOT / "pipelines").rglob("*.py"),
        )
    )
    assert [name for name in names if name not in code] == []


@pytest.mark.parametrize(
    "unit", [path for path in UNITS if path.suffix == ".service"], ids=lambda path: path.name
)
def test_units_call_commands_that_exist(unit: Path) -> None:
    text = unit.read_text("utf-8")
    starts = re.findall(r"^ExecStart=(.+)$", text, re.MULTILINE)
    calls = [call for start in starts for call in shell_commands(start)]
    assert len(calls) == len(starts) > 0
    for call in calls:
        understood(call)
    for wanted in ("User=valuenet", "NoNewPrivileges=yes", "ProtectSystem=strict", "EnvironmentFile="):
        assert wanted in text


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        unavailable("systemd", "systemd-analyze is not here")
        return
    for path in UNITS:
        # the program lies elsewhere here; all else is as handed out
        text = path.read_text("utf-8").replace("/opt/valuenet/.venv/bin/valuenet", "/bin/true")
        (tmp_path / path.name).write_text(text)
    done = subprocess.run(
        [program, "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))], capture_output=True, text=True
    )
    own = [line for line in done.stderr.splitlines() if "valuenet" in line]
    assert (own, done.returncode) == ([], 0), done.stderr


def test_every_timer_has_its_service() -> None:
    for path in UNITS:
        if path.suffix == ".timer":
            assert path.with_suffix(".service").is_file()
            assert "Persistent=true" in path.read_text("utf-8")


# What `make image-check` reads, and tries out at length.


def test_every_step_of_the_containerfile_is_understood() -> None:
    image, made = Settings(), []
    for step in steps(CONTAINERFILE):
        if not image.take(step):
            made.append(step.word)
    assert made[0] == "FROM"
    assert {"RUN", "COPY"} == set(made[1:])
    assert (image.user, image.workdir, image.volumes) == ("valuenet", "/data", ["/data"])
    assert [*image.entrypoint, *image.command] == ["/usr/bin/tini", "--", "valuenet", "--help"]
    assert image.environment["VALUENET_ARCHIVE"] == "/data/archive"
    assert service_words(SERVICES["worker"], image)[:4] == ["/usr/bin/tini", "--", "valuenet", "queue"]
    assert service_words(SERVICES["scheduler"], image)[-1].endswith("wait $!; done")


def test_a_step_goes_over_lines_with_remarks_between() -> None:
    text = "# a\nRUN one \\\n    # b\n    && two\nENV A=1 B='x y'\n"
    assert steps(text) == [Step("RUN", "one && two"), Step("ENV", "A=1 B='x y'")]


@pytest.mark.parametrize("line", ["ADD a b", "COPY --from=x a b", "HEALTHCHECK NONE", "run one"])
def test_what_the_trial_does_not_know_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="not understood"):
        steps(line)


def test_what_is_kept_out_of_the_image() -> None:
    patterns = ignored((DEPLOY / "Containerfile.dockerignore").read_text("utf-8"))
    for name in (
        ".git/config",
        "tests/x.py",
        "a/__pycache__/b.pyc",
        "deploy/valuenet.env",
        "valuenet.db",
        "a/b.db",
    ):
        assert kept_out(PurePosixPath(name), patterns), name
    for name in ("valuenet.py", "crawlers/sample_web/files.py", "pipelines/tests"):
        assert not kept_out(PurePosixPath(name), patterns), name
    with pytest.raises(ValueError, match="not understood"):
        ignored("a/b\n")


def test_all_units_are_kept_in_alike() -> None:
    kept = []
    for path in UNITS:
        if path.suffix == ".service":
            lines = path.read_text("utf-8").splitlines()
            kept.append(
                {
                    line
                    for line in lines
                    if re.match("Protect|Private|Restrict(?!Namespaces)|Capability|ReadWrite", line)
                }
            )
    assert all(one == kept[0] for one in kept)
    assert {
        "CapabilityBoundingSet=",
        "ProtectSystem=strict",
        "ProtectProc=invisible",
        "PrivateDevices=yes",
    } <= kept[0]
