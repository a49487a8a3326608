"""The tables and figures of an edition, counted plainly from a made world and not from a store: what `analytics`
must find where every name is resolved rightly. Slow on purpose, and it borrows nothing from `analytics`.

`Reference(world, 2021)[id]` is: name of a row → column → value; organisations go by the ids of the world.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

from crawlers.sample_web.model import Organisation, World
from pipelines.reading.categories import industry_of
from pipelines.taxonomy import taxonomy

Rows = dict[str, dict[str, Any]]
Pair = tuple[str, str]
Edge = tuple[str, str, str, dt.date]

_TERMS = {
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
_GROUPS = {
    "company": "company", "university": "knowledge", "research institute": "knowledge", "investor": "investor",
    "government": "government", "alliance": "government", "park": "government",
}  # fmt: skip
_TOP, _SPAN = 20, 8


class Reference:
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

    def __getitem__(self, identity: str) -> Rows:
        number = int(identity.rpartition("_")[2])
        for field, (listed, first, names) in _TERMS.items():
            if identity.startswith("figure") and first <= number < first + len(names):
                return self._term(field, listed, names[number - first])
        found: Callable[[], Rows] = getattr(self, f"_{identity}")
        return found()

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
        order = sorted(self._intensity().items(), key=lambda one: -one[1][1])[:_TOP]
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

    # ── networks ──────────────────────────────────────────────────────────────────────────────────

    def _table_1(self) -> Rows:
        layer = self._layer()
        codes = taxonomy("layers").codes
        of_kind = Counter(
            one.kind for one in self.world.organisations.values() if self.heads[one.id] == one.id
        )
        people = len({one.person for one in self.world.people})
        investors = {self._node(name) for one in self.world.rounds for name in one.investors}
        counts = {
            "foundation_layer": sum(layer.get(one) == codes[0] for one in self.sample),
            "technology_layer": sum(layer.get(one) == codes[1] for one in self.sample),
            "application_layer": sum(layer.get(one) == codes[2] for one in self.sample),
            "sample_companies": len(self.sample),
            "companies": of_kind["company"],
            "universities": of_kind["university"],
            "research_institutes": of_kind["research institute"],
            "industry_alliances": of_kind["alliance"],
            "industrial_parks": of_kind["park"],
            "governments": of_kind["government"],
            "investors": len(investors),
            "core_people": people,
            "policies": 0,
        }
        drawn = ("foundation_layer", "technology_layer", "application_layer", "sample_companies")
        return {item: {"count": count if count or item in drawn else None} for item, count in counts.items()}

    def _table_3(self) -> Rows:
        found = {}
        for year in self.years:
            edges = {one[:3] for one in self._until(year)}
            pairs = {(s, t) for s, t, _ in edges}
            nodes = {one for pair in pairs for one in pair}
            lengths = _lengths(pairs)
            found[str(year)] = {
                "sample_nodes": len(nodes & self.sample),
                "relation_nodes": len(nodes - self.sample),
                "nodes": len(nodes),
                "edges": len(edges),
                "average_degree": len(edges) / len(nodes) if nodes else None,
                "average_weighted_degree": len(edges) / len(nodes) if nodes else None,
                "diameter": max(lengths, default=None),
                "average_clustering": _clustering(nodes, pairs) if nodes else None,
                "average_path_length": sum(d * n for d, n in lengths.items()) / sum(lengths.values())
                if lengths
                else None,
            }
        return found

    def _degrees(self, year: int, dimension: str = "") -> Counter[str]:
        edges = {one[:3] for one in self._until(year, dimension)}
        return Counter(end for s, t, _ in edges for end in (s, t))

    def _ranking(self, values: dict[str, int]) -> list[dict[str, Any]]:
        order = sorted(values, key=lambda one: (-values[one], self.shown[one]))[:_TOP]
        return [
            {
                "rank": 1 + sum(other > values[one] for other in values.values()),
                "entity": one,
                "value": values[one],
            }
            for one in order
        ]

    def _joined(self, parts: dict[str, dict[str, int]], column: str) -> Rows:
        return {
            f"{name}/{place}": {"rank": row["rank"], "entity": row["entity"], column: row["value"]}
            for name, values in parts.items()
            for place, row in enumerate(self._ranking(values), 1)
        }

    def _table_4(self, *, inside: bool = True) -> Rows:
        years = (self.last - 6, self.last - 4, self.last - 2, self.last)
        parts = {}
        for year in years:
            degrees = self._degrees(year, "technology")
            parts[str(year)] = {one: n for one, n in degrees.items() if (one in self.sample) == inside}
        return self._joined(parts, "degree")

    def _table_5(self) -> Rows:
        return self._table_4(inside=False)

    def _abroad(self, one: str) -> bool:
        return self.world.organisations[one].country not in ("CN", "HK", "MO", "TW")

    def _table_6(self) -> Rows:
        companies, persons = defaultdict(set), defaultdict(set)
        for s, t, day, kind, person in self._origins():
            if t in self.sample and day.year <= self.last:
                group = f"{kind}_{'foreign' if self._abroad(s) else 'domestic'}"
                companies[group, s].add(t)
                persons[group, s].add(person)
        groups = [f"{kind}_{where}" for kind in ("education", "work") for where in ("domestic", "foreign")]
        parts = {
            group: {one: len(found) for (name, one), found in companies.items() if name == group}
            for group in groups
        }
        rows = self._joined(parts, "degree")
        for name, row in rows.items():
            row["people"] = len(persons[name.partition("/")[0], row["entity"]])
        return rows

    def _table_7(self) -> Rows:
        companies = defaultdict(set)
        for s, t, _, _ in self._until(self.last, "investment"):
            if t in self.sample:
                companies[s].add(t)
        parts: dict[str, dict[str, int]] = {"institutional": {}, "non_institutional": {}}
        for one, targets in companies.items():
            by_trade = self.world.organisations[one].kind == "investor"
            parts["institutional" if by_trade else "non_institutional"][one] = len(targets)
        return self._joined(parts, "companies")

    def _network(self, year: int) -> Rows:
        nodes = {end for s, t, *_ in self._until(year) for end in (s, t)}
        names = ("sample", "company", "knowledge", "investor", "government", "other")
        of = {
            one: "sample" if one in self.sample else _GROUPS.get(self.world.organisations[one].kind, "other")
            for one in nodes
        }
        rows = self._shares(names, of)
        return {name: {"nodes": row["count"], "share": row["share"]} for name, row in rows.items()}

    def _figure_18(self) -> Rows:
        return self._network(2014)

    def _figure_19(self) -> Rows:
        return self._network(2017)

    def _figure_20(self) -> Rows:
        return self._network(2019)

    def _figure_21(self) -> Rows:
        return self._network(2021)

    def _figure_22(self) -> Rows:
        degrees = self._degrees(self.last).values()
        counts, whole = Counter(degrees), len(degrees)
        return {
            str(degree): {
                "nodes": count,
                "share": count * 100 / whole,
                "at_least": sum(n for other, n in counts.items() if other >= degree) * 100 / whole,
            }
            for degree, count in counts.items()
        }

    # ── technology relations ──────────────────────────────────────────────────────────────────────

    def _pairs(self, year: int) -> set[Pair]:
        return {(s, t) for s, t, day, *_ in self.technology if day.year <= year}

    def _figure_23(self) -> Rows:
        return {
            str(year): {
                "input": sum(t in self.sample for _, t in self._pairs(year)),
                "empowerment": sum(s in self.sample for s, _ in self._pairs(year)),
            }
            for year in self.years
        }

    def _by_place(self, mine: int) -> Rows:
        rows = {}
        for year in self.years:
            others = [pair[1 - mine] for pair in self._pairs(year) if pair[mine] in self.sample]
            abroad = sum(map(self._abroad, others))
            rows[str(year)] = {
                "all": len(others), "domestic": len(others) - abroad, "foreign": abroad, "unknown": 0,
            }  # fmt: skip
        return rows

    def _figure_24(self) -> Rows:
        return self._by_place(1)

    def _figure_25(self) -> Rows:
        return self._by_place(0)

    def _figure_26(self) -> Rows:
        rows = {}
        for kind in ("education", "work"):
            pairs = {
                (s, t)
                for s, t, day, told, _ in self._origins()
                if told == kind and t in self.sample and day.year <= self.last
            }
            abroad = sum(self._abroad(s) for s, _ in pairs)
            rows[kind] = {
                "relations": len(pairs),
                "unknown": 0,
                "domestic": (len(pairs) - abroad) * 100 / len(pairs),
                "foreign": abroad * 100 / len(pairs),
            }
        return rows

    def _labelled(self, field: str, listed: str, year: int) -> set[tuple[str, str, str]]:
        terms = taxonomy(listed)
        return {
            (s, t, term.code)
            for s, t, day, technologies, areas in self.technology
            if day.year <= year
            for word in (technologies if field == "technologies" else areas)
            if (term := terms.find(word))
        }

    def _labels(self, field: str) -> Rows:
        listed, rows = _TERMS[field][0], {}
        for year in self.years:
            labelled = self._labelled(field, listed, year)
            counts = Counter(code for *_, code in labelled)
            known = {(s, t) for s, t, _ in labelled}
            rows[str(year)] = {"relations": len(known), "unlabelled": len(self._pairs(year) - known)} | {
                code: counts[code] * 100 / len(labelled) if labelled else None
                for code in taxonomy(listed).codes
            }
        return rows

    def _figure_27(self) -> Rows:
        return self._labels("technologies")

    def _figure_40(self) -> Rows:
        return self._labels("applications")

    def _term(self, field: str, listed: str, name: str) -> Rows:
        code, rows = taxonomy(listed)[name].code, {}
        for year in self.years:
            labelled = self._labelled(field, listed, year)
            count = sum(one[2] == code for one in labelled)
            rows[str(year)] = {
                "relations": count, "share": count * 100 / len(labelled) if labelled else None,
            }  # fmt: skip
        return rows

    # ── industries of partners ────────────────────────────────────────────────────────────────────

    def _industry(self, one: str) -> str | None:
        """The code that name, kind and tags tell, as the store would be told."""
        organisation = self.world.organisations[one]
        told = industry_of(self.shown[one], organisation.kind, organisation.industry)
        return told.code if told is not None and told.confidence >= 0.5 else None

    def _parted(self, groups: list[str] | None, group: Callable[[str, str], str | bool | None]) -> Rows:
        """By year, shares of the pairs by what `group` says of their ends: a group, None (not known), or False (not
        looked at). groups: all that are listed; those that there are where None."""
        told = {pair: group(*pair) for pair in self._pairs(self.last)}
        listed = groups or sorted({one for one in told.values() if isinstance(one, str)})
        rows = {}
        for year in self.years:
            here = [told[pair] for pair in self._pairs(year)]
            counts = Counter(one for one in here if isinstance(one, str))
            whole = sum(counts.values())
            rows[str(year)] = {"relations": whole, "unknown": here.count(None)} | {
                one: counts[one] * 100 / whole if whole else None for one in listed
            }
        return rows

    def _figure_60(self) -> Rows:
        return self._parted(
            ["core", "integration"],
            lambda s, t: "core" if s in self.sample and t in self.sample else "integration",
        )

    def _other(self, s: str, t: str) -> str | None:
        """The side outside the sample, if there is one."""
        return None if s in self.sample and t in self.sample else t if s in self.sample else s

    def _of_other(self, wanted: Callable[[str, str, str | None], str | bool | None]) -> Any:
        """`wanted` is asked for sector, section and division (None: not known) of the other side."""
        terms = taxonomy("industries")
        kept: dict[str, str | None] = {}

        def group(s: str, t: str) -> str | bool | None:
            other = self._other(s, t)
            if other is None:
                return False
            if other not in kept:
                kept[other] = self._industry(other)
            code = kept[other]
            if code is None:
                return wanted("", "", None)
            term = terms[code]
            return wanted(str(term.attributes["sector"]), term.parent or code, code if term.parent else None)

        return group

    def _figure_61(self) -> Rows:
        return self._parted(
            ["primary", "secondary", "tertiary"], self._of_other(lambda sector, _s, _d: sector or None)
        )

    def _figure_62(self) -> Rows:
        sections = [
            term.code
            for term in taxonomy("industries")
            if term.parent is None and term.attributes["sector"] == "secondary"
        ]
        return self._parted(
            sections, self._of_other(lambda sector, section, _: section if sector == "secondary" else False)
        )

    def _figure_63(self) -> Rows:
        return self._parted(
            None, self._of_other(lambda _, section, division: division if section == "C" else False)
        )

    def _figure_64(self) -> Rows:
        return self._parted(
            None, self._of_other(lambda sector, section, _: section if sector == "tertiary" else False)
        )


def _neighbours(pairs: Iterable[Pair]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for s, t in pairs:
        found[s].add(t)
    return found


def _lengths(pairs: set[Pair]) -> Counter[int]:
    """Distance along the edges' directions → ordered pairs of different nodes that are so far apart."""
    leads, found = _neighbours(pairs), Counter[int]()
    for start in list(leads):
        distance, waiting = {start: 0}, deque([start])
        while waiting:
            here = waiting.popleft()
            for one in leads.get(here, ()):
                if one not in distance:
                    distance[one] = distance[here] + 1
                    found[distance[one]] += 1
                    waiting.append(one)
    return found


def _clustering(nodes: set[str], pairs: set[Pair]) -> float:
    """Of each node the directed edges among its neighbours by k(k-1), 0 for fewer than two; the mean of all."""
    near = _neighbours([*pairs, *((t, s) for s, t in pairs)])
    total = 0.0
    for one in nodes:
        others = near[one]
        if len(others) > 1:
            among = sum((a, b) in pairs for a in others for b in others if a != b)
            total += among / (len(others) * (len(others) - 1))
    return total / len(nodes)
