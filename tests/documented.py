"""The commands that the documents show: every line of a block of code that begins with `valuenet`."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: A page made from the program shows commands that the program itself holds.
MADE = ROOT / "docs" / "reference"
#: Lines in a fence for the shell, or indented as a block.
_FENCE = re.compile(r"^```(?:sh|bash|console)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_OTHER = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_INDENTED = re.compile(r"^ {4}(valuenet .*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Shown:
    """A command as a page shows it: its words behind `valuenet`, without the comment."""

    page: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page}: valuenet {shlex.join(self.words)}"

    @property
    def has_placeholder(self) -> bool:
        """Whether a word stands for what a reader fills in, such as FILE; then it cannot be run as it is."""
        return any(re.fullmatch(r"[A-Z]{2,}(\.\.\.)?", word) or word == "…" for word in self.words)


def pages() -> list[Path]:
    """The README and the pages of docs/, without those made from the program."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def shown(page: Path) -> Iterator[Shown]:
    """The commands of a page, in its order."""
    text = page.read_text(encoding="utf-8")
    found = [(block.start(), block[1]) for block in _FENCE.finditer(text)]
    # blanked, so that what stands indented in a fence is no second command, and places stay
    plain = _OTHER.sub(lambda block: re.sub(r"[^\n]", " ", block[0]), text)
    found += [(line.start(), line[1]) for line in _INDENTED.finditer(plain)]
    for _, block in sorted(found):
        for line in re.sub(r"\\\n\s*", " ", block).splitlines():
            if line.startswith(("valuenet ", "$ valuenet ")):
                words = shlex.split(line.removeprefix("$ "), comments=True)[1:]
                yield Shown(page.relative_to(ROOT).as_posix(), tuple(words))
