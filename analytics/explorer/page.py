"""Writes the explorer: a folder of two pages, one a language, that a browser opens without a server.

Invariants: the same store gives the same bytes; what comes from the web is data of a script, never a part of one,
and reaches the page as text; a page loads nothing but what lies beside it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from sqlalchemy import Engine

from analytics.basis import Basis
from analytics.csv_files import write_whole
from analytics.exhibits import LANGUAGES, Language
from analytics.explorer.contents import AREAS, TECHNOLOGIES, Contents, contents, group_words
from analytics.explorer.facts import EDGES_A_FILE, fact_files
from analytics.explorer.packing import lines, packed, script, text
from analytics.explorer.words import words
from analytics.figure_networks import network_figure
from analytics.network_chart import COLOURS, picture
from analytics.networks import DIMENSIONS
from analytics.out_folder import refuse_ways_out
from analytics.report.wording import DIMENSION_WORDS, ENTITY_KINDS
from pipelines.errors import UsageError
from pipelines.taxonomy import taxonomy

#: Nothing runs and nothing is loaded but what lies beside the page.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
PAGES: Final[Mapping[Language, str]] = {"zh": "index.html", "en": "en.html"}
#: In the order in which they are loaded, before the data and after it.
_SCRIPTS: Final = (
    "base.js", "network.js", "camera.js", "shaders.js", "scene.js", "names.js", "moving.js", "search.js",
    "filters.js", "facts.js", "details.js",
)  # fmt: skip
_LAST: Final = "start.js"
_STYLE: Final = "explorer.css"
_PICTURE_PIXELS: Final = 1200


@dataclass(frozen=True, slots=True)
class RootLinks:
    """Ways from the explorer's pages to those of a report, relative to the explorer's folder.

    home: the report's first page, by language. entity: the page of an entity, by language, with `{entity}` for its
    id. entities: those that have such a page.
    """

    home: Mapping[Language, str] = field(default_factory=dict)
    entity: Mapping[Language, str] = field(default_factory=dict)
    entities: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Explorer:
    """What was written."""

    folder: Path
    years: tuple[int, ...]
    nodes: int
    edges: int
    files: int
    bytes: int


def write_explorer(
    engine: Engine, basis: Basis, out: Path, *, root_links: RootLinks | None = None
) -> Explorer:
    """Write the explorer of the networks of a basis into `out`, over an earlier one.

    The report's site calls this with `out / "explorer"` and links to `explorer/index.html` (Chinese) and
    `explorer/en.html` (English); `#node=ENTITY&year=2019` behind the address opens the page there. Raises
    UsageError where `out` is a file, or holds a link that leads elsewhere.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file; an explorer is a folder")
    refuse_ways_out(out)
    seen = contents(basis)
    writer = _Writer(out)
    # the first page goes first and comes last: where it stands, all that it leads to stands, too
    (out / PAGES["zh"]).unlink(missing_ok=True)
    for name in (*_SCRIPTS, _LAST, _STYLE):
        writer.text(name, resources.files(__package__).joinpath("static", name).read_text(encoding="utf-8"))
    writer.text("words.js", script("Valuenet.speak", {one: words(one) for one in LANGUAGES}))
    writer.text("data.js", script("Valuenet.take", _data(basis, seen, root_links or RootLinks())))
    written = 0
    for written, one in enumerate(fact_files(engine, basis, seen.facts()), start=1):
        writer.text(f"facts/{written - 1}.js", script("Valuenet.facts.take", written - 1, one))
    _drop_old_facts(out, written)
    for language in sorted(LANGUAGES, key=lambda one: one == "zh"):
        _page(writer, basis, language, root_links or RootLinks(), shown=bool(len(seen.network.nodes)))
    return Explorer(
        out, basis.years, len(seen.network.nodes), len(seen.network.edges), writer.files, writer.bytes
    )


