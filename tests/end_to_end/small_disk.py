"""A disk that becomes full: a small file system in memory."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path


class Disk:
    """A small file system of its own, which may be made larger."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def mount(self, kibibytes: int) -> None:
        self._told("mount", "-t", "tmpfs", "-o", f"size={kibibytes}k", "tmpfs", str(self.place))

    def resize(self, kibibytes: int) -> None:
        self._told("mount", "-o", f"remount,size={kibibytes}k", str(self.place))

    def used(self) -> int:
        """Kibibytes."""
        return shutil.disk_usage(self.place).used // 1024

    def unmount(self) -> None:
        self._told("umount", "-l", str(self.place))

    def _told(self, *words: str) -> None:
        subprocess.run(words, check=True, capture_output=True)
