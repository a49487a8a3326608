"""Company facts: which values are kept, of which periods, and what cannot be read."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.sources.sec_facts import CONCEPTS, read_facts
from pipelines.errors import InputError
from pipelines.records import Organisation, Rejected
from tests.crawlers.archives import responses
from tests.crawlers.saved_pages import PAGES
from tests.shared import shared


def saved() -> Any:
    return json.loads((PAGES / "sec_edgar" / "facts.json").read_text("utf-8"))


def told(answer: Any) -> set[tuple[str, str, str, str]]:
    """Each attribute as (name, period, number, unit)."""
    return {
        (one.name, one.when.as_written, one.value, one.unit or "")
        for found in read_facts(answer)
        if isinstance(found, Organisation)
        for one in found.attributes
    }


@pytest.mark.shared
def test_the_recorded_facts_of_two_companies() -> None:
    pages = [
        json.loads(body)
        for url, body in responses(shared("web", "sec_edgar.warc.gz"))
        if "/companyfacts/" in url
    ]
    american, european = (told(one) for one in pages)
    # 52 and 53 weeks are a year
    assert ("revenue", "2023-01-29/2024-02-03", "5507700000", "USD") in american
    assert ("research_expense", "2025-02-02/2026-01-31", "2075200000", "USD") in american
    assert ("net_income", "2024-02-04/2025-02-01", "-885000000", "USD") in american
    assert ("assets", "2021-01-30", "10764924000", "USD") in american
    assert {name for name, *_ in american} == {"revenue", "research_expense", "net_income", "assets"}
    assert len(american) == 27
    # by international standards
    assert ("revenue", "2024-01-01/2024-12-31", "43862372", "USD") in european
    assert len(european) == 11
    assert not any(isinstance(one, Rejected) for page in pages for one in read_facts(page))


def test_the_value_filed_last_is_the_periods() -> None:
    assert ("revenue", "2022-01-01/2022-12-31", "710000000", "CNY") in told(saved())
    assert ("revenue", "2022-01-01/2022-12-31", "700000000", "CNY") not in told(saved())


def test_another_concept_fills_only_the_years_that_the_first_leaves() -> None:
    values = [one for one in told(saved()) if one[0] == "revenue"]
    assert sorted(one[1:] for one in values) == [
        ("2021-01-01/2021-12-31", "400000000", "CNY"),
        ("2022-01-01/2022-12-31", "710000000", "CNY"),
        ("2023-01-01/2023-12-31", "126000000", "USD"),
        ("2023-01-01/2023-12-31", "900000000", "CNY"),
    ]


def test_people_are_counted_without_a_currency() -> None:
    assert ("staff", "2023-12-31", "812", "people") in told(saved())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"end": "2023-13-31"}, "end"),
        ({"end": "2023-1２-31"}, "end"),
        ({"start": None}, "start"),
        ({"filed": 5}, "filed"),
        ({"form": 7}, "form"),
        ({"val": "1"}, "val"),
        ({"val": True}, "val"),
        ({"val": float("inf")}, "val"),
        ({"val": 10**400}, "val"),
    ],
)
def test_a_value_that_cannot_be_read_is_rejected_alone(change: dict[str, Any], field: str) -> None:
    answer = saved()
    entries = answer["facts"]["us-gaap"]["NetIncomeLoss"]["units"]["CNY"]
    entries.append({**entries[0], **change})
    before, found = list(read_facts(saved())), list(read_facts(answer))
    (more,) = [one for one in found if isinstance(one, Rejected) and one not in before]
    assert (more.locator, more.field) == ("$.facts.us-gaap.NetIncomeLoss.units.CNY[1]", field)
    assert told(answer) == told(saved())


def test_quarters_and_other_reports_are_passed_over() -> None:
    answer = saved()
    entries = answer["facts"]["us-gaap"]["Assets"]["units"]["CNY"]
    entries.append({**entries[0], "end": "2023-09-30", "form": "6-K", "fp": "Q3"})
    entries.append({**entries[0], "end": "2023-09-30", "fp": "Q3"})
    assert told(answer) == told(saved())


def test_an_answer_without_a_name_is_rejected_whole() -> None:
    answer = saved()
    del answer["entityName"]
    (found,) = read_facts(answer)
    assert isinstance(found, Rejected)
    answer["cik"] = 0
    with pytest.raises(InputError, match="no CIK"):
        list(read_facts(answer))


def test_every_attribute_has_its_concepts_in_known_taxonomies() -> None:
    every = [one for concepts in CONCEPTS.values() for one in concepts]
    assert len(set(every)) == len(every)
    assert {taxonomy for taxonomy, _ in every} == {"dei", "us-gaap", "ifrs-full"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
STEPS = [
    (),
    ("us-gaap",),
    ("us-gaap", "Revenues"),
    ("us-gaap", "Revenues", "units"),
    ("us-gaap", "Revenues", "units", "CNY"),
    *(
        ("us-gaap", "Revenues", "units", "CNY", 0, key)
        for key in ("start", "end", "val", "form", "filed", "fp")
    ),
]


@given(steps=st.sampled_from(STEPS), value=json_values)
@settings(max_examples=300, deadline=None)
def test_no_value_anywhere_raises(steps: tuple[Any, ...], value: Any) -> None:
    answer = copy.deepcopy(saved())
    here, path = answer, ("facts", *steps)
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    try:
        found = list(read_facts(answer))
    except InputError:
        assert steps == ()
        return
    assert all(isinstance(one, Organisation | Rejected) for one in found)
