"""Spans of organisations in texts, from a tagger, from names known beforehand, and from the text's own words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from pipelines.reading.fact import Organisation
from pipelines.reading.organisations.lexer import shared_lexer
from pipelines.reading.sentences import sentences
from pipelines.simplifying import simplify_in_place


class Spotter:
    """Finds organisations; keeps nothing of one text for the next."""

    @staticmethod
    @cache
    def shared() -> Spotter:
        """The one spotter of this process."""
        return Spotter()

    def spot_all(
        self, texts: Sequence[str], known: Sequence[Sequence[str]] | None = None
    ) -> list[list[Organisation]]:
        """See `pipelines.reading.organisations.spot_all`."""
        lexer = shared_lexer()
        names = known if known is not None else [()] * len(texts)
        if len(names) != len(texts):
            raise ValueError(f"{len(texts)} texts, but known names for {len(names)}")
        pieces: list[tuple[int, int, str]] = []
        for number, text in enumerate(texts):
            simple = simplify_in_place(text)
            pieces += [(number, s.start, simple[s.start : s.end]) for s in sentences(simple)]
        spans: list[list[tuple[int, int, bool]]] = [
            _known_spans(text, given) for text, given in zip(texts, names, strict=True)
        ]
        for (number, offset, _), scores in zip(pieces, lexer.scores([p[2] for p in pieces]), strict=True):
            for start, end, tag in lexer.words(scores):
                if tag in ("ORG", "nt"):
                    spans[number].append((offset + start, offset + end, False))
        return [_settled(text, found) for text, found in zip(texts, spans, strict=True)]


def _known_spans(text: str, names: Sequence[str]) -> list[tuple[int, int, bool]]:
    spans = []
    for name in names:
        at = text.find(name) if name else -1
        while at >= 0:
            spans.append((at, at + len(name), True))
            at = text.find(name, at + len(name))
    return spans


def _settled(text: str, spans: list[tuple[int, int, bool]]) -> list[Organisation]:
    taken: list[tuple[int, int, bool]] = []
    reached = 0
    for is_known in (True, False):
        some = sorted((s for s in spans if s[2] is is_known), key=lambda s: (s[0], -s[1]))
        before = list(taken)
        reached = 0
        for start, end, sure in some:
            if start < reached or any(start < b and a < end for a, b, _ in before):
                continue
            reached = end
            taken.append((start, end, sure))
    return [
        Organisation(start, end, text[start:end], text[start:end], sure, 1.0 if sure else 0.6)
        for start, end, sure in sorted(taken)
    ]
