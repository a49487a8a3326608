"""Facts out of the relations between the organisations of each sentence."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

import numpy as np

from pipelines.reading.fact import Fact, Organisation, Piece, Role, Type
from pipelines.reading.relations.examples import Example, example
from pipelines.reading.relations.labels import COLUMNS, DIRECTED, INDEX, LABELS, TYPES, Matrix, reverse, roles
from pipelines.reading.relations.model import shared_model
from pipelines.reading.sentences import TEXT_LIMIT, Sentence, sentences

METHOD: Final = "relations 2"
#: A type with less than this chance is not spoken of; who reads facts sets bars of their own above it.
LEAST: Final = 0.2
#: In a sentence of more organisations (a list of guests), each is paired with its neighbours alone, and known
#: names with each other.
_CROWD: Final = 8
_NEIGHBOURS: Final = 3
#: Pairs of one text, at most.
_PAIRS: Final = 400
#: Names further apart are in no relation that a sentence of news states.
_FAR: Final = 160
_TOGETHER: Final = 512
#: Pairs to which the fast model gives no type with this chance are not shown to the slower one; a higher one where
#: a text has more than so many pairs.
_PROMISING, _PROMISING_OF_MANY = 0.03, 0.1
_MANY: Final = 12
#: Between two names, what makes the second one the doer: of 22 pairs of the training data 18 bear it out.
_PASSIVE: Final = re.compile(
    r"[近日已将正式或拟，,也曾]{0,3}(?:被|获得?|遭|由|为|受|引[入进])(?:(?:大|控股|新)?股东)?"
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    text: int
    sentence: Sentence
    first: Organisation
    second: Organisation
    example: Example
    least: float = _PROMISING


def read_all(texts: Sequence[str], organisations: Sequence[Sequence[Organisation]]) -> list[list[Fact]]:
    """The facts of each text between two of its organisations, sorted by place: one for each type of a pair that
    has at least the chance LEAST."""
    found: list[list[Fact]] = [[] for _ in texts]
    waiting: list[_Candidate] = []
    for at, (text, own) in enumerate(zip(texts, organisations, strict=True)):
        asked = list(islice(_candidates(at, text, own), _PAIRS))
        waiting += [replace(one, least=_PROMISING_OF_MANY) for one in asked] if len(asked) > _MANY else asked
        if len(waiting) >= _TOGETHER:
            _decide(waiting, texts, found)
            waiting = []
    _decide(waiting, texts, found)
    return [sorted(facts, key=lambda fact: (fact.start, fact.end, fact.type)) for facts in found]


def _candidates(at: int, text: str, own: Sequence[Organisation]) -> Iterator[_Candidate]:
    """The pairs of each sentence: of names that differ and do not overlap, each pair where it stands closest."""
    own = sorted((one for one in own if one.end <= TEXT_LIMIT), key=lambda one: (one.start, one.end))
    starts = [one.start for one in own]
    for sentence in sentences(text):
        low, high = bisect_left(starts, sentence.start), bisect_left(starts, sentence.end)
        within = [one for one in own[low:high] if one.end <= sentence.end]
        reach = _NEIGHBOURS if len(within) > _CROWD else len(within)
        closest: dict[tuple[str, str], tuple[Organisation, Organisation]] = {}
        for place, first in enumerate(within):
            near = within[place + 1 : place + 1 + reach]
            # those that somebody asks about are in no crowd
            asked = [one for one in within[place + 1 + reach :] if one.known] if first.known else []
            for second in (*near, *asked):
                gap = second.start - first.end
                if gap < 0 or gap > _FAR or first.text == second.text:
                    continue
                low_name, high_name = sorted((first.text, second.text))
                kept = closest.get((low_name, high_name))
                if kept is None or gap < kept[1].start - kept[0].end:
                    closest[low_name, high_name] = first, second
        words = text[sentence.start : sentence.end]
        for first, second in closest.values():
            spans = [(one.start - sentence.start, one.end - sentence.start) for one in (first, second)]
            yield _Candidate(at, sentence, first, second, example(words, *spans))


def _decide(candidates: Sequence[_Candidate], texts: Sequence[str], found: list[list[Fact]]) -> None:
    least = np.array([one.least for one in candidates], np.float32)
    labels, types = shared_model().chances([one.example for one in candidates], least)
    for row, column in np.argwhere(types >= LEAST):
        one = candidates[row]
        fact = _fact(texts, one, TYPES[column], labels[row], float(types[row, column]))
        found[one.text].append(fact)


def _fact(texts: Sequence[str], one: _Candidate, kind: Type, labels: Matrix, chance: float) -> Fact:
    """The likeliest label of the type gives the roles; the share of its type's chance that plays the same roles
    lowers the confidence where the direction is unsure."""
    columns = COLUMNS[kind]
    if kind != "cooperation" and _PASSIVE.fullmatch(texts[one.text], one.first.end, one.second.start):
        labels = _passive(labels)
    best = LABELS[columns[int(labels[columns].argmax())]]
    played = roles(best)
    agreeing = sum(
        float(labels[at]) for at in columns if kind == "cooperation" or roles(LABELS[at]) == played
    )
    sure = agreeing / max(float(labels[columns].sum()), 1e-9)
    pieces: dict[Role, tuple[Piece, ...]] = {}
    for role, organisation in zip(played, (one.first, one.second), strict=True):
        pieces[role] = (*pieces.get(role, ()), organisation.piece)
    return Fact(
        type=kind,
        roles=pieces,
        start=one.sentence.start,
        end=one.sentence.end,
        confidence=round(min(1.0, chance * sure * one.first.confidence * one.second.confidence), 4),
        method=METHOD,
        details={"relation": best},
    )


def _passive(labels: Matrix) -> Matrix:
    """The chances with those of the first doing something to the second given to the second doing it."""
    labels = labels.copy()
    for label in DIRECTED:
        labels[INDEX[reverse(label)]] += labels[INDEX[label]]
        labels[INDEX[label]] = 0
    return labels
