"""The page that a data package opens with, in Chinese and in English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, StrictUndefined

from analytics.basis import LEVEL_WORDS, Basis
from analytics.exhibits import Words
from analytics.package_schema import DATA
from analytics.passing_on import QUOTED_MOST, Extent, Passing

_TEMPLATE: Final = Path(__file__).with_name("package_readme.md.jinja")

_EXTENTS: Final[Mapping[Extent, Words]] = {
    "all": Words("事实和引文", "facts and quoted words"),
    "quotations": Words(
        f"事实和不超过 {QUOTED_MOST} 字的引文", f"facts and quotations of at most {QUOTED_MOST} characters"
    ),
    "facts": Words("事实、网址和页内位置，不含引文", "facts, addresses and places, no quoted words"),
    "nothing": Words("不转交", "nothing"),
}


def readme(
    basis: Basis,
    passing: Mapping[str, Passing],
    store: str,
    made: str,
    rows: Mapping[str, Sequence[Any]],
) -> str:
    """Markdown. store: the hash of its content. made: the day of the newest snapshot, or nothing. rows: file → its
    rows, of which the sources' end with the number of facts held back."""
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)  # noqa: S701  # Markdown, with a filter of its own
    environment.filters["cell"] = in_a_cell
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        edition=in_a_cell(basis.edition.name),
        store=store,
        made=made,
        level=LEVEL_WORDS[basis.facts.view.level],
        first=basis.years[0],
        last=basis.last,
        contents=DATA,
        rows={name: len(found) for name, found in rows.items()},
        passing=[one for _, one in sorted(passing.items())],
        extents=_EXTENTS,
        held=sum(row[-1] for row in rows["sources"]),
    )


def in_a_cell(text: str) -> str:
    """Words of strangers in a cell of a Markdown table."""
    return "".join(f"\\{one}" if one in "\\|`*_[]<>#" else " " if one in "\r\n\t" else one for one in text)
