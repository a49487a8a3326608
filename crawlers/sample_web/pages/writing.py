"""The words of the news articles: own sentences in several turns, each stating its facts outright.

No sentence about a relation says more than the fact does; what is said of technology in general names nobody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

import opencc

from crawlers.sample_web.model import Cooperation, Quiet, Round, World
from crawlers.sample_web.pages import turns as more

Told = Cooperation | Quiet | Round


@dataclass(frozen=True, slots=True)
class Article:
    """One article of the news site. `about` is the fact that it reports."""

    number: int
    day: dt.date
    title: str
    paragraphs: tuple[str, ...]
    charset: str
    about: Told

    @property
    def path(self) -> str:
        return f"/{self.day:%Y/%m/%d}/{self.number:04d}.html"


_DIRECTED: Final = {
    "strategic agreement": (
        ("{p}与{r}签署战略合作协议", "{d}，{p}与{r}签署战略合作协议，{p}为{r}提供{w}。"),
        ("{p}与{r}达成战略合作", "{p}与{r}于{d}签署战略合作协议，由{p}向{r}提供{w}。"),
        ("{r}与{p}战略合作", "{d}，{r}与{p}签署战略合作协议。{p}向{r}提供{w}。"),
    ),
    "joint product": (
        ("{p}与{r}合作", "{d}，{p}与{r}宣布合作，{p}为{r}提供{w}。"),
        ("{r}采用{p}技术", "{r}于{d}宣布采用{p}的{w}。"),
        ("{p}携手{r}", "{d}，{p}与{r}对外公布合作成果，{p}向{r}提供{w}。"),
    ),
    "joint laboratory": (
        ("{p}与{r}成立联合实验室", "{d}，{p}与{r}成立联合实验室，{p}为{r}提供{w}。"),
    ),
    "supply": (
        ("{p}为{r}提供{w}", "{d}，{p}为{r}提供{w}。"),
        ("{r}采用{p}的{w}", "{d}，{r}采用了{p}的{w}。"),
        ("{p}向{r}提供{w}", "{p}于{d}向{r}提供{w}。"),
    ),
    "licence": (
        ("{r}采用{p}的技术", "{d}，{r}采用{p}的{w}。"),
        ("{p}的技术用于{r}产品", "{d}，{r}在产品中采用了{p}的{w}。"),
    ),
    "contract": (
        ("{p}承建{w}", "{d}，{p}为{r}建设{w}。"),
        ("{r}公布开放创新平台名单", "{d}，{r}公布名单，{p}承建{r}的{w}。"),
    ),
    "other": (("{p}与{r}合作", "{d}，{p}与{r}合作，{p}为{r}提供{w}。"),),
}  # fmt: skip
_TENDER: Final = (
    ("{p}中标{r}{w}采购", "{d}，{p}中标{r}的{w}采购项目。"),
    ("{r}公布采购结果", "{r}于{d}公布采购结果，{p}中标{r}的{w}项目。"),
)
_MUTUAL: Final = {
    "strategic agreement": (
        ("{a}签署战略合作协议", "{d}，{a}签署战略合作协议，合作内容为{w}。"),
        ("{a}达成战略合作", "{a}于{d}签署战略合作协议，在{w}方面开展合作。"),
    ),
    "joint laboratory": (
        ("{a}共建联合实验室", "{d}，{a}共建联合实验室，研究方向为{w}。"),
        ("{a}成立联合实验室", "{a}的联合实验室于{d}成立，各方共同研究{w}。"),
    ),
    "joint product": (
        ("{a}开展合作", "{d}，{a}宣布在{w}方面开展合作。"),
        ("{a}合作开发", "{a}于{d}宣布合作开发{w}。"),
    ),
    "supply": (("{a}合作", "{d}，{a}在{w}方面开展合作。"),),
    "contract": (("{a}签署合同", "{d}，{a}就{w}签署合同。"),),
    "licence": (("{a}相互授权", "{d}，{a}就{w}签署许可协议。"),),
    "other": (("{a}发起产业联盟", "{d}，{a}共同发起产业联盟，在{w}方面开展合作。"),),
}  # fmt: skip
_FIELDS: Final = (
    "此次合作面向{areas}领域，涉及{techs}等技术。",
    "从应用看，合作属于{areas}；从技术看，合作涉及{techs}。",
    "合作所用的技术包括{techs}，主要应用于{areas}。",
    "该项目属于{areas}领域，核心技术是{techs}。",
)
_BACKGROUND: Final = (
    "近几年，人工智能从实验室走向更多行业，数据、算力和算法的配合变得越来越重要。",
    "业内人士认为，一项技术能否用好，取决于它与业务流程结合得有多深。",
    "多位从业者提到，落地过程中最花时间的往往是数据整理和系统对接。",
    "研究者指出，行业标准逐步完善，有助于降低后来者的使用成本。",
    "观察人士表示，用户更看重稳定和安全，而不只是指标上的领先。",
    "随着成本下降，类似的应用正在从大型机构扩展到更多中小机构。",
    "专家提醒，新技术的应用还需要配套的管理制度和人才培养。",
    "从公开数据看，相关市场在过去几年保持了增长。",
)
_ACQUISITION: Final = ("{i}收购{t}", "{d}，{i}宣布收购{t}。{m}")
_STRATEGIC: Final = (
    ("{i}战略投资{t}", "{d}，{i}向{t}进行战略投资。{m}"),
    ("{t}获战略投资", "{t}于{d}宣布获得{i}的战略投资。{m}"),
)
_ROUND: Final = (
    ("{t}完成{n}融资", "{d}，{t}宣布完成{n}融资，{i}参与了本轮投资。{m}"),
    ("{t}获{n}融资", "{t}于{d}宣布获得{n}融资，{i}参与投资。{m}"),
    ("{i}入股{t}", "{d}，{i}宣布投资{t}，本轮为{n}融资。{m}"),
)


@lru_cache(maxsize=2)
def articles(world: World) -> tuple[Article, ...]:
    """Every article of the sites, by number. For a few thousand; larger worlds are written page by page."""
    return tuple(sorted((write(world, one) for one in told_in(world)), key=lambda one: one.number))


def told_in(world: World) -> Iterator[Told]:
    """What the articles tell, one fact each."""
    yield from world.cooperation
    yield from world.quiet
    yield from (one for one in world.rounds if one.article)


def number_of(fact: Told) -> int:
    """The number of the article that tells it."""
    return fact.article if isinstance(fact, Round) else fact.number


def path_of(fact: Told) -> str:
    """Where the article that tells it stands on its site."""
    day = fact.when.reported
    return f"/{day.year}/{day.month:02d}/{day.day:02d}/{number_of(fact):04d}.html"


def write(world: World, fact: Told) -> Article:
    """The article that tells a fact."""
    if isinstance(fact, Cooperation):
        return _cooperation(world, fact)
    return _round(world, fact) if isinstance(fact, Round) else _quiet(fact)


def _cooperation(world: World, one: Cooperation) -> Article:
    told = {"d": one.when.chinese, "w": one.what}
    if one.parties:
        turns = (more.MUTUAL if world.generated else _MUTUAL)[one.kind]
        told |= {"a": joined(one.parties, "与"), "A": joined(_introduced(world, one.parties), "与")}
    else:
        kinds, tender = (more.DIRECTED, more.TENDER) if world.generated else (_DIRECTED, _TENDER)
        turns = tender if one.tender else kinds[one.kind]
        told |= {"p": one.provider, "P": joined(_introduced(world, [one.provider]), "")}
        told |= {"r": joined(one.recipients, "和"), "R": joined(_introduced(world, one.recipients), "和")}
    # One step through the sites must not fall into step with the turns.
    title, lead = turns[(one.number // len(world.press)) % len(turns)]
    for name in "apr":  # introduced where they come first
        lead = lead.replace(f"{{{name}}}", f"{{{name.upper()}}}", 1)
    fields = _FIELDS[one.number % len(_FIELDS)].format(
        areas="、".join(one.applications), techs="、".join(one.technologies)
    )
    words = [title.format(**told), lead.format(**told) + fields, _background(one.number)]
    headline, *text = (as_printed(part, one.script) for part in words)
    return Article(one.number, one.when.reported, headline, tuple(text), one.charset, one)


def _introduced(world: World, names: Sequence[str]) -> list[str]:
    """Legal names with the short one in brackets, as articles introduce them; in generated worlds alone."""
    if not world.generated:
        return list(names)
    found = []
    for name in names:
        bearer = world.organisation(name)
        known = name == bearer.legal and bearer.name != name
        found.append(f"{name}（以下简称“{bearer.name}”）" if known else name)
    return found


def _round(world: World, one: Round) -> Article:
    money = "金额未披露。" if one.amount == "未披露" else f"金额为{one.amount}。"
    told = {
        "d": one.when.chinese,
        "t": one.target,
        "i": joined(one.investors, "和"),
        "n": one.round,
        "m": money,
    }
    if one.round == "并购":
        title, lead = _ACQUISITION
    else:
        own, strategic = (more.ROUND, more.STRATEGIC) if world.generated else (_ROUND, _STRATEGIC)
        turns = strategic if one.round == "战略投资" else own
        title, lead = turns[(one.article // len(world.press)) % len(turns)]
    words = (lead.format(**told), _background(one.article))
    return Article(one.article, one.when.reported, title.format(**told), words, "", one)


def _quiet(one: Quiet) -> Article:
    return Article(one.number, one.when.reported, one.title, (one.text, _background(one.number)), "", one)


def _background(number: int) -> str:
    first, second = number % len(_BACKGROUND), (number * 5 + 3) % len(_BACKGROUND)
    return _BACKGROUND[first] + (_BACKGROUND[second] if second != first else "")


def joined(names: Sequence[str], last: str) -> str:
    """A、B和C; two are joined by the last word alone."""
    if len(names) < 2:
        return "".join(names)
    return "、".join(names[:-1]) + (last if len(names) == 2 else "和") + names[-1]


def as_printed(words: str, script: str) -> str:
    """The words in the script of their article."""
    return _traditional().convert(words) if script == "traditional" else words


@cache
def _traditional() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")
