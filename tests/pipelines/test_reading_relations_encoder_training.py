"""The encoder's training on a pretrained model made up here: what it writes says what it learnt. Needs PyTorch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from pipelines.reading.relations.encoder import Encoder
from pipelines.reading.relations.examples import Example, example
from pipelines.reading.relations.gold import targets
from pipelines.reading.relations.labels import LABELS
from pipelines.reading.relations.pieces import UNKNOWN, Pieces
from pipelines.reading.relations.pretrained import BLOCK, Blocks, Pretrained

pytest.importorskip("torch", reason="PyTorch, of the extra `train`, is not installed")
pytest.importorskip("onnx", reason="onnx, of the extra `train`, is not installed")

from pipelines.reading.relations import encoder_training

_WIDE, _DEEP, _LAYERS = 32, 64, 8
_WORDS = "甲乙丙丁公司收购与签约，。東A"


def _made() -> Pretrained:
    """Random weights of the shapes that the real ones have, and a piece for each character."""
    chance = np.random.default_rng(11)
    pieces = ("<s>", "<pad>", "</s>", "<unk>", "▁", *_WORDS, "收购", "12")

    def blocks(out: int, into: int) -> Blocks:
        steps = chance.integers(-8, 8, (out, into)).astype(np.int8)
        return Blocks(steps, np.full((out, into // BLOCK), 0.03, np.float16))

    def plain(size: int) -> npt.NDArray[np.float32]:
        return (0.1 * chance.standard_normal(size)).astype(np.float32)

    packed = {"emb.word": blocks(len(pieces), _WIDE)}
    rest = {"emb.pos": plain(256 * _WIDE), "emb.type": plain(2 * _WIDE)}
    rest |= {"emb.ln.w": 1 + plain(_WIDE), "emb.ln.b": plain(_WIDE)}
    shapes = dict.fromkeys(("q", "k", "v", "ao"), (_WIDE, _WIDE)) | {
        "fi": (_DEEP, _WIDE),
        "fo": (_WIDE, _DEEP),
    }
    for at in range(_LAYERS):
        for name, (out, into) in shapes.items():
            packed[f"l{at}.{name}.w"], rest[f"l{at}.{name}.b"] = blocks(out, into), plain(out)
        for name in ("aln", "oln"):
            rest[f"l{at}.{name}.w"], rest[f"l{at}.{name}.b"] = 1 + plain(_WIDE), plain(_WIDE)
    return Pretrained(pieces, np.full(len(pieces), -3, np.float32), 4, packed, rest)


def _examples() -> tuple[list[Example], list[str]]:
    shown = []
    for a in "甲乙":
        for b in "丙丁":
            shown += [(f"{a}公司收购{b}公司。", "收购"), (f"{a}公司与{b}公司签约。", "签约")]
    return [example(text, (0, 3), (text.rindex("公") - 1, text.rindex("公") + 2)) for text, _ in shown], [
        label for _, label in shown
    ]


def test_pieces_that_chinese_text_needs_are_kept() -> None:
    begun = encoder_training.start(_made(), ["甲12"])
    kept = [begun.pretrained.pieces[at] for at in begun.kept]
    assert kept[:4] == ["<s>", "<pad>", "</s>", "<unk>"]
    assert {"收购", "A", "▁", "，"} - {"，"} <= set(kept)
    assert "東" not in kept
    assert "12" not in kept
    assert UNKNOWN in Pieces(begun.model).seen(["東"])


def test_what_is_written_says_what_was_learnt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"_EPOCHS": 150, "_NEW_RATE": 1e-2, "_POOLED": 0.0, "_INNER": 0.0}.items():
        monkeypatch.setattr(encoder_training, name, value)
    examples, labels = _examples()
    begun = encoder_training.start(_made(), [one.text for one in examples])
    told = Pieces(begun.model).told(examples)
    states = encoder_training.lower_states(begun, told)
    assert [one.shape for one in states] == [(len(one.ids), _WIDE) for one in told]
    wanted = targets([frozenset([label]) for label in labels])
    said: list[str] = []
    upper = encoder_training.train_encoder(begun, told, states, wanted, 0, said.append)
    assert len(said) == 150
    encoder_training.save_encoder(tmp_path, begun, upper, told)
    encoder = Encoder.load(tmp_path)
    assert encoder is not None
    scores = encoder.scores(examples)
    assert [LABELS[at] for at in scores[:, : len(LABELS)].argmax(axis=1)] == labels
    again = encoder_training.train_encoder(begun, told, states, wanted, 0, said.append)
    assert all((again[name] == value).all() for name, value in upper.items())
