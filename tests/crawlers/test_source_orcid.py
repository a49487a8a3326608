"""ORCID: real answers, check characters, searches, and that nothing private is kept."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy.http import Request

from crawlers.sources.orcid import LEFT, OrcidSpider, orcid_id, read_record
from pipelines.errors import InputError
from pipelines.records import Person, Rejected
from tests.crawlers.archives import responses
from tests.crawlers.field_paths import unsaid
from tests.crawlers.saved_pages import PAGES, respond
from tests.crawlers.web import Answer, serve
from tests.program import data
from tests.shared import shared

API = "https://pub.orcid.org/v3.0/"
#: ORCID's own example person.
KNOWN = "0000-0002-1825-0097"


def saved(name: str = "record.json") -> Any:
    return json.loads((PAGES / "orcid" / name).read_text("utf-8"))


@pytest.mark.shared
def test_every_recorded_answer_leads_on_or_says_why_not() -> None:
    spider = OrcidSpider()
    told: Counter[str] = Counter()
    for url, body in responses(shared("web", "orcid.warc.gz")):
        assert spider.owns(url)
        found = list(spider.read(respond(url, body)))
        told["answers"] += 1
        told["records to visit"] += sum(isinstance(one, Request) for one in found)
        for one in found:
            if isinstance(one, Rejected):
                told[one.reason] += 1
        if not found:
            assert json.loads(body) == {"result": None, "num-found": 0}
            told["nobody found"] += 1
    assert told == {
        "answers": 31,
        "records to visit": 239,
        "nobody found": 2,
        "names a person, and tells neither studies nor posts": 10,
        "tells of papers alone": 3,
        "Something went wrong in ORCID.": 1,
        "The client application made a bad request to the ORCID API.": 1,
        "The resource was not found.": 1,
    }


@pytest.mark.shared
def test_every_recorded_id_is_one() -> None:
    for _, body in responses(shared("web", "orcid.warc.gz")):
        for one in json.loads(body).get("result") or ():
            assert orcid_id(one["orcid-identifier"]["path"])


@pytest.mark.shared
def test_every_field_of_recorded_searches_and_persons_is_read_or_left() -> None:
    found = []
    for url, body in responses(shared("web", "orcid.warc.gz")):
        answer = json.loads(body)
        if "/search" in url:
            found.append(answer)
        elif url.endswith("/person") and "name" in answer:
            # as it stands in a whole record
            found.append({"person": answer})
    assert unsaid("orcid", LEFT, found) == set()


@pytest.mark.parametrize(
    ("code", "good"),
    [
        (KNOWN, True), ("0000-0001-2345-6789", True), ("0000-0002-1694-233X", True),
        ("0000-0002-1825-0098", False), ("0000-0002-1694-233x", False), ("0000-0002-18250097", False),
        ("https://orcid.org/0000-0002-1825-0097", False), ("", False), ("００００-0002-1825-0097", False),
    ],
)  # fmt: skip
def test_the_check_character_of_an_id(code: str, good: bool) -> None:
    if good:
        assert orcid_id(code) == code
    else:
        with pytest.raises(InputError):
            orcid_id(code)


@given(place=st.integers(0, 17), digit=st.sampled_from("0123456789"))
def test_one_wrong_digit_of_an_id_is_noticed(place: int, digit: str) -> None:
    if KNOWN[place] == "-" or KNOWN[place] == digit:
        return
    with pytest.raises(InputError):
        orcid_id(KNOWN[:place] + digit + KNOWN[place + 1 :])


def test_nothing_private_is_kept() -> None:
    texts = [one.read_text("utf-8") for one in (PAGES / "orcid").glob("*.expected.json")]
    assert (PAGES / "orcid" / "record.json").read_text("utf-8").count("lin@shili.example") == 1
    for name in ("record.json", "no_name.json", "bad_entries.json", "person.json"):
        found = OrcidSpider().read(respond(f"{API}{KNOWN}/record", (PAGES / "orcid" / name).read_bytes()))
        texts += [one.model_dump_json() for one in found if isinstance(one, (Person, Rejected))]
    for text in texts:
        assert "lin@shili" not in text
        assert "lin.example" not in text


def test_an_end_makes_a_post_past_and_its_absence_present() -> None:
    (one,) = [one for one in read_record(saved()) if isinstance(one, Person)]
    assert [(post.employer.name, post.current) for post in one.posts] == [
        ("示例科技", True), ("Chenwu Laboratory", False), ("Wuca Academy", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("title", "core"),
    [
        ("Chief Scientist", True), ("Co-founder and CTO", True), ("Chief Technology Officer", True),
        ("首席科学家", True), ("联合创始人", True), ("Professor", False), ("Head chief", False), ("Foundering", False),
    ],
)  # fmt: skip
def test_those_who_lead_are_core_people(title: str, core: bool) -> None:
    record = saved("names_apart.json")
    groups = record["activities-summary"]["employments"]["affiliation-group"]
    for group in groups:
        group["summaries"][0]["employment-summary"]["role-title"] = title
    (one,) = [one for one in read_record(record) if isinstance(one, Person)]
    assert one.core is core


def test_of_entries_that_say_the_same_the_preferred_is_read() -> None:
    record = saved("names_apart.json")
    group = record["activities-summary"]["employments"]["affiliation-group"][0]
    group["summaries"].append(group["summaries"][0])
    (one,) = [one for one in read_record(record) if isinstance(one, Person)]
    assert len(one.posts) == 2


def test_more_posts_than_anybody_had_are_rejected() -> None:
    record = saved("names_apart.json")
    groups = record["activities-summary"]["employments"]["affiliation-group"]
    groups.extend(groups * 300)
    (one,) = read_record(record)
    assert isinstance(one, Rejected)
    assert one.field == "employments"


def test_searches_are_by_id_or_by_name() -> None:
    spider = OrcidSpider(ids=KNOWN, ror="03cve4549", grid="grid.12527.33", affiliation='示例"科技')
    urls = [one.url for one in spider.start_requests_live()]
    assert urls[0] == f"{API}{KNOWN}/record"
    asked = [parse_qs(urlsplit(url).query) for url in urls[1:]]
    assert [one["q"][0] for one in asked] == [
        'ror-org-id:"https://ror.org/03cve4549"',
        'grid-org-id:"grid.12527.33"',
        'affiliation-org-name:"示例 科技"',
    ]
    assert all(one["rows"] == ["100"] and one["start"] == ["0"] for one in asked)
    assert all(one.headers["Accept"] == b"application/json" for one in spider.start_requests_live())


@pytest.mark.parametrize("wrong", [{"ids": "x"}, {"ror": "000000000"}, {"grid": "12527"}])
def test_arguments_that_are_no_ids_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(InputError):
        OrcidSpider(**wrong)


def test_a_search_of_too_many_is_said_to_be_cut() -> None:
    spider = OrcidSpider(affiliation="示例")
    (start,) = spider.start_requests_live()
    body = json.dumps({"expanded-result": [{"orcid-id": KNOWN}], "num-found": 12_000}).encode()
    found = list(spider.read(respond(start.url, body, {"meta": start.meta})))
    assert [one.kind for one in found if isinstance(one, Rejected)] == ["listing"]
    following = [one for one in found if isinstance(one, Request)][-1]
    assert parse_qs(urlsplit(following.url).query)["start"] == ["100"]


def _ids(count: int) -> list[str]:
    found = []
    for number in range(count):
        body = f"0000-0003-{number:04}-000"
        found.append(next(body + last for last in "0123456789X" if _is_id(body + last)))
    return found


def _is_id(code: str) -> bool:
    try:
        return bool(orcid_id(code))
    except InputError:
        return False


def test_a_search_is_paged_and_each_record_visited(tmp_path: Path) -> None:
    ids = _ids(103)

    def answer(path: str) -> Answer:
        parts = urlsplit(path)
        kind = {"Content-Type": "application/json"}
        if parts.path.endswith("/robots.txt"):
            return 404, {}, b""
        if parts.path.endswith("/expanded-search/"):
            asked = parse_qs(parts.query)
            if "Baidu" not in asked["q"][0]:
                return 200, kind, b'{"expanded-result": null, "num-found": 0}'
            start = int(asked["start"][0])
            page = [{"orcid-id": one} for one in ids[start : start + 100]]
            return 200, kind, json.dumps({"expanded-result": page, "num-found": len(ids)}).encode()
        record = saved("names_apart.json")
        record["orcid-identifier"]["path"] = parts.path.split("/")[-2]
        return 200, kind, json.dumps(record).encode()

    with serve(answer) as web:
        (done,) = data("crawl", "orcid", "--web", web.base, cwd=tmp_path)
        records = [path for path in web.paths if path.endswith("/record")]
        pages = [path for path in web.paths if "Baidu" in path]
    assert len(pages) == 2
    assert len(records) == len(set(records)) == 103
    assert (done["outcome"], done["records"], done["rejected"]) == ("complete", 103, 0)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
ENTRY = saved()["activities-summary"]["employments"]["affiliation-group"][0]["summaries"][0][
    "employment-summary"
]


@given(key=st.sampled_from(sorted(ENTRY)), inner=st.booleans(), value=json_values)
@settings(max_examples=300, deadline=None)
def test_no_value_in_any_field_raises(key: str, inner: bool, value: Any) -> None:
    record = saved("names_apart.json")
    group = record["activities-summary"]["employments"]["affiliation-group"][0]
    if inner:
        group["summaries"][0]["employment-summary"][key] = value
    else:
        group["summaries"] = value
    for one in read_record(record):
        assert isinstance(one, (Person, Rejected))


@given(
    answer=json_values,
    key=st.sampled_from(["num-found", "result", "orcid-identifier", "activities-summary", "path"]),
)
@settings(max_examples=200, deadline=None)
def test_any_answer_gives_something(answer: Any, key: str) -> None:
    body = json.dumps({key: answer, "num-found": 1} if key == "result" else {key: answer}).encode()
    for one in OrcidSpider().read(respond(f"{API}search?q=x", body)):
        assert isinstance(one, (Person, Rejected, Request))
