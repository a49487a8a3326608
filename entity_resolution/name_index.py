"""Names kept in the store so that new ones find their like without reading all of them.

The terms are those of the index in memory; only the lists of the terms that a new name has are read. Weights come
from how many names bear a term now, so that both indexes rank alike but not to the last place.

Invariants kept here:
- a name's list entry is written in the transaction that resolves its mention: index and entities agree;
- each family of terms has two parts: one made of all names at once, and one of what came since, until that is a
  quarter of the whole.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.sparse
from sparse_dot_topn import sp_matmul_topn
from sqlalchemy import Connection, Row, delete, func, select

from entity_resolution import storage
from entity_resolution.kept_names import is_current, mark
from entity_resolution.matching.candidates import MOST_BEARERS, Pairs
from entity_resolution.matching.letters import folded, letters
from entity_resolution.matching.name import Name
from entity_resolution.matching.telling import MOST_HEARD, is_latin, only, terms_of_latin, told_by_chinese
from entity_resolution.matching.terms import WHOLE, Terms, asked_for, asking, weight_of_kind
from pipelines.store import schema
from pipelines.store.bulk import TAKE, upsert

INDEX: Final = "name_posting"
#: Under this the number of names in part 0 is noted.
AT_ONCE: Final = "name_posting, part 0"
#: To be raised with every change of the terms.
INDEX_VERSION: Final = "1"

#: Families of terms: by letters, Chinese names by sound and meaning, Latin names by what they say. To each: how
#: many names a term may have to find any, and which share of the wanted number it may find.
_FAMILIES: Final = ((MOST_BEARERS, 1.0), (MOST_HEARD, 2.0), (MOST_HEARD, 0.2))
#: The second part is joined to the first when it has more names than this, and than a quarter of all.
_BESIDE_MOST: Final = 5_000
#: A list's entry is the number of a name and, in its last bits, how many letters it has.
_LENGTH_BITS: Final = 6
#: As in the index in memory: long names count for less.
_LENGTH_POWER: Final = 0.3
_THREADS: Final = 2

_Codes = npt.NDArray[np.int64]
_Packed = npt.NDArray[np.uint32]


def make(connection: Connection, names: Mapping[str, Name]) -> None:
    """Keep these names (exact key → name), and no others. Nothing is written where they are kept already."""
    rows = connection.execute(select(schema.known_name))
    if is_current(connection, INDEX, INDEX_VERSION) and {row.exact_key: _name(row) for row in rows} == names:
        return
    connection.execute(delete(schema.name_posting))
    connection.execute(delete(schema.known_name))
    _write(connection, names, first=1, later=False)
    mark(connection, INDEX, INDEX_VERSION)
    mark(connection, AT_ONCE, str(len(names)))


def add(connection: Connection, names: Mapping[str, Name]) -> None:
    """Keep these names too; what is known of a name that is kept already is brought up to date."""
    table = schema.known_name
    there = {
        row.exact_key: row
        for row in storage.in_parts(connection, select(table), table.c.exact_key, names.keys())
    }
    changed = [
        _row(there[key].id, key, one)
        for key, one in sorted(names.items())
        if key in there and _name(there[key]) != one
    ]
    upsert(
        connection, table, changed, conflict=["id"],
        update=dict.fromkeys(("name", "kind", "country", "place"), TAKE),
    )  # fmt: skip
    # a term is of the name as first written: its key, which is what is compared, cannot change
    news = {key: one for key, one in names.items() if key not in there}
    if not news:
        return
    last = connection.execute(select(func.max(table.c.id))).scalar() or 0
    at_once = connection.execute(
        select(schema.kept.c.version).where(schema.kept.c.name == AT_ONCE)
    ).scalar_one_or_none()
    beside = last + len(news) - int(at_once or 0)
    if beside > max(_BESIDE_MOST, (last + len(news)) // 4):
        every = {row.exact_key: _name(row) for row in connection.execute(select(table))}
        make(connection, every | news)
    else:
        _write(connection, news, first=last + 1, later=True)


def search(connection: Connection, names: Sequence[str], top: int = 20) -> Pairs:
    """Up to `top` kept names for each of these: positions in `names`, and numbers for `known`. A name that is
    kept itself finds itself too."""
    every = connection.execute(select(func.max(schema.known_name.c.id))).scalar() or 0
    found = [
        _best(connection, family, terms, every, max(int(top * share), 1))
        for (family, terms), (_, share) in zip(enumerate(_asking(names)), _FAMILIES, strict=True)
    ]
    both = np.unique(np.concatenate([(pairs.left.astype(np.int64) << 32) | pairs.right for pairs in found]))
    return Pairs((both >> 32).astype(np.int32), (both & 0xFFFFFFFF).astype(np.int32))


def _best(connection: Connection, family: int, asked: Terms, every: int, top: int) -> Pairs:
    """The names of one family that have most in common with those that ask."""
    codes, lengths, entries = _lists(connection, family, np.unique(asked.codes))
    if not len(entries):
        return Pairs(np.zeros(0, np.int32), np.zeros(0, np.int32))
    weight = np.log((every + 1) / np.minimum(lengths, every)) * weight_of_kind(codes)
    place = np.minimum(np.searchsorted(codes, asked.codes), len(codes) - 1)
    met = codes[place] == asked.codes
    shape = (asked.names, len(codes))
    rows = scipy.sparse.csr_matrix(
        (np.ones(int(met.sum()), np.float32), (asked.row[met], place[met])), shape=shape
    )
    rows.sum_duplicates()
    rows.data = weight[rows.indices].astype(np.float32)
    found, column = np.unique(entries, return_inverse=True)
    size = (found & ((1 << _LENGTH_BITS) - 1)).astype(np.float32)
    factor = np.maximum(size, 1) ** -_LENGTH_POWER
    data = (np.repeat(weight, lengths) * factor[column]).astype(np.float32)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    by_term = scipy.sparse.csr_matrix((data, column.astype(np.int32), starts), shape=(len(codes), len(found)))
    by_term.sum_duplicates()
    best = sp_matmul_topn(rows, by_term, top_n=top, sort=True, n_threads=_THREADS)
    left = np.repeat(np.arange(asked.names, dtype=np.int32), np.diff(best.indptr))
    return Pairs(left, (found[best.indices] >> _LENGTH_BITS).astype(np.int32))


def known(connection: Connection, numbers: Collection[int]) -> dict[int, tuple[str, Name]]:
    """Number → (exact key, name)."""
    table = schema.known_name
    rows = storage.in_parts(connection, select(table), table.c.id, numbers)
    return {row.id: (row.exact_key, _name(row)) for row in rows}


def by_key(connection: Connection, keys: Collection[str]) -> dict[str, Name]:
    """Exact key → name, of those that are kept."""
    table = schema.known_name
    rows = storage.in_parts(connection, select(table), table.c.exact_key, keys)
    return {row.exact_key: _name(row) for row in rows}


def _asking(names: Sequence[str]) -> tuple[Terms, Terms, Terms]:
    """By which terms of each family names look for others."""
    texts = folded(names)
    own = letters(texts)
    latin = is_latin(own)
    heard = told_by_chinese(only(own, ~latin)).terms
    return _without_whole(asking(own)), terms_of_latin(texts, latin), heard


def _kept(names: Sequence[str]) -> tuple[Terms, Terms, Terms]:
    """By which terms of each family names are found."""
    texts = folded(names)
    own = letters(texts)
    latin = is_latin(own)
    heard = told_by_chinese(only(own, ~latin)).terms
    return _without_whole(asked_for(own)), heard, terms_of_latin(texts, latin)


def _write(connection: Connection, names: Mapping[str, Name], first: int, *, later: bool) -> None:
    ordered = sorted(names.items())
    upsert(
        connection,
        schema.known_name,
        [_row(first + at, key, one) for at, (key, one) in enumerate(ordered)],
        conflict=["id"],
    )
    texts = [one.name for _, one in ordered]
    size = np.minimum(np.diff(letters(folded(texts)).starts), (1 << _LENGTH_BITS) - 1).astype(np.uint32)
    for family, terms in enumerate(_kept(texts)):
        _write_lists(connection, family, terms, size, first, later=later)


def _write_lists(
    connection: Connection, family: int, terms: Terms, size: _Packed, first: int, *, later: bool
) -> None:
    part, most = 2 * family + later, _FAMILIES[family][0]
    entry = ((terms.row.astype(np.uint32) + np.uint32(first)) << np.uint32(_LENGTH_BITS)) | size[terms.row]
    order = np.lexsort((entry, terms.codes))
    codes, entry = terms.codes[order], entry[order]
    once = np.ones(len(codes), bool)
    once[1:] = (codes[1:] != codes[:-1]) | (entry[1:] != entry[:-1])
    codes, entry = codes[once], entry[once]
    unique, starts, counts = np.unique(codes, return_index=True, return_counts=True)
    before = _rows(connection, unique, part) if later else {}
    rows = []
    for code, start, count in zip(unique.tolist(), starts.tolist(), counts.tolist(), strict=True):
        old = before.get(code)
        total = count + (old.bearers if old else 0)
        listed = b"" if total > most else entry[start : start + count].astype("<u4").tobytes()
        if old is not None and listed:
            listed = old.names + listed
        rows.append({"term": code, "part": part, "count": total, "names": listed})
    upsert(
        connection, schema.name_posting, rows, conflict=["term", "part"],
        update={"count": TAKE, "names": TAKE},
    )  # fmt: skip


def _lists(
    connection: Connection, family: int, wanted: _Codes
) -> tuple[_Codes, npt.NDArray[np.int64], _Packed]:
    """Of the wanted terms those that few enough names bear: codes, lengths of their lists, and the lists."""
    base, beside = (_rows(connection, wanted, part) for part in (2 * family, 2 * family + 1))
    codes, lengths, lists = [], [], []
    for code in wanted.tolist():
        both = [rows[code] for rows in (base, beside) if code in rows]
        count = sum(row.bearers for row in both)
        if 0 < count <= _FAMILIES[family][0]:
            codes.append(code)
            lengths.append(count)
            lists += [row.names for row in both]
    return (
        np.array(codes, dtype=np.int64),
        np.array(lengths, dtype=np.int64),
        np.frombuffer(b"".join(lists), dtype="<u4").astype(np.uint32),
    )


def _rows(connection: Connection, codes: _Codes, part: int) -> dict[int, Row[tuple[int, int, bytes]]]:
    table = schema.name_posting
    query = select(table.c.term, table.c["count"].label("bearers"), table.c.names).where(table.c.part == part)
    return {row.term: row for row in storage.in_parts(connection, query, table.c.term, codes.tolist())}


def _without_whole(terms: Terms) -> Terms:
    """Names of the very same letters are one by their key: no list is kept of these."""
    chosen = terms.codes < WHOLE
    return Terms(terms.row[chosen], terms.codes[chosen], terms.names)


def _row(number: int, key: str, one: Name) -> dict[str, object]:
    return {
        "id": number, "exact_key": key, "name": one.name, "kind": one.kind, "country": one.country,
        "place": one.place,
    }  # fmt: skip


def _name(row: Row[tuple[int, str, str, str | None, str | None, str | None]]) -> Name:
    return Name(row.exact_key, row.name, row.kind, row.country, row.place)
