"""The sample web when things go wrong: by seed, each in its way, and passing."""

from __future__ import annotations

import gzip
import json
import subprocess
from http.client import HTTPConnection, HTTPException, IncompleteRead
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.firewall import wall_of
from crawlers.sample_web.faults import HARMLESS, KINDS, OF_LISTINGS, Faults, Sent
from crawlers.sample_web.pages.answers import Answer, as_json, text
from crawlers.sample_web.server import SampleWeb
from pipelines.errors import InputError
from tests.program import command, environment, run

PAGE = text("<html><p>" + "示例" * 300, "text/html")
URL = "https://news.valuenet.example/about.html"
LISTING = as_json({"items": [{"id": 1}, {"id": 2}, {"id": 3}], "links": {}})


def only(kind: str, **given: float) -> Faults:
    return Faults(1, 1.0, kinds=(kind,), **given)


def asked(kind: str, answer: Answer = PAGE) -> Sent:
    found = only(kind).next(URL, answer)
    assert found is not None
    return found


@pytest.mark.parametrize("kind", sorted(set(KINDS) - HARMLESS - OF_LISTINGS))
def test_a_fault_passes(kind: str) -> None:
    faults = only(kind)
    answers = [faults.next(URL, PAGE) for _ in range(5)]
    failed = [one is not None for one in answers]
    assert failed == sorted(failed, reverse=True)
    assert 1 <= sum(failed) <= 2
    assert faults.done == {kind: sum(failed)}


@pytest.mark.parametrize("kind", sorted(set(KINDS) - HARMLESS - OF_LISTINGS))
def test_a_permanent_one_stays(kind: str) -> None:
    faults = only(kind, permanent=1.0)
    assert all(faults.next(URL, PAGE) is not None for _ in range(9))
    assert faults.stays(URL, PAGE)
    assert not faults.stays(URL, LISTING)


@pytest.mark.parametrize("kind", sorted(HARMLESS))
def test_a_harmless_one_has_the_right_bytes(kind: str) -> None:
    assert asked(kind).body == PAGE.body


def test_each_is_what_its_name_says() -> None:
    assert asked("reset").reset
    assert asked("truncated").cut == len(PAGE.body) // 2
    assert wall_of(asked("wall").body, "text/html")
    assert len(asked("bomb").body) < 100_000
    assert dict(asked("loop").headers)["Location"] == URL
    assert [asked(kind).status for kind in ("busy", "unavailable", "error")] == [429, 503, 500]
    with pytest.raises(EOFError):
        gzip.decompress(asked("cut").body)


def test_a_doubled_listing_hides_one() -> None:
    items = json.loads(asked("doubled", LISTING).body)["items"]
    assert [one["id"] for one in items] == [1, 2, 1]


def test_a_listing_of_one_has_nothing_to_double() -> None:
    assert only("doubled").next(URL, as_json({"items": [{"id": 1}]})) is None


def test_an_endless_listing_always_goes_on() -> None:
    faults, url = only("endless"), URL
    for number in range(1, 5):
        found = faults.next(url, LISTING)
        assert found is not None
        url = json.loads(found.body)["links"]["next"]
        assert url == f"{URL}?again={number}"


@given(st.integers(0, 99), st.floats(0, 1), st.text(max_size=20))
def test_the_same_seed_fails_the_same(seed: int, rate: float, path: str) -> None:
    one, other = (Faults(seed, rate, rate / 2) for _ in range(2))
    url = f"https://a.example/{path}"
    assert [one.next(url, PAGE) for _ in range(4)] == [other.next(url, PAGE) for _ in range(4)]


def test_about_as_many_fail_as_asked_for() -> None:
    faults = Faults(3, 0.3)
    count = sum(faults.kind_of(f"https://a.example/{n}", PAGE) is not None for n in range(2000))
    assert 500 < count < 700


def test_written_as_an_option() -> None:
    one = Faults.read("7:0.25:0.1")
    assert (one.seed, one.rate, one.permanent) == (7, 0.25, 0.1)
    assert Faults.read("7").rate == 0.5


@pytest.mark.parametrize("written", ["", "x", "7:", "7:2", "7:0.5:3", "-1", "7:0.5:0.1:1"])
def test_nonsense_is_refused(written: str) -> None:
    with pytest.raises(InputError):
        Faults.read(written)


def test_unknown_kinds_are_refused() -> None:
    with pytest.raises(InputError, match="thunder"):
        Faults(1, kinds=("thunder",))


@pytest.mark.parametrize(
    ("kind", "error"), [("reset", ConnectionError), ("truncated", IncompleteRead), ("slow", None)]
)
def test_over_real_http(kind: str, error: type[Exception] | None) -> None:
    with SampleWeb(faults=only(kind)) as web:
        connection = HTTPConnection("127.0.0.1", web.port, timeout=10)

        def ask() -> bytes:
            connection.request("GET", web.url(URL).removeprefix(web.base))
            return connection.getresponse().read()

        if error is None:
            assert b"<html" in ask()
        else:
            with pytest.raises((error, HTTPException)):
                ask()
            connection.close()
            for _ in range(3):
                try:
                    body = ask()
                    break
                except (OSError, HTTPException):
                    connection.close()
            assert b"</html>" in body
        connection.close()


def test_the_command_serves_faults(tmp_path: Path) -> None:
    with subprocess.Popen(
        command("serve", "--port", "0", "--faults", "1:1"),
        cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as server:  # fmt: skip
        try:
            assert server.stdout is not None
            base = server.stdout.readline().split()[2].split("/<", 1)[0]
            port = int(base.rpartition(":")[2])
            answers = set()
            for year in range(2012, 2022):
                connection = HTTPConnection("127.0.0.1", port, timeout=10)
                try:
                    connection.request("GET", f"/https/news.valuenet.example/sitemap-{year}.xml")
                    answers.add(connection.getresponse().status)
                except (OSError, HTTPException):
                    answers.add(0)
                finally:
                    connection.close()
            assert answers - {200}
        finally:
            server.terminate()
    assert run("serve", "--faults", "often", cwd=tmp_path, check=False).returncode != 0
