"""Files that commands take and write, and every column of the data package."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from analytics.package_schema import DATA, Content, Field
from crawlers.kinds import kinds
from tools.reference.markdown import MADE, code, plain, table

FILE: Final = Path(__file__).with_name("files.yaml")


def files() -> dict[str, list[dict[str, str]]]:
    """`taken` and `written`: command, file, columns."""
    found: dict[str, list[dict[str, str]]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


def files_page() -> str:
    """The page."""
    told: dict[str, list[dict[str, Any]]] = files()
    parts = [MADE, "# Files\n\n"]
    for heading, key in (("Taken", "taken"), ("Written", "written")):
        rows = ((code(one["command"]), one["file"], one["columns"]) for one in told[key])
        parts.append(f"## {heading}\n\n" + table(("command", "file", "columns or content"), rows))
    parts.append(
        "## Kinds of files handed in\n\nAll columns and their other names: [files handed in](../import.md).\n\n"
    )
    listed = (
        (f"[{name}](../import.md#{name})", plain(kind.row), ", ".join(map(code, kind.required)),
         ", ".join(code(one) for one in (*kind.fields, *kind.attributes) if one not in kind.required))
        for name, kind in kinds().items()
    )  # fmt: skip
    parts.append(table(("kind", "a row is", "needed", "may be given"), listed))
    parts.append(
        "## The data package\n\n`valuenet package EDITION --out DIR` writes each of these as CSV and as Parquet, "
        "under `data/`; [what may be passed on](../data-package.md). Columns that are **bold** name a row. "
        "An empty value is not known.\n\n"
    )
    parts += map(_content, DATA)
    return "".join(parts).rstrip() + "\n"


def _content(one: Content) -> str:
    rows = (
        (_name(field, one), field.type, _more(field), plain(field.words.en), plain(field.words.zh))
        for field in one.fields
    )
    return f"### {one.name}\n\n{plain(one.words.en)} · {plain(one.words.zh)}\n\n" + table(
        ("column", "type", "unit, reference", "in English", "in Chinese"), rows
    )


def _name(field: Field, one: Content) -> str:
    return f"**{code(field.name)}**" if field.name in one.key else code(field.name)


def _more(field: Field) -> str:
    words = [plain(field.unit.en)] if field.unit else []
    words += [f"→ {code('.'.join(field.refers))}"] if field.refers else []
    words += [] if field.required else ["may be empty"]
    return ", ".join(words)
