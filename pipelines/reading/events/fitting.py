"""Fits one network of `network.Network`, with PyTorch (the extra `train`), on one thread.

Deterministic for a given machine and version: order and dropout come from the seed. What is kept is the moving
average of the weights, steadier than those of any one step.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from pipelines.reading.events.fewfc import Window
from pipelines.reading.events.hidden import WIDTH as STATE
from pipelines.reading.events.hidden import States
from pipelines.reading.events.labels import CHANNELS
from pipelines.reading.events.network import DILATIONS, MARKS, MIXED_AFTER, Network
from pipelines.reading.events.windows import mark, occurrences

WIDTH: Final = 128
_CHARACTER, _MARK = 48, 16
_BATCH: Final = 16
_RATE: Final = 3e-3
_DROPOUT: Final = 0.3
#: So many pieces are learnt with their names given, and so many of the names are then given.
_GIVEN, _NAMED = 0.5, 0.95
#: Characters forgotten on the way, so that new ones do not surprise.
_FORGOTTEN: Final = 0.05

Say = Callable[[str], None]


def fit(
    windows: Sequence[Window], states: Sequence[States], characters: str, epochs: int, seed: int, say: Say
) -> Network:
    """A network trained on `windows`, whose hidden states are given."""
    import torch
    from torch.nn import functional

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    chance = random.Random(seed)  # noqa: S311  (the order of training)
    ids = {char: at + 1 for at, char in enumerate(characters)}
    net = _module(len(characters) + 1)
    usable = [at for at, window in enumerate(windows) if window.text]
    steps = epochs * -(-len(usable) // _BATCH)
    optimiser = torch.optim.AdamW(net.parameters(), lr=_RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, total_steps=steps, pct_start=0.15)
    kept = {name: value.detach().clone() for name, value in net.state_dict().items()}
    taken = 0
    for epoch in range(epochs):
        began, total = time.process_time(), 0.0
        for batch in _batches(usable, windows, chance):
            given = _batch([windows[at] for at in batch], [states[at] for at in batch], ids, chance)
            hidden, chars, marks, inside, wanted = (torch.from_numpy(each) for each in given)
            chars = chars.masked_fill(torch.rand(chars.shape) < _FORGOTTEN, 0)
            scores = net(hidden, chars, marks, inside)
            here = inside[:, :, 0] > 0
            losses = functional.cross_entropy(
                scores[here].reshape(-1, 3), wanted[here].reshape(-1).long(), reduction="none"
            )
            loss = losses.sum() / here.sum()
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 3.0)
            optimiser.step()
            schedule.step()
            taken += 1
            share = min(0.995, taken / (taken + 10))
            for name, value in net.state_dict().items():
                kept[name].mul_(share).add_(value.detach(), alpha=1 - share)
            total += float(loss.detach()) * len(batch)
        say(f"epoch {epoch + 1}: loss {total / len(usable):.3f}, {time.process_time() - began:.0f} s")
    return Network({name: value.numpy() for name, value in kept.items()}, characters)


def _module(characters: int) -> Any:
    import torch
    from torch import nn

    class Module(nn.Module):  # type: ignore[misc]  # PyTorch is looked at without its types
        def __init__(self) -> None:
            super().__init__()
            self.characters = nn.Embedding(characters, _CHARACTER)
            nn.init.normal_(self.characters.weight, std=0.1)
            self.marks = nn.Embedding(MARKS, _MARK)
            self.inward = nn.Linear(STATE + _CHARACTER + _MARK, WIDTH)
            self.layers = nn.ModuleList(
                nn.Conv1d(WIDTH, WIDTH, 3, padding=dilation, dilation=dilation) for dilation in DILATIONS
            )
            self.mixed = nn.Linear(WIDTH, WIDTH)
            self.out = nn.Linear(2 * WIDTH, len(CHANNELS) * 3)
            self.dropout = nn.Dropout(_DROPOUT)
            with torch.no_grad():
                # Most characters are outside: not to be learnt from the first steps.
                self.out.bias.view(-1, 3)[:] = torch.tensor([4.0, -1.0, -0.5])

        def forward(self, states: Any, ids: Any, marks: Any, inside: Any) -> Any:
            drop = self.dropout
            given = torch.cat((drop(states), drop(self.characters(ids)), self.marks(marks)), 2)
            hidden = torch.relu(self.inward(given)) * inside
            outside = 1e4 * (1 - inside)
            for at, layer in enumerate(self.layers):
                step = torch.relu(layer(drop(hidden).transpose(1, 2))).transpose(1, 2)
                hidden = (hidden + step) * inside
                if at == MIXED_AFTER:
                    most = torch.relu((hidden - outside).max(1).values)
                    hidden = (hidden + self.mixed(most)[:, None]) * inside
            most = (hidden - outside).max(1, keepdim=True).values.expand_as(hidden)
            scores = self.out(drop(torch.cat((hidden, most), 2)))
            return scores.view(*scores.shape[:2], -1, 3)

    return Module()


def _batches(usable: Sequence[int], windows: Sequence[Window], chance: random.Random) -> list[list[int]]:
    order = sorted(usable, key=lambda at: (len(windows[at].text), chance.random()))
    batches = [order[first : first + _BATCH] for first in range(0, len(order), _BATCH)]
    chance.shuffle(batches)
    return batches


def _batch(
    windows: Sequence[Window], states: Sequence[States], ids: dict[str, int], chance: random.Random
) -> tuple[Any, ...]:
    length = max(len(one.text) for one in windows)
    hidden = np.zeros((len(windows), length, STATE), np.float32)
    chars = np.zeros((len(windows), length), np.int64)
    marks = np.zeros((len(windows), length), np.int64)
    inside = np.zeros((len(windows), length, 1), np.float32)
    wanted = np.zeros((len(windows), length, len(CHANNELS)), np.int8)
    for row, one in enumerate(windows):
        many = len(one.text)
        hidden[row, :many], inside[row, :many] = states[row], 1
        chars[row, :many] = [ids.get(char, 0) for char in one.text]
        if chance.random() < _GIVEN:
            named = [name for name in one.names if chance.random() < _NAMED]
            marks[row, :many] = mark(many, occurrences(one.text, named))
        for channel, start, end in one.spans:
            wanted[row, start:end, channel] = 2
            wanted[row, start, channel] = 1
    return hidden, chars, marks, inside, wanted
