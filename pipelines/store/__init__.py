"""The store: one schema on SQLite and PostgreSQL, written in batches, nothing said twice."""
