"""Filers: names with their days, places, numbers, and entries that may be a person's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.sources.sec_filers import identifiers, read_filer
from pipelines.records import Organisation, Rejected
from tests.crawlers.archives import responses
from tests.crawlers.saved_pages import PAGES
from tests.shared import shared


def saved(name: str) -> Any:
    return json.loads((PAGES / "sec_edgar" / name).read_text("utf-8"))


def recorded() -> dict[str, Any]:
    return {
        url.rpartition("/")[2]: json.loads(body)
        for url, body in responses(shared("web", "sec_edgar.warc.gz"))
        if "/submissions/" in url and "-submissions-" not in url
    }


def organisation(answer: Any) -> Organisation:
    *_, found = read_filer(answer)
    assert isinstance(found, Organisation)
    return found


@pytest.mark.shared
def test_the_recorded_filers() -> None:
    pages = recorded()
    assert len(pages) == 19
    found = {name: list(read_filer(one)) for name, one in pages.items()}
    whole = {name: one[-1] for name, one in found.items()}
    assert all(isinstance(one, Organisation) for one in whole.values())
    # a name that is the name still; two spans of a test entry that end before they begin
    rejected = [one for every in found.values() for one in every if isinstance(one, Rejected)]
    assert len(rejected) == 3
    one = organisation(pages["CIK0000895419.json"])
    assert (one.subject.name, one.subject.kind, one.subject.country) == ("WOLFSPEED, INC.", "company", "US")
    assert [(name.name, str(name.when.start), str(name.when.end)) for name in one.names] == [
        ("CREE, INC.", "2019-08-20", "2021-10-01"),
        ("CREE INC", "2000-10-27", "2019-08-05"),
        ("CREE RESEARCH INC /NC/", "1996-11-14", "1999-05-11"),
    ]
    assert organisation(pages["CIK0000940418.json"]).subject.country == "DE"
    assert organisation(pages["CIK0001911716.json"]).subject.country == "JP"
    # sixteen shares: none of their tickers is the company's
    many = organisation(pages["CIK0000310522.json"])
    assert [one.scheme for one in many.subject.identifiers] == ["cik"]
    assert len([one for one in many.attributes if one.name == "ticker"]) == 16


@pytest.mark.shared
def test_no_phone_or_street_is_kept_of_a_recorded_filer() -> None:
    for page in recorded().values():
        told = " ".join(one.model_dump_json() for one in read_filer(page))
        for hidden in (page["phone"], page["addresses"]["mailing"]["street1"]):
            assert not hidden or hidden not in told


def test_what_may_be_a_persons_entry_is_not_read() -> None:
    (found,) = read_filer(saved("insider.json"))
    assert isinstance(found, Rejected)
    assert "person" in found.reason
    assert "Mist" not in found.model_dump_json()


def test_one_ticker_identifies_and_several_do_not() -> None:
    assert [one.scheme for one in identifiers("0009900001", ["A", "A"])] == ["cik", "ticker"]
    assert [one.scheme for one in identifiers("0009900001", ["A", "B"])] == ["cik"]


def test_a_state_of_the_us_is_no_country() -> None:
    assert organisation(saved("domestic.json")).subject.country == "US"
    assert organisation(saved("abroad.json")).subject.country == "CA"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"entityType": "robot"}, "entityType"),
        ({"name": ""}, "Mention.name"),
        ({"cik": "x"}, "cik"),
        ({"addresses": []}, "addresses.business"),
        ({"formerNames": {}}, "formerNames"),
        ({"sic": 7372}, "sic"),
    ],
)
def test_an_entry_that_cannot_be_used_is_rejected_with_its_field(change: dict[str, Any], field: str) -> None:
    (found,) = read_filer({**saved("filer.json"), **change})
    assert isinstance(found, Rejected)
    assert found.field == field


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    key=st.sampled_from(sorted(saved("filer.json"))),
    value=json_values,
    name=st.sampled_from(["filer", "insider"]),
)
@settings(max_examples=300, deadline=None)
def test_no_value_in_any_field_raises(key: str, value: Any, name: str) -> None:
    found = list(read_filer({**saved(f"{name}.json"), key: value}))
    assert all(isinstance(one, Organisation | Rejected) for one in found)
