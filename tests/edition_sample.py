"""What an edition says of its sample's companies, counted plainly from a made world: the first part of
`tests.edition_reference`."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from crawlers.sample_web.model import Organisation, World
from pipelines.taxonomy import taxonomy

Rows = dict[str, dict[str, Any]]
Pair = tuple[str, str]
Edge = tuple[str, str, str, dt.date]

TERMS = {
    "technologies": ("technology_categories", 28, (
        "大数据和云计算", "5G", "物联网", "智能芯片", "自动驾驶", "计算机视觉", "虚拟/增强现实", "生物识别",
        "智能机器人", "语音识别", "自然语言处理", "区块链",
    )),
    "applications": ("application_areas", 41, (
        "企业智能管理", "智慧城市", "智能营销与新零售", "智能制造", "智能网联汽车", "智能金融", "智能医疗",
        "智能硬件", "新媒体和数字内容", "智能教育", "智能政务", "智能交通", "智能家居", "智能物流", "网络安全",
        "智能能源", "智慧文旅", "智能安防", "智能农业",
    )),
}  # fmt: skip
TOP, _SPAN = 20, 8


class SampleReference:
    """`shown`: organisation → the name that the store shows of it; ties stand in the order of names."""

    def __init__(self, world: World, last: int, shown: dict[str, str]) -> None:
        self.world, self.last, self.shown = world, last, shown
        self.years = range(last - _SPAN + 1, last + 1)
        self.heads = {one: self._head(one) for one in world.organisations}
        own = [one for one in world.organisations.values() if one.sample]
        self.sample = {self.heads[one.id] for one in own}
        #: The organisation that speaks for a sample node: itself, or else its first unit.
        self.speaker: dict[str, Organisation] = {}
        for one in sorted(own, key=lambda one: (self.heads[one.id] != one.id, one.id)):
            self.speaker.setdefault(self.heads[one.id], one)
        self.technology = list(self._technology())
        self.edges: list[Edge] = [
            *((s, t, "technology", day) for s, t, day, *_ in self.technology),
            *((s, t, "human_capital", day) for s, t, day, *_ in self._origins()),
            *self._investment(),
        ]
        self.edges = [
            one for one in self.edges if one[0] != one[1] and (one[0] in self.sample or one[1] in self.sample)
        ]

    # ── the world ─────────────────────────────────────────────────────────────────────────────────

    def _head(self, one: str) -> str:
        organisation = self.world.organisations[one]
        return self._head(organisation.parent) if organisation.relation == "unit" else one

    def _node(self, name: str) -> str:
        return self.heads[self.world.name_of[name]]

    def _technology(self) -> Iterable[tuple[str, str, dt.date, tuple[str, ...], tuple[str, ...]]]:
        for one in self.world.cooperation:
            pairs = (
                [(a, b) for a in one.parties for b in one.parties if a != b]
                if one.parties
                else [(one.provider, b) for b in one.recipients]
            )
            for a, b in pairs:
                s, t = self._node(a), self._node(b)
                if s != t and (s in self.sample or t in self.sample):
                    yield s, t, one.when.day, one.technologies, one.applications

    def _origins(self) -> Iterable[tuple[str, str, dt.date, str, str]]:
        """From a school (education) or former employer (work) to the present one, with the person."""
        for one in self.world.people:
            if one.end is None:
                came = [(study.school, "education") for study in one.studies]
                came += [(post.employer, "work") for post in one.former]
                for name, kind in came:
                    s, t = self._node(name), self._node(one.company)
                    if s != t:
                        yield s, t, dt.date(one.start, 1, 1), kind, one.person

    def _investment(self) -> Iterable[Edge]:
        for one in self.world.rounds:
            for name in one.investors:
                yield self._node(name), self._node(one.target), "investment", one.when.day

    def _until(self, year: int, dimension: str = "") -> list[Edge]:
        return [one for one in self.edges if one[3].year <= year and dimension in ("", one[2])]

    # ── shares of the sample ──────────────────────────────────────────────────────────────────────

    def _shares(self, groups: Iterable[str], of: dict[str, str]) -> Rows:
        listed = list(groups)
        counts = Counter(group for group in of.values() if group in listed)
        whole = sum(counts.values())
        return {
            one: {
                "count": counts[one] if whole else None,
                "share": counts[one] * 100 / whole if whole else None,
            }
            for one in listed
        }

    def _sized(self, of: dict[str, str]) -> Rows:
        """The groups that somebody is of."""
        return self._shares(set(of.values()), of)

    def _binned(self, edges: list[float], numbers: dict[str, float]) -> Rows:
        names = [f"<{edges[0]:g}"]
        names += [f"{low:g}-{high:g}" for low, high in pairwise(edges)]
        names.append(f">={edges[-1]:g}")
        return self._shares(
            names, {one: names[sum(number >= edge for edge in edges)] for one, number in numbers.items()}
        )

    def _figure_1(self) -> Rows:
        of = {}
        for one in self.sample:
            year = self.world.organisations[one].founded or self.speaker[one].founded
            if year is not None and year <= self.last:
                of[one] = "<2000" if year < 2000 else str(year)
        return self._shares(["<2000", *map(str, range(2000, self.last + 1))], of)

    def _province(self) -> dict[str, str]:
        terms = taxonomy("provinces")
        told = {
            one: self.world.organisations[one].province or self.speaker[one].province for one in self.sample
        }
        return {one: term.code for one, name in told.items() if (term := terms.find(name))}

    def _figure_2(self) -> Rows:
        terms = taxonomy("provinces")
        of = {one: terms[code].attributes.get("area", "other") for one, code in self._province().items()}
        return self._shares(("京津冀", "长三角", "珠三角", "川渝", "other"), of)

    def _figure_3(self) -> Rows:
        return self._sized(self._province())

    def _layer(self) -> dict[str, str]:
        return {one: speaker.layer for one, speaker in self.speaker.items() if speaker.layer}

    def _figure_10(self) -> Rows:
        return self._shares(taxonomy("layers").codes, self._layer())

    def _core(self) -> dict[str, str]:
        terms = taxonomy("company_core_technologies")
        return {
            one: term.code
            for one, speaker in self.speaker.items()
            if speaker.core and (term := terms.find(speaker.core))
        }

    def _figure_11(self) -> Rows:
        return self._sized(self._core())

    def _figure_12(self) -> Rows:
        below = taxonomy("layers").codes[:2]
        layer = self._layer()
        return self._sized({one: core for one, core in self._core().items() if layer.get(one) in below})

    # ── listed companies ──────────────────────────────────────────────────────────────────────────

    def _newest(self, *fields: str) -> dict[str, tuple[int, tuple[float, ...]]]:
        """Sample node → the newest year of which all these numbers are said, and the numbers."""
        found: dict[str, tuple[int, tuple[float, ...]]] = {}
        for one in self.world.accounts:
            numbers = tuple(getattr(one, field) for field in fields)
            node = self._node(one.company)
            if one.year <= self.last and None not in numbers and node in self.sample:
                found[node] = max(found.get(node, (0, ())), (one.year, numbers))
        return found

    def _figure_4(self) -> Rows:
        return self._binned([2000, 4000, 6000], {one: n[0] for one, (_, n) in self._newest("staff").items()})

    def _figure_5(self) -> Rows:
        return self._binned([40, 80], {one: n[0] / 1e8 for one, (_, n) in self._newest("revenue").items()})

    def _figure_6(self) -> Rows:
        newest = self._newest("market_value")
        return self._binned([100, 200, 300, 400], {one: n[0] / 1e8 for one, (_, n) in newest.items()})

    def _intensity(self) -> dict[str, tuple[int, float]]:
        newest = self._newest("research_spend", "revenue")
        return {one: (year, n[0] * 100 / n[1]) for one, (year, n) in newest.items()}

    def _figure_13(self) -> Rows:
        return self._binned(
            [2, 5, 10, 15, 20, 25, 30], {one: share for one, (_, share) in self._intensity().items()}
        )

    def _figure_14(self) -> Rows:
        newest = self._newest("research_staff", "staff")
        return self._binned([10, 20, 30, 40, 50], {one: n[0] * 100 / n[1] for one, (_, n) in newest.items()})

    def _table_2(self) -> Rows:
        order = sorted(self._intensity().items(), key=lambda one: -one[1][1])[:TOP]
        return {
            str(place): {"rank": place, "entity": one, "intensity": share, "year": year}
            for place, (one, (year, share)) in enumerate(order, 1)
        }

    # ── money and patents ─────────────────────────────────────────────────────────────────────────

    def _raised(self) -> dict[str, float]:
        """Sample node → what it raised, in 100 million yuan."""
        found: dict[str, float] = defaultdict(float)
        for one in self.world.rounds:
            told = re.fullmatch(r"(\d+)万人民币", one.amount)
            node = self._node(one.target)
            if told and node in self.sample and one.when.day.year <= self.last:
                found[node] += int(told[1]) / 1e4
        return found

    def _figure_7(self) -> Rows:
        return self._binned([1, 10], self._raised())

    def _figure_8(self) -> Rows:
        places, found = self._province(), defaultdict(list)
        for one, total in self._raised().items():
            if one in places:
                found[places[one]].append(total)
        return {
            code: {"companies": len(sums), "total": sum(sums), "mean": sum(sums) / len(sums)}
            for code, sums in found.items()
        }

    _figure_9 = _figure_8

    def _patents(self) -> dict[str, set[str]]:
        """Sample node → its patents."""
        found: dict[str, set[str]] = defaultdict(set)
        for one in self.world.patents:
            for name in one.applicants:
                if self._node(name) in self.sample and one.filed.year <= self.last:
                    found[self._node(name)].add(one.number)
        return found

    def _figure_15(self) -> Rows:
        return self._binned(
            [50, 100, 200, 1000], {one: len(numbers) for one, numbers in self._patents().items()}
        )

    def _figure_16(self) -> Rows:
        places = self._province()
        many = [one for one, numbers in self._patents().items() if len(numbers) > 100]
        return self._sized({one: places[one] for one in many if one in places})

    def _figure_17(self) -> Rows:
        layer, held = self._layer(), self._patents()
        codes = taxonomy("layers").codes
        by_layer = {
            code: [numbers for one, numbers in held.items() if layer.get(one) == code] for code in codes
        }
        counts = {code: len(set[str]().union(*sets)) for code, sets in by_layer.items()}
        whole = len(set[str]().union(*(numbers for sets in by_layer.values() for numbers in sets)))
        return {
            code: {
                "patents": counts[code],
                "companies": len(sets),
                "share": counts[code] * 100 / whole,
                "mean": counts[code] / len(sets) if sets else None,
            }
            for code, sets in by_layer.items()
        }
