"""Names kept in the store are found as names in memory are, however they came into it."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import Engine

from entity_resolution import name_index
from entity_resolution.matching.candidates import MOST_BEARERS, Index
from entity_resolution.matching.name import Name
from pipelines.store import schema
from pipelines.store.session import writing
from tests.entity_resolution.world import rows

_BRANDS = [a + b for a in "东西南北星云天海" for b in "方河海山光影智联"]
_TRADES = ["科技", "智能", "信息", "网络", "软件", "半导体", "机器人", "大学", "研究院"]


def _names(count: int, seed: int = 1) -> dict[str, Name]:
    draw = random.Random(seed)
    found: dict[str, Name] = {}
    while len(found) < count:
        key = draw.choice(_BRANDS) + draw.choice(_BRANDS) + draw.choice(_TRADES)
        found[key] = Name(key, key, "company", "CN", None)
    return found


def _found(engine: Engine, queries: list[str], top: int) -> dict[str, list[str]]:
    with engine.connect() as connection:
        pairs = name_index.search(connection, queries, top)
        known = name_index.known(connection, set(pairs.right.tolist()))
    found: dict[str, list[str]] = {query: [] for query in queries}
    for left, right in zip(pairs.left.tolist(), pairs.right.tolist(), strict=True):
        found[queries[left]].append(known[right][0])
    return found


def test_the_likeliest_names_are_those_that_an_index_in_memory_finds(store: Engine) -> None:
    names = _names(400)
    with writing(store) as connection:
        name_index.make(connection, names)
    keys = list(names)
    queries = keys[::40]
    found = _found(store, queries, 10)
    index = Index(keys).search(queries, 10)
    firsts: dict[str, list[str]] = {query: [] for query in queries}
    for left, right in zip(index.left.tolist(), index.right.tolist(), strict=True):
        firsts[queries[left]].append(keys[right])
    alike = [len(set(found[query]) & set(firsts[query])) for query in queries]
    assert all(query in found[query] for query in queries)
    assert sum(alike) > 7 * len(alike)


def test_latin_names_find_chinese_ones_and_are_found_by_them(store: Engine) -> None:
    with writing(store) as connection:
        names = ["百度", "示例大学", "Qinghai Academy", *_names(50)]
        name_index.make(connection, {name: Name(name, name) for name in names})
    assert "百度" in _found(store, ["Baidu"], 5)["Baidu"]
    assert "示例大学" in _found(store, ["Shili University"], 5)["Shili University"]
    assert "Qinghai Academy" in _found(store, ["青海研究院"], 20)["青海研究院"]


@pytest.mark.parametrize("parts", [1, 5])
def test_names_added_bit_by_bit_are_found_alike(store: Engine, parts: int) -> None:
    names = _names(200)
    keys = list(names)
    with writing(store) as connection:
        name_index.make(connection, {key: names[key] for key in keys[:100]})
    step = 100 // parts
    for start in range(100, 200, step):
        with writing(store) as connection:
            name_index.add(connection, {key: names[key] for key in keys[start : start + step]})
    added = _found(store, keys, 200)
    with writing(store) as connection:
        name_index.add(connection, names)  # nothing new: nothing changes
    assert _found(store, keys, 200) == added
    with store.connect() as connection:
        assert name_index.by_key(connection, keys) == names
    with writing(store) as connection:
        name_index.make(connection, dict(list(names.items())[:-1]))
        name_index.make(connection, names)
    assert {key: set(like) for key, like in _found(store, keys, 200).items()} == {
        key: set(like) for key, like in added.items()
    }


def test_many_added_names_are_indexed_anew(store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(name_index, "_BESIDE_MOST", 20)
    names = _names(100)
    keys = list(names)
    with writing(store) as connection:
        name_index.make(connection, {key: names[key] for key in keys[:40]})
        name_index.add(connection, {key: names[key] for key in keys[40:]})
    assert {row.part for row in rows(store, schema.name_posting)} <= {0, 2, 4}
    assert keys[-1] in _found(store, keys[-1:], 5)[keys[-1]]


def test_what_is_known_of_a_name_is_brought_up_to_date(store: Engine) -> None:
    with writing(store) as connection:
        name_index.make(connection, {"示例": Name("示例", "示例", None)})
        name_index.add(connection, {"示例": Name("示例", "示例", "company", "CN", "北京")})
        assert name_index.by_key(connection, ["示例", "没有"]) == {
            "示例": Name("示例", "示例", "company", "CN", "北京")
        }


def test_a_term_of_very_many_names_finds_nothing_by_itself(store: Engine) -> None:
    count = MOST_BEARERS + 5
    with writing(store) as connection:
        name_index.make(
            connection, {f"{at:05}科技": Name(f"{at:05}科技", f"{at:05}科技") for at in range(count)}
        )
    assert _found(store, ["科技"], 5) == {"科技": []}
    longest = max(len(row.names) for row in rows(store, schema.name_posting) if row.part < 2)
    assert longest <= 4 * MOST_BEARERS


def test_an_empty_store_and_empty_names_find_nothing(store: Engine) -> None:
    assert _found(store, ["示例", ""], 5) == {"示例": [], "": []}
