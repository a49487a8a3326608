"""The index that the search page loads: scripts of plain data, since a page opened as a file may read no other.

Invariants: names of the web stand in the files as strings of JSON and in no other way; the same store gives the
same bytes; entities come by falling degree, so that the first part has those that are looked for most.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from analytics.exhibits import LANGUAGES, Table
from analytics.report.content import Content
from analytics.report.shown import label
from analytics.report.wording import ENTITY_KINDS
from analytics.report.writing import write_text
from pipelines.store import schema

#: Entities in one file.
PART_MOST: Final = 8000
#: Further names of an entity, and letters of one; the page of the entity has them all.
ALIASES_MOST: Final = 12
_LETTERS_MOST: Final = 80


def write_index(content: Content, folder: Path) -> None:
    """Write `contents.js` (exhibits and their cells) and `entities_0.js` and on."""
    entities = list(_entities(content))
    parts = [entities[at : at + PART_MOST] for at in range(0, len(entities), PART_MOST)]
    for number, part in enumerate(parts):
        write_text(folder / f"entities_{number}.js", _call("entities", part))
    kinds = {name: [words.zh, words.en] for name, words in ENTITY_KINDS.items()}
    found = {
        "parts": len(parts),
        "entities": len(entities),
        "kinds": kinds,
        "exhibits": [_exhibit(content, shown) for shown in content.tables],
    }
    write_text(folder / "contents.js", _call("contents", found))


def _call(name: str, data: Any) -> str:
    """A script that hands plain data to the search; `<` is written so that no mark-up can stand in it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for char in "<\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return f"valuenetSearch.{name}({text});\n"


def _exhibit(content: Content, shown: Table) -> dict[str, Any]:
    """Labels and titles in both languages; a row each [its path, its words in both languages]; the columns that a
    cell's path may end with."""
    return {
        "id": shown.id,
        "page": content.pages[shown.id],
        "label": [label(shown, language) for language in LANGUAGES],
        "title": [shown.title.zh, shown.title.en],
        "main": shown.main,
        "columns": [one.name for one in shown.columns if one.numeric],
        "rows": [[shown.row_path(row), *_row_words(shown, row)] for row in range(len(shown.frame))],
    }


def _row_words(shown: Table, row: int) -> tuple[str, str]:
    """What a row is about: its block, and its words or keys."""
    block = ""
    block_en = ""
    if len(shown.keys) > 1:
        block = block_en = str(shown.frame[shown.keys[0]].iloc[row])
        if block in shown.blocks:
            block, block_en = shown.blocks[block].zh, shown.blocks[block].en
    told = [one for one in shown.columns if one.kind in ("entity", "text")]
    if not told:
        key = str(shown.frame[shown.keys[-1]].iloc[row])
        return f"{block} {key}".strip(), f"{block_en} {key}".strip()
    chinese = str(shown.value(row, told[0].name) or "")
    english = str(shown.value(row, told[0].english) or "") if told[0].english else ""
    return f"{block} {chinese}".strip(), f"{block_en} {english or chinese}".strip()


def _entities(content: Content) -> Iterator[list[Any]]:
    """[id of the page or empty, name, English name, further names, kind, degree], of those that have a page or
    stand in the last network, by falling degree."""
    basis, pages = content.basis, content.entities.pages
    degree = content.entities.degree
    rows = basis.nodes[basis.nodes["entity"].isin({*degree, *pages})]
    further = _further_names(content, set(rows["entity"]))
    listed = sorted(
        zip(rows["entity"], rows["name"], rows["name_en"], rows["kind"], strict=True),
        key=lambda one: (-degree.get(one[0], 0), one[0]),
    )
    for entity, name, english, kind in listed:
        own = str(name)
        other = english if isinstance(english, str) and english != own else ""
        aliases = [one for one in further.get(entity, ()) if one not in (own, other)][:ALIASES_MOST]
        words = "|".join(one[:_LETTERS_MOST] for one in aliases)
        page = entity if entity in pages else ""
        yield [page, own[:200], other[:200], words, str(kind), degree.get(entity, 0)]


def _further_names(content: Content, wanted: set[str]) -> dict[str, list[str]]:
    """The names as written of each entity, those of most mentions first."""
    roles = content.basis.facts.roles[["mention", "entity"]].drop_duplicates()
    roles = roles[roles["entity"].isin(wanted)]
    whose = dict(zip(roles["mention"].tolist(), roles["entity"].tolist(), strict=True))
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    table = schema.mention
    with content.engine.connect() as connection:
        for row in connection.execute(select(table.c.id, table.c.name)):
            if row.id in whose:
                found = counts[whose[row.id]]
                found[row.name] = found.get(row.name, 0) + 1
    return {entity: sorted(names, key=lambda name: (-names[name], name)) for entity, names in counts.items()}
