"""Trains the encoder of relations further, with PyTorch (the extra `train`), and writes what `encoder.py` runs.

The lower layers stay as they were pretrained, so that what they make of each sentence is computed once; the upper
ones learn. Which name is A and which is B is told to these alone, by a vector added to the pieces of both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from sentencepiece import sentencepiece_model_pb2
from torch import Tensor, nn
from torch.nn import functional

from pipelines.reading.relations.encoder import GRAPH, save_words
from pipelines.reading.relations.encoder_graph import LINEAR, Loud, graph
from pipelines.reading.relations.labels import LABELS, REVERSED, TYPES, Matrix
from pipelines.reading.relations.pieces import FILE, LENGTH, Batch, Pieces, Told, batch
from pipelines.reading.relations.pretrained import Blocks, Pretrained

_LOWER: Final = 6
_UPPER: Final = 2
_EPOCHS: Final = 6
_TOGETHER: Final = 32
_SORTED: Final = 20
#: Of the layers, and of what is new.
_RATE, _NEW_RATE = 2e-4, 1e-3
_DECAY: Final = 1e-2
#: Columns of a product's input that count as loud; and in how many sentences they are looked for.
_LOUD, _LISTENED = 2, 256
#: Shares left out while training: of a layer's outputs, of pooled features, of names.
_INNER, _POOLED, _NAMES = 0.1, 0.3, 0.15
_NORMED: Final = ("aln", "oln")
_EPSILON: Final = 1e-12
_HAN: Final = re.compile("[\u4e00-\u9fff]+")

State = dict[str, Matrix]
Halves = npt.NDArray[np.float16]


@dataclass(frozen=True)
class Start:
    """What all encoders of one training share: the pieces that were kept, and the pretrained arrays."""

    model: bytes
    kept: tuple[int, ...]
    pretrained: Pretrained

    @cached_property
    def blocks(self) -> Blocks:
        """The vectors of the pieces that were kept."""
        own = self.pretrained.packed["emb.word"]
        kept = np.array(self.kept)
        return Blocks(own.steps[kept], own.scale[kept])

    @cached_property
    def words(self) -> Matrix:
        return self.blocks.values

    @cached_property
    def places(self) -> Matrix:
        plain = self.pretrained.plain
        wide = len(plain["emb.ln.w"])
        return plain["emb.pos"].reshape(-1, wide)[:LENGTH] + plain["emb.type"][:wide]

    def layer(self, at: int) -> tuple[dict[str, Blocks], State]:
        """The packed and the plain arrays of a pretrained layer, by their names within it."""
        head = f"l{at}."
        packed = {n.removeprefix(head): v for n, v in self.pretrained.packed.items() if n.startswith(head)}
        plain = {n.removeprefix(head): v for n, v in self.pretrained.plain.items() if n.startswith(head)}
        return packed, plain


def start(pretrained: Pretrained, texts: Sequence[str]) -> Start:
    """Keeps the pieces of words that Chinese text needs: all of simplified characters, single signs, and what else
    `texts` have in them."""
    whole = Pieces(_cutting(pretrained, range(len(pretrained.pieces))))
    seen = whole.seen(texts)
    kept = (*range(4), *(at for at in range(4, len(pretrained.pieces)) if _keeps(pretrained, at, seen)))
    return Start(_cutting(pretrained, kept), kept, pretrained)


def _keeps(pretrained: Pretrained, at: int, seen: frozenset[int]) -> bool:
    piece = pretrained.pieces[at]
    if _HAN.fullmatch(piece):
        return len(piece.encode("gb2312", "ignore")) == 2 * len(piece)
    bare = piece.replace("▁", "")
    if len(bare) <= 1 and bare.isascii():
        return True
    return at in seen and not re.search("[0-9]", piece)


def _cutting(pretrained: Pretrained, kept: Sequence[int]) -> bytes:
    """A model for sentencepiece of some of the pieces, in their order. Texts are normalised before."""
    made: Any = sentencepiece_model_pb2.ModelProto()  # type: ignore[attr-defined]  # made when it is imported
    kinds = made.SentencePiece
    for place, at in enumerate(kept):
        kind = kinds.UNKNOWN if place == 3 else kinds.CONTROL if place < 3 else kinds.NORMAL
        made.pieces.add(piece=pretrained.pieces[at], score=float(pretrained.scores[at]), type=kind)
    names = dict(zip(("bos_id", "pad_id", "eos_id", "unk_id"), range(4), strict=True))
    for name, number in names.items():
        setattr(made.trainer_spec, name, number)
    made.trainer_spec.vocab_size = len(kept)
    made.trainer_spec.model_type = made.trainer_spec.UNIGRAM
    made.normalizer_spec.name = "identity"
    made.normalizer_spec.add_dummy_prefix = False
    made.normalizer_spec.remove_extra_whitespaces = False
    return bytes(made.SerializeToString())


class _Layer(nn.Module):  # type: ignore[misc,unused-ignore]  # PyTorch is there for training alone
    """One of BERT's, as it was pretrained."""

    def __init__(self, packed: dict[str, Blocks], plain: State, heads: int) -> None:
        super().__init__()
        self.heads = heads
        for name in LINEAR:
            weight = torch.from_numpy(packed[f"{name}.w"].values)
            line = nn.Linear(weight.shape[1], weight.shape[0])
            line.weight.data, line.bias.data = weight, torch.tensor(plain[f"{name}.b"])
            setattr(self, name, line)
        for name in _NORMED:
            setattr(self, name, _normed(plain[f"{name}.w"], plain[f"{name}.b"]))
        self.drop = nn.Dropout(_INNER)

    def forward(self, seen: Tensor, there: Tensor) -> Tensor:
        pairs, pieces, wide = seen.shape

        def parts(line: nn.Linear) -> Tensor:
            told: Tensor = line(seen).view(pairs, pieces, self.heads, -1).transpose(1, 2)
            return told

        # by hand: backwards, PyTorch's own takes three tenths of a step's time on a processor
        query, key, value = (parts(line) for line in (self.q, self.k, self.v))
        fits = (query @ key.transpose(2, 3)).float() * query.shape[-1] ** -0.5
        looks = fits.masked_fill(~there[:, None, None, :], -torch.inf).softmax(-1)
        looked = (looks.to(value.dtype) @ value).transpose(1, 2).reshape(pairs, pieces, wide)
        seen = self.aln(seen + self.drop(self.ao(looked)))
        further: Tensor = self.oln(seen + self.drop(self.fo(functional.gelu(self.fi(seen)))))
        return further


