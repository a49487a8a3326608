"""The figures of the report, by number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from analytics import figure_degrees, figure_people, figure_technology
from analytics.basis import Basis
from analytics.exhibits import Figure, Words, chosen

#: Id → title and how it is computed, in the report's order.
FIGURES: Final[dict[str, tuple[Words, Callable[[Basis], Figure]]]] = {
    "figure_22": (figure_degrees.TITLE, figure_degrees.degrees_figure),
    "figure_23": (figure_technology.FLOWS_TITLE, figure_technology.flows_figure),
    "figure_26": (figure_people.TITLE, figure_people.people_figure),
    "figure_27": (figure_technology.CATEGORIES_TITLE, figure_technology.categories_figure),
    "figure_40": (figure_technology.AREAS_TITLE, figure_technology.areas_figure),
}


def figure(basis: Basis, wanted: str) -> Figure:
    """The figure that a number, an id or words of a title mean; UsageError names all where there is none."""
    identity = chosen(wanted, {one: title for one, (title, _) in FIGURES.items()}, "figure")
    return FIGURES[identity][1](basis)
