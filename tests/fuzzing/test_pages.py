"""Whatever is done to a page, its source reads records or says why not, and raises nothing."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.crawlers.saved_pages import Case
from tests.fuzzing.pages import CASES, damaged, read_damaged

PLAIN = [case for case in CASES if case.page.suffix != ".pdf"]


def _name(case: Case) -> str:
    return f"{case.source}/{case.page.name}"


def _named(name: str) -> Case:
    return next(case for case in CASES if _name(case) == name)


@pytest.mark.parametrize("case", PLAIN, ids=_name)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(number=st.integers(0, 2**40))
def test_a_damaged_page_is_never_an_exception(case: Case, number: int) -> None:
    for one in read_damaged(case, number)["rejected"]:
        assert one["locator"]
        assert one["reason"]


@pytest.mark.parametrize("case", [case for case in CASES if case.page.suffix == ".pdf"], ids=_name)
def test_a_damaged_pdf_is_never_an_exception(case: Case) -> None:
    for number in range(6):
        read_damaged(case, number)


#: Found by running longer: each was an exception once.
FOUND = [
    ("uspto/week.zip", 1530),  # a part of a zip that begins before the file does
    ("gleif/record.json", 2223),  # relationships that are a text
    ("ccgp/persons.html", 6541),  # a buyer of 400 characters
    ("openalex/listing.json", 29257),  # half a character in a cursor
    ("sec_edgar/form_d_broken.xml", 49382),  # an industry of 70,000 characters
    ("news/rss.xml", 1006849),  # bytes on which the library of feeds gives up
]


@pytest.mark.parametrize(("name", "number"), FOUND)
def test_what_once_raised_is_read(name: str, number: int) -> None:
    read_damaged(_named(name), number)


def test_the_same_number_is_the_same_damage() -> None:
    case = PLAIN[0]
    assert damaged(case, 7) == damaged(case, 7)
    assert {damaged(case, number) for number in range(50)} != {case.body}