def _normed(weight: Matrix, bias: Matrix) -> nn.LayerNorm:
    """Copies: what is learnt must not change what was pretrained."""
    layer = nn.LayerNorm(len(weight), eps=_EPSILON)
    layer.weight.data, layer.bias.data = torch.tensor(weight), torch.tensor(bias)
    return layer


class _Net(nn.Module):  # type: ignore[misc,unused-ignore]
    """The upper layers and the head."""

    def __init__(self, begun: Start) -> None:
        super().__init__()
        heads = begun.pretrained.heads
        self.layers = nn.ModuleList([_Layer(*begun.layer(_LOWER + at), heads) for at in range(_UPPER)])
        wide = begun.words.shape[1]
        self.mark = nn.Embedding(3, wide)
        nn.init.normal_(self.mark.weight, std=0.1)
        self.mark.weight.data[0] = 0
        self.hidden = nn.Parameter(torch.zeros(wide))
        self.out = nn.Linear(5 * wide, len(LABELS) + len(TYPES))
        nn.init.normal_(self.out.weight, std=0.01)
        nn.init.zeros_(self.out.bias)
        self.drop = nn.Dropout(_POOLED)

    def forward(self, seen: Tensor, given: Batch) -> Tensor:
        who, there = torch.from_numpy(given.who), torch.from_numpy(given.there) > 0
        if self.training:
            gone = torch.rand(len(who), 3) < _NAMES
            gone[:, 0] = False
            seen = torch.where(gone.gather(1, who)[..., None], self.hidden, seen)
        seen = seen + self.mark(who)
        for layer in self.layers:
            seen = layer(seen, there)
        a, b, gap, everything = (torch.from_numpy(given.pools) @ seen.float()).unbind(1)
        scores: Tensor = self.out(self.drop(torch.cat([a, b, a * b, gap, everything], -1)))
        return scores


def _lower(begun: Start) -> list[_Layer]:
    return [_Layer(*begun.layer(at), begun.pretrained.heads).eval() for at in range(_LOWER)]


def _lowest(begun: Start, given: Batch) -> Tensor:
    """What the first layer sees."""
    plain = begun.pretrained.plain
    words = begun.words[given.ids] + begun.places[: given.ids.shape[1]]
    seen: Tensor = _normed(plain["emb.ln.w"], plain["emb.ln.b"])(torch.from_numpy(words))
    return seen


def lower_states(begun: Start, told: Sequence[Told]) -> list[Halves]:
    """What the pretrained layers make of each sentence (pieces, width)."""
    torch.set_num_threads(1)  # threads wait for each other longer than these small products take
    layers = _lower(begun)
    found: list[Halves] = [np.zeros((0, 0), np.float16)] * len(told)
    order = sorted(range(len(told)), key=lambda at: len(told[at].ids))
    for low in range(0, len(order), 2 * _TOGETHER):
        some = order[low : low + 2 * _TOGETHER]
        given = batch([told[at] for at in some])
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            seen = _lowest(begun, given)
            there = torch.from_numpy(given.there) > 0
            for layer in layers:
                seen = layer(seen, there)
        made = seen.half().numpy()
        for row, at in enumerate(some):
            found[at] = made[row, : len(told[at].ids)].copy()
    return found


