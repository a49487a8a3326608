"""How rare letters, pairs of letters and beginnings and ends are in names of organisations.

Counted once over the training names and kept as sums: only what many names share is kept, so that no name can be
read from the table. What is not in it is rare.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from entity_resolution.names import lettered

FILE = Path(__file__).parent / "model" / "rarity.json"
#: A letter or pair in fewer names is left out of the table.
NAMES_LEAST = 6

Weights = NDArray[np.float32]


class Rarity:
    """Weights of letters in nats: minus the logarithm of the share of names that have them."""

    def __init__(self, names: int, shares: dict[str, int]) -> None:
        self.names = names
        self.shares = shares
        unknown = math.log((names + 1) / (NAMES_LEAST / 2))
        weight = {piece: math.log((names + 1) / (count + 0.5)) for piece, count in shares.items()}
        self._unknown = unknown
        singles = {piece: value for piece, value in weight.items() if len(piece) == 1}
        self._single = np.full(0x110000, unknown, dtype=np.float32)
        for piece, value in singles.items():
            self._single[ord(piece)] = value
        pairs = sorted(
            (ord(piece[0]) << 21 | ord(piece[1]), value) for piece, value in weight.items() if len(piece) == 2
        )
        self._pairs = np.array([pair for pair, _ in pairs], dtype=np.int64)
        self._pair = np.array([value for _, value in pairs], dtype=np.float32)

    def of(self, flat: str, starts: NDArray[np.int32]) -> tuple[Weights, Weights]:
        """(weight of each letter, weight of each letter with its next one; 0 at a name's end)."""
        codes = np.frombuffer(flat.encode("utf-32-le"), dtype=np.int32).astype(np.int64)
        single = self._single[codes]
        pair = np.zeros(len(codes), dtype=np.float32)
        if len(codes) > 1:
            wanted = codes[:-1] << 21 | codes[1:]
            pair[:-1] = self._unknown
            if len(self._pairs):
                at = np.minimum(np.searchsorted(self._pairs, wanted), len(self._pairs) - 1)
                known = self._pairs[at] == wanted
                pair[:-1][known] = self._pair[at[known]]
        ends = starts[(starts > 0) & (starts <= len(codes))] - 1
        pair[ends] = 0
        return single, pair

    @classmethod
    def counted(cls, names: Iterable[str]) -> Rarity:
        """The table of these names."""
        counts: Counter[str] = Counter()
        every = 0
        for name in names:
            every += 1
            text = lettered(name).text
            counts.update(set(text) | {text[at : at + 2] for at in range(len(text) - 1)})
        return cls(every, {piece: count for piece, count in counts.items() if count >= NAMES_LEAST})

    def written(self) -> str:
        """The table as JSON, for `FILE`."""
        return json.dumps(
            {"names": self.names, "shares": dict(sorted(self.shares.items()))},
            ensure_ascii=False,
            separators=(",", ":"),
        )


@cache
def shipped() -> Rarity:
    """The table that ships with the model."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    return Rarity(int(data["names"]), {str(piece): int(count) for piece, count in data["shares"].items()})
