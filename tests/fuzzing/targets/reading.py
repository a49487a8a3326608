"""Running text: whatever it says, what is read stands in it."""

from __future__ import annotations

import datetime as dt
import random
from typing import Final

from pipelines.reading.cooperation import read_cooperation
from pipelines.reading.fact import Fact
from pipelines.reading.financing import read_financing
from pipelines.reading.gazetteer import Gazetteer
from pipelines.reading.people import read_all
from pipelines.reading.reader import Asked, read
from pipelines.records import Mention
from tests.fuzzing.pages import HOSTILE
from tests.fuzzing.targets import Target
from tests.fuzzing.targets.texts import damaged_text

DAY: Final = dt.date(2020, 1, 2)
NAMES: Final = Gazetteer(
    [
        Mention(name="青原科技", kind="company"),
        Mention(name="白石大学", kind="university"),
        Mention(name="乌有资本", kind="investor"),
    ]
)
TEXTS: Final = (
    "1月8日，青原科技与白石大学签署战略合作协议，双方将共建人工智能联合实验室。",
    "青原科技宣布完成1.5亿元B轮融资，由乌有资本领投，老股东跟投。本轮资金将用于语音识别的研发。",
    "王一舟，男，1970年3月出生，硕士，1990年毕业于白石大学计算机专业，历任青原科技副总经理、董事，现任青原科技（北京）有限公司董事长。",
    "青原科技董事会同意聘任李文为总经理，任期三年；张三因个人原因辞去监事职务。",
    "近日，青原科技中标白石大学智能客服项目，金额为1234.5万元。据悉，该公司此前收购了丙机器人有限公司51%的股权。",
    "青原科技股份有限公司（以下简称“青原”）拟以现金方式收购丙公司全部股份，交易对价不超过3亿元。",
)
WORDS: Final = (
    "青原科技", "白石大学", "乌有资本", "与", "和", "、", "，", "。", "“", "”", "（", "）", "签署", "合作", "完成", "亿元", "A轮", "融资", "领投", "收购",
    "任", "总经理", "董事", "毕业于", "专业", "博士", "1990年", "3月", "至今", "简称", "将", "拟", "未", "\n", "先后", "公司", "股份有限公司", "·", "的",
)  # fmt: skip


def _text(dice: random.Random) -> str:
    text = "".join(dice.choice(TEXTS) for _ in range(dice.randint(1, 3)))
    if dice.random() < 0.2:
        text += "".join(dice.choice(WORDS) for _ in range(dice.randint(1, 120)))
    if dice.random() < 0.05:
        text += dice.choice(HOSTILE)
    return damaged_text(text, dice, WORDS) if dice.random() < 0.9 else text


def _stands(fact: Fact, text: str) -> None:
    assert 0 <= fact.start < fact.end <= len(text), fact
    assert 0 <= fact.confidence <= 1, fact
    for pieces in fact.roles.values():
        for piece in pieces:
            assert text[piece.start : piece.end] == piece.text, piece


def check_patterns(text: str) -> None:
    """What patterns read of persons, cooperation and financing stands in the text, the same at each reading."""
    (found,) = read_all([text])
    for fact in found:
        _stands(fact, text)
    for read_records in (read_cooperation, read_financing):
        records = read_records(text, text[:60], DAY, NAMES)
        assert records == read_records(text, text[:60], DAY, NAMES)
        for record in records:
            where, _, span = record.locator.partition(":")
            start, end = map(int, span.split("-"))
            assert 0 <= start < end <= len(text), record.locator
            assert record.quote == (text if where == "text" else text[:60])[start:end][:1000]


def check_reader(text: str) -> None:
    """All readers together: no text breaks one, and what they read stands in the text."""
    (found,) = read([Asked(text, title=text[:40], read_title=True, gazetteer=NAMES)])
    assert not found.failed, found.failed
    for fact in found.facts:
        _stands(fact, text)
    for fact in found.titled:
        _stands(fact, text[:40])


TARGETS: Final = (
    Target("running text, patterns", _text, check_patterns),
    Target("running text, all readers", _text, check_reader),
)
