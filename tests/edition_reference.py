"""The tables and figures of an edition, counted plainly from a made world and not from a store: what `analytics`
must find where every name is resolved rightly. Slow on purpose, and it borrows nothing from `analytics`.

`Reference(world, 2021)[id]` is: name of a row → column → value; organisations go by the ids of the world.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable
from typing import Any

from pipelines.reading.categories import industry_of
from pipelines.taxonomy import taxonomy
from tests.edition_sample import TERMS, TOP, Pair, Rows, SampleReference

_GROUPS = {
    "company": "company", "university": "knowledge", "research institute": "knowledge", "investor": "investor",
    "government": "government", "alliance": "government", "park": "government",
}  # fmt: skip


class Reference(SampleReference):
    """`shown`: organisation → the name that the store shows of it; ties stand in the order of names."""

    def __getitem__(self, identity: str) -> Rows:
        number = int(identity.rpartition("_")[2])
        for field, (listed, first, names) in TERMS.items():
            if identity.startswith("figure") and first <= number < first + len(names):
                return self._term(field, listed, names[number - first])
        found: Callable[[], Rows] = getattr(self, f"_{identity}")
        return found()

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
        order = sorted(values, key=lambda one: (-values[one], self.shown[one]))[:TOP]
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
        listed, rows = TERMS[field][0], {}
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
