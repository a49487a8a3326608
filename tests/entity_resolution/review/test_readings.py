"""The pages of readings, as a browser without a script sees them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sqlalchemy import Engine, select, update

from pipelines.records import When
from pipelines.store import schema
from pipelines.store.session import writing
from tests.entity_resolution.review.world import Visitor, app_on
from tests.read_store import add_documents, add_reading, fact, waiting_store

HOSTILE = "<script>window.broken=1</script>\u202e甲木科技\u0007与乙水集团\u200b签约。"


@pytest.fixture
def ids(small: Engine) -> list[int]:
    """A cooperation (the first) and an investment that wait."""
    return waiting_store(small)[1]


@pytest.fixture
def ann(small: Engine, ids: list[int]) -> Visitor:
    """A visitor who got in."""
    return Visitor(app_on(small))


def states(engine: Engine) -> dict[int, str]:
    with engine.connect() as connection:
        rows = connection.execute(select(schema.reading.c.id, schema.reading.c.state))
        return {row.id: row.state for row in rows}


def fields(page: str) -> dict[str, list[str]]:
    """The fields of the mending form as a browser would send them."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input(?: type="hidden")? name="([^"]+)" value="([^"]*)"', page):
        found.setdefault(name, []).append(value)
    for name, value in re.findall(
        r'<select id="\w+" name="(\w+)">.*?value="(\w+)" selected', page.replace("\n", "")
    ):
        found[name] = [value]
    when = re.search(r'name="when" value="([^"]*)"', page)
    assert when
    return found | {"when": [when[1]]}


def test_the_overview_lists_what_waits_by_type(ann: Visitor, ids: list[int]) -> None:
    page = ann.text("/readings/")
    assert "2 readings wait" in page
    assert "甲木科技 – 乙水集团" in page
    assert page.index("甲木科技 – 乙水集团") < page.index("丙火资本 – 丁土智能")  # the surest first
    only = ann.text("/readings/?type=investment")
    assert "甲木科技" not in only
    assert "丙火资本 – 丁土智能" in only
    assert "No reading of this type waits" in ann.text("/readings/?type=alias")
    assert "2 readings wait" in ann.text("/readings/?type=gossip")
    assert 'href="/readings/"' in ann.text("/")


def test_a_reading_is_shown_in_its_text_with_its_roles(ann: Visitor, ids: list[int]) -> None:
    page = ann.text(f"/readings/{ids[1]}")
    assert re.search(
        r'<mark class="role role-investor quoted" data-start="\d+" data-label="investor"[^>]*>丙火资本<', page
    )
    assert re.search(r'<mark class="role role-target quoted" [^>]*>丁土智能</mark>', page)
    assert re.search(r'<span class="quoted" data-start="\d+">投资了</span>', page)
    assert 'href="https://press.example/1" rel="noopener noreferrer external"' in page
    for told in ("press", "published 2021-04-30", "test/1", "0.60", "2021-04-30", "done", "消息"):
        assert told in page


def test_accepting_leads_to_the_next_and_is_taken_back(ann: Visitor, small: Engine, ids: list[int]) -> None:
    assert ann.get("/readings/next").location == f"/readings/{ids[0]}"
    answer = ann.post(f"/readings/{ids[0]}", {"choice": "accept", "reason": "plain"})
    assert (answer.status_code, answer.location) == (303, f"/readings/{ids[1]}")
    assert states(small) == {ids[0]: "accepted", ids[1]: "waiting"}
    page = ann.text(answer.location)
    assert 'Accepted: <bdi class="soft">甲木科技 – 乙水集团</bdi>' in page
    assert "One reading waits" in page
    assert "1 decided by you today" in page
    assert f'action="/readings/{ids[0]}/undo"' in page
    decided = ann.text(f"/readings/{ids[0]}")
    assert "accepted by ann" in decided
    assert 'value="accept"' not in decided
    assert "Take back" in decided
    assert "Your last decisions" in ann.text("/readings/")
    back = ann.post(f"/readings/{ids[0]}/undo", {})
    assert back.location == f"/readings/{ids[0]}"
    assert "waits again" in ann.text(back.location)
    assert set(states(small).values()) == {"waiting"}
    assert "undo" not in ann.text(f"/readings/{ids[1]}")


