"""What the resolver asks of a model: a probability for pairs of names, thresholds fixed beforehand, and reasons."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from entity_resolution.matching.candidates import Index, Pairs
from entity_resolution.matching.comparing import Compared, compare
from entity_resolution.matching.name import Name
from entity_resolution.names import fold, is_han

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
#: (feature, what it says of this pair, how far it pushes the score up or down).
Reason = tuple[str, str, float]

_THREADS = 2
#: Two Latin names with less of their words in common (0 to 100) are not compared further.
_SPELT_ALIKE = 80
#: From this raw score on (log odds by the pair alone) a pair is a rival that decisions about other pairs hang on.
_PLAUSIBLE = -1.0


@dataclass(frozen=True, slots=True)
class Looked:
    """Pairs looked at one by one. plausible: such a pair may have a say in the decision about another pair of one
    of its names. compared: what the model itself saw."""

    plausible: Flags
    compared: Compared

    @classmethod
    def joined(cls, parts: Sequence[Looked]) -> Looked:
        """Several looks, one after the other."""
        return cls(
            np.concatenate([one.plausible for one in parts]), Compared.joined([one.compared for one in parts])
        )


class Matcher(Protocol):
    """`version` names the model in the log. It joins pairs from `accept` on, and asks a person from `review` on."""

    version: str
    accept: float
    review: float

    def look(self, names: Sequence[Name], pairs: Pairs) -> Looked:
        """Each pair (positions in `names`) by itself."""
        ...

    def score(self, names: Sequence[Name], pairs: Pairs, looked: Looked | None = None) -> Floats:
        """The probability that both names of each pair mean one bearer. It may depend on the other pairs of the two
        names, and on nothing else. `looked`: what `look` saw of these pairs, if that was done already."""
        ...

    def explain(self, names: Sequence[Name], pairs: Pairs) -> list[list[Reason]]:
        """For each pair what its score rests on, the strongest first."""
        ...

    def candidates(self, names: Sequence[str], top: int) -> Pairs:
        """Pairs of these names that may be one; each pair once."""
        ...


class Shipped:
    """The model that ships with the program. Its version is the digest of its card."""

    def __init__(self) -> None:
        from entity_resolution.matching import model

        self._scorer = model.Scorer.load()
        card = (model.FOLDER / "card.json").read_bytes()
        self.version = hashlib.sha256(card).hexdigest()[:10]
        self.accept = self._scorer.grouping.accept
        self.review = self._scorer.grouping.review

    def look(self, names: Sequence[Name], pairs: Pairs) -> Looked:
        """As promised by `Matcher`."""
        compared = compare(names, pairs, self._scorer)
        return Looked(compared.raw >= _PLAUSIBLE, compared)

    def score(self, names: Sequence[Name], pairs: Pairs, looked: Looked | None = None) -> Floats:
        """As promised by `Matcher`; 0 where the two are hardly alike."""
        from entity_resolution.matching.grouping import beside_rivals

        compared = compare(names, pairs, self._scorer) if looked is None else looked.compared
        result = np.zeros(len(pairs))
        owners = np.arange(len(names), dtype=np.int32)
        result[compared.at] = beside_rivals(compared, pairs, owners, self._scorer)
        likely = np.flatnonzero(result >= self.review)
        for place in likely[~_spelt_alike(names, pairs, likely)].tolist():
            result[place] = 0.0
        return result

    def explain(self, names: Sequence[Name], pairs: Pairs) -> list[list[Reason]]:
        """As promised by `Matcher`."""
        from entity_resolution.matching.features import explain, matrix

        if not len(pairs):
            return []
        with ThreadPoolExecutor(_THREADS) as pool:
            return [list(one) for one in pool.map(explain, matrix(names, names, pairs))]

    def candidates(self, names: Sequence[str], top: int) -> Pairs:
        """As promised by `Matcher`."""
        return Index(names).itself(top)


@cache
def shipped() -> Shipped:
    """The model, loaded once."""
    return Shipped()


def _spelt_alike(names: Sequence[Name], pairs: Pairs, places: npt.NDArray[np.intp]) -> Flags:
    """Whether two Latin names are: the model has learnt from pairs of which one name is Chinese at least, and is at
    a loss with two that merely begin alike. True for all other pairs."""
    found = np.ones(len(places), dtype=bool)
    for at, place in enumerate(places.tolist()):
        one, other = (_latin(names[int(side[place])].name) for side in (pairs.left, pairs.right))
        if one and other:
            found[at] = fuzz.token_set_ratio(one, other) >= _SPELT_ALIKE
    return found


def _latin(name: str) -> str:
    """The words of a name without Chinese characters; nothing for any other."""
    folded = fold(name)
    return "" if any(map(is_han, folded)) else " ".join(re.findall(r"[a-z0-9]+", folded))
