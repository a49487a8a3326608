"""The cooperations of a generated world: which technology went from whom to whom, when, and under which name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from crawlers.sample_web.generator import marginals
from crawlers.sample_web.generator.dice import Dice, Floats, Ints
from crawlers.sample_web.generator.growth import TECHNOLOGY, Growth
from crawlers.sample_web.model import Cooperation, Moment, Organisation, Quiet
from pipelines.records import Precision

SOURCE: Final = "invented by the generator"
#: What is provided or agreed on, by technology.
THINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "大数据和云计算": ("云计算平台", "大数据分析系统", "数据中台", "云存储服务"),
    "物联网": ("物联网平台", "车联网系统", "传感器网络"),
    "5G": ("5G专网", "5G基站设备", "5G网络切片服务"),
    "智能机器人": ("巡检机器人", "协作机器人", "配送机器人"),
    "计算机视觉": ("图像识别系统", "视觉检测设备", "视频分析软件"),
    "自动驾驶": ("自动驾驶系统", "辅助驾驶软件", "高精地图服务"),
    "智能芯片": ("推理芯片", "训练芯片", "视觉处理芯片"),
    "虚拟/增强现实": ("虚拟现实设备", "增强现实眼镜", "数字人软件"),
    "语音识别": ("语音识别系统", "语音合成软件", "语音助手"),
    "区块链": ("区块链存证平台", "区块链溯源系统"),
    "生物识别": ("人脸识别系统", "指纹识别设备", "声纹识别软件"),
    "自然语言处理": ("机器翻译系统", "智能写作软件", "文本分析平台"),
    "智能推荐": ("推荐系统", "个性化推荐引擎"),
    "光电技术": ("激光雷达", "光通信模块"),
    "空间技术": ("卫星遥感服务", "卫星定位系统"),
    "人机交互": ("手势交互系统", "多模态交互软件"),
    "知识图谱": ("知识图谱平台", "知识检索系统"),
}
_DIRECTED: Final = {
    "supply": 42, "strategic agreement": 26, "joint product": 10, "contract": 9, "joint laboratory": 4,
    "licence": 4, "other": 5,
}  # fmt: skip
_MUTUAL: Final = {"strategic agreement": 60, "joint product": 18, "joint laboratory": 16, "other": 6}
_PRECISIONS: Final[tuple[Precision, ...]] = ("day", "month", "year")
#: Of a hundred articles: with a second technology or area; printed in traditional characters; in another charset
#: than declared; that tell of no relation.
_SECOND, _TRADITIONAL, _GB18030, QUIET = 12, 1, 1, 5
#: Articles name this many recipients, or parties, at most.
_LIST_MOST: Final = 3


@dataclass(frozen=True, slots=True)
class _Draft:
    """An article to be: node numbers, and the year; `both` where no direction is known."""

    year: int
    slot: int
    both: bool
    left: int
    others: tuple[int, ...]


def cooperations(
    seed: int, growth: Growth, organisations: Sequence[Organisation], articles: int
) -> list[Cooperation]:
    """As many as `articles`, numbered from 1; fewer links are told again later, more take more articles."""
    dice = Dice(seed, "cooperation")
    drafts = _drafts(growth, dice)
    drafts += _told_again(drafts, max(0, articles - len(drafts)), dice)
    return _written(drafts, organisations, dice)


def _drafts(growth: Growth, dice: Dice) -> list[_Draft]:
    """Links as articles: one provider's of a year may share one, and so may partners of one company."""
    chosen = np.flatnonzero(growth.dimension == TECHNOLOGY)
    source, target = growth.source[chosen], growth.target[chosen]
    both = growth.both[chosen].astype(bool)
    # Of what goes both ways the sample company stands first.
    swap = both & (source >= growth.sample)
    source, target = np.where(swap, target, source), np.where(swap, source, target)
    year, slot = growth.happened[chosen], growth.year[chosen]
    joins = dice.uniform(len(chosen)) < 0.16
    drafts: list[_Draft] = []
    for at in np.lexsort((target, source, both, year)):
        one = _Draft(int(year[at]), int(slot[at]), bool(both[at]), int(source[at]), (int(target[at]),))
        last = drafts[-1] if drafts else None
        if (
            last is not None
            and joins[at]
            and (last.year, last.slot, last.both, last.left) == (one.year, one.slot, one.both, one.left)
            and len(last.others) < _LIST_MOST
            # Partners of one company are partners of each other: that must be no new tie between sample companies.
            and not (one.both and min(*last.others, *one.others) < growth.sample)
        ):
            drafts[-1] = replace(last, others=(*last.others, *one.others))
        else:
            drafts.append(one)
    return drafts


def _told_again(drafts: Sequence[_Draft], count: int, dice: Dice) -> list[_Draft]:
    """Later news of the same: between whom there is one cooperation there are often more."""
    if not drafts:
        return []
    luck = dice.uniform(count)
    found = []
    for at, chosen in enumerate(dice.below(len(drafts), count)):
        one = drafts[int(chosen)]
        year = one.slot + int(luck[at] * (marginals.LAST - one.slot + 1))
        found.append(replace(one, year=max(year, one.year), slot=max(year, one.slot)))
    return found


