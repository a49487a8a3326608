"""Replay shows what a changed parser would change, exactly, and changes it only when told to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from scrapy.http import Response

from crawlers.registry import spider_of
from crawlers.sample_web.server import SampleWeb
from pipelines.records import Organisation, Rejected
from tests.crawlers.web import Answer, serve
from tests.program import data, run
from tests.store_content import content
from valuenet import main


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store and an archive of two sources, one of which was visited twice."""
    folder = tmp_path_factory.mktemp("crawled")
    with SampleWeb() as web:
        run("crawl", "ror", "cac", "--web", web.base, cwd=folder)
        run("crawl", "ror", "--web", web.base, "--full", cwd=folder)
    return folder


def asked(folder: Path, *words: str) -> str:
    done = CliRunner().invoke(main, ["--store", f"sqlite:///{folder / 'valuenet.db'}", "replay", *words])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


@pytest.mark.parametrize("source", ["ror", "cac"])
def test_the_same_parser_changes_nothing(source: str, crawled: Path) -> None:
    before = content(f"sqlite:///{crawled / 'valuenet.db'}")
    found = json.loads(asked(crawled, source, "--json"))
    assert found["differences"] == []
    assert found["pages"] > 1
    assert content(f"sqlite:///{crawled / 'valuenet.db'}") == before


def test_another_parser_is_shown_and_nothing_is_changed(
    crawled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spider = spider_of("ror")
    read = spider.read
    names: list[str] = []

    def other(self: Any, response: Response) -> Iterator[Any]:
        for found in read(self, response):
            if isinstance(found, Organisation) and not names:
                names.append(found.subject.name)
            if isinstance(found, Organisation) and found.subject.name == names[0]:
                yield Rejected(locator=found.locator, kind="organisation", reason="read otherwise now")
            elif isinstance(found, Organisation) and any(one.name == "founded" for one in found.attributes):
                kept = [
                    one.model_copy(update={"value": "1000"}) if one.name == "founded" else one
                    for one in found.attributes
                ]
                yield found.model_copy(update={"attributes": tuple(kept)})
            else:
                yield found

    monkeypatch.setattr(spider, "read", other)
    before = content(f"sqlite:///{crawled / 'valuenet.db'}")
    found = json.loads(asked(crawled, "ror", "--json"))
    assert content(f"sqlite:///{crawled / 'valuenet.db'}") == before
    counts = found["counts"]
    assert counts["rejected"] == {"all": 1, "now": 1}
    assert counts["gone"]["all"] == counts["new"]["all"] == 0
    changed = [one for one in found["differences"] if one["change"] == "changed"]
    assert len(changed) == counts["changed"]["now"] > 0
    assert {one["statement"]["value"] for one in changed} == {"1000"}
    assert all(one["replaced"][0]["value"] != "1000" and one["holds"] for one in changed)
    lines = asked(crawled, "ror", "--sample", "2").splitlines()
    assert len(lines) == 3
    assert lines[-1].startswith("ror: 2 pages")


def test_every_visit_is_read_also_those_that_found_older_bytes(tmp_path: Path) -> None:
    pages = [
        json.dumps({"number_of_results": 1, "items": [entry]}).encode()
        for entry in (_entry("甲"), _entry("乙"))
    ]
    turn = [0]

    def answer(path: str) -> Answer:
        if "robots" in path:
            return 404, {}, b""
        return 200, {"Content-Type": "application/json"}, pages[turn[0]]

    with serve(answer) as web:
        for which in (0, 1, 0):
            turn[0] = which
            data("crawl", "ror", "--web", web.base, cwd=tmp_path)
    found = json.loads(asked(tmp_path, "ror", "--json"))
    assert (found["differences"], found["pages"]) == ([], 1)
    assert "1 pages, 3 visits" in asked(tmp_path, "ror")
    empty = tmp_path / "empty"
    empty.mkdir()
    CliRunner().invoke(main, ["--store", f"sqlite:///{empty / 'valuenet.db'}", "init"])
    files = [str(path) for path in (tmp_path / "valuenet.archive").iterdir()]
    new = json.loads(asked(empty, "ror", *files, "--json"))
    assert new["counts"]["new"]["all"] > 0
    assert {one["holds"] for one in new["differences"]} == {True, False}
    run("replay", "ror", *files, "--apply", cwd=empty)
    assert json.loads(asked(empty, "ror", *files, "--json"))["differences"] == []


def _entry(name: str) -> dict[str, Any]:
    return {
        "id": "https://ror.org/012345678",
        "admin": {"created": {"date": "2020-01-01"}, "last_modified": {"date": "2020-01-01"}},
        "names": [{"value": f"示例研究院{name}", "types": ["ror_display", "label"], "lang": "zh"}],
        "status": "active",
        "types": ["facility"],
        "established": 2011,
        "locations": [
            {
                "geonames_id": 1,
                "geonames_details": {"country_code": "CN", "country_name": "China", "name": "Beijing"},
            }
        ],
        "links": [],
        "external_ids": [],
        "domains": [],
        "relationships": [],
    }


def test_nothing_to_read_is_said(tmp_path: Path) -> None:
    store = ("--store", f"sqlite:///{tmp_path / 'valuenet.db'}")
    CliRunner().invoke(main, [*store, "init"])
    done = CliRunner().invoke(main, [*store, "replay", "ror"])
    assert done.exit_code == 1
    assert "nothing here that ror can read" in done.stderr
