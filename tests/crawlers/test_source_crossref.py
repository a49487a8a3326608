"""Crossref: real works, affiliations as written, the polite pool, paging by cursor."""

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

from crawlers.sources.crossref import LEFT, CrossrefSpider
from pipelines.errors import InputError
from pipelines.records import Cooperation, Rejected
from tests.crawlers.archives import responses
from tests.crawlers.field_paths import unsaid
from tests.crawlers.saved_pages import PAGES, respond
from tests.crawlers.web import Answer, serve
from tests.program import data
from tests.shared import shared

API = "https://api.crossref.org/works"


def saved(name: str = "work.json") -> Any:
    return json.loads((PAGES / "crossref" / name).read_text("utf-8"))


def work(*affiliations: Any, **other: Any) -> Any:
    """What reading a work of one author with these affiliations gives."""
    author = {"affiliation": [{"name": one} if isinstance(one, str) else one for one in affiliations]}
    message = {"DOI": "10.99999/shili.9", "issued": {"date-parts": [[2024]]}, "author": [author], **other}
    answer = {"message-type": "work", "message": message}
    (found,) = CrossrefSpider().read(respond(f"{API}/10.99999/shili.9", json.dumps(answer).encode()))
    return found


@pytest.mark.shared
def test_every_recorded_answer_gives_its_joint_papers() -> None:
    spider = CrossrefSpider()
    told: Counter[str] = Counter()
    for url, body in responses(shared("web", "crossref.warc.gz")):
        assert spider.owns(url)
        answer = json.loads(body)["message"]
        works = 0
        for one in spider.read(respond(url, body)):
            told[type(one).__name__] += 1
            if isinstance(one, Cooperation):
                works += 1
                assert one.kind == "joint paper"
                assert len(one.parties) >= 2
            elif isinstance(one, Rejected):
                works += int(one.value) if one.value.isdecimal() and "items" in answer else 1
                told[one.reason.partition(":")[0]] += 1
        # none is lost
        assert works == len(answer.get("items", [answer]))
    assert told == {
        "Cooperation": 34,
        "Request": 4,
        "Rejected": 18,
        "works with fewer than two organisations": 10,
        "fewer than two organisations": 6,
        "works with addresses in pieces, where a country stands as an organisation": 1,
        "tells who registered it, alone": 1,
    }


@pytest.mark.shared
def test_a_recorded_joint_paper_in_full() -> None:
    url = f"{API}/10.1136/jclinpath-2020-206745"
    (one,) = CrossrefSpider().read(respond(url, dict(responses(shared("web", "crossref.warc.gz")))[url]))
    assert isinstance(one, Cooperation)
    assert one.locator == "$.message (doi:10.1136/jclinpath-2020-206745)"
    assert (str(one.when.start), one.when.precision) == ("2020-08-17", "day")
    assert len(one.parties) == 12
    assert any(
        party.name.startswith("Department of Neurosurgery, China-Japan Friendship") for party in one.parties
    )


@pytest.mark.shared
def test_every_field_of_recorded_answers_is_read_or_left() -> None:
    found = [
        json.loads(body)
        for url, body in responses(shared("web", "crossref.warc.gz"))
        if not url.endswith("/agency")  # rejected as a whole
    ]
    assert unsaid("crossref", LEFT, found) == set()


def test_affiliations_are_kept_as_written_and_once() -> None:
    found = work("Shili R&amp;D  Institute", "Wuca University", "WUCA UNIVERSITY")
    assert [one.name for one in found.parties] == ["Shili R&D Institute", "Wuca University"]


def test_one_ror_id_is_one_organisation() -> None:
    ror = [{"id": "https://ror.org/03cve4549", "id-type": "ROR"}]
    found = work({"name": "Department A, Wuca University", "id": ror}, {"name": "Wuca University", "id": ror})
    assert isinstance(found, Rejected)
    assert found.reason == "fewer than two organisations"


@pytest.mark.parametrize(
    ("name", "scoped"),
    [
        ("Department of Physics", True),
        ("Biomedical Sciences Graduate Program", True),
        ("Department of Mathematics Wuca University", False),
        ("Division of Speech, Shili Co., Ltd.", False),
        ("示例科技有限公司", False),
        ("Shili", False),
    ],
)
def test_a_bare_department_is_another_one_in_every_paper(name: str, scoped: bool) -> None:
    found = work(name, "Chenwu University")
    assert found.parties[0].scope == ("doi:10.99999/shili.9" if scoped else "")


@pytest.mark.parametrize("piece", ["China", "USA", "USA.", "中国"])
def test_addresses_in_pieces_are_no_organisations(piece: str) -> None:
    found = work("Wuca University", "Wuca", piece)
    assert isinstance(found, Rejected)
    assert "in pieces" in found.reason


