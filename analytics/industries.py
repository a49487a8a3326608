"""The industry (GB/T 4754-2017) of those whom the sample's companies work with, with what it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pandas as pd

from analytics.basis import Basis
from pipelines.reading.categories import industry_of
from pipelines.taxonomy import taxonomy

COLUMNS: Final = ["division", "section", "sector", "basis"]
#: Less likely ones are not taken over.
_LEAST: Final = 0.5


def industries(basis: Basis, entities: Iterable[str]) -> pd.DataFrame:
    """division (two digits, or NA where only the section is known), section (letter), sector (primary, secondary,
    tertiary), basis (stated, or told by its name, kind and tags); NA in all where nothing tells. The index is the
    entity."""
    terms = taxonomy("industries")
    every = basis.facts.attributes
    stated = every[every["attribute"] == "industry"].sort_values(
        ["entity", "date", "fact"], na_position="first"
    )
    by_entity = dict(zip(stated["entity"], stated["value"], strict=True))
    tagged = every[every["attribute"] == "industry_tag"]
    tags = tagged.groupby("entity")["value"].agg(lambda values: "、".join(sorted(set(values))))
    found: dict[str, list[object]] = {}
    wanted = list(dict.fromkeys(entities))
    for entity, name, kind in zip(
        wanted, basis.known.reindex(wanted)["name"], basis.known.reindex(wanted)["kind"], strict=True
    ):
        said = terms.find(str(by_entity[entity])) if entity in by_entity else None
        code, why = (said.code, "stated") if said else (None, "told")
        if code is None and isinstance(name, str) and name.strip():
            told = industry_of(name, kind if isinstance(kind, str) else None, str(tags.get(entity, "")))
            code = told.code if told and told.confidence >= _LEAST else None
        if code is None:
            found[entity] = [pd.NA] * len(COLUMNS)
            continue
        term = terms[code]
        division = code if term.parent else pd.NA
        found[entity] = [division, term.parent or code, term.attributes["sector"], why]
    rows = pd.DataFrame.from_dict(found, orient="index", columns=COLUMNS)
    return rows.set_axis(rows.index.astype("str"))  # of nobody, too: else it joins with no names
