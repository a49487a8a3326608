"""The curated list as knowledge of names."""

from __future__ import annotations

from entity_resolution.matching.candidates import Index
from entity_resolution.matching.knowledge import OrganisationOf, known_pairs
from entity_resolution.names import exact_key


def test_names_of_one_organisation_are_paired() -> None:
    names = ["某某科技有限公司", "深圳市海思半导体有限公司", "华为技术有限公司"]
    found = known_pairs(["HiSilicon", "没有这样的", "海思"], Index(names), names)
    assert list(zip(found.left.tolist(), found.right.tolist(), strict=True)) == [(0, 1), (2, 1)]


def test_nothing_known_no_pairs() -> None:
    assert len(known_pairs(["没有这样的"], Index(["某某科技有限公司"]), ["某某科技有限公司"])) == 0


def test_ambiguous_names_have_no_organisation() -> None:
    shipped = OrganisationOf.shipped()
    assert shipped.of(exact_key("华为")) == shipped.of(exact_key("Huawei")) is not None
    assert shipped.of(exact_key("阿里")) is None
    assert shipped.of("") is None
