"""Rarity: what many names share weighs little, and the table tells no single name."""

from __future__ import annotations

import json

import numpy as np

from entity_resolution.matching.rarity import NAMES_LEAST, Rarity, shipped


def test_common_weighs_less_than_rare_and_ends_weigh_nothing() -> None:
    rarity = Rarity(1000, {"科": 700, "技": 650, "科技": 600})
    single, pair = rarity.of("科技云", np.array([0, 2]))
    assert single[0] < single[1] < single[2]
    assert pair[0] > 0
    assert pair[1] == 0  # 技 ends the first name


def test_only_what_many_names_share_is_counted() -> None:
    found = Rarity.counted([f"共有{'甲乙丙丁戊己庚辛'[at]}" for at in range(8)])
    assert set(found.shares) == {"共", "有", "共有"}
    assert all(count >= NAMES_LEAST for count in found.shares.values())


def test_written_and_read_again() -> None:
    rarity = Rarity(10, {"科": 7})
    assert json.loads(rarity.written()) == {"names": 10, "shares": {"科": 7}}


def test_the_shipped_table_has_short_pieces_alone() -> None:
    table = shipped()
    assert table.names > 1000
    assert all(len(piece) <= 2 and count >= NAMES_LEAST for piece, count in table.shares.items())


def test_nothing_has_no_weights() -> None:
    single, pair = Rarity(10, {}).of("", np.array([0]))
    assert len(single) == len(pair) == 0
