"""Texts on which an expression once tried every way to share them out, through the functions that read pages.

Each is as long as what reads it allows. Partners and fields of study took for ever before they were mended, whole
texts of one word up to minutes; the time limit of the tests would end them.
"""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.amounts import LENGTH_LIMIT as AMOUNT_LIMIT
from pipelines.amounts import read_amount
from pipelines.dates import LENGTH_LIMIT as DATE_LIMIT
from pipelines.dates import read_when
from pipelines.errors import InputError
from pipelines.reading.categories.industries import industry_of
from pipelines.reading.cooperation import read_cooperation
from pipelines.reading.financing import read_financing
from pipelines.reading.gazetteer import Gazetteer
from pipelines.reading.people import read_all
from pipelines.reading.people.news import _said_from
from pipelines.reading.sentences import LENGTH_LIMIT, sentences
from pipelines.records import NAME_LIMIT, Mention

NAMES = Gazetteer([Mention(name="青原科技", kind="company"), Mention(name="白石大学", kind="university")])
DAY = dt.date(2020, 1, 2)


@pytest.mark.parametrize(
    "between", ["和和和和和和和和", "、、、aa", "集团（甲）等公司甲、乙", "联合联合与与与", "公司等、和与同"]
)
def test_partners_joined_by_many_links_are_read_in_one_way(between: str) -> None:
    sentence = ("“青原科技" + between) * 40
    found = read_cooperation(sentence[:LENGTH_LIMIT], "", DAY, NAMES)
    assert found == []


def test_partners_are_still_read() -> None:
    text = "青原科技公司（中国）近日与“白石大学”等携手共建人工智能联合实验室。"
    (found,) = read_cooperation(text, "", DAY, NAMES)
    assert {one.name for one in found.parties} == {"青原科技", "白石大学"}


def test_words_before_a_naming_that_may_belong_to_each_other() -> None:
    text = "甲公司董事会" + "于将" * 13 + "某" * 14
    assert _said_from(text, 0, len(text)) == len(text)
    assert _said_from("甲公司董事会于近日同意", 0, 11) == 3
    read_all([f"{text}聘任王一舟为总经理。" * 50])


def test_a_field_of_study_of_words_that_end_one() -> None:
    for field in (f"数学{'的高级' * 2_000}某硕士", f"某{'的高级' * 2_000}某专业，获硕士学位"):
        read_all([f"王一舟，男，1970年3月出生，1990年毕业于白石大学{field}。"])


@pytest.mark.parametrize(
    "unit", ["先后", "公司和", " ", "于将", "的高级", "、总经理", "一职务等", "(甲)", "1970年-", "某大学"]
)
def test_whole_texts_of_one_word(unit: str) -> None:
    text = "王一舟，男，1970年3月出生，博士后，历任" + unit * (20_000 // len(unit)) + "某"
    read_all([text])
    read_financing(text, "", DAY, NAMES)
    read_cooperation(text, "", DAY, NAMES)


def test_no_sentence_is_longer_than_its_limit() -> None:
    for text in ("甲" * 5_000, "甲，" * 5_000, "青原科技和" * 2_000):
        assert max(one.end - one.start for one in sentences(text)) <= LENGTH_LIMIT


@pytest.mark.parametrize("unit", [" ", "1-", "至", "2014年", "since "])
def test_a_date_of_any_words_is_short(unit: str) -> None:
    for size in (DATE_LIMIT - 1, 100_000):
        with pytest.raises(InputError):
            read_when("自" + (unit * size)[:size])


@pytest.mark.parametrize("unit", ["1,", "more than ", "（", "(", "百万", "至"])
def test_an_amount_of_any_words_is_short(unit: str) -> None:
    for size in (AMOUNT_LIMIT, 100_000):
        with pytest.raises(InputError):
            read_amount((unit * size)[:size] + "x")


@pytest.mark.parametrize("unit", [", ", "有限公司", "集团", "(甲)"])
def test_the_industry_of_a_name_of_full_length(unit: str) -> None:
    assert industry_of((unit * NAME_LIMIT)[: NAME_LIMIT - 1] + "某") is None
