"""Networks as pictures: what the edges' picture counts, names that lie on none, sizes of files."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from analytics.exhibits import Drawn, Words
from analytics.figure_networks import GROUPS
from analytics.network_chart import COLOURS, apart, edge_density, picture, reach, short


def drawn(places: np.ndarray, edges: np.ndarray, names: int = 0) -> Drawn:
    degrees = np.bincount(edges.ravel(), minlength=len(places))
    named = tuple(
        (int(at), Words(f"第{at}家人工智能公司", f"Company number {at}"))
        for at in np.argsort(-degrees, kind="stable")[:names]
    )
    groups = np.arange(len(places)) % len(GROUPS)
    return Drawn(places, degrees, groups, tuple(GROUPS.values()), edges, named)


def test_every_group_has_a_colour_of_its_own() -> None:
    assert len(set(COLOURS)) == len(COLOURS) == len(GROUPS)


def test_an_edge_is_a_line_between_its_ends() -> None:
    places = np.array([[-1.0, -1.0], [1.0, 1.0], [1.0, -1.0]])
    counts = edge_density(places, np.array([[0, 1], [0, 2], [0, 2]]), 1.0, 11)
    assert (counts.diagonal()[1:] == 1).all()
    assert (counts[0, 1:] == 2).all()
    assert counts[0, 0] == 3
    assert counts.sum() == 33


@given(
    st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=2, max_size=20),
    st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=30),
)
def test_all_of_every_edge_is_inside(points: list[tuple[float, float]], pairs: list[tuple[int, int]]) -> None:
    places = np.array(points)
    edges = np.array(pairs, dtype=np.int64).reshape(-1, 2) % len(places)
    counts = edge_density(places, edges, 1.0, 40)
    spots = (places + 1) * 39 / 2
    longest = np.ceil(np.abs(spots[edges[:, 0]] - spots[edges[:, 1]]).max(axis=1, initial=0))
    assert counts.sum() == (longest + 1).sum()


def test_many_edges_are_counted_in_batches_as_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lots = np.random.default_rng(0)
    places, edges = lots.uniform(-1, 1, (50, 2)), lots.integers(0, 50, (200, 2))
    whole = edge_density(places, edges, 1.0, 100)
    monkeypatch.setattr("analytics.network_chart._BATCH", 150)
    assert (edge_density(places, edges, 1.0, 100) == whole).all()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_name_lies_on_another(language: str) -> None:
    lots = np.random.default_rng(1)
    shown = drawn(lots.normal(0, 0.2, (300, 2)), lots.integers(0, 300, (900, 2)), 60)
    point = 2 * reach(shown) / (9 * 72)
    names = apart(shown, "zh" if language == "zh" else "en", point)
    assert 5 < len(names) < 60
    largest = shown.named[0][1].of("zh" if language == "zh" else "en")
    assert names[0][2] == largest
    for at, (x, y, words) in enumerate(names):
        wide = sum(1.0 if ord(char) > 0x2E7F else 0.62 for char in words) * 7.5 * point / 2
        assert abs(x) + wide <= reach(shown) + 1e-9
        for a, b, others in names[:at]:
            other = sum(1.0 if ord(char) > 0x2E7F else 0.62 for char in others) * 7.5 * point / 2
            assert abs(x - a) >= wide + other or abs(y - b) >= 7.5 * point


def test_long_names_are_cut() -> None:
    assert short("a\nb  c") == "a b c"
    assert len(short("x" * 400)) == 30


def test_a_picture_is_square_and_the_same_twice() -> None:
    lots = np.random.default_rng(2)
    shown = drawn(lots.uniform(-1, 1, (40, 2)), lots.integers(0, 40, (80, 2)), 5)
    data = picture(shown, "zh", 320)
    assert picture(shown, "zh", 320) == data
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (320, 320)
        colours = {tuple(one) for one in np.asarray(image.convert("RGB")).reshape(-1, 3).tolist()}
    wanted = re.findall("..", COLOURS[0][1:])
    assert tuple(int(one, 16) for one in wanted) in colours


def test_nothing_is_drawn_of_nothing() -> None:
    empty = drawn(np.zeros((0, 2)), np.zeros((0, 2), dtype=np.int64))
    assert picture(empty, "en", 160)
