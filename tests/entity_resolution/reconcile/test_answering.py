"""Candidates, their scores, and when one is a match."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Engine

from entity_resolution.reconcile import limits
from entity_resolution.reconcile.likeness import OfLetters
from tests.entity_resolution.reconcile.asking import LISTED, OTHER_USCC, USCC, Fixed, ask, client, filled
from tests.entity_resolution.world import organisation


def best(engine: Engine, query: Any, likeness: Any = None, **more: Any) -> tuple[str, bool]:
    """The first candidate's name, and whether it is a match."""
    found = ask(client(engine, known=LISTED, likeness=likeness), query, **more)
    return (found[0]["name"], found[0]["match"]) if found else ("", False)


def properties(**given: Any) -> list[dict[str, Any]]:
    return [{"pid": name, "v": value} for name, value in given.items()]


def test_names_that_resolving_would_join_are_matches(store: Engine) -> None:
    filled(store)
    assert best(store, "北京示例科技有限公司") == ("北京示例科技有限公司", True)
    assert best(store, "Example Group") == ("示例集团", True)
    assert best(store, "示科") == ("示例科技", True)
    assert best(store, USCC) == ("北京示例科技有限公司", True)


def test_an_id_is_found_whatever_its_case(store: Engine) -> None:
    filled(store)
    browser = client(store)
    (found, *_) = ask(browser, "示例集团")
    for typed in (found["id"], found["id"].upper()):
        (again,) = ask(browser, typed)
        assert (again["id"], again["score"], again["match"]) == (found["id"], 100, True)


def test_an_identifier_given_as_a_property_decides_without_a_name(store: Engine) -> None:
    filled(store)
    assert best(store, {"properties": properties(uscc=USCC.lower())}) == ("北京示例科技有限公司", True)
    assert best(store, "换了名字", properties=properties(uscc=USCC)) == ("北京示例科技有限公司", True)
    assert best(store, {"properties": properties(place="北京")}) == ("", False)


def test_another_identifier_speaks_against_an_equal_name(store: Engine) -> None:
    filled(store)
    (first, *_) = ask(client(store), "北京示例科技有限公司", properties=properties(uscc=OTHER_USCC))
    assert (first["match"], first["score"]) == (False, 10)


GIVEN: list[tuple[str, Any, bool]] = [
    ("place", "北京市海淀区", True),
    ("place", "陕西", False),
    ("country", "中国", True),
    ("country", "日本", False),
    ("founded", "2014", True),
    ("founded", "2013年5月", False),
    ("website", "shili.example", True),
    ("website", "other.example", False),
    ("staff", 120, True),
    ("unit_of", "示例集团", True),
    ("unit_of", {"id": "vn1", "name": "别人"}, False),
    ("revenue", 5, True),  # nothing is known of it
]


def test_what_else_is_given_is_compared(store: Engine) -> None:
    browser = client(filled(store))
    for name, value, match in GIVEN:
        (first, *_) = ask(browser, "北京示例科技有限公司", properties=properties(**{name: value}))
        said = {one["id"]: one["value"] for one in first["features"]}
        assert (first["name"], first["match"], name, value) == ("北京示例科技有限公司", match, name, value)
        assert said.get(f"property_{name}", True) == match


def test_the_model_matches_from_its_threshold_on_if_it_has_one_answer(store: Engine) -> None:
    filled(store)
    like = {"星河智能_星河智能科技有限公司": 0.95}
    assert best(store, "星河智能", Fixed(**like)) == ("星河智能科技有限公司", True)
    assert best(store, "星河智能", Fixed(**dict.fromkeys(like, 0.85))) == ("星河智能科技有限公司", False)
    two = Fixed(**like, 星河智能_星河大学=0.92)
    assert best(store, "星河智能", two) == ("星河智能科技有限公司", False)
    assert best(store, "星河智能", Fixed(**like), type="university") == ("星河智能科技有限公司", False)
    foreign = properties(country="JP")
    assert best(store, "星河智能", Fixed(**like), properties=foreign) == ("星河智能科技有限公司", False)
    assert best(store, "星河智能", OfLetters()) == ("星河智能科技有限公司", False)


def test_what_the_list_calls_ambiguous_is_no_match(store: Engine) -> None:
    filled(store)
    assert best(store, "示大", Fixed(示大_示例科技=0.99)) == ("示例科技", False)


def test_namesakes_are_all_candidates_and_none_a_match(store: Engine) -> None:
    filled(store, organisation("甲乙", place="北京"), organisation("甲乙", place="陕西"))
    found = ask(client(store), "甲乙")
    assert [(one["name"], one["match"]) for one in found if one["name"] == "甲乙"] == [("甲乙", False)] * 2
    (first, second, *_) = ask(client(store), "甲乙", properties=properties(place="西安"))
    assert first["score"] > second["score"]


def test_types_order_or_narrow_the_candidates(store: Engine) -> None:
    filled(store)
    browser = client(store)
    wide = ask(browser, "星河大学", type="company")
    assert (wide[0]["name"], wide[0]["match"]) == ("星河大学", False)
    narrow = ask(browser, "星河大学", type="company", type_strict="any")
    assert {kind["id"] for one in narrow for kind in one["type"]} <= {"company"}
    assert ask(browser, "星河大学", type=["company", "university"], type_strict="all") == []


def test_persons_are_answered_only_to_whoever_asks_for_persons(store: Engine) -> None:
    filled(store)
    browser = client(store)
    assert ask(browser, "王伟") == []
    assert ask(browser, "王伟", type="organisation") == []
    (person,) = ask(browser, "王伟", type="person")
    assert (person["name"], person["match"]) == ("王伟", False)


def test_the_limit_holds_and_long_names_are_nobodys(store: Engine) -> None:
    filled(store, *(organisation(f"星河智能第{at}分社", place="北京") for at in range(40)))
    browser = client(store)
    assert len(ask(browser, "星河智能", limit=3)) == 3
    assert len(ask(browser, "星河智能", limit=1000)) <= limits.CANDIDATES_MOST
    assert ask(browser, "星" * (limits.NAME_MOST + 1)) == []


def test_queries_of_a_batch_do_not_touch_each_other(store: Engine) -> None:
    filled(store)
    browser = client(store, known=LISTED)
    names = ["示例科技", "示科", "无名", "星河大学", USCC, "示例科技"]
    batch = {f"q{at}": {"query": name} for at, name in enumerate(names)}
    together = browser.post("/reconcile", data={"queries": json.dumps(batch)}).get_json()
    assert [together[key]["result"] for key in batch] == [ask(browser, name) for name in names]


HOSTILE = ("\x00", "%", "_", "' OR 1=1 --", "\ud800", "\u202e示例", "(" * 300, "a" * 300, "🙂", "person|王伟")


def test_hostile_names_find_nobody(store: Engine) -> None:
    filled(store)
    batch = {name: {"query": f"{name}x"} for name in HOSTILE}
    answer = client(store).post("/reconcile", data={"queries": json.dumps(batch)})
    assert answer.status_code == 200
    assert list(answer.get_json()) == list(HOSTILE)
    assert not any(one["match"] for found in answer.get_json().values() for one in found["result"])


def test_hostile_names_in_the_store_are_shown_harmless(store: Engine) -> None:
    filled(store, organisation("evil\u202eil.<script>alert(1)</script>", country="CN"))
    (first, *_) = ask(client(store), "evil\u202eil.<script>alert(1)</script>")
    assert first["match"]
    assert "\u202e" not in first["name"]
