"""A country in brackets: a place, where the source gives the same country besides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entity_resolution.registry_names import without_country


@pytest.mark.parametrize(
    ("name", "kind", "country", "plain"),
    [
        ("Kuaishou (China)", "company", "CN", "Kuaishou"),
        ("Volvo Cars (Sweden)", "company", "SE", "Volvo Cars"),
        ("4Thparadigm  (China)", "company", "CN", "4Thparadigm"),
        ("Lenovo (Japan)", "company", "CN", ""),  # what the source says besides is another country
        ("Lenovo (Japan)", "company", None, ""),
        ("Meta (Platforms)", "company", "US", ""),
        ("Suning (Nanjing)", "company", "CN", ""),  # a city is no country
        ("China University of Geosciences (China)", "university", "CN", ""),
        ("微软(中国)", "company", "CN", ""),
        ("(China)", "company", "CN", ""),
        ("China", "company", "CN", ""),
        ("Kuaishou (China) Ltd", "company", "CN", ""),
    ],
)
def test_names(name: str, kind: str, country: str | None, plain: str) -> None:
    assert without_country(name, kind, country) == plain


@given(st.text(max_size=80), st.sampled_from(["CN", "US", None]))
def test_what_is_left_begins_the_name(name: str, country: str | None) -> None:
    assert name.lstrip().startswith(without_country(name, "company", country))
    assert without_country(f"{name}(Atlantis)", "company", country) == ""
