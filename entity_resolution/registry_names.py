"""Names as registries of many countries write them: `Kuaishou (China)`, the country in brackets at the end.

There the country says where the bearer is, and is no part of its name. It is one where the same source gives the
mention that very country, and for companies alone: a university's campus abroad is another body.
"""

from __future__ import annotations

from functools import lru_cache

from entity_resolution.names import is_han
from pipelines.taxonomy import taxonomy

_COMPANIES = ("company", "investor")


@lru_cache(maxsize=50_000)
def without_country(name: str, kind: str | None, country: str | None) -> str:
    """The name without the bracketed country that its source gives besides; empty where there is none."""
    if not country or kind not in _COMPANIES or not name.endswith(")") or any(map(is_han, name)):
        return ""
    before, bracket, inside = name[:-1].rpartition("(")
    if not bracket or not before.strip() or len(inside) > 60:
        return ""
    found = taxonomy("countries").find(inside)
    return before.strip() if found is not None and found.code == country else ""