class _Writer:
    """Files of one folder, each whole or not at all; how many, and how large they are."""

    def __init__(self, out: Path) -> None:
        self._out, self.files, self.bytes = out, 0, 0

    def text(self, name: str, content: str) -> None:
        path = self._out / name
        path.parent.mkdir(parents=True, exist_ok=True)

        def fill(file: IO[str]) -> None:
            file.write(content)

        write_whole(path, fill)
        self._count(path)

    def data(self, name: str, content: bytes) -> None:
        path = self._out / name
        part = path.with_name(path.name + ".part")
        try:
            part.write_bytes(content)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        self._count(path)

    def _count(self, path: Path) -> None:
        self.files += 1
        self.bytes += path.stat().st_size


def _drop_old_facts(out: Path, count: int) -> None:
    """An earlier explorer may have had more files of facts."""
    for path in (out / "facts").glob("*.js"):
        if re.fullmatch(r"\d{1,9}", path.stem) and int(path.stem) >= count:
            path.unlink()


def _page(writer: _Writer, basis: Basis, language: Language, links: RootLinks, *, shown: bool) -> None:
    name = f"picture_{language}.webp" if shown else ""
    if shown:
        drawn = network_figure(basis, "explorer", basis.last).drawn
        assert drawn is not None  # the figure of a network has one
        writer.data(name, picture(drawn, language, _PICTURE_PIXELS))
    other: Language = "en" if language == "zh" else "zh"
    page = _environment().get_template("explorer.html").render(
        language=language, t=words(language), policy=POLICY, edition=basis.edition.name, years=basis.years,
        year=basis.last, picture=name, home=links.home.get(language, ""), other=PAGES[other],
        other_language="en" if other == "en" else "zh-Hans", scripts=(*_SCRIPTS, "words.js", "data.js", _LAST),
        style=_STYLE,
    )  # fmt: skip
    writer.text(PAGES[language], page)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("analytics.explorer"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip


def _data(basis: Basis, seen: Contents, links: RootLinks) -> dict[str, Any]:
    """Everything that the page knows from the beginning; rows of numbers are packed."""
    nodes, edges, labels = seen.network.nodes, seen.network.edges, seen.labels
    kinds = sorted({str(one) for one in nodes["kind"]})
    pages = frozenset(links.entities)
    names = [text(one) for one in nodes["name"]]
    english = [text(one) for one in nodes["name_en"]]
    return {
        "edition": basis.edition.name,
        "years": list(seen.years),
        "dimensions": [[DIMENSION_WORDS[one].zh, DIMENSION_WORDS[one].en] for one in DIMENSIONS],
        "groups": [
            {"words": list(said), "colour": colour}
            for said, colour in zip(group_words(), COLOURS, strict=True)
        ],
        "kinds": [_kind(one) for one in kinds],
        "technologies": [[term.zh, term.en or term.zh] for term in taxonomy(TECHNOLOGIES)],
        "areas": [[term.zh, term.en or term.zh] for term in taxonomy(AREAS)],
        "size": len(nodes),
        "ids": lines(nodes["entity"]),
        "names": lines(names),
        "english": lines("" if one == name else one for one, name in zip(english, names, strict=True)),
        "x": packed(seen.places[:, 0], "f4"),
        "y": packed(seen.places[:, 1], "f4"),
        "group": packed(seen.groups, "u1"),
        "kind": packed([kinds.index(str(one)) for one in nodes["kind"]], "u1"),
        "sample": packed(nodes["sample"].to_numpy(), "u1"),
        "paged": packed(np.array([one in pages for one in nodes["entity"]], dtype=np.uint8), "u1"),
        "source": packed(edges["source"], "u4"),
        "target": packed(edges["target"], "u4"),
        "dimension": packed([DIMENSIONS.index(one) for one in edges["dimension"]], "u1"),
        "since": packed(seen.since, "u1"),
        "facts": packed(edges["facts"], "u4"),
        "labelled": packed(labels["edge"], "u4"),
        "labelSince": packed(labels["year"], "u1"),
        "labelTechnologies": packed(labels["technologies"], "u4"),
        "labelAreas": packed(labels["areas"], "u4"),
        "edgesAFile": EDGES_A_FILE,
        "entityPages": {one: links.entity.get(one, "") for one in LANGUAGES},
    }


def _kind(kind: str) -> list[str]:
    said = ENTITY_KINDS.get(kind)
    return [said.zh, said.en] if said else [text(kind), text(kind)]
