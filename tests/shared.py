"""Where the shared test material lies: beside the project, or at VALUENET_SHARED."""

from __future__ import annotations

import os
from pathlib import Path

from tests.conftest import unavailable

SHARED = Path(os.environ.get("VALUENET_SHARED") or Path(__file__).resolve().parents[2] / "shared")


def shared(*parts: str) -> Path:
    """A file or folder of the material; skips the test, saying why, where it is missing."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        unavailable("shared", f"the shared test material is not here: {path} (set VALUENET_SHARED)")
    return path
