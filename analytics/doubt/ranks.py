"""Supplement 6: how the places of Tables 4 to 7 move over what is undecided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from analytics.basis import Basis
from analytics.doubt.circles import Circles
from analytics.doubt.counting import Counter, Ranking
from analytics.doubt.ground import Ground, ground
from analytics.doubt.simulation import DRAWS, Simulation, interval, simulate
from analytics.exhibits import Column, Table, Words
from analytics.simple_graph import Ints
from analytics.table_investors import investors_table
from analytics.table_nodes import relation_nodes_table, sample_nodes_table
from analytics.table_people import people_table

TITLE: Final = Words("排名的不确定性", "How sure the rankings are")

#: Table → how it is computed, the column that names its rankings, and that of its values.
_TABLES: Final = {
    "table_4": (sample_nodes_table, "year", "degree"),
    "table_5": (relation_nodes_table, "year", "degree"),
    "table_6": (people_table, "group", "degree"),
    "table_7": (investors_table, "group", "companies"),
}
#: Entities that are among the first in so many draws are told of.
OFTEN: Final = 0.1

_COLUMNS: Final = (
    Column("ranking", Words("排名表", "Ranking"), "key"),
    Column("entity", Words("标识", "Id"), "key", shown=False),
    Column("rank", Words("名次", "Rank"), "count"),
    Column("name", Words("名称", "Name"), "entity", english="name_en"),
    Column("rank_range", Words("名次区间（90%）", "Ranks (90 %)"), "text"),
    Column("rank_median", Words("名次中位数", "Median rank"), "count"),
    Column("stays", Words("入榜概率", "Chance to be listed"), "share", Words("%", "%"), 0),
    Column("value", Words("数值", "Value"), "count"),
    Column("value_range", Words("数值区间（90%）", "Values (90 %)"), "text"),
    Column("identity_range", Words("仅主体判定：名次区间", "Ranks, identities alone"), "text"),
)


@dataclass(frozen=True, eq=False)
class Doubts:
    """The draws over a basis: of identities and readings, and of identities alone. tables: the published ones by
    their id; parts: ranking → rows of its table."""

    ground: Ground
    both: Simulation
    who: Simulation
    tables: Mapping[str, Table]
    parts: Mapping[Ranking, Ints]


def doubts(engine: Engine, basis: Basis, draws: int = DRAWS) -> Doubts:
    """The draws of a basis, made once."""
    return basis.once(f"doubts over {draws} draws", lambda it: _drawn(engine, it, draws))


def _drawn(engine: Engine, basis: Basis, draws: int) -> Doubts:
    base = ground(engine, basis)
    counter, circles = Counter(base), Circles(base.undecided)
    tables = {one: make(basis) for one, (make, _, _) in _TABLES.items()}
    parts: dict[Ranking, Ints] = {}
    rows: dict[Ranking, list[int]] = {}
    for one, found in tables.items():
        names = found.frame[_TABLES[one][1]].astype(str) if len(found.frame) else pd.Series(dtype=str)
        for part in names.unique():
            parts[one, part] = np.flatnonzero(names == part)
            entities = found.frame["entity"].iloc[parts[one, part]]
            rows[one, part] = [base.at[entity] for entity in entities]
    both, who = (
        simulate(base, counter, circles, rows, top=basis.top, readings=readings, draws=draws)
        for readings in (True, False)
    )
    return Doubts(base, both, who, tables, parts)


def rank_intervals(engine: Engine, basis: Basis, draws: int = DRAWS) -> dict[str, pd.DataFrame]:
    """Table id (`table_4` to `table_7`) → a row for each row of that table, in its order: its key columns (`year`
    or `group`, and `place`), `entity`, and over the draws `rank_low`, `rank_median`, `rank_high`, `value_low`,
    `value_high` (whole numbers: the bounds of 90 %), `stays` (percent of the draws in which it is among the first)
    and the same bounds over identities alone, `identity_low` and `identity_high`. A table without rows has none."""
    found = doubts(engine, basis, draws)
    frames = {}
    for one, published in found.tables.items():
        parts = [_of_ranking(found, ranking, basis.top) for ranking in found.parts if ranking[0] == one]
        keys = [key for key in published.keys if key in published.frame]
        frame = pd.concat(parts) if parts else pd.DataFrame(columns=[*_BOUNDS, "stays"])
        told = published.frame[[*keys, *(["entity"] if keys else [])]]
        frames[one] = told.join(frame).reset_index(drop=True)
    return frames


_BOUNDS: Final = (
    "rank_low", "rank_median", "rank_high", "value_low", "value_high", "identity_low", "identity_high",
)  # fmt: skip


def _of_ranking(found: Doubts, ranking: Ranking, top: int) -> pd.DataFrame:
    """The bounds of one ranking's rows; the index is that of the table's frame."""
    both, who = found.both.rankings[ranking], found.who.rankings[ranking]
    low, middle, high = interval(both.ranks)
    least, _, most = interval(both.values)
    first, _, last = interval(who.ranks)
    columns = dict(zip(_BOUNDS, (low, middle, high, least, most, first, last), strict=True))
    frame = pd.DataFrame({name: np.asarray(one, dtype=np.int64) for name, one in columns.items()})
    frame["stays"] = 100.0 * np.mean((both.ranks <= top) & (both.values > 0), axis=0)
    frame.index = pd.Index(found.parts[ranking])
    return frame


def range_text(low: int, high: int) -> str:
    """`3–5`, or `3` where both are the same."""
    return str(low) if low == high else f"{low}–{high}"


def ranks_table(engine: Engine, basis: Basis, draws: int = DRAWS) -> Table:
    """Supplement 6: rows by `ranking` (`table_4-2021`) and `entity`; behind a row are the ranked one's facts."""
    found = doubts(engine, basis, draws)
    frames = rank_intervals(engine, basis, draws)
    parts = []
    behind: dict[tuple[str, str], tuple[Table, int]] = {}
    for ranking, places in found.parts.items():
        one, part = ranking
        published = found.tables[one]
        bounds, told = frames[one].iloc[places], published.frame.iloc[places]
        name = f"{one}-{part}"
        for place, entity in zip(places.tolist(), told["entity"], strict=True):
            behind[name, entity] = published, place
        parts.append(
            pd.DataFrame(
                {
                    "ranking": name,
                    "entity": told["entity"],
                    "rank": told["rank"],
                    "name": told["name"],
                    "name_en": told["name_en"],
                    "rank_range": [range_text(*two) for two in _two(bounds, "rank_low", "rank_high")],
                    "rank_median": bounds["rank_median"],
                    "stays": bounds["stays"],
                    "value": told[_TABLES[one][2]],
                    "value_range": [range_text(*two) for two in _two(bounds, "value_low", "value_high")],
                    "identity_range": [
                        range_text(*two) for two in _two(bounds, "identity_low", "identity_high")
                    ],
                }
            )
        )
        parts.append(_entrants(found, basis, ranking, name))
    columns = [*(column.name for column in _COLUMNS), "name_en"]
    some = [part for part in parts if len(part)]
    frame = pd.concat(some, ignore_index=True)[columns] if some else pd.DataFrame(columns=columns)
    frame = frame.astype({"rank": "Int64", "rank_median": "Int64", "value": "Int64", "stays": float})

    def facts(row: int, column: str) -> Ints:
        place = behind.get((str(frame["ranking"].iloc[row]), str(frame["entity"].iloc[row])))
        return np.zeros(0, dtype=np.int64) if place is None else place[0].behind(place[1], column)

    return Table(
        "supplement_6", TITLE, _COLUMNS, ("ranking", "entity"), "rank", frame, facts,
        (*what_was_drawn(found), _HOW_TO_READ), _blocks(found),
    )  # fmt: skip


