"""The sample web over real HTTP."""

from __future__ import annotations

import gzip
import subprocess
import sys
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.request import urlopen

import pytest

from crawlers.sample_web.pages import news
from crawlers.sample_web.pages.writing import articles
from crawlers.sample_web.server import HOSTS, SampleWeb
from crawlers.sample_web.world import world

ROBOTS = "https://news.valuenet.example/robots.txt"


@pytest.fixture
def web() -> Iterator[SampleWeb]:
    with SampleWeb() as served:
        yield served


def ask(web: SampleWeb, original: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection("127.0.0.1", web.port, timeout=10)
    try:
        path = web.url(original).removeprefix(web.base)
        connection.request(
            method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def test_every_host_has_its_own_robots(web: SampleWeb) -> None:
    for host in HOSTS:
        response, body = ask(web, f"https://{host}/robots.txt")
        assert (response.status, body[:10].lower()) == (200, body[:10].lower())
        assert b"User-agent: *" in body
    assert web.counts == dict.fromkeys(HOSTS, 1)


def test_query_and_escapes_reach_the_page(web: SampleWeb) -> None:
    url = "https://api.gleif.org/api/v1/lei-records?filter%5Bentity.legalAddress.country%5D=CN"
    response, body = ask(web, url)
    assert response.getheader("Content-Type") == "application/vnd.api+json"
    assert "微软(中国)有限公司" in body.decode()
    assert web.asked == [url]


@pytest.mark.parametrize(
    "original",
    [
        "https://news.valuenet.example/2014/01/01/9999.html",
        "https://nowhere.example/",
        "ftp://news.valuenet.example/robots.txt",
        "https://api.ror.org/v2/organizations/000000000",
    ],
)
def test_what_is_not_there_is_a_404(web: SampleWeb, original: str) -> None:
    assert ask(web, original)[0].status == 404


def test_unchanged_pages_are_not_sent_again(web: SampleWeb) -> None:
    first, body = ask(web, ROBOTS)
    mark, modified = first.getheader("ETag"), first.getheader("Last-Modified")
    assert mark
    assert modified
    assert body
    for headers in ({"If_None_Match": mark}, {"If_Modified_Since": modified}):
        again, nothing = ask(web, ROBOTS, **headers)
        assert (again.status, nothing) == (304, b"")
    other, all_of_it = ask(web, ROBOTS, If_None_Match='"another"', If_Modified_Since=modified)
    assert (other.status, all_of_it) == (200, body)
    assert ask(web, ROBOTS, If_Modified_Since="no date")[0].status == 200


def test_an_article_changed_on_its_day(web: SampleWeb) -> None:
    article = articles(world())[0]
    response, _ = ask(web, news.url(article))
    assert parsedate_to_datetime(response.headers["Last-Modified"]) == news.published(article)


def test_pages_are_compressed_when_asked(web: SampleWeb) -> None:
    url = "https://news.valuenet.example/rss.xml"
    plain, body = ask(web, url)
    assert plain.getheader("Content-Encoding") is None
    packed, bytes_sent = ask(web, url, Accept_Encoding="gzip, deflate")
    assert packed.getheader("Content-Encoding") == "gzip"
    assert gzip.decompress(bytes_sent) == body
    assert len(bytes_sent) < len(body)


def test_head_has_no_body(web: SampleWeb) -> None:
    response, body = ask(web, ROBOTS, method="HEAD")
    assert (response.status, body) == (200, b"")
    assert int(response.headers["Content-Length"]) > 0


def test_faults_come_on_demand_and_go(web: SampleWeb) -> None:
    web.fail(ROBOTS, status=503, times=2)
    assert [ask(web, ROBOTS)[0].status for _ in range(3)] == [503, 503, 200]
    assert web.counts == {"news.valuenet.example": 3}


def test_two_webs_stand_side_by_side(tmp_path: Path) -> None:
    with SampleWeb() as one, SampleWeb() as other:
        assert one.port != other.port
        ask(one, ROBOTS)
        assert (one.counts, other.counts) == ({"news.valuenet.example": 1}, {})
        assert {path.name for path in one.write_files(tmp_path)} == {
            "companies.csv",
            "financing.csv",
            "people.csv",
        }


def test_the_command_serves_and_says_where(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "crawlers.sample_web", "--port", "0", "--files", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            told = server.stdout.readline()
            base = told.split()[2].split("/<", 1)[0]
            deadline = time.monotonic() + 10
            while True:
                try:
                    with urlopen(f"{base}/https/news.valuenet.example/robots.txt", timeout=5) as response:
                        assert b"Sitemap:" in response.read()
                    break
                except OSError:
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
        finally:
            server.terminate()
    assert (tmp_path / "companies.csv").exists()


def test_the_command_has_help() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "crawlers.sample_web", "--help"], capture_output=True, text=True, check=True
    )
    assert "--port" in done.stdout
    assert "Example" in done.stdout
