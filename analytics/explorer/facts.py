"""The facts behind the edges, in files that the page loads when a reader asks for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Engine

from analytics.basis import Basis
from analytics.explorer.packing import text
from analytics.report.describing import when
from analytics.report.wording import KINDS
from analytics.trace import Quoted, TracedFact, trace
from pipelines.web_addresses import web_address

#: Edges whose facts stand in one file.
EDGES_A_FILE: Final = 500
#: Facts of an edge, places of a fact and letters of a quote that a page shows; the store has them all.
FACTS_MOST: Final = 20
_PLACES_MOST: Final = 3
_LETTERS_MOST: Final = 300


def fact_files(engine: Engine, basis: Basis, behind: Sequence[Sequence[int]]) -> Iterator[dict[str, Any]]:
    """For every `EDGES_A_FILE` edges: `facts`, and `edges`, for each edge the places of its facts in that list.

    behind: the facts of each edge. The newest are listed first.
    """
    for first in range(0, len(behind), EDGES_A_FILE):
        chosen = behind[first : first + EDGES_A_FILE]
        wanted = {fact for facts in chosen for fact in facts}
        traced = trace(engine, wanted, basis.facts.view, heads=basis.heads)
        # Undated ones come last in either order.
        order = sorted(traced, key=lambda one: (one.valid_from is None, -_day(one), one.fact))
        place = {one.fact: at for at, one in enumerate(order)}
        edges = [sorted(place[fact] for fact in facts if fact in place)[:FACTS_MOST] for facts in chosen]
        used = sorted({at for edge in edges for at in edge})
        again = {at: new for new, at in enumerate(used)}
        yield {
            "facts": [_shown(order[at]) for at in used],
            "edges": [[again[at] for at in edge] for edge in edges],
        }


def _day(fact: TracedFact) -> int:
    return fact.valid_from.toordinal() if fact.valid_from else 0


def _shown(fact: TracedFact) -> dict[str, Any]:
    kind = KINDS.get(fact.kind)
    said = (
        fact.value
        if fact.value == fact.as_written or not fact.as_written
        else f"{fact.value} {fact.as_written}"
    )
    return {
        "id": str(fact.fact),  # longer than the numbers of a script
        "kind": [kind.zh, kind.en] if kind else [fact.kind, fact.kind],
        "when": "" if fact.valid_from is None and fact.valid_to is None else when(fact, "en"),
        "said": _cut(said.strip()),
        "source": [text(fact.source_title_zh) or fact.source, text(fact.source_title) or fact.source],
        "places": [_place(one) for one in fact.evidence[:_PLACES_MOST]],
    }


def _place(one: Quoted) -> dict[str, str]:
    """`href` is empty where the address is no web address."""
    return {"quote": _cut(one.quote), "url": _cut(one.url), "href": text(web_address(one.url))}


def _cut(words: str) -> str:
    words = text(words)
    return words if len(words) <= _LETTERS_MOST else words[:_LETTERS_MOST] + "…"
