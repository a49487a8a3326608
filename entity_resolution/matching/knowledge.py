"""What is known of names beside their letters: the curated list says outright which names are one organisation.

Brand and legal name often share no letter (出门问问, 羽扇智): no likeness finds them, a list does.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from entity_resolution.curated import Curated, curated
from entity_resolution.matching.candidates import Index, Pairs
from entity_resolution.names import exact_key

#: Indexed names that are looked at for each name of an organisation.
_LIKELY = 5


class OrganisationOf:
    """Exact keys to the one organisation of the curated list that bears them; ambiguous names have none."""

    def __init__(self, known: Curated) -> None:
        self._of = {
            key: bearers[0][0]
            for key, bearers in known.by_key.items()
            if len(bearers) == 1 and not bearers[0][1].ambiguous
        }

    @classmethod
    def shipped(cls) -> OrganisationOf:
        """By the list that ships with the program."""
        return _shipped()

    def of(self, key: str) -> int | None:
        """The organisation's position in the list."""
        return self._of.get(key)


@cache
def _shipped() -> OrganisationOf:
    return OrganisationOf(curated())


def known_pairs(queries: Sequence[str], index: Index, names: Sequence[str]) -> Pairs:
    """Pairs of a query and one of the indexed names that the list says are one organisation, sorted.

    The organisation's other names are looked up in the index, so that not every indexed name need be looked at.
    """
    known = curated().organisations
    asked: dict[int, list[int]] = {}
    for at, name in enumerate(queries):
        found = _shipped().of(exact_key(name))
        if found is not None:
            asked.setdefault(found, []).append(at)
    if not asked:
        return Pairs(np.zeros(0, np.int32), np.zeros(0, np.int32))
    words = [(which, name.name) for which in sorted(asked) for name in known[which].names]
    likely = index.search([word for _, word in words], _LIKELY)
    pairs = {
        (query, other)
        for at, other in zip(likely.left.tolist(), likely.right.tolist(), strict=True)
        if _shipped().of(exact_key(names[other])) == words[at][0]
        for query in asked[words[at][0]]
    }
    rows = np.array(sorted(pairs), dtype=np.int32).reshape(-1, 2)
    return Pairs(rows[:, 0].copy(), rows[:, 1].copy())
