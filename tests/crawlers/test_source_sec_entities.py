"""EDGAR's numbers, codes of countries, and names that may be a person's."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.sources.sec_entities import bearer_name, cik_of, country_at, filing_url, is_nothing
from pipelines.errors import InputError


@pytest.mark.parametrize("written", [9900001, "9900001", "0009900001", "CIK0009900001", " 9900001 "])
def test_a_number_is_written_with_ten_digits(written: Any) -> None:
    assert cik_of(written) == "0009900001"


@pytest.mark.parametrize("written", [0, "", "0000000000", "12345678901", True, None, 1.5, [1], "12a", "１２"])
def test_what_is_no_number_of_a_filer_is_an_error(written: Any) -> None:
    with pytest.raises(InputError, match="no CIK"):
        cik_of(written)


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30)))
def test_any_value_gives_a_number_or_an_input_error(written: Any) -> None:
    try:
        found = cik_of(written)
    except InputError:
        return
    assert len(found) == 10
    assert found.isascii()
    assert found.isdecimal()


def test_a_filing_lies_at_its_filer_and_accession_number() -> None:
    found = filing_url("0009900001", "0009900002-24-000008")
    assert found == "https://www.sec.gov/Archives/edgar/data/9900001/000990000224000008/primary_doc.xml"
    with pytest.raises(InputError, match="accession"):
        filing_url("0009900001", "../0009900002-24")


@pytest.mark.parametrize(
    ("code", "description", "country"),
    [
        # two letters are a state, whatever ISO says
        ("CA", "CA", "US"),
        ("DE", "DELAWARE", "US"),
        ("IL", "", "US"),
        ("X1", "UNITED STATES", "US"),
        ("F4", "China", "CN"),
        ("F4", "CHINA", "CN"),
        ("K3", "Hong Kong", "HK"),
        ("F5", "Taiwan, Province of China", "TW"),
        ("M5", "Korea, Republic of", "KR"),
        ("D8", "Virgin Islands, British", "VG"),
        ("E9", "Cayman Islands", "KY"),
        ("A6", "ONTARIO, CANADA", "CA"),
        ("Z4", "", "CA"),
        ("2M", "Germany", "DE"),
        ("", "Germany", "DE"),
        ("XX", "Unknown", None),
        ("", "", None),
        ("", "CA", None),
        ("Q9", "Atlantis", None),
    ],
)
def test_the_country_of_a_code_with_its_name(code: str, description: str, country: str | None) -> None:
    assert country_at(code, description) == country


@pytest.mark.parametrize(
    ("first", "middle", "last", "name", "person"),
    [
        ("Lan", "", "Chen", "Lan Chen", True),
        ("Mara", "M.", "Mist", "Mara M. Mist", True),
        # names that are also words of firms
        ("John", "", "Capital", "John Capital", True),
        ("Sun", "", "Co", "Sun Co", True),
        ("Ltd.", "", "Fog Fund Group", "Fog Fund Group Ltd.", False),
        ("LLC", "", "Fog GP,", "Fog GP LLC", False),
        ("L.L.C.", "", "Fog", "Fog L.L.C.", False),
        ("Fog", "", "GP LLC", "Fog GP LLC", False),
        ("Fog Ventures", "", "LLC", "Fog Ventures LLC", False),
        ("Fog Capital", "", "Management", "Fog Capital Management", False),
        ("N/A", "", "Fog GP LLC", "Fog GP LLC", False),
        ("-", "None", "Fog GP LLC", "Fog GP LLC", False),
        ("", "", "", "", False),
    ],
)
def test_whose_name_stands_in_the_fields_for_a_person(
    first: str, middle: str, last: str, name: str, person: bool
) -> None:
    assert bearer_name(first, middle, last) == (name, person)


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_any_fields_give_a_name(first: str, middle: str, last: str) -> None:
    name, person = bearer_name(first, middle, last)
    assert isinstance(name, str)
    assert name or not person


def test_words_for_nothing() -> None:
    assert all(is_nothing(one) for one in ("", " - ", "N/A", "none", "NULL"))
    assert not is_nothing("Nona")