def _two(frame: pd.DataFrame, low: str, high: str) -> list[tuple[int, int]]:
    return list(zip(frame[low].astype(int).tolist(), frame[high].astype(int).tolist(), strict=True))


def _entrants(found: Doubts, basis: Basis, ranking: Ranking, name: str) -> pd.DataFrame:
    """Who is not listed and yet among the first in many draws; the ones most often first."""
    drawn = found.both.rankings[ranking]
    draws = max(found.both.draws, 1)
    often = sorted(
        ((count, at) for at, count in drawn.entered.items() if count >= OFTEN * draws),
        key=lambda one: (-one[0], one[1]),
    )
    ids = [found.ground.ids[at] for _, at in often]
    values = found.both.base.values[ranking]
    return pd.DataFrame(
        {
            "ranking": name,
            **basis.names(ids),
            "rank": pd.array([None] * len(ids), dtype="Int64"),
            "rank_range": "",
            "rank_median": pd.array([None] * len(ids), dtype="Int64"),
            "stays": [100.0 * count / draws for count, _ in often],
            "value": [int(values[at]) for _, at in often],
            "value_range": "",
            "identity_range": "",
        }
    )


def _blocks(found: Doubts) -> dict[str, Words]:
    said = {}
    for one, part in found.parts:
        published = found.tables[one]
        of_part = published.blocks.get(part, Words(part, part))
        said[f"{one}-{part}"] = Words(
            f"表{published.number}：{of_part.zh}", f"Table {published.number}: {of_part.en}"
        )
    return said


