"""The report's chapters: which tables and figures each has, in the order of the report."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from analytics.exhibits import Words


@dataclass(frozen=True, slots=True)
class Chapter:
    """`id` names its page; `exhibits` are ids, of which a report has those that were asked for."""

    id: str
    title: Words
    exhibits: tuple[str, ...]

    @property
    def page(self) -> str:
        """The page's address, from the report's folder of a language."""
        return f"chapters/{self.id}.html"


def _figures(first: int, last: int) -> tuple[str, ...]:
    return tuple(f"figure_{number}" for number in range(first, last + 1))


def _supplements(first: int, last: int) -> tuple[str, ...]:
    return tuple(f"supplement_{number}" for number in range(first, last + 1))


_FIXED: Final = (
    Chapter("sample", Words("样本库", "The store and the sample"), ("table_1", *_figures(1, 3))),
    Chapter("business", Words("规模与融资", "Size and financing"), _figures(4, 9)),
    Chapter(
        "research",
        Words("技术层次与研发", "Layers and research"),
        (*_figures(10, 14), "table_2", *_figures(15, 17)),
    ),
    Chapter(
        "network",
        Words("价值网络结构", "Structure of the value network"),
        ("table_3", *_figures(18, 22)),
    ),
    Chapter(
        "technology",
        Words("技术关系", "Technology relations"),
        (*_figures(23, 25), "table_4", "table_5"),
    ),
    Chapter("people", Words("人力资本关系", "Human capital"), ("figure_26", "table_6")),
    Chapter("investment", Words("投资关系", "Investment"), ("table_7",)),
    Chapter("categories", Words("技术体系演化", "Technologies over time"), _figures(27, 39)),
    Chapter("areas", Words("应用领域扩展", "Areas of application over time"), _figures(40, 59)),
    Chapter("industries", Words("人工智能和实体经济", "AI and the real economy"), _figures(60, 64)),
    Chapter(
        "structure", Words("网络结构的进一步分析", "More on the network's structure"), _supplements(1, 5)
    ),
    Chapter("doubt", Words("数字的不确定性", "How sure the numbers are"), _supplements(6, 11)),
    Chapter("coverage", Words("样本的覆盖面", "What the sample covers"), _supplements(12, 13)),
)
_FURTHER: Final = Words("补充表", "Further tables")


def chapters(exhibits: Collection[str]) -> list[Chapter]:
    """The chapters that have any of these exhibits, each with those alone; what no chapter knows stands in a last
    one, so that nothing is left out."""
    known = {one for chapter in _FIXED for one in chapter.exhibits}
    rest = tuple(one for one in exhibits if one not in known)
    found = [
        Chapter(one.id, one.title, tuple(each for each in one.exhibits if each in exhibits))
        for one in (*_FIXED, Chapter("further", _FURTHER, rest))
    ]
    return [one for one in found if one.exhibits]