def _written(
    drafts: Sequence[_Draft], organisations: Sequence[Organisation], dice: Dice
) -> list[Cooperation]:
    count = len(drafts)
    technologies = labels(marginals.TECHNOLOGIES, [one.slot for one in drafts], dice)
    areas = labels(marginals.APPLICATIONS, [one.slot for one in drafts], dice)
    moments = days([one.year for one in drafts], dice)
    kinds = {
        one: [list(shares)[at] for at in dice.quota(list(shares.values()), count)]
        for one, shares in ((False, _DIRECTED), (True, _MUTUAL))
    }
    luck = dice.uniform(count * 8).reshape(count, 8)
    written = []
    for at, one in enumerate(drafts):
        left, *others = (
            _called(organisations[node], float(luck[at][2 + place % 6]), one.year)
            for place, node in enumerate((one.left, *one.others))
        )
        kind = kinds[one.both][at]
        things = THINGS[technologies[at][0]]
        written.append(
            Cooperation(
                number=at + 1,
                when=moments[at],
                kind=kind,
                what=things[int(luck[at][0] * len(things))],
                technologies=technologies[at],
                applications=areas[at],
                source=SOURCE,
                provider="" if one.both else left,
                recipients=() if one.both else tuple(others),
                parties=(left, *others) if one.both else (),
                tender=kind == "contract" and not one.both and luck[at][1] < 0.6,
                script="traditional" if luck[at][1] * 100 < _TRADITIONAL else "",
                charset="gb18030" if luck[at][1] * 100 >= 100 - _GB18030 else "",
            )
        )
    return written


def _called(one: Organisation, luck: float, year: int) -> str:
    """The name under which an article speaks of it: mostly the short one; former ones in old news alone."""
    if luck < 0.72:
        return one.name
    if one.former and year < marginals.FIRST + 2 and luck < 0.9:
        return one.former[0]
    names = [name for name in (one.legal, one.english, *one.aliases) if name]
    return names[int(luck * 1000) % len(names)] if names else one.name


def labels(
    shares: Mapping[str, Mapping[int, float]], slots: Sequence[int], dice: Dice
) -> list[tuple[str, ...]]:
    """One or two codes for each, so that up to the end of each year the shares are those of the figures."""
    codes = list(shares)
    slot = np.array(slots)
    double = dice.uniform(len(slots)) * 100 < _SECOND
    found: list[tuple[str, ...]] = [()] * len(slots)
    before = np.zeros(len(codes))
    for year in marginals.YEARLY:
        here = np.flatnonzero(slot == year)
        if not len(here):
            continue
        twice = np.flatnonzero(double[here])
        count = len(here) + len(twice)
        due: Floats = np.array(marginals.cumulative(shares, year)) * (before.sum() + count)
        drawn = dice.quota(np.maximum(due - before, 1e-9).tolist(), count)
        before += np.bincount(drawn, minlength=len(codes))
        first, second = _apart(drawn[: len(here)], drawn[len(here) :], twice)
        more = dict(zip(twice.tolist(), second.tolist(), strict=True))
        for place, at in enumerate(here):
            labelled = (first[place], more[place]) if place in more else (first[place],)
            found[at] = tuple(dict.fromkeys(codes[one] for one in labelled))
    return found


def _apart(first: Ints, second: Ints, twice: Ints) -> tuple[Ints, Ints]:
    """No second label equal to the first one: where it is, it changes places with a label that stands alone."""
    first, second = first.copy(), second.copy()
    alone = iter(np.setdiff1d(np.arange(len(first)), twice).tolist())
    for place, at in enumerate(twice):
        if first[at] != second[place]:
            continue
        other = next((one for one in alone if first[one] != first[at]), None)
        if other is None:
            break
        second[place], first[other] = first[other], second[place]
    return first, second


def days(years: Sequence[int], dice: Dice) -> list[Moment]:
    """A day of each year, most of them known to the day, some to the month, a few to the year."""
    day = dice.below(365, len(years))
    fine = dice.quota((76, 20, 4), len(years))
    found = []
    for at, year in enumerate(years):
        moment = dt.date(year, 1, 1) + dt.timedelta(days=int(day[at]))
        precision = _PRECISIONS[fine[at]]
        if precision != "day":
            moment = moment.replace(day=1)
        found.append(Moment(moment.replace(month=1) if precision == "year" else moment, precision))
    return found


_QUIET: Final = (
    (
        "general",
        "行业观察：{t}的应用逐步展开",
        "近年来，{t}受到更多关注。{a}等企业都在这一领域投入研发。业内人士认为，标准和人才仍是难题。",
    ),
    (
        "denied",
        "企业回应网络传言",
        "针对网络传言，{a}回应称，未与{b}达成任何合作，相关消息不属实。",
    ),
    (
        "planned",
        "某地拟引进{t}企业",
        "{a}拟与{b}合作研究{t}，目前方案仍在讨论之中，双方计划在条件成熟后再行商谈。",
    ),
)


def quiet(seed: int, organisations: Sequence[Organisation], first: int, count: int) -> list[Quiet]:
    """Articles that state no relation, numbered from `first`: general talk, denials, plans."""
    dice = Dice(seed, "quiet")
    moments = days((marginals.FIRST + dice.below(8, count)).tolist(), dice)
    who: Ints = dice.below(len(organisations), count * 2).reshape(count, 2)
    technologies = list(marginals.TECHNOLOGIES)
    topic = dice.below(len(technologies), count)
    found = []
    for at in range(count):
        reason, title, text = _QUIET[at % len(_QUIET)]
        one, other = (organisations[int(node)].name for node in who[at])
        told = {"t": technologies[topic[at]], "a": one, "b": other}
        found.append(Quiet(first + at, moments[at], reason, title.format(**told), text.format(**told)))
    return found
