"""Names that say by themselves whose part they name: 腾讯云 of 腾讯, 清华大学集成电路学院 of 清华大学.

Such a pair is put to a person as *unit of*, never joined or related by itself: a university's press is a company of
its own, and a brand that begins with another one's name need not belong to it.
"""

from __future__ import annotations

import re

from entity_resolution.names import fold, is_han
from entity_resolution.vocabulary import vocabulary

# fmt: off
#: What follows a brand or an organisation's name where a business of it is meant.
_BUSINESS = frozenset(
    # not 汽车, 地图, 科技: a brand with its own line of business behind it is the brand
    {"云", "智能云", "云计算", "研究", "研究院", "实验室", "人工智能实验室", "人工智能研究院", "金融", "金服",
     "健康", "音乐", "物流", "风投", "创投", "战投", "投资", "资本", "开放平台", "大模型"}
)
# fmt: on
_LATIN_UNIT = re.compile(
    r"(cloud|research|research asia|labs?|ai labs?|ai|health|music|ventures|capital|institute|academy|"
    r"(school|department|college|institute|faculty) of .{2,60})"
)
#: Institutions whose parts bear their whole name in front of their own.
_WHOLES = ("大学", "学院", "科学院", "公司", "集团", "研究院", "研究所", "银行", "中心")


def unit_of(name: str, other: str) -> bool:
    """Whether `name` says that it is a part of what `other` names."""
    whole, part = _bare(other), _bare(name)
    if len(whole) < 2 or not part.startswith(whole) or part == whole or whole in vocabulary().place_of:
        return False
    rest = part[len(whole) :].strip(" -·,()")
    if not is_han(whole[-1]) and is_han(part[len(whole)]) is False and part[len(whole)] not in " -,(":
        return False  # a word goes on: "intel" is no part of "intelligence"
    return _is_unit_word(rest, whole)


def wholes(name: str) -> list[str]:
    """The beginnings of a name that may name the whole that it is a part of, the longest first."""
    part = _bare(name)
    found = [part[:size].rstrip(" -·,(") for size in range(len(part) - 1, 1, -1)]
    return [whole for whole in dict.fromkeys(found) if unit_of(name, whole)]


def _bare(name: str) -> str:
    return fold(name)[:120]


def _is_unit_word(rest: str, whole: str) -> bool:
    if not rest:
        return False
    if not is_han(rest[-1]):
        return _LATIN_UNIT.fullmatch(rest) is not None
    if rest in _BUSINESS:
        return True
    return any(
        rest.endswith(word) and (len(rest) <= len(word) + 4 or whole.endswith(_WHOLES))
        for word in vocabulary().units
        if word not in ("总部", "总公司", "书院")
    )
