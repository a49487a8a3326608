"""Checks that published numbers have to stand: sums, shares, ranks in order, no node twice, no non-investor.

They look at tables alone, so that printed numbers of any origin can be put through the same ones.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from analytics.exhibits import Table, Words

#: Words that stand where an investor should and name none.
NO_INVESTORS: Final = frozenset(
    {
        "在册股东", "原股东", "老股东", "现有股东", "创始团队", "管理团队", "管理层", "员工持股", "个人投资者",
        "自然人", "投资人", "投资方未知", "投资机构未知", "未披露", "未透露", "不公开", "不公开的投资者",
        "其他投资者", "公开发行", "战略投资者",
        "undisclosed", "undisclosed investors", "unknown", "existing shareholders", "angel investor", "public",
    }
)  # fmt: skip

#: Shares that are printed with two decimals may miss 100 by this much for each of them.
_ROUNDING: Final = 0.005


@dataclass(frozen=True, slots=True)
class Check:
    """One check of one table: `ok`, and where not, what was found."""

    table: str
    words: Words
    ok: bool
    found: str = ""


def check(table: Table) -> list[Check]:
    """All checks that the table has columns for."""
    done = []
    for words, applies, findings in _CHECKS:
        if applies(table):
            found = list(findings(table))
            done.append(Check(table.id, words, not found, "; ".join(found[:20])))
    return done


def check_all(tables: Iterable[Table]) -> list[Check]:
    """The checks of several tables, in order, then those of one beside another."""
    every = list(tables)
    return [*(one for table in every for one in check(table)), *check_across(every)]


def check_across(tables: Iterable[Table]) -> list[Check]:
    """The checks of one table beside another, as far as both are there."""
    known = {table.id: table for table in tables if len(table.frame)}
    done = []
    for words, wanted, findings in _ACROSS:
        if known.keys() >= set(wanted):
            found = list(findings(*(known[one] for one in wanted)))
            done.append(Check(wanted[-1], words, not found, "; ".join(found[:20])))
    return done


def _sample_size(structure: Table) -> int | None:
    """The number of sample companies that Table 1 gives."""
    for row, item in enumerate(structure.frame["item"]):
        if item == "sample_companies":
            value = structure.value(row, "count")
            return None if value is None else int(value)
    return None


def _sample_bound(structure: Table, networks: Table) -> Iterator[str]:
    size = _sample_size(structure)
    if size is not None and "sample_nodes" in networks.frame:
        for year, nodes in zip(networks.frame["year"], networks.frame["sample_nodes"], strict=True):
            if nodes > size:
                yield f"{year}: {nodes} > {size}"


def _investor_bound(structure: Table, investors: Table) -> Iterator[str]:
    size = _sample_size(structure)
    if size is not None:
        for row in range(len(investors.frame)):
            if (value := investors.value(row, investors.main)) is not None and value > size:
                yield f"{investors.row_path(row)}: {value} > {size}"


def _whole_and_parts(whole: Table, part: Table) -> Iterator[str]:
    """Pairs by place of the other side add up to those that Figure 23 has."""
    column = "input" if part.id == "figure_24" else "empowerment"
    stated = {year: whole.value(row, column) for row, year in enumerate(whole.frame["year"])}
    for row, year in enumerate(part.frame["year"]):
        if year in stated and part.value(row, "all") != stated[year]:
            yield f"{year}: {part.value(row, 'all')} ≠ {stated[year]}"


def _has(*columns: str) -> Callable[[Table], bool]:
    return lambda table: set(columns) <= set(table.frame.columns) and len(table.frame) > 0


def _layer_sum(table: Table) -> Iterator[str]:
    """The layers of the sample, and the companies without one, add up to it."""
    counts = {str(item): table.value(row, "count") for row, item in enumerate(table.frame["item"])}
    layers = ("foundation_layer", "technology_layer", "application_layer", "no_layer")
    values = [counts[layer] for layer in layers if layer in counts]
    total = counts.get("sample_companies")
    if total is not None and None not in values and sum(values) != total:
        yield f"{' + '.join(str(value) for value in values)} = {sum(values)} ≠ {total}"


def _node_sum(table: Table) -> Iterator[str]:
    for row in table.frame.to_dict("records"):
        both = row["sample_nodes"] + row["relation_nodes"]
        if both != row["nodes"]:
            yield f"{row['year']}: {row['sample_nodes']} + {row['relation_nodes']} = {both} ≠ {row['nodes']}"


def _mean_degree(table: Table) -> Iterator[str]:
    for row in table.frame.to_dict("records"):
        stated, nodes = row["average_degree"], row["nodes"]
        # Three decimals are printed; a value in full is met in full.
        if nodes and not math.isnan(stated) and abs(row["edges"] / nodes - stated) > 0.00051:
            yield f"{row['year']}: {row['edges']} / {nodes} = {row['edges'] / nodes:.3f} ≠ {stated:.3f}"


def _bounds(table: Table) -> Iterator[str]:
    limits = {"modularity": (-0.5, 1), "average_clustering": (0, 1), "average_path_length": (1, math.inf)}
    for row in table.frame.to_dict("records"):
        for column, (low, high) in limits.items():
            if column in row and not math.isnan(row[column]) and not low <= row[column] <= high:
                yield f"{row['year']} {column}: {row[column]}"
        if "diameter" in row and row["diameter"] < row.get("average_path_length", 0):
            yield f"{row['year']}: diameter {row['diameter']} < average path length"


def _growing(table: Table) -> Iterator[str]:
    for column in ("nodes", "edges", "relations", "input", "empowerment"):
        if column in table.frame:
            values = [table.value(row, column) for row in range(len(table.frame))]
            listed = [
                (year, value)
                for year, value in zip(table.frame["year"], values, strict=True)
                if value is not None
            ]
            for (_, before), (year, value) in itertools.pairwise(listed):
                if value < before:
                    yield f"{column} {year}: {value} < {before}"


def _order(table: Table) -> Iterator[str]:
    for part, rows in table.parts():
        found = table.frame.iloc[rows]
        listed = list(zip(found["name"], found[table.main], strict=True))
        for (above, more), (below, less) in itertools.pairwise(listed):
            if less > more:
                yield f"{part}: {above} ({more}) < {below} ({less})"


def _ranks(table: Table) -> Iterator[str]:
    value = table.main
    for part, rows in table.parts():
        found = table.frame.iloc[rows]
        due = found[value].rank(method="min", ascending=False).astype(int)
        for name, rank, right in zip(found["name"], found["rank"], due, strict=True):
            if rank != right:
                yield f"{part} {name}: {rank} ≠ {right}"


def _twice(table: Table) -> Iterator[str]:
    for part, rows in table.parts():
        seen: dict[str, list[str]] = {}
        found = table.frame.iloc[rows]
        for entity, name in zip(found["entity"], found["name"], strict=True):
            seen.setdefault(str(entity), []).append(str(name))
        yield from (f"{part}: {' = '.join(names)}" for names in seen.values() if len(names) > 1)


def _namesakes(table: Table) -> Iterator[str]:
    """Two entities with one name look like one that stands twice; either they are one, or a name is wanting."""
    for part, rows in table.parts():
        seen: dict[str, set[str]] = {}
        found = table.frame.iloc[rows]
        for entity, name in zip(found["entity"], found["name"], strict=True):
            seen.setdefault(str(name), set()).add(str(entity))
        yield from (
            f"{part}: {name} ({', '.join(sorted(those))})" for name, those in seen.items() if len(those) > 1
        )


def _no_investor(table: Table) -> Iterator[str]:
    for part, name in zip(table.frame["group"], table.frame["name"], strict=True):
        if str(name).strip().casefold() in NO_INVESTORS:
            yield f"{part}: {name}"


def _share_columns(table: Table) -> list[str]:
    """Columns of shares; growth is written in percent, too, but is a share of nothing."""
    return [one.name for one in table.columns if one.kind == "share" and "growth" not in one.name]


def _is_whole(table: Table) -> bool:
    return table.whole and len(table.frame) > 0


def _share_sum(table: Table) -> Iterator[str]:
    columns = _share_columns(table)
    for row in range(len(table.frame)):
        values = [float(table.frame[name].iloc[row]) for name in columns]
        # Where nothing is shared, as in a year without relations, no share is stated.
        if not all(math.isnan(value) for value in values):
            total = math.fsum(value for value in values if not math.isnan(value))
            if abs(total - 100) > _ROUNDING * len(values) + 1e-9:
                yield f"{table.row_path(row)}: {total:.2f}"


def _share_bounds(table: Table) -> Iterator[str]:
    for column in _share_columns(table):
        for row in range(len(table.frame)):
            value = float(table.frame[column].iloc[row])
            if not math.isnan(value) and not 0 <= value <= 100 + 1e-9:
                yield f"{table.row_path(row)}/{column}: {value}"


_Finder = Callable[[Table], Iterator[str]]

#: Words, the tables that stand beside each other (a finding is told of the last), what is found.
_ACROSS: Final[tuple[tuple[Words, tuple[str, str], Callable[[Table, Table], Iterator[str]]], ...]] = (
    (
        Words("样本节点不多于样本企业", "no more sample nodes than sample companies"),
        ("table_1", "table_3"),
        _sample_bound,
    ),
    (
        Words("投资的样本企业不多于样本企业", "no investor in more companies than the sample has"),
        ("table_1", "table_7"),
        _investor_bound,
    ),
    (
        Words("与图23的技术输入一致", "the input is that of Figure 23"),
        ("figure_23", "figure_24"),
        _whole_and_parts,
    ),
    (
        Words("与图23的技术赋能一致", "the empowerment is that of Figure 23"),
        ("figure_23", "figure_25"),
        _whole_and_parts,
    ),
)

_CHECKS: Final[tuple[tuple[Words, Callable[[Table], bool], _Finder], ...]] = (
    (
        Words("各层次企业数之和等于样本企业数", "the layers add up to the sample"),
        _has("item", "count"),
        _layer_sum,
    ),
    (
        Words("样本节点与关系节点之和等于节点总数", "sample nodes and relation nodes add up"),
        _has("sample_nodes", "relation_nodes", "nodes"),
        _node_sum,
    ),
    (
        Words("平均度等于边数除以节点数", "average degree is edges by nodes"),
        _has("average_degree", "edges", "nodes"),
        _mean_degree,
    ),
    (Words("指标在其取值范围内", "measures lie within their bounds"), _has("year", "modularity"), _bounds),
    (
        Words("累积数逐年不减", "cumulative counts do not fall"),
        lambda table: table.keys == ("year",) and len(table.frame) > 0,
        _growing,
    ),
    (Words("名次按数值排列", "rows stand in the order of their values"), _has("place", "name"), _order),
    (Words("并列者名次相同", "equal values have equal ranks"), _has("place", "rank", "name"), _ranks),
    (Words("同一节点不重复出现", "no node stands twice"), _has("place", "entity"), _twice),
    (
        Words("不同节点不同名", "no two nodes bear one name"),
        _has("place", "entity"),
        _namesakes,
    ),
    (
        Words("投资者中没有非投资者", "no non-investor among the investors"),
        lambda table: table.id == "table_7" and len(table.frame) > 0,
        _no_investor,
    ),
    (
        Words("占比合计为100%", "shares add up to 100 %"),
        lambda table: table.whole and len(table.frame) > 0,
        _share_sum,
    ),
    (
        Words("占比在0到100之间", "shares lie between 0 and 100"),
        lambda table: bool(_share_columns(table)) and len(table.frame) > 0,
        _share_bounds,
    ),
)
