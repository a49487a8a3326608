"""The sample web's pages have the shapes of the recorded ones, and the program's parsers read them whole."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html
from warcio.archiveiterator import ArchiveIterator

from crawlers.article import parse_html, read_article
from crawlers.charset import decode
from crawlers.handed_in import RowReader
from crawlers.mappings import recognise
from crawlers.sample_web.files import COMPANIES, FINANCING, PEOPLE, write_files
from crawlers.sample_web.model import World
from crawlers.sample_web.pages import cac, gleif, news, ror
from crawlers.sample_web.pages.answers import Asked
from crawlers.sample_web.pages.writing import Article, articles
from crawlers.sample_web.world import world
from crawlers.sources.cac import read_word
from crawlers.sources.gleif import read_record
from crawlers.sources.ror import read_organisation
from crawlers.tabular import read_sheet
from pipelines.records import Organisation, Product
from tests.shared import shared


@pytest.fixture(scope="module")
def facts() -> World:
    return world()


def recorded(name: str) -> Iterator[tuple[str, Any]]:
    with shared("web", name).open("rb") as stream:
        for record in ArchiveIterator(stream):
            url = record.rec_headers.get_header("WARC-Target-URI")
            if url:
                yield url, json.loads(record.content_stream().read())


def shape(value: Any, at: str = "$") -> set[tuple[str, str]]:
    """Every path in a JSON value with the kind of what stands there; null stands for any kind."""
    if isinstance(value, dict):
        inner = [shape(child, f"{at}.{name}") for name, child in value.items()]
        return {(at, "object")}.union(*inner)
    if isinstance(value, list):
        return {(at, "list")}.union(*(shape(child, f"{at}[]") for child in value))
    kinds = {bool: "word", str: "word", int: "number", float: "number"}
    return {(at, kinds[type(value)])} if value is not None else {(at, "null")}


def paths(found: set[tuple[str, str]]) -> set[str]:
    return {path for path, _ in found}


def get(site: Any, facts: World, host: str, path: str, referer: str = "", **query: str) -> Any:
    return site.answer(facts, Asked(host, path, query, referer))


# --- ROR ------------------------------------------------------------------------------------------------------------


def test_ror_entries_have_the_recorded_shape(facts: World) -> None:
    real = set().union(*(shape(value) for url, value in recorded("ror.warc.gz") if "/v2/" in url))
    ours = set().union(*(shape(ror.organisation(one)) for one in facts.ror))
    # A kind that the recorded answers never show at a path would be of our invention.
    assert {pair for pair in ours if pair[1] != "null"} <= real
    assert paths(real) - paths(ours) == set()


def test_ror_facts_are_those_recorded(facts: World) -> None:
    real = {value["id"]: value for url, value in recorded("ror.warc.gz") if "/v2/" in url}
    compared = 0
    for entry in facts.ror:
        ours = ror.organisation(entry)
        if ours["id"] in real:
            compared += 1
            for name in ("names", "types", "established", "external_ids", "domains", "links"):
                assert ours[name] == real[ours["id"]][name], (entry.organisation, name)
    assert compared >= 20


def test_ror_listing_is_paged(facts: World) -> None:
    seen: list[str] = []
    for page in ("1", "2", "3"):
        query = {"filter": "country.country_code:CN", "page": page}
        answer = json.loads(ror.answer(facts, Asked("api.ror.org", "/v2/organizations", query)).body)
        assert answer["number_of_results"] == len(facts.ror)
        seen += [item["id"] for item in answer["items"]]
    assert sorted(seen) == sorted(f"https://ror.org/{one.id}" for one in facts.ror)
    assert len(facts.ror) > ror.PER_PAGE


def test_ror_answers_queries_and_refuses_what_it_does_not_know(facts: World) -> None:
    found = json.loads(get(ror, facts, "api.ror.org", "/v2/organizations", query="百度").body)
    assert [item["id"] for item in found["items"]] == ["https://ror.org/03vs3wt56"]
    assert get(ror, facts, "api.ror.org", "/v2/organizations/099999999").status == 404
    assert get(ror, facts, "api.ror.org", "/v2/organizations", filter="colour:red").status == 400


def test_the_parser_reads_every_ror_entry(facts: World) -> None:
    for entry in facts.ror:
        records = list(read_organisation(ror.organisation(entry), "$"))
        assert all(isinstance(one, Organisation) for one in records), records


# --- GLEIF ----------------------------------------------------------------------------------------------------------


def test_gleif_answers_have_the_recorded_shapes(facts: World) -> None:
    endings = {
        "": "lei-records/836800FXO82WAQQSJI94",
        "direct-children": "lei-records/INR2EJN1ERAN0W5ZP974/direct-children",
        "direct-parent-relationship": "lei-records/836800FXO82WAQQSJI94/direct-parent-relationship",
        "reporting-exception": "lei-records/ZXTILKJKG63JELOEG630/direct-parent-reporting-exception",
        "relationships": "lei-records/INR2EJN1ERAN0W5ZP974/direct-child-relationships",
    }
    real: dict[str, set[str]] = {kind: set() for kind in endings}
    for url, value in recorded("gleif.warc.gz"):
        for kind in endings:
            single = kind == "" and url.rsplit("/", 2)[1] == "lei-records"
            if single or (kind and url.endswith(kind)):
                real[kind] |= paths(shape(value))
    for kind, path in endings.items():
        ours = json.loads(get(gleif, facts, "api.gleif.org", f"/api/v1/{path}").body)
        assert paths(shape(ours)) <= real[kind], kind
        # Left out: what a registry holds for few (addresses in other scripts, names, periods, children).
        few = ("otherAddresses[]", "otherNames[]", "eventGroups[]", "periods[]", "transliterated", "spglobal[]",
               "children", "isins", "bic[]", "successorEntities[]", ".next", "AuthorityEntityID",
               "otherValidationAuthorities[]", "reporting-exception", "-parent.")  # fmt: skip
        lacking = {path for path in real[kind] - paths(shape(ours)) if not any(one in path for one in few)}
        assert lacking == set(), kind


def test_gleif_pages_by_number_and_by_cursor(facts: World) -> None:
    for start in ({"page[number]": "1"}, {"page[cursor]": "*"}):
        query, seen = {**start, "page[size]": "2"}, []
        while True:
            answer = json.loads(
                gleif.answer(facts, Asked("api.gleif.org", "/api/v1/lei-records", query)).body
            )
            seen += [one["id"] for one in answer["data"]]
            assert answer["meta"]["pagination"]["total"] == len(facts.lei)
            if "next" not in answer["links"]:
                break
            assert len(seen) < 20
            parts = answer["links"]["next"].split("?", 1)[1]
            query = dict(
                pair.split("=", 1) for pair in parts.replace("%5B", "[").replace("%5D", "]").split("&")
            )
        assert seen == [one.lei for one in facts.lei]


def test_gleif_filters_by_country_and_knows_parents(facts: World) -> None:
    query = {"filter[entity.legalAddress.country]": "CN"}
    answer = gleif.answer(facts, Asked("api.gleif.org", "/api/v1/lei-records", query))
    assert [one["id"] for one in json.loads(answer.body)["data"]] == ["836800FXO82WAQQSJI94"]
    parent = get(gleif, facts, "api.gleif.org", "/api/v1/lei-records/836800FXO82WAQQSJI94/direct-parent")
    assert json.loads(parent.body)["data"]["id"] == "INR2EJN1ERAN0W5ZP974"
    assert get(gleif, facts, "api.gleif.org", "/api/v1/lei-records/" + "0" * 20).status == 404


def test_gleif_facts_are_those_recorded(facts: World) -> None:
    real: dict[str, Any] = {}
    for _, value in recorded("gleif.warc.gz"):
        data = value.get("data") or []
        for one in data if isinstance(data, list) else [data]:
            if one.get("type") == "lei-records":
                real[one["id"]] = one["attributes"]["entity"]
    compared = 0
    for entry in facts.lei:
        if entry.lei in real:
            compared += 1
            path = f"/api/v1/lei-records/{entry.lei}"
            ours = json.loads(get(gleif, facts, "api.gleif.org", path).body)["data"]["attributes"]["entity"]
            for name in ("legalName", "otherNames", "legalAddress", "registeredAs", "creationDate"):
                assert ours[name] == real[entry.lei][name], (entry.organisation, name)
    assert compared >= 4


def test_the_parser_reads_every_gleif_record(facts: World) -> None:
    answer = json.loads(get(gleif, facts, "api.gleif.org", "/api/v1/lei-records").body)
    for one in answer["data"]:
        records = list(read_record(one, "$"))
        assert all(isinstance(found, Organisation) for found in records), records


# --- CAC ------------------------------------------------------------------------------------------------------------


def test_word_lists_have_the_recorded_columns(facts: World) -> None:
    for batch, name in zip(facts.batches[::2], ("algorithm_2022-08", "deep_synthesis_2023-06"), strict=True):
        real = docx.Document(str(shared("web", "cac", f"{name}.docx")))
        ours = docx.Document(io.BytesIO(cac.word(batch)))
        assert [one.text for one in ours.paragraphs[:3]] == [one.text for one in real.paragraphs[:3]]
        heads = [[cell.text for cell in file.tables[0].rows[0].cells] for file in (ours, real)]
        assert heads[0] == heads[1]


def test_filings_are_rows_of_the_recorded_lists(facts: World) -> None:
    rows: dict[str, list[str]] = {}
    for path in sorted(shared("web", "cac").glob("*.docx")):
        for table in docx.Document(str(path)).tables:
            for row in table._tbl.tr_lst:
                cells = ["".join(text.text or "" for text in cell.iter("{*}t")) for cell in row.tc_lst]
                if len(cells) == 8:
                    rows[cells[6]] = cells
    for batch in facts.batches:
        for one in batch.rows:
            real = rows[one.number]
            # An algorithm may be listed again later under another kind of list: the name and filer stay.
            assert real[1] == one.name
            assert real[3] == one.bearer
            assert real[5] != one.use, "sentences are not carried over"


def test_the_parser_reads_every_filing(facts: World) -> None:
    for batch in facts.batches:
        found = list(read_word(cac.word(batch), "list.docx"))
        assert all(isinstance(one, Product) for one in found), found
        assert [one.number for one in found if isinstance(one, Product)] == [row.number for row in batch.rows]
    status = {one.status for one in found if isinstance(one, Product)}
    assert status == {"active", "cancelled"}


def test_a_word_file_is_given_to_readers_of_its_announcement_alone(facts: World) -> None:
    batch = facts.batches[0]
    page = get(cac, facts, cac.SITE, batch.page)
    link = html.fromstring(page.body.decode()).xpath("//a/@href")[0]
    path, _, query = link.partition("?")
    asked = dict(pair.split("=", 1) for pair in query.split("&"))
    at_home = cac.answer(facts, Asked(cac.SITE, path, asked, f"https://{cac.SITE}{batch.page}"))
    assert (at_home.status, at_home.content_type) == (200, cac.WORD)
    assert at_home.body == cac.word(batch)
    stranger = cac.answer(facts, Asked(cac.SITE, path, asked))
    assert (stranger.status, stranger.content_type) == (200, "text/html; charset=utf-8")


def test_both_lists_lead_to_every_announcement(facts: World) -> None:
    listed = json.loads(get(cac, facts, cac.SITE, "/cms/JsonList", perPage="2", pageno="1").body)
    assert listed["totalRec"] == len(facts.batches) + 1
    assert len(listed["list"]) == 2
    notices = json.loads(get(cac, facts, cac.NOTICES, "/api/notice/list").body)["datas"]
    assert {one["content"] for one in notices} == {f"https://{cac.SITE}{one.page}" for one in facts.batches}


# --- News -----------------------------------------------------------------------------------------------------------


def page_of(facts: World, article: Article) -> Any:
    return news.answer(facts, Asked(news.HOST, article.path))


def test_sitemaps_list_every_article_once(facts: World) -> None:
    index = etree.fromstring(news.answer(facts, Asked(news.HOST, "/sitemap_index.xml")).body)
    maps = index.findall("{*}sitemap")
    assert all(one.findtext("{*}lastmod") for one in maps)
    found: list[str] = []
    for one in maps:
        path = one.findtext("{*}loc").removeprefix(news.BASE)
        for entry in etree.fromstring(news.answer(facts, Asked(news.HOST, path)).body).findall("{*}url"):
            found.append(entry.findtext("{*}loc"))
            assert entry.findtext("{*}lastmod")[:10].replace("-", "/") in found[-1]
    assert sorted(found) == sorted(news.url(one) for one in articles(facts))


def test_articles_state_their_facts(facts: World) -> None:
    for one in articles(facts):
        fact = one.about
        text = "".join(one.paragraphs)
        names = [
            getattr(fact, "provider", ""),
            *getattr(fact, "recipients", ()),
            *getattr(fact, "parties", ()),
        ]
        names += getattr(fact, "investors", ())
        if not getattr(fact, "script", ""):
            assert all(name in text for name in names)
        if hasattr(fact, "what"):
            assert fact.when.chinese in text
        assert one.day >= fact.when.day


def test_no_relation_is_told_as_a_plan(facts: World) -> None:
    for one in articles(facts):
        if hasattr(one.about, "source"):
            told = "".join((one.title, one.paragraphs[0])).replace("虚拟", "").replace("虛擬", "")
            assert not set("将將拟擬欲") & set(told)


def test_the_parser_reads_every_article(facts: World) -> None:
    listed = articles(facts)
    for one in listed[:: max(1, len(listed) // 40)] + tuple(found for found in listed if found.charset):
        answer = page_of(facts, one)
        read = read_article(parse_html(decode(answer.body, answer.content_type)[0]), news.url(one))
        assert (read.title, read.when.start, read.url) == (one.title, one.day, news.url(one))
        assert all(words in read.text for words in one.paragraphs)
        # Neither the menu nor what else may interest the reader is part of the article.
        assert "相关阅读" not in read.text
        assert "首页" not in read.text
        assert len(read.text) < 2 * sum(map(len, one.paragraphs)) + 200


def test_one_page_declares_a_charset_it_does_not_have(facts: World) -> None:
    one = next(found for found in articles(facts) if found.charset)
    answer = page_of(facts, one)
    assert "charset=utf-8" in answer.content_type
    assert b'charset="utf-8"' in answer.body
    with pytest.raises(UnicodeDecodeError):
        answer.body.decode("utf-8")
    assert one.title in answer.body.decode("gb18030")


def test_every_page_says_that_persons_are_invented(facts: World) -> None:
    pages = [page_of(facts, one) for one in articles(facts)[:5]]
    pages += [news.answer(facts, Asked(news.HOST, path)) for path in ("/", "/about.html", "/rss.xml")]
    pages.append(cac.answer(facts, Asked(cac.SITE, facts.batches[0].page)))
    assert all("人物（如有）均为虚构" in one.body.decode() for one in pages)


# --- Files ----------------------------------------------------------------------------------------------------------


def test_files_have_the_known_headers(tmp_path: Path, facts: World) -> None:
    written = write_files(tmp_path, facts)
    headers = {path.name: path.read_text(encoding="utf-8").split("\n", 1)[0].split(",") for path in written}
    with shared("tables", "investment_events_2014.csv").open(encoding="utf-8-sig", newline="") as rows:
        assert headers["financing.csv"] == next(csv.reader(rows))
    assert headers["companies.csv"] == list(COMPANIES)
    assert headers["people.csv"] == list(PEOPLE)
    assert headers["financing.csv"] == list(FINANCING)


@pytest.mark.parametrize("kind", ["companies", "financing", "people"])
def test_the_importer_reads_every_row(kind: str, tmp_path: Path, facts: World) -> None:
    path = next(one for one in write_files(tmp_path, facts) if one.stem == kind)
    sheet = read_sheet(path, path.read_bytes())
    reader = RowReader(recognise(kind, sheet.header, path.name))
    rows = 0
    for row in sheet.rows:
        records, rejected = reader.read(row)
        assert records
        assert rejected == []
        rows += 1
    assert rows == path.read_text(encoding="utf-8").count("\n") - 1


def test_people_are_all_there_and_noted(tmp_path: Path, facts: World) -> None:
    write_files(tmp_path, facts)
    with (tmp_path / "people.csv").open(encoding="utf-8", newline="") as rows:
        found = list(csv.DictReader(rows))
    assert {row["person"] for row in found} == {one.person for one in facts.people}
    assert all("虚构" in row["note"] for row in found)
    schools = sum(bool(row["school"]) for row in found)
    assert schools == sum(len(one.studies) for one in facts.people)


def test_the_same_bytes_each_time(tmp_path: Path, facts: World) -> None:
    first = [path.read_bytes() for path in write_files(tmp_path / "a", facts)]
    assert first == [path.read_bytes() for path in write_files(tmp_path / "b", facts)]
    batch = facts.batches[0]
    assert cac.word.__wrapped__(batch) == cac.word.__wrapped__(batch)
    article = articles(facts)[0]
    assert page_of(facts, article) == page_of(facts, article)


# --- Whatever is asked ----------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    ["page", "query", "filter", "page[size]", "page[number]", "page[cursor]", "perPage", "pageno", "filepath"]
)
PATHS = st.one_of(
    st.text(max_size=60).map(lambda text: "/" + text),
    st.sampled_from(
        [
            "/v2/organizations",
            "/v2/organizations/03vs3wt56",
            "/api/v1/lei-records",
            "/api/v1/lei-records/INR2EJN1ERAN0W5ZP974/direct-children",
            "/cms/JsonList",
            "/cms/pub/interact/downloadfile.jsp",
            "/sitemap-2017.xml",
            "/sitemap-.xml",
        ]
    ),
)


@given(
    path=PATHS, query=st.dictionaries(WORDS, st.text(max_size=30), max_size=4), referer=st.text(max_size=40)
)
@settings(max_examples=150, deadline=None)
def test_any_request_is_answered(path: str, query: dict[str, str], referer: str) -> None:
    for site in (cac, gleif, news, ror):
        for host in site.HOSTS:
            answer = site.answer(world(), Asked(host, path, query, referer))
            assert answer.status in (200, 400, 404)
            assert answer.content_type
