"""Events with their roles beside two plain ways: `python -m tests.benchmarks.bench_events`.

On texts of FewFC that took no part in training: F1 of (type, role, words) of organisations. The linear baseline takes
every name that the spotter finds and weighs it by character n-grams around it, with the bar that is best on these
very texts; the plain tagger is our networks alone,
without trees and without names. Times are of articles of 1,500 characters, on whatever else the machine does;
finding organisations is not in them.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
import scipy.sparse
from rich.console import Console
from rich.table import Table

from pipelines.reading.events import Reader, read_all
from pipelines.reading.events.candidates import WEIGHED
from pipelines.reading.events.fewfc import Labelled, Said, read_labelled
from pipelines.reading.events.hidden import shared_hidden
from pipelines.reading.events.labels import CHANNELS, ORGANISATION, TYPES
from pipelines.reading.events.network import Tagger
from pipelines.reading.events.reading import MODEL
from pipelines.reading.events.scoring import Score, said_by, scored
from pipelines.reading.events.seeing import see
from pipelines.reading.events.spans import spans
from pipelines.reading.fact import Organisation
from pipelines.reading.organisations import spot_all
from tests.shared import SHARED

_BUCKETS: Final = 1 << 16
_AROUND: Final = 12
_ARTICLE: Final = 1500
_LABELS: Final = sorted({(TYPES[one.event], ORGANISATION[one]) for one in WEIGHED})


def main() -> None:
    """Run all on the labelled texts beside the project; where they are not, say so and end well."""
    console = Console(width=130)
    paths = [SHARED / "text" / name for name in ("fewfc_train_base.jsonl", "fewfc_train_trans.jsonl")]
    if not all(path.exists() for path in paths):
        console.print(f"No labelled texts at {SHARED}: nothing measured.")
        return
    labelled = read_labelled(paths)
    learnt = [one for one in labelled if not one.held_back]
    held_back = [one for one in labelled if one.held_back]
    console.print(f"{len(held_back)} texts held back, {len(learnt)} learnt from")
    texts = [one.text for one in held_back]
    wanted = [one.said for one in held_back]
    table = Table(title="F1 of (type, role, words), with (precision, recall) of all")
    for title in ("", "all", "investment", "acquisition", "contract"):
        table.add_column(title)
    plain = Tagger.load(MODEL)
    for name, given in (("without names", False), ("with names", True)):
        found = spot_all(texts, [one.names if given else () for one in held_back])
        for way, said in (
            ("linear baseline", _linear(learnt, texts, wanted, found, given)),
            ("networks alone", _plain(plain, texts, found)),
            ("ours", [said_by(facts) for facts in read_all(texts, found)]),
        ):
            table.add_row(f"{way}, {name}", *_cells(scored(wanted, said)))
    console.print(table)
    _speed(console, texts)


def _cells(scores: dict[str, Score]) -> list[str]:
    whole = scores["all"]
    cells = [f"{whole.f1:.3f} ({whole.precision:.2f}, {whole.recall:.2f})"]
    return cells + [f"{scores[name].f1:.3f}" for name in ("investment", "acquisition", "contract")]


def _plain(tagger: Tagger, texts: Sequence[str], found: Sequence[Sequence[Organisation]]) -> list[set[Said]]:
    """What the networks say by themselves; they know names that were given."""
    said: list[set[Said]] = []
    for text, views in zip(texts, see(texts, found, shared_hidden(), tagger), strict=True):
        here: set[Said] = set()
        for view in views:
            for one in spans(view.seen.chances):
                channel = CHANNELS[one.channel]
                if channel in ORGANISATION:
                    words = text[view.start + one.start : view.start + one.end]
                    here.add((TYPES[channel.event], ORGANISATION[channel], words))
        said.append(here)
    return said


def _linear(
    learnt: Sequence[Labelled],
    texts: Sequence[str],
    labels: Sequence[Collection[Said]],
    found: Sequence[Sequence[Organisation]],
    given: bool,
) -> list[set[Said]]:
    """One logistic regression for each role over hashed n-grams beside a name, by plain gradient descent."""
    known = spot_all([one.text for one in learnt], [one.names if given else () for one in learnt])
    pairs = [(one, each) for one, some in zip(learnt, known, strict=True) for each in some]
    features = _grams([(one.text, each) for one, each in pairs])
    wanted = np.array(
        [[(*label, each.text) in one.said for label in _LABELS] for one, each in pairs], np.float64
    )
    weights = np.zeros((_BUCKETS, len(_LABELS)))
    bias = np.full(len(_LABELS), -2.0)
    for _ in range(250):
        error = 1 / (1 + np.exp(-(features @ weights + bias))) - wanted
        weights -= 30 * (features.T @ error / len(pairs) + 1e-5 * weights)
        bias -= 2 * error.mean(axis=0)
    chances = [
        1 / (1 + np.exp(-(_grams([(text, each) for each in some]) @ weights + bias)))
        for text, some in zip(texts, found, strict=True)
    ]

    def said(bar: float) -> list[set[Said]]:
        return [
            {
                (kind, role, each.text)
                for each, row in zip(some, rows, strict=True)
                for (kind, role), chance in zip(_LABELS, row, strict=True)
                if chance >= bar
            }
            for some, rows in zip(found, chances, strict=True)
        ]

    return max((said(bar / 100) for bar in range(6, 50, 4)), key=lambda one: scored(labels, one)["all"].f1)


def _grams(named: Sequence[tuple[str, Organisation]]) -> scipy.sparse.csr_matrix:
    columns: list[int] = []
    ends = [0]
    for text, one in named:
        before, behind = text[max(0, one.start - _AROUND) : one.start], text[one.end : one.end + _AROUND]
        grams = {
            f"{side}{words[at : at + many]}"
            for side, words in (("<", before), (">", behind), ("=", text))
            for many in (1, 2, 3)
            for at in range(len(words) - many + 1)
        }
        columns += sorted({zlib.crc32(gram.encode()) % _BUCKETS for gram in grams})
        ends.append(len(columns))
    many = np.diff(ends)
    values = np.repeat(1 / np.sqrt(np.maximum(many, 1)), many)
    return scipy.sparse.csr_matrix((values, columns, ends), (len(named), _BUCKETS))


def _speed(console: Console, texts: Sequence[str]) -> None:
    joined = "".join(text.rstrip("。") + "。" for text in texts)
    articles = [joined[at : at + _ARTICLE] for at in range(0, 20 * _ARTICLE, _ARTICLE)]
    found = spot_all(articles)
    Reader.shared()
    began, used = time.perf_counter(), time.process_time()
    read_all(articles, found)
    wall, processor = time.perf_counter() - began, time.process_time() - used
    console.print(
        f"{wall / len(articles) * 1000:.0f} ms an article of {_ARTICLE} characters"
        f" ({processor / len(articles) * 1000:.0f} ms of the processor)"
    )


if __name__ == "__main__":
    main()
