"""A new source from a template: its file, its tests, its saved pages with what reading them gives.

The templates lie in `crawlers/scaffold/KIND/`. What they make works as it stands, against invented pages; the
author then fits it to the real site. Nothing that is there is written over.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from crawlers.urls import clean_url
from pipelines.errors import UsageError

TEMPLATES = Path(__file__).parent / "scaffold"
ENDING = ".jinja"
#: What each kind of template makes, by its folder.
KINDS: Mapping[str, str] = {
    "api": "a JSON API whose listing has pages",
    "pages": "pages that list, and a page of details for each entry",
    "feed": "a feed (RSS or Atom) and the articles that it names",
}

_NAME = re.compile(r"[a-z][a-z0-9_]{1,29}")
_HOME = re.compile(r"https?://[a-z0-9.-]{1,100}(?::\d{1,5})?/[A-Za-z0-9._~/-]{0,100}")


#: Behind the name of a file that is being written.
_PART: Final = ".part"


@dataclass(frozen=True, slots=True)
class Scaffold:
    """The files of a new source: their paths from the project's root, and their content."""

    name: str
    kind: str
    files: Mapping[Path, str]

    def write(self, root: Path) -> None:
        """Write all files, or those that a killed writing left out. Raises `UsageError`, and writes nothing, where
        all are there already, or one that is not as it would be written."""
        there = [path for path in self.files if (root / path).exists()]
        folder = Path("tests/crawlers/pages") / self.name
        strange = [path for path in there if (root / path).read_text("utf-8") != self.files[path]]
        strange += sorted({path.relative_to(root) for path in (root / folder).glob("*")} - self.files.keys())
        strange = [path for path in strange if path.suffix != _PART]
        if strange or len(there) == len(self.files):
            raise UsageError(f"{(strange or there)[0]} is there already: nothing was written")
        for path, content in self.files.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(target.name + _PART)
            part.write_text(content, encoding="utf-8")
            part.replace(target)


def scaffold(name: str, kind: str, home: str = "", title: str = "") -> Scaffold:
    """The files of a source of this kind. `home`: the address of its site, below which its pages lie.

    Raises `UsageError` for a name that no module can have, an address that is none, an unknown kind.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise UsageError(f"{name!r} is no name of a source: 2 to 30 of a-z, 0-9 and _, a letter first")
    if kind not in KINDS:
        raise UsageError(f"there is no kind {kind!r}; there are: {', '.join(KINDS)}")
    home = home or f"https://{name.replace('_', '-')}.example/"
    cleaned = clean_url(home if home.endswith("/") else home + "/")
    if cleaned is None or len(cleaned) > 75 or not _HOME.fullmatch(cleaned):
        raise UsageError(f"{home!r} is no address of a site, such as https://data.example.org/")
    # Chinese characters are two columns wide, and the lines of code have an end
    wide = sum(1 + (ord(char) > 0x2E00) for char in title)
    if wide > 50 or any(char in '"\\' or not char.isprintable() for char in title):
        raise UsageError(
            "the title is longer than 50 columns, or has quotes, backslashes or control characters"
        )
    words = {
        "name": name,
        "title": title or name.replace("_", " ").capitalize(),
        "class_name": "".join(part.capitalize() for part in name.split("_")) + "Spider",
        "home": cleaned,
        "host": urlsplit(cleaned).hostname or "",
    }
    # Delimiters that neither Python nor JSON uses; the words are checked above, so nothing needs escaping.
    environment = Environment(  # noqa: S701 - it makes code and pages of our own, out of checked words
        loader=FileSystemLoader(TEMPLATES / kind),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        variable_start_string="[[",
        variable_end_string="]]",
        block_start_string="[%",
        block_end_string="%]",
        comment_start_string="[#",
        comment_end_string="#]",
    )
    files = {
        _target(name, template): environment.get_template(template).render(words)
        for template in sorted(environment.list_templates(extensions=[ENDING.lstrip(".")]))
    }
    return Scaffold(name, kind, files)


def _target(name: str, template: str) -> Path:
    """Where the file that a template makes lies, from the project's root."""
    plain = template.removesuffix(ENDING)
    if plain == "source.py":
        return Path("crawlers/sources") / f"{name}.py"
    if plain == "test.py":
        return Path("tests/crawlers") / f"test_source_{name}.py"
    return Path("tests/crawlers/pages") / name / Path(plain).name


def project_root(start: Path) -> Path:
    """The nearest folder at or above `start` that is a checkout of the project. Raises `UsageError` for none."""
    for folder in (start, *start.parents):
        if (folder / "pyproject.toml").is_file() and (folder / "crawlers/sources").is_dir():
            return folder
    raise UsageError(f"{start} lies in no checkout of the project: change into one, or name it with --into")
