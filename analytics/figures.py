"""The figures of the report, by number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from analytics import (
    figure_business,
    figure_companies,
    figure_degrees,
    figure_financing,
    figure_flows,
    figure_industries,
    figure_networks,
    figure_patents,
    figure_people,
    figure_technology,
)
from analytics.basis import Basis
from analytics.exhibits import Figure, Words, chosen

_FOUND: Final[dict[str, tuple[Words, Callable[[Basis], Figure]]]] = {
    "figure_1": (figure_companies.FOUNDED_TITLE, figure_companies.founded_figure),
    "figure_2": (figure_companies.AREA_TITLE, figure_companies.areas_figure),
    "figure_3": (figure_companies.PROVINCE_TITLE, figure_companies.provinces_figure),
    "figure_4": (figure_business.STAFF_TITLE, figure_business.staff_figure),
    "figure_5": (figure_business.REVENUE_TITLE, figure_business.revenue_figure),
    "figure_6": (figure_business.VALUE_TITLE, figure_business.value_figure),
    "figure_7": (figure_financing.SIZE_TITLE, figure_financing.size_figure),
    "figure_8": (figure_financing.TOTAL_TITLE, figure_financing.total_figure),
    "figure_9": (figure_financing.MEAN_TITLE, figure_financing.mean_figure),
    "figure_10": (figure_companies.LAYER_TITLE, figure_companies.layers_figure),
    "figure_11": (figure_companies.CORE_TITLE, figure_companies.core_figure),
    "figure_12": (figure_companies.CORE_BELOW_TITLE, figure_companies.core_below_figure),
    "figure_13": (figure_business.INTENSITY_TITLE, figure_business.intensity_figure),
    "figure_14": (figure_business.RESEARCHERS_TITLE, figure_business.researchers_figure),
    "figure_15": (figure_patents.COUNT_TITLE, figure_patents.count_figure),
    "figure_16": (figure_patents.MANY_TITLE, figure_patents.many_figure),
    "figure_17": (figure_patents.LAYER_TITLE, figure_patents.layer_figure),
    **figure_networks.network_figures(),
    "figure_22": (figure_degrees.TITLE, figure_degrees.degrees_figure),
    "figure_23": (figure_flows.FLOWS_TITLE, figure_flows.flows_figure),
    "figure_24": (figure_flows.INPUT_TITLE, figure_flows.input_figure),
    "figure_25": (figure_flows.EMPOWERMENT_TITLE, figure_flows.empowerment_figure),
    "figure_26": (figure_people.TITLE, figure_people.people_figure),
    "figure_27": (figure_technology.CATEGORIES_TITLE, figure_technology.categories_figure),
    "figure_40": (figure_technology.AREAS_TITLE, figure_technology.areas_figure),
    **figure_technology.term_figures(),
    "figure_60": (figure_industries.SECTORS_TITLE, figure_industries.sectors_figure),
    "figure_61": (figure_industries.THREE_TITLE, figure_industries.three_figure),
    "figure_62": (figure_industries.SECONDARY_TITLE, figure_industries.secondary_figure),
    "figure_63": (figure_industries.MANUFACTURING_TITLE, figure_industries.manufacturing_figure),
    "figure_64": (figure_industries.TERTIARY_TITLE, figure_industries.tertiary_figure),
}
#: Id → title and how it is computed, in the report's order.
FIGURES: Final = dict(sorted(_FOUND.items(), key=lambda item: int(item[0].rpartition("_")[2])))


def figure(basis: Basis, wanted: str) -> Figure:
    """The figure that a number, an id or words of a title mean; UsageError names all where there is none."""
    identity = chosen(wanted, {one: title for one, (title, _) in FIGURES.items()}, "figure")
    return FIGURES[identity][1](basis)
