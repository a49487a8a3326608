"""Matching of names against its peers, in one run on one split: `python -m tests.benchmarks.bench_matching`.

Linking: aliases of organisations that nothing was trained on, against all canonical names. Grouping: all names of
those organisations mixed; a peer's threshold is the best one on the calibration part. Times are of this run alone.
"""

from __future__ import annotations

import argparse
import gzip
import resource
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt
import scipy.sparse
from rich.console import Console
from rich.table import Table

from entity_resolution.matching import grouping, linking
from entity_resolution.matching.candidates import Index, Pairs
from entity_resolution.matching.comparing import Compared, compare
from entity_resolution.matching.gold import Alias, bearers, canonicals, key_of, read_gold
from entity_resolution.matching.model import Scorer
from entity_resolution.matching.name import Name
from entity_resolution.names import exact_key
from tests.benchmarks.name_peers import Alike, ways
from tests.shared import SHARED

Result = TypeVar("Result")

_GOLD: Final = ("names", "alias_gold_dev.csv")
_BRANDS: Final = ("names", "company_short_forms.txt.gz")
_SHARING: Final = ("substring", "subsequence", "partial")
_PLACES: Final = [
    "北京",
    "上海",
    "深圳市",
    "广州",
    "杭州",
    "南京",
    "苏州",
    "武汉",
    "成都市",
    "西安",
    "天津",
    "重庆市",
    "青岛",
    "宁波",
    "厦门",
    "合肥",
]
_TRADES: Final = [
    "科技",
    "网络科技",
    "信息技术",
    "电子商务",
    "投资管理",
    "文化传媒",
    "生物科技",
    "智能科技",
    "软件",
    "贸易",
    "新能源",
    "医疗",
]
_FORMS: Final = ("有限公司", "股份有限公司", "有限责任公司", "集团有限公司")


