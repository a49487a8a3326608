"""Every source with its terms, as its spider declares them."""

from __future__ import annotations

from crawlers.arguments import accepted
from crawlers.declaration import Declaration
from crawlers.registry import spiders
from tools.reference.markdown import MADE, code, plain, table

_START = """# Sources

Who publishes what, on which terms, and how it is visited. `valuenet sources NAME` says the same of one, with its
last visit; `valuenet ledger` holds it against what was found there. What a source can be asked for is given with
`--set NAME=VALUE`, or in the file that `VALUENET_SOURCES` names. [Adding a source](../new-source.md).

"""


def sources_page() -> str:
    """The page."""
    found = spiders()
    listed = (
        (f"[{name}](#{name})", plain(one.declaration.title), one.declaration.cadence, _rate(one.declaration))
        for name, one in found.items()
    )
    parts = [MADE, _START, table(("source", "title", "visited", "seconds between requests"), listed)]
    for name, spider in found.items():
        parts.append(_described(spider.declaration, accepted(spider), name))
    return "".join(parts).rstrip() + "\n"


def _rate(one: Declaration) -> str:
    return f"{one.delay:g}" + (f", {one.concurrency} at once" if one.concurrency > 1 else "")


def _described(one: Declaration, arguments: tuple[str, ...], name: str) -> str:
    said = [
        ("title", f"{plain(one.title)} · {plain(one.title_zh)}"),
        ("publisher", plain(one.publisher)),
        ("home", f"<{one.home}>" if one.home.startswith("http") else plain(one.home)),
        ("hosts", ", ".join(map(code, one.hosts))),
        ("licence", plain(one.licence)),
        ("terms", plain(one.terms)),
        ("robots.txt", plain(one.robots)),
        ("personal data", plain(one.personal_data)),
        ("visited", f"{one.cadence}; {_rate(one)} s between requests to a host"),
        ("a full run names all", "yes: what it misses has ended" if one.lists_all else "no"),
        ("expected", f"{one.expected.pages_least} pages and {one.expected.records_least} records at least"),
        ("can be asked for", ", ".join(map(code, arguments))),
        ("keys", ", ".join(code(key.env) + ("" if key.required else " (optional)") for key in one.keys)),
        ("files that `--replay` reads", ", ".join(("WARC", *map(code, one.documents)))),
        ("needs a browser", "yes" if one.browser else ""),
        ("parser's version", one.version),
    ]
    return f"## {name}\n\n" + table(("", ""), ((what, words) for what, words in said if words))
