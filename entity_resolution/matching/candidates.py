"""Which names might mean the same: a few for each, out of hundreds of thousands, in seconds.

One sparse product finds them: names are rows of weighted terms (`terms.py`), rare terms weigh more, and terms of
more than 2,000 names are left out. That bounds the work for each name, so that all the work grows in line with the
number of names. Names with the same letters find each other whatever their terms are. English and pinyin names find
Chinese ones by sound and meaning (`telling.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np

from entity_resolution.matching.latin import likeness
from entity_resolution.matching.letters import Codes, Rows, folded, letters
from entity_resolution.matching.telling import MOST_HEARD, is_latin, only, terms_of_latin, told_by_chinese
from entity_resolution.matching.terms import Terms, asked_for, asking
from entity_resolution.matching.weighing import Bearers, Found, best, in_turn, merged, rank_in_list

#: A term of more names than this finds nothing that rarer terms do not.
MOST_BEARERS: Final = 2_000
#: Added names are searched beside the first ones until they are this part of them; then all are indexed anew.
_ANEW_AT: Final = 0.25
#: So many times the names asked for are looked at closely, where a Latin name asks for Chinese ones.
LOOK_AT: Final = 5
#: Names that are looked for at once; bounds the memory.
_AT_ONCE: Final = 25_000
#: Searches under way at once.
_THREADS: Final = 2


@dataclass(frozen=True, slots=True)
class Pairs:
    """Positions of names that might mean the same, int32, both of one length."""

    left: Rows
    right: Rows

    def __len__(self) -> int:
        return len(self.left)


class Index:
    """Names that can be searched by name. Positions are those in `names`, and go on where names are added."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names: list[str] = []
        self._parts: list[_Part] = []
        self._index(list(names))

    def __len__(self) -> int:
        return len(self._names)

    def add(self, names: Sequence[str]) -> None:
        """Makes more names findable. What terms weigh stays as it is until a quarter has been added."""
        if not self._parts:
            self._index(list(names))
            return
        first = self._parts[0]
        added = [*self._names[first.size :], *names]
        if len(added) > max(_ANEW_AT * first.size, 1000):
            self._index([*self._names, *names])
            return
        self._names += names
        self._parts = [first, _Part(added, first)]

    def search(self, queries: Sequence[str], top: int = 20) -> Pairs:
        """Up to `top` names for each query (left), the likeliest first."""
        found = self._search(queries, top, chinese_ask=True)
        return Pairs(found.left, found.right)

    def itself(self, top: int = 20) -> Pairs:
        """Pairs among the names themselves: each pair once, left < right, sorted. A name with its up to `top`
        likeliest may be in more pairs, as others may have it among theirs."""
        if not self._names:
            return Pairs(np.zeros(0, np.int32), np.zeros(0, np.int32))

        def found(start: int) -> Codes:
            found = self._search(self._names[start : start + _AT_ONCE], top + 1)
            left, right = found.left.astype(np.int64) + start, found.right.astype(np.int64)
            other = left != right
            # The name itself need not be among what it finds: the one too many goes, then.
            rank = rank_in_list(found.left[other])
            left, right = left[other][rank < top], right[other][rank < top]
            codes: Codes = (np.minimum(left, right) << 32) | np.maximum(left, right)
            return codes

        with ThreadPoolExecutor(_THREADS) as pool:
            both = np.concatenate(list(pool.map(found, range(0, len(self._names), _AT_ONCE))))
        both.sort()  # many times faster than np.unique
        both = both[np.concatenate([[True], both[1:] != both[:-1]])[: len(both)]]
        return Pairs((both >> 32).astype(np.int32), (both & 0xFFFFFFFF).astype(np.int32))

    def _index(self, names: list[str]) -> None:
        self._names = names
        self._parts = [_Part(names)] if names else []

    def _search(self, queries: Sequence[str], top: int, chinese_ask: bool = False) -> Found:
        """`chinese_ask`: Chinese queries find Latin names, too; the other way round it is always so."""
        if not (queries and self._parts):
            return Found.none()
        texts = folded(queries)
        asked = letters(texts)
        latin = is_latin(asked)
        alike = merged([part.plain.search(asking(asked), top) for part in self._parts], top)
        said = terms_of_latin(texts, latin)
        found = [alike, merged([part.by_sound(texts, said, top) for part in self._parts], top)]
        if chinese_ask and any(part.said.names for part in self._parts):
            heard = told_by_chinese(only(asked, ~latin)).terms
            few = max(top // 5, 1)
            found.append(merged([part.said.search(heard, few) for part in self._parts], few))
        return in_turn(found, top)


class _Part:
    """Names that were indexed together: by their letters, the Chinese ones also by sound and meaning, and the Latin
    ones by the sounds and meanings that they say."""

    def __init__(self, names: Sequence[str], after: _Part | None = None) -> None:
        self.size = len(names)
        first = after.size if after else 0
        self._first = first
        texts = folded(names)
        self._letters = own = letters(texts)
        latin = is_latin(own)
        self.plain: Bearers = Bearers(
            asked_for(own), MOST_BEARERS, after.plain.weights if after else None, first
        )
        heard = told_by_chinese(only(own, ~latin)).terms
        self.heard: Bearers = Bearers(heard, MOST_HEARD, after.heard.weights if after else None, first)
        said = terms_of_latin(texts, latin)
        self.said: Bearers = Bearers(said, MOST_HEARD, after.said.weights if after else None, first)

    def by_sound(self, texts: Sequence[str], said: Terms, top: int) -> Found:
        """Chinese names for Latin ones: a longer list first, then the best of it by a closer look."""
        found = self.heard.search(said, LOOK_AT * top)
        if not len(found.left):
            return found
        used, left = np.unique(found.left, return_inverse=True)
        chosen, right = np.unique(found.right - self._first, return_inverse=True)
        pairs = Pairs(left.astype(np.int32), right.astype(np.int32))
        names = [texts[at] for at in used.tolist()]
        score = likeness(names, self._letters.of(chosen), pairs)
        return best([found._replace(score=score)], top)
