"""OpenAlex: real works, institutions and funders, the key, the budget, paging by cursor."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy.http import Request

from crawlers.sources.openalex import DECLARATION, LEFT, PARTIES_MOST, OpenalexSpider
from pipelines.errors import InputError
from pipelines.facts import facts_of
from pipelines.records import Cooperation, Organisation, Rejected
from tests.crawlers.archives import responses
from tests.crawlers.field_paths import unsaid
from tests.crawlers.saved_pages import PAGES, read, respond
from tests.crawlers.web import Answer, serve
from tests.program import run
from tests.shared import shared

API = "https://api.openalex.org/"


def saved(name: str = "work.json") -> Any:
    return json.loads((PAGES / "openalex" / name).read_text("utf-8"))


def told(answer: Any) -> list[Any]:
    return list(OpenalexSpider().read(respond(f"{API}works/W1", json.dumps(answer).encode())))


@pytest.mark.shared
def test_every_recorded_answer_gives_what_its_kind_gives() -> None:
    spider = OpenalexSpider()
    found: dict[str, Any] = {}
    for url, body in responses(shared("web", "openalex.warc.gz")):
        assert spider.owns(url)
        (found[url.removeprefix(API)],) = spider.read(respond(url, body))
    assert {url: type(one).__name__ for url, one in found.items()} == {
        "works/W52443429": "Cooperation",
        "works/W3197312755": "Rejected",
        "authors/A5132448078": "Rejected",
        "authors/A5060600148": "Rejected",
        "institutions/I4210136608": "Organisation",
        "institutions/I2800969880": "Organisation",
        "funders/F6180854526": "Organisation",
        "funders/F4320313942": "Organisation",
    }
    assert found["works/W3197312755"].reason == "fewer than two organisations"
    assert found["authors/A5132448078"].reason == "tells of no organisation"


@pytest.mark.shared
def test_a_recorded_joint_paper_in_full() -> None:
    body = dict(responses(shared("web", "openalex.warc.gz")))[API + "works/W52443429"]
    (one,) = told(json.loads(body))
    assert (one.kind, str(one.when.start), one.when.precision) == ("joint paper", "2003-03-04", "day")
    assert one.locator == "$ (doi:10.1007/s00401-002-0654-1)"
    # each once, though fourteen authors name three of them
    assert len(one.parties) == 4
    assert all(party.country == "IT" for party in one.parties)
    assert {party.kind for party in one.parties} == {"other", "university", "research institute"}


def test_a_joint_paper_is_a_technology_relation_without_a_direction() -> None:
    (one,) = told(saved())
    (fact,) = facts_of(one)
    assert (fact.kind, fact.value) == ("cooperation", "joint paper")
    assert [role for role, _ in fact.roles] == ["party", "party", "party"]
    assert fact.detail == {"status": "done"}


@pytest.mark.shared
def test_a_recorded_institute_in_full() -> None:
    body = dict(responses(shared("web", "openalex.warc.gz")))[API + "institutions/I4210136608"]
    (one,) = told(json.loads(body))
    assert (one.subject.name, one.subject.kind, one.subject.country, one.subject.place) == (
        "Institute of Pomology", "research institute", "CN", "Xingcheng",
    )  # fmt: skip
    assert {(each.scheme, each.value) for each in one.subject.identifiers} == {
        ("openalex:id", "I4210136608"), ("ror", "03tx9ed22"), ("grid", "grid.469586.0"),
    }  # fmt: skip
    assert ("unit", "Chinese Academy of Agricultural Sciences") in {
        (link.relation, link.other.name) for link in one.links
    }


@pytest.mark.shared
def test_every_field_of_recorded_answers_is_read_or_left() -> None:
    found = [
        json.loads(body)
        for url, body in responses(shared("web", "openalex.warc.gz"))
        if "/authors/" not in url  # rejected as a whole
    ]
    assert unsaid("openalex", LEFT, found) == set()


def test_the_key_is_optional_and_added_below_the_spider() -> None:
    (key,) = DECLARATION.keys
    assert (key.env, key.place, key.required) == ("VALUENET_OPENALEX_KEY", "query:api_key", False)
    (start,) = OpenalexSpider().start_requests_live()
    assert "api_key" not in start.url


def test_what_is_asked_for() -> None:
    (start,) = OpenalexSpider(country="SG", since="2024-05-01").start_requests_live()
    asked = parse_qs(urlsplit(start.url).query)
    assert asked["cursor"] == ["*"]
    assert asked["per_page"] == ["100"]
    assert asked["filter"] == [
        "from_publication_date:2024-05-01,institutions_distinct_count:>1,"
        "authorships.institutions.country_code:SG,authorships.institutions.type:company"
    ]
    (start,) = OpenalexSpider(ror="03cve4549,042nb2s44").start_requests_live()
    assert "authorships.institutions.ror%3A03cve4549%7C042nb2s44" in start.url
    ids = [one.url for one in OpenalexSpider(ids="W1,I2,F3").start_requests_live()]
    assert ids == [API + "works/W1", API + "institutions/I2", API + "funders/F3"]


@pytest.mark.parametrize("wrong", [{"country": "China"}, {"since": "2024"}, {"ror": "x"}, {"ids": "A5"}])
def test_arguments_that_cannot_be_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(InputError):
        OpenalexSpider(**wrong)


def test_an_institution_of_several_authors_is_one_party() -> None:
    (one,) = told(saved())
    assert [party.name for party in one.parties] == [
        "Shili Technology (China)", "Wuca University", "Chenwu Laboratory",
    ]  # fmt: skip


def test_a_paper_of_a_whole_community_is_no_cooperation() -> None:
    work = saved()
    one = work["authorships"][0]["institutions"][0]
    work["authorships"][0]["institutions"] = [
        {**one, "id": f"https://openalex.org/I{number}"} for number in range(PARTIES_MOST + 1)
    ]
    (found,) = told(work)
    assert isinstance(found, Rejected)
    assert found.reason.startswith("more than")


@pytest.mark.parametrize(
    ("header", "left", "goes_on"),
    [
        ("X-RateLimit-Remaining-USD", "0", False),
        ("X-RateLimit-Remaining-USD", "0.000", False),
        ("X-RateLimit-Remaining", "0", False),
        ("X-RateLimit-Remaining-USD", "0.0001", True),
        ("X-RateLimit-Remaining", "9", True),
        ("X-RateLimit-Remaining", "none", True),
    ],
)
def test_a_spent_budget_ends_the_listing_as_not_whole(header: str, left: str, goes_on: bool) -> None:
    spider = OpenalexSpider()
    (start,) = spider.start_requests_live()
    body = (PAGES / "openalex" / "listing.json").read_bytes()
    given = {"headers": {header: left, "Content-Type": "application/json"}, "meta": start.meta}
    found = read(spider, respond(start.url, body, given))
    assert bool(found["requests"]) is goes_on
    assert ("listing" in [one["kind"] for one in found["rejected"]]) is not goes_on


def test_a_listing_is_paged_by_its_cursor_and_its_key_shows_nowhere(tmp_path: Path) -> None:
    work = {
        name: saved()[name]
        for name in ("id", "doi", "display_name", "type", "publication_date", "authorships")
    }
    works = [
        {
            **work,
            "id": f"https://openalex.org/W{9_100_000 + number}",
            "publication_date": f"2024-03-{number + 1:02}",
        }
        for number in range(5)
    ]

    def answer(path: str) -> Answer:
        parts = urlsplit(path)
        if parts.path.endswith("/robots.txt"):
            return 404, {}, b""
        cursor = parse_qs(parts.query)["cursor"][0]
        start = 0 if cursor == "*" else int(cursor)
        following = str(start + 2) if start + 2 < len(works) else None
        page = {"meta": {"count": 5, "next_cursor": following}, "results": works[start : start + 2]}
        return 200, {"Content-Type": "application/json"}, json.dumps(page).encode()

    with serve(answer) as web:
        key = {"VALUENET_OPENALEX_KEY": "not-to-be-seen"}
        told = run("crawl", "openalex", "--web", web.base, "--json", cwd=tmp_path, env=key).stdout
        (done,) = json.loads(told)
        asked = [path for path in web.paths if "cursor" in path]
    assert (done["outcome"], done["records"], done["rejected"]) == ("complete", 5, 0)
    assert done["facts_new"] == 5
    assert len(asked) == 3
    assert all("api_key=not-to-be-seen" in path for path in asked)
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or b"not-to-be-seen" not in file.read_bytes()


def test_a_listing_that_ends_too_early_is_not_whole() -> None:
    spider = OpenalexSpider()
    (start,) = spider.start_requests_live()
    page = {"meta": {"count": 9, "next_cursor": None}, "results": [saved()]}
    again = list(spider.read(respond(start.url, json.dumps(page).encode(), {"meta": start.meta})))
    # it begins anew, and says so when it never comes right
    assert any(isinstance(one, Request) and one.url == start.url for one in again)
    for _ in range(2):
        again = list(spider.read(respond(start.url, json.dumps(page).encode(), {"meta": start.meta})))
    assert [one.kind for one in again if isinstance(one, Rejected)] == ["listing"]


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
    name=st.sampled_from(["work.json", "institution.json", "funder.json", "listing.json"]),
    data=st.data(),
    value=json_values,
)
@settings(max_examples=300, deadline=None)
def test_no_value_in_any_field_raises(name: str, data: st.DataObject, value: Any) -> None:
    answer = saved(name)
    answer[data.draw(st.sampled_from(sorted(answer)))] = value
    for one in told(answer):
        assert isinstance(one, (Cooperation, Organisation, Rejected, Request))


@given(value=json_values, path=st.sampled_from(["institutions", "author", "affiliations"]))
@settings(max_examples=200, deadline=None)
def test_no_value_in_an_authorship_raises(value: Any, path: str) -> None:
    work = saved()
    work["authorships"][0][path] = value
    for one in told(work):
        assert isinstance(one, (Cooperation, Rejected))
