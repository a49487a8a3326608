"""Tables beyond the printed report's: further measures, the doubt in its numbers, what the sample covers.

They are tables like the others, with paths (`supplement_3/2021/…`) and facts behind their cells. Unlike those
they may ask the store for what a basis does not hold: undecided pairs, runs, evidence.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import Engine

from analytics import (
    sample_audit,
    supplement_central,
    supplement_communities,
    supplement_growth,
    supplement_null_model,
    supplement_structure,
)
from analytics.basis import Basis
from analytics.doubt import backed, censoring, growth, ranks, shares, unseen
from analytics.exhibits import Table, Words, chosen

#: Computes a supplement.
Make = Callable[[Engine, Basis], Table]

_FOUND: Final[dict[str, tuple[Words, Make]]] = {
    "supplement_1": (supplement_structure.TITLE, supplement_structure.structure_supplement),
    "supplement_2": (supplement_null_model.TITLE, supplement_null_model.null_model_supplement),
    "supplement_3": (supplement_growth.TITLE, supplement_growth.growth_supplement),
    "supplement_4": (supplement_communities.TITLE, supplement_communities.communities_supplement),
    "supplement_5": (supplement_central.TITLE, supplement_central.central_supplement),
    "supplement_6": (ranks.TITLE, ranks.ranks_table),
    "supplement_7": (shares.TITLE, shares.shares_table),
    "supplement_8": (growth.TITLE, growth.growth_table),
    "supplement_9": (censoring.TITLE, censoring.censoring_table),
    "supplement_10": (backed.TITLE, backed.backed_table),
    "supplement_11": (unseen.TITLE, unseen.unseen_table),
    "supplement_12": (sample_audit.COVERAGE_TITLE, sample_audit.coverage),
    "supplement_13": (sample_audit.ATTRIBUTES_TITLE, sample_audit.attributes),
}
#: Id → title and how it is computed, in their order.
SUPPLEMENTS: Final = dict(sorted(_FOUND.items(), key=lambda item: int(item[0].rpartition("_")[2])))


def supplement(engine: Engine, basis: Basis, wanted: str) -> Table:
    """The supplement that an id (`supplement_3`), its short form (`s3`) or words of a title mean; UsageError names
    all where there is none."""
    short = wanted.strip().casefold()
    if short.startswith("s") and short[1:].isdigit():
        wanted = f"supplement_{short[1:]}"
    identity = chosen(wanted, {one: title for one, (title, _) in SUPPLEMENTS.items()}, "table")
    return SUPPLEMENTS[identity][1](engine, basis)
