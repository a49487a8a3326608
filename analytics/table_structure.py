"""Table 1: how many of each kind of thing the store holds, and the layers of the sample."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analytics.basis import Basis
from analytics.exhibits import Column, Table, Words
from analytics.simple_graph import Ints
from pipelines.taxonomy import taxonomy

TITLE: Final = Words("样本库结构", "What the store holds")

#: Kinds of entities counted as they are, by the row's key.
_KINDS: Final = {
    "universities": ("university", Words("高校", "Universities")),
    "research_institutes": ("research institute", Words("科研院所", "Research institutes")),
    "governments": ("government", Words("政府机构", "Government bodies")),
    "industry_alliances": ("alliance", Words("产业联盟", "Industry alliances")),
    "industrial_parks": ("park", Words("产业园区", "Industrial parks")),
}
_LAYER_KEYS: Final = ("foundation_layer", "technology_layer", "application_layer")

#: Facts that say that there is such an organisation, and attributes that say why a company is in the sample.
_NAMING: Final = ("name",)
_SAMPLE_FACTS: Final = ("layer", "core_technology", "industry_tag")

_COLUMNS: Final = (
    Column("item", Words("项", "Key"), "key", shown=False),
    Column("label", Words("类别", "Kind"), "text", english="label_en"),
    Column("count", Words("数量", "Count"), "count"),
)


def structure_table(basis: Basis) -> Table:
    """Rows by `item`; the layers and the companies without one add up to `sample_companies`."""
    nodes, facts = basis.nodes, basis.facts
    sample = nodes[nodes["sample"]]
    members: dict[str, tuple[Words, pd.Series[str]]] = {}
    layers = taxonomy("layers")
    for key, layer in zip(_LAYER_KEYS, layers, strict=True):
        words = Words(f"样本企业：{layer.zh}", f"Sample companies: {layer.en}")
        members[key] = words, sample.loc[sample["layer"] == layer.code, "entity"]
    unlayered = sample.loc[~sample["layer"].isin(layers.codes), "entity"]
    if len(unlayered):
        members["no_layer"] = Words("样本企业：层次不明", "Sample companies: layer not known"), unlayered
    members["sample_companies"] = Words("样本企业合计", "Sample companies, all"), sample["entity"]
    companies = nodes.loc[nodes["kind"] == "company", "entity"]
    members["companies"] = Words("基础库企业", "Companies in the base database"), companies
    for key, (kind, words) in _KINDS.items():
        members[key] = words, nodes.loc[nodes["kind"] == kind, "entity"]
    investing = facts.roles.loc[facts.roles["role"] == "investor", "entity"]
    members["investors"] = Words("投资者", "Investors"), pd.Series(sorted(set(investing)), dtype=object)
    core = facts.people.loc[facts.people["core"], "person"] if len(facts.people) else pd.Series(dtype=object)
    members["core_people"] = Words("核心人员", "Core people"), pd.Series(sorted(set(core)), dtype=object)
    policies = facts.facts.loc[facts.facts["kind"] == "policy", "fact"].to_numpy(dtype=np.int64)

    rows = [(key, words, len(found)) for key, (words, found) in members.items()]
    rows.append(("policies", Words("政策文件", "Policies"), len(policies)))
    # What no source has told of is not known to be none; that a drawn sample has no company of a layer is known
    # where layers are.
    counted = {"sample_companies"} if len(sample) else set()
    if len(unlayered) < len(sample):
        counted |= set(_LAYER_KEYS)
    bare = [words for key, words, count in rows if not count and key not in counted]
    frame = pd.DataFrame(
        {
            "item": [key for key, _, _ in rows],
            "label": [words.zh for _, words, _ in rows],
            "label_en": [words.en for _, words, _ in rows],
            "count": pd.array([None if words in bare else count for _, words, count in rows], dtype="Int64"),
        }
    )

    kinds = facts.facts["kind"]
    attribute = pd.Series([detail.get("attribute") for detail in facts.facts["detail"]], index=kinds.index)
    wanted_facts = {
        _NAMING: facts.facts.loc[kinds == "name", "fact"],
        _SAMPLE_FACTS: facts.facts.loc[
            (kinds == "product") | ((kinds == "attribute") & attribute.isin(_SAMPLE_FACTS)), "fact"
        ],
    }
    sampled = {*_LAYER_KEYS, "no_layer", "sample_companies"}

    def behind(row: int, _column: str) -> Ints:
        key = str(frame["item"].iloc[row])
        if key == "policies":
            return policies
        wanted = _SAMPLE_FACTS if key in sampled else _NAMING
        stands = facts.roles[facts.roles["entity"].isin(members[key][1])]
        telling = stands[stands["fact"].isin(wanted_facts[wanted])]
        # Of what no source names outright, the facts that it stands in tell.
        others = stands[~stands["entity"].isin(telling["entity"])]
        return np.unique(np.concatenate([telling["fact"], others["fact"]]).astype(np.int64))

    notes = [
        Words(
            "投资者指至少在一次融资中出资的机构或个人，可能同时是企业；各类不相加。",
            "Investors have put money into one round or more and may be companies too: the kinds do not add up.",
        )
    ]
    if bare:
        notes.append(
            Words(
                f"空缺（尚无来源提供）：{'、'.join(words.zh for words in bare)}。",
                f"Gaps, since no source tells of them yet: {', '.join(words.en for words in bare)}.",
            )
        )
    if basis.facts.unresolved:
        notes.append(
            Words(
                f"尚有 {basis.facts.unresolved} 个名称未判定其所指，未计入。",
                f"Names not resolved yet, which are left out: {basis.facts.unresolved}.",
            )
        )
    return Table("table_1", TITLE, _COLUMNS, ("item",), "count", frame, behind, tuple(notes))
