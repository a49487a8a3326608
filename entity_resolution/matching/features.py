"""What a score rests on: the features of pairs of names, and their words for a person.

A pair has no direction here: the shorter name is laid into the longer one. `matrix` is a pure function of the two
names and of the tables that ship with the model, so any number of processes can compute parts of it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel, JaroWinkler, LCSseq, Prefix
from rapidfuzz.process import cpdist

from entity_resolution.matching import alignment
from entity_resolution.matching.candidates import Pairs
from entity_resolution.matching.latin import LATIN_FEATURES, latin_features
from entity_resolution.matching.name import Name
from entity_resolution.matching.prepared import Preparation, Prepared
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
    names = [left[at] for at in used] + [right[at] for at in other_used]
    prepared = Preparation(shipped()).of(names)
    found = of_prepared(prepared, rows, other_rows + len(used))
    found[:, _OWN:] = latin_features(
        [one.name for one in names[: len(used)]],
        [one.name for one in names[len(used) :]],
        Pairs(rows.astype(np.int32), other_rows.astype(np.int32)),
    )
    return found


def explain(row: Floats) -> list[tuple[str, str, float]]:
    """(feature, what it says, push in log odds) for one row of the matrix, the strongest first."""
    from entity_resolution.matching.explaining import explained  # it needs the model, which needs FEATURES

    return explained(row)


def of_prepared(prepared: Prepared, rows: Rows, other: Rows) -> Floats:
    """The features of pairs of rows of one preparation, without those of Latin letters, which stay 0."""
    length = prepared.length
    swapped = length[rows] > length[other]
    short, long = np.where(swapped, other, rows), np.where(swapped, rows, other)
    # pairs of like lengths together: a cube is as large as its longest names
    order = np.lexsort((length[long], length[short]))
    result = np.zeros((len(rows), len(FEATURES)), dtype=np.float32)

    def fill(start: int) -> None:
        chosen = order[start : start + CHUNK]
        result[chosen, :_OWN] = _of_chunk(prepared, short[chosen], long[chosen])

    starts = range(0, len(order), CHUNK)
    with ThreadPoolExecutor(max_workers=min(os.cpu_count() or 1, 8)) as pool:
        list(pool.map(fill, starts))
    return result


def _of_chunk(prepared: Prepared, short: Rows, long: Rows) -> Floats:
    one, two = _looked_up(prepared, short), _looked_up(prepared, long)
    columns = [
        one.length,
        two.length,
        _lengths(one.core),
        _lengths(two.core),
        *_edits(one, two),
        _equal(one.key, two.key),
        _same_text(one.core, two.core),
        _same_text(one.brand, two.brand),
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
    own = np.column_stack([column.astype(np.float32) for column in columns])
    return np.hstack([own, alignment.align(prepared, short, long)])


@dataclass(frozen=True, slots=True)
class _Looked:
    """The fields of one side of pairs that are compared as wholes."""

    text: NDArray[np.object_]
    core: NDArray[np.object_]
    brand: NDArray[np.object_]
    length: Numbers
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
        (compared(LCSseq.similarity, one.brand, two.brand) / np.maximum(_lengths(one.brand), 1)).astype(
            np.float32
        ),
        compared(Prefix.similarity, one.core, two.core),
    ]


def _lengths(texts: NDArray[np.object_]) -> Floats:
    return np.fromiter(map(len, texts), dtype=np.float32, count=len(texts))


def _same_text(one: NDArray[np.object_], two: NDArray[np.object_]) -> Flags:
    same: Flags = (one == two) & (_lengths(one) > 0)
    return same


def _equal(one: Numbers, two: Numbers) -> Flags:
    """Both are there and the same."""
    same: Flags = (one == two) & (one > 0)
    return same


def _differ(one: Numbers, two: Numbers) -> Flags:
    """Both are there and not the same."""
    apart: Flags = (one != two) & (one > 0) & (two > 0)
    return apart
