"""Writes the checksums of the models that the program comes with: after training, python -m
pipelines.operations.doctor.models"""

from __future__ import annotations

import hashlib
from pathlib import Path

from pipelines.operations.doctor.environment import CHECKSUMS, ROOT

FOLDERS = ("pipelines/reading/*/model", "entity_resolution/*/model")


def listed(root: Path = ROOT) -> list[str]:
    """A line for each file of each model, as `sha256sum` writes it, by path."""
    paths = [
        path
        for pattern in FOLDERS
        for folder in root.glob(pattern)
        for path in folder.iterdir()
        if path.is_file()
    ]
    return [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(root).as_posix()}"
        for path in sorted(paths)
        if path.suffix != ".md"
    ]


if __name__ == "__main__":
    CHECKSUMS.write_text("\n".join(listed()) + "\n", "utf-8")
