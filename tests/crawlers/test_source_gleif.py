"""GLEIF: every recorded answer by kind, check digits, dates, and what may be wrong with a record."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.sources.gleif import GleifSpider, day_meant, is_uscc, read_record
from pipelines.records import Organisation, Rejected
from tests.crawlers.archives import responses
from tests.crawlers.saved_pages import PAGES, read, respond
from tests.shared import shared

API = "https://api.gleif.org/api/v1/"

#: What the recorded answers give, by the last part of their address: pages, organisations, of these with a link,
#: rejections (one for an answer that says nothing of organisations).
RECORDED = {
    "record": (8, 8, 0, 0),
    "direct-children": (10, 54, 54, 0),
    "ultimate-children": (7, 41, 41, 0),
    "direct-parent": (2, 2, 2, 0),
    "ultimate-parent": (3, 3, 3, 0),
    "managing-lou": (4, 4, 0, 0),
    "lei-issuers": (1, 39, 0, 0),
    "direct-child-relationships": (11, 44, 44, 0),
    "ultimate-child-relationships": (11, 44, 44, 0),
    "direct-parent-relationship": (2, 2, 2, 0),
    "ultimate-parent-relationship": (2, 2, 2, 0),
    # five of the eight lists of securities are empty
    "isins": (8, 0, 0, 3),
    "direct-parent-reporting-exception": (7, 0, 0, 7),
    "ultimate-parent-reporting-exception": (5, 0, 0, 5),
    "autocompletions": (1, 0, 0, 1),
    "entity-legal-forms": (1, 0, 0, 1),
    "registration-authorities": (1, 0, 0, 1),
    "fields": (1, 0, 0, 1),
}


def saved(name: str) -> Any:
    return json.loads((PAGES / "gleif" / name).read_text("utf-8"))


def organisation(entry: Any) -> Organisation:
    *_, found = read_record(entry, "$.data")
    assert isinstance(found, Organisation)
    return found


@pytest.mark.shared
def test_every_recorded_answer_gives_what_its_kind_gives() -> None:
    spider = GleifSpider()
    told: dict[str, list[int]] = {}
    for url, body in responses(shared("web", "gleif.warc.gz")):
        assert spider.owns(url)
        part = url.removeprefix(API).partition("?")[0].split("/")
        counts = told.setdefault("record" if len(part) == 2 else part[-1], [0, 0, 0, 0])
        found = list(spider.read(respond(url, body)))
        organisations = [one for one in found if isinstance(one, Organisation)]
        rejected = [one for one in found if isinstance(one, Rejected)]
        counts[0] += 1
        counts[1] += len(organisations)
        counts[2] += sum(bool(one.links) for one in organisations)
        counts[3] += len(rejected)
        assert all("says nothing of organisations" in one.reason for one in rejected)
        data = json.loads(body)["data"]
        if isinstance(data, list) and not rejected:
            # nothing of a list is lost
            assert len(organisations) == len(data)
    assert {name: tuple(counts) for name, counts in told.items()} == RECORDED
    assert sum(counts[0] for counts in told.values()) == 85


@pytest.mark.shared
def test_a_recorded_chinese_company_in_full() -> None:
    spider, url = GleifSpider(), f"{API}lei-records/INR2EJN1ERAN0W5ZP974/direct-children"
    body = dict(responses(shared("web", "gleif.warc.gz")))[url]
    found = [one for one in spider.read(respond(url, body)) if isinstance(one, Organisation)]
    (one,) = [one for one in found if one.subject.country == "CN"]
    assert one.subject.name == "微软(中国)有限公司"
    assert {(identifier.scheme, identifier.value) for identifier in one.subject.identifiers} == {
        ("lei", "836800FXO82WAQQSJI94"),
        ("uscc", "91110108600040399G"),
    }
    (link,) = one.links
    assert (link.relation, link.other.name) == ("subsidiary", "INR2EJN1ERAN0W5ZP974")
    founded = next(attribute for attribute in one.attributes if attribute.name == "founded")
    # midnight in Beijing
    assert (founded.value, str(founded.when.start)) == ("1995-10-31T16:00:00Z", "1995-11-01")


@pytest.mark.shared
def test_a_recorded_former_name_and_relationship() -> None:
    pages = dict(responses(shared("web", "gleif.warc.gz")))
    one = organisation(json.loads(pages[API + "lei-records/254900LNRYNOQ9YPU758"])["data"])
    assert (one.names[0].name, one.names[0].type) == ("AMAZON VIDEO LIMITED", "former")
    assert len(one.names) == 4
    url = API + "lei-records/549300O897ZC5H7CY412/direct-parent-relationship"
    (related,) = list(GleifSpider().read(respond(url, pages[url])))
    assert isinstance(related, Organisation)
    (link,) = related.links
    assert (related.subject.name, link.other.name) == ("549300O897ZC5H7CY412", "549300OWK6ZGNYP4G142")
    assert (link.relation, str(link.when.start), link.when.end) == ("subsidiary", "2006-08-08", None)


@pytest.mark.parametrize(
    ("code", "good"),
    [
        ("91110108600040399G", True),
        ("91440300708461136T", True),
        ("91110108600040399H", False),
        ("91110108600040390G", False),
        ("9111010860004039IG", False),
        ("91110108600040399", False),
        ("", False),
    ],
)
def test_the_check_character_of_a_social_credit_code(code: str, good: bool) -> None:
    assert is_uscc(code) is good


@given(place=st.integers(0, 16), other=st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_one_wrong_character_of_a_code_is_noticed(place: int, other: str) -> None:
    code = "91110108600040399G"
    changed = code[:place] + other + code[place + 1 :]
    assert is_uscc(changed) is (changed == code)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("1995-10-31T16:00:00Z", "1995-11-01"),
        ("2023-12-31T23:00:00Z", "2024-01-01"),
        ("2008-03-08T00:00:00Z", "2008-03-08"),
        ("2025-04-11T08:00:00.000Z", "2025-04-11"),
        ("2008-03-08", "2008-03-08"),
        ("2021-13-40T16:00:00Z", "2021-13-40T16:00:00Z"),
        ("", ""),
    ],
)
def test_the_day_that_an_instant_means(written: str, day: str) -> None:
    assert day_meant(written) == day


def test_a_branch_and_a_successor_link_to_the_other() -> None:
    entry = saved("listing.json")["data"][0]
    assert [(link.relation, link.other.name) for link in organisation(entry).links] == [
        ("predecessor", "晨雾智能（深圳）有限公司"),
        ("predecessor", "晨雾机器人有限公司"),
    ]
    branch = saved("bad_entries.json")["data"][1]
    assert [(link.relation, link.other.name) for link in organisation(branch).links] == [
        ("unit", "晨雾智能（深圳）有限公司")
    ]


def test_a_number_that_does_not_check_is_an_attribute_alone() -> None:
    one = organisation(saved("listing.json")["data"][0])
    assert [identifier.scheme for identifier in one.subject.identifiers] == ["lei"]
    assert ("registration_number", "914403009999999999") in {(a.name, a.value) for a in one.attributes}


def _listed(total: int | None, following: str = "", count: int = 1) -> dict[str, Any]:
    page = {"data": [saved("record.json")["data"]] * count, "links": {"next": following} if following else {}}
    if total is not None:
        page["meta"] = {"pagination": {"total": total}}
    return read(GleifSpider(parents="no"), respond(API + "lei-records", json.dumps(page).encode()))


def test_a_listing_is_followed_by_its_cursor() -> None:
    found = _listed(1000, API + "lei-records?page%5Bcursor%5D=q", 3)
    (following,) = found["requests"]
    assert following["meta"]["depth_reset"]
    assert not found["rejected"]


def test_a_next_page_on_another_host_is_not_followed() -> None:
    found = _listed(9, "https://elsewhere.example/lei-records")
    assert not found["requests"]
    assert found["rejected"][0]["field"] == "next"


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("lei", "9999000CHENWU0000126", "attributes.lei"),
        ("lei", 5, "attributes.lei"),
        ("entity.legalName.name", None, "Mention.name"),
        ("entity.legalName", "x", "legalName.name"),
        ("entity.legalAddress.country", "China", "Mention.country"),
        ("entity.category", "ROBOT", "entity.category"),
        ("entity.otherNames", [{"name": "x", "type": "NICKNAME"}], "otherNames.type"),
        ("entity.otherNames", {"name": "x"}, "otherNames"),
        ("entity.successorEntities", [{"lei": "SHORT"}], "successorEntity.lei"),
        ("entity.status", ["ACTIVE"], "status"),
    ],
)
def test_a_record_that_cannot_be_used_is_rejected_with_its_field(path: str, value: Any, field: str) -> None:
    entry = saved("record.json")["data"]
    here = entry["attributes"]
    *steps, last = path.split(".")
    for step in steps:
        here = here[step]
    here[last] = value
    (found,) = read_record(entry, "$.data[7]")
    assert isinstance(found, Rejected)
    assert (found.locator, found.field, found.kind) == ("$.data[7]", field, "organisation")


@given(
    path=st.sampled_from(sorted(saved("record.json")["data"]["attributes"]["entity"])),
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=6,
    ),
)
@settings(max_examples=300, deadline=None)
def test_no_value_in_any_field_raises(path: str, value: Any) -> None:
    entry = saved("record.json")["data"]
    entry["attributes"]["entity"][path] = value
    found = Counter(type(one) for one in read_record(entry, "$.data"))
    assert set(found) <= {Organisation, Rejected}
    assert found
