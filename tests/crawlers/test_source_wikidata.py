"""Wikidata: real items, ranks and dates, robots rules, the way from a company to those who lead it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from protego import Protego

from crawlers.sources.wikidata import LEFT, READ, WikidataSpider, read_entity
from pipelines.errors import InputError
from pipelines.records import Organisation, Person, Rejected
from pipelines.store.session import open_store
from tests.crawlers.archives import responses
from tests.crawlers.field_paths import unsaid
from tests.crawlers.saved_pages import PAGES, read, respond
from tests.crawlers.web import Answer, serve
from tests.program import data, run
from tests.shared import shared

PAGE = "https://www.wikidata.org/wiki/Special:EntityData/{}.json"

#: Rules such as Wikidata's: what is special is closed, but for the data of single items in a stated format.
ROBOTS = """
User-agent: *
Disallow: /w/
Disallow: /wiki/Special:
Allow: /wiki/Special:EntityData/*.
Disallow: /sparql
"""


def saved(name: str) -> Any:
    (entity,) = json.loads((PAGES / "wikidata" / name).read_text("utf-8"))["entities"].values()
    return entity


def entity(url: str) -> Any:
    body = dict(responses(shared("web", "wikidata.warc.gz")))[url]
    (found,) = json.loads(body)["entities"].values()
    return found


@pytest.mark.shared
def test_every_recorded_item_gives_a_person_or_the_reason_why_not() -> None:
    spider = WikidataSpider()
    told: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for url, body in responses(shared("web", "wikidata.warc.gz")):
        if not spider.owns(url):  # descriptions of properties
            told["left alone"] += 1
            continue
        for one in spider.read(respond(url, body)):
            told[type(one).__name__] += 1
            if isinstance(one, Rejected):
                reasons[one.reason.partition(":")[0]] += 1
    assert told == {"left alone": 2, "Person": 7, "Rejected": 15}
    assert reasons == {
        "a person without a study or a post": 4,
        "a property, not an item": 2,
        "an item's names alone": 3,
        "describes neither an organisation nor a person": 1,
        "positions that name no organisation": 3,
        "statements that are deprecated, not read": 2,
    }


@pytest.mark.shared
def test_a_recorded_person_in_full() -> None:
    props = "info|sitelinks/urls|aliases|labels|descriptions|claims|datatype"
    url = f"https://www.wikidata.org/w/api.php?action=wbgetentities&format=json&ids=Q233282&props={props}"
    found = [one for one in read_entity(entity(url), "$") if isinstance(one, Person)]
    (one,) = found
    assert (one.person.name, one.person.kind, one.person.scope) == (
        "Lyudmila Ocheretnaya",
        "person",
        "Q233282",
    )
    (study,) = one.studies
    assert (study.school.name, study.field, str(study.when.end)) == ("Q3064300", "Q1277348", "1986-12-31")
    (post,) = one.posts
    assert (post.employer.identifiers[0].scheme, post.employer.identifiers[0].value) == (
        "wikidata",
        "Q3064300",
    )
    assert (post.current, post.when.start) == (None, None)
    assert not one.core


@pytest.mark.shared
def test_every_field_of_a_recorded_statement_is_read_or_left() -> None:
    found = []
    for url, body in responses(shared("web", "wikidata.warc.gz")):
        for code, one in json.loads(body)["entities"].items():
            if WikidataSpider().owns(url) and code.startswith("Q"):
                # the other properties tell of something else
                kept = {name: said for name, said in one.get("claims", {}).items() if name in READ}
                found.append({"entities": {code: {**one, "claims": kept}}})
    # an item's own id, and the property, are part of the path
    missing = {path.rpartition(".")[2] for path in unsaid("wikidata", LEFT, found)}
    assert missing <= {"id", "rank", "snaktype", "time", "precision", "calendarmodel", "value"}


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        (PAGE.format("Q42"), True),
        ("https://www.wikidata.org/wiki/Special:EntityData/Q42", False),
        ("https://www.wikidata.org/wiki/Special:Search?search=x", False),
        ("https://www.wikidata.org/w/api.php?action=wbgetentities&ids=Q42", False),
        ("https://www.wikidata.org/sparql?query=x", False),
        ("https://www.wikidata.org/wiki/Q42", True),
    ],
)
def test_the_longest_rule_of_robots_txt_wins(url: str, allowed: bool) -> None:
    assert Protego.parse(ROBOTS).can_fetch(url, "valuenet") is allowed


def test_all_that_is_asked_for_is_allowed() -> None:
    rules, spider = Protego.parse(ROBOTS), WikidataSpider()
    body = (PAGES / "wikidata" / "organisation.json").read_bytes()
    followed = read(spider, respond(PAGE.format("Q90000001"), body, {"meta": {"hops": 1}}))["requests"]
    urls = [one.url for one in spider.start_requests_live()] + [one["url"] for one in followed]
    assert len(urls) > 10
    assert all(rules.can_fetch(url, "valuenet") for url in urls)


def test_steps_end() -> None:
    body = (PAGES / "wikidata" / "organisation.json").read_bytes()
    url = PAGE.format("Q90000001")
    assert not read(WikidataSpider(), respond(url, body, {"meta": {"hops": 0}}))["requests"]
    following = read(WikidataSpider(), respond(url, body, {"meta": {"hops": 2}}))["requests"]
    assert {one["meta"]["hops"] for one in following} == {1}
    assert len(following) == len({one["url"] for one in following})


@pytest.mark.parametrize("ids", ["Q1,P2", "q1", "Q01", "Q1;Q2", "https://www.wikidata.org/wiki/Q1"])
def test_ids_that_are_none_are_refused(ids: str) -> None:
    with pytest.raises(InputError, match="no ids"):
        WikidataSpider(ids=ids)


@pytest.mark.parametrize("hops", ["-1", "x", "10", "²"])
def test_steps_that_are_none_are_refused(hops: str) -> None:
    with pytest.raises(InputError):
        WikidataSpider(hops=hops)


def test_leaders_are_core_people_with_a_post_that_ends_or_not() -> None:
    found = [one for one in read_entity(saved("organisation.json"), "$") if isinstance(one, Person)]
    assert all(one.core for one in found)
    assert [(one.person.name, one.posts[0].post, one.posts[0].current) for one in found] == [
        ("Q90000011", "chief executive officer", True),
        ("Q90000012", "chief executive officer", False),
        ("Q90000013", "chairperson", True),
        ("Q90000014", "director", False),
    ]


def test_a_name_that_ended_is_a_former_one() -> None:
    (one,) = [one for one in read_entity(saved("organisation.json"), "$") if isinstance(one, Organisation)]
    types = {name.name: name.type for name in one.names}
    assert types["示例科技股份有限公司"] == "legal"
    assert types["示例软件有限公司"] == "former"
    assert "Shili Technologie" not in types


def test_of_two_identifiers_of_one_scheme_none_is_chosen() -> None:
    found = [one for one in read_entity(saved("bad_statements.json"), "$") if isinstance(one, Organisation)]
    assert [one.scheme for one in found[0].subject.identifiers] == ["wikidata"]


def test_private_facts_of_persons_are_nowhere() -> None:
    text = (PAGES / "wikidata" / "person.expected.json").read_text("utf-8")
    # the day of birth, and the gender, which the page has
    assert "1980" not in text
    assert "Q6581072" not in text


def test_a_company_leads_to_its_leaders_and_they_to_their_schools(tmp_path: Path) -> None:
    pages = {
        "Q14772": saved("organisation.json"),
        "Q90000011": saved("person.json"),
        "Q90000021": saved("university.json"),
    }

    def answer(path: str) -> Answer:
        if path.endswith("robots.txt"):
            return 200, {"Content-Type": "text/plain"}, ROBOTS.encode()
        code = path.rpartition("/")[2].removesuffix(".json")
        if code not in pages:
            return 404, {}, b"{}"
        return (
            200,
            {"Content-Type": "application/json"},
            json.dumps({"entities": {code: pages[code]}}).encode(),
        )

    with serve(answer) as web:
        (done,) = data("crawl", "wikidata", "--web", web.base, cwd=tmp_path)
        asked = [path for path in web.paths if "EntityData" in path]
    assert done["records"] >= 7
    assert len(asked) == len(set(asked))
    assert any("Q90000021" in path for path in asked)
    run("resolve", cwd=tmp_path)
    engine = open_store(f"sqlite:///{tmp_path / 'valuenet.db'}")
    with engine.connect() as connection:
        names = {
            row.name
            for row in connection.exec_driver_sql("select name from entity where redirect_to is null")
        }
    engine.dispose()
    # what was visited is shown by its name, and nobody is there twice
    assert {"林示例", "Wuca University"} <= names
    assert not names & {"Q90000011", "Q90000021"}


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
    name=st.sampled_from(["organisation.json", "person.json"]),
    key=st.sampled_from(["id", "labels", "aliases", "claims", *sorted(READ)]),
    value=json_values,
)
@settings(max_examples=300, deadline=None)
def test_no_value_in_any_field_raises(name: str, key: str, value: Any) -> None:
    one = saved(name)
    if key in READ:
        one["claims"][key] = value
    else:
        one[key] = value
    for found in read_entity(one, "$"):
        assert isinstance(found, (Organisation, Person, Rejected))


@given(
    name=st.sampled_from(["organisation.json", "person.json"]),
    data=st.data(),
    value=json_values,
)
@settings(max_examples=300, deadline=None)
def test_no_value_inside_a_statement_raises(name: str, data: st.DataObject, value: Any) -> None:
    one = saved(name)
    prop = data.draw(st.sampled_from(sorted(set(one["claims"]) & READ)))
    here = one["claims"][prop][0]
    path = data.draw(st.sampled_from([["rank"], ["mainsnak"], ["mainsnak", "datavalue"], ["qualifiers"]]))
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    for found in read_entity(one, "$"):
        assert isinstance(found, (Organisation, Person, Rejected))
