"""The labelled sentences of the categories, found again in the shared material: only labels lie in the project.

`category_labels.csv` has, for each sentence, the set and row it stands in, the start of its hash, and the codes that
two passes gave and that were settled. docs/categories.md says how they were chosen and labelled.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from pipelines.reading.fact import Organisation
from tests.shared import shared

LABELS: Final = Path(__file__).with_suffix(".csv")
#: So many characters of a sentence were labelled.
READ: Final = 300
_PLACEHOLDER: Final = "点击查看原文>"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A sentence, the organisations that its set marks in it, and its codes: of the two passes, and settled."""

    text: str
    organisations: tuple[Organisation, ...]
    split: str
    passes: tuple[Mapping[str, frozenset[str]], ...]
    settled: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Score:
    """True and false positives, false negatives."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)


def rows() -> list[dict[str, str]]:
    """The table of labels as it lies in the project."""
    with LABELS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def labelled() -> tuple[Labelled, ...]:
    """Every labelled sentence with its text; skips the test where the shared material is missing."""
    texts = {
        name: _sentences(name)
        for name in ("ai_news_dev", "finre_train", "fewfc_train_base", "fewfc_train_trans")
    }
    found = []
    for row in rows():
        text, names = texts[row["set"]][int(row["row"])]
        mark = hashlib.sha256(f"{row['set']}\n{text}".encode()).hexdigest()
        assert mark.startswith(row["id"]), (
            f"{row['set']} {row['row']} is another sentence than the one labelled"
        )
        text = text[:READ]
        passes = tuple(
            {kind: codes(row[f"{kind}_{number}"]) for kind in ("technology", "application")}
            for number in (1, 2)
        )
        settled = {kind: codes(row[kind]) for kind in ("technology", "application")}
        found.append(Labelled(text, tuple(_marked(text, names)), row["split"], passes, settled))
    return tuple(found)


def part(*splits: str) -> list[Labelled]:
    """The labelled sentences of the given parts."""
    return [one for one in labelled() if one.split in splits]


def score(gold: Sequence[frozenset[str]], given: Sequence[Iterable[str]], code: str | None = None) -> Score:
    """Codes given against codes settled, over all or for one code."""
    right = wrong = missed = 0
    for wanted, got in zip(gold, map(set, given), strict=True):
        one, other = (wanted, got) if code is None else (wanted & {code}, got & {code})
        right, wrong, missed = right + len(one & other), wrong + len(other - one), missed + len(one - other)
    return Score(right, wrong, missed)


def kappa(first: Sequence[frozenset[str]], second: Sequence[frozenset[str]], known: Sequence[str]) -> float:
    """Cohen's kappa of two passes over every decision: does this code hold of this sentence?"""
    pairs = [(code in one, code in other) for one, other in zip(first, second, strict=True) for code in known]
    agreed = sum(one == other for one, other in pairs) / len(pairs)
    yes, also = (sum(pair[at] for pair in pairs) / len(pairs) for at in (0, 1))
    chance = yes * also + (1 - yes) * (1 - also)
    return (agreed - chance) / (1 - chance)


def codes(cell: str) -> frozenset[str]:
    """The codes in a cell of the table."""
    return frozenset(filter(None, cell.split("|")))


def _sentences(name: str) -> dict[int, tuple[str, frozenset[str]]]:
    """Row number to text and the names of organisations that the set marks in it."""
    if name == "ai_news_dev":
        with shared("text", f"{name}.csv").open(encoding="utf-8-sig", newline="") as news:
            return {
                number: (
                    f"{row['title']}。{'' if row['summary'] == _PLACEHOLDER else row['summary']}",
                    frozenset(),
                )
                for number, row in enumerate(csv.DictReader(news), 1)
            }
    found: dict[int, tuple[str, frozenset[str]]] = {}
    if name.startswith("fewfc"):
        with shared("text", f"{name}.jsonl").open(encoding="utf-8") as events:
            for number, line in enumerate(events, 1):
                content = json.loads(line)
                mentions = [mention for event in content["events"] for mention in event["mentions"]]
                names = {mention["word"] for mention in mentions if mention["role"].endswith("org")}
                found[number] = (content["content"], frozenset(names))
        return found
    together: dict[str, set[str]] = {}
    with shared("text", f"{name}.tsv").open(encoding="utf-8") as pairs:
        lines = [line.rstrip("\n").split("\t") for line in pairs]
    for fields in lines:
        if len(fields) == 4:
            together.setdefault(fields[3], set()).update(fields[:2])
    return {
        number: (fields[3], frozenset(together[fields[3]]))
        for number, fields in enumerate(lines, 1)
        if len(fields) == 4
    }


def _marked(text: str, names: frozenset[str]) -> list[Organisation]:
    found = []
    for name in sorted(names):
        at = text.find(name)
        while at >= 0:
            found.append(Organisation(at, at + len(name), name, name, known=True))
            at = text.find(name, at + 1)
    return sorted(found, key=lambda one: one.start)