def test_decisions_are_taken_back_one_after_another(ann: Visitor, small: Engine, ids: list[int]) -> None:
    for one in ids:
        ann.post(f"/readings/{one}", {"choice": "reject"})
    assert set(states(small).values()) == {"rejected"}
    assert "No reading waits" in ann.text("/readings/")
    page = ann.text(f"/readings/{ids[0]}")
    for one in reversed(ids):
        (where,) = re.findall(
            r'action="(/readings/\d+/undo)"><input[^>]*><input[^>]*><input type="hidden" name="back"', page
        )
        assert where == f"/readings/{one}/undo"
        page = ann.text(ann.post(where, {}).location)
    assert set(states(small).values()) == {"waiting"}
    assert "Refused" in ann.text(ann.post(f"/readings/{ids[0]}/undo", {"back": "//evil.example"}).location)


def test_a_form_that_nobody_touched_is_not_mended(ann: Visitor, small: Engine, ids: list[int]) -> None:
    sent = fields(ann.text(f"/readings/{ids[1]}"))
    answer = ann.post(f"/readings/{ids[1]}", {**sent, "choice": "mend"})
    assert answer.status_code == 422
    assert "nothing was changed" in answer.get_data(as_text=True)
    assert set(states(small).values()) == {"waiting"}


def test_mending_writes_what_the_form_says(ann: Visitor, small: Engine, ids: list[int]) -> None:
    sent = fields(ann.text(f"/readings/{ids[1]}"))
    changed = sent | {"choice": ["mend"], "type": ["acquisition"], "when": ["2021-03"]}
    assert ann.post(f"/readings/{ids[1]}", changed).status_code == 303
    with small.connect() as connection:
        row = connection.execute(select(schema.reading).where(schema.reading.c.id == ids[1])).one()
    assert (row.state, row.mended["type"], row.mended["when"]["precision"]) == (
        "mended",
        "acquisition",
        "month",
    )
    page = ann.text(f"/readings/{ids[1]}")
    assert "As it was mended" in page
    assert "acquirer" in page


@pytest.mark.parametrize("language", ["en", "zh"])
def test_words_that_are_not_in_the_text_are_refused_and_not_lost(
    small: Engine, ids: list[int], language: str
) -> None:
    ann = Visitor(app_on(small), language)
    sent = fields(ann.text(f"/readings/{ids[1]}"))
    sent |= {"choice": ["mend"], "words investor": ['"><b>戊石', "丙火资本"], "at investor": ["", ""]}
    answer = ann.post(f"/readings/{ids[1]}", sent)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert ("do not stand in the text" if language == "en" else "原文中没有这些文字") in page
    assert "<b>戊石" not in page
    assert 'value="&#34;&gt;&lt;b&gt;戊石"' in page
    assert re.search(r'<details class="mend" id="mend" open>', page)
    answer = ann.post(f"/readings/{ids[1]}", fields(page) | {"choice": ["mend"], "type": ["alias"]})
    assert answer.status_code == 422
    assert ("alias has no role “investor”" if language == "en" else "没有“投资方”") in answer.get_data(
        as_text=True
    )
    assert set(states(small).values()) == {"waiting"}


def test_every_state_of_a_reading_has_a_page(ann: Visitor, small: Engine, ids: list[int]) -> None:
    (check,) = [one for one in schema.reading.constraints if str(one.name).endswith("state")]
    found = re.findall(r"'([^']+)'", str(check.sqltext))  # type: ignore[attr-defined]
    assert {"waiting", "taken", "rejected"} <= set(found)
    for state in found:
        with writing(small) as connection:
            connection.execute(
                update(schema.reading).where(schema.reading.c.id == ids[0]).values(state=state)
            )
        page = ann.text(f"/readings/{ids[0]}")
        assert ('value="accept"' in page) == (state == "waiting"), state


def test_skipped_ones_come_again_only_when_asked_for(ann: Visitor, small: Engine, ids: list[int]) -> None:
    assert ann.post(f"/readings/{ids[0]}", {"choice": "skip"}).location == f"/readings/{ids[1]}"
    assert ann.post(f"/readings/{ids[1]}", {"choice": "skip"}).location == "/readings/"
    assert ann.post("/readings/forget", {}).location == f"/readings/{ids[0]}"
    assert set(states(small).values()) == {"waiting"}


