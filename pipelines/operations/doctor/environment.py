"""The machine: Python, libraries against the lock, programs, a font, models, room on the disks, who may read
secrets."""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from packaging.markers import InvalidMarker, Marker

from pipelines.browsers import CHOSEN, find_browser
from pipelines.operations.doctor.finding import Finding, Findings

ROOT: Final = Path(__file__).resolve().parents[3]
LOCK: Final = ROOT / "requirements" / "run.txt"
PYTHON_LEAST: Final = (3, 11)
#: Library of the system → Debian's package, and what its lack does.
LINKED: Final = {
    "libgomp.so.1": ("libgomp1", "names cannot be compared (lightgbm needs it)"),
    "libatomic.so.1": ("libatomic1", "no browser can be driven (playwright needs it)"),
}
#: Below this much room an error, below that a warning (bytes).
ROOM_LEAST: Final = 1 << 30
ROOM_WANTED: Final = 10 << 30
#: Each model file's SHA-256, as `sha256sum` writes it. After training: python -m
#: pipelines.operations.doctor.models
CHECKSUMS: Final = Path(__file__).with_name("models.sha256")
#: Files that hold secrets, by the names that the program gives them.
SECRETS: Final = ("valuenet.env", "reviewers.json")
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)(?:\s*;\s*([^\\]+?))?\s*\\?$", re.MULTILINE)
_FONTS: Final = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
_CHINESE = re.compile(r"cjk|wqy|sourcehan|simhei|simsun|msyh|ukai|uming", re.IGNORECASE)


def python() -> Findings:
    """Its version."""
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < PYTHON_LEAST:
        yield Finding(
            "error", "python", f"Python {found} is too old", "install Python 3.11 or newer; make setup"
        )
    else:
        yield Finding("ok", "python", f"Python {found}")


def libraries(lock: Path = LOCK) -> Findings:
    """What is installed, against what is pinned."""
    if not lock.is_file():
        yield Finding("note", "libraries", "no lock lies beside the program: versions are not compared")
        return
    pins = _PIN.findall(lock.read_text("utf-8"))
    missing, others = [], []
    for name, pinned, marker in pins:
        if not _applies(marker):
            continue
        try:
            own = version(name)
        except PackageNotFoundError:
            missing.append(name)
            continue
        if own != pinned:
            others.append(f"{name} {own} (pinned: {pinned})")
    if missing:
        yield Finding("error", "libraries", f"not installed: {_few(missing)}", "make setup")
    if others:
        yield Finding("warning", "libraries", f"other than tested with: {_few(others)}", "make setup")
    if not missing and not others:
        yield Finding("ok", "libraries", f"{len(pins)} pinned, all as pinned")


def linked(libraries: Mapping[str, tuple[str, str]] = LINKED) -> Findings:
    """Whether the libraries of the system are there that those of Python are linked with and do not bring along."""
    for name, (package, lack) in libraries.items():
        try:
            ctypes.CDLL(name)
        except OSError:
            yield Finding("error", "libraries", f"{name} is not there: {lack}", f"apt-get install {package}")


def _applies(marker: str) -> bool:
    try:
        return not marker or Marker(marker).evaluate()
    except InvalidMarker:
        return True


def _few(words: list[str], most: int = 6) -> str:
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def programs(postgresql: bool) -> Findings:
    """A browser; for a store on PostgreSQL the programs that back it up."""
    found = find_browser()
    chosen = os.environ.get(CHOSEN, "").strip()
    if chosen and shutil.which(chosen) is None:
        yield Finding(
            "error", "browser", f"{CHOSEN} names {chosen}, which is not there", f"mend or unset {CHOSEN}"
        )
    if found is None:
        mend = "apt-get install chromium, or name one in VALUENET_BROWSER"
        yield Finding("warning", "browser", "no Chromium: some pages cannot be read, nothing printed", mend)
    else:
        yield Finding("ok", "browser", found)
    for name in ("pg_dump", "pg_restore", "psql") if postgresql else ():
        if shutil.which(name) is None:
            mend = "apt-get install postgresql-client"
            yield Finding("warning", "backup", f"{name} is not installed: no backup can be made", mend)


def font() -> Findings:
    """A font with Chinese letters, for pictures."""
    if _chinese_font():
        yield Finding("ok", "font", "a Chinese font is there")
    else:
        mend = "apt-get install fonts-noto-cjk"
        yield Finding("warning", "font", "no Chinese font: Chinese words in pictures will be boxes", mend)


def _chinese_font() -> bool:
    program = shutil.which("fc-list")
    if program:
        done = subprocess.run(  # noqa: S603 - a program of the system, fixed words
            [program, ":lang=zh-cn", "file"], capture_output=True, check=False, timeout=30
        )
        if done.stdout.strip():
            return True
    inside = Path(sys.prefix).glob("lib/python3*/site-packages/cvttf_NotoSansCJK_Regular")
    folders = [*(Path(one).expanduser() for one in _FONTS), *inside]
    return any(
        _CHINESE.search(path.name)
        for folder in folders
        if folder.is_dir()
        for path in folder.rglob("*.*t[tc]*")
    )


def models(root: Path = ROOT, checksums: Path = CHECKSUMS) -> Findings:
    """Whether every model is there, with the bytes that it was handed out with."""
    missing, others, count = [], [], 0
    for line in checksums.read_text("utf-8").splitlines():
        said, _, name = line.partition("  ")
        count += 1
        try:
            with (root / name).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != said:
                    others.append(name)
        except OSError:
            missing.append(name)
    if missing:
        yield Finding("error", "models", f"missing: {_few(missing)}", "install the program anew")
    if others:
        mend = "install the program anew; for one trained here: python -m pipelines.operations.doctor.models"
        yield Finding("warning", "models", f"not as handed out: {_few(others)}", mend)
    if not missing and not others:
        yield Finding("ok", "models", f"{count} files, all as handed out")


def room(folders: Iterable[Path]) -> Findings:
    """Free disk where the store and the archive lie."""
    seen: set[int] = set()
    for folder in folders:
        near = next((one for one in (folder, *folder.parents) if one.is_dir()), Path("/"))
        device = near.stat().st_dev
        if device in seen:
            continue
        seen.add(device)
        free = shutil.disk_usage(near).free
        words = f"{free / (1 << 30):.1f} GiB free at {near}"
        if free < ROOM_LEAST:
            yield Finding("error", "disk", words, "make room: valuenet archive prune, or a larger disk")
        elif free < ROOM_WANTED:
            yield Finding("warning", "disk", words, "look at what grows: valuenet archive prune")
        else:
            yield Finding("ok", "disk", words)


def secrets(folders: Iterable[Path]) -> Findings:
    """Whether files with secrets can be read by others."""
    for folder in dict.fromkeys(one.resolve() for one in folders):
        for name in SECRETS:
            path = folder / name
            try:
                mode = stat.S_IMODE(path.stat().st_mode)
            except OSError:  # not there, or not ours to look at
                continue
            if mode & 0o077:
                yield Finding(
                    "error", "secrets", f"others may read {path} (mode {mode:o})", f"chmod 600 {path}"
                )
            else:
                yield Finding("ok", "secrets", f"{path}: mode {mode:o}")
