"""OPS: every recorded answer, and the spider against a service whose tokens end and whose pace changes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy.http import Request

from crawlers.sources.epo_ops import LEFT, EpoOpsSpider
from pipelines.errors import UsageError
from pipelines.records import Patent, Rejected
from tests.crawlers.archives import responses
from tests.crawlers.epo_service import Service, serve_ops
from tests.crawlers.saved_pages import PAGES, Case, changes, read, respond
from tests.crawlers.test_sources import _covers, _told
from tests.crawlers.visiting import visit_source
from tests.shared import shared

KEYS = {"VALUENET_EPO_KEY": "our-key", "VALUENET_EPO_SECRET": "our-secret"}
URL = "https://ops.epo.org/3.2/rest-services/published-data/publication/docdb/CN.199000001.A/biblio"


def recorded() -> list[tuple[str, bytes]]:
    spider = EpoOpsSpider()
    pages = [(url, body) for url, body in responses(shared("web", "epo_ops.warc.gz")) if spider.owns(url)]
    files = sorted(shared("web", "epo_ops").glob("*.xml"))
    return [*pages, *((f"file:///epo_ops/{one.name}", one.read_bytes()) for one in files)]


@pytest.mark.shared
def test_every_recorded_answer_is_read_without_a_rejected_patent() -> None:
    counts, kinds = Counter[str](), Counter[str]()
    patents: dict[str, Patent] = {}
    for url, body in recorded():
        for one in EpoOpsSpider().read(respond(url, body)):
            counts[type(one).__name__] += 1
            if isinstance(one, Rejected):
                kinds[one.kind] += 1
            elif isinstance(one, Patent) and one.title:
                patents.setdefault(one.number, one)
    # 232 results on 5 pages of searches, of which 4 have more pages, or more than is shown
    assert counts == {"Patent": 45, "Request": 221, "Rejected": 4}
    assert kinds == {"listing": 4}
    assert sorted(patents) == [
        "AU2013290010A1", "CA3237996A1", "EP1000000A1", "EP1000000B1", "US20060142694A1",
        "US20120116137A1", "WO2009085664A2", "WO2010050748A2", "WO2020081771A1",
    ]  # fmt: skip
    assert all(one.filed.start and one.published.start and one.family for one in patents.values())
    assert all(any(said.role == "inventor" for said in one.parties) for one in patents.values())


@pytest.mark.shared
def test_a_recorded_patent_in_full() -> None:
    page = dict(recorded())[
        "http://ops.epo.org/3.2/rest-services/published-data/publication/docdb/WO2020081771/biblio"
    ]
    (one,) = list(EpoOpsSpider().read(respond(URL, page)))
    assert isinstance(one, Patent)
    (applicant,) = [said.party for said in one.parties if said.role == "applicant"]
    # the name of the document, with the country of the standardised one
    assert (applicant.name, applicant.country, applicant.kind) == ("UWM RESEARCH FOUNDATION, INC", "US", None)
    inventors = [said.party for said in one.parties if said.role == "inventor"]
    assert {said.kind for said in inventors} == {"person"}
    assert {said.scope for said in inventors} == {"inventor at UWM RESEARCH FOUNDATION, INC"}
    assert len({said.name for said in inventors}) == len(inventors)
    assert (str(one.priority.start), one.stage) == ("2018-10-17", "application")


@pytest.mark.shared
def test_who_is_applicant_and_inventor_is_one_person() -> None:
    page = dict(recorded())["file:///epo_ops/published__test__biblio_example_4.xml"]
    (one,) = [found for found in EpoOpsSpider().read(respond(URL, page)) if isinstance(found, Patent)]
    applicants = {said.party for said in one.parties if said.role == "applicant"}
    inventors = {said.party for said in one.parties if said.role == "inventor"}
    assert len(applicants) == 5
    assert {said.name for said in applicants - inventors} == {"PRIMUS GREEN ENERGY INC"}


@pytest.mark.shared
def test_every_field_of_the_recorded_answers_is_read_or_left() -> None:
    fields: dict[str, bool] = {}
    for url, body in recorded():
        if len(body) > 20_000:  # the same fields, in hundreds of classes
            continue
        case = Case("epo_ops", Path(url).with_suffix(".xml"), {})
        before = _told(read(EpoOpsSpider(), respond(url, body)))
        for field, changed in _first_of_each(body, case):
            told = _told(read(EpoOpsSpider(), respond(url, changed))) != before
            fields[field] = fields.get(field, False) or told
    unsaid = {one for one, told in fields.items() if not told and not any(_covers(key, one) for key in LEFT)}
    assert not unsaid
    assert len(fields) > 80


def _first_of_each(body: bytes, case: Case) -> list[tuple[str, bytes]]:
    """The changes of a page, at most two of a field."""

    class Held(Case):
        @property
        def body(self) -> bytes:
            return body

    seen: Counter[str] = Counter()
    kept = []
    for field, changed in changes(Held(case.source, case.page, {})):
        seen[field] += 1
        if seen[field] <= 2:
            kept.append((field, changed))
    return kept


def _crawl(service: Service, folder: Path, limit: int | None = None) -> dict[str, Any]:
    arguments = {"query": "pa=shili", "since": "2024-03-01", "until": "2024-03-31"}
    with serve_ops(service):
        done = visit_source("epo_ops", service.base, folder, arguments, limit=limit, env=KEYS)
    text = "".join(path.read_text("latin-1") for path in folder.rglob("*") if path.is_file()) + done["said"]
    assert not any(secret in text for secret in (*KEYS.values(), *service.tokens))
    return done


def test_a_search_is_paged_to_its_end(tmp_path: Path) -> None:
    service = Service({"20240301": 150, "20240315": 75})
    done = _crawl(service, tmp_path)
    assert (done["outcome"], done["records"], done["rejected"]) == ("complete", 225, 0)
    assert [one[2] for one in service.searches] == ["1-100", "101-200", "201-300"]
    assert service.basic == ["our-key:our-secret"]


def test_a_search_with_too_many_results_is_halved(tmp_path: Path) -> None:
    service = Service({"20240301": 1500, "20240320": 700})
    done = _crawl(service, tmp_path, limit=4)
    spans = {one[:2] for one in service.searches}
    assert {("20240301", "20240331"), ("20240301", "20240316"), ("20240317", "20240331")} <= spans
    assert done["outcome"] == "partial"  # stopped at the limit of pages


def test_a_token_that_ends_is_renewed(tmp_path: Path) -> None:
    service = Service({"20240301": 250}, token_lasts=1)
    done = _crawl(service, tmp_path)
    assert (done["outcome"], done["records"]) == ("complete", 250)
    assert len(service.tokens) == 3


def test_nothing_found_is_no_fault(tmp_path: Path) -> None:
    done = _crawl(Service({}), tmp_path)
    assert (done["outcome"], done["records"], done["rejected"]) == ("complete", 0, 0)


def test_a_short_pause_is_kept_and_the_page_asked_again(tmp_path: Path) -> None:
    refused = {"X-Rejection-Reason": "ThrottlingControlQuota", "Retry-After": "300"}
    service = Service({"20240301": 150}, refuse=[(403, refused)])
    done = _crawl(service, tmp_path)
    assert (done["outcome"], done["records"]) == ("complete", 150)


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"X-Rejection-Reason": "RegisteredQuotaPerWeek"}, "RegisteredQuotaPerWeek"),
        ({"X-Rejection-Reason": "ThrottlingControlQuota", "Retry-After": "900000"}, "900 seconds"),
    ],
)
def test_a_used_up_quota_ends_the_run_as_partial(tmp_path: Path, headers: dict[str, str], said: str) -> None:
    service = Service({"20240301": 250}, refuse=[(403, headers)])
    done = _crawl(service, tmp_path)
    assert done["outcome"] == "partial"
    assert any(said in note for note in done["notes"])
    assert len(service.searches) == 0


def test_a_nearly_used_up_week_ends_the_run_after_the_page(tmp_path: Path) -> None:
    service = Service({"20240301": 250}, headers={"X-RegisteredQuotaPerWeek-Used": "3999999999"})
    done = _crawl(service, tmp_path)
    assert (done["outcome"], done["records"]) == ("partial", 100)
    assert any("3,999,999,999 bytes" in note for note in done["notes"])


def test_without_keys_nothing_is_asked(tmp_path: Path) -> None:
    service = Service({})
    with serve_ops(service):
        done = visit_source("epo_ops", service.base, tmp_path)
    assert (done["outcome"], done["records"], service.tokens) == ("failed", 0, [])
    assert "VALUENET_EPO_KEY" in done["notes"][0]


@pytest.mark.parametrize(
    "given", [{"since": "soon"}, {"since": "2024-03-02", "until": "2024-03-01"}, {"until": "?"}]
)
def test_wrong_arguments_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        EpoOpsSpider(**given)


def test_addresses() -> None:
    spider = EpoOpsSpider()
    base = "https://ops.epo.org/3.2/rest-services/"
    owned = {
        "published-data/search?q=x": True, "published-data/search/biblio?q=x": True, "family/publication/docdb/A": True,
        "published-data/publication/epodoc/A/full-cycle": True, "published-data/publication/docdb/A/claims": False,
        "legal/publication/docdb/A": False, "published-data/publication/docdb/A/images": False,
    }  # fmt: skip
    assert {path: spider.owns(base + path) for path in owned} == owned
    assert spider.canonical("http://ops.epo.org/3.2/x") == "https://ops.epo.org/3.2/x"


@given(
    st.recursive(
        st.text(max_size=12),
        lambda inner: st.lists(
            st.tuples(
                st.sampled_from(
                    ["exchange-documents", "exchange-document", "bibliographic-data", "parties", "applicants", "applicant",
                     "biblio-search", "search-result", "patent-family", "family-member", "publication-reference",
                     "document-id", "country", "doc-number", "kind", "date", "classifications-ipcr", "text",
                     "classification-ipcr", "patent-classifications", "patent-classification", "invention-title"]
                ),
                inner,
            ),
            max_size=4,
        ),
        max_leaves=25,
    )
)  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_any_soup_of_elements_is_read_or_rejected(soup: Any) -> None:
    body = f"<world-patent-data>{_spelled(soup)}</world-patent-data>".encode("utf-8", "replace")
    for one in EpoOpsSpider().read(respond(URL, body)):
        assert isinstance(one, Patent | Rejected | Request)


def _spelled(soup: Any) -> str:
    if isinstance(soup, str):
        return "".join(char for char in soup if char.isalnum())
    return "".join(
        f'<{name} kind="A" country="CN" doc-number="1">{_spelled(inner)}</{name}>' for name, inner in soup
    )


def test_the_saved_search_says_that_a_reading_alone_is_no_listing() -> None:
    body = (PAGES / "epo_ops" / "search_biblio.xml").read_bytes()
    found = read(EpoOpsSpider(), respond(URL.replace("publication/docdb/CN.199000001.A", "search"), body))
    assert not any(one["kind"] == "listing" for one in found["rejected"])
