"""The taxonomies stand in the store as tables, in the program's versions."""

from __future__ import annotations

from sqlalchemy import Engine, delete, func, select, update

from pipelines.store import schema
from pipelines.store.session import writing
from pipelines.store.taxonomies import write_taxonomies
from pipelines.taxonomy import names, taxonomy


def test_a_new_store_has_them(store: Engine) -> None:
    with store.connect() as connection:
        query = select(schema.taxon.c.taxonomy, func.count()).group_by(schema.taxon.c.taxonomy)
        found = {row[0]: row[1] for row in connection.execute(query)}
        labels = connection.execute(
            select(schema.taxon.c.label_zh)
            .where(schema.taxon.c.taxonomy == "technology_categories")
            .order_by(schema.taxon.c.position)
        ).scalars()
        assert list(labels) == [term.zh for term in taxonomy("technology_categories")]
    assert found == {name: len(taxonomy(name)) for name in names()}


def test_an_older_version_is_brought_up_to_date(store: Engine) -> None:
    with writing(store) as connection:
        connection.execute(update(schema.taxonomy).values(version="0"))
        connection.execute(delete(schema.taxon))
        write_taxonomies(connection)
    with store.connect() as connection:
        versions = connection.execute(select(schema.taxonomy.c.name, schema.taxonomy.c.version)).all()
        terms = connection.execute(select(func.count()).select_from(schema.taxon)).scalar_one()
    assert {row[0]: row[1] for row in versions} == {name: str(taxonomy(name).version) for name in names()}
    assert terms == sum(len(taxonomy(name)) for name in names())
