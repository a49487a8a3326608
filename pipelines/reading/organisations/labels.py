"""Texts labelled with organisations, made of the two labelled sets the model is trained on.

FewFC (CC BY-SA 4.0) marks the roles of events; FinRE (MIT) gives two names in a sentence. Neither marks every
organisation: what nobody marked and the lexer takes for a name is unknown (`?`), and trains neither way.
"""

from __future__ import annotations

import csv
import hashlib
import json
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import ahocorasick

from pipelines.reading.organisations.lexer import Lexer, Scores
from pipelines.reading.sentences import sentences
from pipelines.simplifying import simplify_in_place

#: Roles of FewFC that an organisation may play; `-per` ones are persons.
ROLES: Final = ("sub", "obj", "sub-org", "obj-org", "target-company", "share-org", "institution")
PERSONS: Final = ("sub-per", "obj-per", "share-per")
#: Of `HELD_BACK_OF` FewFC texts and FinRE sentences one is held back from training, for the figures of the card.
HELD_BACK_OF: Final = 6

_NUMBER: Final = "<N>"
_NO_NAME: Final = re.compile(
    r"[、，,。；;%％“”\"]|^(?:公司|上市公司|标的公司|目标公司|股权|股份|子公司)$|^[\d.]+$"
)
_STOCK: Final = re.compile(r"(?:S\*ST|\*ST|SST|ST)$")
_NAMELIKE: Final = ("ORG", "nt", "nz", "nw")
_JOINING: Final = ("ORG", "nt", "nz", "nw", "LOC", "ns", "PER", "nr", "n")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text with the spans marked as organisations, and those marked as persons or as something else."""

    text: str
    organisations: tuple[tuple[int, int], ...]
    others: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence to learn from: for each character O, B, I, E, S (marked) or ? (nobody knows)."""

    text: str
    scores: Scores
    marks: str


def held_back(text: str) -> bool:
    """Whether a text is kept from training: decided by its content alone, so by everybody alike."""
    return hashlib.sha256(text.strip().encode()).digest()[0] % HELD_BACK_OF == 0


def tuned_on(text: str) -> bool:
    """Whether a text held back served to choose and to calibrate; the others are for the figures alone."""
    return held_back(text) and hashlib.sha256(text.strip().encode()).digest()[2] % 2 == 0


def read_rows(paths: Iterable[Path]) -> Iterator[Labelled]:
    """Labelled texts of FewFC (`.jsonl`) and FinRE (`.tsv`) files, each text once."""
    for path in paths:
        if path.suffix == ".jsonl":
            with path.open(encoding="utf-8") as lines:
                yield from _fewfc(json.loads(line) for line in lines if line.strip())
        else:
            with path.open(encoding="utf-8", newline="") as lines:
                rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
                yield from _finre(row for row in rows if len(row) == 4)


def _fewfc(rows: Iterable[Mapping[str, object]]) -> Iterator[Labelled]:
    for row in rows:
        text, events = row["content"], row["events"]
        if not isinstance(text, str) or not isinstance(events, list):
            raise ValueError("a row of FewFC needs the text `content` and the list `events`")
        marked: set[tuple[int, int]] = set()
        other: set[tuple[int, int]] = set()
        for event in events:
            for mention in event["mentions"]:
                start, end = mention["span"]
                if mention["role"] in PERSONS:
                    other.add((start, end))
                elif mention["role"] in ROLES:
                    if _NO_NAME.search(text[start:end]):
                        continue
                    marked.add((start, end))
        yield Labelled(text, _apart(marked - other), tuple(sorted(other)))


def _finre(rows: Iterable[Sequence[str]]) -> Iterator[Labelled]:
    names: dict[str, set[str]] = {}
    for one, other, _, sentence in rows:
        names.setdefault(sentence, set()).update((one, other))
    for sentence, given in names.items():
        number = str(int(hashlib.sha256(sentence.encode()).hexdigest()[:4], 16) % 97 + 1)
        text = sentence.replace(_NUMBER, number)
        spans: set[tuple[int, int]] = set()
        for name in given:
            plain = name.replace(_NUMBER, number)
            at = text.find(plain)
            while at >= 0:
                # FewFC counts the mark of a stock in trouble as part of its name; so it is here.
                marked = _STOCK.search(text, max(0, at - 4), at)
                spans.add((marked.start() if marked else at, at + len(plain)))
                at = text.find(plain, at + len(plain))
        yield Labelled(text, _apart(spans))


