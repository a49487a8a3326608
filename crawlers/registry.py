"""Finds the sources: every module of `crawlers.sources` holds one spider with its declaration."""

from __future__ import annotations

import difflib
import importlib
import inspect
import pkgutil
from functools import cache

from crawlers import sources as sources_package
from crawlers.declaration import Declaration
from crawlers.spider import SourceSpider
from pipelines.errors import UsageError


@cache
def spiders() -> dict[str, type[SourceSpider]]:
    """All sources by name, sorted. Raises `RuntimeError` where a module breaks the form."""
    found: dict[str, type[SourceSpider]] = {}
    for info in pkgutil.iter_modules(sources_package.__path__):
        module = importlib.import_module(f"{sources_package.__name__}.{info.name}")
        own = [
            one
            for _, one in inspect.getmembers(module, inspect.isclass)
            if issubclass(one, SourceSpider) and one.__module__ == module.__name__
        ]
        if not own:  # a helper of sources
            continue
        if len(own) != 1 or own[0].declaration.name != own[0].name:
            raise RuntimeError(f"{module.__name__} must hold one spider, named as its declaration")
        found[own[0].declaration.name] = own[0]
    return dict(sorted(found.items()))


def spider_of(name: str) -> type[SourceSpider]:
    """The spider of a source. Raises `UsageError`, with the nearest name, for an unknown one."""
    known = spiders()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; there are: {', '.join(known)}"
        raise UsageError(f"there is no source {name!r}{hint}")
    return known[name]


def declarations() -> list[Declaration]:
    """What all sources say of themselves."""
    return [spider.declaration for spider in spiders().values()]
