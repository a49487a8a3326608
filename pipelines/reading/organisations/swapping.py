"""Sentences with other names in place of their own: so that the network learns where names stand, not which.

Half of the new names stand elsewhere in the labels; half are made up of a place, a brand of random characters of
names, a trade and a legal form, as Chinese company names are.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipelines.reading.organisations.chain import spans_of
from pipelines.reading.organisations.labels import Piece
from pipelines.reading.organisations.lexer import Lexer

_PLACES: Final = (
    "北京", "上海", "深圳", "深圳市", "广州", "杭州", "苏州", "武汉", "成都", "四川", "浙江", "江苏", "山东",
    "安徽", "湖南", "合肥", "厦门", "青岛", "重庆", "西安", "香港", "中国", "美国", "日本",
)  # fmt: skip
_TRADES: Final = (
    "科技", "智能", "网络", "信息", "技术", "数据", "软件", "机器人", "人工智能", "智能科技", "信息技术",
    "网络科技", "数字", "云计算", "半导体", "微电子", "医疗", "生物", "医药", "汽车", "新能源", "教育",
    "传媒", "文化", "物流", "电子", "通信", "资本", "投资", "创投", "基金", "控股", "集团", "实业",
    "股份", "环保", "材料", "视觉", "语音",
)  # fmt: skip
_FORMS: Final = ("有限公司", "股份有限公司", "有限责任公司", "公司", "集团", "(有限合伙)")
_BODIES: Final = (
    "大学", "研究院", "研究所", "实验室", "学院", "医院", "协会", "管理局", "委员会", "人民政府", "银行",
    "证券", "基金会",
)  # fmt: skip
_INVESTORS: Final = (
    "资本",
    "资本",
    "创投",
    "投资",
    "基金",
    "证券",
    "中国",
    "集团",
    "风投",
    "产业基金",
    "股权投资",
    "",
)
_SURNAMES: Final = tuple("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗")
_GIVEN: Final = tuple("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂文辉力健俊帆雪荣爱宁晨轩宇浩凯")
_OWN: Final = Path(__file__).with_name("own_sentences.txt")
_SLOT: Final = re.compile(r"\{([oifup])\}")
_LATIN: Final = ("Tech", "AI", "Labs", "Capital", "Group", "Inc", "Ventures", "Robotics", "")


@dataclass(frozen=True, slots=True)
class Names:
    """Names of the labels, and the characters that brands are made of."""

    seen: tuple[str, ...]
    characters: str

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> Names:
        """The names that `pieces` mark."""
        seen = {piece.text[start:end] for piece in pieces for start, end in spans_of(piece.marks)}
        short = sorted(name for name in seen if 2 <= len(name) <= 4)
        return cls(tuple(sorted(seen)), "".join(name[:2] for name in short))


def swapped(pieces: Sequence[Piece], lexer: Lexer, seed: int) -> list[Piece]:
    """One sentence for each of `pieces` that marks a name, with new names for its own, lexed anew."""
    chance = random.Random(seed)  # noqa: S311  (names made up)
    names = Names.of(pieces)
    made: list[tuple[str, str]] = []
    for piece in pieces:
        spans = spans_of(piece.marks)
        if not spans:
            continue
        text, marks, reached = "", "", 0
        fresh: dict[str, str] = {}
        for start, end in spans:
            old = piece.text[start:end]
            new = fresh.setdefault(old, _name(old, names, chance))
            text += piece.text[reached:start] + new
            marks += piece.marks[reached:start] + "B" + "I" * (len(new) - 2) + "E"
            reached = end
        made.append((text + piece.text[reached:], marks + piece.marks[reached:]))
    scores = lexer.scores([text for text, _ in made])
    return [Piece(text, score, marks) for (text, marks), score in zip(made, scores, strict=True)]


def own_sentences(names: Names, lexer: Lexer, times: int, seed: int) -> list[Piece]:
    """The sentences of `own_sentences.txt`: each with names `times` over, with other names every time; each without
    names a third as often."""
    chance = random.Random(seed)  # noqa: S311  (names made up)
    made: list[tuple[str, str]] = []
    for line in _OWN.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        for _ in range(times if "{" in line else max(1, times // 3)):
            text, marks = "", ""
            for at, part in enumerate(_SLOT.split(line)):
                new = part if at % 2 == 0 else _in_slot(part, names, chance)
                text += new
                named = at % 2 == 1 and part != "p"
                marks += "B" + "I" * (len(new) - 2) + "E" if named else "O" * len(new)
            made.append((text, marks))
    scores = lexer.scores([text for text, _ in made])
    return [Piece(text, score, marks) for (text, marks), score in zip(made, scores, strict=True)]


def _in_slot(slot: str, names: Names, chance: random.Random) -> str:
    brand = "".join(chance.choice(names.characters) for _ in range(chance.choice((2, 2, 3))))
    if slot == "p":
        return chance.choice(_SURNAMES) + "".join(
            chance.choice(_GIVEN) for _ in range(chance.choice((1, 2, 2)))
        )
    if slot == "u":
        return chance.choice((chance.choice(_PLACES), brand, chance.choice(_PLACES) + brand)) + chance.choice(
            _BODIES
        )
    if slot == "i":
        return chance.choice(("", "", "", chance.choice(_PLACES))) + brand + chance.choice(_INVESTORS)
    return _name("公司" if slot == "f" else "", names, chance)


def _name(old: str, names: Names, chance: random.Random) -> str:
    if chance.random() < 0.5:
        for _ in range(5):
            new = chance.choice(names.seen)
            # A full name for a full name: short and full ones stand in other places.
            if len(new) > 1 and new.endswith("公司") == old.endswith("公司"):
                return new
    brand = "".join(chance.choice(names.characters) for _ in range(chance.choice((2, 2, 3))))
    if chance.random() < 0.06:
        latin = "".join(chance.choice("abcdefghiklmnoprstuvy") for _ in range(chance.randint(3, 7))).title()
        return (latin + chance.choice((" ", "")) + chance.choice(_LATIN)).strip()
    place = chance.choice(_PLACES) if chance.random() < 0.4 else ""
    if chance.random() < 0.1:
        return (place or chance.choice(_PLACES)) + brand + chance.choice(_BODIES)
    trade = chance.choice(_TRADES)
    if old.endswith("公司"):
        return place + brand + trade + chance.choice(_FORMS)
    return place + brand + (trade if chance.random() < 0.7 else "")
