"""A folder that files are written into: nothing in it leads elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

from pipelines.errors import UsageError


def refuse_ways_out(folder: Path) -> None:
    """Raise `UsageError` where the folder, or a folder in it, holds a symbolic link that leads out of it: writing
    would change files that nobody named. The folder itself may be a link, which was named."""
    inside = folder.resolve()
    for here, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(here, name)
            if path.is_symlink() and not path.resolve().is_relative_to(inside):
                raise UsageError(
                    f"{path} is a link that leads out of {folder}; take it away, or name another folder"
                )
