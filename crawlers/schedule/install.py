"""Unit files for systemd, or a line for cron, that start `valuenet schedule run --once` again and again.

All paths are absolute. What is secret or changes stands in one environment file, which only its owner may read.
"""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from pipelines.errors import UsageError

#: What the environment file holds where it is set now; the rest of its lines are comments.
KEPT = ("VALUENET_STORE", "VALUENET_ARCHIVE", "VALUENET_CONTACT", "VALUENET_WEBHOOK_SECRET")
#: How often the agenda is looked at. A visit under way is not begun again.
MINUTES = 10


@dataclass(frozen=True, slots=True)
class Installation:
    """What is to be written (path → text, and whether it holds secrets), and what a person then does."""

    files: Mapping[Path, str]
    secret: Path
    steps: tuple[str, ...]

    def write(self, force: bool) -> None:
        """Write the files. Raises `UsageError`, writing none, where one is there and `force` is not given."""
        there = [path for path in self.files if path.exists()]
        if there and not force:
            raise UsageError(f"{there[0]} is there already; --force writes over it")
        for path, text in self.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            mode = 0o600 if path == self.secret else 0o644
            part = path.with_name(f".{path.name}.part")
            part.unlink(missing_ok=True)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
                file.write(text)
            part.replace(path)


def absolute_store(url: str) -> str:
    """The store's URL with the whole path of a SQLite file."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        return parsed.render_as_string(hide_password=False)
    return f"sqlite:///{Path(parsed.database).resolve()}"


def environment_file(store: str, keys: Mapping[str, str]) -> str:
    """The lines of the environment file, in the form that systemd and a shell both read. keys: names of the keys of
    sources, with what each is for; the values are for a person to fill in, or those of the present environment."""
    set_now = {name: os.environ.get(name, "") for name in KEPT} | {"VALUENET_STORE": store}
    lines = ["# The environment of valuenet's scheduled visits."]
    for name in KEPT:
        value = set_now[name]
        lines.append(f"{name}={_quoted(value)}" if value else f"# {name}=")
    for name, why in keys.items():
        value = os.environ.get(name, "")
        lines += [f"# {_line(why)}", f"{name}={_quoted(value)}" if value else f"# {name}="]
    return "\n".join(lines) + "\n"


def for_systemd(folder: Path, environment: str, words: list[str], *, user: bool) -> Installation:
    """A service that makes one round, and a timer that starts it every `MINUTES`; also after a time without power.

    user: for the user's own systemd instead of the system's. words: further words of `schedule run --once`.
    """
    folder = folder.resolve()
    secret = folder / "valuenet.env"
    command = " ".join(_unit_quoted(word) for word in [*program(), "schedule", "run", "--once", *words])
    service = "\n".join(
        [
            "[Unit]",
            "Description=valuenet: visit the sources that are due",
            "Wants=network-online.target",
            "After=network-online.target",
            "",
            "[Service]",
            "Type=oneshot",
            *([] if user else [f"User={getpass.getuser()}"]),
            f"WorkingDirectory={_unit_path(Path.cwd())}",
            f"EnvironmentFile={_unit_path(secret)}",
            f"ExecStart={command}",
            "# the scheduler tells its visits itself to stop, and waits for them",
            "KillMode=mixed",
            "TimeoutStopSec=90",
            "NoNewPrivileges=yes",
            "",
        ]
    )
    timer = "\n".join(
        [
            "[Unit]",
            "Description=valuenet: look every few minutes which sources are due",
            "",
            "[Timer]",
            f"OnCalendar=*:0/{MINUTES}",
            "RandomizedDelaySec=60",
            "Persistent=true",
            "",
            "[Install]",
            "WantedBy=timers.target",
            "",
        ]
    )
    control = "systemctl --user" if user else "systemctl"
    steps = [
        f"look through {secret}",
        *(
            []
            if folder.parts[-2:-1] == ("systemd",)
            else [f"{control} link {folder}/valuenet.service {folder}/valuenet.timer"]
        ),
        f"{control} daemon-reload",
        f"{control} enable --now valuenet.timer",
        f"look: {control} list-timers valuenet.timer; valuenet schedule list",
    ]
    if user:
        steps.append(
            f"loginctl enable-linger {getpass.getuser()}, so that it runs when you are not logged in"
        )
    files = {folder / "valuenet.service": service, folder / "valuenet.timer": timer, secret: environment}
    return Installation(files, secret, tuple(steps))


def for_cron(secret: Path, environment: str, words: list[str]) -> tuple[Installation, str]:
    """The environment file, and the line for `crontab -e`."""
    secret = secret.resolve()
    command = " ".join(_quoted(word) for word in [*program(), "schedule", "run", "--once", *words])
    inner = f"set -a; . {_quoted(str(secret))}; set +a; cd {_quoted(str(Path.cwd()))} && exec {command}"
    line = f"*/{MINUTES} * * * * {inner}".replace("%", r"\%")
    return Installation(
        {secret: environment}, secret, (f"look through {secret}", "crontab -e, and add:")
    ), line


def program() -> list[str]:
    """The command of this environment, with its whole path."""
    script = Path(sys.executable).with_name("valuenet")
    return [str(script)] if script.is_file() else [sys.executable, "-P", "-m", "valuenet"]


def _line(text: str) -> str:
    return " ".join(text.split())


def _quoted(text: str) -> str:
    r"""In double quotes, with a backslash before " \ $ and `: as a shell and systemd read it."""
    _check(text)
    return '"' + "".join(f"\\{one}" if one in '"\\$`' else one for one in text) + '"'


def _unit_quoted(text: str) -> str:
    """A word of a command line of a unit file."""
    _check(text)
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{text}"' if text != text.strip() or not text or any(one in text for one in " '\";") else text


def _unit_path(path: Path) -> str:
    """A path as the value of a setting: taken as it stands, but for `%`."""
    _check(str(path))
    return str(path).replace("%", "%%")


def _check(text: str) -> None:
    if any(ord(one) < 32 for one in text):
        raise UsageError(f"{text!r} cannot stand in a unit file or a crontab")
