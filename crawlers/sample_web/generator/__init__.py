"""Worlds of any size, made from a seed: invented organisations and persons, shaped like the printed networks.

`make_world(seed, size)` makes one; at size 1.0 its network has as many nodes and edges, year by year, as the
printed report (see `marginals`). `evolve` and `Evolution` let it change. What a crawl of it must hold is
`truth.truth(world)`.
"""

from __future__ import annotations

from crawlers.sample_web.generator.evolution import Change, Evolution, evolve
from crawlers.sample_web.generator.making import make_world, world_from

__all__ = ["Change", "Evolution", "evolve", "make_world", "world_from"]
