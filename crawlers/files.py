"""Files handed in or replayed: which there are, and the lasting name of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from pipelines.errors import InputError


def files_of(path: Path) -> Sequence[Path]:
    """The file itself, or all files under a folder, sorted. Raises `InputError` if there is nothing there."""
    if not path.exists():
        raise InputError("no such file or folder", where=str(path))
    return sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]


def lasting_name(path: Path) -> str:
    """The URL that stands for a file: its folder's and its own name, without the way to it on one machine."""
    resolved = path.resolve()
    return "file:///" + quote(f"{resolved.parent.name}/{resolved.name}")
