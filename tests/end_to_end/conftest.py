"""What the tests of whole commands share."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.small_disk import Disk


@pytest.fixture
def disk() -> Iterator[Disk]:
    """64 MiB, empty; a server under another user reaches it, too."""
    with tempfile.TemporaryDirectory(prefix="disk") as folder:
        Path(folder).chmod(0o755)
        found = Disk(Path(folder))
        try:
            found.mount(64 * 1024)
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"a small disk cannot be mounted here: {error}")
        yield found
        found.unmount()
