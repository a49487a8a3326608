"""Mentions as rules see them, made without a store."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from entity_resolution.compatibility import Mentioned
from entity_resolution.names import legal_form
from entity_resolution.rules import key_of


def mentioned(at: int, name: str, *ids: tuple[str, str], **more: Any) -> Mentioned:
    """A mention with the id `at`, as old as the id is small; by default a company's, in a source of its own."""
    given: dict[str, Any] = {
        "source": f"s{at}",
        "scope": "",
        "kind": "company",
        "country": None,
        "place": None,
    }
    given |= more
    return Mentioned(
        id=at,
        name=name,
        seen=f"2021-{at:04}",
        key=key_of(name, given["kind"]),
        has_form=bool(legal_form(name)),
        identifiers=frozenset(ids),
        **given,
    )


@st.composite
def namesakes(draw: st.DrawFn) -> list[Mentioned]:
    """Mentions of one name, of whatever kind, country, scope and identifiers."""
    count = draw(st.integers(1, 9))
    return [
        mentioned(
            at,
            draw(st.sampled_from(["星河", "星河有限公司"])),
            *draw(
                st.sets(
                    st.sampled_from(
                        [("lei", "1"), ("lei", "2"), ("uscc", "1"), ("s:own", "1"), ("s:own", "2")]
                    ),
                    max_size=2,
                )
            ),
            source=draw(st.sampled_from(["one", "two", "three"])),
            scope=draw(st.sampled_from(["", "", "", "甲"])),
            kind=draw(st.sampled_from(["company", "investor", "university", None])),
            country=draw(st.sampled_from(["CN", "US", "HK", None, None])),
            place=draw(st.sampled_from(["北京", "陕西", None])),
        )
        for at in range(1, count + 1)
    ]
