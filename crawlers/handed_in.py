"""The rows of a file handed in become records, one function a kind.

A row whose required fields cannot be read is rejected; an optional field that cannot be read is left out of the
record and rejected by itself, with its line and column, so that nothing goes missing unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pydantic import ValidationError

from crawlers import event_rows, organisation_rows
from crawlers.cells import Cells
from crawlers.mappings import Mapping
from crawlers.tabular import Row
from pipelines.errors import InputError
from pipelines.records import AnyRecord, Rejected

READERS: dict[str, Callable[[Cells], list[AnyRecord]]] = {**organisation_rows.READERS, **event_rows.READERS}


class RowReader:
    """Reads rows by a mapping. `read` gives the records of a row and what had to be rejected of it."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping

    def read(self, row: Row) -> tuple[list[AnyRecord], list[Rejected]]:
        cells = Cells(self._mapping, row)
        if row.fault:
            return [], [cells.reject("", "", row.fault)]
        try:
            return READERS[self._mapping.kind](cells), cells.rejected
        except InputError as error:
            return [], [*cells.rejected, cells.reject(error.field, cells.text(error.field), error.message)]
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"])
            return [], [*cells.rejected, cells.reject(field, str(first["input"]), first["msg"])]


def records_of(
    mapping: Mapping, rows: Iterator[Row]
) -> Iterator[tuple[Row, list[AnyRecord], list[Rejected]]]:
    """Each row with its records and rejections."""
    reader = RowReader(mapping)
    for row in rows:
        records, rejected = reader.read(row)
        yield row, records, rejected
