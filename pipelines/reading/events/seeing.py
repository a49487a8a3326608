"""From texts to what the networks see in them, window by window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.reading.events.candidates import Seen
from pipelines.reading.events.hidden import Hidden
from pipelines.reading.events.network import Tagger
from pipelines.reading.events.windows import half_width, mark, windows
from pipelines.reading.fact import Organisation
from pipelines.simplifying import simplify_in_place


@dataclass(frozen=True, slots=True)
class View:
    """A window that begins at `start` of its text, as seen."""

    start: int
    seen: Seen


def see(
    texts: Sequence[str], organisations: Sequence[Sequence[Organisation]], hidden: Hidden, tagger: Tagger
) -> list[list[View]]:
    """The windows of each text, with the chances of every label, and the organisations in them."""
    places: list[tuple[int, int]] = []
    pieces: list[str] = []
    named: list[tuple[tuple[int, int, bool, float], ...]] = []
    for number, text in enumerate(texts):
        simple = simplify_in_place(text)
        all_named = sorted(
            {
                (one.start, one.end, one.known, one.confidence)
                for one in organisations[number]
                if one.start < one.end
            }
        )
        first = 0
        for start, end in windows(simple):
            while first < len(all_named) and all_named[first][0] < start:
                first += 1
            last = first
            while last < len(all_named) and all_named[last][0] < end:
                last += 1
            places.append((number, start))
            pieces.append(simple[start:end])
            named.append(
                tuple(
                    (a - start, b - start, known, sure)
                    for a, b, known, sure in all_named[first:last]
                    if b <= end
                )
            )
            first = last
    marks = [
        mark(len(piece), [(a, b) for a, b, known, _ in inside if known])
        for piece, inside in zip(pieces, named, strict=True)
    ]
    shown = [half_width(piece) for piece in pieces]
    chances = tagger.chances(shown, hidden.states(shown), marks)
    given = [any(one.known for one in some) for some in organisations]
    views: list[list[View]] = [[] for _ in texts]
    for (number, start), piece, inside, likely in zip(places, pieces, named, chances, strict=True):
        views[number].append(View(start, Seen(piece, likely, inside, given[number])))
    return views
