"""Figures 15, 16 and 17: the patents of the sample's companies."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analytics.basis import Basis
from analytics.company_attributes import province_words, provinces
from analytics.distribution import binned, by_size, distribution
from analytics.exhibits import Column, Figure, Table, Words
from analytics.simple_graph import Ints
from pipelines.taxonomy import taxonomy

COUNT_TITLE: Final = Words("专利数", "Patents")
MANY_TITLE: Final = Words("专利数大于100的企业地域", "Companies with over 100 patents by province")
LAYER_TITLE: Final = Words("各技术层次专利", "Patents by layer")

#: More patents than these are many.
MANY: Final = 100
_HOLDERS: Final = Words("有专利的样本企业", "sample companies with patents")
_PIECES: Final = Words("件", "")


def count_figure(basis: Basis) -> Figure:
    """Figure 15."""
    rows = held(basis)
    counts = rows.groupby("entity", sort=True)["fact"].nunique().rename("number").reset_index()
    groups, found = binned(counts, (50, 100, 200, 1000), _PIECES)
    heading = Words("专利数", "Patents")
    return distribution(
        basis, "figure_15", COUNT_TITLE, heading, groups, found.merge(rows, on="entity"), of=_HOLDERS
    )


def many_figure(basis: Basis) -> Figure:
    """Figure 16."""
    rows = held(basis)
    counts = rows.groupby("entity")["fact"].nunique()
    places = provinces(basis).dropna(subset="code")[["entity", "code"]]
    chosen = rows[rows["entity"].isin(counts.index[counts > MANY])].merge(places, on="entity")
    chosen = chosen.rename(columns={"code": "group"})
    groups = {code: province_words(code) for code in by_size(chosen)}
    of = Words(f"专利多于{MANY}件的样本企业", f"sample companies with over {MANY} patents")
    heading = Words("省市自治区", "Province")
    return distribution(basis, "figure_16", MANY_TITLE, heading, groups, chosen, of=of, chart="ranked")


def layer_figure(basis: Basis) -> Figure:
    """Figure 17: share of all patents, and patents a company that has one."""
    terms = taxonomy("layers")
    rows = held(basis).merge(basis.nodes[["entity", "layer"]], on="entity")
    whole = rows.loc[rows["layer"].isin(terms.codes), "fact"].nunique()
    found = []
    for term in terms:
        part = rows[rows["layer"] == term.code]
        patents, companies = part["fact"].nunique(), part["entity"].nunique()
        found.append(
            {"layer": term.code, "label": term.zh, "label_en": term.en}
            | {"patents": patents if whole else pd.NA, "companies": companies if whole else pd.NA}
            | {"share": patents * 100 / whole if whole else np.nan}
            | {"mean": patents / companies if companies else np.nan}
        )
    frame = pd.DataFrame(found).astype({"patents": "Int64", "companies": "Int64"})

    def behind(row: int, _column: str) -> Ints:
        return np.unique(rows.loc[rows["layer"] == frame["layer"].iloc[row], "fact"].to_numpy(dtype=np.int64))

    columns = (
        Column("layer", Words("项", "Key"), "key", shown=False),
        Column("label", Words("技术层次", "Layer"), "text", english="label_en"),
        Column("patents", Words("专利数", "Patents"), "count"),
        Column("companies", Words("有专利的企业", "Companies with patents"), "count"),
        Column("share", Words("专利占比", "Share of patents"), "share", Words("%", "%"), 2),
        Column("mean", Words("企业平均专利数", "Patents a company"), "number", decimals=1),
    )
    notes = (
        Words(
            f"专利：样本企业为申请人或权利人，截至{basis.last}年末公开或申请；一件有几个样本企业的，各计一次。",
            f"Patents with a sample company as applicant or assignee, filed or published by the end of "
            f"{basis.last}; one of several sample companies counts once for each.",
        ),
    )
    table = Table("figure_17", LAYER_TITLE, columns, ("layer",), "share", frame, behind, notes)
    return Figure(
        table,
        "ranked",
        x="label",
        series=("share",),
        x_title=Words("技术层次", "Layer"),
        y_title=Words("专利占比 (%)", "Share of patents (%)"),
    )


def held(basis: Basis) -> pd.DataFrame:
    """entity, fact: each patent of a sample company, by the end of the last year (undated ones are among them)."""
    facts, roles = basis.facts.facts, basis.facts.roles
    patents = facts.loc[facts["kind"] == "patent", ["fact", "date"]]
    patents = patents[patents["date"].isna() | (patents["date"].dt.year <= basis.last)]
    holders = roles[(roles["kind"] == "patent") & roles["role"].isin(("applicant", "assignee"))]
    holders = holders.loc[holders["entity"].isin(basis.sample), ["entity", "fact"]]
    found: pd.DataFrame = holders[holders["fact"].isin(patents["fact"])].drop_duplicates()
    return found.reset_index(drop=True)