def train_encoder(
    begun: Start,
    told: Sequence[Told],
    states: Sequence[Halves],
    targets: Matrix,
    seed: int,
    say: Callable[[str], None],
) -> State:
    """The arrays of the upper layers and the head. `targets` as in `weighing`. The same seed gives the same ones on
    the same machine. Six minutes of a core for 5,000 pairs."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    chance = np.random.default_rng(seed)
    net = _Net(begun)
    ours = [value for name, value in net.named_parameters() if not name.startswith("layers.")]
    rate = torch.optim.AdamW(
        [{"params": net.layers.parameters(), "lr": _RATE}, {"params": ours, "lr": _NEW_RATE}],
        weight_decay=_DECAY,
    )
    steps = _EPOCHS * len(_batches(told, np.random.default_rng(seed)))
    pace = torch.optim.lr_scheduler.OneCycleLR(
        rate, [_RATE, _NEW_RATE], steps + 2, pct_start=0.1, anneal_strategy="linear"
    )
    for epoch in range(_EPOCHS):
        net.train()
        lost = 0.0
        for some in _batches(told, chance):
            shown, wanted = _turned([told[at] for at in some], targets[some], chance)
            given = batch(shown)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                scores = net(_side_by_side([states[at] for at in some]), given)
            loss = _loss(scores.float(), torch.from_numpy(wanted))
            rate.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            rate.step()
            pace.step()
            lost += float(loss.detach()) * len(some)
        say(f"round {epoch + 1} of {_EPOCHS}: loss {lost / len(told):.3f}")
    return {name: value.detach().numpy() for name, value in net.state_dict().items() if name != "hidden"}


def save_encoder(folder: Path, begun: Start, upper: State, told: Sequence[Told]) -> None:
    """Writes the pieces, their vectors and the graph, so that `encoder.Encoder.load` finds them. What is loud is
    looked for in the first of `told`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_bytes(begun.model)
    save_words(folder, begun.blocks.steps, begun.blocks.scale, begun.places)
    plain = begun.pretrained.plain
    first = {"ln.w": plain["emb.ln.w"], "ln.b": plain["emb.ln.b"]}
    lower = [begun.layer(at) for at in range(_LOWER)]
    loud = _loud(begun, upper, told[:_LISTENED])
    (folder / GRAPH).write_bytes(graph(lower, first, upper, _UPPER, begun.pretrained.heads, loud))


def _loud(begun: Start, upper: State, told: Sequence[Told]) -> list[Loud]:
    """By layer and linear part, the columns of its input that are largest."""
    net = _Net(begun)
    net.load_state_dict({name: torch.from_numpy(value) for name, value in upper.items()}, strict=False)
    net.eval()
    layers = [*_lower(begun), *net.layers]
    heard: dict[tuple[int, str], Tensor] = {}

    def listen(at: int, name: str) -> Callable[[Any, tuple[Tensor]], None]:
        def note(_: Any, inputs: tuple[Tensor]) -> None:
            most = inputs[0].detach().float().abs().amax((0, 1))
            heard[at, name] = torch.maximum(heard.get((at, name), most), most)

        return note

    for at, layer in enumerate(layers):
        for name in LINEAR:
            getattr(layer, name).register_forward_pre_hook(listen(at, name))
    with torch.no_grad():
        for one in told:
            given = batch([one])
            seen = _lowest(begun, given)
            there = torch.from_numpy(given.there) > 0
            for layer in layers[:_LOWER]:
                seen = layer(seen, there)
            net(seen, given)
    return [
        {name: np.sort(heard[at, name].topk(_LOUD).indices.numpy()) for name in LINEAR}
        for at in range(len(layers))
    ]


def _turned(told: Sequence[Told], targets: Matrix, chance: np.random.Generator) -> tuple[list[Told], Matrix]:
    """About half of the pairs the other way round."""
    many = len(LABELS)
    turned = chance.random(len(told)) < 0.5
    wanted = targets.copy()
    wanted[turned, :many] = wanted[turned][:, :many][:, REVERSED]
    shown = [
        Told(one.ids, tuple(3 - who if who else 0 for who in one.who)) if turn else one
        for one, turn in zip(told, turned, strict=True)
    ]
    return shown, wanted


def _side_by_side(states: Sequence[Halves]) -> Tensor:
    table = np.zeros((len(states), max(map(len, states)), states[0].shape[1]), np.float32)
    for row, one in enumerate(states):
        table[row, : len(one)] = one
    return torch.from_numpy(table)


def _batches(told: Sequence[Told], chance: np.random.Generator) -> list[list[int]]:
    """All in a new order, those of about one length together."""
    order = chance.permutation(len(told)).tolist()
    found: list[list[int]] = []
    for first in range(0, len(order), _TOGETHER * _SORTED):
        some = sorted(order[first : first + _TOGETHER * _SORTED], key=lambda at: len(told[at].ids))
        found += [some[at : at + _TOGETHER] for at in range(0, len(some), _TOGETHER)]
    return [found[at] for at in chance.permutation(len(found))]


def _loss(scores: Tensor, wanted: Tensor) -> Any:
    many = len(LABELS)
    share = wanted[:, :many] / wanted[:, :many].sum(1, keepdim=True)
    labels = -(share * scores[:, :many].log_softmax(1)).sum(1).mean()
    types = functional.binary_cross_entropy_with_logits(scores[:, many:], wanted[:, many:], reduction="none")
    return labels + 0.5 * types.sum(1).mean()
