"""A store in one file, with what is needed to know that it came back whole.

A backup is a ZIP file: `manifest.json`, the store (`store.db` of SQLite, `store.dump` of pg_dump), and, where
they were asked for, the files of the archive under `archive/`.
"""
