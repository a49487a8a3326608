"""Categories of labelled sentences and industries of tagged companies: quality and speed, beside peers.

    python -m tests.benchmarks.bench_categories [--texts 200]

Peers on the same sentences: the codebooks' words alone, and a linear model on character n-grams that learns what the
codebooks say of the other sentences of the same sets (weak labels), to see whether it finds what words miss. The
labelled names of the sets are set aside for all but the first. `unseen` is the part that nobody tuned on.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final
from zlib import crc32

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import lsqr

from pipelines.classification import classify, classify_tags
from pipelines.reading.categories import categorise, categorise_all, industry_of
from pipelines.taxonomy import taxonomy
from tests.pipelines.category_labels import Labelled, kappa, labelled, part, score
from tests.shared import SHARED

_SPLITS: Final = ("tune", "report", "tune_2", "unseen")
_KINDS: Final = (("technology", "technology_categories"), ("application", "application_areas"))
_WIDTH: Final = 2**16

Codes = tuple[tuple[str, ...], tuple[str, ...]]


def main() -> None:
    """Run all on the shared material; where it is not, say so and end well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=200, help="texts of 1,500 characters for the speed")
    wanted = parser.parse_args()
    console = Console()
    if not SHARED.joinpath("text").exists():
        console.print(f"Skipped: the labelled sentences are not here: {SHARED} (set VALUENET_SHARED)")
        return
    console.print(quality())
    console.print(agreement())
    console.print(by_class())
    console.print(tagged_companies())
    console.print(speed(wanted.texts))


def ours(one: Labelled) -> Codes:
    return categorise(one.text, organisations=one.organisations).codes


def words_alone(one: Labelled) -> Codes:
    found = classify(one.text)
    return tuple(label.code for label in found.technologies), tuple(
        label.code for label in found.applications
    )


def quality() -> Table:
    """Precision, recall and F1 over all codes, by part and way."""
    table = Table("part", "kind", "way", "P", "R", "F1", title="Categories of labelled sentences")
    learnt = Learnt(unlabelled())
    ways = (
        ("words alone", words_alone),
        ("ours", ours),
        ("learnt alone", learnt.codes),
        ("ours or learnt", learnt.either),
    )
    for split in _SPLITS:
        sentences = part(split)
        for at, (kind, _) in enumerate(_KINDS):
            gold = [one.settled[kind] for one in sentences]
            for name, way in ways:
                got = score(gold, [way(one)[at] for one in sentences])
                table.add_row(split, kind, name, f"{got.precision:.2f}", f"{got.recall:.2f}", f"{got.f1:.2f}")
    return table


def agreement() -> Table:
    """Cohen's kappa of the two passes."""
    table = Table("kind", "kappa", title="Two passes over 150 sentences")
    twice = part("tune", "report")
    for kind, name in _KINDS:
        first, second = ([one.passes[at][kind] for one in twice] for at in (0, 1))
        table.add_row(kind, f"{kappa(first, second, taxonomy(name).codes):.3f}")
    return table


def by_class() -> Table:
    """Each class on the two parts that were not tuned on."""
    table = Table("class", "labelled", "P", "R", "F1", title="By class: report and unseen together")
    sentences = part("report", "unseen")
    for at, (kind, name) in enumerate(_KINDS):
        gold, got = [one.settled[kind] for one in sentences], [ours(one)[at] for one in sentences]
        for code in taxonomy(name).codes:
            one = score(gold, got, code)
            figures = (f"{one.precision:.2f}", f"{one.recall:.2f}", f"{one.f1:.2f}")
            table.add_row(
                code, str(one.right + one.missed), *(figures if one.right + one.missed else ("", "", ""))
            )
    return table


