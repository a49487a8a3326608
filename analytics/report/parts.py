"""The work on a report in parts that owe nothing to each other: pictures, pages of facts, pages of entities.

Invariant: each part asks the store for the facts that it shows, and forgets them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from analytics import charts
from analytics.exhibits import LANGUAGES, Figure
from analytics.report.content import Content
from analytics.report.fact_pages import IN_FULL, FactSet, Piece
from analytics.report.pages import Pages
from analytics.working import Task

T = TypeVar("T")

#: Pages in one part.
_SHELVES, _SETS, _ENTITIES = 10, 40, 40
_PIECES: Final = 40


def tasks(content: Content, languages: Sequence[Pages], out: Path) -> list[Task]:
    """All parts, the long ones first."""
    pages = content.fact_pages
    sets = list(pages.sets.values())
    pieces = {
        piece.name: piece for one in sets if len(one.facts) > pages.lines for piece in pages.pieces(one.facts)
    }
    # Before the work is shared out, so that it is read once.
    content.names, content.histories  # noqa: B018  # read here, kept there
    return [
        *(partial(_draw, one, out / "pictures") for one in content.figures),
        *(partial(_shelves, content, languages, part) for part in _parts(pages.shelves, _SHELVES)),
        *(
            partial(_entities, content, languages, part)
            for part in _parts(content.entities.listed, _ENTITIES)
        ),
        *(partial(_sets, content, languages, part) for part in _parts(sets, _SETS)),
        *(partial(_pieces, languages, part) for part in _parts(list(pieces.values()), _PIECES)),
    ]


def _draw(figure: Figure, folder: Path) -> int:
    for language in LANGUAGES:
        for ending, data in charts.pictures(figure, language).items():
            (folder / f"{figure.id}_{language}{ending}").write_bytes(data)
    return 0


def _shelves(content: Content, languages: Sequence[Pages], shelves: Sequence[Piece]) -> int:
    traced = content.traced(fact for one in shelves for fact in one.facts.tolist())
    for shelf in shelves:
        for pages in languages:
            pages.of_shelf(shelf, traced)
    return len(shelves) * len(languages)


def _sets(content: Content, languages: Sequence[Pages], sets: Sequence[FactSet]) -> int:
    few = [one.facts.tolist() for one in sets if len(one.facts) <= IN_FULL]
    traced = content.traced(fact for facts in few for fact in facts)
    for one in sets:
        for pages in languages:
            pages.of_set(one, traced)
    return len(sets) * len(languages)


def _pieces(languages: Sequence[Pages], pieces: Sequence[Piece]) -> int:
    for piece in pieces:
        for pages in languages:
            pages.of_piece(piece)
    return len(pieces) * len(languages)


def _entities(content: Content, languages: Sequence[Pages], entities: Sequence[str]) -> int:
    wanted: set[int] = set()
    for one in entities:
        wanted.update(content.entities.attribute_facts(one))
        if len(content.entity_facts[one]) <= IN_FULL:
            wanted.update(content.entity_facts[one].tolist())
    traced = content.traced(wanted)
    for one in entities:
        for pages in languages:
            pages.of_entity(one, traced)
    return len(entities) * len(languages)


def _parts(listed: Sequence[T], most: int) -> list[Sequence[T]]:
    return [listed[at : at + most] for at in range(0, len(listed), most)]
