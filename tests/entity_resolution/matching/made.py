"""Made names with known truth, for tests that need many: brands of syllables, places, trades, aliases."""

from __future__ import annotations

import random

from entity_resolution.matching.gold import Alias

_SYLLABLES = "云海星辰瑞驰博远智联恒泰锐捷鼎盛腾翔华创新光明德信达康宇航凯旋飞鹏金石维拓思源"
_PLACES = ("北京", "上海", "深圳市", "杭州", "苏州", "成都市")
_TRADES = ("科技", "信息技术", "网络科技", "生物医药", "智能装备", "文化传媒")


def made_gold(organisations: int, seed: int = 1) -> list[Alias]:
    """Two aliases for each made organisation: its brand, and its brand with one word of its trade."""
    chance = random.Random(seed)
    brands: set[str] = set()
    while len(brands) < organisations:
        brands.add("".join(chance.sample(_SYLLABLES, chance.choice((2, 3, 3, 4)))))
    rows = []
    for at, brand in enumerate(sorted(brands)):
        trade = chance.choice(_TRADES)
        name = f"{chance.choice(_PLACES)}{brand}{trade}有限公司"
        rows.append(Alias(f"M{at}", name, brand, "substring", "company", False))
        rows.append(Alias(f"M{at}", name, brand + trade[:1] + trade[-1:], "subsequence", "company", False))
    return rows
