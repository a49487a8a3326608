"""Who visits a part of a source: several workers share a source where each of its sites is a part."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table, Text

from pipelines.store.metadata import metadata
from pipelines.store.types import Moment

#: A part is named by the scope of the run that visits it. Who visits the source as a whole stands in `agenda`. Who
#: takes files in holds its run alone, whoever visits the source: the part is `run 17`.
part_turn = Table(
    "part_turn",
    metadata,
    Column("source", ForeignKey("source.name"), primary_key=True),
    Column("part", String(2000), primary_key=True),
    Column("holder", Text, nullable=False),
    Column("held_since", Moment, nullable=False),
    Column("held_until", Moment, nullable=False),
)
