"""What MkDocs does beside its usual work: pages of the root join the site, and links to code name their file.

The README is the site's first page. A page is written for whoever reads it in the repository; what leads out of
`docs/` there is turned here, so that no page has to know that the site exists.
"""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath
from typing import Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT: Final = Path(__file__).resolve().parents[1]
#: Documents of the root → their place in the site.
JOINED: Final = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "architecture.md",
    "DECISIONS.md": "decisions.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
#: A link or a picture of Markdown: `[words](target#place)`.
LINK: Final = re.compile(r"(?P<mark>!?)\[(?P<words>[^\]]*)\]\((?P<target>[^)#\s]*)(?P<place>#[^)\s]*)?\)")
#: Blocks of code, in which nothing is turned.
CODE: Final = re.compile(r"(^```.*?^```|^(?: {4,}|\t)[^\n]*$)", re.DOTALL | re.MULTILINE)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Take the documents of the root in."""
    for name, place in JOINED.items():
        files.append(File.generated(config, place, content=(ROOT / name).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn the links of a page."""
    at = page.file.src_uri
    origin = {place: name for name, place in JOINED.items()}.get(at, f"docs/{at}")
    return turned(markdown, origin, at)


def turned(markdown: str, origin: str, at: str) -> str:
    """The page with its links as the site has them. origin: its path from the root; at: its place in the site.

    A file of the repository that is no page of the site is named, without a link: the site may lie anywhere.
    """
    parts = CODE.split(markdown)
    return "".join(
        part if turn % 2 else LINK.sub(lambda found: _link(found, origin, at), part)
        for turn, part in enumerate(parts)
    )


def _link(found: re.Match[str], origin: str, at: str) -> str:
    target, place = found["target"], found["place"] or ""
    if not target or re.match(r"[a-z]+:", target):
        return found[0]
    path = os.path.normpath(PurePosixPath(origin).parent / target)
    if path in JOINED:
        goal = JOINED[path]
    elif path.startswith("docs/"):
        goal = path.removeprefix("docs/")
    else:
        return f"{found['words']} (`{path}`)" if found["words"] != path else f"`{path}`"
    leads = os.path.relpath(goal, PurePosixPath(at).parent)
    return f"{found['mark']}[{found['words']}]({leads}{place})"
