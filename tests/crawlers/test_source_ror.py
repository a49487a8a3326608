"""ROR: the real answers of both versions, paging, and what may be wrong with an entry."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.sources.ror import RorSpider, read_organisation
from pipelines.records import Organisation, Rejected
from tests.crawlers.archives import responses
from tests.crawlers.saved_pages import PAGES, read, respond
from tests.shared import shared


def organisation(entry: Any) -> Organisation:
    (found,) = read_organisation(entry, "$")
    assert isinstance(found, Organisation)
    return found


def saved(name: str) -> Any:
    return json.loads((PAGES / "ror" / name).read_text("utf-8"))


@pytest.mark.shared
def test_all_recorded_answers_give_an_organisation() -> None:
    spider = RorSpider()
    found: dict[str, dict[str, Organisation]] = {}
    for url, body in responses(shared("web", "ror.warc.gz")):
        assert spider.owns(url)
        (one,) = list(spider.read(respond(url, body)))
        assert isinstance(one, Organisation), url
        version, _, number = url.removeprefix("https://api.ror.org/").split("/")
        found.setdefault(number, {})[version] = one
    assert sum(len(one) for one in found.values()) == 64
    both = [one for one in found.values() if len(one) == 2]
    assert len(both) == 29
    for pair in both:
        old, new = pair["v1"].subject, pair["v2"].subject
        # the newer answers may know more identifiers, never others
        assert (old.name, old.kind, old.country) == (new.name, new.kind, new.country)
        ids = {one.scheme: one.value for one in new.identifiers}
        assert all(ids[one.scheme] == one.value for one in old.identifiers)
    kinds = Counter(next(iter(one.values())).subject.kind for one in found.values())
    assert kinds == {"company": 27, "university": 5, "research institute": 2, "government": 1}


@pytest.mark.shared
def test_a_recorded_organisation_in_full() -> None:
    pages = dict(responses(shared("web", "ror.warc.gz")))
    one = organisation(json.loads(pages["https://api.ror.org/v2/organizations/03vs3wt56"]))
    assert (one.subject.name, one.subject.kind, one.subject.country, one.subject.place) == (
        "Baidu (China)", "company", "CN", "Beijing",
    )  # fmt: skip
    assert {(name.name, name.type, name.language) for name in one.names} == {
        ("Baidu", "alias", "en"), ("Baidu Inc", "alias", "en"), ("百度", "translation", "zh"),
    }  # fmt: skip
    ids = {one.scheme: one.value for one in one.subject.identifiers}
    assert ids == {
        "ror": "03vs3wt56", "wikidata": "Q14772", "grid": "grid.459383.0", "isni": "000000044909268X",
        "fundref": "100018903",
    }  # fmt: skip
    founded = next(attribute for attribute in one.attributes if attribute.name == "founded")
    assert (founded.number, founded.unit) == (2000, "year")


@pytest.mark.shared
def test_relationships_of_the_academy_are_all_kept() -> None:
    pages = dict(responses(shared("web", "ror.warc.gz")))
    entry = json.loads(pages["https://api.ror.org/v2/organizations/034t30j35"])
    one = organisation(entry)
    assert len(one.links) == len(entry["relationships"]) > 100
    assert {link.relation for link in one.links} <= {"parent", "related"}
    assert all(link.other.identifiers[0].scheme == "ror" for link in one.links)


def test_the_relation_is_the_subjects_part() -> None:
    links = {link.other.name: link.relation for link in organisation(saved("company_v2.json")).links}
    assert links == {
        "Chenwu Group": "subsidiary",
        "Chenwu Speech Laboratory": "parent",
        "Old Chenwu": "successor",
        "Mist University": "related",
    }
    assert organisation(saved("institute_v1.json")).links[0].relation == "unit"


def test_of_several_identifiers_without_a_preferred_one_none_is_chosen() -> None:
    one = organisation(saved("institute_v1.json"))
    assert "fundref" not in {identifier.scheme for identifier in one.subject.identifiers}
    assert [a.value for a in one.attributes if a.name == "also_fundref"] == ["501100099993", "501100099994"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"names": "x"}, "names"),
        ({"names": [{"value": "x", "types": ["label"]}]}, "names"),
        ({"names": [{"value": "x" * 301, "types": ["ror_display"]}]}, "Mention.name"),
        ({"names": [{"value": "x", "types": ["ror_display", "nickname"]}]}, "names.types"),
        ({"types": ["robot"]}, "types"),
        ({"established": "2012"}, "established"),
        ({"id": "https://ror.org/short"}, "id"),
        ({"locations": [{"geonames_details": {"country_code": "China", "name": "x"}}]}, "Mention.country"),
    ],
)
def test_an_entry_that_cannot_be_used_is_rejected_with_its_field(change: dict[str, Any], field: str) -> None:
    (found,) = read_organisation({**saved("company_v2.json"), **change}, "$.items[3]")
    assert isinstance(found, Rejected)
    assert (found.locator, found.field, found.kind) == ("$.items[3]", field, "organisation")


def test_a_part_that_cannot_be_used_is_rejected_alone() -> None:
    change = {
        "established": 13,
        "relationships": [{"type": "sibling", "label": "x", "id": "https://ror.org/0chenwu28"}],
    }
    found = list(read_organisation({**saved("company_v2.json"), **change}, "$"))
    assert [type(one).__name__ for one in found] == ["Rejected", "Rejected", "Organisation"]
    assert {one.locator for one in found if isinstance(one, Rejected)} == {
        "$.established",
        "$.relationships[0]",
    }


def _page(now: int, count: int) -> dict[str, Any]:
    body = json.dumps({"number_of_results": now, "items": [saved("company_v2.json")] * count}).encode()
    url = "https://api.ror.org/v2/organizations?filter=country.country_code%3ACN&page=2"
    return read(RorSpider(), respond(url, body))


def test_a_listing_is_paged_to_its_end() -> None:
    (following,) = _page(60, 20)["requests"]
    assert following["url"].endswith("page=3")
    assert following["meta"] == {"listing": "CN", "depth_reset": True}
    assert not _page(40, 20)["requests"]


def test_the_client_id_travels_on_every_page() -> None:
    spider = RorSpider(client_id="abc")
    (start,) = spider.start_requests_live()
    body = json.dumps({"number_of_results": 40, "items": [saved("company_v2.json")]}).encode()
    following = list(spider.read(respond(start.url, body)))[-1]
    assert start.headers["Client-Id"] == following.headers["Client-Id"] == b"abc"  # type: ignore[union-attr]


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    key=st.sampled_from(sorted(saved("company_v2.json")) + sorted(saved("institute_v1.json"))),
    value=json_values,
)
@settings(max_examples=300, deadline=None)
def test_no_value_in_any_field_raises(key: str, value: Any) -> None:
    for name in ("company_v2.json", "institute_v1.json"):
        for one in read_organisation({**saved(name), key: value}, "$"):
            assert isinstance(one, (Organisation, Rejected))
