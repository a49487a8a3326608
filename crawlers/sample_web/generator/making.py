"""A world out of a seed: the network first, then who its nodes are, then what is told of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from crawlers.sample_web.generator import marginals
from crawlers.sample_web.generator.business import accounts, patents
from crawlers.sample_web.generator.cooperating import QUIET, cooperations, quiet
from crawlers.sample_web.generator.dice import Ints
from crawlers.sample_web.generator.financing import rounds
from crawlers.sample_web.generator.growth import Growth, grow
from crawlers.sample_web.generator.organisations import invent
from crawlers.sample_web.generator.people import NOTE, people
from crawlers.sample_web.generator.registries import batches, lei_entries, ror_entries
from crawlers.sample_web.model import Organisation, World
from pipelines.errors import UsageError

#: The news sites of a generated world (`.example` is reserved for examples, RFC 2606).
PRESS: Final = (
    "news.valuenet.example",
    "wire.valuenet.example",
    "daily.valuenet.example",
    "industry.valuenet.example",
)
_WORDS: Final = re.compile(r"(?P<seed>\d{1,9})(?::(?P<size>\d{1,3}(?:\.\d{1,6})?))?")


def make_world(seed: int, size: float = 1.0) -> World:
    """The world of a seed, the same on every machine.

    At size 1.0 it has 2,200 sample companies among 60,000 organisations, 200,000 articles, and just the nodes and
    edges of the printed network: at the level of entities, nodes being the sample companies and all others that an
    edge touches. Raises UsageError for a size out of bounds.
    """
    growth = grow(seed, size)
    extra = max(2, round(marginals.ORGANISATIONS * size) - growth.nodes)
    organisations = invent(seed, growth, extra, _first_years(growth))
    articles = round(marginals.ARTICLES * size)
    silent = max(3, articles * QUIET // 100)
    reported = sum(1 for one in rounds(seed, growth, organisations, 1) if one.article)
    told = cooperations(seed, growth, organisations, articles - silent - reported)
    hushed = quiet(seed, organisations, len(told) + 1, silent)
    return World(
        organisations={one.id: one for one in organisations},
        name_of=_names(organisations),
        cooperation=tuple(told),
        quiet=tuple(hushed),
        rounds=tuple(rounds(seed, growth, organisations, len(told) + silent + 1)),
        people=tuple(people(seed, growth, organisations)),
        people_note=NOTE,
        batches=tuple(batches(seed, organisations)),
        ror=tuple(ror_entries(seed, organisations)),
        lei=tuple(lei_entries(seed, organisations)),
        press=PRESS,
        accounts=tuple(accounts(seed, organisations)),
        patents=tuple(patents(seed, organisations)),
        generated=True,
    )


def world_from(words: str) -> World:
    """The world that `SEED` or `SEED:SIZE` names, such as 7 or 7:0.01. Raises UsageError."""
    match = _WORDS.fullmatch(words)
    if match is None:
        raise UsageError(f"a world is named by SEED or SEED:SIZE, such as 7:0.01, not {words[:40]!r}")
    return make_world(int(match["seed"]), float(match["size"] or 1))


def _first_years(growth: Growth) -> Ints:
    """By node, the year of the first thing that is told of it."""
    first = np.full(growth.nodes, marginals.LAST, dtype=np.int64)
    np.minimum.at(first, growth.source, growth.happened)
    np.minimum.at(first, growth.target, growth.happened)
    return first


def _names(organisations: Sequence[Organisation]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in organisations:
        for name, _ in one.names():
            assert found.setdefault(name, one.id) == one.id, f"{name} is borne twice"
    return found
