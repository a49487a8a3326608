"""A folder that becomes the image's file system, step by step, and processes run in it as an engine runs them.

Bubblewrap gives each process its own view: with `--unshare-net` no network but its own, with `--ro-bind` no file of
the image that could change. What runs as the image's user has no capability at all.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from tools.image.containerfile import Settings, kept_out

#: What an engine sets for the official image of Python.
BASE: Final = {"PATH": "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
#: Debian, and in it what the official image brings beyond it.
PACKAGES: Final = "python3,python3-venv,ca-certificates"
MIRROR: Final = "http://deb.debian.org/debian"
#: Settings of this machine that the steps need to reach the package index.
LENT: Final = ("PIP_INDEX_URL", "PIP_DEFAULT_TIMEOUT", "http_proxy", "https_proxy", "no_proxy")
#: An engine has a place for it in every container.
SHARED_MEMORY: Final = "/dev/shm"  # noqa: S108 - a place in the image
CERTIFICATES: Final = Path("/etc/ssl/certs/ca-certificates.crt")


class StepFailed(Exception):
    """A step or a command in the image ended with another code than 0; the message has its last lines."""


@dataclass(frozen=True, slots=True)
class View:
    """What a process may do. writable: folder outside → place inside; scratch: places that are empty and forgotten
    afterwards; network: this machine's, though without names of other machines, or none but its own loopback."""

    writable: Mapping[Path, str]
    scratch: tuple[str, ...] = ("/tmp",)  # noqa: S108 - a place in the image
    environment: Mapping[str, str] | None = None
    network: bool = False


def debian(folder: Path) -> None:
    """Make a Debian 12 with its Python 3.11 where the official image has its own: below /usr/local, as `python`."""
    made = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(made, ignore_errors=True)
    run(["debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(made), MIRROR])
    run([*_own(made), "--setenv", "PATH", BASE["PATH"], "python3", "-m", "venv", "/usr/local"])
    made.rename(folder)


def run_step(root: Path, settings: Settings, command: str) -> None:
    """A RUN step: a shell line, with the network, as the user so far."""
    lent = {name: os.environ[name] for name in LENT if name in os.environ}
    words = [*_own(root), "--chdir", settings.workdir]
    if CERTIFICATES.is_file():
        words += ["--ro-bind", str(CERTIFICATES), "/run/certificates.crt"]
        lent["PIP_CERT"] = "/run/certificates.crt"
    for name, value in {**BASE, "DEBIAN_FRONTEND": "noninteractive", **lent, **settings.environment}.items():
        words += ["--setenv", name, value]
    run([*words, *_as(root, settings.user), "/bin/sh", "-c", command])


def copy_step(root: Path, settings: Settings, text: str, project: Path, patterns: Sequence[str]) -> None:
    """A COPY step: files of the project, and what is in its folders, less what is kept out."""
    *sources, last = text.split()
    target = root / (PurePosixPath(settings.workdir) / last).relative_to("/")
    for source in sources:
        found = project / source
        if found.is_dir():
            for path in sorted(found.rglob("*")):
                own = PurePosixPath(path.relative_to(project))
                if path.is_file() and not kept_out(own, patterns):
                    _copy(path, target / path.relative_to(found))
        else:
            into = len(sources) > 1 or last.endswith("/") or target.is_dir()
            _copy(found, target / found.name if into else target)


def view(root: Path, settings: Settings, look: View, words: Sequence[str]) -> list[str]:
    """The command line that runs the words in the image as an engine would: files read-only, no capability, no new
    rights, the image's user, the first process of its own."""
    line = ["bwrap", "--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--as-pid-1"]
    line += [] if look.network else ["--unshare-net"]
    line += ["--ro-bind", str(root), "/", "--proc", "/proc", "--dev", "/dev"]
    line += ["--ro-bind", "/dev/null", "/etc/resolv.conf"]  # no trial visits the live web
    for place in (SHARED_MEMORY, *look.scratch):
        line += ["--perms", "1777", "--tmpfs", place]
    for folder, place in look.writable.items():
        line += ["--bind", str(folder), place]
    line += ["--chdir", settings.workdir, "--clearenv", "--cap-drop", "ALL"]
    for one in ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"):
        line += ["--cap-add", one]
    for name, value in {**BASE, **settings.environment, **(look.environment or {})}.items():
        line += ["--setenv", name, value]
    return [*line, *_as(root, settings.user), *words]


def run(words: Sequence[str], stdin: str = "") -> str:
    """The command's output; StepFailed with its last lines where it fails."""
    done = subprocess.run(  # noqa: S603 - the words are the project's own
        list(words), input=stdin, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        said = f"{done.stdout}\n{done.stderr}".strip().splitlines()[-30:]
        raise StepFailed(f"code {done.returncode}: {words[-1]}\n" + "\n".join(said))
    return done.stdout


def account(root: Path, user: str) -> tuple[int, int]:
    """Number and group of a user of the image. KeyError: it has none of that name."""
    for line in (root / "etc/passwd").read_text(encoding="utf-8").splitlines():
        name, _, number, group, *_ = line.split(":")
        if name == user:
            return int(number), int(group)
    raise KeyError(user)


def _own(root: Path) -> list[str]:
    """Everything of the folder may be written, with all rights of its root."""
    line = [
        "bwrap",
        "--die-with-parent",
        "--unshare-pid",
        "--cap-add",
        "ALL",
        "--clearenv",
        "--bind",
        str(root),
        "/",
    ]
    for name in ("/etc/resolv.conf", "/etc/hosts"):
        line += ["--ro-bind", name, name]
    return [*line, "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/run"]


def _as(root: Path, user: str) -> list[str]:
    if user == "root":
        return []
    number, group = account(root, user)
    rights = [
        "--clear-groups",
        "--no-new-privs",
        "--bounding-set=-all",
        "--inh-caps=-all",
        "--ambient-caps=-all",
    ]
    return ["setpriv", f"--reuid={number}", f"--regid={group}", *rights, "--"]


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)
