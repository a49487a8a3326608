"""The tables of the report, by number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from analytics import (
    figure_business,
    table_investors,
    table_networks,
    table_nodes,
    table_people,
    table_structure,
)
from analytics.basis import Basis
from analytics.exhibits import Table, Words, chosen

#: Id → title and how it is computed, in the report's order.
TABLES: Final[dict[str, tuple[Words, Callable[[Basis], Table]]]] = {
    "table_1": (table_structure.TITLE, table_structure.structure_table),
    "table_2": (figure_business.TABLE_TITLE, figure_business.intensity_table),
    "table_3": (table_networks.TITLE, table_networks.networks_table),
    "table_4": (table_nodes.SAMPLE_TITLE, table_nodes.sample_nodes_table),
    "table_5": (table_nodes.RELATION_TITLE, table_nodes.relation_nodes_table),
    "table_6": (table_people.TITLE, table_people.people_table),
    "table_7": (table_investors.TITLE, table_investors.investors_table),
}


def table(basis: Basis, wanted: str) -> Table:
    """The table that a number, an id or words of a title mean; UsageError names all where there is none."""
    identity = chosen(wanted, {one: title for one, (title, _) in TABLES.items()}, "table")
    return TABLES[identity][1](basis)
