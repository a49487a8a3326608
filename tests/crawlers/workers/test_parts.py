"""Which visits a source falls into, and which exclude each other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.registry import declarations, spider_of
from crawlers.workers.parts import lock_of, parts_of
from pipelines.errors import UsageError

SITES = st.sampled_from([f"https://{name}.example/" for name in ("a", "b", "www.a", "c.a", "d")])


def test_a_source_that_reads_sites_falls_into_one_visit_a_site() -> None:
    parts = parts_of(
        "news", {"site": "https://a.example, https://b.example/,https://A.example/", "since": "2021-01-01"}
    )
    assert [part.arguments["site"] for part in parts] == ["https://a.example/", "https://b.example/"]
    assert all(part.is_part and part.arguments["since"] == "2021-01-01" for part in parts)
    assert [part.lock for part in parts] == ["a.example", "b.example"]


def test_any_other_source_is_one_visit() -> None:
    (part,) = parts_of("ror", {})
    assert (part.source, part.is_part) == ("ror", False)


def test_what_is_no_web_address_is_refused() -> None:
    with pytest.raises(UsageError, match="'nonsense' is no web address"):
        parts_of("news", {"site": "https://a.example/,nonsense"})


@given(st.lists(SITES, min_size=1, max_size=6))
def test_one_host_has_one_lock_whichever_source_reads_it(sites: list[str]) -> None:
    news, site = (parts_of(source, {"site": ",".join(sites)}) for source in ("news", "site"))
    assert [part.lock for part in news] == [part.lock for part in site]
    assert len({part.arguments["site"] for part in news}) == len(set(sites))


def test_sources_with_a_host_in_common_have_a_lock_in_common() -> None:
    one = spider_of("ror").declaration
    first = replace(one, name="first", hosts=("a.example", "b.example"))
    second = replace(one, name="second", hosts=("b.example", "c.example"))
    third = replace(one, name="third", hosts=("d.example",))
    known = [first, second, third]
    assert lock_of(first.hosts, known) == lock_of(second.hosts, known) == lock_of(["www.c.example"], known)
    assert lock_of(third.hosts, known) != lock_of(first.hosts, known)
    assert lock_of(["elsewhere.example"], known) == "elsewhere.example"


def test_a_site_on_a_host_of_a_source_waits_for_that_source() -> None:
    for declaration in declarations():
        for host in declaration.hosts:
            assert lock_of([host]) == lock_of(declaration.hosts)
