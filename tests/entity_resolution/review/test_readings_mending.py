"""Forms that mend a reading: every word stands in the text, or the form is refused with the reason."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from entity_resolution.review.readings_mending import (
    PIECES_MOST,
    MendRefused,
    categories,
    draft_of,
    draft_sent,
    mended,
    says_the_same,
    when_shown,
)
from pipelines.errors import InputError
from pipelines.reading.fact import Fact, Piece, Role
from pipelines.records import UNDATED, Precision, When

TEXT = "甲木科技去年成立。日前，丙火资本投资了甲木科技，丁土创投跟投。乙水集团没有参与。"


def read() -> Fact:
    start, at = TEXT.index("丙火资本"), TEXT.rindex("甲木科技")
    roles: dict[Role, tuple[Piece, ...]] = {
        "investor": (Piece("丙火资本", start, start + 4),),
        "target": (Piece("甲木科技", at, at + 4),),
    }
    return Fact("investment", roles, start, at + 4, 0.6, "test/1")


def form(**fields: Any) -> MultiDict[str, str]:
    """The form of `read()` with some fields changed (None: sent without); `words_ROLE` for `words ROLE`."""
    draft = draft_of(read())
    sent: dict[str, Any] = {"type": draft.type, "status": draft.status, "when": draft.when}
    for role, pieces in draft.roles.items():
        sent[f"words {role}"] = [words for words, _ in pieces]
        sent[f"at {role}"] = [at for _, at in pieces]
    sent |= {name.replace("_", " "): value for name, value in fields.items()}
    return MultiDict({name: value for name, value in sent.items() if value is not None})


def mend(**fields: Any) -> Fact:
    return mended(draft_sent(form(**fields)), read(), TEXT, "ann")


def test_an_untouched_form_says_what_was_read() -> None:
    made = mend()
    assert says_the_same(made, read())
    assert (made.roles, made.when) == (read().roles, read().when)
    assert (made.confidence, made.method) == (1.0, "person:ann")


def test_typed_words_are_found_where_the_quote_is() -> None:
    made = mend(words_investor=["丙火资本", "丁土创投", ""], at_investor=["", "", ""])
    assert [one.text for one in made.roles["investor"]] == ["丙火资本", "丁土创投"]
    for pieces in made.roles.values():
        for one in pieces:
            assert TEXT[one.start : one.end] == one.text
    assert made.end >= TEXT.index("丁土创投") + 4  # the quote has grown
    assert not says_the_same(made, read())
    again = mend(words_target=["甲木科技"], at_target=[""])
    assert again.roles["target"][0].start == TEXT.rindex("甲木科技")  # not the one of the first sentence


def test_a_place_that_was_selected_is_kept() -> None:
    made = mend(words_target=["甲木科技"], at_target=["0-4"])
    assert made.roles["target"] == (Piece("甲木科技", 0, 4),)
    for lie in ("3-7", "0-99999", "-4-0", "x", "4-0", "999999999-999999999"):
        assert mend(words_target=["甲木科技"], at_target=[lie]).roles["target"][0].text == "甲木科技"


def test_type_direction_status_and_time_change() -> None:
    made = mend(
        type="acquisition", status="planned", when="2021年3月",
        words_investor=["甲木科技"], at_investor=[""], words_target=["丙火资本"], at_target=[""],
    )  # fmt: skip
    assert (made.type, made.status) == ("acquisition", "planned")
    assert (made.when.start, made.when.precision) == (dt.date(2021, 3, 1), "month")
    assert made.roles["investor"][0].text == "甲木科技"
    assert made.details == {}
    assert mend(when="").when == UNDATED
    assert mend(when="2019-03至2020").when.end == dt.date(2020, 12, 31)


def test_technologies_and_applications_are_those_ticked_that_there_are() -> None:
    made = mend(technology=["语音识别", "gossip"], application=["智能金融", "智慧城市"])
    assert made.technology == ("语音识别",)
    assert made.application == ("智慧城市", "智能金融")  # in the order of the taxonomy
    assert not says_the_same(made, read())
    before = replace(read(), technology=("some other word", "5G"))
    kept = mended(draft_sent(form(technology=["some other word"])), before, TEXT, "ann")
    assert kept.technology == ("some other word",)
    assert {one.code for one in categories("technology")} >= {"5G", "语音识别"}


@pytest.mark.parametrize(
    ("fields", "key", "value"),
    [
        ({"words_investor": ["戊石集团"], "at_investor": [""]}, "mend_not_there", "戊石集团"),
        ({"words_investor": ["丙 火"], "at_investor": ["12-16"]}, "mend_not_there", "丙 火"),
        ({"when": "soon"}, "mend_no_date", "soon"),
        ({"when": "2021-13-01"}, "mend_no_date", "2021-13-01"),
        ({"type": "gossip"}, "mend_no_type", ""),
        ({"type": None}, "mend_no_type", ""),
        ({"status": "perhaps"}, "mend_no_status", ""),
        ({"type": "ownership"}, "mend_role", "role_investor"),
        ({"words_target": ["丙火资本"], "at_target": [""]}, "mend_same_words", "丙火资本"),
        ({"words_investor": ["甲" * 301], "at_investor": [""]}, "mend_many", ""),
        ({"words_investor": ["甲"] * (PIECES_MOST + 1)}, "mend_many", ""),
    ],
)
def test_what_states_no_fact_of_the_text_is_refused(fields: dict[str, Any], key: str, value: str) -> None:
    with pytest.raises(MendRefused) as caught:
        mend(**fields)
    assert caught.value.key == key
    assert not value or value in caught.value.values.values()


def test_a_fact_without_what_its_type_needs_is_refused() -> None:
    with pytest.raises(InputError, match="needs"):
        mend(words_investor=[""], words_target=[""])


def test_signs_that_no_field_holds_are_no_hindrance() -> None:
    text = "签约方：甲木\n科\u200b技与乙水集团。"
    one = Fact(
        "cooperation",
        {"party": (Piece("甲木\n科\u200b技", 4, 10), Piece("乙水集团", 11, 15))},
        4,
        15,
        0.5,
        "m",
    )
    draft = draft_of(one)
    assert draft.roles["party"][0] == ("甲木科\ufffd技", "4-10")
    assert mended(draft, one, text, "ann").roles == one.roles


PRECISIONS: tuple[Precision, ...] = ("day", "month", "year")


@given(st.dates(dt.date(1990, 1, 1), dt.date(2030, 12, 31)), st.sampled_from(PRECISIONS))
def test_a_time_in_the_form_is_read_back(day: dt.date, precision: Precision) -> None:
    first = {"day": day, "month": day.replace(day=1), "year": day.replace(month=1, day=1)}[precision]
    words = when_shown(When(start=first, precision=precision))
    made = mend(when=words).when
    assert (made.start, made.end, made.precision) == (first, None, precision)


@given(
    st.dictionaries(
        st.sampled_from([*form(), "words party", "at party", "technology"]),
        st.lists(st.text(max_size=20), max_size=5),
    )
)
def test_no_form_breaks_it_and_nothing_outside_the_text_gets_in(fields: dict[str, list[str]]) -> None:
    sent = form()
    for name, values in fields.items():
        sent.setlist(name, values)
    try:
        made = mended(draft_sent(sent), read(), TEXT, "ann")
    except (MendRefused, InputError):
        return
    assert all(TEXT[one.start : one.end] == one.text for pieces in made.roles.values() for one in pieces)