def main() -> None:
    """Run all on the labelled names beside the project; where they are not, say so and end well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queries", type=int, default=2000, help="aliases to link (all peers take the same)")
    parser.add_argument("--names", type=int, default=3000, help="names to group (all peers take the same)")
    parser.add_argument("--largest", type=int, default=500_000, help="names of the largest index")
    wanted = parser.parse_args()
    console = Console()
    path = SHARED.joinpath(*_GOLD)
    if not path.exists():
        console.print(f"Skipped: the labelled names are not here: {path} (set VALUENET_SHARED)")
        return
    warnings.simplefilter("ignore")  # the peers' own
    rows = read_gold([path])
    console.print(link_all(rows, wanted.queries))
    console.print(group_all(rows, wanted.names))
    console.print(grow(rows, SHARED.joinpath(*_BRANDS), wanted.largest))


def link_all(rows: Sequence[Alias], count: int) -> Table:
    """Top-1 and top-5 over the classes that share letters, and top-1 of English names."""
    canon = canonicals(rows)
    known, owner = list(canon.values()), list(canon)
    asked = [row for row in rows if row.part == "test" and row.difficulty in (*_SHARING, "en")]
    asked = [asked[at] for at in np.random.default_rng(0).permutation(len(asked))[:count]]
    queries = [row.alias for row in asked]
    table = Table(
        "way", *("top-1", "top-5", "en top-1"), "s", "times ours", title=f"Linking {len(asked):,} aliases"
    )

    def line(name: str, ranked: dict[int, list[int]], seconds: float, ours: float) -> None:
        right = [[owner[at] for at in ranked.get(one, [])] for one in range(len(asked))]
        sharing = [at for at, row in enumerate(asked) if row.difficulty != "en"]
        english = [at for at, row in enumerate(asked) if row.difficulty == "en"]
        first = share([asked[at].entity in right[at][:1] for at in sharing])
        five = share([asked[at].entity in right[at][:5] for at in sharing])
        latin = share([asked[at].entity in right[at][:1] for at in english])
        table.add_row(name, first, five, latin, f"{seconds:.1f}", f"{seconds / ours:.1f}")

    scorer = Scorer.load()
    start = time.perf_counter()
    index = Index(known)
    names = [Name(entity, name) for entity, name in canon.items()]
    found = linking.link(
        [Name(str(at), name) for at, name in enumerate(queries)], names, index=index, scorer=scorer
    )
    ranked: dict[int, list[int]] = defaultdict(list)
    for one in found:
        ranked[one.query].append(one.known)
    ours = time.perf_counter() - start
    line("valuenet", ranked, ours, ours)
    for name, way in ways():
        if isinstance(way, str):
            table.add_row(name, way)
            continue
        alike, seconds = timed(way, queries, known)
        line(name, best_of(alike), seconds, ours)
    return table


def group_all(rows: Sequence[Alias], count: int) -> Table:
    """Pairwise precision, recall and F1 over the test part."""
    table = Table("way", "P", "R", "F1", "s", "threshold", title="Grouping the names of the test part")
    names, whose = mixed(rows, "test", count)
    start = time.perf_counter()
    groups = grouping.group([Name(str(at), name) for at, name in enumerate(names)])
    seconds = time.perf_counter() - start
    table.add_row("valuenet", *figures(groups.cluster, whose), f"{seconds:.1f}", "fixed beforehand")
    others, owners = mixed(rows, "calibrate", count)
    for name, way in ways():
        if isinstance(way, str):
            table.add_row(name, way)
            continue
        trial = way(others, others)
        cuts = np.unique(np.quantile(trial.score, np.linspace(0, 1, 60)))
        cut = max(cuts.tolist(), key=lambda at: f1(components(trial, at, len(others)), owners))
        alike, seconds = timed(way, names, names)
        found = components(alike, cut, len(names))
        table.add_row(name, *figures(found, whose), f"{seconds:.1f}", f"{cut:.3g}")
    return table


def grow(rows: Sequence[Alias], brands: Path, largest: int) -> Table:
    """Up to 500,000 names clustered, step by step: the gold ones, real brands, and made full names. Seconds are by
    the clock / of all processors together: the second ones mean something on a busy machine, too."""
    table = Table(
        *("names", "index", "itself", "pairs a name", "1,000 new", "found", "scores", "pairs/s", "decided"),
        *("whole", "processor, millionths a name", "GB at most"),
        title="Growth (found: share of labelled pairs sharing letters among the candidates)",
    )
    scorer = Scorer.load()
    for size in [size for size in (100_000, 200_000, 500_000) if size <= largest]:
        names = crowd(rows, brands, size)
        given = [Name(str(at), name) for at, name in enumerate(names)]
        index, building = spent(Index, names)
        pairs, joining = spent(index.itself)
        _, searching = spent(index.search, [f"{name}科技" for name in names[-1000:]])
        compared, scoring = spent(compare, given, pairs, scorer)
        _, deciding = spent(decided, given, pairs, compared, scorer)
        whole = [sum(column) for column in zip(building, joining, scoring, deciding, strict=True)]
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        table.add_row(
            *(f"{size:,}", clocks(building), clocks(joining), f"{len(pairs) / size:.1f}", clocks(searching)),
            completeness(rows, names, pairs),
            *(clocks(scoring), " / ".join(f"{len(pairs) / one:,.0f}" for one in scoring), clocks(deciding)),
            *(clocks(whole), f"{whole[1] / size * 1e6:.0f}", f"{memory:.2f}"),
        )
    return table


def decided(names: Sequence[Name], pairs: Pairs, compared: Compared, scorer: Scorer) -> grouping.Groups:
    """The groups of names whose pairs were compared."""
    keys = [exact_key(one.name, one.kind) for one in names]
    owners = linking.numbered([key or f"\0{at}" for at, key in enumerate(keys)])
    chance = grouping.beside_rivals(compared, pairs, owners, scorer)
    likely = Pairs(pairs.left[compared.at], pairs.right[compared.at])
    return grouping.join(names, keys, likely, chance, scorer.grouping)


def spent(call: Callable[..., Result], *given: object) -> tuple[Result, tuple[float, float]]:
    """What a call gives, with its seconds by the clock and of all processors."""
    wall, processor = time.perf_counter(), time.process_time()
    result = call(*given)
    return result, (time.perf_counter() - wall, time.process_time() - processor)


def clocks(seconds: Sequence[float]) -> str:
    return " / ".join(f"{one:.1f}" for one in seconds)


def crowd(rows: Sequence[Alias], brands: Path, size: int) -> list[str]:
    """The labelled names among others, up to `size`: brands up to three fifths, then full names made of them."""
    names = dict.fromkeys(name for row in rows for name in (row.canonical, row.alias))
    rng = np.random.default_rng(7)
    known = gzip.decompress(brands.read_bytes()).decode().split() if brands.exists() else ["示例"]
    for at in rng.permutation(len(known)).tolist():
        if len(names) >= size * 3 // 5:
            break
        names[known[at]] = None
    while len(names) < size:
        some = (_PLACES, known, _TRADES, _FORMS)
        names["".join(part[rng.integers(len(part))] for part in some)] = None
    return list(names)[:size]


def completeness(rows: Sequence[Alias], names: Sequence[str], pairs: Pairs) -> str:
    place = {name: at for at, name in enumerate(names)}
    have = (pairs.left.astype(np.int64) << 32) | pairs.right
    wanted = []
    for row in rows:
        one, other = sorted((place[row.canonical], place[row.alias]))
        if row.difficulty in _SHARING and one != other:
            wanted.append((one << 32) | other)
    return share(np.isin(np.array(wanted, np.int64), have).tolist())


def mixed(rows: Sequence[Alias], part: str, count: int) -> tuple[list[str], list[str]]:
    """Up to so many names of a part and whose they are, without English ones and those of several bearers."""
    who = bearers(rows)
    whose = {
        name: row.entity
        for row in rows
        if row.part == part and row.difficulty != "en"
        for name in (row.canonical, row.alias)
        if len(who[key_of(name)]) == 1
    }
    return list(whose)[:count], list(whose.values())[:count]


def components(alike: Alike, cut: float, count: int) -> npt.NDArray[np.int32]:
    kept = (alike.score >= cut) & (alike.left != alike.right)
    graph = scipy.sparse.csr_array(
        (np.ones(int(kept.sum()), bool), (alike.left[kept], alike.right[kept])), (count, count)
    )
    found: npt.NDArray[np.int32] = scipy.sparse.csgraph.connected_components(graph, directed=False)[1]
    return found


def counts(cluster: npt.NDArray[np.int32], whose: Sequence[str]) -> tuple[int, int, int]:
    """Pairs that are joined and right, joined, right."""

    def pairs(sizes: Counter[tuple[object, ...]]) -> int:
        return sum(size * (size - 1) // 2 for size in sizes.values())

    groups = cluster.tolist()
    both = pairs(Counter(zip(groups, whose, strict=True)))
    return both, pairs(Counter((one,) for one in groups)), pairs(Counter((one,) for one in whose))


def f1(cluster: npt.NDArray[np.int32], whose: Sequence[str]) -> float:
    both, joined, right = counts(cluster, whose)
    return 2 * both / max(joined + right, 1)


def figures(cluster: npt.NDArray[np.int32], whose: Sequence[str]) -> tuple[str, str, str]:
    both, joined, right = counts(cluster, whose)
    return f"{both / max(joined, 1):.3f}", f"{both / max(right, 1):.3f}", f"{f1(cluster, whose):.3f}"


def best_of(alike: Alike, top: int = 5) -> dict[int, list[int]]:
    order = np.lexsort((alike.right, -alike.score, alike.left))
    ranked: dict[int, list[int]] = defaultdict(list)
    for left, right in zip(alike.left[order].tolist(), alike.right[order].tolist(), strict=True):
        if len(ranked[left]) < top:
            ranked[left].append(right)
    return ranked


def share(right: Sequence[bool]) -> str:
    return f"{np.mean(right):.3f}" if len(right) else "-"


def timed(call: Callable[..., Result], *given: object) -> tuple[Result, float]:
    start = time.perf_counter()
    result = call(*given)
    return result, time.perf_counter() - start


if __name__ == "__main__":
    main()