def _apart(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The longest of overlapping spans."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0] - span[1], span)):
        if all(end <= a or start >= b for a, b in kept):
            kept.append((start, end))
    return tuple(sorted(kept))


def pieces_of(rows: Sequence[Labelled], lexer: Lexer, seed: int) -> list[Piece]:
    """Sentences with a mark by character. Names marked anywhere count as marked everywhere."""
    chance = random.Random(seed)  # noqa: S311  (no secret: which unknown words count as none)
    names = ahocorasick.Automaton()
    for row in rows:
        for start, end in row.organisations:
            if end - start > 2:
                names.add_word(row.text[start:end], end - start)
    if len(names):
        names.make_automaton()
    cut = [(row, one.start, one.end) for row in rows for one in sentences(row.text)]
    texts = [simplify_in_place(row.text[start:end]) for row, start, end in cut]
    made: list[Piece] = []
    for (row, start, end), text, scores in zip(cut, texts, lexer.scores(texts), strict=True):
        words = lexer.words(scores)
        marks = _unknown(words, len(text), chance)
        _mark_names(marks, text, names, words)
        for first, last in row.others:
            _fill(marks, first - start, last - start, "O")
        for first, last in row.organisations:
            if first >= start and last <= end:
                # A marked person is left open: the lexer knows persons, the labels do not tell them apart.
                person = any(
                    (a, b) == (first - start, last - start) and t in ("PER", "nr") for a, b, t in words
                )
                _fill(marks, first - start, last - start, "?" if person else "ORG")
            elif last > start and first < end:
                _fill(marks, first - start, last - start, "?")
        made.append(Piece(text, scores, "".join(marks)))
    return made


def _unknown(words: Sequence[tuple[int, int, str]], length: int, chance: random.Random) -> list[str]:
    """O everywhere but in runs of words that look like names."""
    marks = ["O"] * length
    run: list[tuple[int, int, str]] = []
    for word in (*words, (length, length, "")):
        if word[2] in _JOINING:
            run.append(word)
            continue
        tags = {tag for _, _, tag in run}
        if tags & set(_NAMELIKE) and ("ORG" in tags or "nt" in tags or chance.random() < 0.5):
            _fill(marks, run[0][0], run[-1][1], "?")
        run = []
    return marks


def _mark_names(
    marks: list[str], text: str, names: ahocorasick.Automaton, words: Sequence[tuple[int, int, str]]
) -> None:
    if not len(names):
        return
    edges = {start for start, _, _ in words} | {len(text)}
    for last, length in names.iter_long(text):
        start, end = last + 1 - length, last + 1
        tags = {tag for a, b, tag in words if a < end and b > start}
        if start in edges and end in edges and tags & {"ORG", "nt", "nz"}:
            _fill(marks, start, end, "ORG")
        else:
            _fill(marks, start, end, "?")


def _fill(marks: list[str], start: int, end: int, mark: str) -> None:
    start, end = max(start, 0), min(end, len(marks))
    if start >= end:
        return
    if mark == "ORG":
        # A name cut into by another mark before: what is left of that is unknown.
        _soften(marks, start, end)
        marks[start:end] = ["S"] if end - start == 1 else ["B", *"I" * (end - start - 2), "E"]
    else:
        _soften(marks, start, end)
        marks[start:end] = [mark] * (end - start)


def _soften(marks: list[str], start: int, end: int) -> None:
    at = start
    while at > 0 and at < len(marks) and marks[at] in "IE":
        at -= 1
        marks[at] = "?" if marks[at] in "BI" else marks[at]
        if marks[at] not in "?IE":
            break
    at = end
    while at < len(marks) and marks[at] in "IE":
        marks[at] = "?"
        at += 1