@pytest.mark.parametrize(
    ("parts", "start", "precision"),
    [
        ([[2024, 3, 5]], "2024-03-05", "day"),
        ([[2024, 3]], "2024-03-01", "month"),
        ([[2024]], "2024-01-01", "year"),
        ([[None]], "None", None),
        ([[]], "None", None),
        ([], "None", None),
    ],
)
def test_the_day_of_issue(parts: Any, start: str, precision: str | None) -> None:
    found = work("Wuca University", "Chenwu University", issued={"date-parts": parts})
    assert (str(found.when.start), found.when.precision) == (start, precision)


@pytest.mark.parametrize(
    "parts", [[[2024, 13]], [[2024, 2, 30]], [["2024"]], [[True]], [[2024, 1, 1, 1]], [5], [[-5]], [[10**30]]]
)
def test_no_day_at_all_is_rejected(parts: Any) -> None:
    found = work("Wuca University", "Chenwu University", issued={"date-parts": parts})
    assert isinstance(found, Rejected)
    assert found.kind == "cooperation"


def test_what_is_asked_for() -> None:
    (start,) = CrossrefSpider(since="2024-05-01").start_requests_live()
    asked = parse_qs(urlsplit(start.url).query)
    assert asked["filter"] == ["has-affiliation:true,from-pub-date:2024-05-01"]
    assert (asked["query.affiliation"], asked["rows"], asked["cursor"]) == (["China"], ["200"], ["*"])
    (start,) = CrossrefSpider(ror="03cve4549").start_requests_live()
    assert "ror-id:https://ror.org/03cve4549" in parse_qs(urlsplit(start.url).query)["filter"][0]
    assert "query.affiliation" not in start.url
    (start,) = CrossrefSpider(ids="10.99999/a<b>").start_requests_live()
    assert start.url == f"{API}/10.99999/a%3Cb%3E"


@pytest.mark.parametrize("wrong", [{"since": "May"}, {"ror": "x"}, {"ids": "doi:10.1/x"}])
def test_arguments_that_cannot_be_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(InputError):
        CrossrefSpider(**wrong)


def test_the_polite_pool_wants_a_mail_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VALUENET_CONTACT", "lab@institute.example")
    (start,) = CrossrefSpider().start_requests_live()
    assert b"mailto:lab@institute.example" in (start.headers["User-Agent"] or b"")
    assert "mailto" not in start.url
    monkeypatch.setenv("VALUENET_CONTACT", "https://institute.example/contact")
    (start,) = CrossrefSpider().start_requests_live()
    assert "User-Agent" not in start.headers


def test_a_cursor_too_long_for_an_address_is_said() -> None:
    answer = saved("listing.json")
    answer["message"]["next-cursor"] = "x" * 2000
    found = list(CrossrefSpider().read(respond(f"{API}?rows=200&cursor=*", json.dumps(answer).encode())))
    assert [one.kind for one in found if isinstance(one, Rejected)].count("listing") == 1
    assert not [one for one in found if isinstance(one, Request)]


def test_a_listing_is_paged_by_its_cursor(tmp_path: Path) -> None:
    (sample, *_) = saved("listing.json")["message"]["items"]
    works = [
        {**sample, "DOI": f"10.99999/shili.1{number}", "issued": {"date-parts": [[2020 + number]]}}
        for number in range(5)
    ]

    def answer(path: str) -> Answer:
        parts = urlsplit(path)
        if parts.path.endswith("/robots.txt"):
            return 404, {}, b""
        cursor = parse_qs(parts.query)["cursor"][0]
        start = 0 if cursor == "*" else int(cursor)
        message = {"total-results": 5, "items": works[start : start + 2], "next-cursor": str(start + 2)}
        page = {"status": "ok", "message-type": "work-list", "message": message}
        return 200, {"Content-Type": "application/json"}, json.dumps(page).encode()

    with serve(answer) as web:
        (done,) = data("crawl", "crossref", "--web", web.base, cwd=tmp_path)
        pages = [path for path in web.paths if "cursor" in path]
    assert len(pages) == 3
    assert (done["outcome"], done["records"], done["rejected"], done["facts_new"]) == ("complete", 5, 0, 5)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(name=st.sampled_from(["work.json", "listing.json"]), data=st.data(), value=json_values)
@settings(max_examples=300, deadline=None)
def test_no_value_in_any_field_raises(name: str, data: st.DataObject, value: Any) -> None:
    answer = saved(name)
    message = answer["message"]
    message[data.draw(st.sampled_from(sorted(message)))] = value
    for one in CrossrefSpider().read(respond(f"{API}?query=x", json.dumps(answer).encode())):
        assert isinstance(one, (Cooperation, Rejected, Request))


@given(value=json_values, key=st.sampled_from(["name", "id", "place"]))
@settings(max_examples=200, deadline=None)
def test_no_value_in_an_affiliation_raises(value: Any, key: str) -> None:
    assert isinstance(
        work({"name": "Wuca University", key: value}, "Chenwu University"), (Cooperation, Rejected)
    )
