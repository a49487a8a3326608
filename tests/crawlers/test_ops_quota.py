"""The pace that the EPO's headers ask for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.ops_quota import HOUR_BYTES, WEEK_BYTES, pace, service_of

THROTTLING = "x-throttling-control"
IDLE = "idle (images=green:200, inpadoc=green:60, other=green:1000, retrieval=green:200, search=green:30)"
BUSY = "overloaded (images=green:50, inpadoc=green:30, other=green:1000, retrieval=yellow:50, search=black:0)"


@pytest.mark.parametrize(
    ("header", "service", "delay"),
    [(IDLE, "search", 2.0), (IDLE, "inpadoc", 1.0), (IDLE, "retrieval", 0.3), (BUSY, "retrieval", 1.2), ("", "search", 0.0),
     ("idle (images=green)", "search", 0.0), ("x" * 5000, "search", 0.0)],
)  # fmt: skip
def test_the_pace_is_the_services(header: str, service: str, delay: float) -> None:
    said = pace({THROTTLING: header}, service)
    assert said.delay == pytest.approx(delay)
    assert (said.pause, said.stop) == (0.0, "")


def test_a_closed_service_is_left_alone() -> None:
    assert pace({THROTTLING: BUSY}, "search").pause == 60.0
    # the EPO counts Retry-After in milliseconds
    assert pace({THROTTLING: BUSY, "retry-after": "4000"}, "search").pause == 4.0
    refused = pace({"x-rejection-reason": "ThrottlingControlQuota", "retry-after": "216383"}, "search", 403)
    assert refused.stop == "the EPO closed its service search to us for 217 seconds"


@pytest.mark.parametrize("reason", ["IndividualQuotaPerHour", "RegisteredQuotaPerWeek"])
def test_a_used_up_quota_ends_the_run(reason: str) -> None:
    assert reason in pace({"x-rejection-reason": reason}, "search", 403).stop


@pytest.mark.parametrize(
    ("name", "most"),
    [("x-individualquotaperhour-used", HOUR_BYTES), ("x-registeredquotaperweek-used", WEEK_BYTES)],
)
def test_nearly_used_up_ends_it_too(name: str, most: int) -> None:
    assert not pace({name: str(most - 1)}, "search").stop
    assert "bytes used" in pace({name: str(most)}, "search").stop
    assert not pace({name: "many"}, "search").stop


def test_services_by_path() -> None:
    paths = ("/rest-services/published-data/search/biblio", "/rest-services/family/publication/docdb/CN.1.A",
             "/rest-services/published-data/publication/docdb/CN.1.A/biblio", "/rest-services/published-data/images/x",
             "/auth/accesstoken")  # fmt: skip
    assert [service_of(one) for one in paths] == ["search", "inpadoc", "retrieval", "images", "other"]


@given(
    st.dictionaries(st.sampled_from([THROTTLING, "retry-after", "x-rejection-reason"]), st.text(max_size=80))
)
def test_any_header_gives_a_pace(headers: dict[str, str]) -> None:
    for status in (200, 403):
        said = pace(headers, "search", status)
        assert said.delay >= 0
        assert said.pause >= 0
