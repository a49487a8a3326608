"""Relations between two organisations, beside a linear model of five minutes' work:
`python -m tests.benchmarks.bench_relations`.

Both were trained on FinRE's training part alone; what is printed is of its validation part, of which nothing was
learnt or chosen. The peer weighs pieces of one to three characters before, between and behind the names.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import scipy.optimize
import scipy.sparse
from rich.console import Console
from rich.table import Table

from pipelines.reading.fact import Organisation
from pipelines.reading.relations import LABELS, TYPES, probabilities, read_all, type_chances
from pipelines.reading.relations.calibration import softmax
from pipelines.reading.relations.gold import Labelled, read_labelled, targets, types_held
from pipelines.reading.relations.labels import COLUMNS, REVERSED, Matrix
from pipelines.reading.relations.model import FOLDER
from pipelines.reading.relations.scoring import best_f1, curve, f1_at, micro_f1
from tests.shared import SHARED

_BARS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def main() -> None:
    """Run on the labelled pairs beside the project; where they are not, say so and end well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=40, help="made articles of 1,500 characters to time")
    wanted = parser.parse_args()
    console = Console()
    trained, held = (SHARED / "text" / f"finre_{part}.tsv" for part in ("train", "valid"))
    if not trained.exists() or not held.exists():
        console.print(f"Skipped: the labelled pairs are not here: {held} (set VALUENET_SHARED)")
        return
    gold = read_labelled(held)
    holds = targets([one.labels for one in gold])[:, : len(LABELS)]
    pairs = [(one.text, one.first, one.second) for one in gold]
    probabilities(pairs[:2])
    begun = time.process_time()
    labels = probabilities(pairs)
    took = time.process_time() - begun
    types = type_chances(pairs)
    peer_labels = _peer(read_labelled(trained), gold)
    peer_types = np.stack([peer_labels[:, COLUMNS[kind]].sum(axis=1) for kind in TYPES], axis=1)
    card = json.loads((FOLDER / "card.json").read_text("utf-8"))["held_out"]

    table = Table(title=f"{len(gold)} pairs of the validation part")
    for column in ("", "peer: best bar", "ours: bar of the card", "ours: best bar"):
        table.add_column(column, justify="right" if column else "left")
    kinds = types_held(holds)
    for at, kind in enumerate(TYPES):
        bar = card["types"][kind]["best"]
        table.add_row(
            f"{kind}, F1",
            f"{best_f1(peer_types[:, at], kinds[:, at])[0]:.3f}",
            f"{f1_at(types[:, at], kinds[:, at], bar):.3f} (at {bar:.2f})",
            f"{best_f1(types[:, at], kinds[:, at])[0]:.3f}",
        )
    table.add_row(
        "44-way micro F1, likeliest",
        f"{micro_f1(peer_labels, holds):.3f}",
        f"{micro_f1(labels, holds):.3f}",
        "",
    )
    table.add_row(
        "44-way micro F1, all above a bar",
        f"{best_f1(peer_labels[:, 1:], holds[:, 1:])[0]:.3f}",
        f"{f1_at(labels[:, 1:], holds[:, 1:], card['bar']):.3f} (at {card['bar']:.2f})",
        f"{best_f1(labels[:, 1:], holds[:, 1:])[0]:.3f}",
    )
    console.print(table)
    _print_curves(console, types, kinds, card["automatic"])
    console.print(f"{1000 * took / len(pairs):.1f} ms of a processor for each pair")
    _time_articles(console, gold, wanted.articles)


def _print_curves(console: Console, types: Matrix, kinds: Matrix, automatic: float) -> None:
    table = Table(title="precision / share found, of facts with at least a confidence")
    for column in ("confidence", *TYPES, "all"):
        table.add_column(column, justify="right")
    for bar in (*_BARS, automatic):
        cells = [curve(types[:, at], kinds[:, at], [bar])[0] for at in range(len(TYPES))]
        cells.append(curve(types.ravel(), kinds.ravel(), [bar])[0])
        name = f"{bar:.2f}" + (" (automatic)" if bar == automatic else "")
        table.add_row(name, *(f"{right:.2f} / {share:.2f}" for _, right, share in cells))
    console.print(table)


def _time_articles(console: Console, gold: Sequence[Labelled], many: int) -> None:
    """Articles put together of the sentences: what `read_all` takes with both names of each sentence given."""
    chance = random.Random(1)
    texts, named = [], []
    for _ in range(many):
        text, own = "", []
        while len(text) < 1500:
            one = chance.choice(gold)
            for start, end in (one.first, one.second):
                words = one.text[start:end]
                own.append(Organisation(len(text) + start, len(text) + end, words, words))
            text += one.text + "\n"
        texts.append(text)
        named.append(own)
    begun, processor = time.perf_counter(), time.process_time()
    read_all(texts, named)
    took, worked = (
        (after - before) * 1000 / max(1, many)
        for before, after in ((begun, time.perf_counter()), (processor, time.process_time()))
    )
    console.print(
        f"{worked:.0f} ms of a processor ({took:.0f} ms by the clock) an article of 1,500 characters, "
        f"{sum(map(len, named)) / many / 2:.0f} pairs in each"
    )


def _peer(trained: Sequence[Labelled], asked: Sequence[Labelled]) -> Matrix:
    """Multinomial logistic regression on pieces of characters; every pair both ways round."""
    rows = [(one, turn) for one in trained for turn in (False, True)]
    found = [_pieces(one, turn) for one, turn in rows]
    counts = Counter(piece for pieces in found for piece in pieces)
    places = {piece: at for at, piece in enumerate(sorted(p for p, count in counts.items() if count >= 5))}
    table = targets([one.labels for one, _ in rows])[:, : len(LABELS)]
    turned = np.array([turn for _, turn in rows])
    table[turned] = table[turned][:, REVERSED]
    share = table / table.sum(axis=1, keepdims=True)
    known = _counted(found, places)
    across = known.T.tocsr()

    def loss(flat: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        weights = flat.reshape(len(places), len(LABELS))
        told = softmax(known @ weights)
        lost = -(share * np.log(told + 1e-9)).sum() + 0.5 * np.square(weights).sum()
        return float(lost), np.asarray(across @ (told - share) + weights, np.float64).ravel()

    best = scipy.optimize.minimize(
        loss, np.zeros(len(places) * len(LABELS)), jac=True, method="L-BFGS-B", options={"maxiter": 40}
    )
    return softmax(_counted([_pieces(one, False) for one in asked], places) @ best.x.reshape(len(places), -1))


def _pieces(one: Labelled, turned: bool) -> set[str]:
    first, second = (one.second, one.first) if turned else (one.first, one.second)
    left, right = sorted((first, second))
    order = "<" if first < second else ">"
    parts = (
        one.text[max(0, left[0] - 15) : left[0]],
        one.text[left[1] : right[0]],
        one.text[right[1] :][:15],
    )
    return {
        f"{name}{order}{part[at : at + size]}"
        for name, part in zip("bma", parts, strict=True)
        for size in (1, 2, 3)
        for at in range(len(part) - size + 1)
    }


def _counted(found: Sequence[set[str]], places: dict[str, int]) -> scipy.sparse.csr_matrix:
    columns = [sorted(places[piece] for piece in pieces if piece in places) for pieces in found]
    ends = np.cumsum([0, *map(len, columns)])
    flat = [at for some in columns for at in some]
    return scipy.sparse.csr_matrix((np.ones(len(flat)), flat, ends), shape=(len(found), len(places)))


if __name__ == "__main__":
    main()
