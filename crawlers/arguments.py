"""What a source is asked for: the arguments of its spider, from the command line or from a file.

A file names sources and their arguments, so that scheduled visits ask for the same every time:

    wikidata: {ids: "Q18810287,Q15912575"}
    news: {site: "https://news.example/", since: "2021-01-01"}
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from crawlers.registry import spider_of, spiders
from crawlers.spider import SourceSpider
from pipelines.checked_yaml import read_yaml
from pipelines.errors import InputError, UsageError

#: The environment variable that names the file.
FILE = "VALUENET_SOURCES"

Arguments = Mapping[str, Mapping[str, str]]


def accepted(spider: type[SourceSpider]) -> tuple[str, ...]:
    """The names of the arguments that a spider takes."""
    found = inspect.signature(spider.__init__).parameters.values()
    return tuple(one.name for one in found if one.kind is inspect.Parameter.KEYWORD_ONLY)


def read_arguments(path: Path) -> dict[str, dict[str, str]]:
    """Source → argument → value out of a YAML file. Raises `InputError` for a source or argument that is not
    there."""
    told = read_yaml(path)
    found: dict[str, dict[str, str]] = {}
    for source in told.content:
        if source not in spiders():
            raise told.error(source, f"there is no such source; there are: {', '.join(spiders())}")
        given = told.value(source, dict)
        own = accepted(spider_of(source))
        for name, value in given.items():
            if name not in own:
                raise told.error(f"{source}.{name}", _unknown(source, own))
            if isinstance(value, list):
                value = ",".join(map(str, value))
            if not isinstance(value, str):
                raise told.error(f"{source}.{name}", f"must be a word in quotes or a list, not {value!r:.80}")
            found.setdefault(source, {})[name] = value
    return found


def chosen(
    sources: Iterable[str], given: Iterable[str], site: Iterable[str] = ()
) -> dict[str, dict[str, str]]:
    """The arguments of each of `sources`: those of the file that the environment names, then those `given` as
    NAME=VALUE or SOURCE.NAME=VALUE. One without a source goes to all that take it. Raises `UsageError`."""
    file = os.environ.get(FILE, "")
    try:
        found = read_arguments(Path(file)) if file else {}
    except InputError as error:
        raise UsageError(f"{FILE}: {error}") from error
    found = {source: found.get(source, {}) for source in sources}
    takes = {source: accepted(spider_of(source)) for source in found}
    pairs = [*given, *([f"site={','.join(site)}"] if site else [])]
    for pair in pairs:
        name, equals, value = pair.partition("=")
        source, dot, own = name.partition(".")
        if not equals or (dot and source not in found):
            raise UsageError(f"{pair!r} is no argument: write NAME=VALUE or SOURCE.NAME=VALUE")
        into = [source] if dot else [one for one in found if name in takes[one]]
        own = own if dot else name
        if not into or own not in takes[into[0]]:
            raise UsageError("; ".join(_unknown(one, takes[one]) for one in ([source] if dot else found)))
        for one in into:
            found[one][own] = value
    return found


def _unknown(source: str, own: tuple[str, ...]) -> str:
    return f"{source} takes {', '.join(own) or 'no arguments'}"
