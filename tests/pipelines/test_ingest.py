"""The steps from record to fact: mended, normalised, read, checked; nothing dropped."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.correcting import Corrector
from pipelines.ingest import Ingest
from pipelines.reading import Gazetteer
from pipelines.records import Document, Financing, Identifier, Mention, Organisation, When
from pipelines.store.writing import Method

SEEN = dt.datetime(2020, 5, 6, tzinfo=dt.UTC)
PARSER = Method("test parser", "1")


def ingest(gazetteer: Gazetteer | None = None) -> Ingest:
    return Ingest("test", PARSER, gazetteer, corrector=Corrector("test", (), SEEN.date()))


def test_a_round_takes_its_one_form_and_keeps_who_read_it() -> None:
    record = Financing(locator="row:2", target=Mention(name="甲"), round="a轮", when=When(as_written="未知"))
    done = ingest().run([record], SEEN)
    assert [(fact.value, method) for fact, method in done.facts] == [("A轮", PARSER)]
    assert done.rejected == []


def test_an_unknown_round_is_kept_and_flagged() -> None:
    done = ingest().run([Financing(locator="row:2", target=Mention(name="甲"), round="第某轮")], SEEN)
    assert done.facts[0][0].value == "第某轮"
    assert [(one.kind, one.field, one.value, one.locator) for one in done.rejected] == [
        ("field", "round", "第某轮", "row:2")
    ]


def test_an_identifier_that_fails_its_check_identifies_nobody() -> None:
    subject = Mention(name="甲", identifiers=(Identifier(scheme="uscc", value="123"),))
    done = ingest().run([Organisation(locator="$", subject=subject)], SEEN)
    assert done.facts[0][0].roles[0][1].identifiers == ()
    assert done.rejected[0].value == "123"


@pytest.mark.parametrize("day", [dt.date(2099, 1, 1), dt.date(312, 1, 1)])
def test_an_impossible_date_is_refused(day: dt.date) -> None:
    record = Financing(locator="row:2", target=Mention(name="甲"), when=When(start=day, precision="day"))
    done = ingest().run([record], SEEN)
    assert done.facts == []
    assert (done.rejected[0].field, str(day) in done.rejected[0].reason) == ("when.start", True)


def text(body: str) -> Document:
    published = When(start=dt.date(2019, 3, 4), precision="day")
    return Document(locator="$", url="https://a.example/1", title="新闻", text=body, when=published)


def test_running_text_is_read_with_the_known_names() -> None:
    names = Gazetteer([Mention(name="云知声", kind="company"), Mention(name="长安汽车", kind="company")])
    done = ingest(names).run(
        [text("3月1日，云知声与长安汽车签署战略合作协议，双方将在语音识别领域合作。")], SEEN
    )
    assert len(done.documents) == 1
    fact, method = done.facts[0]
    assert {mention.name for _, mention in fact.roles} == {"云知声", "长安汽车"}
    assert method.name == "reading"
    assert fact.locator.startswith("text:")


def test_without_names_to_look_for_texts_are_kept_unread() -> None:
    done = ingest().run([text("云知声与长安汽车签署战略合作协议。")], SEEN)
    assert (len(done.documents), done.facts) == (1, [])
