"""Types and properties, and how they are found."""

from __future__ import annotations

from typing import get_args

import pytest

from entity_resolution.reconcile.limits import Refused
from entity_resolution.reconcile.properties import (
    OF_PERSONS,
    ORGANISATION,
    PROPERTIES,
    TYPES,
    find_property,
    find_type,
    matching,
    of_type,
)
from pipelines.records import EntityKind


def test_every_kind_has_its_type_below_that_of_organisations() -> None:
    for kind in get_args(EntityKind):
        assert TYPES[kind].kinds == {kind}
        broader = [one["id"] for one in TYPES[kind].as_json()["broader"]]
        assert broader == ([] if kind == "person" else [ORGANISATION])
        assert (kind in TYPES[ORGANISATION].kinds) == (kind != "person")


def test_types_and_properties_go_by_id_or_name_in_either_language() -> None:
    for typed in ("company", "COMPANY", "企业", "company 企业"):
        assert find_type(typed).id == "company"
    for typed in ("uscc", "统一社会信用代码", "Unified Social Credit Code"):
        assert find_property(typed).id == "uscc"
    for find in (find_type, find_property):
        with pytest.raises(Refused, match="is called"):
            find("")


def test_every_property_and_type_is_found_by_all_that_it_goes_by() -> None:
    for one in PROPERTIES.values():
        assert find_property(one.id) == find_property(one.name) == one
        assert one in matching(PROPERTIES.values(), one.id[:2])
    for kind in TYPES.values():
        assert find_type(kind.id) == find_type(kind.name) == kind
    assert [one.id for one in matching(PROPERTIES.values(), "成立")] == ["founded"]
    assert len(matching(PROPERTIES.values(), "")) == len(PROPERTIES)


def test_persons_have_few_properties() -> None:
    assert {one.id for one in of_type("person")} == OF_PERSONS
    assert "orcid" not in {one.id for one in of_type("company")}
    assert len(of_type("")) == len(PROPERTIES)
