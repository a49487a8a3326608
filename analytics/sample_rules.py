"""What speaks for a company as one of the AI industry, counted in points by stated rules.

Invariants: every point has its reason in words; the same facts under the same rule give the same points; what no
source tells of gives no point and takes none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

import pandas as pd

from analytics.facts import DOMESTIC, Facts

#: Company tags that say: this company's business is artificial intelligence.
AI_TAGS: Final = ("人工智能",)
#: Words that say so in running descriptions of a business.
AI_WORDS: Final = (
    "人工智能", "机器学习", "深度学习", "神经网络", "大模型", "计算机视觉", "机器视觉", "图像识别", "人脸识别",
    "语音识别", "语音合成", "自然语言处理", "知识图谱", "自动驾驶", "无人驾驶", "智能驾驶",
    "智能机器人", "智能芯片",
    "artificial intelligence", "machine learning", "deep learning", "computer vision", "speech recognition",
)  # fmt: skip
#: Attributes in which a business is described.
_BUSINESS: Final = (
    "industry_tag",
    "industry",
    "business",
    "main_business",
    "business_scope",
    "description",
    "products",
)
#: What a register says of a company that is no more.
_GONE: Final = (
    "注销", "吊销", "解散", "破产", "清算", "dissolved", "closed", "inactive", "revoked", "liquidated", "withdrawn",
)  # fmt: skip

#: Kinds of evidence, in the order in which reasons are told.
Kind = Literal["tag", "layer", "filing", "patents", "words", "technologies"]
KINDS: Final[tuple[Kind, ...]] = ("tag", "layer", "filing", "patents", "words", "technologies")
#: Points of each kind. A technology that only news tell of is half a reason: suppliers of all trades stand in news.
POINTS: Final[dict[Kind, float]] = {
    "tag": 1.0, "layer": 1.0, "filing": 1.0, "patents": 1.0, "words": 1.0, "technologies": 0.5,
}  # fmt: skip
#: Kinds that do not let a company in by themselves, but add to its points.
SUPPORTING: Final[frozenset[Kind]] = frozenset({"words", "technologies"})
#: For a fact of the last years, and for a place in the edition before.
ACTIVE_POINTS: Final = 0.5
CARRIED_POINTS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Rule:
    """Which companies are proposed. The score is the sum of the points (see `POINTS`) and half a point each for
    recent facts and for a place in the edition before.

    tags: it carries one of these industry tags. layer: a source gives it a layer of the AI industry.
    filing: it stands in a register of algorithms. patents: AI patents that it needs (None: patents do not count).
    words: words in the description of its business. technologies: news tell of a technology that it provided.
    least: points of evidence needed; words and technologies alone let nobody in. until: only facts valid by the
    end of this year count. recent: years before the last in which a fact makes a company active. size: at most so
    many, the best by score. after: the edition whose members are carried on. foreign: those whose country is known
    to be another may be chosen, too. known_layer: only companies whose layer is known.
    """

    tags: tuple[str, ...] = AI_TAGS
    layer: bool = True
    filing: bool = True
    patents: int | None = 1
    words: tuple[str, ...] = AI_WORDS
    technologies: bool = True
    least: float = 1
    until: int | None = None
    recent: int = 3
    size: int | None = None
    after: str | None = None
    foreign: bool = False
    known_layer: bool = False


@dataclass(slots=True)
class Weighed:
    """What speaks for a company. points: by kind of evidence, with `reasons` in words. last: the year of its newest
    dated fact. gone: the status that says that it is no more, or empty."""

    points: dict[Kind, float] = field(default_factory=dict)
    reasons: dict[Kind, str] = field(default_factory=dict)
    layer: str | None = None
    core_technology: str | None = None
    last: int | None = None
    gone: str = ""
    foreign: bool = False

    @property
    def evidence(self) -> float:
        """Points of evidence alone."""
        return sum(self.points.values())

    @property
    def admits(self) -> bool:
        """Whether there is a kind of evidence that lets a company in by itself."""
        return any(kind not in SUPPORTING for kind in self.points)

    def active(self, rule: Rule, last_year: int | None) -> bool:
        """Whether a fact is of the last years."""
        return self.last is not None and last_year is not None and self.last > last_year - rule.recent

    def words(self) -> list[str]:
        """The reasons, in the order of `KINDS`."""
        return [self.reasons[kind] for kind in KINDS if kind in self.reasons]


def weigh(facts: Facts, rule: Rule) -> dict[str, Weighed]:
    """Every company of the store, with what speaks for it; by entity, in the ids' order."""
    companies = facts.entities[facts.entities["kind"] == "company"].sort_values("entity")
    found = {str(entity): Weighed() for entity in companies["entity"]}
    for entity, country in zip(companies["entity"], companies["country"], strict=True):
        found[str(entity)].foreign = isinstance(country, str) and bool(country) and country not in DOMESTIC
    in_time = _until(facts.facts, rule.until)
    stands = facts.roles[facts.roles["entity"].isin(list(found))]
    said = _until(facts.attributes, rule.until)
    said = said[said["entity"].isin(list(found))]
    for kind, entity, reason in _evidence(facts, stands, in_time, said, rule):
        found[entity].points[kind] = POINTS[kind]
        found[entity].reasons[kind] = reason
    for entity, layer in newest(said, "layer").items():
        found[entity].layer = layer
    for entity, technology in newest(said, "core_technology").items():
        found[entity].core_technology = technology
    for entity, status in newest(said, "status").items():
        found[entity].gone = status if any(word in status.casefold() for word in _GONE) else ""
    dated = stands[["fact", "entity"]].merge(in_time[["fact", "date"]], on="fact").dropna(subset="date")
    for entity, day in dated.groupby("entity")["date"].max().items():
        found[str(entity)].last = int(pd.Timestamp(day).year)
    return found


