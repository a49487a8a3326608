"""Results of the public search: persons by their semicolon, lost letters, marked-up titles."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.ppubs import read_result, read_results
from pipelines.errors import InputError
from pipelines.records import Patent, Rejected
from tests.crawlers.saved_pages import PAGES
from tests.crawlers.test_source_ror import json_values

ENTRY: dict[str, Any] = json.loads((PAGES / "uspto" / "results.json").read_text("utf-8"))["patents"][0]


def test_a_result() -> None:
    (one,) = read_result(ENTRY, "$")
    assert isinstance(one, Patent)
    assert (one.number, one.title, one.application) == (
        "US9900001B2",
        "Inspecting a hinge & a door",
        "US17900001",
    )
    assert [(said.role, said.party.name, said.party.kind) for said in one.parties] == [
        ("applicant", "Shili Technology Co., Ltd.", None),
        ("assignee", "SHILI TECHNOLOGY CO., LTD.", None),
        ("assignee", "Anna River", "person"),
        ("inventor", "Yi Lin", "person"),
    ]
    assert (one.classes, str(one.priority.start), one.family) == (
        ("E05D1/00", "G06N3/08", "G06V10/82"), "2021-06-01", "90000001",
    )  # fmt: skip


def test_a_name_that_lost_a_letter_is_rejected_alone() -> None:
    rejected, one = read_result({**ENTRY, "inventorsShort": "M?lgaard; Bo"}, "$")
    assert isinstance(rejected, Rejected)
    assert (rejected.field, rejected.value) == ("inventorsShort", "M?lgaard; Bo")
    assert isinstance(one, Patent)


def test_the_offices_stand_in_for_a_family_is_none() -> None:
    (one,) = read_result({**ENTRY, "familyIdentifierCur": 1000000289179}, "$")
    assert isinstance(one, Patent)
    assert one.family == ""


@pytest.mark.parametrize(
    ("change", "field"),
    [({"guid": "9900001"}, "guid"), ({"guid": None}, "guid"), ({"applicantName": "x"}, "applicantName"), ({"inventionTitle": 3}, "inventionTitle")],
)  # fmt: skip
def test_an_entry_that_cannot_be_used(change: dict[str, Any], field: str) -> None:
    (found,) = read_result({**ENTRY, **change}, "$.patents[0]")
    assert isinstance(found, Rejected)
    assert (found.locator, found.field) == ("$.patents[0]", field)


def test_more_results_than_are_here_are_told() -> None:
    assert [type(one).__name__ for one in read_results({"numFound": 1, "patents": [ENTRY]})] == ["Patent"]
    *_, last = read_results({"numFound": 2, "patents": [ENTRY]})
    assert isinstance(last, Rejected)
    assert last.kind == "listing"
    with pytest.raises(InputError):
        list(read_results({"patents": 3}))


@given(key=st.sampled_from(sorted(ENTRY)), value=json_values)
@settings(max_examples=300, deadline=None)
def test_no_value_in_any_field_raises(key: str, value: Any) -> None:
    for one in read_result({**ENTRY, key: value}, "$"):
        assert isinstance(one, Patent | Rejected)
