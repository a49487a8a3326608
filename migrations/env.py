"""Alembic's entry: runs the revisions on the engine that `pipelines.store.session` hands over."""

from __future__ import annotations

from alembic import context

from pipelines.store.schema import metadata
from pipelines.store.session import for_writing, open_engine


def run() -> None:
    engine = context.config.attributes.get("engine")
    if engine is None:  # called by the alembic command itself
        engine = open_engine(context.config.get_main_option("sqlalchemy.url") or "sqlite:///valuenet.db")
    with engine.connect() as connection:
        connection = for_writing(connection)
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            transaction_per_migration=True,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
