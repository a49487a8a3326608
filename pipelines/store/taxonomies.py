"""The taxonomies as tables, so that they can be joined to facts in SQL."""

from __future__ import annotations

from sqlalchemy import Connection, delete

from pipelines.store import schema
from pipelines.store.bulk import TAKE, upsert
from pipelines.taxonomy import names, taxonomy


def write_taxonomies(connection: Connection) -> int:
    """Bring the store's taxonomies to the program's versions; returns the number of terms."""
    count = 0
    for name in names():
        one = taxonomy(name)
        row = {"name": name, "version": str(one.version), "title": one.title_en, "title_zh": one.title_zh}
        upsert(
            connection, schema.taxonomy, [row], conflict=["name"],
            update=dict.fromkeys(("version", "title", "title_zh"), TAKE),
        )  # fmt: skip
        terms = [
            {
                "taxonomy": name, "code": term.code, "position": position, "label": term.en,
                "label_zh": term.zh, "parent": term.parent, "definition": term.definition_en,
            }
            for position, term in enumerate(one)
        ]  # fmt: skip
        taxon = schema.taxon
        connection.execute(delete(taxon).where(taxon.c.taxonomy == name))
        upsert(connection, taxon, terms, conflict=["taxonomy", "code"])
        count += len(terms)
    return count
