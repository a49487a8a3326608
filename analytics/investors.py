"""Who invests by trade: institutional investors, others, and persons.

The rule is by kind and by words of the name, and is printed beside every number that rests on it.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from analytics.exhibits import Words

InvestorClass = Literal["institutional", "non_institutional", "person"]

#: Words of Chinese names, anywhere in them.
_CHINESE: Final = ("资本", "创投", "风投", "投资", "基金")
#: Words of English names, whole ones.
_ENGLISH: Final = frozenset(
    {"capital", "venture", "ventures", "partners", "fund", "funds", "investment", "investments"}
)

CLASS_WORDS: Final[dict[str, Words]] = {
    "institutional": Words("投资机构", "Institutional investors"),
    "non_institutional": Words("非投资机构", "Non-institutional investors"),
    "person": Words("个人", "Persons"),
}

RULE: Final = Words(
    f"投资机构：主体类型为投资机构，或名称含“{'、'.join(_CHINESE)}”之一，"
    f"或名称含英文词 {', '.join(sorted(_ENGLISH))} 之一；个人单列。",
    "Institutional: the entity's kind is investor, or its Chinese name has one of "
    f"{', '.join(_CHINESE)}, or its name has one of the words {', '.join(sorted(_ENGLISH))}. Persons stand apart.",
)


def investor_class(kind: str, *names: str) -> InvestorClass:
    """The class of an investor of that kind and those names (empty ones do not count)."""
    if kind == "person":
        return "person"
    if kind == "investor":
        return "institutional"
    for name in names:
        words = re.split(r"[^a-z]+", name.casefold())
        if any(word in name for word in _CHINESE) or not _ENGLISH.isdisjoint(words):
            return "institutional"
    return "non_institutional"
