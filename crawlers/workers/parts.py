"""Into which visits a source falls, and which of them may not be made at the same time.

A source that reads sites falls into one visit a site; any other is one visit. Visits that ask the same host share a
lock: the queue gives out one of them at a time, so that the host meets one visitor, with one rate, whoever works.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crawlers.declaration import Declaration
from crawlers.registry import declarations, spider_of
from crawlers.urls import clean_url, host_of, on_hosts
from crawlers.web_site import WebSiteSpider
from pipelines.errors import UsageError


@dataclass(frozen=True, slots=True)
class Part:
    """A visit. is_part: of a source that is visited in parts. lock: no two visits of one lock at the same time."""

    source: str
    arguments: Mapping[str, str]
    is_part: bool
    lock: str


def parts_of(source: str, arguments: Mapping[str, str]) -> list[Part]:
    """The visits that a source falls into when it is asked for `arguments`. Raises `UsageError` for a site that is
    no web address."""
    spider = spider_of(source)
    declaration = spider.declaration
    if not issubclass(spider, WebSiteSpider):
        return [Part(source, dict(arguments), False, lock_of(declaration.hosts))]
    found = []
    for site in (arguments.get("site") or declaration.home).split(","):
        cleaned = clean_url(site.strip())
        host = host_of(cleaned) if cleaned else None
        if cleaned is None or host is None:
            raise UsageError(
                f"{site.strip()!r} is no web address; {source} reads sites such as https://host/"
            )
        found.append(Part(source, {**arguments, "site": cleaned}, True, lock_of([host])))
    return list({part.arguments["site"]: part for part in found}.values())


def lock_of(hosts: Sequence[str], known: Iterable[Declaration] | None = None) -> str:
    """The lock of a visit that asks `hosts`. Sources that have a host in common have a lock in common, and so has a
    site on one of their hosts; any other site has its own."""
    wanted = {host.removeprefix("www.") for host in hosts}
    groups = _groups(declarations() if known is None else known)
    for group in groups:
        if any(on_hosts(f"https://{host}/", group) for host in wanted):
            return min(group)
    return min(wanted)


def _groups(known: Iterable[Declaration]) -> list[set[str]]:
    """Hosts of sources, joined where one source asks several."""
    groups: list[set[str]] = []
    for one in known:
        own = {host.removeprefix("www.") for host in one.hosts}
        for group in [group for group in groups if group & own]:
            own |= group
            groups.remove(group)
        if own:
            groups.append(own)
    return groups
