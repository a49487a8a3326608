"""The name that an entity is shown by."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from entity_resolution.compatibility import PLAIN, Mentioned, Stated
from entity_resolution.curated import Curated
from entity_resolution.display import shown
from entity_resolution.names import exact_key, legal_form

NOBODY = Curated((), ())


def mention(at: int, name: str, *ids: tuple[str, str], **more: Any) -> Mentioned:
    one = Mentioned(
        at, f"s{at}", "", name, "company", None, None, f"2021-{at:02}", exact_key(name), bool(legal_form(name)),
        frozenset(ids),
    )  # fmt: skip
    return replace(one, **more)


@pytest.mark.parametrize(
    ("members", "further", "name", "english"),
    [
        ([mention(1, "601058", ("stock", "601058.SH")), mention(2, "赛轮轮胎")], [], "赛轮轮胎", None),
        ([mention(1, "836800FXO82WAQQSJI94", ("lei", "836800FXO82WAQQSJI94")), mention(2, "MICROSOFT CORPORATION")],
         [], "MICROSOFT CORPORATION", "MICROSOFT CORPORATION"),
        ([mention(1, "601058", ("stock", "601058.SH"))], [Stated(1, "赛轮集团股份有限公司", "legal")],
         "赛轮集团股份有限公司", None),
        ([mention(1, "601058", ("stock", "601058.SH"))], [], "601058", None),
        ([mention(1, "北京智者天下科技有限公司")], [Stated(1, "知乎", "short")], "知乎", None),
        ([mention(1, "甲科技股份有限公司"), mention(2, "甲科技")], [Stated(1, "甲", "alias")], "甲科技", None),
        ([mention(1, "乙数据"), mention(2, "乙科技"), mention(3, "乙数据")], [Stated(1, "乙数据", "former")],
         "乙科技", None),
        ([mention(1, "Kuaishou (China)")], [Stated(1, "Kuaishou", PLAIN), Stated(1, "快手", "translation"),
         Stated(1, "Kuaishou", "alias")], "快手", "Kuaishou"),
        ([mention(1, "Huawei Technologies (Canada)")], [Stated(1, "Huawei Technologies", PLAIN)],
         "Huawei Technologies (Canada)", "Huawei Technologies (Canada)"),
        ([mention(1, "Momenta")], [Stated(1, "初速度", "alias")], "Momenta", "Momenta"),
        ([mention(1, "Nanjing University", kind="university")], [Stated(1, "南京大学", "translation", "zh"),
         Stated(1, "NJU", "acronym")], "南京大学", "Nanjing University"),
        ([mention(1, "Sony")], [Stated(1, "東京通信工業", "translation", "ja"),
         Stated(1, "ソニー株式会社", "alias")], "Sony", "Sony"),
    ],
)  # fmt: skip
def test_names(members: list[Mentioned], further: list[Stated], name: str, english: str | None) -> None:
    found = shown(members, further, NOBODY)
    assert (found.name, found.name_en) == (name, english)
    backwards = shown(members[::-1], further[::-1], NOBODY)
    assert backwards == found


def test_an_investor_is_what_else_it_is_said_to_be() -> None:
    assert shown([mention(1, "甲", kind="investor")], [], NOBODY).kind == "investor"
    assert (
        shown([mention(1, "甲", kind="investor"), mention(2, "甲", country="CN")], [], NOBODY).kind
        == "company"
    )
    assert shown([mention(1, "甲", kind=None)], [], NOBODY).kind == "other"
