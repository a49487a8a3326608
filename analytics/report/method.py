"""What the report's page on method says: settings, the sample's rule, definitions, sources."""

from __future__ import annotations

import importlib.metadata
from functools import cache
from typing import Any, Final

from sqlalchemy import Engine, func, select

from analytics.basis import LEVEL_WORDS, Basis
from analytics.exhibits import Language, Words
from analytics.investors import RULE
from analytics.report.describing import moment
from analytics.report.wording import say
from pipelines.store import schema
from pipelines.web_addresses import web_address

DEFINITIONS: Final[tuple[tuple[Words, Words], ...]] = (
    (
        Words("样本节点、关系节点", "Sample node, relation node"),
        Words(
            "样本节点是选入本版样本的企业；与样本节点有关系的其他机构是关系节点。",
            "A sample node is a company chosen into the sample of this edition; a relation node is "
            "anything else that has a relation with one.",
        ),
    ),
    (
        Words("关系", "Relation"),
        Words(
            "技术（提供方→接受方；来源未说明方向的合作计为双向）、"
            "人力资本（曾就读的学校或曾任职的单位→现任职企业，经由核心人员）、"
            "投资（投资方→被投企业）。计划中、传闻和已否认的合作不计。",
            "Technology (provider to recipient; both ways where the source gives no direction), human "
            "capital (school or former employer to present employer, through a core person), investment "
            "(investor to company). Plans, rumours and denials do not count.",
        ),
    ),
    (
        Words("某年的网络", "Network of a year"),
        Words(
            "含有效时间起于该年12月31日及以前的全部关系，且至少一端为样本节点；没有日期的关系不计入任何年份。",
            "All relations whose valid time begins on or before 31 December of the year and that touch a "
            "sample node; relations without a date enter no year.",
        ),
    ),
    (
        Words("两个时钟", "Two clocks"),
        Words(
            "有效时间是事实在现实中成立的时间；记录时间是来源陈述它的时间。所有数字均按所选记录时点来源仍在陈述的事实计算。",
            "Valid time is when a fact holds in the world, record time is when a source said so. Every "
            "number rests on what the sources were saying at the chosen record time.",
        ),
    ),
    (
        Words("平均度、平均加权度", "Average degree, average weighted degree"),
        Words("边数（边权之和）除以节点数。", "Edges (the sum of their weights) divided by nodes."),
    ),
    (
        Words("平均路径长度、网络直径", "Average path length, diameter"),
        Words(
            "沿边的方向、不计权重，对所有可达的有序节点对取平均和最大。",
            "Mean and largest distance along directions, unweighted, over all ordered pairs with a path.",
        ),
    ),
    (
        Words("平均聚类系数", "Average clustering"),
        Words(
            "各节点的邻居间有向边数除以 k(k−1)，k 为不同邻居数；k<2 计为0；对所有节点取平均。",
            "Per node, directed edges among its k distinct neighbours divided by k(k−1), 0 where k < 2; "
            "the mean over all nodes.",
        ),
    ),
    (
        Words("模块化", "Modularity"),
        Words(
            "无向视图上的 Louvain 方法，分辨率1，固定种子。",
            "Louvain's method on the undirected view, resolution 1, with a fixed seed.",
        ),
    ),
    (Words("投资者分类", "Classes of investors"), RULE),
)

_FIELDS: Final = {
    "tags": Words("行业标签之一", "one of the industry tags"),
    "layer": Words("有来源给出其技术层次", "a source gives its layer"),
    "filing": Words("有算法备案", "it stands in a register of algorithms"),
    "least": Words("至少满足的条件数", "conditions that must hold, at least"),
    "until": Words("只计此年及以前的事实", "only facts up to this year"),
}


@cache
def version() -> str:
    """The software's version."""
    return importlib.metadata.version("valuenet")


def settings(basis: Basis, language: Language) -> list[tuple[str, str]]:
    """Name and value of what was chosen for this report."""
    view, edition = basis.facts.view, basis.edition
    level = LEVEL_WORDS[view.level].of(language)
    if view.subsidiaries:
        level += Words("；子公司并入母公司", "; subsidiaries count as their parents").of(language)
    known = moment(view.known) if view.known else say("known_now", language)
    state = (
        f"{say('frozen', language)} {edition.frozen_at:%Y-%m-%d}"
        if edition.frozen_at
        else say("proposed", language)
    )
    return [
        (say("edition", language), f"{edition.name} ({state})"),
        (say("years", language), f"{basis.years[0]}–{basis.last}"),
        (say("level", language), level),
        (say("known", language), known),
        (say("unresolved_names", language), str(basis.facts.unresolved)),
        (say("version", language), f"valuenet {version()}"),
    ]


def rule(basis: Basis, language: Language) -> list[str]:
    """The sample's rule as it is stored, a line a part of it."""
    lines = []
    for name, value in sorted(basis.edition.rule.items()):
        if value in (None, False):
            continue
        shown = "" if value is True else "、".join(map(str, value)) if isinstance(value, list) else str(value)
        words = _FIELDS[name].of(language) if name in _FIELDS else name
        lines.append(f"{words}{': ' + shown if shown else ''}")
    return lines


def sources(engine: Engine, language: Language) -> list[dict[str, Any]]:
    """The sources of the store with their publisher, licence and number of facts."""
    source, fact = schema.source, schema.fact
    with engine.connect() as connection:
        counted = connection.execute(select(fact.c.source, func.count()).group_by(fact.c.source))
        counts: dict[str, int] = {row[0]: row[1] for row in counted}
        rows = connection.execute(select(source).order_by(source.c.name)).all()
    return [
        {
            "title": (row.title_zh if language == "zh" else row.title) or row.name,
            "publisher": row.publisher,
            "licence": row.licence,
            "href": web_address(row.home),
            "facts": f"{counts.get(row.name, 0):,}",
        }
        for row in rows
    ]