_HOW_TO_READ: Final = Words(
    "区间含抽样结果的中间 90%；无名次的行未列入原表，但在至少十分之一的抽样中入榜。",
    "A range holds the middle 90 % of the draws; a row without a rank is not in the table itself, but among the "
    "first in a tenth of the draws or more.",
)


def what_was_drawn(found: Doubts) -> tuple[Words, ...]:
    """What a reader has to know of the draws: how many, of what, and what they leave out."""
    base = found.ground
    pairs = base.undecided.pairs
    even = sum(not one.calibrated for one in pairs)
    readings = int(np.count_nonzero(base.sure < 1))
    if not pairs and not readings:
        return (
            Words(
                "没有待判定的名称对，也没有把握小于一的读取：区间即为原值。",
                "No pair waits for a decision and no fact was read with doubt: each range is the value itself.",
            ),
        )
    notes = [
        Words(
            f"{found.both.draws} 次抽样（固定种子）：{len(pairs)} 对待判定名称各按其概率判为同一或不同，"
            "已有的判定、互斥的标识和传递性始终遵守；不同对之间视为独立。",
            f"{found.both.draws} draws (fixed seed): each of {len(pairs)} undecided pairs is the same or not by "
            "its chance, independent of the others; judgements, identifiers and transitivity always hold.",
        ),
        Words(
            f"从文本读取、把握小于一的 {readings} 条事实各按其把握计入或不计；等待人工确认的读取不在其内，"
            "所以读取的疑问只会使数值变小。",
            f"Each of {readings} facts that were read with a confidence below 1 counts or not by that; readings "
            "that wait for a person are not among them, so this doubt only makes values smaller.",
        ),
        Words(
            "合并后的主体取关系较多一方的名称、类型和国家。",
            "Of entities that become one, the one with more relations lends its name, kind and country.",
        ),
    ]
    if even:
        notes.append(
            Words(
                f"其中 {even} 对没有校准的概率（由规则提出，或关于业务单元），按各半计。",
                f"{even} of the pairs have no calibrated chance (a rule raised them, or they are about units), and "
                "count as even.",
            )
        )
    if base.undecided.persons:
        notes.append(
            Words(
                f"另有 {base.undecided.persons} 对待判定的人名，未抽样。",
                f"Undecided pairs of persons, which are not drawn: {base.undecided.persons}.",
            )
        )
    return tuple(notes)
