"""What a score rests on: the features of pairs of names, and their words for a person.

A pair has no direction here: the shorter name is laid into the longer one. `matrix` is a pure function of the two
names and of the tables that ship with the model, so any number of processes can compute parts of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel, JaroWinkler, LCSseq, Prefix
from rapidfuzz.process import cpdist

from entity_resolution.matching import alignment
from entity_resolution.matching.candidates import Pairs
from entity_resolution.matching.latin import LATIN_FEATURES, Spelt, fill_latin
from entity_resolution.matching.name import Name
from entity_resolution.matching.prepared import LETTERS_MOST, Preparation, Prepared
from entity_resolution.matching.rarity import shipped

#: Pairs compared at once: their cubes of equalities stay within the processor's cache and some 20 MB.
CHUNK = 4096

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int32]
Rows = NDArray[np.intp]

_SIDES = ("length_short", "length_long", "core_length_short", "core_length_long")
_EDITS = ("ratio", "jaro_winkler", "core_ratio", "core_jaro_winkler", "brand_common", "core_prefix")
_AGREE = (
    "key_same",
    "core_same",
    "brand_same",
    "form_both",
    "form_same",
    "full_both",
    "by_shares_short",
    "by_shares_long",
    "listed",
)
_PLACES = (
    "place_same",
    "place_conflict",
    "place_short",
    "place_long",
    "stated_place_same",
    "stated_place_conflict",
)
_KINDS = (
    "unit_same",
    "unit_conflict",
    "unit_short",
    "unit_long",
    "numerals_conflict",
    "kind_same",
    "kind_conflict",
)
_COUNTRIES = ("country_same", "country_conflict", "latin_short", "latin_long")

#: The columns of `matrix`, in their order.
FEATURES: tuple[str, ...] = (
    *_SIDES,
    *_EDITS,
    *_AGREE,
    *_PLACES,
    *_KINDS,
    *_COUNTRIES,
    *alignment.COLUMNS,
    *LATIN_FEATURES,
)
_OWN = len(FEATURES) - len(LATIN_FEATURES)


def matrix(left: Sequence[Name], right: Sequence[Name], pairs: Pairs) -> Floats:
    """The features of the pairs: shape (pairs, len(FEATURES)). Positions are those in `left` and `right`.

    About 0.5 kB a pair while it works; ask in parts where there are tens of millions.
    """
    used, rows = np.unique(pairs.left, return_inverse=True)
    other_used, other_rows = np.unique(pairs.right, return_inverse=True)
    ready = Ready([left[at] for at in used], [right[at] for at in other_used])
    return ready.matrix(rows, other_rows)


class Ready:
    """Names made ready once, of which any pairs can be compared: names with `others`, or with each other."""

    def __init__(self, names: Sequence[Name], others: Sequence[Name] | None = None) -> None:
        self._after = 0 if others is None else len(names)
        self._prepared = Preparation(shipped()).of([*names, *(others or ())])
        self._one = Spelt([one.name for one in names])
        self._two = self._one if others is None else Spelt([one.name for one in others])

    def matrix(self, rows: Rows, others: Rows) -> Floats:
        """The features of pairs: shape (pairs, len(FEATURES))."""
        found = of_prepared(self._prepared, rows, np.asarray(others) + self._after)
        fill_latin(found[:, _OWN:], self._one, self._two, rows.astype(np.int32), others.astype(np.int32))
        return found


def explain(row: Floats) -> list[tuple[str, str, float]]:
    """(feature, what it says, push in log odds) for one row of the matrix, the strongest first."""
    from entity_resolution.matching.explaining import explained  # it needs the model, which needs FEATURES

    return explained(row)


def of_prepared(prepared: Prepared, rows: Rows, other: Rows) -> Floats:
    """The features of pairs of rows of one preparation, without those of Latin letters, which stay 0."""
    short, long, order = _by_length(prepared, rows, other)
    result = np.zeros((len(rows), len(FEATURES)), dtype=np.float32)

    def fill(chosen: Rows) -> None:
        result[chosen, :_OWN] = _of_chunk(prepared, short[chosen], long[chosen])

    _in_threads(fill, order)
    return result


def _by_length(prepared: Prepared, rows: Rows, other: Rows) -> tuple[Rows, Rows, Rows]:
    """The shorter and the longer side of each pair, and an order that puts pairs of like lengths together: a cube
    is as large as its longest names."""
    length = prepared.length
    swapped = length[rows] > length[other]
    short, long = np.where(swapped, other, rows), np.where(swapped, rows, other)
    together = (length[short] * np.int32(LETTERS_MOST + 1) + length[long]).astype(np.uint16)
    return short, long, np.argsort(together, kind="stable")


def _in_threads(work: Callable[[Rows], None], order: Rows) -> None:
    """`work` on `CHUNK` pairs at a time."""
    parts = [order[start : start + CHUNK] for start in range(0, len(order), CHUNK)]
    if len(parts) < 2:
        for part in parts:
            work(part)
        return
    with ThreadPoolExecutor(max_workers=min(os.cpu_count() or 1, 8)) as pool:
        for _ in pool.map(work, parts):
            pass


def _of_chunk(prepared: Prepared, short: Rows, long: Rows) -> Floats:
    one, two = _looked_up(prepared, short), _looked_up(prepared, long)
    columns = [
        one.length,
        two.length,
        one.core_length,
        two.core_length,
        *_edits(one, two),
        _equal(one.key, two.key),
        _equal(one.core_number, two.core_number),
        _equal(one.brand_number, two.brand_number),
        (one.form > 0) & (two.form > 0),
        _equal(one.form, two.form),
        one.full & two.full,
        one.by_shares,
        two.by_shares,
        one.listed | two.listed,
        _equal(one.place, two.place),
        _differ(one.place, two.place),
        one.place > 0,
        two.place > 0,
        _equal(one.stated_place, two.stated_place),
        _differ(one.stated_place, two.stated_place),
        _equal(one.unit, two.unit),
        one.unit != two.unit,
        one.unit > 0,
        two.unit > 0,
        one.numerals != two.numerals,
        _equal(one.kind, two.kind),
        _differ(one.kind, two.kind),
        _equal(one.country, two.country),
        _differ(one.country, two.country),
        one.latin,
        two.latin,
    ]
    found = np.empty((len(short), _OWN), dtype=np.float32, order="F")  # each column is written as a whole
    for at, column in enumerate(columns):
        found[:, at] = column
    found[:, len(columns) :] = alignment.align(prepared, short, long)
    return found


@dataclass(frozen=True, slots=True)
class _Looked:
    """The fields of one side of pairs that are compared as wholes."""

    text: NDArray[np.object_]
    core: NDArray[np.object_]
    brand: NDArray[np.object_]
    length: Numbers
    core_length: Numbers
    brand_length: Numbers
    core_number: Numbers
    brand_number: Numbers
    key: Numbers
    place: Numbers
    stated_place: Numbers
    form: Numbers
    unit: Numbers
    kind: Numbers
    country: Numbers
    numerals: Numbers
    full: Flags
    by_shares: Flags
    listed: Flags
    latin: Floats


def _looked_up(prepared: Prepared, rows: Rows) -> _Looked:
    return _Looked(**{field.name: getattr(prepared, field.name)[rows] for field in fields(_Looked)})


def _edits(one: _Looked, two: _Looked) -> list[Floats]:
    def compared(scorer: Any, left: NDArray[np.object_], right: NDArray[np.object_]) -> Floats:
        found: Floats = cpdist(left, right, scorer=scorer, dtype=np.float32)
        return found

    return [
        compared(Indel.normalized_similarity, one.text, two.text),
        compared(JaroWinkler.normalized_similarity, one.text, two.text),
        compared(Indel.normalized_similarity, one.core, two.core),
        compared(JaroWinkler.normalized_similarity, one.core, two.core),
        (compared(LCSseq.similarity, one.brand, two.brand) / np.maximum(one.brand_length, 1)).astype(
            np.float32
        ),
        compared(Prefix.similarity, one.core, two.core),
    ]


def _equal(one: Numbers, two: Numbers) -> Flags:
    """Both are there and the same."""
    same: Flags = (one == two) & (one > 0)
    return same


def _differ(one: Numbers, two: Numbers) -> Flags:
    """Both are there and not the same."""
    apart: Flags = (one != two) & (one > 0) & (two > 0)
    return apart
