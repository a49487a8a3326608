"""Values of properties, and how given ones are compared with them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import Engine

from entity_resolution.curated import Curated
from entity_resolution.lookup import find_entity
from entity_resolution.reconcile import bearers
from entity_resolution.reconcile.asked import Given, Wanted
from entity_resolution.reconcile.properties import PROPERTIES
from entity_resolution.reconcile.values import Value, agrees, checked, values
from entity_resolution.resolver import resolve
from pipelines.records import Attribute, Organisation, When
from tests.entity_resolution.reconcile.asking import USCC, filled
from tests.entity_resolution.world import mention, write


def told(engine: Engine, name: str, *wanted: str | Wanted) -> dict[str, list[Value]]:
    asked = [Wanted(PROPERTIES[one]) if isinstance(one, str) else one for one in wanted]
    with engine.connect() as connection:
        known = bearers.entities(connection, [find_entity(connection, name)])
        (found,) = values(connection, {one.id: one for one in known.values()}, asked).values()
    return found


def year(number: int) -> When:
    return When(start=dt.date(number, 1, 1), precision="year")


def test_every_kind_of_value(store: Engine) -> None:
    filled(store)
    found = told(
        store, "北京示例科技", "name", "country", "place", "uscc", "lei", "founded", "staff", "unit_of"
    )
    group = found.pop("unit_of")
    assert found == {
        "name": [{"str": "北京示例科技有限公司"}],
        "country": [{"str": "CN"}],
        "place": [{"str": "北京"}],
        "uscc": [{"str": USCC}],
        "lei": [],
        "founded": [{"str": "2014-05-01"}],
        "staff": [{"float": 120.0}],
    }
    assert [one["name"] for one in group] == ["示例集团"]
    back = told(store, "示例集团", "units", "subsidiaries", "names")
    assert [one["name"] for one in back["units"]] == ["北京示例科技有限公司"]
    assert back["subsidiaries"] == []
    assert back["names"] == [{"str": "示例集团"}, {"str": "Example Group"}]


def test_the_newest_come_first_and_a_year_or_a_number_of_them_can_be_asked_for(store: Engine) -> None:
    staff = [
        Attribute(name="staff", value=f"{number}", number=float(number), when=year(number))
        for number in (2018, 2020, 2019)
    ]
    write(store, "one", Organisation(locator="$", subject=mention("甲"), attributes=tuple(staff)))
    resolve(store, known=Curated((), ()))
    assert told(store, "甲", "staff")["staff"] == [{"float": 2020.0}, {"float": 2019.0}, {"float": 2018.0}]
    assert told(store, "甲", Wanted(PROPERTIES["staff"], year=2019))["staff"] == [{"float": 2019.0}]
    assert told(store, "甲", Wanted(PROPERTIES["staff"], limit=1))["staff"] == [{"float": 2020.0}]


def test_what_is_said_no_more_is_not_told(store: Engine) -> None:
    def said(value: str) -> Organisation:
        return Organisation(
            locator="$", subject=mention("甲"), attributes=(Attribute(name="status", value=value),)
        )

    write(store, "one", said("存续"))
    write(store, "one", said("注销"), day=0)
    resolve(store, known=Curated((), ()))
    assert {"str": "注销"} in told(store, "甲", "status")["status"]


def test_of_persons_little_is_told(store: Engine) -> None:
    filled(store)
    found = told(store, "王伟", *PROPERTIES)
    assert {name for name, some in found.items() if some} == {"name", "kind", "names"}


@pytest.mark.parametrize(
    ("name", "given", "there", "same"),
    [
        ("place", "广东省深圳市", "深圳", True),
        ("place", "外地", "深圳", False),
        ("country", "China", "CN", True),
        ("country", "us", "CN", False),
        ("founded", "2014年", "2014-05-01", True),
        ("founded", "2014-05-01T00:00:00Z", "2014", True),
        ("founded", "早年", "2014", False),
        ("founded", "2014-06", "2014-05-01", False),
        ("website", "http://WWW.a.example/x", "a.example", True),
        ("website", "http://[", "a.example", False),
        ("uscc", USCC.lower(), USCC, True),
        ("name_en", "Example Group Ltd.", "EXAMPLE GROUP", True),
        ("name", "有限公司", "有限公司", False),
        ("staff", "1,200", "1200", True),
        ("staff", "many", "1200", False),
        ("status", "存续 ", "存续", True),
    ],
)
def test_values_are_compared_as_what_they_are(name: str, given: str, there: str, same: bool) -> None:
    assert agrees(name, [Given("none of them"), Given(given)], [{"str": there}]) is same


def test_entities_agree_by_id_or_name_and_nothing_is_said_where_nothing_is_known() -> None:
    there: list[Any] = [{"id": "vn1", "name": "示例集团"}]
    assert agrees("unit_of", [Given("", "vn1")], there)
    assert agrees("unit_of", [Given("示例集团有限公司")], there)
    assert agrees("unit_of", [Given("别人", "vn2")], there) is False
    assert agrees("unit_of", [], there) is None
    assert agrees("unit_of", [Given("x")], []) is None


def test_identifiers_are_brought_into_their_form() -> None:
    assert checked("uscc", USCC.lower()) == USCC
    assert checked("uscc", "91") is None
    assert checked("isni", "0000") == "0000"
