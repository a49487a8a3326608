"""Labelled pairs in FinRE's form: name, name, relation and sentence, a tab between; one line for each relation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipelines.errors import InputError
from pipelines.reading.relations.examples import Example, Span, example
from pipelines.reading.relations.labels import COLUMNS, INDEX, LABELS, TYPES, Matrix, reverse


@dataclass(frozen=True, slots=True)
class Labelled:
    """A pair in a sentence with all its relations, of the first to the second."""

    text: str
    first: Span
    second: Span
    labels: frozenset[str]

    @property
    def example(self) -> Example:
        return example(self.text, self.first, self.second)

    @property
    def seen(self) -> frozenset[str]:
        """The labels as the example has the pair: turned where it is turned."""
        return frozenset(map(reverse, self.labels)) if self.example.turned else self.labels


def read_labelled(path: Path) -> list[Labelled]:
    """The pairs of a file, each once: of the two directions the one that comes first, with what both say.

    A pair of a name with itself is left out. Raises InputError with the line for a row in another form.
    """
    found: dict[tuple[str, str, str], set[str]] = {}
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("cannot be read as UTF-8", where=str(path)) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        cells = line.split("\t")
        where = f"{path}:{number}"
        if len(cells) != 4 or cells[2] not in INDEX:
            raise InputError("not name, name, known relation, sentence", where=where)
        first, second, label, text = cells
        if not first or not second or first not in text or second not in text:
            raise InputError("a name does not stand in its sentence", where=where)
        if first == second:
            continue
        if (text, second, first) in found:
            found[text, second, first].add(reverse(label))
        else:
            found.setdefault((text, first, second), set()).add(label)
    return [
        Labelled(text, *_places(text, first, second), frozenset(labels))
        for (text, first, second), labels in found.items()
    ]


def _places(text: str, first: str, second: str) -> tuple[Span, Span]:
    """Where the names stand first; the shorter one, where it can, outside the longer one."""
    if len(first) < len(second):
        b, a = _places(text, second, first)
        return a, b
    a = text.find(first), text.find(first) + len(first)
    at = text.find(second)
    while 0 <= at < a[1] and at + len(second) > a[0]:
        at = text.find(second, at + 1)
    at = at if at >= 0 else text.find(second)
    return a, (at, at + len(second))


def targets(labels: Sequence[frozenset[str]]) -> Matrix:
    """An array (pairs, labels and then types): 1 where it holds."""
    table = np.zeros((len(labels), len(LABELS)), np.float32)
    for at, held in enumerate(labels):
        table[at, [INDEX[label] for label in held]] = 1
    return np.concatenate([table, types_held(table)], axis=1)


def types_held(table: Matrix) -> Matrix:
    """An array (pairs, types): the most that a type's labels have in `table` (pairs, labels)."""
    return np.stack([table[:, COLUMNS[kind]].max(axis=1) for kind in TYPES], axis=1)