def test_one_type_is_gone_through_alone(ann: Visitor, small: Engine, ids: list[int]) -> None:
    (document,) = add_documents(small, {"https://press.example/9": "戊石集团投资了己风科技。"})
    with writing(small) as connection:
        text = "戊石集团投资了己风科技。"
        other = add_reading(
            connection, document, fact(text, "investment", 0.3, investor="戊石集团", target="己风科技")
        )
    where = f"/readings/{ids[1]}?type=investment"
    assert ann.get("/readings/next?type=investment").location == where
    answer = ann.post(f"/readings/{ids[1]}", {"choice": "accept", "only": "investment"})
    assert answer.location == f"/readings/{other}?type=investment"
    assert (
        ann.post(answer.location, {"choice": "skip", "only": "investment"}).location
        == "/readings/?type=investment"
    )


def test_two_people_get_two_readings_and_only_one_decides(
    ann: Visitor, small: Engine, ids: list[int]
) -> None:
    bo = Visitor(app_on(small, who="bo"))
    mine, theirs = ann.get("/readings/next").location, bo.get("/readings/next").location
    assert {mine, theirs} == {f"/readings/{one}" for one in ids}
    assert "ann is deciding this reading now" in bo.text(mine)
    assert "Somebody else is deciding" in bo.text(bo.post(mine, {"choice": "accept"}).location)
    assert set(states(small).values()) == {"waiting"}
    ann.post(mine, {"choice": "reject"})
    assert "in the meantime" in bo.text(bo.post(mine, {"choice": "accept"}).location)
    assert states(small)[ids[0]] == "rejected"


def test_nothing_is_done_without_a_token_or_for_nobody(ann: Visitor, small: Engine, ids: list[int]) -> None:
    assert ann.post(f"/readings/{ids[0]}", {"choice": "accept"}, token="x").status_code == 400
    stranger = Visitor(app_on(small), enter=False)
    for path in ("/readings/", "/readings/next", f"/readings/{ids[0]}"):
        assert stranger.get(path).status_code == 403
    assert set(states(small).values()) == {"waiting"}
    for path in (
        "/readings/1",
        "/readings/x",
        "/readings/99999999999999999999",
        "/pair/99999999999999999999",
    ):
        assert ann.get(path).status_code == 404, path
    assert "Refused" in ann.text(ann.post(f"/readings/{ids[0]}", {"choice": "perhaps"}).location)


def test_hostile_words_stay_words_and_pages_stay_short(small: Engine) -> None:
    long = "（" * 50_000 + "甲木科技与乙水集团签约" + "\n" * 50_000
    texts = {
        "https://press.example/h": HOSTILE,
        "https://press.example/l": long,
        "javascript:alert(1)": "戊石，己风，庚雷",
    }
    documents = add_documents(small, texts)
    hostile = fact(HOSTILE, "cooperation", party="甲木科技|乙水集团")
    endless = replace(fact(long, "cooperation", party="甲木科技|乙水集团"), start=0, end=len(long))
    script = replace(
        fact("戊石，己风，庚雷", "cooperation", party="戊石|己风"),
        technology=("<i>x</i>",), details={"<em>": "</script>"}, method="<u>", when=When(as_written="<s>去年"),
    )  # fmt: skip
    with writing(small) as connection:
        keys = [
            add_reading(connection, document, one)
            for document, one in zip(documents, (hostile, endless, script), strict=True)
        ]
    ann = Visitor(app_on(small))
    pages = [ann.text(f"/readings/{key}") for key in keys] + [ann.text("/readings/")]
    for page in pages:
        assert len(page) < 60_000
        for sign in (
            "<script>w",
            "\u202e",
            "\u0007",
            "\u200b",
            "<i>",
            "<em>",
            "</script>\n<bdi",
            "<u>",
            "<s>",
        ):
            assert sign not in page
        assert 'href="javascript' not in page
    assert "甲木科技" in pages[1]
    assert pages[1].count("\n") < 500
    ann.post(f"/readings/{keys[0]}", {"choice": "accept", "reason": "<em>x</em>"})
    assert "<em>" not in ann.text(f"/readings/{keys[0]}")