def last_year(weighed: dict[str, Weighed], rule: Rule) -> int | None:
    """The rule's last year, or that of the newest fact of any company."""
    years = [one.last for one in weighed.values() if one.last is not None]
    return rule.until if rule.until is not None else max(years, default=None)


def newest(said: pd.DataFrame, attribute: str) -> dict[str, str]:
    """Entity → the value of an attribute that is valid latest (undated first)."""
    chosen = said[said["attribute"] == attribute].sort_values(["date", "fact"], na_position="first")
    return dict(zip(chosen["entity"], chosen["value"], strict=True))


def _until(frame: pd.DataFrame, year: int | None) -> pd.DataFrame:
    return frame if year is None else frame[frame["date"].isna() | (frame["date"].dt.year <= year)]


def _evidence(
    facts: Facts, stands: pd.DataFrame, in_time: pd.DataFrame, said: pd.DataFrame, rule: Rule
) -> Iterator[tuple[Kind, str, str]]:
    """Kind, entity and reason."""
    tagged = said[(said["attribute"] == "industry_tag") & said["value"].isin(rule.tags)]
    for entity, group in tagged.groupby("entity"):
        yield "tag", str(entity), "industry tag " + "、".join(sorted(set(group["value"])))
    if rule.layer:
        for entity, layer in newest(said, "layer").items():
            yield "layer", entity, f"layer {layer}"
    if rule.filing:
        for entity, count in _counted(stands, in_time, "product", ("bearer",)):
            yield "filing", entity, f"{count} filed algorithms"
    if rule.patents is not None:
        patents = in_time[in_time["kind"] == "patent"]
        ai = patents[pd.array([_is_ai(detail) for detail in patents["detail"]], dtype=bool)]
        for entity, count in _counted(stands, ai, "patent", ("applicant", "assignee")):
            if count >= rule.patents:
                yield "patents", entity, f"{count} AI patents"
    yield from _words(said, rule)
    if rule.technologies:
        told = in_time[in_time["kind"] == "cooperation"]
        done = [
            bool(detail.get("technologies")) and detail.get("status", "done") == "done"
            for detail in told["detail"]
        ]
        given = told[pd.array(done, dtype=bool)]
        for entity, count in _counted(stands, given, "cooperation", ("provider", "party")):
            yield "technologies", entity, f"{count} reported technologies"


def _is_ai(detail: dict[str, object]) -> bool:
    judged = detail.get("ai")
    return isinstance(judged, dict) and judged.get("is") is True


def _counted(
    stands: pd.DataFrame, facts: pd.DataFrame, kind: str, roles: tuple[str, ...]
) -> Iterator[tuple[str, int]]:
    """Entity and the number of distinct facts in which it has one of the roles."""
    chosen = stands[(stands["kind"] == kind) & stands["role"].isin(roles)]
    counted = chosen[chosen["fact"].isin(facts["fact"])].groupby("entity")["fact"].nunique()
    yield from ((str(entity), int(count)) for entity, count in counted.items())


def _words(said: pd.DataFrame, rule: Rule) -> Iterator[tuple[Kind, str, str]]:
    wanted = [word.casefold() for word in rule.words]
    described = said[said["attribute"].isin(_BUSINESS)]
    # a tag that counts as such is not counted a second time
    described = described[~((described["attribute"] == "industry_tag") & described["value"].isin(rule.tags))]
    found: dict[str, set[str]] = defaultdict(set)
    for entity, value in zip(described["entity"], described["value"], strict=True):
        text = str(value).casefold()
        found[str(entity)].update(word for word in wanted if word in text)
    for entity in sorted(found):
        if found[entity]:
            yield "words", entity, "business speaks of " + "、".join(sorted(found[entity])[:5])
