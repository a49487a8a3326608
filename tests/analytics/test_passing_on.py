"""What may be handed on follows from licence and terms; silence allows nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from analytics.passing_on import QUOTED_MOST, judged, passing_on, quoted
from pipelines.errors import UsageError


@pytest.mark.parametrize(
    ("licence", "terms", "extent"),
    [
        ("CC0 1.0", "at most 60 requests a minute", "all"),
        ("CC BY 4.0", "", "all"),
        ("CC BY-NC 4.0", "", "facts"),
        ("CC BY-ND 4.0", "", "facts"),
        ("public domain (work of the U.S. government)", "", "all"),
        ("each site's own: facts, short quotations and links are kept", "each site's own", "quotations"),
        ("official notices: no copyright; facts and links are kept", "searches are few", "facts"),
        ("facts of published patents", "single pages, slowly; nothing is republished", "nothing"),
        ("contract 12/2024, internal use", "", "nothing"),
        ("CC0 1.0", "不得转载", "nothing"),
        ("not stated", "", "nothing"),
        (" ", "", "nothing"),
        ("as the person who hands in the file states", "as agreed with who handed it in", "nothing"),
    ],
)
def test_extents(licence: str, terms: str, extent: str) -> None:
    found = judged("s", licence, terms)
    assert (found.extent, found.vouched) == (extent, False)
    assert found.why


def test_a_person_may_vouch_for_facts_not_for_words() -> None:
    found = judged("s", "not stated", "", vouched=True)
    assert (found.extent, found.vouched) == ("facts", True)


def test_of_a_store(world_store: Engine) -> None:
    assert passing_on(world_store)["world"].extent == "all"
    with pytest.raises(UsageError, match="there are: world"):
        passing_on(world_store, ["elsewhere"])


@given(st.text(max_size=500))
def test_quotations_are_short(text: str) -> None:
    assert quoted(text, "all") == text
    assert quoted(text, "facts") is quoted(text, "nothing") is None
    short = quoted(text, "quotations")
    assert short is not None
    assert len(short) <= QUOTED_MOST
    assert short == text or short[:-1] == text[: QUOTED_MOST - 1]
