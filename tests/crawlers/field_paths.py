"""Which fields real answers have that a source neither reads nor says to leave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Any

from tests.crawlers.saved_pages import Case, cases, changes


def paths(value: Any, above: str = "") -> Iterator[str]:
    """The path of each field that holds something; lists are not shown in it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, f"{above}.{key}" if above else key)
    elif isinstance(value, list):
        for inner in value:
            yield from paths(inner, above)
    elif value not in (None, ""):
        yield above


def unsaid(source: str, left: Iterable[str], answers: Iterable[Any]) -> set[str]:
    """The fields of the answers that stand neither in `left` nor on a saved page of the source. Those on a saved
    page are read, or they stand in `left`: another test sees to that. Answers of one kind may be listed or alone,
    so the beginnings `message.items` and `results` are no part of a field's name."""
    whole = [case for case in cases(source) if not case.expected.get("damaged")]
    known = {_plain(path) for case in whole for path in _all(case)}
    found = {path for answer in answers for path in paths(answer)}
    keys = tuple(left)
    return {
        path
        for path in found
        if _plain(path) not in known
        and not any(fnmatchcase(path, key) or fnmatchcase(path, "*." + key) for key in keys)
    }


def _all(case: Case) -> Iterator[str]:
    yield from {path for path, _ in changes(case)}


def _plain(path: str) -> str:
    for start in ("message.items.", "message.", "results."):
        path = path.removeprefix(start)
    return path
