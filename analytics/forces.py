"""Places by forces for thousands of nodes: ForceAtlas2 in its LinLog mode, repulsion by a mesh.

Forces, swing, traction and speed are those of M. Jacomy and others, "ForceAtlas2, a continuous graph layout
algorithm", PLoS ONE 9(6), 2014, as Gephi has them; LinLog (A. Noack, 2009) draws communities apart. Where Gephi
walks a tree of nodes, here the masses go onto a mesh, and one convolution gives the repulsion everywhere: no loop
over nodes, and no chance. Nodes nearer to each other than a cell push each other less than they should.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import scipy.fft
import scipy.sparse
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.float64]

#: Between two seeds of a sunflower, in radians: no two lie behind each other.
GOLDEN: Final = np.pi * (3 - np.sqrt(5))

_REPULSION: Final = 2.0
_GRAVITY: Final = 1.0
#: Cells along each side of the mesh, for up to so many nodes and for more; the fewest are summed up pair by pair.
_FEW: Final = 256
_SOME: Final = 4000
_COARSE: Final = 128
_FINE: Final = 256
#: Gephi's bounds: how much swinging is tolerated, how low the efficiency falls, how fast the speed rises.
_TOLERANCE_MOST: Final = 10.0
_EFFICIENCY_LEAST: Final = 0.05
_SPEED_MOST: Final = 1000.0
_RISE_MOST: Final = 0.5


def force_places(matrix: scipy.sparse.csr_matrix, masses: Floats, steps: int = 300) -> Places:
    """Places, shape (n, 2), around 0 and in no unit, of the nodes of a symmetric matrix without loops.

    masses: (n,), 1 or more: how strongly a node pushes others away; Gephi's is the degree and 1.
    """
    n = matrix.shape[0]
    edges = scipy.sparse.triu(matrix).tocoo()
    places = sunflower(np.arange(n)) * 10
    repulsion = _pair_by_pair if n <= _FEW else _Mesh(_COARSE if n <= _SOME else _FINE).repulsion
    before = np.zeros_like(places)
    speed = efficiency = 1.0
    for _ in range(steps):
        forces = _attraction(places, edges.row, edges.col)
        forces += _REPULSION * masses[:, None] * repulsion(places, masses)
        away = np.hypot(places[:, 0], places[:, 1])
        forces -= _GRAVITY * masses[:, None] * places / np.maximum(away, 1e-9)[:, None]
        swing = np.hypot(*(forces - before).T)
        traction = np.hypot(*(forces + before).T) / 2
        speed, efficiency = _speed(speed, efficiency, float(masses @ swing), float(masses @ traction), n)
        places = places + forces * (speed / (1 + np.sqrt(speed * swing)))[:, None]
        before = forces
    return places


def sunflower(ranks: NDArray[np.int64] | Floats, turned: Floats | float = 0.0) -> Places:
    """Seeds of a sunflower by their ranks, about one apart; rank 0 is next to the middle. turned: radians."""
    radius = np.sqrt(ranks + 0.75)
    angle = ranks * GOLDEN + turned
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def _attraction(places: Places, first: NDArray[np.int32], second: NDArray[np.int32]) -> Places:
    """LinLog: an edge of length d draws its ends together with log(1 + d)."""
    apart = places[second] - places[first]
    length = np.maximum(np.hypot(apart[:, 0], apart[:, 1]), 1e-9)
    pull = apart * (np.log1p(length) / length)[:, None]
    n = len(places)
    found = np.zeros((n, 2))
    for axis in (0, 1):
        found[:, axis] = np.bincount(first, pull[:, axis], n) - np.bincount(second, pull[:, axis], n)
    return found


def _speed(speed: float, efficiency: float, swing: float, traction: float, n: int) -> tuple[float, float]:
    """The next speed and efficiency: nodes that swing to and fro slow all down, and steady ones hurry them on."""
    estimate = 0.05 * np.sqrt(n)
    tolerance = max(np.sqrt(estimate), min(_TOLERANCE_MOST, estimate * traction / n**2))
    if swing > 2 * traction:
        if efficiency > _EFFICIENCY_LEAST:
            efficiency *= 0.5
        tolerance = max(tolerance, 1.0)
    target = tolerance * efficiency * traction / max(swing, 1e-12)
    if swing > tolerance * traction:
        if efficiency > _EFFICIENCY_LEAST:
            efficiency *= 0.7
    elif speed < _SPEED_MOST:
        efficiency *= 1.3
    return speed + min(target - speed, _RISE_MOST * speed), efficiency


def _pair_by_pair(places: Places, masses: Floats) -> Places:
    """For each place, the sum over all nodes of mass × direction from it / distance."""
    apart = places[:, None, :] - places[None, :, :]
    squared = np.maximum((apart**2).sum(axis=2), 1e-9)
    found: Places = ((masses / squared)[:, :, None] * apart).sum(axis=1)
    return found


class _Mesh:
    """Repulsion by convolution: masses on a square mesh over the places, twice as wide so that nothing wraps."""

    def __init__(self, cells: int) -> None:
        self._cells = cells
        steps = np.arange(2 * cells)
        steps = np.where(steps < cells, steps, steps - 2 * cells).astype(np.float64)
        along, across = np.meshgrid(steps, steps, indexing="ij")
        squared = along**2 + across**2 + 0.5  # softened within a cell
        self._kernels = tuple(scipy.fft.rfft2(part / squared) for part in (along, across))

    def repulsion(self, places: Places, masses: Floats) -> Places:
        """As `_pair_by_pair`."""
        cells = self._cells
        least = places.min(axis=0)
        cell = max(float((places.max(axis=0) - least).max()), 1e-9) * 1.0001 / (cells - 2)
        inside = (places - least) / cell
        corner = inside.astype(np.int64)
        part = inside - corner
        at = corner[:, 0] * cells + corner[:, 1]
        # A node counts in the four corners of its cell, the nearer the more.
        shares = (
            (0, (1 - part[:, 0]) * (1 - part[:, 1])),
            (1, (1 - part[:, 0]) * part[:, 1]),
            (cells, part[:, 0] * (1 - part[:, 1])),
            (cells + 1, part[:, 0] * part[:, 1]),
        )
        mesh = np.zeros(cells**2)
        for offset, share in shares:
            mesh += np.bincount(at + offset, masses * share, cells**2)
        spectrum = scipy.fft.rfft2(mesh.reshape(cells, cells), (2 * cells, 2 * cells))
        found = np.empty_like(places)
        for axis, kernel in enumerate(self._kernels):
            field = scipy.fft.irfft2(spectrum * kernel)[:cells, :cells].ravel()
            found[:, axis] = sum(share * field[at + offset] for offset, share in shares) / cell
        return found
