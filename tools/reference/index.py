"""The first page of the reference."""

from __future__ import annotations

from tools.reference.markdown import MADE


def index_page() -> str:
    """The page."""
    return MADE + (
        "# Reference\n\nThese pages are made from the program by `make reference`, "
        "and a test says when they are stale.\n\n"
        "| page | has |\n|---|---|\n"
        "| [commands](commands.md) | every command with its options, an example, exit codes |\n"
        "| [the store](store.md) | every table, column and view |\n"
        "| [tables and figures](exhibits.md) | every table, figure and supplement, with columns and units |\n"
        "| [files](files.md) | what commands take and write; the data package |\n"
        "| [sources](sources.md) | every source with licence, terms, rate and keys |\n"
        "| [environment and settings](environment.md) | variables, keys, how sites are visited |\n"
        "| [HTTP](http.md) | what the review app answers |\n"
        "| [glossary](../glossary.md) | the words of the project, in Chinese and English |\n"
    )