class Learnt:
    """One ridge regression a class on hashed character 1- to 3-grams.

    Each is cut where it does best on the half of the weak labels that it was not fitted to.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        weak = [categorise(text).codes for text in texts]
        table = grams(text[:300] for text in texts)
        self._classes: list[tuple[int, str, np.ndarray, float]] = []
        for at, (_, name) in enumerate(_KINDS):
            for code in taxonomy(name).codes:
                truth = np.array([code in one[at] for one in weak], dtype=float)
                if truth.sum() < 10:
                    continue
                held = np.empty(len(truth))
                halves = np.arange(len(truth)) % 2
                for half in (0, 1):
                    held[halves == half] = table[halves == half] @ ridge(
                        table[halves != half], truth[halves != half]
                    )
                self._classes.append((at, code, ridge(table, truth), best_cut(held, truth)))

    def codes(self, one: Labelled) -> Codes:
        row = grams([one.text])
        found: tuple[list[str], list[str]] = ([], [])
        for at, code, weights, cut in self._classes:
            if (row @ weights)[0] >= cut:
                found[at].append(code)
        return tuple(found[0]), tuple(found[1])

    def either(self, one: Labelled) -> Codes:
        mine, learnt = ours(one), self.codes(one)
        return tuple(dict.fromkeys((*mine[0], *learnt[0]))), tuple(dict.fromkeys((*mine[1], *learnt[1])))


def ridge(table: csr_matrix, truth: np.ndarray) -> np.ndarray:
    """Weights of a ridge regression."""
    weights: np.ndarray = lsqr(table, truth, damp=0.3, iter_lim=25)[0]
    return weights


def best_cut(scores: np.ndarray, truth: np.ndarray) -> float:
    """The score above which F1 is highest."""
    order = np.argsort(-scores)
    right = np.cumsum(truth[order])
    f1 = 2 * right / (np.arange(1, len(order) + 1) + truth.sum())
    return float(scores[order][int(np.argmax(f1))])


def grams(texts: Iterable[str]) -> csr_matrix:
    """Rows of unit length: which character 1- to 3-grams a text has, hashed."""
    columns: list[int] = []
    starts = [0]
    values: list[float] = []
    for text in texts:
        found = {
            crc32(text[at : at + size].encode()) % _WIDTH
            for size in (1, 2, 3)
            for at in range(len(text) - size + 1)
        }
        columns += sorted(found)
        values += [1 / max(1, len(found)) ** 0.5] * len(found)
        starts.append(len(columns))
    return csr_matrix((values, columns, starts), shape=(len(starts) - 1, _WIDTH))


def unlabelled() -> list[str]:
    """The sentences of the two licensed sets that are not among the labelled ones."""
    texts: dict[str, None] = {}
    with SHARED.joinpath("text", "finre_train.tsv").open(encoding="utf-8") as pairs:
        texts |= dict.fromkeys(
            fields[3] for line in pairs if len(fields := line.rstrip("\n").split("\t")) == 4
        )
    for name in ("fewfc_train_base", "fewfc_train_trans"):
        with SHARED.joinpath("text", f"{name}.jsonl").open(encoding="utf-8") as events:
            texts |= dict.fromkeys(json.loads(line)["content"] for line in events)
    known = {one.text for one in labelled()}
    return [text for text in texts if text[:300] not in known]


def tagged_companies() -> Table:
    """How often the section by the name is that of the company's tags, in the half that no word was chosen on."""
    table = Table(
        "confidence", "companies", "same section", title="Industries of companies with tags, by name alone"
    )
    industries = taxonomy("industries")
    counted: dict[str, list[bool]] = defaultdict(list)
    tags: dict[str, str] = {}
    for path in sorted(SHARED.joinpath("tables").glob("investment_events_20*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                section = classify_tags(row["industries"]).industry
                if section and row["investee_fullname"].endswith("公司"):
                    tags[row["investee_fullname"]] = section
    for name, tagged in tags.items():
        if int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2:
            found = industry_of(name)
            level = "none" if found is None else f"{found.confidence:.2f}"
            same = found is not None and (industries[found.code].parent or found.code) == (
                industries[tagged].parent or tagged
            )
            counted[level].append(same)
    for level in sorted(counted, reverse=True):
        right = counted[level]
        table.add_row(level, f"{len(right):,}", "" if level == "none" else f"{sum(right) / len(right):.2f}")
    return table


def speed(count: int) -> Table:
    """CPU time a text of 1,500 characters, made of the labelled sentences."""
    table = Table("work", "ms a text", title=f"Speed over {count} texts of 1,500 characters")
    whole = "\n".join(one.text for one in labelled())
    texts = [(whole[at:] + whole)[:1500] for at in range(0, 97 * count, 97)]
    for name, run in (
        ("a statement of 60 characters", lambda: categorise_all(texts, [(700, 760)] * count)),
        ("ten statements", lambda: categorise_all(texts * 10, [(700, 760)] * count * 10)),
        ("the whole text", lambda: categorise_all(texts, [(0, 1500)] * count)),
        ("words alone, the whole text", lambda: [classify(text) for text in texts]),
    ):
        start = time.process_time()
        run()
        table.add_row(name, f"{(time.process_time() - start) / count * 1000:.2f}")
    return table


if __name__ == "__main__":
    main()
