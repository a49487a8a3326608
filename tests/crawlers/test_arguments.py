"""What a source is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawlers.arguments import FILE, accepted, chosen, read_arguments
from crawlers.registry import spider_of, spiders
from pipelines.errors import InputError, UsageError


def test_every_spider_names_its_arguments() -> None:
    assert accepted(spider_of("ror")) == ("country", "client_id")
    assert all(isinstance(accepted(spider), tuple) for spider in spiders().values())


def test_an_argument_goes_to_all_sources_that_take_it() -> None:
    assert chosen(["ror", "gleif", "cac"], ["country=JP"]) == {
        "ror": {"country": "JP"},
        "gleif": {"country": "JP"},
        "cac": {},
    }
    assert chosen(["ror", "gleif"], ["gleif.country=KR"]) == {"ror": {}, "gleif": {"country": "KR"}}
    assert chosen(["news"], [], ["https://a.example/", "https://b.example/"]) == {
        "news": {"site": "https://a.example/,https://b.example/"}
    }


@pytest.mark.parametrize("pair", ["country", "colour=red", "ror.colour=red", "nosuch.country=CN"])
def test_what_no_source_takes_is_refused(pair: str) -> None:
    with pytest.raises(UsageError, match=r"takes country, client_id|NAME=VALUE"):
        chosen(["ror"], [pair])


def test_a_file_holds_what_scheduled_visits_ask_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text("ror: {country: JP}\nnews: {site: [https://a.example/, https://b.example/]}\n", "utf-8")
    assert read_arguments(file)["news"] == {"site": "https://a.example/,https://b.example/"}
    monkeypatch.setenv(FILE, str(file))
    assert chosen(["ror", "cac"], []) == {"ror": {"country": "JP"}, "cac": {}}
    assert chosen(["ror"], ["country=KR"]) == {"ror": {"country": "KR"}}


@pytest.mark.parametrize("text", ["nosuch: {a: b}", "ror: {colour: red}", "ror: {country: 7}", "ror: JP"])
def test_a_file_with_a_slip_names_it(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"sources\.yaml: field"):
        read_arguments(file)
    monkeypatch.setenv(FILE, str(file))
    with pytest.raises(UsageError, match=FILE):
        chosen(["ror"], [])
