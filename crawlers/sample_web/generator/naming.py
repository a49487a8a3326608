"""Coined names: three characters that our articles use for nothing else, and what follows by the bearer's kind.

A coined brand belongs to one organisation, and no brand can begin inside another or in the words around it, so a
name in a text means what was meant. Nobody real is named: hits would be by chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crawlers.sample_web.generator.dice import Dice

#: Character → its sound; no two sound alike.
SOUNDS: Final[dict[str, str]] = {
    "鑫": "xin", "瀚": "han", "晟": "sheng", "睿": "rui", "昊": "hao", "翊": "yi", "霖": "lin",
    "沐": "mu", "峻": "jun", "珩": "heng", "璟": "jing", "瑾": "jin", "琛": "chen", "玥": "yue",
    "曦": "xi", "煜": "yu", "炜": "wei", "烨": "ye", "溟": "ming", "泓": "hong", "渊": "yuan",
    "湛": "zhan", "旻": "min", "暄": "xuan", "麒": "qi", "骁": "xiao", "驰": "chi", "鹏": "peng",
    "鹤": "he", "凰": "huang", "雁": "yan", "鲲": "kun", "蛟": "jiao", "玖": "jiu", "珞": "luo",
    "琅": "lang", "璞": "pu", "瑶": "yao", "璐": "lu", "珊": "shan", "玑": "ji", "芸": "yun",
    "荟": "hui", "蓓": "bei", "楠": "nan", "桦": "hua", "榕": "rong", "栩": "xu", "梓": "zi",
    "桐": "tong", "枫": "feng", "棠": "tang", "椿": "chun", "珂": "ke", "澈": "che", "璀": "cui",
    "岱": "dai", "铎": "duo", "芙": "fu", "瑰": "gui", "珈": "jia", "锴": "kai", "岚": "lan",
    "翎": "ling", "鎏": "liu", "珑": "long", "霓": "ni", "凝": "ning", "翩": "pian", "琼": "qiong",
    "荃": "quan", "苒": "ran", "飒": "sa", "硕": "shuo", "邃": "sui", "菀": "wan", "骧": "xiang",
    "勋": "xun", "蓁": "zhen", "芷": "zhi", "翥": "zhu", "倬": "zhuo", "骢": "cong", "璨": "can",
}  # fmt: skip
CHARACTERS: Final = "".join(SOUNDS)
LENGTH: Final = 3
#: Real places begin with one of these characters (鹤岗, 桐城, 梓潼): no brand does.
_NOT_FIRST: Final = frozenset("鹤桐梓")
#: Surnames; with two characters and a word that says "invented" they make a person's name.
SURNAMES: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻"
INVENTED: Final = ("示例", "样本", "虚构", "拟名", "演示", "假设")


def brands(seed: int) -> Iterator[tuple[str, str]]:
    """Coined brands with their sound, each once, in an order of the seed. There are over 500,000."""
    count = len(CHARACTERS)
    heard: set[str] = set()  # xi'an and xian would be one in English
    for at in Dice(seed, "brands").order(count**LENGTH):
        number = int(at)
        chosen = []
        for _ in range(LENGTH):
            number, place = divmod(number, count)
            chosen.append(CHARACTERS[place])
        sound = "".join(SOUNDS[char] for char in chosen).capitalize()
        if chosen[0] not in _NOT_FIRST and len(set(chosen)) == LENGTH and sound not in heard:
            heard.add(sound)
            yield "".join(chosen), sound


def persons(seed: int) -> Iterator[str]:
    """Names of invented persons, each once, each saying that it is invented. There are over 900,000."""
    count = len(CHARACTERS)
    total = len(SURNAMES) * count * count * len(INVENTED)
    step = 7_919_981  # prime, so that it walks through all of them before it comes back
    at = int(Dice(seed, "persons").below(total, 1)[0])
    for _ in range(total):
        number, mark = divmod(at, len(INVENTED))
        number, first = divmod(number, count)
        number, second = divmod(number, count)
        yield SURNAMES[number] + CHARACTERS[first] + CHARACTERS[second] + INVENTED[mark]
        at = (at + step) % total
