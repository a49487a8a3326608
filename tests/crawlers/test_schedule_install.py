"""Units and crontab lines: whole paths, nothing written over, secrets for their owner alone, good for systemd."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from crawlers.schedule.install import absolute_store, environment_file, for_cron, for_systemd, program
from pipelines.errors import UsageError
from tests.program import run

ODD = 'postgresql://u:p"a$s`w%\\d@h/valuenet'


def test_the_environment_file_is_read_by_a_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VALUENET_CONTACT", "a@b.example")
    monkeypatch.delenv("VALUENET_EPO_KEY", raising=False)
    path = tmp_path / "e.env"
    path.write_text(environment_file(ODD, {"VALUENET_EPO_KEY": "the key\nof an app"}), encoding="utf-8")
    shell = f'. {path}; printf \'%s|%s|%s\' "$VALUENET_STORE" "$VALUENET_CONTACT" "$VALUENET_EPO_KEY"'
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=True, env={})
    assert done.stdout == f"{ODD}|a@b.example|"
    assert "# the key of an app" in path.read_text("utf-8").replace("epo_ops: ", "")


def test_stores_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert absolute_store("sqlite:///valuenet.db") == f"sqlite:///{tmp_path.resolve()}/valuenet.db"
    assert absolute_store("postgresql://u:pw@h/v") == "postgresql://u:pw@h/v"


def test_the_crontab_line_starts_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    made, line = for_cron(Path("valuenet.env"), environment_file("sqlite:///x.db", {}), ["--help"])
    made.write(force=False)
    assert (folder / "valuenet.env").stat().st_mode & 0o777 == 0o600
    when, command = line[:14], line.removeprefix("*/10 * * * * ")
    assert when == "*/10 * * * * s"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True, cwd="/")
    assert "Visit all sources" in done.stdout


def test_percent_signs_are_shielded_from_cron(tmp_path: Path) -> None:
    _, line = for_cron(tmp_path / "x.env", "", ["--site", "https://a.example/%E4"])
    assert r"\%E4" in line


@pytest.mark.parametrize("user", [True, False])
def test_systemd_finds_no_fault(user: bool, tmp_path: Path) -> None:
    made = for_systemd(
        tmp_path, environment_file("sqlite:///x.db", {}), ["--site", "https://a.example/%E4 $b"], user=user
    )
    made.write(force=False)
    service = (tmp_path / "valuenet.service").read_text("utf-8")
    assert '"https://a.example/%%E4 $$b"' in service
    assert ("User=" in service) is not user
    assert f"EnvironmentFile={tmp_path.resolve()}/valuenet.env" in service
    assert Path(program()[0]).is_absolute()
    if shutil.which("systemd-analyze"):
        checked = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", *(["--user"] if user else []),
             str(tmp_path / "valuenet.service"), str(tmp_path / "valuenet.timer")],
            capture_output=True, text=True, timeout=50,
        )  # fmt: skip
        ours = [line for line in checked.stderr.splitlines() if "valuenet" in line]
        assert ours == [], checked.stderr


def test_nothing_is_written_over(tmp_path: Path) -> None:
    words = ("schedule", "install", "--systemd", str(tmp_path / "units"))
    first = run(*words, cwd=tmp_path)
    assert "systemctl link" in first.stderr
    (tmp_path / "units" / "valuenet.timer").write_text("mine")
    again = run(*words, cwd=tmp_path, check=False)
    assert again.returncode == 2
    assert "--force" in again.stderr
    assert (tmp_path / "units" / "valuenet.timer").read_text() == "mine"
    run(*words, "--force", cwd=tmp_path)
    assert "OnCalendar" in (tmp_path / "units" / "valuenet.timer").read_text()


def test_misuse_is_explained(tmp_path: Path) -> None:
    assert run("schedule", "install", cwd=tmp_path, check=False).returncode == 2
    with pytest.raises(UsageError, match="cannot stand in a unit file"):
        for_systemd(tmp_path, "", ["a\nb"], user=True)
