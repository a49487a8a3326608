"""The persons of a generated world, all invented: where they studied and worked, and where they are now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from crawlers.sample_web.generator.dice import Dice
from crawlers.sample_web.generator.growth import HUMAN_CAPITAL, Growth
from crawlers.sample_web.generator.naming import persons
from crawlers.sample_web.model import FormerPost, Organisation, Person, Study

NOTE: Final = "人物均为虚构，仅供演示"
_ACADEMIC: Final = ("university", "research institute")
_POSTS: Final = ("首席技术官", "首席科学家", "副总裁", "技术总监", "算法负责人", "产品负责人", "研究院院长")
_FORMER: Final = ("工程师", "高级工程师", "研究员", "产品经理", "访问学者")
_DEGREES: Final = ("学士", "硕士", "博士")
_FIELDS: Final = ("计算机科学与技术", "自动化", "电子工程", "软件工程", "通信工程", "应用数学")
_EACH_MOST: Final = 2


def people(seed: int, growth: Growth, organisations: Sequence[Organisation]) -> list[Person]:
    """Every way of a person in the network, in persons with at most two studies and two former posts. One in
    twenty-five more has left, and connects nothing."""
    dice = Dice(seed, "people")
    names = persons(seed)
    chosen = np.flatnonzero(growth.dimension == HUMAN_CAPITAL)
    source, target, year = growth.source[chosen], growth.target[chosen], growth.happened[chosen]
    luck = dice.uniform(len(chosen) * 4).reshape(-1, 4)
    found: list[Person] = []
    studies: list[int] = []
    former: list[int] = []
    last: tuple[int, int] | None = None

    def close(numbers: Sequence[float]) -> None:
        if last is None or not (studies or former):
            return
        company, start = last
        found.append(_person(next(names), organisations, company, start, studies, former, numbers))
        if numbers[3] < 0.04:
            gone = _person(next(names), organisations, company, start, studies, former, numbers[::-1])
            found.append(_left(gone))
        studies.clear()
        former.clear()

    for at in np.lexsort((source, year, target)):
        key = (int(target[at]), int(year[at]))
        school = organisations[int(source[at])].kind in _ACADEMIC
        if key != last or len(studies if school else former) >= _EACH_MOST or luck[at][0] < 0.2:
            close(luck[at].tolist())
            last = key
        (studies if school else former).append(int(source[at]))
    close(luck[-1].tolist() if len(luck) else ())
    return found


def _person(
    name: str,
    organisations: Sequence[Organisation],
    company: int,
    start: int,
    studies: Sequence[int],
    former: Sequence[int],
    luck: Sequence[float],
) -> Person:
    """Posts come right before the present one, studies before these, each of two or three years."""
    at = start - 1
    posts = []
    for place, employer in enumerate(reversed(former)):
        years = 2 + int(luck[1] * 10 + place) % 3
        posts.append(
            FormerPost(organisations[employer].name, _chosen(_FORMER, luck[1], place), at - years, at)
        )
        at -= years
    learned = []
    for place, school in enumerate(reversed(studies)):
        years = 3 + int(luck[2] * 10 + place) % 2
        degree = _DEGREES[max(0, len(studies) - 1 - place + int(luck[2] * 2))]
        learned.append(
            Study(organisations[school].name, degree, _chosen(_FIELDS, luck[2], place), at - years, at)
        )
        at -= years
    return Person(
        person=name,
        company=organisations[company].name,
        post=_chosen(_POSTS, luck[1], 3),
        start=start,
        end=None,
        studies=tuple(reversed(learned)),
        former=tuple(reversed(posts)),
    )


def _left(one: Person) -> Person:
    """The same as one who went after a year."""
    return Person(one.person, one.company, one.post, one.start, one.start + 1, one.studies, one.former)


def _chosen(words: Sequence[str], luck: float, place: int) -> str:
    return words[(int(luck * 1000) + place) % len(words)]
