"""Organisations in running text, beside the plain tagger: `python -m tests.benchmarks.bench_organisations`.

FewFC marks the organisations that play a part in an event, and leaves the others of a sentence unmarked: so recall is
exact, and precision is a lower bound (a right name that plays no part counts against it). `boundary` says how many of
the spans that touch a marked name are exactly it. FinRE gives two names of a sentence: recall alone. All texts are
ones that neither trained nor tuned the model (`labels.held_back`, not `tuned_on`).
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import time
from collections.abc import Callable, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table

from pipelines.reading.organisations import spot_all
from pipelines.reading.organisations.labels import ROLES, held_back, tuned_on
from pipelines.reading.organisations.lexer import shared_lexer
from pipelines.reading.sentences import sentences
from pipelines.simplifying import simplify_in_place
from tests.shared import SHARED

#: Texts, and by text the names given for it; gives by text what was found with its confidence.
Way = Callable[[Sequence[str], Sequence[Sequence[str]]], list[list[tuple[str, float]]]]
#: The types of events that facts are read from.
TYPES: Final = ("投资", "收购", "签署合同", "中标")
ARTICLE: Final = 1500
Gold = list[tuple[str, set[str], set[str]]]


def main() -> None:
    """Run all on the labelled texts beside the project; where they are not, say so and end well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=60, help="articles of 1,500 characters to time")
    wanted = parser.parse_args()
    console = Console(width=130)
    files = [SHARED / "text" / name for name in ("fewfc_train_base.jsonl", "fewfc_train_trans.jsonl")]
    if not all(path.exists() for path in files):
        console.print(f"No labelled texts at {SHARED}: nothing measured.")
        return
    rows = [json.loads(line) for path in files for line in path.read_text("utf-8").splitlines()]
    fewfc: Gold = [
        (row["content"], _names(row, TYPES), _names(row, ())) for row in rows if _kept(row["content"])
    ]
    finre = _finre()
    console.print(f"{len(fewfc)} texts of FewFC, {len(finre)} sentences of FinRE, none looked at before")
    table = Table(title="Organisations, exact spans")
    for title in (
        "",
        "recall, 4 types",
        "recall",
        "precision ≥",
        "F1 ≥",
        "boundary",
        "FinRE recall",
        "both names",
    ):
        table.add_column(title, justify="right" if title else "left")
    ways: list[tuple[str, Way, bool]] = [
        ("plain tagger: ORG", _plain(("ORG", "nt")), False),
        ("plain tagger: ORG, other names", _plain(("ORG", "nt", "nz")), False),
        ("ours, all", _ours(0.0), False),
        ("ours, ≥ 0.6", _ours(0.6), False),
        ("ours, ≥ 0.8", _ours(0.8), False),
        ("ours, names given", _ours(0.0), True),
    ]
    for title, way, named in ways:
        table.add_row(title, *_figures(way, fewfc, finre, named))
    console.print(table)
    console.print(_calibration(fewfc))
    _speed(console, "".join(row["content"] for row in rows), wanted.articles)


def _kept(text: str) -> bool:
    return held_back(text) and not tuned_on(text)


def _names(row: dict[str, list[dict[str, list[dict[str, str]]]]], types: Sequence[str]) -> set[str]:
    return {
        mention["word"]
        for event in row["events"]
        if not types or str(event["type"]) in types
        for mention in event["mentions"]
        if mention["role"] in ROLES
    }


def _finre() -> Gold:
    names: dict[str, set[str]] = {}
    for name in ("finre_train.tsv", "finre_valid.tsv"):
        with (SHARED / "text" / name).open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                if len(row) == 4 and "<N>" not in row[0] + row[1]:
                    names.setdefault(row[3], set()).update(row[:2])
    kept = [
        (text.replace("<N>", "3"), given) for text, given in names.items() if _kept(text.replace("<N>", "3"))
    ]
    return [(text, given, given) for text, given in kept]


