"""Names in a list that a tagger passed over: in 甲、乙和丙 what stands between two organisations is one too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

#: Between two names of a list: up to three others, without words that would end the list.
_BETWEEN: Final = re.compile(r"\s?(?:、\s?[^、，,。；;：:（）()“”\"\s]{2,12}\s?){1,3}(?:、|和|及|以及|与)\s?")
_ITEM: Final = re.compile(r"、\s?([^、，,。；;：:（）()“”\"\s]{2,12}?)(?=\s?(?:、|(?:和|及|以及|与)\s?$))")
_FURTHEST: Final = 50
#: Signs of a clause, not of a name.
_NO_ITEM: Final = re.compile(r"[的了在是将为被把对从由于与和及]|其|等$")


def passed_over(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans of items between neighbours of `spans` (sorted, none overlapping) that make one list with them."""
    for (_, begin), (finish, _) in pairwise(spans):
        if not 3 < finish - begin <= _FURTHEST or text[begin : begin + 2].lstrip()[:1] != "、":
            continue
        between = text[begin:finish]
        if not _BETWEEN.fullmatch(between):
            continue
        for item in _ITEM.finditer(between):
            if not _NO_ITEM.search(item[1]):
                yield begin + item.start(1), begin + item.end(1)