def _plain(tags: Sequence[str]) -> Way:
    lexer = shared_lexer()

    def way(texts: Sequence[str], _: Sequence[Sequence[str]]) -> list[list[tuple[str, float]]]:
        found = []
        for text in map(simplify_in_place, texts):
            pieces = [text[one.start : one.end] for one in sentences(text)]
            found.append(
                [
                    (piece[start:end], 1.0)
                    for piece, scores in zip(pieces, lexer.scores(pieces), strict=True)
                    for start, end, tag in lexer.words(scores)
                    if tag in tags
                ]
            )
        return found

    return way


def _ours(least: float) -> Way:
    def way(texts: Sequence[str], names: Sequence[Sequence[str]]) -> list[list[tuple[str, float]]]:
        return [
            [(one.text, one.confidence) for one in found if one.confidence >= least and one.text != "公司"]
            for found in spot_all(texts, names)
        ]

    return way


def _figures(way: Way, fewfc: Gold, finre: Gold, named: bool) -> list[str]:
    found = [{name for name, _ in one} for one in way(*_given(fewfc, named))]
    four = sum(len(names & one) for (_, names, _), one in zip(fewfc, found, strict=True))
    right = sum(len(names & one) for (_, _, names), one in zip(fewfc, found, strict=True))
    crossing = sum(
        any(other in name or name in other for other in names - one)
        for (_, _, names), one in zip(fewfc, found, strict=True)
        for name in one - names
    )
    recall = right / sum(len(names) for _, _, names in fewfc)
    precision = right / sum(map(len, found))
    pairs = [{name for name, _ in one} for one in way(*_given(finre, named))]
    hit = sum(len(names & one) for (_, _, names), one in zip(finre, pairs, strict=True))
    both = sum(names <= one for (_, _, names), one in zip(finre, pairs, strict=True))
    return [
        f"{value:.3f}"
        for value in (
            four / sum(len(names) for _, names, _ in fewfc),
            recall,
            precision,
            2 * precision * recall / (precision + recall),
            right / (right + crossing),
            hit / sum(len(names) for _, _, names in finre),
            both / len(finre),
        )
    ]


def _given(gold: Gold, named: bool) -> tuple[list[str], list[list[str]]]:
    return [text for text, _, _ in gold], [sorted(names) if named else [] for _, _, names in gold]


def _calibration(fewfc: Gold) -> Table:
    """Of finds that are, or touch, a marked name: how many are exact, by confidence."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for (_, _, names), found in zip(
        fewfc, _ours(0.0)([text for text, _, _ in fewfc], [()] * len(fewfc)), strict=True
    ):
        for name, confidence in found:
            if any(name in other or other in name for other in names):
                bins.setdefault(min(int(confidence * 10), 9), []).append((confidence, name in names))
    table = Table(title="Confidence, of finds that touch a marked name")
    for title in ("confidence", "finds", "mean", "exact"):
        table.add_column(title, justify="right")
    for tenth, each in sorted(bins.items()):
        mean, exact = (sum(values) / len(each) for values in zip(*each, strict=True))
        table.add_row(
            f"{tenth / 10:.1f} to {tenth / 10 + 0.1:.1f}", str(len(each)), f"{mean:.2f}", f"{exact:.2f}"
        )
    return table


def _speed(console: Console, text: str, articles: int) -> None:
    texts = [text[at * ARTICLE : (at + 1) * ARTICLE] for at in range(articles)]
    texts = [one for one in texts if len(one) == ARTICLE]
    spot_all(texts[:2])
    for title, way in (("plain tagger", _plain(("ORG",))), ("ours", _ours(0.0))):
        clock, cpu = time.perf_counter(), time.process_time()
        way(texts, [()] * len(texts))
        console.print(
            f"{title}: {(time.perf_counter() - clock) / len(texts) * 1000:.0f} ms an article of {ARTICLE} characters, "
            f"{(time.process_time() - cpu) / len(texts) * 1000:.0f} ms of CPU"
        )
    for title, hostile in (
        ("5 MB without punctuation", "公司" * 2_500_000),
        ("100,000 brackets", "（" * 100_000),
    ):
        clock = time.perf_counter()
        spot_all([hostile])
        console.print(f"{title}: {time.perf_counter() - clock:.1f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    console.print(f"peak memory {peak:.0f} MB")


if __name__ == "__main__":
    main()
